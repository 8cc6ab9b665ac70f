package commitments

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/testkit"
)

const (
	testVillage = domain.RegionCode("61.01.08.2007")
	testUnit    = domain.UnitID("unit")
	testTopic   = domain.CategoryID("clean-water-supply")
)

// world is what the other modules know, and the people who act.
type world struct {
	mu          sync.Mutex
	needs       map[domain.NeedID]Need
	initiatives map[domain.InitiativeID]Initiative
	unverified  map[domain.OrganizationID]bool
	papers      map[domain.DocumentID]domain.DocumentType
	waiting     map[string]bool // operations of forms whose papers are not shown yet
	unowned     map[domain.AccountID]bool
}

func newWorld() *world {
	return &world{needs: map[domain.NeedID]Need{}, initiatives: map[domain.InitiativeID]Initiative{}, unverified: map[domain.OrganizationID]bool{},
		papers: map[domain.DocumentID]domain.DocumentType{}, waiting: map[string]bool{}, unowned: map[domain.AccountID]bool{}}
}

type worldNeeds struct{ *world }

func (w worldNeeds) Get(_ context.Context, id domain.NeedID) (Need, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if n, ok := w.needs[id]; ok {
		return n, nil
	}
	return Need{}, notFound()
}

type worldInitiatives struct{ *world }

func (w worldInitiatives) Get(_ context.Context, id domain.InitiativeID) (Initiative, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if i, ok := w.initiatives[id]; ok {
		return i, nil
	}
	return Initiative{}, notFound()
}

func (w *world) Brief(_ context.Context, id domain.OrganizationID) (domain.OrganizationBrief, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return domain.OrganizationBrief{ID: id, Name: "Contoh: " + string(id), Verified: !w.unverified[id]}, nil
}

func (w *world) VillageGovernment(_ context.Context, code domain.RegionCode) (domain.OrganizationBrief, error) {
	if code != testVillage {
		return domain.OrganizationBrief{}, notFound()
	}
	return domain.OrganizationBrief{ID: "desa", Name: "Contoh: Pemerintah Desa", Verified: true, Village: code}, nil
}

func (w *world) Place(_ context.Context, code domain.RegionCode) (domain.Place, error) {
	return domain.Place{Code: code, Name: "Temajuk", Kind: "desa", District: "Paloh", Regency: "Kabupaten Sambas"}, nil
}

func (w *world) Attach(_ context.Context, actor domain.Actor, op store.Operation, ref domain.Ref, typ domain.DocumentType, vis domain.Visibility, up domain.Upload) (domain.Citation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if ref.Kind != domain.KindCommitment || vis != domain.VisibleParties {
		return domain.Citation{}, errors.New("attached to the wrong thing, or for everyone to see")
	}
	id := domain.DocumentID(ref.ID + "/" + actor.NewID(op))
	w.papers[id], w.waiting[op.ID] = typ, true
	return domain.Citation{ID: id, SHA256: "sum of " + string(id)}, nil
}

func (w *world) Answered(_ context.Context, op store.Operation, answer error) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	delete(w.waiting, op.ID)
	return answer
}

func (w *world) Has(_ context.Context, ref domain.Ref, types ...domain.DocumentType) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, typ := range w.papers {
		for _, want := range types {
			if typ == want && len(id) > len(ref.ID) && string(id[:len(ref.ID)]) == ref.ID {
				return true, nil
			}
		}
	}
	return false, nil
}

func (w *world) Cite(_ context.Context, ref domain.Ref, typ domain.DocumentType) (domain.Citation, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, had := range w.papers {
		if had == typ && len(id) > len(ref.ID) && string(id[:len(ref.ID)]) == ref.ID {
			return domain.Citation{ID: id, SHA256: "sum of " + string(id)}, nil
		}
	}
	return domain.Citation{}, notFound()
}

func (w *world) PicturesOf(_ context.Context, ref domain.Ref) (list []domain.Picture, err error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for id, typ := range w.papers {
		if typ == domain.DocPhoto && len(id) > len(ref.ID) && string(id[:len(ref.ID)]) == ref.ID {
			list = append(list, domain.Picture{ID: id})
		}
	}
	return list, nil
}

func (w *world) Thumbnail(_ context.Context, _ string, _ domain.Ref, id domain.DocumentID, _ int) ([]byte, error) {
	return []byte("picture " + id), nil
}

// MembershipsOf knows the people of these tests; who is in unowned has left.
func (w *world) MembershipsOf(_ context.Context, account domain.AccountID) ([]domain.Membership, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, a := range []domain.Actor{giver, taker, stranger} {
		if a.Account == account && !w.unowned[account] {
			return a.Memberships, nil
		}
	}
	return nil, nil
}

func owner(account string, organization domain.OrganizationID, village domain.RegionCode) domain.Actor {
	return domain.Actor{Account: domain.AccountID(account), Memberships: []domain.Membership{
		{Organization: organization, Role: domain.OrgOwner, Verified: true, Village: village}}}
}

var (
	giver    = owner("giver", "giver-org", "")
	taker    = owner("taker", "desa", testVillage)
	stranger = owner("stranger", "other-org", "")
	verifier = domain.Actor{Account: "verifier", Mandates: []domain.Mandate{{Kind: domain.MandateAreaVerifier, Region: "61.01.08", Organization: "kecamatan"}}}
	public   = domain.Actor{}
)

func operation(id string) store.Operation { return store.Operation{ID: id, Digest: "d" + id} }

// bench is a service on a store that can be opened again.
type bench struct {
	*Service
	world *world
	clock *clock.Fake
	path  string
	mode  sqlite.Options
}

func newBench(t testing.TB, mode sqlite.Options) *bench {
	t.Helper()
	b := &bench{world: newWorld(), clock: testkit.Clock(), path: filepath.Join(t.TempDir(), "portal.db"), mode: mode}
	b.open(t, nil)
	return b
}

// open starts the service anew on the same file; fail is called at each storage call.
func (b *bench) open(t testing.TB, fail func(string) error) *store.DB {
	t.Helper()
	db := testkit.OpenFile(t, b.path, b.mode, store.Options{Clock: b.clock, Fail: fail})
	b.Service = newService(Deps{DB: db, Clock: b.clock, Needs: worldNeeds{b.world}, Initiatives: worldInitiatives{b.world},
		Organizations: b.world, Places: b.world, Papers: b.world})
	ready(t, db)
	return db
}

func (b *bench) need(t testing.TB, id domain.NeedID, quantity int64) {
	t.Helper()
	b.world.needs[id] = Need{ID: id, Title: "Penampung air", Village: testVillage, Category: testTopic, Unit: testUnit, Quantity: quantity, Divisible: true,
		Organization: "desa", Open: true}
	if err := b.OpenNeed(t.Context(), id, testUnit, quantity); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) initiative(t testing.TB, id domain.InitiativeID, organization domain.OrganizationID, capacity int64) {
	t.Helper()
	offer := Offer{ID: domain.OfferID(id) + "-offer", Category: testTopic, Unit: testUnit, Quantity: capacity, Areas: []domain.RegionCode{"61.01"}, From: "2027-01-01", Until: "2027-12-31"}
	b.world.initiatives[id] = Initiative{ID: id, Title: "Air bersih", Organization: organization, Open: true, Offers: []Offer{offer}}
	if err := b.OpenOffer(t.Context(), id, offer.ID, testUnit, capacity); err != nil {
		t.Fatal(err)
	}
}

func (b *bench) propose(t testing.TB, need domain.NeedID, initiative domain.InitiativeID, op string, quantity int64) domain.CommitmentID {
	t.Helper()
	id, err := b.Propose(t.Context(), giver, operation(op), proposal(need, initiative, quantity))
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func proposal(need domain.NeedID, initiative domain.InitiativeID, quantity int64) Proposal {
	return Proposal{Need: need, Initiative: initiative, Quantity: quantity, From: "2027-03-01", Until: "2027-06-30", Message: "Kami sanggup."}
}

func (b *bench) state(t testing.TB, id domain.CommitmentID) State {
	t.Helper()
	doc, err := b.records.Get(t.Context(), string(id))
	if err != nil {
		t.Fatal(err)
	}
	return doc.Body.State
}

// sound checks what never breaks, and that the accounts say what the commitments say.
func (b *bench) sound(t testing.TB) {
	t.Helper()
	problems, err := b.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Error(p)
	}
}

// within checks only the promise that holds at every moment, also between a crash and the reconciler.
func (b *bench) within(t testing.TB) {
	t.Helper()
	accepted := map[string]int64{}
	if err := b.records.Each(t.Context(), func(doc store.Doc[Commitment]) error {
		accepted[needAccount(doc.Body.Need)] += doc.Body.Kept()
		accepted[offerAccount(doc.Body.Offer)] += doc.Body.Kept()
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := b.accounts.Each(t.Context(), func(doc store.Doc[Account]) error {
		if used := doc.Body.Used(); used > doc.Body.Limit || accepted[doc.ID] > doc.Body.Limit || accepted[doc.ID] > used {
			t.Errorf("account %s: limit %d, used %d, accepted %d", doc.ID, doc.Body.Limit, used, accepted[doc.ID])
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
}

// recover does what the portal does after a restart and a minute.
func (b *bench) recover(t testing.TB) {
	t.Helper()
	b.clock.Advance(2 * time.Minute)
	follow := func(ctx context.Context) error { // the changes of commitments, as the feed tells them
		return b.records.Each(ctx, func(doc store.Doc[Commitment]) error {
			return b.putRight(ctx, domain.CommitmentID(doc.ID), doc.Body)
		})
	}
	for _, step := range []func(context.Context) error{b.Reconcile, b.Sweep, follow} {
		if err := step(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}

func upload(name string) *domain.Upload { return &domain.Upload{Name: name, Size: 3} }

func wantKind(t testing.TB, err error, kind apperr.Kind, what string) {
	t.Helper()
	if !apperr.Is(err, kind) {
		t.Errorf("%s: want kind %d, got %v", what, kind, err)
	}
}

var bothModes = map[string]sqlite.Options{"transaction": {}, "document-atomic": {DocumentAtomic: true}}

func numbered(prefix string, n int) string { return fmt.Sprintf("%s%03d", prefix, n) }
