// Package fairness measures how evenly a plan reaches the villages: Gini and Theil of coverage, the least covered, and coverage by
// deprivation. Coverage of a village is units served over units asked by its needs; only villages with an eligible pair count.
package fairness

import (
	"cmp"
	"math"
	"slices"

	"gotong/modules/matching/plan"
)

type place struct {
	id                string
	coverage, weight  float64
	requested, served int64
	money             int64
}

// Measure reports on a plan, units by pair of the instance.
func Measure(in *plan.Instance, units []int32) *plan.Fairness {
	f := &plan.Fairness{WithoutPair: []string{}}
	var places []place
	var budget int64
	reached, eligible := 0, 0
	for v := range in.Villages {
		one := &in.Villages[v]
		p := place{id: one.ID, weight: one.Weight}
		for j := one.First; j < one.Behind; j++ {
			p.requested += in.Needs[j].Quantity
		}
		from, to := in.First[one.First], in.First[one.Behind]
		for e := from; e < to; e++ {
			if u := int64(units[e]); u > 0 {
				p.served += u
				p.money += in.Rows[0].UnitUse(int(e))*u + in.Rows[0].SetupUse(int(e))
			}
		}
		if from == to {
			f.WithoutPair = append(f.WithoutPair, one.ID)
			continue
		}
		if one.Floor > 0 && in.Floor != plan.FloorOff {
			eligible++
			if p.served >= one.Floor {
				reached++
			}
		}
		p.coverage = float64(p.served) / float64(p.requested)
		budget += p.money
		places = append(places, p)
	}
	if eligible > 0 {
		f.Floor = &plan.Floor{Policy: in.Floor, Reached: reached, Eligible: eligible, AtMost: eligible}
	}
	spread(f, places)
	for _, p := range places {
		if share := float64(p.money) / float64(max(1, budget)); share > f.MaxBudgetShare {
			f.MaxBudgetShare, f.MaxBudgetHolder = share, p.id
		}
	}
	return f
}

// Place is a village with what its needs ask and what of it is served, in any one unit.
type Place struct {
	ID                string
	Weight            float64
	Requested, Served int64
}

// Spread measures how even coverage is over places that ask for something, whatever it was counted in.
func Spread(list []Place) *plan.Fairness {
	f := &plan.Fairness{WithoutPair: []string{}}
	var places []place
	for _, p := range list {
		if p.Requested > 0 {
			places = append(places, place{id: p.ID, weight: p.Weight, requested: p.Requested, served: p.Served, coverage: float64(p.Served) / float64(p.Requested)})
		}
	}
	spread(f, places)
	return f
}

func spread(f *plan.Fairness, places []place) {
	f.Villages = len(places)
	if len(places) == 0 {
		return
	}
	slices.SortFunc(places, func(a, b place) int { return cmp.Or(cmp.Compare(a.coverage, b.coverage), cmp.Compare(a.id, b.id)) })
	f.MinCoverage, f.P10Coverage = places[0].coverage, places[(len(places)-1)/10].coverage
	f.Gini, f.GiniByNeed = gini(places), giniByNeed(places)
	f.Theil, f.TheilWithin, f.TheilBetween = theil(places)
	f.Quintiles = quintiles(places)
	if least := f.Quintiles[0].Coverage; len(f.Quintiles) == 5 && least > 0 {
		ratio := f.Quintiles[4].Coverage / least
		f.Q5Q1 = &ratio
	}
}

// gini is sum (2r-V-1)c / (V sum c) over ranks r ascending; 0 when nothing is covered.
func gini(places []place) float64 {
	n, top, sum := float64(len(places)), 0.0, 0.0
	for k, p := range places {
		top += (2*float64(k+1) - n - 1) * p.coverage
		sum += p.coverage
	}
	if sum == 0 {
		return 0
	}
	return top / (n * sum)
}

// giniByNeed counts a village as often as it asks units: twice the area between the diagonal and the Lorenz curve.
func giniByNeed(places []place) float64 {
	var asked, got float64
	for _, p := range places {
		asked += float64(p.requested)
		got += float64(p.served)
	}
	if got == 0 {
		return 0
	}
	area, below := 0.0, 0.0
	for _, p := range places {
		next := below + float64(p.served)/got
		area += float64(p.requested) / asked * (below + next)
		below = next
	}
	return 1 - area
}

// theil is mean (c/mean) ln(c/mean), with 0 ln 0 = 0, and its parts within and between regencies.
func theil(places []place) (total, within, between float64) {
	type group struct{ n, sum float64 }
	groups := map[string]*group{}
	var names []string
	mean := 0.0
	for _, p := range places {
		name := regency(p.id)
		if groups[name] == nil {
			groups[name] = &group{}
			names = append(names, name)
		}
		groups[name].n++
		groups[name].sum += p.coverage
		mean += p.coverage
	}
	n := float64(len(places))
	mean /= n
	if mean == 0 {
		return 0, 0, 0
	}
	for _, p := range places {
		if share := p.coverage / mean; share > 0 {
			total += share * math.Log(share) / n
		}
	}
	slices.Sort(names)
	for _, name := range names {
		g := groups[name]
		if share := g.sum / g.n / mean; share > 0 {
			between += g.n / n * share * math.Log(share)
		}
	}
	return total, total - between, between
}

// regency is the first two parts of a dotted village code, else the whole id.
func regency(id string) string {
	dots := 0
	for k, c := range id {
		if c == '.' {
			if dots++; dots == 2 {
				return id[:k]
			}
		}
	}
	return id
}

// quintiles splits the villages by deprivation, the least deprived first; fewer than five villages give fewer parts.
func quintiles(places []place) []plan.Quintile {
	by := slices.Clone(places)
	slices.SortFunc(by, func(a, b place) int { return cmp.Or(cmp.Compare(a.weight, b.weight), cmp.Compare(a.id, b.id)) })
	parts := min(5, len(by))
	out := make([]plan.Quintile, parts)
	for k := range out {
		for _, p := range by[k*len(by)/parts : (k+1)*len(by)/parts] {
			out[k].Villages++
			out[k].Requested += p.requested
			out[k].Served += p.served
		}
		out[k].Coverage = float64(out[k].Served) / float64(max(1, out[k].Requested))
	}
	return out
}
