package matching

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"gotong/modules/domain"
)

const today = domain.Date("2026-11-01")

var testRegencies = []domain.RegionCode{"61.01", "61.02", "61.11", "62.01"}

func drawNeed(t *rapid.T, k int) Need {
	categories := domain.Taxonomy().Categories()[:6]
	quantity := rapid.Int64Range(1, 50).Draw(t, "quantity")
	return Need{
		ID: domain.NeedID(fmt.Sprintf("n%02d", k)), Category: rapid.SampledFrom(categories).Draw(t, "category").ID,
		Village: rapid.SampledFrom(testRegencies).Draw(t, "regency") + domain.RegionCode(rapid.SampledFrom([]string{".01.2001", ".02.2003"}).Draw(t, "village")),
		Unit:    rapid.SampledFrom([]domain.UnitID{"unit", "unit", "package"}).Draw(t, "unit"), Quantity: quantity,
		Divisible: rapid.Bool().Draw(t, "divisible"), MinLot: rapid.Int64Range(0, 10).Draw(t, "lot"),
		WantedBy: rapid.SampledFrom([]domain.Date{"", "2026-10-01", "2026-11-05", "2027-04-01"}).Draw(t, "wanted"),
		Urgency:  rapid.SampledFrom([]float64{.5, 1, 1.5}).Draw(t, "urgency"), Deprivation: rapid.Float64Range(1, 3).Draw(t, "deprivation"),
		Uncovered: rapid.Int64Range(0, quantity).Draw(t, "uncovered"),
	}
}

func drawInitiative(t *rapid.T, k int) Initiative {
	categories := domain.Taxonomy().Categories()[:6]
	i := Initiative{ID: domain.InitiativeID(fmt.Sprintf("i%02d", k)), Organization: domain.OrganizationID(fmt.Sprintf("o%d", k%3)),
		Verified: rapid.IntRange(0, 9).Draw(t, "verified") > 0, Total: rapid.Int64Range(0, 9).Draw(t, "total")}
	i.Done = rapid.Int64Range(0, i.Total).Draw(t, "done")
	for o := range rapid.IntRange(0, 3).Draw(t, "offers") {
		area := rapid.SampledFrom(append([]domain.RegionCode{"", "61", "61.01.01", "61.01.02"}, testRegencies...))
		i.Offers = append(i.Offers, Offer{
			ID: domain.OfferID(fmt.Sprintf("%s-%d", i.ID, o)), Category: rapid.SampledFrom(categories).Draw(t, "category").ID,
			Unit:  rapid.SampledFrom([]domain.UnitID{"unit", "unit", "package"}).Draw(t, "unit"),
			Areas: rapid.SliceOfN(area, 1, 3).Draw(t, "areas"), Free: rapid.Int64Range(0, 60).Draw(t, "free"),
			From:  rapid.SampledFrom([]domain.Date{"", "2026-06-01", "2027-01-15", "2027-05-01"}).Draw(t, "from"),
			Until: rapid.SampledFrom([]domain.Date{"", "2026-11-10", "2027-12-31"}).Draw(t, "until"),
		})
	}
	return i
}

// The index answers like looking at every pair, whatever was put, changed and removed before.
func TestIndexAgreesWithPlainRecomputation(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := NewIndex(DefaultWeights)
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			switch rapid.IntRange(0, 6).Draw(t, "step") {
			case 0, 1:
				x.PutNeed(drawNeed(t, rapid.IntRange(0, 7).Draw(t, "n")))
			case 2, 3:
				x.PutInitiative(drawInitiative(t, rapid.IntRange(0, 9).Draw(t, "i")))
			case 4:
				x.RemoveInitiative(domain.InitiativeID(fmt.Sprintf("i%02d", rapid.IntRange(0, 9).Draw(t, "i"))))
				x.RemoveNeed(domain.NeedID(fmt.Sprintf("n%02d", rapid.IntRange(0, 7).Draw(t, "n"))))
			case 5:
				x.SetFree(domain.OfferID(fmt.Sprintf("i%02d-0", rapid.IntRange(0, 9).Draw(t, "i"))), rapid.Int64Range(0, 60).Draw(t, "free"))
				x.SetUncovered(domain.NeedID(fmt.Sprintf("n%02d", rapid.IntRange(0, 7).Draw(t, "n"))), rapid.Int64Range(0, 3).Draw(t, "left"))
			case 6:
				x.SetRecord("o1", 3, 4)
			}
		}
		for k := range 8 {
			id := domain.NeedID(fmt.Sprintf("n%02d", k))
			if got, ok := x.ForNeed(id, today, 3, 3); ok {
				if want := x.Plain(id, "", today, 3, 3); !reflect.DeepEqual(got, want) {
					t.Fatalf("need %s:\n got %+v\nwant %+v", id, got, want)
				}
			}
		}
		for k := range 10 {
			id := domain.InitiativeID(fmt.Sprintf("i%02d", k))
			if got, ok := x.ForInitiative(id, today, 3, 3); ok {
				if want := x.Plain("", id, today, 3, 3); !reflect.DeepEqual(got, want) {
					t.Fatalf("initiative %s:\n got %+v\nwant %+v", id, got, want)
				}
			}
		}
	})
}

// crowd draws many pairs of few kinds: long cells, wide areas and ties everywhere. Where it is uniform, needs have one unit and time
// enough, so that they are counted without being visited.
type crowd struct {
	*rand.Rand
	uniform bool
}

func (r crowd) need(k int) Need {
	quantity, dates := int64(1+r.IntN(3)*10), []domain.Date{"", "2027-04-01", "2027-04-01", "2026-11-05", "2026-10-01"}
	if r.uniform {
		dates = dates[:3]
	}
	return Need{ID: domain.NeedID(fmt.Sprintf("need%03d", k)), Category: r.category(), Unit: r.unit(), Quantity: quantity,
		Village: pick(r, testRegencies) + pick(r, []domain.RegionCode{".01.2001", ".02.2003"}), Divisible: r.IntN(3) > 0, MinLot: int64(r.IntN(3)),
		WantedBy: pick(r, dates), Urgency: .5 + float64(r.IntN(3))/2,
		Deprivation: 1 + float64(r.IntN(3)), Uncovered: min(quantity, int64(r.IntN(20)))}
}

func (r crowd) initiative(k int) Initiative {
	i := Initiative{ID: domain.InitiativeID(fmt.Sprintf("initiative%03d", k)), Organization: domain.OrganizationID(fmt.Sprintf("o%d", k%5)), Verified: r.IntN(10) > 0, Total: 4,
		Done: int64(r.IntN(4))}
	for o := range r.IntN(4) {
		f := Offer{ID: domain.OfferID(fmt.Sprintf("%s-%d", i.ID, o)), Category: r.category(), Unit: r.unit(), Free: pick(r, []int64{0, 1, 2, 10, 11, 21, 30}),
			From: pick(r, []domain.Date{"", "", "2027-01-15"}), Until: pick(r, []domain.Date{"", "2026-11-20", "2027-12-31"})}
		for range 1 + r.IntN(3) {
			f.Areas = append(f.Areas, pick(r, append([]domain.RegionCode{"", "61", "62", "61.01.01", "61.72"}, testRegencies...)))
		}
		i.Offers = append(i.Offers, f)
	}
	return i
}

func (r crowd) category() domain.CategoryID { return pick(r, domain.Taxonomy().Categories()[:3]).ID }

func (r crowd) unit() domain.UnitID {
	if r.uniform {
		return "unit"
	}
	return pick(r, []domain.UnitID{"unit", "unit", "unit", "unit", "package"})
}

func pick[T any](r crowd, list []T) T { return list[r.IntN(len(list))] }

// plainWithout is the plain ranking of needs without some.
func plainWithout(x *Index, id domain.InitiativeID, limit, near int, without []domain.NeedID) Ranking {
	r := x.Plain("", id, today, 1000, 1000)
	drop := func(m Match) bool { return slices.Contains(without, m.Need.ID) }
	fits := len(r.Fits)
	r.Fits, r.Near = slices.DeleteFunc(r.Fits, drop), slices.DeleteFunc(r.Near, drop)
	r.All -= fits - len(r.Fits)
	cut := func(list []Match, most int) []Match {
		if most = min(most, len(list)); most == 0 {
			return nil
		}
		return list[:most]
	}
	r.Fits, r.Near = cut(r.Fits, limit), cut(r.Near, near)
	return r
}

// A ranking passes over what cannot be among the best, and is still the plain one, in crowded cells and between changes.
func TestCrowdedIndexAgreesWithPlainRecomputation(t *testing.T) {
	rounds := 8
	if testing.Short() {
		rounds = 3
	}
	for seed := range rounds {
		r := crowd{rand.New(rand.NewPCG(uint64(seed), 7)), seed%2 == 0}
		x := NewIndex(DefaultWeights)
		for k := range 400 {
			x.PutNeed(r.need(k))
			x.PutInitiative(r.initiative(k % 150))
		}
		for round := range 3 {
			for range 60 {
				x.PutNeed(r.need(r.IntN(400)))
				x.RemoveNeed(domain.NeedID(fmt.Sprintf("need%03d", r.IntN(400))))
				x.SetUncovered(domain.NeedID(fmt.Sprintf("need%03d", r.IntN(400))), int64(r.IntN(12)))
				x.PutInitiative(r.initiative(r.IntN(150)))
				x.RemoveInitiative(domain.InitiativeID(fmt.Sprintf("initiative%03d", r.IntN(150))))
				x.SetFree(domain.OfferID(fmt.Sprintf("initiative%03d-%d", r.IntN(150), r.IntN(3))), pick(r, []int64{0, 1, 2, 10, 11, 21, 30}))
				x.SetRecord(domain.OrganizationID(fmt.Sprintf("o%d", r.IntN(5))), int64(r.IntN(4)), 4)
			}
			if round == 2 {
				x.SetWeights(Weights{Version: 2, Theme: 100, Area: 400, Coverage: 300, Urgency: 200})
			}
			limit, near := 1+r.IntN(4), r.IntN(4)
			for range 25 {
				need := domain.NeedID(fmt.Sprintf("need%03d", r.IntN(400)))
				if got, ok := x.ForNeed(need, today, limit, near); ok {
					same(t, string(need), got, x.Plain(need, "", today, limit, near))
				}
				id, without := domain.InitiativeID(fmt.Sprintf("initiative%03d", r.IntN(150))), []domain.NeedID{need, "need001", need, "none"}
				if got, ok := x.ForInitiative(id, today, limit, near); ok {
					same(t, string(id), got, x.Plain("", id, today, limit, near))
					got, _ = x.forInitiative(id, today, limit, near, without)
					same(t, string(id)+" without some", got, plainWithout(x, id, limit, near, without))
				}
			}
		}
	}
}

func same(t *testing.T, what string, got, want Ranking) {
	t.Helper()
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("%s:\n got %+v\nwant %+v", what, got, want)
	}
}

// The parts that a page shows add up exactly to the total that it shows, and stay within their weights.
func TestPartsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var share [partCount]float64
		for k := range share {
			share[k] = rapid.Float64Range(0, 1).Draw(t, "share")
		}
		parts, total := apportion(DefaultWeights.list(), share)
		sum := 0
		for k, p := range parts {
			sum += p
			if p < 0 || p > DefaultWeights.list()[k] {
				t.Fatalf("part %s is %d of %d", PartNames[k], p, DefaultWeights.list()[k])
			}
		}
		if sum != total {
			t.Fatalf("parts %v add up to %d, shown is %d", parts, sum, total)
		}
	})
}

func TestWeightsAddUp(t *testing.T) {
	sum := 0
	for _, w := range DefaultWeights.list() {
		sum += w
	}
	if sum != 1000 {
		t.Fatalf("the weights add up to %d", sum)
	}
}

func examplePair() (Need, Initiative) {
	n := Need{ID: "n", Category: "clean-water-supply", Unit: "unit", Village: "61.01.08.2007", Quantity: 40, Uncovered: 40, Divisible: true,
		MinLot: 5, WantedBy: "2027-04-01", Urgency: 1.5, Deprivation: 1}
	i := Initiative{ID: "i", Organization: "o", Verified: true, Offers: []Offer{{ID: "f", Category: "clean-water-supply", Unit: "unit",
		Areas: []domain.RegionCode{"61.01.08"}, Free: 40, From: "2026-01-01", Until: "2027-12-31"}}}
	return n, i
}

func TestHardConditionsAndTheirCounterfactuals(t *testing.T) {
	cases := []struct {
		name   string
		change func(n *Need, i *Initiative, o *Offer)
		want   int // condition, -1 fits, -2 several
		check  func(r Result) bool
	}{
		{"fits", func(*Need, *Initiative, *Offer) {}, -1, func(r Result) bool { return r.Area == AreaDistrict && r.Parts[PartTheme] == 250 }},
		{"unverified", func(_ *Need, i *Initiative, _ *Offer) { i.Verified = false }, CondVerified, nil},
		{"sibling category", func(_ *Need, _ *Initiative, o *Offer) { o.Category = "sanitation" }, CondCategory, nil},
		{"other district", func(_ *Need, _ *Initiative, o *Offer) { o.Areas = []domain.RegionCode{"61.01.09"} }, CondArea,
			func(r Result) bool { return r.Area == AreaDistance && r.Parts[PartArea] == 160 }},
		{"whole province", func(_ *Need, _ *Initiative, o *Offer) { o.Areas = []domain.RegionCode{"61"} }, -1,
			func(r Result) bool { return r.Seat == "Pontianak" && r.Kilometres > 100 && r.Parts[PartArea] < 60 }},
		{"whole country: distance unknown", func(_ *Need, _ *Initiative, o *Offer) { o.Areas = []domain.RegionCode{""} }, -1,
			func(r Result) bool { return r.Area == AreaUnknown && r.Parts[PartArea] == 0 }},
		{"three days short", func(_ *Need, _ *Initiative, o *Offer) { o.Until = "2026-11-11" }, CondWindow,
			func(r Result) bool { return r.MissingDays == 3 && r.Overlap == 11 }},
		{"begins after the date", func(_ *Need, _ *Initiative, o *Offer) { o.From = "2027-06-01" }, CondWindow,
			func(r Result) bool { return r.Overlap == 0 && r.MissingDays > 60 }},
		{"capacity", func(_ *Need, _ *Initiative, o *Offer) { o.Free = 2 }, CondCapacity, func(r Result) bool { return r.MissingCapacity == 3 }},
		{"all or nothing", func(n *Need, _ *Initiative, o *Offer) { n.Divisible, o.Free = false, 16 }, CondCapacity,
			func(r Result) bool { return r.MissingCapacity == 24 }},
		{"less than a lot is left", func(n *Need, _ *Initiative, o *Offer) { n.Uncovered, o.Free = 2, 2 }, -1, nil},
		{"unit", func(_ *Need, _ *Initiative, o *Offer) { o.Unit = "package" }, CondUnit, nil},
		{"two fail", func(_ *Need, i *Initiative, o *Offer) { i.Verified, o.Unit = false, "package" }, -2, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n, i := examplePair()
			c.change(&n, &i, &i.Offers[0])
			n.prepare()
			i.Offers[0].prepare()
			r := Evaluate(DefaultWeights, &n, &i, &i.Offers[0], dayOf(today))
			got, one := r.Near()
			switch {
			case c.want == -1 && !r.Fits(), c.want == -2 && (one || r.Fits()), c.want >= 0 && (!one || got != c.want):
				t.Errorf("want %d, failed bits %b", c.want, r.Failed)
			}
			if c.check != nil && !c.check(r) {
				t.Errorf("unexpected result %+v", r)
			}
		})
	}
}

func TestSeatsOfTheProvince(t *testing.T) {
	if len(seats) != 15 {
		t.Fatalf("%d seats", len(seats))
	}
	o := Offer{Areas: []domain.RegionCode{"61.72"}}
	o.prepare()
	at, sambas := nearest(o.spots, seatOf("61.01")), seatOf("61.01")
	if at < 0 || seats[at].name != "Singkawang" || between[at][sambas].kilometres < 50 || between[at][sambas].kilometres > 65 {
		t.Errorf("Singkawang to Sambas: seat %d", at)
	}
	if nearest(o.spots, seatOf("62.01")) >= 0 {
		t.Error("a distance to a regency without a seat")
	}
}
