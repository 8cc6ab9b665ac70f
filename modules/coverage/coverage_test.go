package coverage

import (
	"context"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
	"gotong/views"
)

// register is the needs of the tests, by id.
type register struct {
	parts   map[domain.NeedID]Part
	counted map[domain.NeedID]domain.Ledger // what the commitments say where it differs
}

func (r *register) Part(_ context.Context, id domain.NeedID) (Part, error) {
	p, ok := r.parts[id]
	if !ok {
		return p, apperr.New(apperr.NotFound, "error.not_found")
	}
	return p, nil
}

func (r *register) OfVillage(_ context.Context, village domain.RegionCode) (list []Part, err error) {
	for _, p := range r.parts {
		if p.Village == village {
			list = append(list, p)
		}
	}
	return list, nil
}

func (r *register) Each(_ context.Context, fn func(Part) error) error {
	for _, p := range r.parts {
		if err := fn(p); err != nil {
			return err
		}
	}
	return nil
}

func (r *register) Recounted(ctx context.Context, fn func(Part) error) error {
	return r.Each(ctx, func(p Part) error {
		if l, ok := r.counted[p.Need]; ok {
			p.Ledger = l
		}
		return fn(p)
	})
}

// names of regions, which may change at any time.
type names struct{ name string }

func (n *names) Place(_ context.Context, code domain.RegionCode) (domain.Place, error) {
	kinds := []string{"", "provinsi", "kabupaten", "kecamatan", "desa"}
	return domain.Place{Code: code, Name: n.name + string(code), Kind: kinds[code.Level()]}, nil
}

func (n *names) Children(_ context.Context, code domain.RegionCode) ([]domain.Place, error) {
	return nil, nil
}

// about are entries of changes of needs.
func about(needs ...domain.NeedID) (entries []store.Entry) {
	for _, id := range needs {
		entries = append(entries, store.Entry{Seq: 1 << 40, Collection: "needs", ID: string(id)})
	}
	return entries
}

type subjects struct{}

func (subjects) Need(e store.Entry) (domain.NeedID, bool) {
	return domain.NeedID(e.ID), e.Collection == "needs"
}

func (subjects) Weighed(context.Context, store.Entry) (domain.RegionCode, bool) { return "", false }

type bench struct {
	*Module
	register *register
	names    *names
	bundle   *i18n.Bundle
}

func open(t testing.TB, db *store.DB, c clock.Clock) *bench {
	t.Helper()
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(views.FS, bundle, web.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	b := &bench{register: &register{parts: map[domain.NeedID]Part{}, counted: map[domain.NeedID]domain.Ledger{}}, names: &names{}, bundle: bundle}
	b.Module = New(Deps{DB: db, Views: engine, Clock: c, Log: slog.New(slog.DiscardHandler), Needs: b.register, Places: b.names, Subjects: subjects{}})
	return b
}

func drawPart(r *rapid.T) Part {
	needed := rapid.Int64Range(1, 100).Draw(r, "needed")
	committed := rapid.Int64Range(0, needed).Draw(r, "committed")
	delivered := rapid.Int64Range(0, committed).Draw(r, "delivered")
	confirmed := rapid.Int64Range(0, delivered).Draw(r, "confirmed")
	documented := rapid.Int64Range(0, delivered-confirmed).Draw(r, "documented")
	graded := domain.Graded{
		Documented: documented, Photo: rapid.Int64Range(0, delivered-confirmed-documented).Draw(r, "photo"), Verified: rapid.Int64Range(0, confirmed).Draw(r, "verified"),
	}
	return Part{
		Need:     rapid.SampledFrom([]domain.NeedID{"a", "b", "c", "d", "e", "f"}).Draw(r, "need"),
		Village:  rapid.SampledFrom([]domain.RegionCode{"61.01.01.2001", "61.01.01.2002", "61.01.02.2001", "61.02.01.2001", "62.01.01.2001"}).Draw(r, "village"),
		Category: rapid.SampledFrom([]domain.CategoryID{"clean-water-supply", "basic-sanitation"}).Draw(r, "category"),
		Ledger: domain.Ledger{Unit: rapid.SampledFrom([]domain.UnitID{"unit", "household"}).Draw(r, "unit"), Needed: needed, Committed: committed,
			Delivered: delivered, Confirmed: confirmed, Graded: graded},
		Open: rapid.Bool().Draw(r, "open"), Since: testkit.Epoch.AddDate(0, 0, -rapid.IntRange(0, 400).Draw(r, "age")),
		Households: rapid.Int64Range(0, 90).Draw(r, "households"), Urgency: 1.5, Weight: 2, Demo: rapid.Bool().Draw(r, "demo"),
	}
}

// consistent holds every cell against its needs: the sum of a region is that of its parts, quantities and levels, the
// layers are ordered, coverage never exceeds the quantity.
func consistent(t *rapid.T, b *bench) {
	ctx := context.Background()
	wrong, err := b.Service.Check(ctx)
	if err != nil || len(wrong) > 0 {
		t.Fatal(wrong, err)
	}
	known, err := b.Service.known(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	for _, region := range known {
		cell, err := b.Service.Cell(ctx, region)
		if err != nil {
			t.Fatal(err)
		}
		var lists [][]Sum
		for _, code := range cell.Inside {
			c, _ := b.Service.Cell(ctx, code)
			lists = append(lists, c.Sums)
		}
		if region.Level() < domain.LevelVillage && !slices.Equal(Add(lists...), cell.Sums) {
			t.Fatalf("%q is not the sum of its parts", region)
		}
		var uncovered, waiting int64
		for _, s := range cell.Sums {
			if s.Committed > s.Needed || s.Delivered > s.Committed || s.Confirmed > s.Delivered {
				t.Fatalf("%q: layers out of order: %+v", region, s)
			}
			for _, l := range []Levels{s.Promised, s.Given, s.Done} {
				if l.None+l.Partial+l.Complete != s.Needs {
					t.Fatalf("%q: levels do not add up: %+v", region, s)
				}
			}
			if s.Done.Complete > s.Given.Complete || s.Given.Complete > s.Promised.Complete {
				t.Fatalf("%q: levels out of order: %+v", region, s)
			}
			var graded int64
			for _, q := range domain.ByGrade(s.Delivered, s.Confirmed, s.Graded) {
				if graded += q; q < 0 {
					t.Fatalf("%q: grades of evidence: %+v", region, s)
				}
			}
			if graded != s.Delivered {
				t.Fatalf("%q: grades make %d of %d delivered", region, graded, s.Delivered)
			}
			uncovered += s.Uncovered()
			waiting += s.Waiting
		}
		var want, open int64
		for _, p := range b.register.parts {
			if region == "" || region.Contains(p.Village) {
				want += p.Ledger.Needed - p.Ledger.Committed
				if p.Uncovered() > 0 {
					open++
				}
			}
		}
		if uncovered != want || waiting != open {
			t.Fatalf("%q: uncovered %d of %d, waiting %d of %d", region, uncovered, want, waiting, open)
		}
	}
}

// Any sequence of changes, some of whose recounts die at any storage call, some delivered twice or late: once the
// follower has caught up, every region's sums are those of its needs, and renaming a region changes nothing.
func TestSumsAreThoseOfTheirParts(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		armed, left := false, 0
		fail := func(string) error {
			if !armed {
				return nil
			}
			if left--; left <= 0 {
				return errors.New("the process is gone")
			}
			return nil
		}
		db := testkit.Open(t, sqlite.Options{DocumentAtomic: rapid.Bool().Draw(r, "atomic")}, store.Options{Fail: fail})
		b := open(t, db, testkit.Clock())
		ctx := context.Background()
		var touched []domain.NeedID
		for range rapid.IntRange(1, 12).Draw(r, "steps") {
			p := drawPart(r)
			if old, ok := b.register.parts[p.Need]; ok { // a need stays where it is
				p.Village, p.Category, p.Ledger.Unit, p.Demo = old.Village, old.Category, old.Ledger.Unit, old.Demo
			}
			b.register.parts[p.Need] = p
			touched = append(touched, p.Need)
			armed, left = rapid.Bool().Draw(r, "crash"), rapid.IntRange(1, 30).Draw(r, "at")
			err := b.Service.apply(ctx, about(p.Need), map[domain.RegionCode]int64{})
			if err != nil && !armed {
				r.Fatal(err)
			}
			armed = false
			b.names.name += "renamed "
		}
		if err := b.Service.apply(ctx, about(touched...), map[domain.RegionCode]int64{}); err != nil { // what failed is delivered again, together
			r.Fatal(err)
		}
		consistent(r, b)
		before, _ := b.Service.Cell(ctx, "")
		if err := b.Service.Rebuild(ctx); err != nil {
			r.Fatal(err)
		}
		consistent(r, b)
		after, _ := b.Service.Cell(ctx, "")
		if !slices.Equal(before.Sums, after.Sums) {
			r.Fatalf("counted anew: %+v, kept: %+v", after.Sums, before.Sums)
		}
	})
}

// Two followers at once, one of them late, leave what one alone would leave.
func TestLateFollowerDoesNoHarm(t *testing.T) {
	b := open(t, testkit.DB(t), testkit.Clock())
	var wait sync.WaitGroup
	for _, id := range []domain.NeedID{"a", "b", "c", "d"} {
		b.register.parts[id] = Part{Need: id, Village: "61.01.01.2001", Category: "clean-water-supply", Ledger: domain.Ledger{Unit: "unit", Needed: 10}, Open: true, Weight: 1, Urgency: 1}
	}
	for range 8 {
		wait.Go(func() {
			if err := b.Service.recount(t.Context(), "61.01.01.2001"); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	cell, err := b.Service.Cell(t.Context(), "")
	if err != nil || Total(cell.Sums, "", false).Waiting != 4 {
		t.Fatalf("%+v %v", cell, err)
	}
}

// The check names a sum, a rank and a need that are otherwise than the commitments say.
func TestCheckNamesDifferences(t *testing.T) {
	b := open(t, testkit.DB(t), testkit.Clock())
	ctx := t.Context()
	b.register.parts["a"] = Part{Need: "a", Village: "61.01.01.2001", Category: "clean-water-supply", Ledger: domain.Ledger{Unit: "unit", Needed: 10, Committed: 4}, Open: true, Weight: 2, Urgency: 1, Since: testkit.Epoch}
	if err := b.Service.Rebuild(ctx); err != nil {
		t.Fatal(err)
	}
	if wrong, err := b.Service.Check(ctx); err != nil || len(wrong) != 0 {
		t.Fatal(wrong, err)
	}
	b.register.counted["a"] = domain.Ledger{Unit: "unit", Needed: 10, Committed: 11, Delivered: 1, Confirmed: 1}
	wrong, err := b.Service.Check(ctx)
	if err != nil {
		t.Fatal(err)
	}
	// the need itself, each of the five regions, the rank
	if len(wrong) != 7 || wrong[0] != "need a: needed 10, committed 11, delivered 1, confirmed 1" ||
		!slices.Contains(wrong, `region "61.01": clean-water-supply unit: kept 1 needs: needed 10, committed 4, delivered 0, confirmed 0, by grade [0 0 0 0 0], 1 uncovered (0 alone, score 1200), the commitments give 1 needs: needed 10, committed 11, delivered 1, confirmed 1, by grade [0 0 0 1 0], 0 uncovered (0 alone, score 0)`) {
		t.Errorf("%d: %q", len(wrong), wrong)
	}
}

// The ranking goes by weight, urgency and uncovered share, then by age; closed and covered needs are not in it.
func TestRanking(t *testing.T) {
	b := open(t, testkit.DB(t), testkit.Clock())
	add := func(id domain.NeedID, weight float64, committed int64, days int, open bool) {
		b.register.parts[id] = Part{Need: id, Title: string(id), Village: "61.01.01.2001", Category: "clean-water-supply", Weight: weight, Urgency: 1, Open: open,
			Ledger: domain.Ledger{Unit: "unit", Needed: 10, Committed: committed}, Since: testkit.Epoch.AddDate(0, 0, -days), Households: int64(days)}
	}
	add("poor", 3, 0, 1, true)
	add("poor-half", 3, 5, 90, true)
	add("rich-old", 1, 0, 80, true)
	add("rich-new", 1, 0, 2, true)
	add("covered", 3, 10, 5, true)
	add("closed", 3, 0, 5, false)
	for id := range b.register.parts {
		if err := b.Service.rank(t.Context(), b.register.parts[id]); err != nil {
			t.Fatal(err)
		}
	}
	for order, want := range map[string][]string{
		"":              {"poor", "poor-half", "rich-old", "rich-new"},
		OrderOldest:     {"poor-half", "rich-old", "rich-new", "poor"},
		OrderHouseholds: {"poor-half", "rich-old", "rich-new", "poor"},
	} {
		page, err := b.Service.Uncovered(t.Context(), Filter{Region: "61.01", Category: "water-sanitation", Order: order})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, doc := range page.Items {
			got = append(got, doc.ID)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: %v", order, got)
		}
	}
	if page, err := b.Service.Uncovered(t.Context(), Filter{Region: "61.02"}); err != nil || len(page.Items) != 0 {
		t.Errorf("another region: %v %v", page.Items, err)
	}
	add("poor", 3, 10, 1, true)
	if err := b.Service.rank(t.Context(), b.register.parts["poor"]); err != nil {
		t.Fatal(err)
	}
	if page, _ := b.Service.Uncovered(t.Context(), Filter{}); page.Items[0].ID != "poor-half" {
		t.Error("a covered need is still ranked")
	}
}

func TestLevelOfMany(t *testing.T) {
	for l, want := range map[Levels]domain.Level{
		{}: domain.LevelNone, {None: 3}: domain.LevelNone, {Complete: 2}: domain.LevelComplete, {None: 1, Complete: 2}: domain.LevelPartial, {Partial: 1}: domain.LevelPartial,
	} {
		if got := l.Level(); got != want {
			t.Errorf("%+v: %s", l, got)
		}
	}
}

// Sums of whole units only, and demonstration never among the real.
func TestTotalsCountNeedsAndKeepDemonstrationApart(t *testing.T) {
	sums := Add([]Sum{
		Part{Category: "clean-water-supply", Ledger: domain.Ledger{Unit: "unit", Needed: 5}}.Sum(),
		Part{Category: "clean-water-supply", Ledger: domain.Ledger{Unit: "household", Needed: 7}}.Sum(),
		Part{Category: "clean-water-supply", Ledger: domain.Ledger{Unit: "unit", Needed: 9}, Demo: true}.Sum(),
	})
	if len(sums) != 3 {
		t.Fatalf("units or demonstration were mixed: %+v", sums)
	}
	if got := Total(sums, "water-sanitation", false); got.Needs != 2 || got.Needed != 0 || got.Demo {
		t.Errorf("%+v", got)
	}
}
