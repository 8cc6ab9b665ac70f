package gap

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"gotong/modules/matching/plan/sample"
)

// The determinism of shaken searches is in TestSameOnEveryMachine: its wide question is shaken.

// largeSearch is a search of a large question that has an assignment, before its rounds.
func largeSearch(t *testing.T) *run {
	t.Helper()
	a := sample.Class('e', 40, 240, 1)
	r := newRun(context.Background(), Options{Iterations: 3, Workers: 1}, a, internal(a))
	r.rng = rand.New(rand.NewPCG(1, 1))
	r.search()
	if !r.wide() || r.best == nil {
		t.Fatalf("%d pairs, best %v", r.p.pairs(), r.best)
	}
	return r
}

// TestShakenGroupsMove: what a shaken group answers sends at least one job elsewhere, fits, and costs no more than it may.
func TestShakenGroupsMove(t *testing.T) {
	r := largeSearch(t)
	answered := 0
	for seed := range uint64(8) {
		r.look()
		r.choose(0)
		r.stock()
		r.shake.left = 1
		groups := r.divide(0)
		r.bar(groups)
		for g := range groups {
			o := &groups[g]
			o.walked = g%2 == 0
			if r.deal(o, seed); o.bars == 0 || !o.ok {
				continue
			}
			answered++
			moved, cost, load := 0, int64(0), map[int]int64{}
			for k, j := range o.jobs {
				c, ok := r.at(j, o.agent[k])
				if !ok {
					t.Fatalf("job %d is given to agent %d, which cannot take it", j, o.agent[k])
				}
				cost += c.cost
				load[o.agent[k]] += c.weight
				if o.agent[k] != r.home.agent[j] {
					moved++
				}
			}
			if moved == 0 || cost != o.cost || cost > o.old+o.slack {
				t.Errorf("%d jobs moved, cost %d of %d with %d to spare, said to be %d", moved, cost, o.old, o.slack, o.cost)
			}
			for i, w := range load {
				if w > r.p.room[i] {
					t.Errorf("agent %d carries %d of %d", i, w, r.p.room[i])
				}
			}
		}
	}
	if answered < 4 {
		t.Errorf("only %d shaken groups had an answer", answered)
	}
}

// TestShakingWaits: a search is shaken when it found nothing for long, goes on from what became of it, and returns to the best when that is better.
func TestShakingWaits(t *testing.T) {
	r := largeSearch(t)
	r.shake.turns, r.shake.finds, r.shake.still, r.quiet = 0, 0, 0, 0
	for round := 0; r.shake.left == 0; round++ {
		if round == 100 {
			t.Fatal("never shaken")
		}
		r.quiet++
		r.choose(round)
		r.settle(r.home, false)
	}
	if r.quiet < calm || r.shake.line.cost != r.cost || !slices.Equal(r.shake.line.agent, r.best) {
		t.Errorf("shaken after %d rounds, from %d where the best is %d", r.quiet, r.shake.line.cost, r.cost)
	}
	r.shake.line.cost += 5
	if r.choose(1); r.home.cost != r.cost+5 {
		t.Errorf("goes on from %d, not from what became of the shaken one", r.home.cost)
	}
	r.cost--
	if r.choose(1); r.home.cost != r.cost || r.shake.line.agent != nil {
		t.Errorf("goes on from %d though the best is at %d now", r.home.cost, r.cost)
	}
	if r.settle(r.home, true); r.shake.left != 0 {
		t.Error("shaken on although that found a better one")
	}
}

// TestWaysAreLearned: the way that finds more is taken oftener, the other never given up.
func TestWaysAreLearned(t *testing.T) {
	r := &run{}
	if p := r.trees(); p != 0.5 {
		t.Errorf("at first trees are taken at %.2f", p)
	}
	o := &group{walked: true, old: 10}
	for k := range 200 {
		o.ok, o.cost = k%10 == 0, 9
		r.note(o)
		r.note(&group{})
	}
	if p := r.trees(); p != 0.9 {
		t.Errorf("trees that found twenty of two hundred are taken at %.2f", p)
	}
	r.ways[0], r.ways[1] = r.ways[1], r.ways[0]
	if p := r.trees(); p != 0.1 {
		t.Errorf("trees that found nothing are taken at %.2f", p)
	}
}
