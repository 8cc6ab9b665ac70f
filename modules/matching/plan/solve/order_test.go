package solve

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"gotong/modules/matching/plan"
	"gotong/modules/matching/plan/check"
	"gotong/modules/matching/plan/sample"
)

// shuffled gives the same instance with its initiatives, villages, needs and pairs in another order, under other names. back tells
// which old pair each new pair is.
func shuffled(in *plan.Instance, rng *rand.Rand) (out *plan.Instance, back []int) {
	out = &plan.Instance{Floor: in.Floor}
	place := func(n int) (old []int, where []int32) {
		old, where = rng.Perm(n), make([]int32, n)
		for at, k := range old {
			where[k] = int32(at)
		}
		return old, where
	}
	initiatives, newI := place(len(in.Initiatives))
	villages, newV := place(len(in.Villages))
	for _, i := range initiatives {
		out.Initiatives = append(out.Initiatives, in.Initiatives[i])
	}
	for _, v := range villages {
		out.Villages = append(out.Villages, in.Villages[v])
	}
	needs, newN := place(len(in.Needs))
	slices.SortStableFunc(needs, func(a, b int) int { return int(newV[in.Needs[a].Village]) - int(newV[in.Needs[b].Village]) })
	for at, j := range needs {
		newN[j] = int32(at)
		n := in.Needs[j]
		n.Village = newV[n.Village]
		out.Needs = append(out.Needs, n)
	}
	back = rng.Perm(len(in.Pairs))
	slices.SortStableFunc(back, func(a, b int) int {
		p, q := &in.Pairs[a], &in.Pairs[b]
		return cmp.Or(cmp.Compare(newN[p.N], newN[q.N]), cmp.Compare(newI[p.I], newI[q.I]))
	})
	for _, e := range back {
		p := in.Pairs[e]
		p.I, p.N = newI[p.I], newN[p.N]
		out.Pairs = append(out.Pairs, p)
	}
	for _, row := range in.Rows {
		r := plan.Row{Name: row.Name}
		for _, i := range initiatives {
			r.Limit = append(r.Limit, row.Limit[i])
		}
		for _, e := range back {
			if row.Unit != nil {
				r.Unit = append(r.Unit, row.Unit[e])
			}
			if row.Setup != nil {
				r.Setup = append(r.Setup, row.Setup[e])
			}
		}
		out.Rows = append(out.Rows, r)
	}
	out.Close()
	return out, back
}

// TestOrderAndNamesDoNotMatter: under other names and in another order the optimum is the same, the bound at the same prices is the same to
// the millionth, and the plan found is a plan of the first instance, about as good.
func TestOrderAndNamesDoNotMatter(t *testing.T) {
	for k := range cases() / 20 {
		rng := rand.New(rand.NewPCG(uint64(k), 4))
		in := tiny(rng)
		out, _ := shuffled(in, rng)
		a, b := brute(in), brute(out)
		if a.value != b.value || a.feasible != b.feasible || a.floors != b.floors {
			t.Fatalf("case %d: %+v became %+v", k, a, b)
		}
	}
	in := sample.Plan(sample.Small, 8)
	base, err := Solve(context.Background(), in, Options{Iterations: 300, Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	for k := range 3 {
		out, back := shuffled(in, rand.New(rand.NewPCG(uint64(k), 5)))
		bounds := make([]int64, 0, 2)
		for _, one := range []*plan.Instance{in, out} {
			a := &aim{in: one, own: true}
			md, err := compile(a, nil)
			if err != nil {
				t.Fatal(err)
			}
			price := newPrices(len(md.limit), md.m)
			for i := range one.Initiatives {
				price.row[rowMoney][i] = base.Prices.Prices["money"][one.Initiatives[i].ID]
			}
			bounds = append(bounds, md.certificate(a, &pool{}, price, 1))
		}
		if bounds[0] != bounds[1] {
			t.Errorf("the bound at the same prices is %d and %d", bounds[0], bounds[1])
		}
		o, err := Solve(context.Background(), out, Options{Iterations: 300, Seed: 1})
		if err != nil {
			t.Fatal(err)
		}
		units := make([]int32, len(in.Pairs))
		for e, u := range o.Units {
			units[back[e]] = u
		}
		if r := check.Plan(in, Lines(in, units)); len(r.Violations) > 0 || r.Objective != o.Objective {
			t.Fatalf("%q, %d counted, %d claimed", r.Violations, r.Objective, o.Objective)
		}
		if o.Bound < base.Objective || base.Bound < o.Objective || float64(o.Objective) < 0.98*float64(base.Objective) {
			t.Errorf("plan %d and bound %d, first %d and %d", o.Objective, o.Bound, base.Objective, base.Bound)
		}
	}
}

// TestSameFileInAnotherOrderIsTheSamePlan: reading puts a file in canonical order, so the same search gives the same plan.
func TestSameFileInAnotherOrderIsTheSamePlan(t *testing.T) {
	text := func(order []int) []byte {
		needs := []string{`{"id":"N1","village":"V2","quantity":5}`, `{"id":"N2","village":"V1","quantity":6,"divisible":false}`, `{"id":"N3","village":"V2","quantity":4}`}
		pairs := []string{`{"i":"A","n":"N1","value":1.5,"cost_idr":10,"setup_idr":5}`, `{"i":"B","n":"N1","value":1,"cost_idr":8}`, `{"i":"A","n":"N2","value":1,"cost_idr":9}`}
		pick := func(list []string) string {
			out := make([]string, len(list))
			for k, at := range order {
				out[k] = list[at]
			}
			return strings.Join(out, ",")
		}
		return fmt.Appendf(nil, `{"format":"gotong-plan/1","initiatives":[{"id":"B","budget_idr":40},{"id":"A","budget_idr":100}],"villages":[{"id":"V2","cap_units":7},{"id":"V1"}],"needs":[%s],"pairs":[%s]}`, pick(needs), pick(pairs))
	}
	var first *Outcome
	var hash string
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 2, 0}} {
		in, err := plan.Read(text(order))
		if err != nil {
			t.Fatal(err)
		}
		o, err := Solve(context.Background(), in, Options{Iterations: 60, Seed: 4})
		if err != nil {
			t.Fatal(err)
		}
		if first == nil {
			first, hash = o, in.Hash
		} else if !slices.Equal(Lines(in, o.Units), Lines(in, first.Units)) || o.Bound != first.Bound || in.Hash != hash {
			t.Errorf("order %v gives another plan, bound or hash", order)
		}
	}
}

// TestSplittingADivisibleNeedLosesNothing: without lots and set-up, two needs of the same village that together ask the same reach at least as
// much, and the bound never falls below it.
func TestSplittingADivisibleNeedLosesNothing(t *testing.T) {
	split := 0
	for k := range cases() / 5 {
		rng := rand.New(rand.NewPCG(uint64(k), 6))
		in := tiny(rng)
		for e := range in.Pairs {
			if in.Needs[in.Pairs[e].N].Divisible {
				in.Pairs[e].Min = 1
			}
			for r := range in.Rows {
				if in.Rows[r].Setup != nil {
					in.Rows[r].Setup[e] = 0
				}
			}
		}
		at := slices.IndexFunc(in.Needs, func(n plan.Need) bool { return n.Divisible && n.Quantity >= 2 })
		if at < 0 || len(in.Pairs) > 5 {
			continue
		}
		split++
		in.Close()
		base := brute(in)
		out := &plan.Instance{Floor: in.Floor, Initiatives: in.Initiatives, Villages: slices.Clone(in.Villages)}
		for _, row := range in.Rows {
			out.Rows = append(out.Rows, plan.Row{Name: row.Name, Limit: row.Limit})
		}
		half := in.Needs[at].Quantity / 2
		for j, n := range in.Needs {
			parts := []int64{n.Quantity}
			if j == at {
				parts = []int64{half, n.Quantity - half}
			}
			for part, q := range parts {
				n.Quantity, n.ID = q, fmt.Sprint(in.Needs[j].ID, "/", part)
				for e := in.First[j]; e < in.First[j+1]; e++ {
					p := in.Pairs[e]
					p.N = int32(len(out.Needs))
					if j == at {
						p.Max = int32(min(q, int64(p.Max)))
					}
					out.Pairs = append(out.Pairs, p)
					for r := range in.Rows {
						if in.Rows[r].Unit != nil {
							out.Rows[r].Unit = append(out.Rows[r].Unit, in.Rows[r].Unit[e])
						}
					}
				}
				out.Needs = append(out.Needs, n)
			}
		}
		out.Close()
		now := brute(out)
		if now.value < base.value || base.feasible && !now.feasible {
			t.Fatalf("case %d: %d became %d", k, base.value, now.value)
		}
		o, err := Solve(context.Background(), out, Options{Iterations: 40, Seed: 1, Workers: 1})
		if err != nil || o.Feasible && in.Floor != plan.FloorLexicographic && o.Bound < now.value {
			t.Fatalf("case %d: bound %d, optimum %d, %v", k, o.Bound, now.value, err)
		}
	}
	if split < cases()/100 {
		t.Errorf("only %d cases have a need to split", split)
	}
}

// TestDegenerateInstances: copies of an initiative and of a need, no capacity at all, a need larger than every capacity, all values alike.
func TestDegenerateInstances(t *testing.T) {
	for k := range cases() / 10 {
		rng := rand.New(rand.NewPCG(uint64(k), 7))
		in := tiny(rng)
		switch k % 3 {
		case 0:
			for r := range in.Rows {
				clear(in.Rows[r].Limit)
			}
		case 1:
			for e := range in.Pairs {
				in.Pairs[e].Value = plan.Micro
				in.Rows[0].Unit[e], in.Rows[0].Setup[e] = 1, 0
			}
		case 2:
			for i := range in.Rows[1].Limit {
				in.Rows[1].Limit[i] = 1
			}
		}
		in.Close()
		opt := brute(in)
		o, err := Solve(context.Background(), in, Options{Iterations: 40, Seed: 1, Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		if !o.Feasible {
			continue
		}
		if r := check.Plan(in, Lines(in, o.Units)); len(r.Violations) > 0 || in.Floor != plan.FloorLexicographic && o.Bound < opt.value || o.Objective > opt.value {
			t.Fatalf("case %d: %q, plan %d, bound %d, optimum %d", k, r.Violations, o.Objective, o.Bound, opt.value)
		}
	}
}
