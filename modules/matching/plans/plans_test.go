package plans

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob/blobtest"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
	"gotong/modules/matching"
	"gotong/modules/matching/plan"
	"gotong/views"
)

// market is a small one: two villages ask tanks, one of them money too; one offer of tanks does not reach both.
type market struct {
	bids     []matching.Bid
	building bool
	asked    matching.Scope
}

func (m *market) Market(scope matching.Scope, _ int) ([]matching.Bid, bool) {
	m.asked = scope
	var in []matching.Bid
	for _, b := range m.bids {
		if scope.Holds(b.Need) {
			in = append(in, b)
		}
	}
	return in, !m.building
}

func (m *market) Sizes(domain.RegionCode) (real, demo int) { return len(m.bids), 0 }

func (m *market) Weights() matching.Weights { return matching.DefaultWeights }

func newMarket() *market {
	need := func(id, village string, unit domain.UnitID, quantity, open, households int64, weight float64) matching.Need {
		return matching.Need{ID: domain.NeedID(id), Title: "Kebutuhan " + id, Village: domain.RegionCode(village), Category: "clean-water-supply", Unit: unit, Quantity: quantity,
			Uncovered: open, Divisible: true, MinLot: 2, Households: households, Deprivation: weight, Urgency: 1}
	}
	tanks := matching.Match{Initiative: matching.Initiative{ID: "i1", Title: "Tandon", Organization: "o1", OrganizationName: "Yayasan", Verified: true},
		Offer: matching.Offer{ID: "i1-1", Category: "clean-water-supply", Unit: "unit", Free: 12, From: "2027-01-01", Until: "2027-12-31"}, Result: matching.Result{Total: 800}}
	money := matching.Match{Initiative: matching.Initiative{ID: "i2", Title: "Dana", Organization: "o2", OrganizationName: "Bank", Verified: true},
		Offer: matching.Offer{ID: "i2-1", Category: "clean-water-supply", Unit: domain.Money, Free: 70_050_000}, Result: matching.Result{Total: 700}}
	a, b := need("a", "61.01.08.2007", "unit", 20, 10, 20, 1), need("b", "61.01.05.2003", "unit", 10, 10, 10, 3)
	c := need("c", "61.01.05.2003", domain.Money, 60_000_000, 50_030_000, 30, 3)
	c.MinLot = 5_000_000
	d := need("d", "61.02.01.2001", "unit", 5, 5, 5, 2)
	return &market{bids: []matching.Bid{{Need: a, Offers: []matching.Match{tanks}}, {Need: b, Offers: []matching.Match{tanks}}, {Need: c, Offers: []matching.Match{money}}, {Need: d}}}
}

type promises struct {
	made   []Proposal
	refuse domain.NeedID
}

func (p *promises) Propose(_ context.Context, _ domain.Actor, op store.Operation, proposal Proposal) (domain.CommitmentID, error) {
	if proposal.Need == p.refuse {
		return "", apperr.New(apperr.Conflict, "plans.error.over")
	}
	p.made = append(p.made, proposal)
	return domain.CommitmentID("c-" + op.ID), nil
}

type noPlaces struct{}

func (noPlaces) Place(_ context.Context, code domain.RegionCode) (domain.Place, error) {
	return domain.Place{Code: code, Name: "Sambas", Kind: "kabupaten"}, nil
}

func (noPlaces) Places(context.Context, []domain.RegionCode) (map[domain.RegionCode]domain.Place, error) {
	return nil, nil
}

func (noPlaces) Children(context.Context, domain.RegionCode) ([]domain.Place, error) { return nil, nil }

type oneCall struct{}

func (oneCall) Recent(context.Context) ([]CallName, error) {
	return []CallName{{"c1", "Air 2027"}}, nil
}

func (oneCall) Call(_ context.Context, id domain.CallID) (CallName, error) {
	if id != "c1" {
		return CallName{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	return CallName{"c1", "Air 2027"}, nil
}

var secretary = domain.Actor{Account: "sek", Roles: []domain.PlatformRole{domain.RoleSecretariat}}

func newRig(t *testing.T) (*Service, *market, *promises) {
	t.Helper()
	clock := testkit.Clock()
	db := testkit.DBAt(t, clock)
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(views.FS, bundle, web.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	m, p := newMarket(), &promises{}
	module := New(Deps{DB: db, Blobs: blobtest.NewMemory(clock), Views: engine, Clock: clock, Markets: m, Places: noPlaces{}, Calls: oneCall{}, Commitments: p, Version: "test"})
	if err := db.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	module.Service.steps = 400
	return module.Service, m, p
}

func question() Plan {
	return Plan{Title: "Sambas", Scope: matching.Scope{Region: "61.01"}, Seconds: 10, Seed: 1, Policy: Policy{Floor: plan.FloorLexicographic, Deprivation: Plain, Urgency: true}}
}

func (s *Service) mustMake(t *testing.T, op string, p Plan) Doc {
	t.Helper()
	id, err := s.Make(t.Context(), secretary, store.Operation{ID: op}, p)
	if err != nil {
		t.Fatal(err)
	}
	if did, err := s.Work(t.Context()); !did || err != nil {
		t.Fatalf("not searched: %v", err)
	}
	doc, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func TestStatesOfASearch(t *testing.T) {
	all := []State{Waiting, Running, Done, Stopped, Failed}
	legal := map[[2]State]bool{{Waiting, Running}: true, {Waiting, Failed}: true, {Running, Done}: true, {Running, Stopped}: true, {Running, Failed}: true}
	for _, from := range all {
		for _, to := range all {
			p := Plan{State: from}
			if err := p.move(to); (err == nil) != legal[[2]State{from, to}] || err == nil && p.State != to || err != nil && p.State != from {
				t.Errorf("%s to %s: %v", from, to, err)
			}
		}
		over := from == Done || from == Stopped || from == Failed
		answered := from == Done || from == Stopped
		p := Plan{State: from}
		if err := p.AskStop(); (err == nil) == over || p.Stop == over {
			t.Errorf("stopping a plan that is %s: %v", from, err)
		}
		if err := p.Share(true); (err == nil) != answered || p.Shared != answered {
			t.Errorf("sharing a plan that is %s: %v", from, err)
		}
	}
}

func TestAPlanKeepsItsLimitsAndSaysWhatIsLeft(t *testing.T) {
	s, _, _ := newRig(t)
	doc := s.mustMake(t, "1", question())
	if doc.Body.State != Done || doc.Body.Needs != 3 || doc.Body.Offers != 2 || doc.Body.Pairs != 3 {
		t.Fatalf("%+v", doc.Body)
	}
	r, err := s.Report(t.Context(), doc)
	if err != nil {
		t.Fatal(err)
	}
	served := map[domain.NeedID]int64{}
	tanks, money := int64(0), int64(0)
	for _, l := range r.Lines {
		served[l.Need.ID] += l.Quantity
		if l.Need.Unit == domain.Money {
			money += l.Quantity
		} else {
			tanks += l.Quantity
		}
	}
	// Both villages come first, then the poorer one, whose households count three times: 10 of its tanks, 2 of the other's.
	if served["a"] != 2 || served["b"] != 10 || served["c"] != 50_030_000 || tanks != 12 || money > 70_050_000 {
		t.Errorf("served %v", served)
	}
	left := map[domain.NeedID]int64{}
	for _, l := range r.Left {
		left[l.Need.ID] = l.Quantity
	}
	for _, n := range r.Market.Needs {
		if served[n.ID]+left[n.ID] != n.Open {
			t.Errorf("%s: %d served and %d left of %d", n.ID, served[n.ID], left[n.ID], n.Open)
		}
	}
	all, fifths := r.All(), Share{}
	for _, q := range r.Quintiles {
		fifths.Villages, fifths.Asked, fifths.Before, fifths.After = fifths.Villages+q.Villages, fifths.Asked+q.Asked, fifths.Before+q.Before, fifths.After+q.After
	}
	if fifths.Asked != all.Asked || fifths.Before != all.Before || fifths.After != all.After || all.Asked != 60 || all.Before < 10 || all.After <= all.Before || all.After > all.Asked {
		t.Errorf("fifths %+v, regencies %+v", fifths, all)
	}
	if r.Result.GapPercent == nil {
		t.Fatal("no gap")
	}
	if r.Villages != 2 || r.Result.Fairness.Floor.Reached != 2 || *r.Result.GapPercent > 1 {
		t.Errorf("%d villages, %+v, gap %v", r.Villages, r.Result.Fairness.Floor, *r.Result.GapPercent)
	}
	if _, err := plan.Read(r.Market.Instance); err != nil {
		t.Errorf("the question is not one that gotong plan reads: %v", err)
	}
}

func TestPolicyDecides(t *testing.T) {
	s, m, _ := newRig(t)
	one := func(op string, change func(*Plan)) *Report {
		p := question()
		p.Scope.Category = "clean-water-supply"
		change(&p)
		r, err := s.Report(t.Context(), s.mustMake(t, op, p))
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	of := func(r *Report, id domain.NeedID) (sum int64) {
		for _, l := range r.Lines {
			if l.Need.ID == id {
				sum += l.Quantity
			}
		}
		return sum
	}
	m.bids = m.bids[:2]
	off := one("off", func(p *Plan) { p.Policy.Floor = plan.FloorOff })
	if of(off, "b") != 10 || of(off, "a") != 2 {
		t.Errorf("without floors: %d and %d", of(off, "a"), of(off, "b"))
	}
	half := one("cap", func(p *Plan) { p.Policy.CapShare = 50 })
	if of(half, "a") > 5 || of(half, "b") > 5 {
		t.Errorf("with a cap of half: %d and %d", of(half, "a"), of(half, "b"))
	}
}

func TestRefusals(t *testing.T) {
	s, m, _ := newRig(t)
	for name, x := range map[string]struct {
		change func(*Plan)
		field  string
	}{
		"no name":        {func(p *Plan) { p.Title = " " }, "title"},
		"a person":       {func(p *Plan) { p.Title = "Untuk 6101085503900001" }, "title"},
		"a long name":    {func(p *Plan) { p.Title = strings.Repeat("a", 200) }, "title"},
		"no policy":      {func(p *Plan) { p.Policy.Floor = "most" }, "floor"},
		"no emphasis":    {func(p *Plan) { p.Policy.Deprivation = "" }, "deprivation"},
		"time":           {func(p *Plan) { p.Seconds = 7 }, "seconds"},
		"cap":            {func(p *Plan) { p.Policy.CapShare = 101 }, "cap_share"},
		"cap over units": {func(p *Plan) { p.Policy.CapShare = 50 }, "cap_share"},
		"no needs":       {func(p *Plan) { p.Scope.Demo = true }, "region"},
		"no offers":      {func(p *Plan) { p.Scope.Region = "61.02" }, "region"},
	} {
		p := question()
		x.change(&p)
		_, err := s.Make(t.Context(), secretary, store.Operation{ID: name}, p)
		var refused *apperr.Error
		if !errors.As(err, &refused) || refused.Kind != apperr.Invalid || refused.Fields[0].Name != x.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	m.building = true
	if _, err := s.Make(t.Context(), secretary, store.Operation{ID: "early"}, question()); !apperr.Is(err, apperr.Unavailable) {
		t.Errorf("while the index is built: %v", err)
	}
	if page, err := s.List(t.Context(), true, ""); err != nil || len(page.Items) != 0 {
		t.Errorf("%d plans were kept, %v", len(page.Items), err)
	}
}

func TestAgainKeepsWhatPeopleFixed(t *testing.T) {
	s, m, _ := newRig(t)
	first := s.mustMake(t, "1", question())
	r, err := s.Report(t.Context(), first)
	if err != nil {
		t.Fatal(err)
	}
	m.bids = nil // what is open meanwhile does not matter: the data are frozen
	fixed := r.fix(nil, []string{"i1-1/a", "i1-1/b", "i2-1/c"}, []string{"i1-1/a"}, []string{"i1-1/b"}, nil)
	id, err := s.Again(t.Context(), secretary, store.Operation{ID: "2"}, first.ID, fixed)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Work(t.Context()); err != nil {
		t.Fatal(err)
	}
	doc, err := s.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	second, err := s.Report(t.Context(), doc)
	if err != nil || doc.Body.Title != "Sambas (2)" || doc.Body.Instance != first.Body.Instance {
		t.Fatalf("%+v %v", doc.Body, err)
	}
	for _, l := range second.Lines {
		if l.Need.ID == "b" || l.Need.ID == "a" && l.Quantity != 2 {
			t.Errorf("%s: %d", l.Need.ID, l.Quantity)
		}
	}
	if d := r.Differences(second); len(d) != 1 || d[0].Need.ID != "b" || d[0].There != 0 {
		t.Errorf("differences %+v", d)
	}
	if free := r.fix(doc.Body.Fixed, nil, nil, nil, []string{"i1-1/b"}); len(free) != 1 || free[0].Need != "a" {
		t.Errorf("given back: %+v", free)
	}
}

// A search that broke off begins anew, and one that people stopped keeps what it has.
func TestBrokenOffAndStopped(t *testing.T) {
	s, _, _ := newRig(t)
	id, err := s.Make(t.Context(), secretary, store.Operation{ID: "1"}, question())
	if err != nil {
		t.Fatal(err)
	}
	gone, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.Work(gone); err == nil {
		t.Fatal("searched without power")
	}
	doc, _ := s.Get(t.Context(), id)
	doc.Body.State = Running // as a crash leaves it
	if _, err = s.records.Replace(t.Context(), doc, doc.Body, store.Change{Action: "plan.begun"}); err != nil {
		t.Fatal(err)
	}
	if err := s.Stop(t.Context(), secretary, store.Operation{ID: "stop"}, id); err != nil {
		t.Fatal(err)
	}
	if did, err := s.Work(t.Context()); !did || err != nil {
		t.Fatal(err)
	}
	if doc, _ = s.Get(t.Context(), id); doc.Body.State != Stopped || doc.Body.Summary == nil || doc.Body.Summary.Lines == 0 {
		t.Errorf("%+v", doc.Body)
	}
	if did, err := s.Work(t.Context()); did || err != nil {
		t.Errorf("searched again: %v", err)
	}
	same, err := s.Make(t.Context(), secretary, store.Operation{ID: "1"}, question())
	if err != nil || same != id {
		t.Errorf("the same form makes another plan: %v", err)
	}
}

func TestPartnersProposeTheirOwnLines(t *testing.T) {
	s, _, p := newRig(t)
	doc := s.mustMake(t, "1", question())
	owner := domain.Actor{Account: "own", Memberships: []domain.Membership{{Organization: "o1", Role: domain.OrgOwner, Verified: true}}}
	propose := func(lines ...string) ([]Outcome, error) {
		return s.Propose(t.Context(), owner, store.Operation{ID: "p"}, doc, lines, "Dari rencana.")
	}
	if _, err := propose("i1-1/a"); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("a plan that is not shared: %v", err)
	}
	if err := s.Share(t.Context(), secretary, store.Operation{ID: "share"}, doc.ID, true); err != nil {
		t.Fatal(err)
	}
	doc, _ = s.Get(t.Context(), doc.ID)
	for _, not := range []string{"i2-1/c", "i1-1/z"} {
		if _, err := propose("i1-1/a", not); !apperr.Is(err, apperr.NotFound) {
			t.Errorf("%s: %v", not, err)
		}
	}
	if _, err := propose(); !apperr.Is(err, apperr.Invalid) {
		t.Errorf("no line: %v", err)
	}
	if len(p.made) != 0 {
		t.Fatalf("made %+v", p.made)
	}
	p.refuse = "b"
	outcomes, err := propose("i1-1/a", "i1-1/b")
	if err != nil || len(outcomes) != 2 || outcomes[0].Refused != nil || outcomes[1].Refused == nil {
		t.Fatalf("%+v %v", outcomes, err)
	}
	if len(p.made) != 1 || p.made[0].Quantity != 2 || p.made[0].Initiative != "i1" || p.made[0].Offer != "i1-1" || p.made[0].Until != "2027-12-31" {
		t.Errorf("%+v", p.made)
	}
	if made, err := s.Proposed(t.Context(), doc.ID); err != nil || len(made) != 1 || made["i1-1/a"] == "" {
		t.Errorf("noted %v %v", made, err)
	}
	again, err := propose("i1-1/a")
	if err != nil || again[0].Commitment != outcomes[0].Commitment {
		t.Errorf("the same form again proposes anew: %+v %v", again, err)
	}
}

// A plan may be about what answered one call and about some needs only; both stand in its scope for good.
func TestScopeOfCallAndNeeds(t *testing.T) {
	s, m, _ := newRig(t)
	p := question()
	p.Scope.Call = "unknown"
	if _, err := s.Make(t.Context(), secretary, store.Operation{ID: "1"}, p); len(apperr.FieldsOf(err)) != 1 || apperr.FieldsOf(err)[0].Name != "call" {
		t.Error("an unknown call:", err)
	}
	p.Scope.Call, p.Scope.Needs = "c1", readNeeds("a, https://example.org/en/needs/b?x=1\n/needs/a  b")
	doc := s.mustMake(t, "2", p)
	if got := doc.Body; got.CallName != "Air 2027" || got.Scope.Call != "c1" || !slices.Equal(got.Scope.Needs, []domain.NeedID{"a", "b"}) {
		t.Errorf("%+v", got.Scope)
	}
	if !slices.Equal(m.asked.Needs, []domain.NeedID{"a", "b"}) || m.asked.Call != "c1" {
		t.Errorf("the market was asked for %+v", m.asked)
	}
	id, err := s.Again(t.Context(), secretary, store.Operation{ID: "3"}, doc.ID, nil)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.Get(t.Context(), id); err != nil || again.Body.CallName != "Air 2027" || again.Body.Scope.Call != "c1" {
		t.Error(err, again.Body.Scope)
	}
	p.Scope.Needs = make([]domain.NeedID, maxChosen+1)
	if _, err := s.Make(t.Context(), secretary, store.Operation{ID: "4"}, p); !apperr.Is(err, apperr.Invalid) {
		t.Error("too many:", err)
	}
}
