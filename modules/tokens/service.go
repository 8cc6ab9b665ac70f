package tokens

import (
	"context"
	"log/slog"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
)

// People tell what a person may do now. NotFound for one who is not there any more, or is shut out.
type People interface {
	ActorOf(ctx context.Context, id domain.AccountID) (domain.Actor, error)
	Names(ctx context.Context, ids []domain.AccountID) (map[domain.AccountID]string, error)
}

// Organizations know the organisations.
type Organizations interface {
	// Acts tells how an organisation is called, and whether it may act at all: one that is suspended may not. NotFound.
	Acts(ctx context.Context, id domain.OrganizationID) (name string, acts bool, err error)
}

// Limits of a token, over all replicas.
const (
	perMinute = 300
	seenEvery = 5 * time.Minute
)

// Service keeps the tokens.
type Service struct {
	db            *store.DB
	tokens        *store.Records[Token]
	seen          *store.State[time.Time]
	people        People
	organizations Organizations
	clock         clock.Clock
	log           *slog.Logger
}

func newService(d Deps) *Service {
	return &Service{
		db: d.DB, tokens: store.NewRecords(d.DB, tokenDefinition()), seen: store.NewState[time.Time](d.DB, "api_token_seen"),
		people: d.People, organizations: d.Organizations, clock: d.Clock, log: d.Log,
	}
}

func mayManage(actor domain.Actor, id domain.OrganizationID) error {
	if actor.Program != nil || !actor.Has(id, domain.OrgOwner) {
		return apperr.New(apperr.Forbidden, "tokens.error.owner_only")
	}
	return nil
}

func hidden() error { return apperr.New(apperr.NotFound, "error.not_found") }

// Make makes a token and gives its text, which is not kept and cannot be given again. Forbidden for others than owners;
// Invalid; Conflict where this form made one already, or the organisation has as many as it may have.
func (s *Service) Make(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, w Wish) (string, store.Doc[Token], error) {
	var none store.Doc[Token]
	if err := mayManage(actor, id); err != nil {
		return "", none, err
	}
	now := s.clock.Now()
	t, err := w.token(id, actor.Account, now)
	if err != nil {
		return "", none, err
	}
	tokenID := actor.NewID(op)
	if _, err := s.tokens.Get(ctx, tokenID); err == nil {
		return "", none, apperr.New(apperr.Conflict, "tokens.error.shown")
	}
	live, err := s.live(ctx, id)
	if err != nil {
		return "", none, err
	}
	if live >= maxLive {
		return "", none, apperr.New(apperr.Conflict, "tokens.error.many", "max", maxLive)
	}
	secret := newSecret()
	t.Hash = hashOf(secret)
	doc, err := s.tokens.Insert(ctx, tokenID, t, actor.Change("token.made", id, op))
	if err == nil && doc.Body.Hash != t.Hash || apperr.Is(err, apperr.Conflict) { // the same form at the same moment
		return "", none, apperr.New(apperr.Conflict, "tokens.error.shown")
	}
	if err != nil {
		return "", none, err
	}
	return text(tokenID, secret), doc, nil
}

func (s *Service) live(ctx context.Context, id domain.OrganizationID) (n int, err error) {
	for cursor := ""; ; {
		page, err := s.tokens.List(ctx, store.Query{List: listOrganization, Key: store.KeyOf(string(id)), Cursor: cursor, Limit: 100})
		if err != nil {
			return n, err
		}
		for _, doc := range page.Items {
			if doc.Body.Live(s.clock.Now()) {
				n++
			}
		}
		if cursor = page.Next; cursor == "" {
			return n, nil
		}
	}
}

// View is a token as its owners see it.
type View struct {
	store.Doc[Token]
	Maker string    // "" for an account that is gone
	Seen  time.Time // when it was last used, give or take five minutes; zero: never
	Cut   bool      // its maker is no owner any more: it opens nothing
}

// List gives a page of an organisation's tokens, the newest first. NotFound for those who are not to know.
func (s *Service) List(ctx context.Context, actor domain.Actor, id domain.OrganizationID, cursor string) (views []View, next string, err error) {
	if !actor.Has(id, domain.OrgOwner) && !actor.Secretariat() && !actor.Auditor() || actor.Program != nil {
		return nil, "", hidden()
	}
	page, err := s.tokens.List(ctx, store.Query{List: listOrganization, Key: store.KeyOf(string(id)), Cursor: cursor})
	if err != nil {
		return nil, "", err
	}
	makers := make([]domain.AccountID, 0, len(page.Items))
	for _, doc := range page.Items {
		makers = append(makers, doc.Body.By)
	}
	names, err := s.people.Names(ctx, makers)
	if err != nil {
		return nil, "", err
	}
	owners := map[domain.AccountID]bool{}
	for _, doc := range page.Items {
		v := View{Doc: doc, Maker: names[doc.Body.By]}
		if v.Seen, err = s.seen.Get(ctx, doc.ID); err != nil && !apperr.Is(err, apperr.NotFound) {
			return nil, "", err
		}
		owns, known := owners[doc.Body.By]
		if !known {
			if owns, err = s.owns(ctx, doc.Body.By, id); err != nil {
				return nil, "", err
			}
			owners[doc.Body.By] = owns
		}
		v.Cut = !owns
		views = append(views, v)
	}
	return views, page.Next, nil
}

func (s *Service) owns(ctx context.Context, account domain.AccountID, id domain.OrganizationID) (bool, error) {
	maker, err := s.people.ActorOf(ctx, account)
	if apperr.Is(err, apperr.NotFound) {
		return false, nil
	}
	return err == nil && maker.Has(id, domain.OrgOwner), err
}

// Revoke takes a token back; it opens nothing from the next request on. Owners may, and the secretariat where one is
// known to have leaked. Forbidden; NotFound where the organisation has none of that id.
func (s *Service) Revoke(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, token string) error {
	if err := mayManage(actor, id); err != nil && !actor.Secretariat() {
		return err
	}
	doc, err := s.tokens.Get(ctx, token)
	if apperr.Is(err, apperr.NotFound) || err == nil && doc.Body.Organization != id {
		return hidden()
	}
	if err != nil || !doc.Body.Ended.IsZero() {
		return err
	}
	t := doc.Body
	t.Ended, t.EndedBy = s.clock.Now(), actor.Account
	_, err = s.tokens.Replace(ctx, doc, t, actor.Change("token.revoked", id, op))
	return err
}

// Authenticate gives as whom a program asks that sent this text: as a reader of the organisation, in the token's scopes
// and in nothing else. A token reads only while all of this holds, and that is asked anew on each request: nobody took
// it back and its time is not over; its organisation is not suspended; who made it is still an owner. The last since a
// token is lent authority: once nobody who may lend it stands behind it, it ends. SignIn where one does not hold,
// TooMany, Unavailable.
func (s *Service) Authenticate(ctx context.Context, sent string) (domain.Actor, error) {
	refused := apperr.New(apperr.SignIn, "tokens.error.refused")
	id, secret, ok := split(sent)
	if !ok {
		return domain.Actor{}, refused
	}
	doc, err := s.tokens.Get(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		return domain.Actor{}, refused
	}
	if err != nil {
		return domain.Actor{}, err
	}
	t, now := doc.Body, s.clock.Now()
	if !t.opens(secret) || !t.Live(now) {
		return domain.Actor{}, refused
	}
	name, acts, err := s.organizations.Acts(ctx, t.Organization)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return domain.Actor{}, err
	}
	maker, makerErr := s.people.ActorOf(ctx, t.By)
	if makerErr != nil && !apperr.Is(makerErr, apperr.NotFound) {
		return domain.Actor{}, makerErr
	}
	membership, belongs := maker.Membership(t.Organization)
	if err != nil || makerErr != nil || !acts || !belongs || membership.Role != domain.OrgOwner {
		return domain.Actor{}, refused
	}
	n, err := s.db.Add(ctx, "token/"+id, 1, time.Minute)
	if err != nil {
		return domain.Actor{}, err
	}
	if n > perMinute {
		e := apperr.New(apperr.TooMany, "")
		e.RetryAfter = time.Minute
		return domain.Actor{}, e
	}
	if err := s.note(ctx, id, now); err != nil {
		return domain.Actor{}, err
	}
	membership.Role, membership.Village = domain.OrgViewer, ""
	return domain.Actor{
		Account: domain.TokenAccount(id), Name: name + ": " + t.Name, Memberships: []domain.Membership{membership},
		Program: &domain.Program{Token: id, Scopes: t.Scopes},
	}, nil
}

// note keeps when a token was last used, at most every five minutes.
func (s *Service) note(ctx context.Context, id string, now time.Time) error {
	seen, err := s.seen.Get(ctx, id)
	if err == nil && now.Sub(seen) < seenEvery {
		return nil
	}
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	return s.seen.Put(ctx, id, now, 2*365*24*time.Hour)
}

// CountOf tells how many tokens an organisation has or had.
func (s *Service) CountOf(ctx context.Context, id domain.OrganizationID) (int64, error) {
	return s.tokens.Count(ctx, listOrganization, store.KeyOf(string(id)))
}

// MoveAll gives an organisation's tokens to the one that took it in. It may be repeated.
func (s *Service) MoveAll(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
	return store.Drain(ctx, s.tokens, listOrganization, store.KeyOf(string(from)), func(doc store.Doc[Token]) error {
		t := doc.Body
		t.Organization = to
		_, err := s.tokens.Replace(ctx, doc, t, c)
		return err
	})
}
