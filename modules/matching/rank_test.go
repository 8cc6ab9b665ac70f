package matching

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"testing"
	"time"

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

// benchRegencies are as many as the country has.
func benchRegencies() []domain.RegionCode {
	var regencies []domain.RegionCode
	for p := 11; len(regencies) < 514; p++ {
		for k := 1; k <= 14; k++ {
			regencies = append(regencies, domain.RegionCode(fmt.Sprintf("%02d.%02d", p, k)))
		}
	}
	return regencies
}

// benchIndex makes n initiatives over 514 regencies, as many as the country has.
func benchIndex(n int) (*Index, []domain.NeedID) {
	r := rand.New(rand.NewPCG(1, 2))
	categories := domain.Taxonomy().Categories()
	regencies := benchRegencies()
	x := NewIndex(DefaultWeights)
	for k := range n {
		i := Initiative{ID: domain.InitiativeID(fmt.Sprintf("i%07d", k)), Organization: domain.OrganizationID(fmt.Sprintf("o%d", k%5000)), Verified: r.IntN(10) > 0}
		for o := range 1 + r.IntN(3) {
			c := categories[r.IntN(len(categories))]
			f := Offer{ID: domain.OfferID(fmt.Sprintf("%s-%d", i.ID, o)), Category: c.ID, Unit: c.Units[0], Free: int64(r.IntN(500)), From: "2026-01-01", Until: "2027-12-31"}
			for range 1 + r.IntN(12) {
				f.Areas = append(f.Areas, regencies[r.IntN(len(regencies))])
			}
			i.Offers = append(i.Offers, f)
		}
		x.PutInitiative(i)
	}
	var ids []domain.NeedID
	for k := range 1000 {
		c := categories[r.IntN(len(categories))]
		n := Need{ID: domain.NeedID(fmt.Sprintf("n%d", k)), Category: c.ID, Unit: c.Units[0], Village: regencies[r.IntN(len(regencies))] + ".01.2001",
			Quantity: 100, Uncovered: 100, Divisible: true, Urgency: 1, Deprivation: 2, WantedBy: "2027-03-01"}
		x.PutNeed(n)
		ids = append(ids, n.ID)
	}
	return x, ids
}

// benchNeeds adds n needs over the regencies of benchIndex's offers.
func benchNeeds(x *Index, n int) {
	r := rand.New(rand.NewPCG(3, 4))
	categories := domain.Taxonomy().Categories()
	regencies := benchRegencies()
	for k := range n {
		c := categories[r.IntN(len(categories))]
		x.PutNeed(Need{ID: domain.NeedID(fmt.Sprintf("m%07d", k)), Category: c.ID, Unit: c.Units[0], Village: regencies[r.IntN(len(regencies))] + ".01.2001",
			Quantity: 100, Uncovered: int64(1 + r.IntN(100)), Divisible: r.IntN(3) > 0, Urgency: .5 + r.Float64(), Deprivation: 1 + 2*r.Float64(), WantedBy: "2027-03-01"})
	}
}

// heap gives the memory in use, in MB.
func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / 1e6
}

// BenchmarkRank finds, in process, the 20 best of 100,000 initiatives for a need and the 20 best of 1,000,000 needs for an initiative, with and
// without near misses, each with the parts of its score and what is missing. It reports the median, the 99th percentile and the memory of the index.
//
//	go test -run '^$' -bench Rank -benchtime 1000x ./modules/matching
func BenchmarkRank(b *testing.B) {
	before := heap()
	x, ids := benchIndex(100_000)
	held := heap() - before
	var initiatives []domain.InitiativeID
	for k := range 1000 {
		initiatives = append(initiatives, domain.InitiativeID(fmt.Sprintf("i%07d", k*97)))
	}
	for _, near := range []int{0, 5} {
		timed(b, fmt.Sprintf("need/near=%d", near), held, func(k int) { x.ForNeed(ids[k%len(ids)], today, 20, near) })
	}
	benchNeeds(x, 1_000_000)
	held = heap() - before
	for _, near := range []int{0, 5} {
		timed(b, fmt.Sprintf("initiative/near=%d", near), held, func(k int) { x.ForInitiative(initiatives[k%len(initiatives)], today, 20, near) })
	}
	runtime.KeepAlive(x)
}

func timed(b *testing.B, name string, held float64, rank func(k int)) {
	b.Run(name, func(b *testing.B) {
		var all []time.Duration
		k := 0
		for b.Loop() {
			start := time.Now()
			rank(k)
			all = append(all, time.Since(start))
			k++
		}
		slices.Sort(all)
		b.ReportMetric(float64(all[len(all)/2].Nanoseconds())/1e6, "p50_ms")
		b.ReportMetric(float64(all[len(all)*99/100].Nanoseconds())/1e6, "p99_ms")
		b.ReportMetric(held, "index_MB")
	})
}
