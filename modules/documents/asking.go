package documents

import (
	"context"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// AskState is how far a request for access has come.
type AskState string

// States of a request. A granted one ends by itself after its day.
const (
	AskWaiting AskState = "waiting"
	AskGranted AskState = "granted"
	AskRefused AskState = "refused"
	AskRevoked AskState = "revoked"
)

// Ask is a person's request to read one document whose existence may be known but not its content. Its id follows from both.
type Ask struct {
	Document domain.DocumentID     `json:"document"`
	Title    string                `json:"title"`
	Owner    domain.OrganizationID `json:"owner"` // whose the document is
	Account  domain.AccountID      `json:"account"`
	For      domain.OrganizationID `json:"for,omitempty"` // on whose behalf
	Reason   string                `json:"reason"`
	State    AskState              `json:"state"`
	Until    domain.Date           `json:"until,omitempty"`  // the last day of a grant
	Answer   string                `json:"answer,omitempty"` // why it was refused or revoked
	At       time.Time             `json:"at"`
	Answered time.Time             `json:"answered,omitzero"`
	Demo     bool                  `json:"demo,omitempty"`
}

const (
	listAsked   = "asked"   // by document, the newest first
	listWaiting = "waiting" // by owner, the longest first
	grantDays   = 365
)

func askDefinition() store.Definition[Ask] {
	byTime := func(_ string, a Ask) string { return store.SortTime(a.At) }
	return store.Definition[Ask]{Name: "document_asks", Lists: []store.List[Ask]{
		{Name: listAsked, Descending: true, Sort: byTime, Keys: func(_ string, a Ask) []store.Key { return []store.Key{store.KeyOf(string(a.Document))} }},
		{Name: listWaiting, Sort: byTime, Keys: func(_ string, a Ask) []store.Key {
			if a.State != AskWaiting {
				return nil
			}
			return []store.Key{store.KeyOf("organization", string(a.Owner))}
		}},
	}}
}

func askID(document domain.DocumentID, account domain.AccountID) string {
	return store.DeriveID(string(account), "ask/"+string(document))
}

// opens tells whether a grant lets its person read on that day.
func (a *Ask) opens(now time.Time) bool {
	return a.State == AskGranted && domain.DateOf(now) <= a.Until
}

// answer moves a request: a waiting one is granted until a day or refused with a reason, a granted one is revoked with one. Errors:
// Invalid by field, Conflict for any other move.
func (a Ask) answer(to AskState, until domain.Date, why string, now time.Time) (Ask, error) {
	from := AskWaiting
	if to == AskRevoked {
		from = AskGranted
	}
	if a.State != from || to == AskWaiting {
		return a, apperr.New(apperr.Conflict, "error.conflict")
	}
	why = strings.TrimSpace(why)
	var f apperr.Fields
	if to == AskGranted {
		today := domain.DateOf(now)
		f.Check(until != "" && until >= today && until <= domain.DateOf(now.AddDate(0, 0, grantDays)), "until", "documents.error.grant_until", "days", grantDays)
	} else {
		checkReason(&f, "reason", why, "documents.error.answer_reason")
		until = a.Until
	}
	if err := f.Err(); err != nil {
		return a, err
	}
	a.State, a.Until, a.Answer, a.Answered = to, until, why, now
	return a, nil
}

// granted tells until which day the actor was let in to a document by its owner; "" where that was not, or is over.
func (s *Service) granted(ctx context.Context, actor domain.Actor, id string) (domain.Date, error) {
	if !actor.SignedIn() || s.asks == nil {
		return "", nil
	}
	doc, err := s.asks.Get(ctx, askID(domain.DocumentID(id), actor.Account))
	if apperr.Is(err, apperr.NotFound) {
		return "", nil
	}
	if err != nil || !doc.Body.opens(s.clock.Now()) {
		return "", err
	}
	return doc.Body.Until, nil
}

// Askable is a document of which the actor may know no more than that it is there, with the request that was made.
type Askable struct {
	ID     domain.DocumentID
	Title  string
	Owner  domain.OrganizationID
	Parent domain.Resolved
	Opens  bool            // the actor may read it
	Asked  *store.Doc[Ask] // nil for none yet
	Demo   bool
}

// Askable gives a document that its owner lists for requests, whose thing the actor may see. SignIn for the public, NotFound for any
// other.
func (s *Service) Askable(ctx context.Context, actor domain.Actor, id domain.DocumentID) (Askable, error) {
	if !actor.SignedIn() {
		return Askable{}, apperr.New(apperr.SignIn, "error.sign_in")
	}
	doc, parent, err := s.within(ctx, actor, string(id))
	if err != nil {
		return Askable{}, err
	}
	d := doc.Body
	if !d.Listed || d.Status != Ready {
		return Askable{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	out := Askable{ID: id, Title: d.Title, Owner: d.Organization, Parent: parent, Opens: mayRead(actor, d.on(s.clock.Now()), parent), Demo: d.Demo}
	return s.asked(ctx, actor, out)
}

// asked adds the request that the actor made, where there is one.
func (s *Service) asked(ctx context.Context, actor domain.Actor, a Askable) (Askable, error) {
	if !actor.SignedIn() {
		return a, nil
	}
	asked, err := s.asks.Get(ctx, askID(a.ID, actor.Account))
	if apperr.Is(err, apperr.NotFound) {
		return a, nil
	}
	if err == nil {
		a.Asked = &asked
		a.Opens = a.Opens || asked.Body.opens(s.clock.Now())
	}
	return a, err
}

// Listed gives what of a thing the actor may know of but not read, with the requests that were made, for the thing's page.
// Error: Unavailable.
func (s *Service) Listed(ctx context.Context, actor domain.Actor, parent domain.Resolved) (list []Askable, err error) {
	page, err := s.records.List(ctx, store.Query{List: listParent, Key: store.KeyOf(parentValue(parent.Ref), ""), Limit: panelMax})
	if err != nil {
		return nil, err
	}
	for _, doc := range page.Items {
		if d := doc.Body; d.Listed && !mayRead(actor, d.on(s.clock.Now()), parent) {
			a, err := s.asked(ctx, actor, Askable{ID: domain.DocumentID(doc.ID), Title: d.Title, Owner: d.Organization, Parent: parent, Demo: d.Demo})
			if err != nil {
				return nil, err
			}
			list = append(list, a)
		}
	}
	return list, nil
}

// Ask requests access, with a reason. One that waits stays as it is; after a refusal, revocation or end it may be asked again.
// Errors: those of Askable, Forbidden for auditors, Conflict for who may read it, Invalid (reason).
func (s *Service) Ask(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, reason string) error {
	able, err := s.Askable(ctx, actor, id)
	if err != nil {
		return err
	}
	switch {
	case actor.Auditor():
		return apperr.New(apperr.Forbidden, "error.forbidden")
	case able.Opens:
		return apperr.New(apperr.Conflict, "documents.error.may_read")
	case able.Asked != nil && able.Asked.Body.State == AskWaiting:
		return nil
	}
	reason = strings.TrimSpace(reason)
	var f apperr.Fields
	checkReason(&f, "reason", reason, "documents.error.ask_reason")
	if err := f.Err(); err != nil {
		return err
	}
	a := Ask{Document: id, Title: able.Title, Owner: able.Owner, Account: actor.Account, Reason: reason, State: AskWaiting, At: s.clock.Now(), Demo: able.Demo}
	if len(actor.Memberships) > 0 {
		a.For = actor.Memberships[0].Organization
	}
	change := actor.Change("document.access-asked", a.Owner, op)
	if able.Asked == nil {
		_, err = s.asks.Insert(ctx, askID(id, actor.Account), a, change)
	} else {
		_, err = s.asks.Replace(ctx, *able.Asked, a, change)
	}
	return err
}

// Asks lists the requests for a document, the newest first, for who may change it. Errors: those of editable.
func (s *Service) Asks(ctx context.Context, actor domain.Actor, id domain.DocumentID, cursor string, limit int) (View, []store.Doc[Ask], string, error) {
	view, _, err := s.editable(ctx, actor, id)
	if err != nil {
		return view, nil, "", err
	}
	page, err := s.asks.List(ctx, store.Query{List: listAsked, Key: store.KeyOf(string(id)), Cursor: cursor, Limit: limit})
	return view, page.Items, page.Next, err
}

// AnswerAsk grants, refuses or revokes. It counts on the next request. Errors: those of editable, NotFound for a request of another
// document, Invalid by field, Conflict.
func (s *Service) AnswerAsk(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, ask string, to AskState, until domain.Date, why string) error {
	if _, _, err := s.editable(ctx, actor, id); err != nil {
		return err
	}
	doc, err := s.asks.Get(ctx, ask)
	if err == nil && doc.Body.Document != id {
		err = apperr.New(apperr.NotFound, "error.not_found")
	}
	if err != nil {
		return err
	}
	if doc.Body.State == to && doc.Body.Until == until && doc.Body.Answer == strings.TrimSpace(why) {
		return nil // this form was sent before
	}
	body, err := doc.Body.answer(to, until, why, s.clock.Now())
	if err != nil {
		return err
	}
	change := actor.Change("document.access-"+string(to), body.Owner, op)
	change.Reason = body.Answer
	_, err = s.asks.Replace(ctx, doc, body, change)
	return err
}

// List says whether others may know that a document is there and ask for it. Errors: those of change.
func (s *Service) List(ctx context.Context, actor domain.Actor, op store.Operation, id domain.DocumentID, version int64, on bool) error {
	return s.change(ctx, actor, op, id, version, "document.listed", "", func(d Document) (Document, error) {
		if d.Status != Ready {
			return d, apperr.New(apperr.Conflict, "error.conflict")
		}
		d.Listed = on
		return d, nil
	})
}
