package villages

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"pgregory.net/rapid"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
)

// table looks readings up by "CODE part".
func table(values map[string]Reading) readings {
	return func(code domain.RegionCode, part string) []Reading {
		if r, ok := values[string(code)+" "+part]; ok {
			return []Reading{r}
		}
		return nil
	}
}

const village domain.RegionCode = "61.01.08.2007"

func TestWeightSaysWhatItIsMadeOf(t *testing.T) {
	w := FirstWeighting()
	none := w.Of(village, table(nil), 2026, true)
	if none.Value != 1 || !none.NoData() {
		t.Errorf("no indicator: %+v", none)
	}
	got := w.Of(village, table(map[string]Reading{
		string(village) + " village-index":         {Value: 60, Year: 2025},
		string(village) + " improved-water-access": {Value: 50, Year: 2024},
		"61.01 extreme-poverty-rate":               {Value: 10, Year: 2025},
		"61 stunting-prevalence":                   {Value: 50, Year: 2025}, // the province's does not stand in
		"61.01 household-electrification":          {Value: 20, Year: 2019}, // too old
	}), 2026, false)
	// 20 + 12 + 20 = 52 points known, all gaps 0.5: 1 + 2 × 0.5 = 2.
	if got.Value != 2 || got.Known != 52 {
		t.Errorf("%v, %d known", got.Value, got.Known)
	}
	for _, p := range got.Parts {
		switch p.ID {
		case "extreme-poverty-rate":
			if p.From != "61.01" || p.Gap != 0.5 {
				t.Errorf("%+v", p)
			}
		case "household-electrification":
			if p.Known || !p.Old {
				t.Errorf("%+v", p)
			}
		case "stunting-prevalence":
			if p.Known {
				t.Errorf("the province's value counts: %+v", p)
			}
		}
	}
	little := w.Of(village, table(map[string]Reading{string(village) + " improved-water-access": {Value: 0, Year: 2025}}), 2026, false)
	if little.Value != 1+2*12.0/50 { // 12 of 50 needed points, fully deprived
		t.Errorf("little is known: %v", little.Value)
	}
}

func TestDemonstrationNeverCountsBesideRealFigures(t *testing.T) {
	w := FirstWeighting()
	key := string(village) + " improved-water-access"
	look := table(map[string]Reading{key: {Value: 0, Year: 2025, Demo: true}})
	if got := w.Of(village, look, 2026, false); !got.NoData() {
		t.Errorf("demonstration counts unasked: %+v", got)
	}
	if got := w.Of(village, look, 2026, true); got.NoData() || !got.Demo {
		t.Errorf("demonstration does not count: %+v", got)
	}
	both := table(map[string]Reading{key: {Value: 0, Year: 2025, Demo: true}, "61.01 household-electrification": {Value: 100, Year: 2025}})
	if got := w.Of(village, both, 2026, true); got.Demo || got.Value != 1 || got.Known != 8 {
		t.Errorf("mixed: %+v", got)
	}
}

func TestWeightStaysWithinItsBounds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := FirstWeighting()
		w.Needed = rapid.IntRange(1, 100).Draw(t, "needed")
		values := map[string]Reading{}
		for _, p := range w.Parts {
			for _, code := range []domain.RegionCode{village, "61.01.08", "61.01"} {
				if rapid.Bool().Draw(t, "known") {
					values[string(code)+" "+p.ID] = Reading{Value: rapid.Float64Range(0, 200).Draw(t, "value"), Year: rapid.IntRange(2015, 2026).Draw(t, "year")}
				}
			}
		}
		got := w.Of(village, table(values), 2026, false)
		if got.Value < LeastWeight || got.Value > MostWeight {
			t.Fatalf("%v", got.Value)
		}
		sum := LeastWeight
		for _, p := range got.Parts {
			sum += p.Adds
			if p.Adds < 0 || !p.Known && p.Adds != 0 {
				t.Fatalf("%+v", p)
			}
		}
		if math.Abs(sum-got.Value) > 1e-9 {
			t.Fatalf("the parts add up to %v, the weight is %v", sum, got.Value)
		}
	})
}

func TestWeightingIsValidated(t *testing.T) {
	good := FirstWeighting()
	good.Reason = "Uji"
	if err := good.Validate(); err != nil {
		t.Fatal(err)
	}
	for field, change := range map[string]func(*Weighting){
		"points": func(w *Weighting) { w.Parts[0].Points++ }, "village-index_worst": func(w *Weighting) { w.Parts[0].Worst = w.Parts[0].Best },
		"village-index_best": func(w *Weighting) { w.Parts[0].Best = math.Inf(1) }, "needed": func(w *Weighting) { w.Needed = 0 }, "max_age": func(w *Weighting) { w.MaxAge = 31 },
		"above": func(w *Weighting) { w.Above = 0 }, "reason": func(w *Weighting) { w.Reason = "" },
	} {
		w := good
		w.Parts = slices.Clone(good.Parts)
		change(&w)
		if got := wrongFields(t, w.Validate()); !slices.Equal(got, []string{field}) {
			t.Errorf("%s: %v", field, got)
		}
	}
}

func TestParametersChangeWithAPreviewAndDatedVersions(t *testing.T) {
	s := loaded(t)
	ctx := t.Context()
	if err := s.PutObservation(ctx, water(village, 2025, 25), store.Change{Operation: store.Operation{ID: "o"}}); err != nil {
		t.Fatal(err)
	}
	before, err := s.WeightOf(ctx, village, false)
	if err != nil || before != 1.36 { // 1 + 2 × 12/50 × 0.75
		t.Fatalf("%v, %v", before, err)
	}
	next := FirstWeighting()
	next.Needed, next.Reason = 12, "Satu angka sudah cukup (uji)"
	moves, err := s.Preview(ctx, next, 10)
	if err != nil || moves.Villages != 2145 || moves.Up != 1 || moves.Down != 0 || len(moves.Furthest) != 1 {
		t.Fatalf("%+v, %v", moves, err)
	}
	if m := moves.Furthest[0]; m.Place.Code != village || m.From != 1.36 || m.To != 2.5 {
		t.Errorf("%+v", m)
	}
	if w, _ := s.WeightOf(ctx, village, false); w != before {
		t.Error("a preview changed something")
	}
	office := domain.Actor{Account: "s", Roles: []domain.PlatformRole{domain.RoleSecretariat}}
	if _, err := s.Decide(ctx, domain.Actor{Account: "x"}, store.Operation{ID: "d0"}, 1, next); !apperr.Is(err, apperr.Forbidden) {
		t.Errorf("anyone decides: %v", err)
	}
	decided, err := s.Decide(ctx, office, store.Operation{ID: "d1"}, 1, next)
	if err != nil || decided.Version != 2 || decided.At.IsZero() {
		t.Fatalf("%+v, %v", decided, err)
	}
	if w, _ := s.WeightOf(ctx, village, false); w != 2.5 {
		t.Errorf("after the decision: %v", w)
	}
	if _, err := s.Decide(ctx, office, store.Operation{ID: "d2"}, 1, next); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("two decided on the same version: %v", err)
	}
	versions, nextPage, err := s.Weightings(ctx, "", 10)
	if err != nil || nextPage != "" || len(versions) != 2 || versions[0].Version != 2 || versions[1].Version != 1 {
		t.Errorf("%+v, %v", versions, err)
	}
}

func TestDemonstrationOfARegencyStaysOffOtherVillages(t *testing.T) {
	s := loaded(t)
	ctx := t.Context()
	regency := water("61.01", 2025, 10).Normal()
	regency.Demo = true
	own := water(village, 2025, 0).Normal()
	own.Demo = true
	if err := s.Plant(ctx, Seeds{Observations: []Observation{regency, own}}); err != nil {
		t.Fatal(err)
	}
	weights, err := s.WeightsOf(ctx, []domain.RegionCode{village, "61.01.08.2001"}, true)
	if err != nil || weights[village].NoData() || !weights["61.01.08.2001"].NoData() {
		t.Errorf("%+v, %v", weights, err)
	}
	other := FirstWeighting()
	other.Needed, other.Reason = 90, "Uji"
	if moves, err := s.Preview(ctx, other, 10); err != nil || moves.Down != 1 || moves.Furthest[0].Place.Code != village || !moves.Furthest[0].Demo {
		t.Errorf("%+v, %v", moves, err)
	}
}

func TestStandingFollowsEveryChange(t *testing.T) {
	s := NewService(testkit.DB(t), nil)
	ctx := t.Context()
	weight := func() float64 {
		t.Helper()
		w, err := s.WeightOf(ctx, village, false)
		if err != nil {
			t.Fatal(err)
		}
		return w
	}
	n := 0
	put := func(o Observation) {
		t.Helper()
		n++
		if err := s.PutObservation(ctx, o, store.Change{Operation: store.Operation{ID: strconv.Itoa(n)}}); err != nil {
			t.Fatal(err)
		}
	}
	put(water(village, 2024, 0))
	first := weight()
	put(water(village, 2025, 100)) // newer
	if got := weight(); got >= first || got != 1 {
		t.Errorf("the newer value does not count: %v after %v", got, first)
	}
	if err := s.RemoveObservation(ctx, water(village, 2025, 100).ID(), store.Change{Operation: store.Operation{ID: "r"}}); err != nil {
		t.Fatal(err)
	}
	if got := weight(); got != first {
		t.Errorf("after removal %v, want %v", got, first)
	}
	batch := s.ObservationBatch("b")
	if err := batch.Stage(ctx, []Observation{water(village, 2025, 50).Normal()}); err != nil {
		t.Fatal(err)
	}
	if got := weight(); got != first {
		t.Errorf("a staged value counts: %v", got)
	}
	if _, err := batch.Apply(ctx, store.Change{Action: "x", Operation: store.Operation{ID: "b"}}); err != nil {
		t.Fatal(err)
	}
	if got := weight(); got != 1.24 {
		t.Errorf("after the batch: %v", got)
	}
	if err := s.PutProfile(ctx, Profile{Region: village, Access: &Access{Origin: Origin{2025, "x"}, Road: "none"}}, store.Change{Operation: store.Operation{ID: "p"}}); err != nil {
		t.Fatal(err)
	}
	if got := weight(); got != 1.72 { // + 2 × 12/50 × 1, half of the points deprived by half
		t.Errorf("with access: %v", got)
	}
}

func TestWeightPages(t *testing.T) {
	s := newSite(t)
	doc, status, _ := s.get("/villages/weight")
	if status != 200 || doc.Find("table").First().Find("tbody tr").Length() != 8 || doc.Find("form.form").Length() != 0 {
		t.Errorf("status %d", status)
	}
	if err := s.m.Service.PutObservation(t.Context(), water(village, 2025, 25), store.Change{Operation: store.Operation{ID: "o"}}); err != nil {
		t.Fatal(err)
	}
	for _, year := range []int{2021, 2023} {
		if err := s.m.Service.PutObservation(t.Context(), water(village, year, 10), store.Change{Operation: store.Operation{ID: strconv.Itoa(year)}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.m.Service.PutObservation(t.Context(), Observation{Region: "61.01", Indicator: "household-electrification", Value: 88, Year: 2025, Source: "Uji"}, store.Change{Operation: store.Operation{ID: "e"}}); err != nil {
		t.Fatal(err)
	}
	doc, _, _ = s.get("/villages/" + string(village))
	page := text(doc.Find("#weight"))
	for _, want := range []string{"1,40", "20 dari 100 poin diketahui", "25 %", "angka Kabupaten Sambas", "+0,36", "+0,04", "Belum ada data"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not in %s", want, page)
		}
	}
	if plots := doc.Find("#years .plot"); plots.Length() != 1 || plots.Find("circle").Length() != 3 || plots.Find("table tbody tr").Length() != 3 {
		t.Errorf("%d plots", plots.Length())
	}
	row := text(doc.Find("#compare tbody tr").FilterFunction(func(_ int, row *goquery.Selection) bool { return strings.Contains(row.Text(), "berlistrik") }))
	if !strings.Contains(row, "belum ada data") || !strings.Contains(row, "88 %") {
		t.Errorf("side by side: %s", row)
	}
}
