package accounts

import (
	"cmp"
	"context"
	"log/slog"
	"slices"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Memberships tells to which organisations a person belongs.
type Memberships interface {
	MembershipsOf(ctx context.Context, account domain.AccountID) ([]domain.Membership, error)
}

// Regions knows the official regions. Place answers NotFound for a code that is none.
type Regions interface {
	Place(ctx context.Context, code domain.RegionCode) (domain.Place, error)
}

// Deps is what the module needs.
type Deps struct {
	DB          *store.DB
	Views       *web.Engine
	Clock       clock.Clock
	Log         *slog.Logger
	Providers   *Providers
	PublicURL   string   // of the portal, without a slash at its end
	Secretariat []string // verified e-mail addresses that become secretariat at their first sign-in
	Domains     []string // of e-mail addresses with which new accounts are made; empty: any
	Memberships Memberships
	Departure   Departure
	Regions     Regions
	Approve     bool   // new accounts wait until the secretariat lets them in
	Terms       string // version of the terms in force; "" for TermsVersion
	Papers      Papers // what people uploaded; may be nil
	Contact     string // address to which people write whose account is shut; may be ""
}

// Service keeps accounts, identities, sessions and rights.
type Service struct {
	Sessions  *Sessions
	Providers *Providers

	accounts    *store.Records[Account]
	identities  *store.Records[Identity]
	attempts    *store.State[attempt]
	held        *store.State[heldForm]
	clock       clock.Clock
	log         *slog.Logger
	publicURL   string
	secretariat []string
	domains     []string
	memberships Memberships
	departure   Departure
	regions     Regions
	db          *store.DB
	notices     *store.State[ClosedNotice]
	approve     bool
	contact     string
	terms       string
	papers      Papers
	exports     *store.Records[copyTaken]
}

func newService(d Deps) *Service {
	s := &Service{
		Sessions: newSessions(d.DB, d.Clock), Providers: d.Providers,
		accounts: store.NewRecords(d.DB, accountDefinition()), identities: store.NewRecords(d.DB, identityDefinition()),
		attempts: store.NewState[attempt](d.DB, "sign_ins"), held: newHeldForms(d.DB), clock: d.Clock, log: d.Log, publicURL: strings.TrimSuffix(d.PublicURL, "/"),
		db: d.DB, memberships: d.Memberships, departure: d.Departure, regions: d.Regions,
		notices: store.NewState[ClosedNotice](d.DB, "closed_notices"), approve: d.Approve, contact: d.Contact, terms: cmp.Or(d.Terms, TermsVersion), papers: d.Papers,
		exports: store.NewRecords(d.DB, copyDefinition()),
	}
	for _, email := range d.Secretariat {
		s.secretariat = append(s.secretariat, strings.ToLower(strings.TrimSpace(email)))
	}
	for _, d := range d.Domains {
		s.domains = append(s.domains, strings.ToLower(strings.TrimPrefix(strings.TrimSpace(d), "@")))
	}
	return s
}

// Signed is what a session stands for at this request.
type Signed struct {
	Actor   domain.Actor
	Session Session
	User    web.User
	Owes    bool   // the terms in force are not accepted yet
	Token   string // another token for the cookie, since the person's rights changed; "" leaves it
}

// Authenticate loads who holds the token: account, roles and mandates and memberships as they are now. It reports
// false where no session lives under it. Unavailable where the store does not answer.
func (s *Service) Authenticate(ctx context.Context, token string) (Signed, bool, error) {
	session, err := s.Sessions.Find(ctx, token)
	if apperr.Is(err, apperr.NotFound) {
		return Signed{}, false, nil
	}
	if err != nil {
		return Signed{}, false, err
	}
	actor, account, err := s.actorOf(ctx, session.Account)
	if apperr.Is(err, apperr.NotFound) {
		return Signed{}, false, nil
	}
	if err != nil {
		return Signed{}, false, err
	}
	actor.Session, actor.Proved = session.Public, session.Proved
	fresh, err := s.Sessions.renew(ctx, token, rightsDigest(actor), session)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return Signed{}, false, err
	}
	names := make([]string, 0, len(actor.Memberships))
	for _, m := range actor.Memberships {
		names = append(names, m.Name)
	}
	return Signed{Actor: actor, Session: session, User: web.User{Name: actor.Name, Organizations: strings.Join(names, ", "), Desk: true}, Owes: s.owesTerms(account), Token: fresh}, true, nil
}

// rightsDigest names what an actor may do: roles, mandates, places in organisations.
func rightsDigest(a domain.Actor) string {
	rights := make([]string, 0, len(a.Roles)+len(a.Mandates)+len(a.Memberships))
	for _, r := range a.Roles {
		rights = append(rights, "role "+string(r))
	}
	for _, m := range a.Mandates {
		rights = append(rights, "mandate "+m.Kind+" "+string(m.Region)+" "+string(m.Organization))
	}
	for _, m := range a.Memberships {
		rights = append(rights, "member "+string(m.Organization)+" "+string(m.Role))
	}
	slices.Sort(rights)
	return hashToken(strings.Join(rights, "\n"))[:16]
}

// ActorOf assembles an account with its roles, mandates and memberships, without a session. NotFound also for one that
// was erased or does not open the portal; Unavailable.
func (s *Service) ActorOf(ctx context.Context, id domain.AccountID) (domain.Actor, error) {
	actor, _, err := s.actorOf(ctx, id)
	return actor, err
}

func (s *Service) actorOf(ctx context.Context, id domain.AccountID) (domain.Actor, Account, error) {
	doc, err := s.accounts.Get(ctx, string(id))
	if err != nil {
		return domain.Actor{}, Account{}, err
	}
	if !doc.Body.Erased.IsZero() || doc.Body.Access() != AccessOpen {
		return domain.Actor{}, Account{}, apperr.New(apperr.NotFound, "")
	}
	actor := domain.Actor{Account: id, Name: doc.Body.Name, Demo: doc.Body.Demo}
	for _, r := range doc.Body.Roles {
		actor.Roles = append(actor.Roles, r.Role)
	}
	for _, m := range doc.Body.Mandates {
		actor.Mandates = append(actor.Mandates, m.Mandate)
	}
	actor.Memberships, err = s.memberships.MembershipsOf(ctx, id)
	return actor, doc.Body, err
}

// Names gives the names of accounts for other modules' pages; those that are gone are left out. Unavailable.
func (s *Service) Names(ctx context.Context, ids []domain.AccountID) (map[domain.AccountID]string, error) {
	plain := make([]string, 0, len(ids))
	for _, id := range ids {
		if id != "" && !slices.Contains(plain, string(id)) {
			plain = append(plain, string(id))
		}
	}
	docs, err := s.accounts.GetMany(ctx, plain)
	if err != nil {
		return nil, err
	}
	names := make(map[domain.AccountID]string, len(docs))
	for id, doc := range docs {
		names[domain.AccountID(id)] = doc.Body.Name
	}
	return names, nil
}

// Account gives one's own account with its version. NotFound, SignIn.
func (s *Service) Account(ctx context.Context, actor domain.Actor) (store.Doc[Account], error) {
	if !actor.SignedIn() {
		return store.Doc[Account]{}, apperr.New(apperr.SignIn, "")
	}
	return s.accounts.Get(ctx, string(actor.Account))
}

// Identities lists what opens an account. Unavailable.
func (s *Service) Identities(ctx context.Context, account domain.AccountID) ([]store.Doc[Identity], error) {
	page, err := s.identities.List(ctx, store.Query{List: listIdentities, Key: store.KeyOf(string(account)), Limit: 100})
	return page.Items, err
}

// Unlink takes one of the actor's ways to sign in away, never the last: the account's own version guards that of two
// unlinked at once one stays. SignIn, NotFound, Conflict for the last one.
func (s *Service) Unlink(ctx context.Context, actor domain.Actor, op store.Operation, id string) error {
	account, err := s.Account(ctx, actor)
	if err != nil {
		return err
	}
	doc, err := s.identities.Get(ctx, id)
	if err != nil {
		return err
	}
	if doc.Body.Account != actor.Account {
		return apperr.New(apperr.NotFound, "")
	}
	have, err := s.Identities(ctx, actor.Account)
	if err != nil {
		return err
	}
	if len(have) < 2 {
		return apperr.New(apperr.Conflict, "accounts.error.last_identity")
	}
	body := account.Body
	body.Unlinked++
	if _, err := s.accounts.Replace(ctx, account, body, actor.Change("account.identity-leaves", "", op)); err != nil {
		return err
	}
	return s.identities.Delete(ctx, doc, actor.Change("identity.unlinked", "", op))
}

// undoLife is how long what was done can be taken back with one press.
const undoLife = time.Hour

// Relink gives the actor a way to sign in back that they took away within the last hour. SignIn, NotFound, Conflict
// where it is too late, or it opens an account again.
func (s *Service) Relink(ctx context.Context, actor domain.Actor, op store.Operation, id string) error {
	if !actor.SignedIn() {
		return apperr.New(apperr.SignIn, "")
	}
	e, done, err := s.identities.Undoable(ctx, id, op, s.clock.Now().Add(-undoLife), "identity.unlinked")
	if e.Actor != string(actor.Account) && (err == nil || apperr.Is(err, apperr.Conflict)) {
		return apperr.New(apperr.NotFound, "")
	}
	if apperr.Is(err, apperr.Conflict) {
		return apperr.New(apperr.Conflict, "accounts.error.undo_late")
	}
	if err != nil || done {
		return err
	}
	identity, _, err := s.identities.Before(ctx, store.Doc[Identity]{}, e)
	if err == nil && identity.Account != actor.Account {
		return apperr.New(apperr.NotFound, "")
	}
	if err == nil {
		_, err = s.identities.Insert(ctx, id, identity, actor.Change("identity.relinked", "", op))
	}
	return err
}

// Rename gives the actor's account another name. SignIn, Invalid, Conflict where it changed since version.
func (s *Service) Rename(ctx context.Context, actor domain.Actor, op store.Operation, version int64, name string) error {
	doc, err := s.Account(ctx, actor)
	if err != nil {
		return err
	}
	body := doc.Body
	if err := body.Rename(name); err != nil {
		return err
	}
	if body.Name == doc.Body.Name {
		return nil
	}
	doc.Version = version
	_, err = s.accounts.Replace(ctx, doc, body, actor.Change("account.renamed", "", op))
	return err
}

// Enrolment makes an account before its person first signs in: the demo content does so.
type Enrolment struct {
	Issuer, Subject string
	Provider        string // key of the configuration
	Name, Email     string
	EmailVerified   bool
	Roles           []domain.PlatformRole
	Mandates        []domain.Mandate
	Demo            bool
}

// Enrol makes account and identity where they are missing and gives the account's id, which is
// AccountIDFor(Issuer, Subject). What exists stays as it is. Unavailable.
func (s *Service) Enrol(ctx context.Context, e Enrolment) (domain.AccountID, error) {
	id, now := AccountIDFor(e.Issuer, e.Subject), s.clock.Now()
	body := Account{Name: CleanName(e.Name), Email: e.Email, EmailVerified: e.EmailVerified, Demo: e.Demo}
	for _, role := range e.Roles {
		body.GrantRole(RoleGrant{Role: role, At: now})
	}
	for i, m := range e.Mandates {
		body.GrantMandate(MandateGrant{ID: store.DeriveID(string(id), "mandate"+string(rune('a'+i))), Mandate: m, At: now})
	}
	change := store.Change{Action: "account.enrolled", Operation: store.Operation{ID: "enrol-" + string(id)}}
	if _, err := s.accounts.Insert(ctx, string(id), body, change); err != nil && !apperr.Is(err, apperr.Conflict) {
		return "", err
	}
	identity := Identity{Issuer: e.Issuer, Subject: e.Subject, Provider: e.Provider, Account: id, Demo: e.Demo}
	change.Action = "identity.linked"
	if _, err := s.identities.Insert(ctx, IdentityID(e.Issuer, e.Subject), identity, change); err != nil && !apperr.Is(err, apperr.Conflict) {
		return "", err
	}
	return id, nil
}

// EnrolMany stores many demo accounts with their identities, in bulk; those that are there are left as they are. Their
// roles and mandates are not looked at.
func (s *Service) EnrolMany(ctx context.Context, list []Enrolment) error {
	people, identities := make([]store.Item[Account], 0, len(list)), make([]store.Item[Identity], 0, len(list))
	for _, e := range list {
		id := AccountIDFor(e.Issuer, e.Subject)
		people = append(people, store.Item[Account]{ID: string(id), Body: Account{Name: CleanName(e.Name), Email: e.Email, EmailVerified: e.EmailVerified, Demo: true}})
		identities = append(identities, store.Item[Identity]{ID: IdentityID(e.Issuer, e.Subject), Body: Identity{Issuer: e.Issuer, Subject: e.Subject, Provider: e.Provider, Account: id, Demo: true}})
	}
	if err := s.accounts.InsertMany(ctx, people, store.Change{Action: "account.enrolled"}); err != nil {
		return err
	}
	return s.identities.InsertMany(ctx, identities, store.Change{Action: "identity.linked"})
}

// Unenrol removes an enrolled demo account, its identity and its sessions, when the demo content is removed. One that
// is no demo account stays. Unavailable.
func (s *Service) Unenrol(ctx context.Context, issuer, subject string) error {
	id, change := AccountIDFor(issuer, subject), store.Change{Action: "account.removed"}
	if doc, err := s.accounts.Get(ctx, string(id)); err == nil && !doc.Body.Demo {
		return nil
	} else if err == nil {
		if _, err := s.Sessions.EndOthers(ctx, id, ""); err != nil {
			return err
		}
		if err := s.accounts.Delete(ctx, doc, change); err != nil && !apperr.Is(err, apperr.NotFound) {
			return err
		}
	} else if !apperr.Is(err, apperr.NotFound) {
		return err
	}
	doc, err := s.identities.Get(ctx, IdentityID(issuer, subject))
	if err == nil && doc.Body.Demo {
		change.Action = "identity.removed"
		err = s.identities.Delete(ctx, doc, change)
	}
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	return err
}

// change reads an account, edits it and writes it, again where another writer was faster. edit reports false where
// there is nothing to change.
func (s *Service) change(ctx context.Context, id domain.AccountID, c store.Change, edit func(*Account) (bool, error)) error {
	var err error
	for range 5 {
		var doc store.Doc[Account]
		if doc, err = s.accounts.Get(ctx, string(id)); err != nil {
			return err
		}
		body := doc.Body
		changed, editErr := edit(&body)
		if editErr != nil || !changed {
			return editErr
		}
		if _, err = s.accounts.Replace(ctx, doc, body, c); !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
	return err
}

// attempt is a sign-in under way, kept for ten minutes under the hash of its state and taken once.
type attempt struct {
	Provider    string           `json:"provider"`
	Browser     string           `json:"browser"` // hash of the value in the browser's cookie
	Verifier    string           `json:"verifier"`
	Nonce       string           `json:"nonce"`
	RedirectURI string           `json:"redirect_uri"`
	Goth        string           `json:"goth"`
	Next        string           `json:"next"`
	Lang        string           `json:"lang"`
	Account     domain.AccountID `json:"account,omitempty"` // linking: to whom
	Session     string           `json:"session,omitempty"` // linking: in which session
	Again       bool             `json:"again,omitempty"`   // who is signed in does so once more
}

const attemptLifetime = 10 * time.Minute
