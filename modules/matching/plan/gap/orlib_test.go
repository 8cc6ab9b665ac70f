package gap_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"

	"gotong/modules/kit/testkit/effort"
	"gotong/modules/matching/plan"
	"gotong/modules/matching/plan/check"
	"gotong/modules/matching/plan/gap"
)

// published are the optima of OR-Library's gap1 to gap12, five problems each, as maximisation.
var published = [12][5]int64{
	{336, 327, 339, 341, 326}, {434, 436, 420, 419, 428}, {580, 564, 573, 570, 564}, {656, 644, 673, 647, 664},
	{563, 558, 564, 568, 559}, {761, 759, 758, 752, 747}, {942, 949, 968, 945, 951}, {1133, 1134, 1141, 1117, 1127},
	{709, 717, 712, 723, 706}, {958, 963, 960, 947, 947}, {1139, 1178, 1195, 1171, 1171}, {1451, 1449, 1433, 1447, 1446},
}

// TestPublishedOptima solves what it finds of gap1.txt to gap12.txt in the directory GOTONG_TEST_ORLIB (from OR-Library), in both
// senses: the maximum must be the published one, and both must be proven.
func TestPublishedOptima(t *testing.T) {
	dir := os.Getenv("GOTONG_TEST_ORLIB")
	if dir == "" {
		t.Skip("GOTONG_TEST_ORLIB names no directory with gap1.txt to gap12.txt")
	}
	solved := 0
	for file, optima := range published {
		text, err := os.ReadFile(filepath.Join(dir, fmt.Sprintf("gap%d.txt", file+1)))
		if err != nil {
			continue
		}
		for k, optimum := range optima {
			for _, minimise := range []bool{false, true} {
				a, err := plan.ReadORLibrary(text, k+1, minimise)
				if err != nil {
					t.Fatal(err)
				}
				o := proven(t, a)
				if !minimise && o.Objective != optimum {
					t.Errorf("gap%d, problem %d: %d, published is %d", file+1, k+1, o.Objective, optimum)
				}
				solved++
			}
		}
	}
	if solved == 0 {
		t.Errorf("%s has none of the files", dir)
	}
	t.Logf("%d solved and proven", solved)
}

// proven solves with a limit in rounds and demands a proof.
func proven(t *testing.T, a *plan.Assignment) *gap.Outcome {
	t.Helper()
	o := gap.Solve(context.Background(), a, gap.Options{Iterations: 20_000, Seed: 1, Workers: 1})
	if r := check.Assignment(a, o.Agent); o.Feasible && (len(r.Violations) > 0 || r.Objective != o.Objective) {
		t.Fatalf("%s: %q, objective %d, counted %d", a.Hash, r.Violations, o.Objective, r.Objective)
	}
	if o.Status != plan.StatusOptimal {
		t.Errorf("%s: %s after %d rounds, %d, bound %d", a.Hash, o.Status, o.Iterations, o.Objective, o.Bound)
	}
	return o
}

// sizes are those of gap1 to gap12.
var sizes = [12][2]int{{5, 15}, {5, 20}, {5, 25}, {5, 30}, {8, 24}, {8, 32}, {8, 40}, {8, 48}, {10, 30}, {10, 40}, {10, 50}, {10, 60}}

// like makes an instance by the rules of gap1 to gap12 (Cattrysse, Salomon and Van Wassenhove 1994: weights 5 to 25, costs 15 to 25, capacity 0.8
// of the mean load).
func like(size [2]int, seed uint64) *plan.Assignment {
	rng := rand.New(rand.NewPCG(seed, 15))
	m, n := size[0], size[1]
	a := &plan.Assignment{Minimise: true, Exactly: true, Hash: fmt.Sprintf("%dx%d seed %d", m, n, seed)}
	for range m {
		cost, weight := make([]int64, n), make([]int64, n)
		sum := int64(0)
		for j := range n {
			cost[j], weight[j] = 15+rng.Int64N(11), 5+rng.Int64N(21)
			sum += weight[j]
		}
		a.Value, a.Weight, a.Capacity = append(a.Value, cost), append(a.Weight, weight), append(a.Capacity, sum*8/10/int64(m))
	}
	return a
}

// TestClassesOfORLibraryAreProven: instances like gap1 to gap12 are solved and proven in both senses.
func TestClassesOfORLibraryAreProven(t *testing.T) {
	for k, size := range sizes {
		if effort.Small() && k%3 != 2 {
			continue
		}
		a := like(size, uint64(k))
		proven(t, a)
		a.Minimise = false
		proven(t, a)
	}
}

// BenchmarkORLibrary solves sixty instances like gap1 to gap12, five of each size, and proves the optima. GOTONG_BENCH_CPU=1 counts processor time.
//
//	go test -run '^$' -bench ORLibrary -benchtime 1x ./modules/matching/plan/gap
func BenchmarkORLibrary(b *testing.B) {
	if os.Getenv("GOTONG_BENCH_CPU") != "" {
		gap.CPUClock()
	}
	for _, minimise := range []bool{false, true} {
		b.Run(map[bool]string{false: "max", true: "min"}[minimise], func(b *testing.B) {
			for b.Loop() {
				seconds, optimal := 0.0, 0
				for k := range 60 {
					a := like(sizes[k/5], uint64(100+k))
					a.Minimise = minimise
					o := measured(b, a, gap.Options{Iterations: 20_000, Seed: 1, Workers: 1})
					seconds += o.Elapsed.Seconds()
					if o.Status == plan.StatusOptimal {
						optimal++
					}
				}
				b.ReportMetric(seconds, "s")
				b.ReportMetric(float64(optimal), "proven_of_60")
			}
		})
	}
}
