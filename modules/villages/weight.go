package villages

import (
	"math"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Weighting says how the deprivation weight is computed: what counts, how much, and between which values. It is policy,
// not truth: versions are dated and shown, docs/deprivation.md has the reasons, sources and limits.
type Weighting struct {
	Version int             `json:"version"`
	Parts   []WeightingPart `json:"parts"`
	// Needed is how many of the 100 points must be known for the full weight; with less it is drawn towards 1.
	Needed int              `json:"needed"`
	MaxAge int              `json:"max_age"` // years; older values do not count
	Above  int              `json:"above"`   // highest level whose value stands in where a village has none
	Reason string           `json:"reason"`
	By     domain.AccountID `json:"by,omitempty"`
	At     time.Time        `json:"at"`
}

// WeightingPart is one thing that counts. Best is the value without deprivation, Worst that of full deprivation.
type WeightingPart struct {
	ID     string  `json:"id"` // of an indicator, or AccessPart
	Points int     `json:"points"`
	Best   float64 `json:"best"`
	Worst  float64 `json:"worst"`
}

// AccessPart counts the profile's access: the mean shortfall, in percent, of what is known of it.
const AccessPart = "access"

// Bounds of the weight.
const (
	LeastWeight = 1.0
	MostWeight  = 3.0
	weightSpan  = MostWeight - LeastWeight
	allPoints   = 100
)

// FirstWeighting is in force until the secretariat decides another.
func FirstWeighting() Weighting {
	return Weighting{
		Version: 1, Needed: 50, MaxAge: 5, Above: domain.LevelRegency,
		Parts: []WeightingPart{
			{"village-index", 20, 100, 20}, {"extreme-poverty-rate", 20, 0, 20}, {"improved-water-access", 12, 100, 0},
			{"improved-sanitation-access", 12, 100, 0}, {"household-electrification", 8, 100, 0}, {"basic-education-completion", 8, 100, 0},
			{"stunting-prevalence", 8, 0, 50}, {AccessPart, 12, 0, 100},
		},
	}
}

// Validate tells what is wrong, by field: points, NAME_points, NAME_best, NAME_worst, needed, max_age, above, reason.
func (w Weighting) Validate() error {
	var f apperr.Fields
	sum := 0
	for _, p := range w.Parts {
		f.Check(p.Points >= 0 && p.Points <= allPoints, p.ID+"_points", "villages.error.points")
		within := func(v float64) bool { return !math.IsNaN(v) && v >= 0 && v <= maxRupiah }
		f.Check(within(p.Best), p.ID+"_best", "villages.error.anchor")
		f.Check(within(p.Worst) && p.Worst != p.Best, p.ID+"_worst", "villages.error.anchors_equal")
		sum += p.Points
	}
	f.Check(sum == allPoints, "points", "villages.error.points_sum", "sum", sum)
	f.Check(w.Needed >= 1 && w.Needed <= allPoints, "needed", "villages.error.value", "max", allPoints)
	f.Check(w.MaxAge >= 1 && w.MaxAge <= 30, "max_age", "villages.error.value", "max", 30)
	f.Check(w.Above >= domain.LevelProvince && w.Above <= domain.LevelVillage, "above", "villages.error.required")
	checkText(&f, "reason", w.Reason, maxNote, true)
	return f.Err()
}

// Reading is a value that can count for a part.
type Reading struct {
	Value  float64
	Year   int
	Source string
	Demo   bool
}

// readings gives what a region has for a part: the newest real value and the newest of demonstration.
type readings func(code domain.RegionCode, part string) []Reading

// WeightPart is one part of a village's weight.
type WeightPart struct {
	WeightingPart
	Known bool
	Old   bool              // there is a value, too old to count
	From  domain.RegionCode // whose value it is
	Reading
	Gap   float64 // 0 none to 1 full deprivation
	Adds  float64 // to the weight; the parts and 1 add up to it
	Share float64 // of the known points
}

// Weight is a village's deprivation weight with its parts.
type Weight struct {
	Version int
	Value   float64 // 1 to 3, two places
	Parts   []WeightPart
	Known   int  // points of 100 of which something is known
	Demo    bool // made of demonstration values
}

// NoData tells that nothing is known: the weight is then 1.
func (w Weight) NoData() bool { return w.Known == 0 }

// Of computes a village's weight. Demonstration values count only where demo is asked for and no real one is known
// for any part.
func (w Weighting) Of(code domain.RegionCode, look readings, thisYear int, demo bool) Weight {
	weight := w.of(code, look, thisYear, false)
	if demo && weight.Known == 0 {
		if of := w.of(code, look, thisYear, true); of.Known > 0 {
			return of
		}
	}
	return weight
}

func (w Weighting) of(code domain.RegionCode, look readings, thisYear int, demo bool) Weight {
	out := Weight{Version: w.Version, Value: LeastWeight, Demo: demo}
	for _, p := range w.Parts {
		part := WeightPart{WeightingPart: p}
		w.find(&part, code, look, thisYear, demo)
		if part.Known {
			part.Gap = gap(p, part.Value)
			out.Known += p.Points
		}
		out.Parts = append(out.Parts, part)
	}
	if out.Known == 0 {
		return out
	}
	strength := min(1, float64(out.Known)/float64(w.Needed))
	exact := make([]float64, len(out.Parts))
	for i := range out.Parts {
		p := &out.Parts[i]
		if p.Known {
			p.Share = float64(p.Points) / float64(out.Known)
			exact[i] = weightSpan * strength * p.Share * p.Gap
		}
	}
	for i, hundredths := range roundTogether(exact) {
		out.Parts[i].Adds = float64(hundredths) / 100
		out.Value += out.Parts[i].Adds
	}
	out.Value = math.Round(out.Value*100) / 100
	return out
}

// find looks for the part's value: the village's own, else that of the nearest region above that may stand in.
func (w Weighting) find(part *WeightPart, code domain.RegionCode, look readings, thisYear int, demo bool) {
	for at := code; at != "" && at.Level() >= w.Above; at = at.Parent() {
		for _, r := range look(at, part.ID) {
			if r.Demo != demo {
				continue
			}
			if thisYear-r.Year > w.MaxAge {
				part.Old = true
				continue
			}
			part.Known, part.From, part.Reading, part.Old = true, at, r, false
			return
		}
	}
}

func gap(p WeightingPart, value float64) float64 {
	return max(0, min(1, (value-p.Best)/(p.Worst-p.Best)))
}

// roundTogether rounds to hundredths so that they add up to the rounded sum (largest remainder, ties to the first).
func roundTogether(exact []float64) []int {
	sum, floor := 0.0, 0
	out := make([]int, len(exact))
	order := make([]int, len(exact))
	for i, e := range exact {
		out[i], order[i] = int(math.Floor(e*100+1e-9)), i
		sum += e * 100
		floor += out[i]
	}
	rest := func(i int) float64 { return exact[i]*100 - float64(out[i]) }
	slices.SortStableFunc(order, func(a, b int) int {
		switch d := rest(b) - rest(a); {
		case d > 1e-9:
			return 1
		case d < -1e-9:
			return -1
		}
		return 0
	})
	for _, i := range order[:max(0, min(len(order), int(math.Round(sum))-floor))] {
		out[i]++
	}
	return out
}

// shortfall of access in percent: the mean of what is known of road, signal, power and distances (20 km is far).
func (a *Access) shortfall() (float64, bool) {
	const far = 20
	var sum float64
	n := 0
	add := func(share float64) { sum, n = sum+max(0, min(1, share)), n+1 }
	rank := func(list []string, value string) {
		if i := slices.Index(list, value); i >= 0 {
			add(1 - float64(i)/float64(len(list)-1))
		}
	}
	rank(Roads, a.Road)
	rank(Signals, a.Signal)
	if a.SchoolKm != nil {
		add(*a.SchoolKm / far)
	}
	if a.HealthKm != nil {
		add(*a.HealthKm / far)
	}
	if a.PowerHours != nil {
		add(1 - float64(*a.PowerHours)/24)
	}
	if n == 0 {
		return 0, false
	}
	return sum / float64(n) * 100, true
}
