package solve

import (
	"gotong/modules/matching/plan"
)

// units gives a plan by pair of the instance, fixed lines included.
func (r *run) units(x []int32) []int32 {
	out := make([]int32, len(r.in.Pairs))
	for e, u := range x {
		out[r.md.id[e]] = u
	}
	for e, u := range r.pinned {
		if u > 0 {
			out[e] = u
		}
	}
	return out
}

// earned is how much of the aim's value of a plan is surcharges.
func (r *run) earned(x []int32) int64 {
	if r.aim.must == 0 && r.aim.floor == 0 {
		return 0
	}
	return r.value(x) - r.in.Objective(r.units(x))
}

func (r *run) feasible(x []int32) bool {
	if r.aim.must == 0 {
		return true
	}
	served := make([]int64, len(r.in.Needs))
	for e, u := range r.units(x) {
		served[r.in.Pairs[e].N] += int64(u)
	}
	for j := range r.in.Needs {
		if r.in.Needs[j].Must && served[j] < r.in.Needs[j].Quantity {
			return false
		}
	}
	return true
}

// mustEarn is what every plan that serves all must-assign needs earns in surcharges on units.
func (r *run) mustEarn() int64 {
	var sum int64
	for j := range r.in.Needs {
		if r.in.Needs[j].Must {
			sum += r.aim.must * r.in.Needs[j].Quantity
		}
	}
	return sum
}

// warm takes the prices of an earlier outcome.
func (r *run) warm() {
	for row, prices := range r.dual.price.row {
		known := r.opt.Warm.Prices[r.rowName(row)]
		for i := range prices {
			if p, ok := known[r.in.Initiatives[i].ID]; ok && p >= 0 && r.md.limit[row][i] != plan.NoLimit {
				prices[i] = p
			}
		}
	}
	r.dual.theta = 0.2
}

// rowName gives the name of a row of the model, which has money and reach first.
func (r *run) rowName(row int) string {
	switch row {
	case rowMoney:
		return "money"
	case rowReach:
		return "reach"
	}
	k := rowExtra
	for n := 1; n < len(r.in.Rows); n++ {
		if r.in.Rows[n].Name == "reach" {
			continue
		}
		if k == row {
			return r.in.Rows[n].Name
		}
		k++
	}
	return ""
}

func (r *run) outcome(floorAtMost int) *Outcome {
	o := &Outcome{Units: r.units(r.best), Feasible: r.feasible(r.best), FloorAtMost: floorAtMost, Iterations: r.count, Method: "Lagrangian on capacities and cuts, villages by branch and bound, integers"}
	o.Objective = r.in.Objective(o.Units)
	earned := r.value(r.best) - o.Objective
	if !o.Feasible {
		earned = r.mustEarn()
	}
	o.Bound = r.bound - earned
	if r.aim.floor != 0 {
		o.Method += "; among plans that reach as many floors"
	}
	gap := o.Bound - o.Objective
	switch {
	case o.Feasible && gap <= 0:
		o.Status = plan.StatusOptimal
	case o.Feasible && r.opt.TargetGap > 0 && float64(gap) <= r.opt.TargetGap*float64(o.Objective):
		o.Status = plan.StatusGap
	default:
		o.Status = plan.StatusTime
	}
	o.Prices = &Warm{Prices: map[string]map[string]float64{}}
	for row, prices := range r.dual.plain() {
		named := map[string]float64{}
		for i, p := range prices {
			if p > 0 {
				named[r.in.Initiatives[i].ID] = p
			}
		}
		o.Prices.Prices[r.rowName(row)] = named
	}
	o.Elapsed = clock().Sub(r.start)
	return o
}

// Lines writes units by pair as allocations, in the instance's order.
func Lines(in *plan.Instance, units []int32) []plan.Allocation {
	var lines []plan.Allocation
	for e, x := range units {
		if x > 0 {
			p := &in.Pairs[e]
			lines = append(lines, plan.Allocation{I: in.Initiatives[p.I].ID, N: in.Needs[p.N].ID, Units: int64(x), Cost: in.Rows[0].UnitUse(e)*int64(x) + in.Rows[0].SetupUse(e)})
		}
	}
	return lines
}
