package solve

import (
	"context"
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"gotong/modules/kit/testkit/effort"
	"gotong/modules/matching/plan"
	"gotong/modules/matching/plan/check"
	"gotong/modules/matching/plan/sample"
)

// tiny makes a random instance that can be solved by trying everything.
func tiny(rng *rand.Rand) *plan.Instance {
	in := &plan.Instance{Floor: []string{plan.FloorOff, plan.FloorBonus, plan.FloorLexicographic}[rng.IntN(3)]}
	m, villages := 1+rng.IntN(3), 1+rng.IntN(2)
	for i := range m {
		in.Initiatives = append(in.Initiatives, plan.Initiative{ID: fmt.Sprint("I", i)})
	}
	rows := []plan.Row{{Name: "money"}, {Name: "reach"}, {Name: "staff"}}
	for v := range villages {
		vil := plan.Village{ID: fmt.Sprint("V", v), Cap: plan.NoLimit}
		var total int64
		for range 1 + rng.IntN(3) {
			j := len(in.Needs)
			n := plan.Need{ID: fmt.Sprint("N", j), Village: int32(v), Quantity: int64(1 + rng.IntN(4)), Divisible: rng.IntN(3) > 0, Suppliers: int32(1 + rng.IntN(2)), Must: rng.IntN(12) == 0}
			total += n.Quantity
			lot := int64(1)
			if !n.Divisible {
				lot, n.Suppliers = n.Quantity, 1
			}
			for i := range m {
				if rng.IntN(4) == 0 || len(in.Pairs) >= 7 {
					continue
				}
				most := n.Quantity
				if n.Divisible {
					lot = 1 + rng.Int64N(n.Quantity)
					most = lot + rng.Int64N(n.Quantity-lot+1)
				}
				in.Pairs = append(in.Pairs, plan.Pair{I: int32(i), N: int32(j), Min: int32(lot), Max: int32(most), Value: rng.Int64N(4 * plan.Micro)})
				rows[0].Unit, rows[0].Setup = append(rows[0].Unit, rng.Int64N(8)), append(rows[0].Setup, rng.Int64N(10))
				rows[2].Unit, rows[2].Setup = append(rows[2].Unit, rng.Int64N(3)), append(rows[2].Setup, rng.Int64N(2))
			}
			in.Needs = append(in.Needs, n)
		}
		if rng.IntN(2) == 0 {
			vil.Cap = 1 + rng.Int64N(total)
		}
		if rng.IntN(2) == 0 {
			vil.Floor = 1 + rng.Int64N(min(vil.Cap, total))
			vil.Bonus = rng.Int64N(5 * plan.Micro)
		}
		in.Villages = append(in.Villages, vil)
	}
	for r, most := range []int64{30, 8, 12} {
		for range m {
			limit := rng.Int64N(most)
			if rng.IntN(6) == 0 {
				limit = plan.NoLimit
			}
			rows[r].Limit = append(rows[r].Limit, limit)
		}
	}
	in.Rows = rows
	in.Close()
	return in
}

type optimum struct {
	value    int64
	feasible bool
	floors   int     // the most that any feasible plan reaches
	byFloors []int64 // best value among plans with at least so many floors, -1: none
}

// brute tries every plan.
func brute(in *plan.Instance) optimum {
	best := optimum{byFloors: make([]int64, len(in.Villages)+1)}
	for k := range best.byFloors {
		best.byFloors[k] = -1
	}
	units := make([]int32, len(in.Pairs))
	var try func(e int)
	try = func(e int) {
		if e < len(units) {
			units[e] = 0
			try(e + 1)
			for x := in.Pairs[e].Min; x <= in.Pairs[e].Max; x++ {
				units[e] = x
				try(e + 1)
			}
			units[e] = 0
			return
		}
		if !fits(in, units) {
			return
		}
		value, floors := in.Objective(units), 0
		for v := range in.Villages {
			var served int64
			for e := in.First[in.Villages[v].First]; e < in.First[in.Villages[v].Behind]; e++ {
				served += int64(units[e])
			}
			if f := in.Villages[v].Floor; f > 0 && served >= f {
				floors++
			}
		}
		best.feasible = true
		best.value = max(best.value, value)
		best.floors = max(best.floors, floors)
		for k := 0; k <= floors; k++ {
			best.byFloors[k] = max(best.byFloors[k], value)
		}
	}
	try(0)
	return best
}

// fits judges a plan in the plainest way.
func fits(in *plan.Instance, units []int32) bool {
	for r := range in.Rows {
		left := slices.Clone(in.Rows[r].Limit)
		for e, x := range units {
			if x > 0 && left[in.Pairs[e].I] != plan.NoLimit {
				left[in.Pairs[e].I] -= in.Rows[r].UnitUse(e)*int64(x) + in.Rows[r].SetupUse(e)
			}
		}
		if slices.Min(left) < 0 {
			return false
		}
	}
	for v := range in.Villages {
		total := int64(0)
		for j := in.Villages[v].First; j < in.Villages[v].Behind; j++ {
			served, suppliers := int64(0), int32(0)
			for e := in.First[j]; e < in.First[j+1]; e++ {
				served += int64(units[e])
				if units[e] > 0 {
					suppliers++
				}
			}
			n := &in.Needs[j]
			if served > n.Quantity || suppliers > n.Suppliers || n.Must && served < n.Quantity {
				return false
			}
			total += served
		}
		if total > in.Villages[v].Cap {
			return false
		}
	}
	return true
}

func cases() int {
	if effort.Small() {
		return 1_000
	}
	return 10_000
}

// TestBruteForce: the bound is never below the optimum, the plan never above it, and "optimal" is true.
func TestBruteForce(t *testing.T) {
	found, proven := 0, 0
	for k := range cases() {
		rng := rand.New(rand.NewPCG(uint64(k), 1))
		in := tiny(rng)
		opt := brute(in)
		o, err := Solve(context.Background(), in, Options{Iterations: 60, Seed: uint64(k), Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		report := check.Plan(in, Lines(in, o.Units))
		limit := opt.value
		if in.Floor == plan.FloorLexicographic {
			limit = opt.byFloors[report.Floors]
			if opt.feasible && o.FloorAtMost < opt.floors {
				t.Fatalf("case %d: %d floors can be reached, the bound is %d", k, opt.floors, o.FloorAtMost)
			}
		}
		if !o.Feasible {
			if opt.feasible && o.Bound < opt.value && in.Floor != plan.FloorLexicographic {
				t.Fatalf("case %d: no plan found, bound %d, optimum %d", k, o.Bound, opt.value)
			}
			continue
		}
		if len(report.Violations) > 0 || report.Objective != o.Objective {
			t.Fatalf("case %d: %q, objective %d, counted %d", k, report.Violations, o.Objective, report.Objective)
		}
		if o.Bound < limit || o.Objective > opt.value {
			t.Fatalf("case %d (%s): plan %d, optimum %d, bound %d", k, in.Floor, o.Objective, limit, o.Bound)
		}
		if o.Status == plan.StatusOptimal && o.Objective != limit {
			t.Fatalf("case %d: %d is called optimal, the optimum is %d", k, o.Objective, limit)
		}
		if o.Objective >= limit {
			found++
		}
		if o.Status == plan.StatusOptimal {
			proven++
		}
	}
	t.Logf("optimum found in %d, proven in %d of %d", found, proven, cases())
	if found < cases()*8/10 {
		t.Errorf("the search finds only %d optima of %d tiny cases", found, cases())
	}
}

// TestEveryPriceGivesABound: the certificate holds at any prices, good or wild.
func TestEveryPriceGivesABound(t *testing.T) {
	for k := range cases() {
		rng := rand.New(rand.NewPCG(uint64(k), 2))
		in := tiny(rng)
		for j := range in.Needs {
			in.Needs[j].Must = false
		}
		if in.Floor == plan.FloorLexicographic {
			in.Floor = plan.FloorBonus
		}
		opt := brute(in)
		a := &aim{in: in, own: true}
		md, err := compile(a, nil)
		if err != nil {
			t.Fatal(err)
		}
		d := newDual(md, 1)
		anywhere(d, rng)
		d.separate()
		for range 4 {
			for k := range d.price.cut {
				d.price.cut[k] = rng.ExpFloat64() * []float64{0, 1e-9, 0.1, 0.5, 3, 1e9}[rng.IntN(6)]
			}
			for r := range d.price.row {
				for i := range d.price.row[r] {
					d.price.row[r][i] = rng.ExpFloat64() * []float64{0, 1e-9, 0.1, 0.5, 3, 1e9}[rng.IntN(6)]
				}
			}
			if bound := md.certificate(a, &d.pool, d.price, 1); bound < opt.value {
				t.Fatalf("case %d: bound %d below the optimum %d at prices %v", k, bound, opt.value, d.price)
			}
		}
	}
}

// TestVillageCapKeepsEachSupplierApart: a need with a good and a poor supplier, cut by the village's cap. Averaging their density
// before cutting would give 5·(10+1)/2 = 27.5 and call it a bound, yet 5 units from the good one are worth 50.
func TestVillageCapKeepsEachSupplierApart(t *testing.T) {
	in := &plan.Instance{Floor: plan.FloorOff, Initiatives: []plan.Initiative{{ID: "A"}, {ID: "B"}}, Villages: []plan.Village{{ID: "V", Cap: 5}},
		Needs: []plan.Need{{ID: "N", Quantity: 10, Divisible: true, Suppliers: 2}},
		Pairs: []plan.Pair{{I: 0, N: 0, Min: 1, Max: 5, Value: 10 * plan.Micro}, {I: 1, N: 0, Min: 1, Max: 5, Value: plan.Micro}},
		Rows:  []plan.Row{{Name: "money", Limit: []int64{100, 100}, Unit: []int64{1, 1}, Setup: []int64{0, 0}}}}
	in.Close()
	a := &aim{in: in, own: true}
	md, err := compile(a, nil)
	if err != nil {
		t.Fatal(err)
	}
	if got := md.certificate(a, &pool{}, newPrices(2, 2), 1); got != 50*plan.Micro {
		t.Errorf("bound %d, want 50", got)
	}
}

// TestSamePlanOnEveryMachine: seed and iterations decide, not processors.
func TestSamePlanOnEveryMachine(t *testing.T) {
	in := sample.Plan(sample.Size{Initiatives: 300, Needs: 3_500, Villages: 1_300, PairsPerNeed: 22}, 3)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	var first *Outcome
	for _, procs := range []int{1, 2, 8} {
		runtime.GOMAXPROCS(procs)
		o, err := Solve(context.Background(), in, Options{Iterations: 40, Seed: 5})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first = o
		} else if !slices.Equal(first.Units, o.Units) || first.Bound != o.Bound {
			t.Errorf("%d processors give another plan", procs)
		}
	}
}

// TestProgressIsMonotone: the plan never gets worse on the way, the bound never rises; a cancelled search keeps its best plan.
func TestProgressIsMonotone(t *testing.T) {
	in := sample.Plan(sample.Small, 4)
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	var last Progress
	steps := 0
	o, err := Solve(ctx, in, Options{Iterations: 100_000, Seed: 1, Progress: func(p Progress) {
		if steps > 0 && (p.Objective < last.Objective || p.Bound > last.Bound) {
			t.Errorf("%+v after %+v", p, last)
		}
		last = p
		if steps++; steps == 8 {
			cancel()
		}
	}})
	if err != nil || steps > 9 || o.Objective < last.Objective || len(check.Plan(in, Lines(in, o.Units)).Violations) > 0 {
		t.Errorf("%v, %d steps, %d after %d", err, steps, o.Objective, last.Objective)
	}
}

// TestFixedLinesStay: a pinned pair keeps its units, an excluded one gets none, and the plan is valid with both.
func TestFixedLinesStay(t *testing.T) {
	in := sample.Plan(sample.Small, 5)
	base, err := Solve(context.Background(), in, Options{Iterations: 120, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	lines := Lines(in, base.Units)
	pin, out := lines[3], lines[10]
	o, err := Solve(context.Background(), in, Options{Iterations: 120, Seed: 1, Warm: base.Prices, Fixed: []Fixed{{pin.I, pin.N, pin.Units}, {out.I, out.N, 0}}})
	if err != nil {
		t.Fatal(err)
	}
	again := Lines(in, o.Units)
	if !slices.Contains(again, pin) || slices.ContainsFunc(again, func(a plan.Allocation) bool { return a.I == out.I && a.N == out.N }) {
		t.Error("a fixed line was not kept")
	}
	if r := check.Plan(in, again); len(r.Violations) > 0 || r.Objective != o.Objective || o.Bound < o.Objective {
		t.Errorf("%q", r.Violations)
	}
	for _, wrong := range []Fixed{{"?", pin.N, 1}, {pin.I, "?", 1}, {pin.I, pin.N, 1 << 40}} {
		if _, err := Solve(context.Background(), in, Options{Iterations: 1, Fixed: []Fixed{wrong}}); err == nil {
			t.Errorf("%+v was taken", wrong)
		}
	}
}

// TestBoundFollowsValuesAndMoney: values times k scale plan and bound; money times k with budgets times k changes nothing.
func TestBoundFollowsValuesAndMoney(t *testing.T) {
	in := sample.Plan(sample.Small, 6)
	bound := func() int64 {
		a := &aim{in: in, own: true}
		md, err := compile(a, nil)
		if err != nil {
			t.Fatal(err)
		}
		return md.certificate(a, &pool{}, newPrices(2, md.m), 1)
	}
	base := bound()
	money := &in.Rows[0]
	for e := range money.Unit {
		money.Unit[e] *= 7
		money.Setup[e] *= 7
	}
	for i := range money.Limit {
		money.Limit[i] *= 7
	}
	if got := bound(); got != base {
		t.Errorf("money times 7: %d, was %d", got, base)
	}
	for e := range in.Pairs {
		in.Pairs[e].Value *= 3
	}
	for v := range in.Villages {
		in.Villages[v].Bonus *= 3
	}
	if got := bound(); got < 3*base-1000 || got > 3*base+1000 {
		t.Errorf("values times 3: %d, was %d", got, base)
	}
}

// TestMoreIsNeverWorse: more budget, a higher cap, a lower cost or one more pair never lowers the optimum; a higher floor or lot
// never raises it (without bonus).
func TestMoreIsNeverWorse(t *testing.T) {
	for k := range cases() / 5 {
		rng := rand.New(rand.NewPCG(uint64(k), 3))
		in := tiny(rng)
		in.Floor = plan.FloorOff
		if len(in.Pairs) == 0 {
			continue
		}
		e := rng.IntN(len(in.Pairs))
		base := brute(in)
		change, better := rng.IntN(4), true
		switch change {
		case 0:
			if l := &in.Rows[0].Limit[in.Pairs[e].I]; *l != plan.NoLimit {
				*l += 5
			}
		case 1:
			if v := &in.Villages[0]; v.Cap != plan.NoLimit {
				v.Cap++
			}
		case 2:
			in.Rows[0].Unit[e] = max(0, in.Rows[0].Unit[e]-1)
		case 3:
			if in.Pairs[e].Min < in.Pairs[e].Max {
				in.Pairs[e].Min++
				better = false
			}
		}
		now := brute(in)
		if better && (now.value < base.value || base.feasible && !now.feasible) || !better && now.value > base.value {
			t.Fatalf("case %d, change %d: %d was %d", k, change, now.value, base.value)
		}
		o, err := Solve(context.Background(), in, Options{Iterations: 40, Seed: 1, Workers: 1})
		if err != nil || o.Feasible && o.Bound < now.value {
			t.Fatalf("case %d: bound %d, optimum %d, %v", k, o.Bound, now.value, err)
		}
	}
}
