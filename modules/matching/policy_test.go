package matching

import (
	"errors"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/testkit"
)

var office = domain.Actor{Account: "office", Roles: []domain.PlatformRole{domain.RoleSecretariat}}

// policyBench is a service over an index of its own: one need that two initiatives fit, one by its area, one by its capacity.
func policyBench(t *testing.T) (*Service, *clock.Fake) {
	t.Helper()
	c := testkit.Clock()
	db := testkit.Open(t, sqlite.Options{DocumentAtomic: true}, store.Options{Clock: c})
	s := &Service{index: NewIndex(DefaultWeights), db: db, clock: c, weightings: store.NewRecords(db, weightingDefinition()), refusals: store.NewRecords(db, refusalDefinition())}
	s.ready.Store(true)
	s.index.PutNeed(Need{ID: "n", Title: "Air", Village: "61.01.08.2007", Category: "clean-water-supply", Unit: "unit", Quantity: 40, Divisible: true, Urgency: 1, Deprivation: 1, Uncovered: 40})
	for id, o := range map[domain.InitiativeID]Offer{
		"near": {ID: "near-1", Areas: []domain.RegionCode{"61.01.08"}, Free: 4}, "large": {ID: "large-1", Areas: []domain.RegionCode{"61.01"}, Free: 40},
	} {
		o.Category, o.Unit, o.From, o.Until = "clean-water-supply", "unit", "2026-01-01", "2028-01-01"
		s.index.PutInitiative(Initiative{ID: id, Title: string(id), Organization: domain.OrganizationID(id) + "-org", Verified: true, Offers: []Offer{o}})
	}
	return s, c
}

func first(t *testing.T, s *Service) domain.InitiativeID {
	t.Helper()
	r, ok := s.ForNeed("n", 5, 0)
	if !ok || len(r.Fits) == 0 {
		t.Fatal("nothing fits")
	}
	return r.Fits[0].Initiative.ID
}

// Weights are whole thousandths that add up to one; the secretariat decides them from the version that it read; what moves is
// told before, and moves then; parts add up to the total under any weights.
func TestWeightsArePolicy(t *testing.T) {
	s, _ := policyBench(t)
	ctx := t.Context()
	if got := first(t, s); got != "large" {
		t.Fatalf("%s comes first by the weights that the portal comes with", got)
	}
	w := Weighting{Weights: Weights{Theme: 200, Area: 500, Coverage: 50, Urgency: 100, Timing: 100, TrackRecord: 50}, Reason: "Jarak lebih penting."}
	for what, spoil := range map[string]func(*Weighting){
		"theme matching.error.sum": func(w *Weighting) { w.Weights.Area = 499 }, "area matching.error.weight": func(w *Weighting) { w.Weights.Area, w.Weights.Theme = -1, 701 },
		"reason matching.error.reason": func(w *Weighting) { w.Reason = " " },
	} {
		bad := w
		spoil(&bad)
		var e *apperr.Error
		if err := bad.Validate(); !errors.As(err, &e) || e.Fields[0].Name+" "+e.Fields[0].Message.Key != what {
			t.Errorf("%s: %v", what, err)
		}
	}
	moves, err := s.Preview(w, 10)
	if err != nil || moves.Needs != 1 || moves.Firsts != 1 || len(moves.List) != 1 || moves.List[0].To.Initiative.ID != "near" || first(t, s) != "large" {
		t.Fatalf("%+v %v", moves, err)
	}
	op := func(id string) store.Operation { return store.Operation{ID: id, Digest: id} }
	if err := s.Decide(ctx, domain.Actor{Account: "x"}, op("0"), 1, w); !apperr.Is(err, apperr.Forbidden) {
		t.Errorf("somebody else decides: %v", err)
	}
	if err := s.Decide(ctx, office, op("1"), 1, w); err != nil {
		t.Fatal(err)
	}
	if err := s.Decide(ctx, office, op("1"), 1, w); err != nil {
		t.Errorf("a repeat: %v", err)
	}
	if err := s.Decide(ctx, office, op("2"), 1, w); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("decided twice from one version: %v", err)
	}
	if got := first(t, s); got != "near" || s.Weights().Version != 2 {
		t.Errorf("%s first by version %d", got, s.Weights().Version)
	}
	r, _ := s.ForNeed("n", 5, 0)
	for _, m := range r.Fits {
		sum := 0
		for _, p := range m.Result.Parts {
			sum += p
		}
		if sum != m.Result.Total {
			t.Errorf("%s: %d is not %d", m.Initiative.ID, sum, m.Result.Total)
		}
	}
	s.index.SetWeights(DefaultWeights) // another replica hears of it
	if err := s.follow(ctx, []store.Entry{{Collection: weightsCollection}}); err != nil || first(t, s) != "near" {
		t.Errorf("%v", err)
	}
	if list, _, err := s.Weightings(ctx, "", 10); err != nil || len(list) != 2 || list[0].Reason != w.Reason {
		t.Errorf("%+v %v", list, err)
	}
}

// A suggestion is put aside by one side with a reason, for itself only; it is summed up, and taken back.
func TestNotForUs(t *testing.T) {
	s, _ := policyBench(t)
	ctx := t.Context()
	village := domain.Actor{Account: "v", Memberships: []domain.Membership{{Organization: "desa", Role: domain.OrgEditor, Village: "61.01.08.2007", Verified: true}}}
	partner := domain.Actor{Account: "p", Memberships: []domain.Membership{{Organization: "large-org", Role: domain.OrgEditor, Verified: true}}}
	viewer := domain.Actor{Account: "w", Memberships: []domain.Membership{{Organization: "large-org", Role: domain.OrgViewer, Verified: true}}}
	op := func(id string) store.Operation { return store.Operation{ID: id, Digest: id} }
	for name, try := range map[string]struct {
		actor      domain.Actor
		initiative domain.InitiativeID
		reason     string
		want       apperr.Kind
	}{
		"the public": {domain.Actor{}, "large", "far", apperr.SignIn}, "a viewer": {viewer, "large", "far", apperr.Forbidden}, "another's": {partner, "near", "far", apperr.Forbidden},
		"not suggested": {village, "nothing", "far", apperr.NotFound}, "no reason": {village, "large", "", apperr.Invalid}, "another reason without words": {village, "large", "other", apperr.Invalid},
	} {
		if _, err := s.Refuse(ctx, try.actor, op(name), "n", try.initiative, try.reason, ""); !apperr.Is(err, try.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 2 {
		if side, err := s.Refuse(ctx, village, op("1"), "n", "large", "far", ""); err != nil || side != SideVillage {
			t.Fatal(side, err)
		}
	}
	if side, err := s.Refuse(ctx, partner, op("2"), "n", "large", "other", "Sungai surut."); err != nil || side != SidePartner {
		t.Fatal(side, err)
	}
	aside, err := s.Aside(ctx, SideVillage, "n")
	if err != nil || len(aside) != 1 || aside[0].Organization != "desa" || aside[0].Total == 0 || aside[0].Weights != 1 {
		t.Fatalf("%+v %v", aside, err)
	}
	if r, _ := s.ForNeed("n", 5, 0, aside[0].Initiative); len(r.Fits) != 1 || r.Fits[0].Initiative.ID != "near" || r.All != 1 {
		t.Errorf("%+v", r)
	}
	if r, _ := s.ForInitiative("large", 5, 0, "n"); len(r.Fits) != 0 {
		t.Errorf("%+v", r)
	}
	if first(t, s) != "large" {
		t.Error("it is put aside for everybody")
	}
	counts, err := s.Counts(ctx)
	if err != nil || counts[0] != (Count{"far", 1, 0}) || counts[len(counts)-1] != (Count{"other", 0, 1}) {
		t.Errorf("%+v %v", counts, err)
	}
	if list, _, err := s.Refusals(ctx, "other", "", 10); err != nil || len(list) != 1 || list[0].Words != "Sungai surut." {
		t.Errorf("%+v %v", list, err)
	}
	if err := s.TakeBack(ctx, partner, op("3"), SideVillage, "n", "large"); !apperr.Is(err, apperr.Forbidden) {
		t.Errorf("another side takes it back: %v", err)
	}
	for range 2 {
		if err := s.TakeBack(ctx, village, op("4"), SideVillage, "n", "large"); err != nil {
			t.Fatal(err)
		}
	}
	if aside, err := s.Aside(ctx, SideVillage, "n"); err != nil || len(aside) != 0 {
		t.Errorf("%+v %v", aside, err)
	}
	if _, err := s.Refuse(ctx, village, op("5"), "n", "large", "time", ""); err != nil {
		t.Errorf("once more after it was taken back: %v", err)
	}
}
