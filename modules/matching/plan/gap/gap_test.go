package gap_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"gotong/modules/kit/testkit/effort"
	"gotong/modules/matching/plan"
	"gotong/modules/matching/plan/check"
	"gotong/modules/matching/plan/gap"
	"gotong/modules/matching/plan/sample"
)

func tiny(rng *rand.Rand) *plan.Assignment {
	a := &plan.Assignment{Minimise: rng.IntN(2) == 0, Exactly: rng.IntN(2) == 0}
	m, n := 1+rng.IntN(3), 1+rng.IntN(6)
	for range m {
		a.Capacity = append(a.Capacity, rng.Int64N(20))
		value, weight := make([]int64, n), make([]int64, n)
		for j := range n {
			value[j], weight[j] = rng.Int64N(30)-5, rng.Int64N(10)
			if rng.IntN(6) == 0 {
				value[j] = plan.Forbidden
			}
		}
		a.Value, a.Weight = append(a.Value, value), append(a.Weight, weight)
	}
	return a
}

// brute tries every assignment.
func brute(a *plan.Assignment) (best int64, feasible bool) {
	agent := make([]int, a.Jobs())
	var try func(j int)
	try = func(j int) {
		if j == len(agent) {
			if r := check.Assignment(a, agent); len(r.Violations) == 0 {
				if !feasible || a.Minimise && r.Objective < best || !a.Minimise && r.Objective > best {
					best = r.Objective
				}
				feasible = true
			}
			return
		}
		for i := -1; i < len(a.Capacity); i++ {
			agent[j] = i
			try(j + 1)
		}
	}
	try(0)
	return best, feasible
}

// TestBruteForce: in both senses, with forbidden pairs, the bound never passes the optimum and what is called optimal is.
func TestBruteForce(t *testing.T) {
	cases, found := 10_000, 0
	if effort.Small() {
		cases = 1_000
	}
	for k := range cases {
		a := tiny(rand.New(rand.NewPCG(uint64(k), 9)))
		best, feasible := brute(a)
		o := gap.Solve(context.Background(), a, gap.Options{Iterations: 40, Seed: uint64(k), Workers: 1})
		if o.Feasible {
			if r := check.Assignment(a, o.Agent); len(r.Violations) > 0 || r.Objective != o.Objective {
				t.Fatalf("case %d: %q, objective %d, counted %d", k, r.Violations, o.Objective, r.Objective)
			}
		}
		sign := int64(1)
		if a.Minimise {
			sign = -1
		}
		switch {
		case o.Feasible && !feasible:
			t.Fatalf("case %d: a plan where none is", k)
		case o.Status == plan.StatusInfeasible && feasible:
			t.Fatalf("case %d: called infeasible", k)
		case feasible && o.Status != plan.StatusInfeasible && sign*o.Bound < sign*best:
			t.Fatalf("case %d: bound %d passes the optimum %d", k, o.Bound, best)
		case o.Status == plan.StatusOptimal && o.Objective != best:
			t.Fatalf("case %d: %d is called optimal, the optimum is %d", k, o.Objective, best)
		}
		if feasible == o.Feasible && (!feasible || o.Objective == best) {
			found++
		}
	}
	t.Logf("%d of %d found", found, cases)
	if found < cases*9/10 {
		t.Errorf("the search finds only %d of %d", found, cases)
	}
}

func TestSameOnEveryMachine(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	for _, c := range []struct {
		name   string
		a      *plan.Assignment
		rounds int64
	}{{"small", sample.Class('d', 8, 40, 1), 60}, {"large", sample.Class('e', 40, 240, 1), 250}, {"wide", sample.Class('e', 27, 360, 1), 700}, {"tree", sample.Class('e', 20, 100, 45), 100}, {"narrowed", sample.Class('d', 5, 300, 1), 70}} {
		var first *gap.Outcome
		if effort.Race && (c.name == "small" || c.name == "wide" || c.name == "narrowed") {
			continue // the others meet in the same places
		}
		if effort.Small() {
			c.rounds /= 4
		}
		for _, procs := range []int{1, 2, 8} {
			runtime.GOMAXPROCS(procs)
			o := gap.Solve(context.Background(), c.a, gap.Options{Iterations: c.rounds, Seed: 3})
			if r := check.Assignment(c.a, o.Agent); len(r.Violations) > 0 || r.Objective != o.Objective {
				t.Errorf("%s: %q, objective %d, counted %d", c.name, r.Violations, o.Objective, r.Objective)
			}
			if first == nil {
				first = o
			} else if !slices.Equal(first.Agent, o.Agent) || first.Bound != o.Bound {
				t.Errorf("%s: %d processors give another answer", c.name, procs)
			}
		}
	}
}

// TestProgressOnlyImproves: what is reported never gets worse, also from within a search that was narrowed, and ends where the outcome is.
func TestProgressOnlyImproves(t *testing.T) {
	if effort.Race {
		t.Skip("TestSameOnEveryMachine meets the same places")
	}
	var all []gap.Progress
	o := gap.Solve(context.Background(), sample.Class('d', 10, 300, 2), gap.Options{Iterations: 60, Seed: 3, Progress: func(p gap.Progress) { all = append(all, p) }})
	for k := 1; k < len(all); k++ {
		if p, before := all[k], all[k-1]; p.Objective > before.Objective || p.Bound < before.Bound || p.Iterations < before.Iterations {
			t.Errorf("%+v after %+v", p, before)
		}
	}
	if len(all) < 5 || all[len(all)-1].Objective != o.Objective {
		t.Errorf("%d reports, the last %+v, the outcome %+v", len(all), all[len(all)-1], o)
	}
}

// TestOrderDoesNotMatter: with agents and jobs in another order the same optimum is proven.
func TestOrderDoesNotMatter(t *testing.T) {
	a := sample.Class('c', 5, 40, 2)
	want := gap.Solve(context.Background(), a, gap.Options{Iterations: 4_000, Seed: 1})
	rng := rand.New(rand.NewPCG(3, 3))
	agents, jobs := rng.Perm(5), rng.Perm(40)
	b := &plan.Assignment{Minimise: true, Exactly: true}
	for _, i := range agents {
		value, weight := make([]int64, 40), make([]int64, 40)
		for k, j := range jobs {
			value[k], weight[k] = a.Value[i][j], a.Weight[i][j]
		}
		b.Capacity, b.Value, b.Weight = append(b.Capacity, a.Capacity[i]), append(b.Value, value), append(b.Weight, weight)
	}
	got := gap.Solve(context.Background(), b, gap.Options{Iterations: 4_000, Seed: 1})
	if want.Status != plan.StatusOptimal || got.Status != plan.StatusOptimal || got.Objective != want.Objective {
		t.Errorf("%d (%s) became %d (%s)", want.Objective, want.Status, got.Objective, got.Status)
	}
}

// TestImpossibleIsProven: three jobs of weight 2 do not fit two agents of capacity 3, though each fits alone.
func TestImpossibleIsProven(t *testing.T) {
	a := &plan.Assignment{Minimise: true, Exactly: true, Capacity: []int64{3, 3}, Value: [][]int64{{1, 2, 3}, {3, 2, 1}}, Weight: [][]int64{{2, 2, 2}, {2, 2, 2}}}
	if o := gap.Solve(context.Background(), a, gap.Options{Iterations: 100, Seed: 1}); o.Status != plan.StatusInfeasible || o.Feasible {
		t.Errorf("%+v", o)
	}
}

// TestSensesMirror: maximising the negated values is minimising the values.
func TestSensesMirror(t *testing.T) {
	a := sample.Class('c', 5, 30, 2)
	b := sample.Class('c', 5, 30, 2)
	b.Minimise = false
	for i := range b.Value {
		for j := range b.Value[i] {
			b.Value[i][j] = -b.Value[i][j]
		}
	}
	x := gap.Solve(context.Background(), a, gap.Options{Iterations: 100, Seed: 1})
	y := gap.Solve(context.Background(), b, gap.Options{Iterations: 100, Seed: 1})
	if x.Objective != -y.Objective || x.Bound != -y.Bound {
		t.Errorf("%d in [%d…], mirrored %d [%d]", x.Objective, x.Bound, y.Objective, y.Bound)
	}
}

// BenchmarkPlan prints the table of the README for generalised assignment: cost and proven gap after ten seconds (GOTONG_BENCH_SECONDS).
// GOTONG_BENCH_SEEDS says how many instances of each class and size; GOTONG_BENCH_BEST, in seconds, adds a longer run from another seed, and the
// cost's distance from the better of both. GOTONG_BENCH_CPU=1 gives one worker that much processor time, for a machine that is not idle.
//
//	go test -run '^$' -bench Plan -benchtime 1x -timeout 30m ./modules/matching/plan/gap
func BenchmarkPlan(b *testing.B) {
	number := func(name string, otherwise int) int {
		if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
			return n
		}
		return otherwise
	}
	limit, longer, workers := time.Duration(number("GOTONG_BENCH_SECONDS", 10))*time.Second, time.Duration(number("GOTONG_BENCH_BEST", 0))*time.Second, 0
	seeds := number("GOTONG_BENCH_SEEDS", 1)
	if os.Getenv("GOTONG_BENCH_CPU") != "" {
		gap.CPUClock()
		workers = 1
	}
	for _, c := range []struct {
		class byte
		m, n  int
	}{{'a', 5, 100}, {'a', 20, 200}, {'b', 10, 200}, {'b', 20, 200}, {'c', 5, 100}, {'c', 10, 100}, {'c', 20, 100}, {'c', 5, 200}, {'c', 10, 200}, {'c', 20, 200}, {'d', 5, 100}, {'d', 10, 100}, {'d', 5, 200}, {'d', 10, 200}, {'d', 20, 100}, {'d', 20, 200},
		{'e', 5, 100}, {'e', 10, 100}, {'e', 5, 200}, {'e', 10, 200}, {'e', 20, 100}, {'e', 20, 200}, {'c', 10, 400}, {'c', 20, 400}, {'c', 40, 400}, {'d', 10, 400}, {'d', 20, 400}, {'d', 40, 400}, {'e', 10, 400}, {'e', 20, 400}, {'e', 40, 400},
		{'c', 15, 900}, {'c', 30, 900}, {'d', 15, 900}, {'d', 30, 900}, {'e', 15, 900}, {'e', 30, 900}, {'c', 60, 900}, {'d', 60, 900}, {'e', 60, 900},
		{'c', 20, 1600}, {'c', 40, 1600}, {'c', 80, 1600}, {'d', 20, 1600}, {'d', 40, 1600}, {'d', 80, 1600}, {'e', 20, 1600}, {'e', 40, 1600}, {'e', 80, 1600}} {
		for seed := 42; seed < 42+seeds; seed++ {
			a := sample.Class(c.class, c.m, c.n, uint64(seed))
			b.Run(fmt.Sprintf("%c%02d%03d/%d", c.class, c.m, c.n, seed), func(b *testing.B) {
				for b.Loop() {
					o := measured(b, a, gap.Options{Time: limit, Seed: uint64(number("GOTONG_BENCH_SEED", 1)), Workers: workers})
					b.ReportMetric(float64(o.Objective), "cost")
					b.ReportMetric(float64(o.Bound), "bound")
					b.ReportMetric(plan.GapPercent(o.Bound, o.Objective), "gap_%")
					b.ReportMetric(o.Elapsed.Seconds(), "s")
					if longer > 0 {
						best := min(o.Objective, measured(b, a, gap.Options{Time: longer, Seed: 2, Workers: workers}).Objective)
						b.ReportMetric(plan.GapPercent(best, o.Objective), "best_%")
					}
				}
			})
		}
	}
}

// measured is a search whose plan was checked.
func measured(b *testing.B, a *plan.Assignment, opt gap.Options) *gap.Outcome {
	b.Helper()
	o := gap.Solve(context.Background(), a, opt)
	if r := check.Assignment(a, o.Agent); len(r.Violations) > 0 || r.Objective != o.Objective {
		b.Fatalf("%q", r.Violations)
	}
	return o
}
