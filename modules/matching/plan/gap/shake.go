package gap

import (
	"math/rand/v2"
	"slices"
)

// odds are how often something was tried, and how often it found something.
type odds struct{ tries, finds int }

func (o odds) rate() float64 { return float64(o.finds+1) / float64(o.tries+10) }

// trees is how many groups of a large question are placed by trees instead of dives: the more the oftener those find something. Of questions of class e
// trees find nearly all, of class d dives.
func (r *run) trees() float64 {
	dive, tree := r.ways[0].rate(), r.ways[1].rate()
	return min(0.9, max(0.1, tree*tree/(tree*tree+dive*dive)))
}

// note learns from a group of a large question: how large groups should be, and what places them.
func (r *run) note(o *group) {
	if o.closed {
		r.span = min(r.span+0.06, float64(len(r.p.rows)))
	} else {
		r.span = max(3, r.span-0.15)
	}
	if o.raised {
		return
	}
	way := 0
	if o.walked {
		way = 1
	}
	r.ways[way].tries++
	if o.ok && o.cost < o.old {
		r.ways[way].finds++
	}
}

// shaking is the state of a large question's search that is shaken where it found nothing for long.
type shaking struct {
	line   elite // what became of the best assignment that was shaken; without agents rounds start from the best
	before int64 // what the best cost then
	still  int   // rounds in which the line did not get better
	left   int   // rounds that still shake
	turns  int   // rounds
	finds  int   // and of these such that found a better assignment
}

const (
	shaken = 8  // agents of a group that is shaken
	shocks = 4  // rounds that shake
	calm   = 30 // rounds without a better assignment that are no reason to shake
)

// bar shakes most of the groups, where it is time for that: some jobs must go to other agents, for which a group may cost up to half of the gap more.
func (r *run) bar(groups []group) {
	if r.shake.left == 0 {
		return
	}
	r.shake.left--
	for g := range groups {
		if r.rng.Float64() < 0.7 {
			groups[g].bars, groups[g].slack = 1+r.rng.IntN(5), 1+int64(0.5*float64(r.open)*r.rng.Float64())
		}
	}
}

// barred allows what a group may use but the present agents of some jobs.
func (r *run) barred(o *group, local []int32, rng *rand.Rand, allowed func(i, k int) bool) func(i, k int) bool {
	if o.bars == 0 {
		return allowed
	}
	var out []int32
	for range o.bars {
		out = append(out, local[rng.IntN(len(local))])
	}
	p := r.rest.p
	return func(i, k int) bool {
		j := p.rows[i].job[k]
		return (r.home.agent[p.id[j]] != i || !slices.Contains(out, j)) && allowed(i, k)
	}
}

// settle says after a round of a large question, with what its groups made of its start, where the next ones start from. A search that found nothing
// for more than thirty rounds and twice as long as it used to is shaken; where that leads to nothing better in the same time, it is shaken again from the
// best assignment.
func (r *run) settle(next elite, found bool) {
	r.shake.turns++
	if found {
		r.shake.finds++
		r.shake.still, r.shake.left = 0, 0
		return
	}
	if r.shake.still++; r.shake.line.agent != nil {
		if next.cost < r.shake.line.cost {
			r.shake.still = 0
		}
		r.shake.line = next
	}
	if long := calm + 2*max(0, r.shake.turns-r.quiet)/(r.shake.finds+1); r.shake.still > long && r.quiet > long {
		r.shake.line, r.shake.before = elite{slices.Clone(r.best), r.cost}, r.cost
		r.shake.still, r.shake.left = 0, shocks
	}
}
