package organizations

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/testkit/effort"
)

var errCrash = errors.New("the process died")

// dying makes every storage call fail from the n-th on, as a dying process does.
type dying struct {
	mu    sync.Mutex
	left  int
	armed bool
	hit   string
}

func (d *dying) fail(point string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !d.armed {
		return nil
	}
	if d.left--; d.left > 0 {
		return nil
	}
	if d.hit == "" {
		d.hit = point
	}
	return errCrash
}

// thing is what another module keeps for an organisation.
type thing struct {
	Organization domain.OrganizationID `json:"organization"`
}

type things struct{ records *store.Records[thing] }

func thingsOf(db *store.DB) things {
	return things{store.NewRecords(db, store.Definition[thing]{Name: "things", Lists: []store.List[thing]{{
		Name: "of", Keys: func(_ string, t thing) []store.Key { return []store.Key{store.KeyOf(string(t.Organization))} }, Sort: func(id string, _ thing) string { return store.SortText(id) },
	}}})}
}

func (things) Kind() string { return "needs" }

func (b things) Count(ctx context.Context, id domain.OrganizationID) (int64, error) {
	return b.records.Count(ctx, "of", store.KeyOf(string(id)))
}

func (b things) Move(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
	return store.Drain(ctx, b.records, "of", store.KeyOf(string(from)), func(doc store.Doc[thing]) error {
		_, err := b.records.Replace(ctx, doc, thing{to}, c)
		return err
	})
}

// plain is the module's service on a file, without pages, so that it can be opened anew after a crash and twice at once.
type plain struct {
	*Service
	things things
}

type place struct {
	path  string
	mode  sqlite.Options
	clock *clock.Fake
}

var bothModes = map[string]sqlite.Options{"rows": {}, "document-atomic": {DocumentAtomic: true}}

func newPlace(t testing.TB, mode sqlite.Options) *place {
	return &place{path: filepath.Join(t.TempDir(), "portal.db"), mode: mode, clock: testkit.Clock()}
}

func (p *place) open(t testing.TB, fail func(string) error) *plain {
	t.Helper()
	db := testkit.OpenFile(t, p.path, p.mode, store.Options{Clock: p.clock, Fail: fail})
	s := newService(Deps{DB: db, Clock: p.clock, Regions: regions{}, People: people{}})
	b := thingsOf(db)
	s.belongings = []Belonging{b}
	return &plain{s, b}
}

func (p *plain) as(t testing.TB, account string) domain.Actor {
	t.Helper()
	a := domain.Actor{Account: domain.AccountID(account), Name: account}
	if strings.HasPrefix(account, "s-") {
		a.Roles = []domain.PlatformRole{domain.RoleSecretariat}
	}
	var err error
	if a.Memberships, err = p.MembershipsOf(context.Background(), a.Account); err != nil {
		t.Fatal(err)
	}
	return a
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// twins are two verified organisations that are one: "old" with three members, a request, an invitation and three
// things, "new" with one owner, one member of both, and one thing.
func (p *plain) twins(t testing.TB) (secret string) {
	t.Helper()
	ctx, now := t.Context(), p.now()
	for id, members := range map[domain.OrganizationID]map[domain.AccountID]domain.OrganizationRole{
		"old": {"ani": domain.OrgOwner, "budi": domain.OrgViewer, "cici": domain.OrgEditor}, "new": {"dedi": domain.OrgOwner, "cici": domain.OrgViewer},
	} {
		o := verified(foundation())
		o.Owners, o.VerifiedAt, o.VerifiedUntil = nil, now, now.AddDate(2, 0, 0)
		for account, role := range members {
			if role == domain.OrgOwner {
				o.Owners = append(o.Owners, account)
			}
			_, err := p.putMember(ctx, Member{Organization: id, Account: account, Role: role, Since: now}, store0)
			must(t, err)
		}
		_, err := p.organizations.Insert(ctx, string(id), o, store0)
		must(t, err)
	}
	for i, id := range []domain.OrganizationID{"old", "old", "old", "new"} {
		_, err := p.things.records.Insert(ctx, fmt.Sprintf("thing-%d", i), thing{id}, store0)
		must(t, err)
	}
	must(t, p.AskToJoin(ctx, p.as(t, "eka"), store.Operation{ID: "ask"}, "old", "Saya ingin membantu."))
	shown, err := p.Invite(ctx, p.as(t, "ani"), store.Operation{ID: "invite"}, "old", domain.OrgEditor)
	must(t, err)
	link, err := p.ShownInvitation(ctx, p.as(t, "ani"), "old", shown)
	must(t, err)
	return strings.TrimPrefix(link.Path, "/invitations/")
}

const mergeReason = "keduanya satu yayasan"

func (p *plain) merge(ctx context.Context, t testing.TB) error {
	return p.Merge(ctx, p.as(t, "s-sari"), store.Operation{ID: "merge"}, "old", "new", 0, mergeReason)
}

// merged checks that nothing is left behind and nothing was lost.
func (p *plain) merged(t testing.TB, secret string) {
	t.Helper()
	ctx := t.Context()
	old, err := p.organizations.Get(ctx, "old")
	must(t, err)
	if old.Body.MergedInto != "new" || old.Body.Merge.Done.IsZero() {
		t.Fatalf("not merged: %+v", old.Body.Merge)
	}
	if left, err := p.membersOf(ctx, "old"); err != nil || len(left) != 0 {
		t.Errorf("members left behind: %v, %v", left, err)
	}
	members, err := p.membersOf(ctx, "new")
	must(t, err)
	roles := map[domain.AccountID]domain.OrganizationRole{}
	for _, m := range members {
		roles[m.Account] = m.Role
	}
	want := map[domain.AccountID]domain.OrganizationRole{"ani": domain.OrgOwner, "budi": domain.OrgViewer, "cici": domain.OrgEditor, "dedi": domain.OrgOwner}
	if fmt.Sprint(roles) != fmt.Sprint(want) {
		t.Errorf("members: %v", roles)
	}
	into, err := p.organizations.Get(ctx, "new")
	must(t, err)
	owners := slices.Sorted(slices.Values(into.Body.Owners))
	if !slices.Equal(owners, []domain.AccountID{"ani", "dedi"}) || into.Body.Absorbs != nil {
		t.Errorf("owners %v, mark %v", owners, into.Body.Absorbs)
	}
	if n, err := p.things.Count(ctx, "new"); err != nil || n != 4 {
		t.Errorf("%d things, %v", n, err)
	}
	requests, err := p.JoinRequests(ctx, p.as(t, "ani"), "new")
	if err != nil || len(requests) != 1 || requests[0].Account != "eka" {
		t.Errorf("requests: %v, %v", requests, err)
	}
	id, err := p.Accept(ctx, p.as(t, "fitri"), store.Operation{ID: "accept"}, secret)
	if err != nil || id != "new" {
		t.Errorf("the old invitation leads to %q, %v", id, err)
	}
	if to, err := p.MovedTo(ctx, domain.Actor{}, "old"); err != nil || to != "new" {
		t.Errorf("the old address leads to %q, %v", to, err)
	}
	if _, err := p.Get(ctx, p.as(t, "s-sari"), "old"); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("the old one is still there: %v", err)
	}
}

// A merge is broken off at each of its storage calls, before and after it took effect; then the portal starts again.
// Once decided it is finished without anyone's doing; undecided, both are as they were and it can be asked again.
func TestMergeAfterACrashAtEachStorageCall(t *testing.T) {
	for name, mode := range bothModes {
		t.Run(name, func(t *testing.T) {
			points, step := 0, 1
			if mode.DocumentAtomic {
				step = 5 // the relay makes many more points, and each is slower
			}
			if effort.Small() {
				step *= 7
			}
			for n := 1; ; n += step {
				p := newPlace(t, mode)
				d := &dying{left: n}
				s := p.open(t, d.fail)
				secret := s.twins(t)
				actor := s.as(t, "s-sari")
				d.armed = true
				err := s.Merge(t.Context(), actor, store.Operation{ID: "merge"}, "old", "new", 0, mergeReason)
				d.armed = false
				if d.hit == "" {
					must(t, err)
					break
				}
				points++
				again := p.open(t, nil)
				p.clock.Advance(3 * time.Minute)
				_, err = again.AdvanceMergers(t.Context())
				must(t, err)
				doc, err := again.organizations.Get(t.Context(), "old")
				must(t, err)
				if doc.Body.MergedInto == "" {
					if m, _ := again.membersOf(t.Context(), "old"); len(m) != 3 || doc.Version != 1 {
						t.Errorf("%s: undecided, and %d members, version %d", d.hit, len(m), doc.Version)
					}
				}
				must(t, again.merge(t.Context(), t))
				p.clock.Advance(3 * time.Minute)
				_, err = again.AdvanceMergers(t.Context())
				must(t, err)
				again.merged(t, secret)
				if t.Failed() {
					t.Fatalf("after a crash at call %d (%s)", n, d.hit)
				}
			}
			t.Logf("%d points", points)
		})
	}
}

// What a request makes that had read its rights before the merge follows later.
func TestLateComersFollowAMerge(t *testing.T) {
	p := newPlace(t, sqlite.Options{})
	s := p.open(t, nil)
	secret := s.twins(t)
	must(t, s.merge(t.Context(), t))
	doc, err := s.things.records.Get(t.Context(), "thing-3")
	must(t, err)
	_, err = s.things.records.Replace(t.Context(), doc, thing{"old"}, store0)
	must(t, err)
	p.clock.Advance(3 * time.Minute)
	n, err := s.AdvanceMergers(t.Context())
	if err != nil || n != 1 {
		t.Errorf("%d, %v", n, err)
	}
	s.merged(t, secret)
	if n, err := s.AdvanceMergers(t.Context()); err != nil || n != 0 {
		t.Errorf("it is not done: %d, %v", n, err)
	}
}

// Two of the secretariat merge the same pair in both directions at once, from two replicas: one of the two stays.
func TestMergingIntoEachOtherLeavesOne(t *testing.T) {
	for round := range 10 {
		p := newPlace(t, sqlite.Options{})
		a := p.open(t, nil)
		b := p.open(t, nil)
		a.twins(t)
		sari, tono := a.as(t, "s-sari"), b.as(t, "s-tono")
		var wait sync.WaitGroup
		var errs [2]error
		wait.Go(func() {
			errs[0] = a.Merge(context.Background(), sari, store.Operation{ID: "one"}, "old", "new", 0, mergeReason)
		})
		wait.Go(func() {
			errs[1] = b.Merge(context.Background(), tono, store.Operation{ID: "two"}, "new", "old", 0, mergeReason)
		})
		wait.Wait()
		docs, err := a.organizations.GetMany(t.Context(), []string{"old", "new"})
		must(t, err)
		gone := 0
		for _, doc := range docs {
			if doc.Body.MergedInto != "" {
				gone++
			}
		}
		decided := 0
		for _, err := range errs {
			if err == nil {
				decided++
			} else if !apperr.Is(err, apperr.Conflict) && !apperr.Is(err, apperr.NotFound) {
				t.Errorf("round %d: %v", round, err)
			}
		}
		if gone != decided || gone > 1 {
			t.Fatalf("round %d: %d are gone, %d decided: %v", round, gone, decided, errs)
		}
		if gone == 0 { // both gave way to each other: a minute later either can
			p.clock.Advance(2 * time.Minute)
			must(t, a.merge(t.Context(), t))
		}
	}
}

func TestWhatCannotBeMerged(t *testing.T) {
	p := newPlace(t, sqlite.Options{})
	s := p.open(t, nil)
	now := p.clock.Now()
	insert := func(id string, change func(*Organization)) {
		o := verified(foundation())
		o.VerifiedAt, o.VerifiedUntil = now, now.AddDate(2, 0, 0)
		change(&o)
		_, err := s.organizations.Insert(t.Context(), id, o, store0)
		must(t, err)
	}
	insert("plain", func(*Organization) {})
	insert("media", func(o *Organization) { o.Type = domain.TypeMedia })
	insert("demo", func(o *Organization) { o.Demo = true })
	insert("pending", func(o *Organization) { o.State = StatePending })
	insert("suspended", func(o *Organization) { o.State = StateSuspended })
	insert("registered", func(o *Organization) {
		o.State, o.VerifiedAt, o.VerifiedUntil = StateRegistered, time.Time{}, time.Time{}
	})
	insert("village", func(o *Organization) { o.Village = "61.01.08.2007" })
	sari := s.as(t, "s-sari")
	for _, c := range []struct{ from, into, word string }{
		{"plain", "plain", "merge_self"}, {"plain", "media", "merge_type"}, {"plain", "demo", "merge_demo"}, {"plain", "pending", "merge_pending"},
		{"suspended", "plain", "merge_suspended"}, {"plain", "registered", "merge_other_way"}, {"village", "plain", "merge_village"},
		{"plain", "nothing", "not_found"},
	} {
		err := s.Merge(t.Context(), sari, store.Operation{ID: c.from + c.into}, domain.OrganizationID(c.from), domain.OrganizationID(c.into), 0, mergeReason)
		if said(err) != c.word {
			t.Errorf("%s into %s: %v", c.from, c.into, err)
		}
	}
	if err := s.Merge(t.Context(), sari, store.Operation{ID: "r"}, "registered", "plain", 0, ""); !hasField(err, "reason") {
		t.Errorf("without a reason: %v", err)
	}
	if err := s.Merge(t.Context(), s.as(t, "ani"), store.Operation{ID: "a"}, "registered", "plain", 0, mergeReason); !apperr.Is(err, apperr.Forbidden) {
		t.Errorf("by nobody of the secretariat: %v", err)
	}
	_, err := s.putMember(t.Context(), Member{Organization: "plain", Account: "s-ina", Role: domain.OrgViewer}, store0)
	must(t, err)
	if err := s.Merge(t.Context(), s.as(t, "s-ina"), store.Operation{ID: "i"}, "registered", "plain", 0, mergeReason); said(err) != "own" {
		t.Errorf("into their own: %v", err)
	}
	if err := s.Merge(t.Context(), sari, store.Operation{ID: "v"}, "registered", "plain", 9, mergeReason); said(err) != "changed" {
		t.Errorf("with an old version: %v", err)
	}
	must(t, s.Merge(t.Context(), sari, store.Operation{ID: "ok"}, "registered", "plain", 1, mergeReason))
	must(t, s.Merge(t.Context(), sari, store.Operation{ID: "ok"}, "registered", "plain", 1, mergeReason))
}
