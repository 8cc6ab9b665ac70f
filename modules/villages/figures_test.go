package villages

import (
	"context"
	"errors"
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
)

func water(code domain.RegionCode, year int, value float64) Observation {
	return Observation{Region: code, Indicator: "improved-water-access", Value: value, Unit: "%", Year: year, Source: "Sumber uji"}
}

func children(code domain.RegionCode, value float64) Observation {
	return Observation{Region: code, Indicator: "out-of-school-children", Value: value, Unit: "orang", Year: 2025, Source: "Dapodik uji"}
}

func ptr[T any](v T) *T { return &v }

// wrongFields gives the fields that an error names.
func wrongFields(t *testing.T, err error) []string {
	t.Helper()
	var e *apperr.Error
	if !errors.As(err, &e) || e.Kind != apperr.Invalid {
		t.Fatalf("not an invalid input: %v", err)
	}
	var names []string
	for _, f := range e.Fields {
		names = append(names, f.Name)
	}
	return names
}

func TestObservationsAreValidated(t *testing.T) {
	good := water("61.01.08.2007", 2025, 61.5).Normal()
	if good.Unit != UnitPercent {
		t.Errorf("unit %q", good.Unit)
	}
	if err := good.Validate(2026); err != nil {
		t.Errorf("a good one: %v", err)
	}
	for field, change := range map[string]func(*Observation){
		"region":    func(o *Observation) { o.Region = "6101082007" },
		"indicator": func(o *Observation) { o.Indicator = "happiness" },
		"unit":      func(o *Observation) { o.Unit = "person" },
		"value":     func(o *Observation) { o.Value = 100.5 },
		"year":      func(o *Observation) { o.Year = 2027 },
		"source":    func(o *Observation) { o.Source = "" },
		"method":    func(o *Observation) { o.Method = strings.Repeat("x", maxMethod+1) },
		"taken":     func(o *Observation) { o.Taken = "1/4/2026" },
	} {
		o := good
		change(&o)
		if got := wrongFields(t, o.Validate(2026)); !slices.Equal(got, []string{field}) {
			t.Errorf("%s: %v", field, got)
		}
	}
	for _, bad := range []float64{math.NaN(), math.Inf(1), -1} {
		o := good
		o.Value = bad
		if got := wrongFields(t, o.Validate(2026)); !slices.Equal(got, []string{"value"}) {
			t.Errorf("%v: %v", bad, got)
		}
	}
	half := children("61.01.08.2007", 7.5).Normal()
	if got := wrongFields(t, half.Validate(2026)); !slices.Equal(got, []string{"value"}) {
		t.Errorf("half a child: %v", got)
	}
	named := good
	named.Source = "Catatan 6101082502900001"
	if got := wrongFields(t, named.Validate(2026)); !slices.Equal(got, []string{"source"}) {
		t.Errorf("a population number: %v", got)
	}
}

func TestProfilesAreValidatedAndMerged(t *testing.T) {
	of := Origin{2025, "Kantor desa (uji)"}
	p := Profile{Region: "61.01.08.2007", Status: &VillageStatus{of, "berkembang"}, People: &People{of, ptr(int64(2400)), ptr(int64(1180)), ptr(int64(640))},
		Access: &Access{of, "dry-season", ptr(7.5), ptr(2.0), "weak", ptr(int64(12))}}
	if err := p.Validate(2026); err != nil {
		t.Fatal(err)
	}
	bad := p
	bad.Status = &VillageStatus{Origin{1970, ""}, "hebat"}
	bad.People = &People{of, ptr(int64(10)), ptr(int64(11)), ptr(int64(12))}
	bad.Access = &Access{of, "bagus", ptr(-1.0), ptr(math.NaN()), "5g", ptr(int64(25))}
	want := []string{"status", "status_year", "status_source", "women", "households", "road", "signal", "school_km", "health_km", "power_hours"}
	if got := wrongFields(t, bad.Validate(2026)); !slices.Equal(got, want) {
		t.Errorf("%v", got)
	}
	regency := Profile{Region: "61.01", Status: &VillageStatus{of, "maju"}}
	if got := wrongFields(t, regency.Validate(2026)); !slices.Equal(got, []string{"status"}) {
		t.Errorf("a regency with a village's status: %v", got)
	}

	merged := p.Merge(Profile{Region: p.Region, Access: &Access{Origin: of, Signal: "4g"}, People: &People{Origin: Origin{2026, "Baru"}, Households: ptr(int64(650))}})
	if a := merged.Access; a.Signal != "4g" || a.Road != "dry-season" || *a.SchoolKm != 7.5 || *a.PowerHours != 12 {
		t.Errorf("the same origin is put over: %+v", a)
	}
	if g := merged.People; g.Year != 2026 || g.Population != nil || *g.Households != 650 {
		t.Errorf("another year replaces the group: %+v", g)
	}
	if merged.Status == nil || p.Access.Signal != "weak" {
		t.Error("a group that is not said went away, or the old profile changed")
	}
}

func TestPotentialsAreValidated(t *testing.T) {
	good := Potential{Region: "61.01.08.2007", Kind: "crops", Name: "  Lada  ", Quantity: ptr(12.5), Unit: "ha", Year: 2025, Source: "Kantor desa (uji)"}.Normal()
	if err := good.Validate(2026); err != nil || good.ID() != "61.01.08.2007:crops:lada" {
		t.Errorf("%s, %v", good.ID(), err)
	}
	bad := Potential{Region: "x", Kind: "gold", Name: "", Quantity: ptr(-1.0), Year: 1, Source: ""}
	if got := wrongFields(t, bad.Validate(2026)); !slices.Equal(got, []string{"region", "kind", "name", "quantity", "unit", "year", "source"}) {
		t.Errorf("%v", got)
	}
}

func TestFiguresAreStoredListedAndTakenBack(t *testing.T) {
	s := NewService(testkit.DB(t), nil)
	ctx := t.Context()
	change := store.Change{Actor: "a", Operation: store.Operation{ID: "op"}}
	for _, o := range []Observation{water("61.01.08.2007", 2023, 40), water("61.01.08.2007", 2025, 50), water("61.01.08", 2025, 60), water("61.01.08.2001", 2025, 70)} {
		change.Operation.ID += "x"
		if err := s.PutObservation(ctx, o, change); err != nil {
			t.Fatal(err)
		}
	}
	before, err := s.Observations(ctx, "61.01.08.2007")
	if err != nil || len(before) != 2 || before[0].Year != 2025 || before[0].Unit != UnitPercent {
		t.Errorf("%+v, %v", before, err)
	}
	if district, _ := s.Observations(ctx, "61.01.08"); len(district) != 1 || district[0].Value != 60 {
		t.Errorf("of the district: %+v", district)
	}
	if all, next, err := s.ListObservations(ctx, "61.01", "", 3); err != nil || len(all) != 3 || next == "" || all[0].Region != "61.01.08" {
		t.Errorf("%+v, %q, %v", all, next, err)
	}

	batch := s.ObservationBatch("b1")
	if err := batch.Stage(ctx, []Observation{water("61.01.08.2007", 2025, 55).Normal(), water("61.01.08.2002", 2025, 20).Normal()}); err != nil {
		t.Fatal(err)
	}
	if own, _ := s.Observations(ctx, "61.01.08.2007"); own[0].Value != 50 {
		t.Error("a staged value is seen")
	}
	result, err := batch.Apply(ctx, store.Change{Action: "observation.imported", Operation: store.Operation{ID: "op-b1"}})
	if err != nil || result.Inserted != 1 || result.Replaced != 1 {
		t.Fatalf("%+v, %v", result, err)
	}
	if own, _ := s.Observations(ctx, "61.01.08.2007"); own[0].Value != 55 {
		t.Errorf("%+v", own[0])
	}
	if err := batch.Undo(ctx, store.Change{Action: "observation.import-undone", Operation: store.Operation{ID: "op-u1"}}); err != nil {
		t.Fatal(err)
	}
	if own, _ := s.Observations(ctx, "61.01.08.2007"); own[0].Value != 50 {
		t.Errorf("after undo: %+v", own[0])
	}
	if err := s.RemoveObservation(ctx, before[0].ID(), store.Change{Operation: store.Operation{ID: "op-r"}}); err != nil {
		t.Fatal(err)
	}
	if own, _ := s.Observations(ctx, "61.01.08.2007"); len(own) != 1 || own[0].Year != 2023 {
		t.Errorf("after removal: %+v", own)
	}
	if err := s.PutPotential(ctx, Potential{Region: "61.01.08.2007", Kind: "crops", Name: "Lada", Year: 2025, Source: "x"}, change); err != nil {
		t.Fatal(err)
	}
	if p, _, err := s.ListPotentials(ctx, "61.01", "crops", "", 10); err != nil || len(p) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
	if err := s.PutProfile(ctx, Profile{Region: "61.01.08.2007", People: &People{Origin: Origin{2025, "x"}, Households: ptr(int64(9))}}, change); err != nil {
		t.Fatal(err)
	}
	if p, err := s.Profile(ctx, "61.01.08.2007"); err != nil || *p.People.Households != 9 {
		t.Errorf("%+v, %v", p, err)
	}
	if p, err := s.Profile(ctx, "61.01.08.2001"); err != nil || p.People != nil || p.Region != "61.01.08.2001" {
		t.Errorf("no profile: %+v, %v", p, err)
	}
}

func TestHideParts(t *testing.T) {
	for name, c := range map[string]struct {
		parts string // code letter and value
		total Hiding
		want  string
	}{
		"nothing small":              {"a7 b9 c20", "", ""},
		"one small takes another":    {"a3 b9 c20", "", "a-small b-kept"},
		"the smallest of the others": {"a3 b9 c8", "", "a-small c-kept"},
		"two small hide each other":  {"a3 b2 c20", "", "a-small b-small"},
		"two zeros do not":           {"a0 b0 c20", "", "a-small b-small c-kept"},
		"two fours do not":           {"a4 b4 c20 d30", "", "a-small b-small c-kept"},
		"a hidden total tells none":  {"a3 b9", HiddenSmall, "a-small"},
		"a kept total needs one":     {"a7 b9", HiddenKept, "a-kept"},
		"a kept total has one":       {"a3 b9", HiddenKept, "a-small"},
		"one part alone":             {"a3", "", "a-small"},
	} {
		var parts []part
		for _, p := range strings.Fields(c.parts) {
			n := int64(0)
			for _, digit := range p[1:] {
				n = n*10 + int64(digit-'0')
			}
			parts = append(parts, part{domain.RegionCode(p[:1]), n})
		}
		got := hideParts(parts, c.total)
		var words []string
		for _, code := range slices.Sorted(maps.Keys(got)) {
			words = append(words, string(code)+"-"+string(got[code]))
		}
		if strings.Join(words, " ") != c.want {
			t.Errorf("%s: %v, want %s", name, words, c.want)
		}
	}
}

func TestSmallCountsAreNotGivenAway(t *testing.T) {
	s := NewService(testkit.DB(t), nil)
	ctx := t.Context()
	put := func(o Observation) {
		t.Helper()
		if err := s.PutObservation(ctx, o, store.Change{Operation: store.Operation{ID: o.ID() + "/" + store.NewID()}}); err != nil {
			t.Fatal(err)
		}
	}
	see := func(ctx context.Context, o Observation) string {
		t.Helper()
		got, err := s.Disclose(ctx, []Observation{o.Normal()})
		if err != nil {
			t.Fatal(err)
		}
		if got[0].Hidden != "" && got[0].Value != 0 {
			t.Errorf("%s: the hidden value %v is still there", o.Region, got[0].Value)
		}
		return string(got[0].Hidden)
	}
	small, next, big, total := children("61.01.08.2007", 3), children("61.01.08.2001", 12), children("61.01.01.2001", 40), children("61.01", 55)
	put(small)
	put(next)
	put(big)
	if see(ctx, small) != "small" || see(ctx, next) != "" {
		t.Error("without a total only the small one is hidden")
	}
	put(total) // the regency's: the district between has none
	for o, want := range map[*Observation]string{&small: "small", &next: "kept", &big: "", &total: ""} {
		if got := see(ctx, *o); got != want {
			t.Errorf("%s: %q, want %q", o.Region, got, want)
		}
	}
	put(children("61.01.08", 15)) // now the district stands between, and must not tell either
	for o, want := range map[*Observation]string{&small: "small", &next: "kept", &big: ""} {
		if got := see(ctx, *o); got != want {
			t.Errorf("with a district, %s: %q, want %q", o.Region, got, want)
		}
	}
	share := water("61.01.08.2007", 2025, 3).Normal()
	if see(ctx, share) != "" {
		t.Error("a percentage is not a count")
	}

	women := Profile{Region: "61.01.08.2007", People: &People{Origin{2025, "x"}, ptr(int64(300)), ptr(int64(297)), ptr(int64(90))}}
	if err := s.PutProfile(ctx, women, store.Change{Operation: store.Operation{ID: "w"}}); err != nil {
		t.Fatal(err)
	}
	if hidden, err := s.DisclosePeople(ctx, women); err != nil || hidden[figureWomen] != HiddenKept || len(hidden) != 1 {
		t.Errorf("three men: %v, %v", hidden, err)
	}
}
