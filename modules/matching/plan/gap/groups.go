package gap

import (
	"math/rand/v2"
	"slices"
)

// group is a set of agents whose jobs are distributed anew.
type group struct {
	agents, jobs []int
	agent        []int
	old, cost    int64
	ok           bool
	walked       bool // by a tree
	closed       bool // and the tree was walked through
}

// round distributes the jobs of disjoint groups of agents anew, and walks the tree beside that. Groups share nothing, so they run
// side by side; the tree's assignment counts from the next round.
func (r *run) round(round int) {
	groups := r.draw(r.size(round))
	seeds := make([]uint64, len(groups))
	for g := range seeds {
		seeds[g] = r.rng.Uint64()
		groups[g].walked = r.rng.Float64() < max(0.1, r.trust)
	}
	cost := r.cost
	parallel(r.opt.Workers, len(groups), func(g int) { r.deal(&groups[g], seeds[g]) })
	for _, o := range groups {
		if o.walked {
			r.trust *= 0.9
			if o.closed {
				r.trust += 0.1
				r.span = min(r.span+0.06, float64(len(r.p.rows)))
			} else {
				r.span = max(3, r.span-0.15)
			}
		}
		if o.ok && o.cost <= o.old {
			for k, j := range o.jobs {
				r.best[j] = o.agent[k]
			}
			r.cost += o.cost - o.old
		}
	}
	if r.cost < cost {
		r.quiet = 0
		r.polish()
	} else {
		r.quiet++
	}
	if r.rest.p.pairs() <= easy || round%r.pause() == 7 {
		r.probe(4)
	}
}

// easy is how many pairs may be left for the tree to be walked every round: on more it takes the groups' time and closes nothing.
const easy = 1500

// large is how many pairs make a second dive on the whole dearer than many on groups.
const large = 6000

// pause is after how many rounds the bound and the tree go on: while much is left, both are dear and the groups gain more.
func (r *run) pause() int {
	if r.rest.p.pairs() > large {
		return 32
	}
	return 8
}

// size is how many agents a group has: 7 to 14 in turn, but at first no more jobs than about 140, since more make dives rare. Of a large question
// groups grow while trees are walked through, since they are at their optimum then, until two trees of seven are not.
func (r *run) size(round int) int {
	n := min(7+(round+r.quiet/6)%8, 140*len(r.p.rows)/r.p.jobs())
	if r.p.pairs() > large {
		n = max(n, int(r.span)+round%4)
	}
	return max(3, n)
}

// draw cuts the agents into groups of about size.
func (r *run) draw(size int) []group {
	p := r.rest.p
	used := make([]bool, len(p.rows))
	for _, j := range p.id {
		used[r.best[j]] = true
	}
	var order []int
	for _, i := range r.rng.Perm(len(p.rows)) {
		if used[i] {
			order = append(order, i)
		}
	}
	var groups []group
	for len(order) > 1 {
		n := min(size, len(order))
		if len(order)-n == 1 {
			n++
		}
		agents := order[:n:n]
		slices.Sort(agents)
		groups = append(groups, group{agents: agents})
		order = order[n:]
	}
	return groups
}

// deal distributes a group's jobs anew.
func (r *run) deal(o *group, seed uint64) {
	p := r.rest.p
	rng := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a search must be repeatable
	keep := make([]int32, p.jobs())
	var local []int32
	n := int32(0)
	for k, j := range p.id {
		keep[k] = -1
		if _, ok := slices.BinarySearch(o.agents, r.best[j]); ok {
			keep[k] = n
			o.jobs = append(o.jobs, int(j))
			local = append(local, int32(k))
			n++
			c, _ := r.at(int(j), r.best[j])
			o.old += c.cost
		}
	}
	if n < 2 {
		return
	}
	sub, ok := p.restrict(keep, int(n), o.agents, p.room)
	if !ok {
		return
	}
	if o.walked && r.walk(o, sub, local) {
		return
	}
	u := make([]int64, n)
	for k, j := range local {
		u[k] = r.l.best[j] + rng.Int64N(scale/2) - scale/4
	}
	o.agent, o.cost, o.ok = dive(sub, u, 24, 12, 6, o.old+1, rng, 1, r.stop)
	if !o.ok && r.cost-r.lower > r.cost/200 {
		price := make([]float64, len(o.agents))
		for k, i := range o.agents {
			price[k] = r.worth[i]
		}
		o.agent, o.cost, o.ok = repair(sub, sub.choices(), o.agent, price, rng, r.stop)
		o.ok = o.ok && o.cost <= o.old
	}
	for k := range o.agent {
		if o.ok {
			o.agent[k] = o.agents[o.agent[k]]
		}
	}
}

// walk looks by a tree for a better distribution of a group's jobs. It tells whether the tree found one or was walked through.
func (r *run) walk(o *group, sub *problem, local []int32) bool {
	u := make([]int64, len(local))
	for k, j := range local {
		u[k] = r.l.best[j]
	}
	t := newTree(sub, u, o.old, 8, &fixer{})
	for range 4 {
		t.walk(10, r.stop)
		if t.done() {
			break
		}
	}
	o.closed = t.done()
	if t.found == nil {
		return o.closed
	}
	agent := none(r.p.jobs())
	t.found.write(agent)
	o.agent, o.cost, o.ok = make([]int, len(local)), t.cost, true
	for k, j := range sub.id {
		o.agent[k] = o.agents[agent[j]]
	}
	return true
}
