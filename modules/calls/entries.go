package calls

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Entry is an initiative that answers a call, from its first draft on. Told is the last amendment that its organisation
// was told of, Seen the last one that somebody there said to have read.
type Entry struct {
	Call         domain.CallID         `json:"call"`
	Initiative   domain.InitiativeID   `json:"initiative"`
	Organization domain.OrganizationID `json:"organization"`
	At           time.Time             `json:"at"`
	Told         int64                 `json:"told"`
	ToldAt       time.Time             `json:"told_at"`
	Seen         int64                 `json:"seen"`
	Demo         bool                  `json:"demo,omitempty"`
}

// EntryDoc is a stored entry.
type EntryDoc = store.Doc[Entry]

// entryID derives the id of an initiative's one entry in a call.
func entryID(call domain.CallID, initiative domain.InitiativeID) string {
	return store.DeriveID(string(call), "entry:"+string(initiative))
}

// Enter notes that an initiative answers a call; it may be repeated. Conflict where the call takes no answers now.
func (s *Service) Enter(ctx context.Context, actor domain.Actor, op store.Operation, call domain.CallID, initiative domain.InitiativeID, organization domain.OrganizationID) error {
	doc, err := s.Show(ctx, actor, call)
	if err != nil {
		return err
	}
	if _, err := s.entries.Get(ctx, entryID(call, initiative)); !apperr.Is(err, apperr.NotFound) {
		return err
	}
	if err := s.takes(doc.Body); err != nil {
		return err
	}
	told := int64(len(doc.Body.Amendments)) // what came before is read with the call itself
	m, _ := actor.Membership(organization)
	e := Entry{Call: call, Initiative: initiative, Organization: organization, At: s.clock.Now(), Told: told, Seen: told, ToldAt: s.clock.Now(), Demo: m.Demo}
	op.ID += "-entry"
	_, err = s.entries.Insert(ctx, entryID(call, initiative), e, actor.Change("call.answered", organization, op))
	return err
}

// takes tells whether the call takes answers at this moment of the server's clock, or in words why not and what to do.
func (s *Service) takes(c Call) error {
	now := s.clock.Now()
	switch {
	case c.StateAt(now) == Open:
		return nil
	case c.State() == Draft:
		return apperr.New(apperr.NotFound, "error.not_found.text")
	case c.State() == Cancelled:
		return apperr.New(apperr.Conflict, "calls.refuse.cancelled")
	}
	return apperr.New(apperr.Conflict, "calls.refuse.late", "deadline", c.moment(c.Deadline), "now", c.moment(now), "contact", c.Contact)
}

// Admit tells whether a proposal may be handed in now: the call is open by the server's clock, organisation and
// proposal meet its conditions. Conflict where it is too late, with what to do; Invalid with what is missing.
func (s *Service) Admit(ctx context.Context, call domain.CallID, organization domain.OrganizationID, p Proposal) error {
	doc, err := s.records.Get(ctx, string(call))
	if err != nil {
		return err
	}
	c := doc.Body
	if err := s.takes(c); err != nil {
		return err
	}
	checks, err := s.Eligibility(ctx, c, organization)
	if err != nil {
		return err
	}
	var f apperr.Fields
	for _, x := range append(checks, c.Fits(p)...) {
		if !x.OK {
			f.Add(fieldOf(x), "calls.missing."+x.Key, x.args(c.Content)...)
		}
	}
	return f.Err()
}

// fieldOf names the input of a proposal at which a condition is met.
func fieldOf(c Check) string {
	switch c.Key {
	case "category":
		return "offer_1_category"
	case "place":
		return "areas"
	case "least", "most":
		return "budget_1_amount"
	}
	return "call"
}

// tell brings an amendment to the desks of all applicants, each entry by its own write. It may be repeated; what a crash
// left undone the reconciler does.
func (s *Service) tell(ctx context.Context, doc Doc) {
	if err := s.tellAll(ctx, doc); err != nil {
		s.log.Error("applicants are not all told of an amendment, trying again", "call", doc.ID, "error", err)
	}
}

func (s *Service) tellAll(ctx context.Context, doc Doc) error {
	n := int64(len(doc.Body.Amendments))
	if n == 0 || doc.Body.Told >= n {
		return nil
	}
	amended := doc.Body.Amendments[n-1]
	change := store.Change{Action: "call.amendment-told", Organization: string(doc.Body.Organization)}
	cursor := ""
	for {
		page, err := s.entries.List(ctx, store.Query{List: ofCall, Key: store.KeyOf(doc.ID), Cursor: cursor, Limit: 100})
		if err != nil {
			return err
		}
		for _, entry := range page.Items {
			if err := s.tellOne(ctx, entry, n, amended.At, change); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			break
		}
	}
	c := doc.Body
	c.Told = n
	_, err := s.records.Replace(ctx, doc, c, store.Change{Action: "call.amendment-told", Organization: string(c.Organization)})
	if apperr.Is(err, apperr.Conflict) {
		return nil // it was amended again, or another replica has told it: the mark says what is left
	}
	return err
}

func (s *Service) tellOne(ctx context.Context, entry EntryDoc, n int64, at time.Time, change store.Change) error {
	for range 5 {
		if entry.Body.Told >= n {
			return nil
		}
		e := entry.Body
		e.Told, e.ToldAt = n, at
		_, err := s.entries.Replace(ctx, entry, e, change)
		if !apperr.Is(err, apperr.Conflict) {
			return err
		}
		if entry, err = s.entries.Get(ctx, entry.ID); err != nil {
			return err
		}
	}
	return apperr.New(apperr.Conflict, "calls.refuse.changed")
}

// Saw notes that the actor's organisations have read the amendments of a call. It gives how many entries were waiting.
func (s *Service) Saw(ctx context.Context, actor domain.Actor, op store.Operation, call domain.CallID) (int, error) {
	if _, err := s.Show(ctx, actor, call); err != nil {
		return 0, err
	}
	seen := 0
	for _, m := range drafting(actor) {
		n, err := store.Drain(ctx, unread{s.entries, call}, listDesk, store.KeyOf(string(m.Organization)), func(doc EntryDoc) error {
			e := doc.Body
			e.Seen = e.Told
			_, err := s.entries.Replace(ctx, doc, e, actor.Change("call.amendment-read", m.Organization, op))
			return err
		})
		if seen += n; err != nil {
			return seen, err
		}
	}
	return seen, nil
}

// Unread tells whether an organisation of the actor has been told of an amendment of the call that nobody there read.
func (s *Service) Unread(ctx context.Context, actor domain.Actor, call domain.CallID) (bool, error) {
	for _, m := range drafting(actor) {
		page, err := unread{s.entries, call}.List(ctx, store.Query{List: listDesk, Key: store.KeyOf(string(m.Organization)), Limit: 100})
		if err != nil || len(page.Items) > 0 {
			return err == nil, err
		}
	}
	return false, nil
}

// unread lists the entries of one call among those that wait on a desk.
type unread struct {
	entries *store.Records[Entry]
	call    domain.CallID
}

// List gives the next entries of the call; other calls' are passed over.
func (u unread) List(ctx context.Context, q store.Query) (store.Page[Entry], error) {
	var out store.Page[Entry]
	for {
		page, err := u.entries.List(ctx, q)
		if err != nil {
			return out, err
		}
		for _, doc := range page.Items {
			if doc.Body.Call == u.call {
				out.Items = append(out.Items, doc)
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" || len(out.Items) > 0 {
			return out, nil
		}
	}
}

// EntriesOf lists the answers to a call, oldest first.
func (s *Service) EntriesOf(ctx context.Context, call domain.CallID, cursor string, limit int) (store.Page[Entry], error) {
	return s.entries.List(ctx, store.Query{List: ofCall, Key: store.KeyOf(string(call)), Cursor: cursor, Limit: limit})
}
