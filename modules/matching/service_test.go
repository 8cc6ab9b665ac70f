package matching

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
	"gotong/views"
)

// sources are the other modules; a record in a collection of its own stands for each change in the feed.
type sources struct {
	mu          sync.Mutex
	needs       map[domain.NeedID]Need
	initiatives map[domain.InitiativeID]Initiative
	uncovered   map[domain.NeedID]int64
	free        map[domain.OfferID]int64
	done, total int64
	changes     *store.Records[Subject]
	n           int
}

type sourceNeeds struct{ *sources }

func (s sourceNeeds) Each(_ context.Context, fn func(Need) error) error {
	for _, n := range s.needs {
		if err := fn(n); err != nil {
			return err
		}
	}
	return nil
}

func (s sourceNeeds) Get(_ context.Context, id domain.NeedID) (Need, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if n, ok := s.needs[id]; ok {
		return n, nil
	}
	return Need{}, apperr.New(apperr.NotFound, "error.not_found")
}

type sourceInitiatives struct{ *sources }

func (s sourceInitiatives) Each(_ context.Context, fn func(Initiative) error) error {
	for _, i := range s.initiatives {
		if err := fn(i); err != nil {
			return err
		}
	}
	return nil
}

func (s sourceInitiatives) Get(_ context.Context, id domain.InitiativeID) (Initiative, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if i, ok := s.initiatives[id]; ok {
		return i, nil
	}
	return Initiative{}, apperr.New(apperr.NotFound, "error.not_found")
}

func (s *sources) Uncovered(_ context.Context, ids []domain.NeedID) (map[domain.NeedID]int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[domain.NeedID]int64{}
	for _, id := range ids {
		out[id] = s.uncovered[id]
	}
	return out, nil
}

func (s *sources) Free(_ context.Context, ids []domain.OfferID) (map[domain.OfferID]int64, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[domain.OfferID]int64{}
	for _, id := range ids {
		out[id] = s.free[id]
	}
	return out, nil
}

func (s *sources) Record(context.Context, domain.OrganizationID) (done, total int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done, s.total, nil
}

func (s *sources) Place(_ context.Context, code domain.RegionCode) (domain.Place, error) {
	if code == "61.01.08" {
		return domain.Place{Code: code, Name: "Paloh", Kind: "kecamatan", Regency: "Kabupaten Sambas"}, nil
	}
	return domain.Place{Code: code, Name: "Temajuk", Kind: "desa", District: "Paloh", Regency: "Kabupaten Sambas"}, nil
}

func (s *sources) Of(ctx context.Context, e store.Entry) ([]Subject, error) {
	doc, err := s.changes.Get(ctx, e.ID)
	return []Subject{doc.Body}, err
}

// change makes a change in the sources and its entry in the feed.
func (s *sources) change(t *testing.T, kind, id string, apply func()) {
	t.Helper()
	s.mu.Lock()
	apply()
	s.n++
	s.mu.Unlock()
	if _, err := s.changes.Insert(t.Context(), store.NewID(), Subject{kind, id}, store.Change{Action: "test.changed"}); err != nil {
		t.Fatal(err)
	}
}

func newService(t *testing.T) (*Module, *sources, web.Base) {
	t.Helper()
	db := testkit.DB(t)
	s := &sources{needs: map[domain.NeedID]Need{}, initiatives: map[domain.InitiativeID]Initiative{}, uncovered: map[domain.NeedID]int64{"n": 40},
		free: map[domain.OfferID]int64{"f": 30}, changes: store.NewRecords[Subject](db, store.Definition[Subject]{Name: "changes", Schema: 1})}
	if err := db.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	n, i := examplePair()
	n.Title, i.Title, i.OrganizationName, n.WantedBy = "Penampung air", "Air bersih", "Contoh: Yayasan", "2027-08-01"
	s.needs[n.ID], s.initiatives[i.ID] = n, i
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(views.FS, bundle, web.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m := New(Deps{DB: db, Views: engine, Clock: testkit.Clock(), Log: slog.New(slog.DiscardHandler), Needs: sourceNeeds{s}, Initiatives: sourceInitiatives{s}, Capacity: s, Places: s, Subjects: s})
	for _, err := range web.CheckViews(engine) {
		t.Error(err)
	}
	var b web.Base
	app := fiber.New()
	app.Use(web.Locale(bundle))
	m.Routes(app)
	app.Get("/", func(c *fiber.Ctx) error { b = web.NewBase(c, "", ""); return nil })
	for _, path := range []string{"/", "/matching", "/en/matching"} {
		response, err := app.Test(httptest.NewRequest("GET", path, nil), -1)
		if err != nil || response.StatusCode != 200 {
			t.Fatalf("%s: %v %v", path, response.StatusCode, err)
		}
		if b.Lang == "" {
			t.Fatal("no base")
		}
	}
	b.Lang = "id"
	return m, s, b
}

func TestIndexFollowsEveryChange(t *testing.T) {
	m, s, b := newService(t)
	if f, err := m.NeedPanel().Load(t.Context(), domain.PanelRequest{Ref: domain.Ref{Kind: "need", ID: "n"}, Page: b}); err != nil || f.HTML == "" {
		t.Errorf("before it is built the panel says so: %v", err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); _ = m.Service.Run(ctx) }()
	defer func() { stop(); <-done }()
	best := func() (Match, bool) {
		r, ok := m.Service.ForNeed("n", 5, 3)
		if !ok || len(r.Fits) == 0 {
			return Match{}, false
		}
		return r.Fits[0], true
	}
	until := func(what string, ok func() bool) {
		t.Helper()
		for deadline := time.Now().Add(20 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
			if time.Now().After(deadline) {
				t.Fatalf("the index never saw: %s", what)
			}
		}
	}
	until("the scan", func() bool { got, ok := best(); return ok && got.Offer.Free == 30 })
	s.change(t, SubjectOfferAccount, "f", func() { s.free["f"] = 10 })
	until("less capacity", func() bool { got, ok := best(); return ok && got.Offer.Free == 10 })
	s.change(t, SubjectNeedAccount, "n", func() { s.uncovered["n"] = 8 })
	until("a smaller rest", func() bool { got, ok := best(); return ok && got.Need.Uncovered == 8 })
	s.change(t, SubjectRecord, "o", func() { s.done, s.total = 3, 4 })
	until("the record", func() bool { got, ok := best(); return ok && got.Initiative.Done == 3 })
	s.change(t, SubjectOrganization, "o", func() {
		i := s.initiatives["i"]
		i.Verified = false
		s.initiatives["i"] = i
	})
	until("an expired organisation", func() bool { _, ok := best(); return !ok })
	s.change(t, SubjectOrganization, "o", func() {
		i := s.initiatives["i"]
		i.Verified = true
		s.initiatives["i"] = i
	})
	until("a renewed organisation", func() bool { _, ok := best(); return ok })
	if problems, err := m.Service.Check(t.Context(), 100); err != nil || len(problems) > 0 {
		t.Errorf("%v %v", problems, err)
	}
	s.change(t, SubjectInitiative, "i", func() { delete(s.initiatives, "i") })
	until("a withdrawn initiative", func() bool { _, ok := best(); return !ok })
	s.change(t, SubjectNeed, "n", func() { delete(s.needs, "n") })
	until("a withdrawn need", func() bool { _, ok := m.Service.ForNeed("n", 5, 3); return !ok })
}

func TestPanelsSayWhy(t *testing.T) {
	m, s, b := newService(t)
	far := s.initiatives["i"]
	far.ID, far.Title = "far", "Sumur komunal"
	far.Offers = []Offer{far.Offers[0]}
	far.Offers[0].ID, far.Offers[0].Areas = "far-offer", []domain.RegionCode{"61.01.09"}
	s.initiatives["far"], s.free["far-offer"] = far, 50
	if _, err := m.Service.Build(t.Context()); err != nil {
		t.Fatal(err)
	}
	owner := domain.Actor{Account: "o", Memberships: []domain.Membership{{Organization: "o", Role: domain.OrgOwner}}}
	load := func(p domain.Panel, actor domain.Actor, kind, id string) string {
		t.Helper()
		f, err := p.Load(t.Context(), domain.PanelRequest{Actor: actor, Ref: domain.Ref{Kind: kind, ID: id}, Page: b, Region: "61.01.08.2007"})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(f.HTML), "⟦") {
			t.Errorf("a missing text: %s", f.HTML)
		}
		return string(f.HTML)
	}
	html := load(m.NeedPanel(), domain.Actor{}, "need", "n")
	for _, want := range []string{"Air bersih", "Melayani Kecamatan Paloh", "30 unit", "Hampir cocok", "Akan cocok bila wilayahnya mencakup Kecamatan Paloh", "Masih 10 unit"} {
		if !strings.Contains(html, want) {
			t.Errorf("the panel does not say %q: %s", want, html)
		}
	}
	if strings.Contains(html, "/commitments/new") {
		t.Error("the public is offered to propose")
	}
	for _, html := range []string{load(m.NeedPanel(), owner, "need", "n"), load(m.InitiativePanel(), owner, "initiative", "i")} {
		if !strings.Contains(html, "/commitments/new?initiative=i&amp;need=n&amp;offer=f") {
			t.Errorf("an owner is not led to the proposal: %s", html)
		}
	}
	if html := load(m.NeedPanel(), owner, "need", "other"); html != "" {
		t.Errorf("a need that is not open has a panel: %s", html)
	}
}
