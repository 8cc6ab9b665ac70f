package solve_test

import (
	"context"
	"fmt"
	"os"
	"runtime"
	"runtime/debug"
	"testing"
	"time"

	"gotong/modules/matching/plan"
	"gotong/modules/matching/plan/check"
	"gotong/modules/matching/plan/sample"
	"gotong/modules/matching/plan/solve"
)

// BenchmarkPlan prints the table of the README: proven gap over time on synthetic plans. GOTONG_BENCH_NATION=1 adds the nation, with less room
// for garbage, as gotong plan has for questions of that size. GOTONG_BENCH_CPU=1 gives one worker that much processor time, for a machine that is not idle.
//
//	go test -run '^$' -bench Plan -benchtime 1x ./modules/matching/plan/solve
func BenchmarkPlan(b *testing.B) {
	cases := []struct {
		name  string
		size  sample.Size
		marks []time.Duration
	}{
		{"small 40x480", sample.Small, []time.Duration{time.Second, 10 * time.Second}},
		{"province 500x6000", sample.Province, []time.Duration{time.Second, 10 * time.Second, 60 * time.Second}},
	}
	if os.Getenv("GOTONG_BENCH_NATION") != "" {
		cases = append(cases, struct {
			name  string
			size  sample.Size
			marks []time.Duration
		}{"nation 20000x300000", sample.Nation, []time.Duration{40 * time.Second}})
	}
	workers := 0
	if os.Getenv("GOTONG_BENCH_CPU") != "" {
		solve.CPUClock()
		workers = 1
	}
	for _, c := range cases {
		if c.size == sample.Nation {
			debug.SetGCPercent(solve.LargeGC)
		}
		in := sample.Plan(c.size, 42)
		for _, limit := range c.marks {
			b.Run(fmt.Sprintf("%s/%s", c.name, limit), func(b *testing.B) {
				for b.Loop() {
					o, err := solve.Solve(context.Background(), in, solve.Options{Time: limit, Seed: 1, Workers: workers})
					if err != nil {
						b.Fatal(err)
					}
					verify(b, in, o)
					var m runtime.MemStats
					runtime.ReadMemStats(&m)
					b.ReportMetric(plan.GapPercent(o.Objective, o.Bound), "gap_%")
					b.ReportMetric(float64(o.Objective)/plan.Micro, "objective")
					b.ReportMetric(float64(o.Bound)/plan.Micro, "bound")
					b.ReportMetric(float64(m.Sys)/(1<<20), "MiB")
					b.ReportMetric(float64(len(in.Pairs)), "pairs")
					b.ReportMetric(o.Elapsed.Seconds(), "s")
				}
			})
		}
	}
}

// verify holds a plan against the independent checker.
func verify(tb testing.TB, in *plan.Instance, o *solve.Outcome) check.Report {
	tb.Helper()
	report := check.Plan(in, solve.Lines(in, o.Units))
	if o.Feasible && len(report.Violations) > 0 {
		tb.Fatalf("the checker refuses the plan: %q", report.Violations)
	}
	if report.Objective != o.Objective {
		tb.Fatalf("objective %d, the checker counts %d", o.Objective, report.Objective)
	}
	if o.Feasible && o.Bound < o.Objective {
		tb.Fatalf("bound %d below the plan %d", o.Bound, o.Objective)
	}
	return report
}
