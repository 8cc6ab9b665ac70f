package solve

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"

	"gotong/modules/matching/plan"
)

// Unserved says what of every need stays open and the nearest reason.
func Unserved(in *plan.Instance, units []int32, fixed []Fixed) []plan.Unserved {
	excluded := map[[2]string]bool{}
	for _, f := range fixed {
		excluded[[2]string{f.I, f.N}] = f.Units == 0
	}
	x := &explainer{in: in, units: units, excluded: excluded, left: make([][]int64, len(in.Rows)), space: make([]int64, len(in.Villages)), served: make([]int64, len(in.Needs)), suppliers: make([]int32, len(in.Needs))}
	for r := range in.Rows {
		x.left[r] = slices.Clone(in.Rows[r].Limit)
	}
	for v := range in.Villages {
		x.space[v] = in.Villages[v].Cap
	}
	for e, u := range units {
		if u == 0 {
			continue
		}
		p := &in.Pairs[e]
		for r := range in.Rows {
			if x.left[r][p.I] != plan.NoLimit {
				x.left[r][p.I] -= in.Rows[r].UnitUse(e)*int64(u) + in.Rows[r].SetupUse(e)
			}
		}
		x.served[p.N] += int64(u)
		x.suppliers[p.N]++
		if v := in.Needs[p.N].Village; x.space[v] != plan.NoLimit {
			x.space[v] -= int64(u)
		}
	}
	var out []plan.Unserved
	for j := range in.Needs {
		if open := in.Needs[j].Quantity - x.served[j]; open > 0 {
			reason, words := x.reason(j, open)
			out = append(out, plan.Unserved{N: in.Needs[j].ID, Units: open, Reason: reason, Words: words})
		}
	}
	return out
}

type explainer struct {
	in        *plan.Instance
	units     []int32
	excluded  map[[2]string]bool
	left      [][]int64
	space     []int64
	served    []int64
	suppliers []int32
}

func (x *explainer) reason(j int, open int64) (string, string) {
	in, n := x.in, &x.in.Needs[j]
	from, to := in.First[j], in.First[j+1]
	if from == to {
		return plan.ReasonNoPair, "no initiative fits this need's conditions"
	}
	least, barred, alone, means := int64(1)<<40, 0, 0, false
	for e := from; e < to; e++ {
		p := &in.Pairs[e]
		if x.excluded[[2]string{in.Initiatives[p.I].ID, n.ID}] {
			barred++
			continue
		}
		lot := int64(p.Min)
		if x.units[e] > 0 {
			lot = 1
		}
		least = min(least, lot)
		if !x.fits(int(e), int64(p.Min), false) {
			alone++
		} else if x.fits(int(e), lot, true) && (x.units[e] < p.Max) {
			means = true
		}
	}
	free := int(to-from) - barred
	switch {
	case free == 0:
		return plan.ReasonExclude, "every eligible initiative was excluded by people"
	case x.space[n.Village] < min(least, open):
		return plan.ReasonCap, "the village has reached its cap, or less is left of it than the smallest lot"
	case open < least:
		return plan.ReasonLot, fmt.Sprintf("the rest of %d is below the smallest lot of %d", open, least)
	case alone == free:
		return plan.ReasonAlone, "even alone no eligible initiative has the means for the smallest lot"
	case x.suppliers[j] >= n.Suppliers:
		return plan.ReasonSuppliers, fmt.Sprintf("it already has its most suppliers, %d", n.Suppliers)
	case !means:
		return plan.ReasonMeans, "the eligible initiatives have spent their means where they count for more"
	}
	return plan.ReasonSearch, "means are left that would fit: a longer search may place them"
}

// fits tells whether pair e could carry units, with all of the initiative's means or with what the plan leaves.
func (x *explainer) fits(e int, units int64, left bool) bool {
	p := &x.in.Pairs[e]
	for r := range x.in.Rows {
		row := &x.in.Rows[r]
		have := row.Limit[p.I]
		if left {
			have = x.left[r][p.I]
		}
		use := row.UnitUse(e) * units
		if !left || x.units[e] == 0 {
			use += row.SetupUse(e)
		}
		if have != plan.NoLimit && use > have {
			return false
		}
	}
	return true
}

// ShadowPrices says in words what a little more of an initiative's means would add, dearest first. The figures are the bound's
// prices: estimates at the margin, not promises.
func ShadowPrices(in *plan.Instance, prices *Warm) []plan.Price {
	var out []plan.Price
	for name, by := range prices.Prices {
		for id, p := range by {
			amount, what := 1.0, "unit more of "+name
			switch name {
			case "money":
				amount, what = 1e6, "1 M IDR more"
			case "reach":
				what = "1 " + in.Quantity + " more of reach"
			case "staff":
				amount, what = plan.Micro, "1 "+in.Staff+" more of staff"
			}
			gain := strconv.FormatFloat(p*amount, 'g', 3, 64)
			out = append(out, plan.Price{I: id, Means: name, Per: p, Words: what + " reaches about " + gain + " weighted units"})
		}
	}
	slices.SortFunc(out, func(a, b plan.Price) int {
		return cmp.Or(cmp.Compare(a.Means, b.Means), cmp.Compare(b.Per, a.Per), cmp.Compare(a.I, b.I))
	})
	return out
}
