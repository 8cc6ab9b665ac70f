package villages

import (
	"slices"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// A potential is recorded, changed, removed and put back, each step undone in turn; nothing is written over what
// somebody else changed, and the same form twice acts once.
func TestPotentialsAreWrittenAndUndone(t *testing.T) {
	s := loaded(t)
	ctx, actor := t.Context(), domain.Actor{Account: "a", Demo: true}
	op := func(id string) store.Operation { return store.Operation{ID: id, Digest: id} }
	quantity := 12.5
	p := Potential{Region: "61.01.08.2007", Kind: "crops", Name: "Lada  hitam", Quantity: &quantity, Unit: "ha", Year: 2025, Source: "Profil desa"}
	id := p.Normal().ID()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	version := func() int64 {
		t.Helper()
		entries, err := s.PotentialHistory(ctx, id, 1)
		must(err)
		return entries[0].Version
	}
	must(s.AddPotential(ctx, actor, op("1"), p))
	must(s.AddPotential(ctx, actor, op("1"), p))
	if err := s.AddPotential(ctx, actor, op("2"), p); !apperr.Is(err, apperr.Invalid) {
		t.Fatalf("recorded twice: %v", err)
	}
	first, err := s.PotentialAt(ctx, id)
	must(err)
	if !first.Body.Demo || first.Body.Name != "Lada hitam" {
		t.Errorf("%+v", first.Body)
	}
	next := first.Body
	next.Note, next.Quantity, next.Name = "Kebun warga.", nil, "tidak berubah"
	next.Unit = ""
	must(s.ChangePotential(ctx, actor, op("3"), id, first.Version, next))
	if err := s.ChangePotential(ctx, actor, op("4"), id, first.Version, next); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("an old version was written: %v", err)
	}
	if doc, _ := s.PotentialAt(ctx, id); doc.Body.Note != "Kebun warga." || doc.Body.Quantity != nil || doc.Body.Name != "Lada hitam" {
		t.Errorf("%+v", doc.Body)
	}
	must(s.UndoPotential(ctx, actor, op("5"), id, version()))
	must(s.UndoPotential(ctx, actor, op("5"), id, version()-1)) // the same form again
	if doc, _ := s.PotentialAt(ctx, id); doc.Body.Note != "" || doc.Body.Quantity == nil || *doc.Body.Quantity != 12.5 || doc.Body.Unit != "ha" {
		t.Errorf("undone: %+v", doc.Body)
	}
	before := version()
	must(s.DropPotential(ctx, actor, op("6"), id, before))
	must(s.DropPotential(ctx, actor, op("6"), id, before))
	removed, err := s.RemovedPotentials(ctx, p.Region)
	must(err)
	if _, err := s.PotentialAt(ctx, id); !apperr.Is(err, apperr.NotFound) || !slices.Equal(removed, []Removed{{id, "crops", "Lada hitam"}}) {
		t.Errorf("removed: %v %v", removed, err)
	}
	if err := s.UndoPotential(ctx, actor, op("7"), id, before); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("undone on an old version: %v", err)
	}
	must(s.UndoPotential(ctx, actor, op("8"), id, version()))
	back, err := s.PotentialAt(ctx, id)
	must(err)
	if *back.Body.Quantity != 12.5 || back.Body.Source != "Profil desa" || !back.Body.Demo {
		t.Errorf("put back: %+v", back.Body)
	}
	if removed, _ := s.RemovedPotentials(ctx, p.Region); len(removed) != 0 {
		t.Errorf("still named as removed: %v", removed)
	}
	other := Potential{Region: p.Region, Kind: "crops", Name: "Padi", Year: 2025, Source: "Profil desa"}
	must(s.AddPotential(ctx, actor, op("9"), other))
	must(s.UndoPotential(ctx, actor, op("10"), other.ID(), 1))
	if _, err := s.PotentialAt(ctx, other.ID()); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("what was added is still there: %v", err)
	}
	for _, wrong := range []Potential{{Kind: "crops", Name: "X", Year: 2025, Source: "S"}, {Region: p.Region, Kind: "gold", Name: "X", Year: 2025, Source: "S"}, {Region: p.Region, Kind: "crops", Name: "NIK 6101086505900002", Year: 2025, Source: "S"}} {
		if err := s.AddPotential(ctx, actor, op("11"), wrong); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}
