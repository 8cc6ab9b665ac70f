package gap

import (
	"math/rand/v2"
	"testing"

	"gotong/modules/matching/plan/check"
	"gotong/modules/matching/plan/sample"
)

// TestColumns: what a dive by columns gives is an assignment, costs what it says, less than it had to and no less than the bound; below an optimum it finds nothing.
func TestColumns(t *testing.T) {
	found := 0
	for seed := range uint64(12) {
		class := "cde"[seed%3]
		a := sample.Class(class, 12, 60, seed)
		p := internal(a)
		u, _ := start(p)
		l := newLagrange(p, u, 1, 1)
		for range 100 {
			l.iterate(l.bound+l.bound/100, 0.9)
		}
		beat := ceil256(l.bound) * 104 / 100
		for beat > 0 {
			agent, cost, ok := columns(p, l.best, beat, rand.New(rand.NewPCG(seed, 1)), func() bool { return false })
			if !ok {
				break
			}
			found++
			if r := check.Assignment(a, agent); len(r.Violations) > 0 || r.Objective != cost || cost >= beat || cost < ceil256(l.bound) {
				t.Fatalf("class %c: %q, cost %d counted as %d, to be below %d, bound %d", class, r.Violations, r.Objective, cost, beat, ceil256(l.bound))
			}
			beat = cost
		}
		if _, _, ok := columns(p, l.best, ceil256(l.bound), rand.New(rand.NewPCG(seed, 1)), func() bool { return false }); ok {
			t.Errorf("class %c: something below the bound", class)
		}
	}
	if found < 12 {
		t.Errorf("only %d assignments", found)
	}
}

// TestColumnsStop: a dive that is told to stop gives nothing half done.
func TestColumnsStop(t *testing.T) {
	p := internal(sample.Class('d', 12, 60, 1))
	u, _ := start(p)
	asked := 0
	agent, _, ok := columns(p, u, never/1024, rand.New(rand.NewPCG(1, 1)), func() bool { asked++; return asked > 9 })
	if ok || agent != nil {
		t.Error("an assignment all the same")
	}
}
