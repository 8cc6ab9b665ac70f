// Package sample makes instances for tests and benchmarks: generalised assignment by the published rules, and portal-like plans.
// The plans are synthetic and say nothing about real villages.
package sample

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"gotong/modules/matching/plan"
)

// Class makes an instance of generalised assignment (minimise, every job assigned) by the rules of classes a to d of Chu and
// Beasley (1997, J. Heuristics 3, after Martello and Toth) and class e of Yagiura, Ibaraki and Glover (2004).
func Class(class byte, agents, jobs int, seed uint64) *plan.Assignment {
	rng := rand.New(rand.NewPCG(seed, uint64(class))) //nolint:gosec // instances must be the same for a seed
	between := func(lo, hi int) int64 { return int64(lo + rng.IntN(hi-lo+1)) }
	a := &plan.Assignment{Minimise: true, Exactly: true}
	for i := range agents {
		a.Value = append(a.Value, make([]int64, jobs))
		a.Weight = append(a.Weight, make([]int64, jobs))
		for j := range jobs {
			switch class {
			case 'd':
				w := between(1, 100)
				a.Weight[i][j], a.Value[i][j] = w, 111-w+between(-10, 10)
			case 'e':
				u := 1 - rng.Float64() // (0,1]
				w := 1 - 10*math.Log(u)
				a.Weight[i][j] = max(1, int64(w))
				a.Value[i][j] = max(1, int64(1000/w-10*rng.Float64()))
			default:
				a.Weight[i][j], a.Value[i][j] = between(5, 25), between(10, 50)
			}
		}
	}
	// the R of classes a and b: most resource on one agent when every job takes its cheapest agent
	load := make([]int64, agents)
	for j := range jobs {
		best := 0
		for i := range agents {
			if a.Value[i][j] < a.Value[best][j] {
				best = i
			}
		}
		load[best] += a.Weight[best][j]
	}
	heaviest := slices.Max(load)
	for i := range agents {
		var sum int64
		for j := range jobs {
			sum += a.Weight[i][j]
		}
		b := sum * 8 / 10 / int64(agents)
		ab := int64(0.6*float64(jobs)/float64(agents)*15 + 0.4*float64(heaviest))
		switch class {
		case 'a':
			b = ab
		case 'b':
			b = ab * 7 / 10
		}
		a.Capacity = append(a.Capacity, max(b, slices.Min(a.Weight[i])))
	}
	a.Hash = fmt.Sprintf("sample %c %dx%d seed %d", class, agents, jobs, seed)
	return a
}

// Size is the shape of a synthetic plan.
type Size struct {
	Initiatives, Needs, Villages int
	PairsPerNeed                 int
}

// The sizes of the benchmarks.
var (
	Small    = Size{40, 480, 170, 12}
	Province = Size{500, 6_000, 2_145, 22}
	Nation   = Size{20_000, 300_000, 83_000, 22}
)

// Plan makes a synthetic plan: deprivation 0.5 to 2, 30 % indivisible needs, budgets of 0.2 to 0.7 of an even share of the eligible
// demand, set-up 3 to 23 million rupiah a pair, village cap 80 % of its demand, floor with bonus 60.
func Plan(size Size, seed uint64) *plan.Instance {
	rng := rand.New(rand.NewPCG(seed, 7)) //nolint:gosec // instances must be the same for a seed
	in := &plan.Instance{Money: "IDR", Quantity: "household", Staff: "person_day", Floor: plan.FloorBonus}
	regions := max(1, size.Villages/150)
	categories := 6
	perVillage := villages(in, size, rng)
	type offer struct{ region, category int }
	offers := make([]offer, size.Initiatives)
	cell := map[offer][]int32{}
	for i := range offers {
		in.Initiatives = append(in.Initiatives, plan.Initiative{ID: fmt.Sprintf("I%06d", i), Org: fmt.Sprintf("O%d", i/3), Verified: true})
		o := offer{rng.IntN(regions), rng.IntN(categories)}
		offers[i] = o
		for spread := range min(regions, 5+rng.IntN(4)) {
			cell[offer{(o.region + spread) % regions, o.category}] = append(cell[offer{(o.region + spread) % regions, o.category}], int32(i))
		}
	}
	money := plan.Row{Name: "money", Limit: make([]int64, size.Initiatives)}
	reach := plan.Row{Name: "reach", Limit: make([]int64, size.Initiatives)}
	wish := make([]float64, size.Initiatives)
	units := make([]float64, size.Initiatives)
	unitCost := []int64{400_000, 800_000, 1_500_000, 2_500_000, 600_000, 1_200_000}
	j := int32(0)
	for v, count := range perVillage {
		village := &in.Villages[v]
		region := v * regions / size.Villages
		var total int64
		for range count {
			category := rng.IntN(categories)
			q := int64(20 + rng.IntN(381))
			n := plan.Need{ID: fmt.Sprintf("N%07d", j), Category: fmt.Sprint(category), Village: int32(v), Quantity: q, Divisible: rng.Float64() >= 0.3,
				Suppliers: int32(1 + rng.IntN(3)), Urgency: 0.5 + rng.Float64()}
			lot := max(1, q/10)
			if !n.Divisible {
				n.Suppliers, lot = 1, q
			}
			total += q
			candidates := cell[offer{region, category}]
			chosen := pick(candidates, rng.IntN(2*size.PairsPerNeed+1), rng)
			for _, i := range chosen {
				near := 0.4 + 0.6*rng.Float64()
				cost := int64(float64(unitCost[category]) * (0.6 + 0.8*rng.Float64()))
				setup := int64(3_000_000 + rng.IntN(20_000_001))
				most := q
				if n.Divisible && rng.IntN(3) == 0 {
					most = max(lot, q/2)
				}
				in.Pairs = append(in.Pairs, plan.Pair{I: i, N: j, Min: int32(lot), Max: int32(most), Value: int64(village.Weight * n.Urgency * near * plan.Micro)})
				money.Unit, money.Setup = append(money.Unit, cost), append(money.Setup, setup)
				wish[i] += float64(cost*q+setup) / float64(len(chosen))
				units[i] += float64(q) / float64(len(chosen))
			}
			in.Needs = append(in.Needs, n)
			j++
		}
		village.Cap = max(1, total*8/10)
		village.Floor = max(1, min(village.Cap, total/10))
		village.Bonus = 60 * plan.Micro
	}
	for i := range offers {
		share := 0.2 + 0.5*rng.Float64()
		money.Limit[i] = int64(share*wish[i]/1000) * 1000
		reach.Limit[i] = int64(units[i] * (share + 0.2))
	}
	in.Rows = []plan.Row{money, reach}
	in.Close()
	return in
}

// villages makes the villages and says how many needs each has.
func villages(in *plan.Instance, size Size, rng *rand.Rand) []int {
	count := make([]int, size.Villages)
	for v := range count {
		in.Villages = append(in.Villages, plan.Village{ID: fmt.Sprintf("%02d.%02d.%02d.%04d", 61+v/75_000, 1+v/1_500%50, 1+v%1_500/40, 2001+v%1_500%40), Weight: 0.5 + 1.5*rng.Float64()})
		count[v] = size.Needs / size.Villages
	}
	for range size.Needs % size.Villages {
		count[rng.IntN(size.Villages)]++
	}
	return count
}

// pick takes n of the candidates at random, in their order.
func pick(candidates []int32, n int, rng *rand.Rand) []int32 {
	if n >= len(candidates) {
		return candidates
	}
	chosen := make([]int32, 0, n)
	for k, c := range candidates {
		if rng.IntN(len(candidates)-k) < n-len(chosen) {
			chosen = append(chosen, c)
		}
	}
	return chosen
}
