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
	mixed        []elite // where not empty, their pairs are allowed and few others
	share        float64 // of the surplus: what other pairs may lift the bound
	walked       bool    // by a tree
	raised       bool    // its bound alone proves that it is at its optimum
	closed       bool    // that, or a tree was walked through
	bars         int     // of so many jobs at random the present agent is not allowed
	slack        int64   // how much more than the old the answer may cost then
}

// round distributes the jobs of groups of agents anew, side by side; of a small question also all jobs among the pairs of good assignments. Of a large
// question there are several divisions into groups while that finds nothing, so that no processor waits for another; of two groups that share an agent the
// first counts. Its groups are placed by a tree or by a dive, as often as either found something, or by columns. On little, the tree is walked beside them.
func (r *run) round(round int) {
	r.look()
	r.choose(round)
	r.stock()
	r.columns = r.alternate()
	groups := r.divide(round)
	trees := 0.1 // on a small question dives gain ten times as much in the time
	if r.wide() {
		trees = r.trees()
	}
	for g := range groups {
		groups[g].walked = r.rng.Float64() < trees
	}
	r.bar(groups)
	for range 2 {
		if r.mixes() && len(groups) > 0 {
			groups = append(groups, r.mix())
		}
	}
	seeds := make([]uint64, len(groups))
	for g := range seeds {
		seeds[g] = r.rng.Uint64()
	}
	cost := r.cost
	nodes, better := r.nodes(round), elite{cost: cost}
	parallel(r.opt.Workers, len(groups)+1, func(k int) {
		if k > 0 {
			r.deal(&groups[k-1], seeds[k-1])
		} else if nodes > 0 {
			better = r.probe(nodes)
		}
	})
	touched, next := make([]bool, len(r.p.rows)), elite{slices.Clone(r.home.agent), r.home.cost}
	for _, o := range groups {
		switch {
		case o.mixed != nil && o.closed:
			r.blend, r.gains = min(1, r.blend+0.004), min(1, r.gains+0.02)
		case o.mixed != nil:
			r.blend, r.gains = max(0, r.blend-0.04), max(0.02, r.gains-0.1)
		case r.columns:
			r.count++
		case r.wide() && o.bars == 0:
			r.note(&o)
		}
		if !r.away && o.ok && o.cost <= o.old+o.slack && !slices.ContainsFunc(o.agents, func(i int) bool { return touched[i] }) {
			for k, j := range o.jobs {
				if i := next.agent[j]; i != o.agent[k] {
					touched[i], touched[o.agent[k]] = true, true
				}
				next.agent[j] = o.agent[k]
			}
			next.cost += o.cost - o.old
		}
	}
	if !r.away && next.cost <= r.cost {
		r.best, r.cost = slices.Clone(next.agent), next.cost
	}
	if !r.wide() {
		for g := range groups {
			r.keep(&groups[g])
		}
	}
	if better.cost < r.cost {
		r.best, r.cost = better.agent, better.cost
	}
	if r.cost < cost {
		r.quiet = 0
		r.polish()
	} else {
		r.quiet++
	}
	if r.columns {
		r.yields[1].add(cost-r.cost, heavy)
	} else {
		r.yields[0].add(cost-r.cost, 1)
	}
	if r.wide() {
		r.settle(next, r.cost < cost)
	}
}

// nodes is how far the tree is walked in a round: the further the fewer pairs are left, since that may end the search, and the longer groups found nothing.
func (r *run) nodes(round int) int {
	pairs := r.rest.p.pairs()
	switch {
	case pairs <= easy:
		return min(16, 1+r.quiet/10) * 4 * easy * easy / max(1, pairs*pairs)
	case pairs <= large && round%r.pause() == 7:
		return 4
	}
	return 0
}

// divide cuts the agents into groups: of a large question by ties, up to three times while nothing better is found, of a small one at random, until there
// are about four groups then, since large groups are few.
func (r *run) divide(round int) []group {
	if r.wide() {
		tie := r.ties()
		if r.shake.left > 0 {
			return r.draw(tie, shaken)
		}
		var groups []group
		for range min(3, 1+r.quiet) {
			groups = append(groups, r.draw(tie, r.size(round))...)
		}
		return groups
	}
	groups := r.draw(nil, r.size(round))
	for k := 1; k < 4 && r.quiet > 0 && len(groups) < 4; k++ {
		groups = append(groups, r.draw(nil, r.size(round+k))...)
	}
	return groups
}

// easy is how many pairs may be left for the tree to be walked every round: on more it takes the groups' time and closes nothing.
const easy = 1500

// large is how many pairs make a dive or a tree on the whole dearer than many on groups.
const large = 9000

func (r *run) wide() bool { return r.p.pairs() > large }

// pause is after how many rounds the bound and the tree go on: while much is left, both are dear and the groups gain more.
func (r *run) pause() int {
	if r.rest.p.pairs() > large {
		return 128
	}
	return 8
}

// size is how many agents a group has: 9 to 20 in turn, but at first no more jobs than about 140, since more make dives rare. Of a large question
// they begin with half of it and grow while they are proven to be at their optimum, until two of seven are not. By columns larger ones are placed.
func (r *run) size(round int) int {
	n := min(9+(round+r.quiet/6)%12, 140*len(r.p.rows)/r.p.jobs())
	if r.columns {
		n = 14 + round%4
	} else if r.wide() {
		n = max(70*len(r.p.rows)/r.p.jobs(), int(r.span)+round%4)
	}
	return max(3, n)
}

// draw cuts the agents into groups of about size: at random, or, with ties, each takes to its first agent those with the strongest ties to it, by and
// large, since agents without ties have nothing to exchange.
func (r *run) draw(tie [][]float64, size int) []group {
	p := r.rest.p
	used := make([]bool, len(p.rows))
	for _, j := range p.id {
		used[r.home.agent[j]] = true
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
		pull := make([]float64, len(order)) // of the group so far on each agent
		for k := 1; k < n && tie != nil; k++ {
			strongest, next := -1.0, k
			for x := k; x < len(order); x++ {
				pull[x] += tie[order[k-1]][order[x]]
				if v := pull[x] * (1 - r.rng.Float64()/2); v > strongest {
					strongest, next = v, x
				}
			}
			order[k], order[next] = order[next], order[k]
			pull[k], pull[next] = pull[next], pull[k]
		}
		agents := slices.Clone(order[:n])
		slices.Sort(agents)
		groups = append(groups, group{agents: agents, share: 1})
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
		if _, ok := slices.BinarySearch(o.agents, r.home.agent[j]); ok {
			keep[k] = n
			o.jobs = append(o.jobs, int(j))
			local = append(local, int32(k))
			n++
			c, _ := r.at(int(j), r.home.agent[j])
			o.old += c.cost
		}
	}
	if n < 2 {
		return
	}
	sub, ok := p.restrict(keep, int(n), o.agents, p.room, r.barred(o, local, rng, r.allowed(o)))
	if !ok { // the jobs that must leave their agents fit nowhere else
		return
	}
	u, low := make([]int64, n), int64(0)
	for k, j := range local {
		u[k] = r.l.best[j]
	}
	if r.wide() {
		if u, low = o.raise(sub, u); o.raised {
			return
		}
	}
	switch {
	case r.columns && o.bars == 0:
		o.agent, o.cost, o.ok = columns(sub, u, o.old, rng, r.stop)
	case o.walked && (r.walk(o, sub, u, low) || r.wide()) || o.mixed != nil:
		return
	default:
		r.dive(o, sub, u, rng)
	}
	for k := range o.agent {
		if o.ok {
			o.agent[k] = o.agents[o.agent[k]]
		}
	}
}

// dive distributes a group's jobs along the bound.
func (r *run) dive(o *group, sub *problem, u []int64, rng *rand.Rand) {
	for k := range u {
		u[k] += rng.Int64N(scale/2) - scale/4
	}
	way, more := style{24, 12, 6, little, 10}, o.slack
	if !r.wide() && rng.Float64() < r.gains/2 { // what is a little worse is worth mixing, and what differs
		more = rng.Int64N(1 + max(1, r.open))
		way.parts, way.luck = 4+rng.IntN(8), little*float64(int(1)<<rng.IntN(5))
	}
	o.agent, o.cost, o.ok = dive(sub, u, way, o.old+1+more, rng, 1, r.stop)
	if !o.ok && r.open > r.cost/200 {
		price := make([]float64, len(o.agents))
		for k, i := range o.agents {
			price[k] = r.worth[i]
		}
		o.agent, o.cost, o.ok = repair(sub, sub.choices(), o.agent, price, rng, r.stop)
		o.ok = o.ok && o.cost <= o.old
	}
}

// allowed tells which pairs a group may use: those that lift the bound by no more than its share of the surplus, and those of the assignments that it mixes.
func (r *run) allowed(o *group) func(agent, k int) bool {
	p, most := r.rest.p, int64(0)
	for _, i := range o.agents {
		most += max(0, r.sight.surplus[i])
	}
	most = int64(float64(most) * o.share)
	return func(i, k int) bool {
		j := p.id[p.rows[i].job[k]]
		return r.sight.lift[i][k] <= most || r.home.agent[j] == i || slices.ContainsFunc(o.mixed, func(e elite) bool { return e.agent[j] == i })
	}
}

// beat is what an answer of the group has to cost less than: without the present one being barred, a tree would find it again.
func (o *group) beat() int64 {
	if o.bars > 0 {
		return o.old + 1 + o.slack
	}
	return o.old
}

// raise gives multipliers of the group's jobs that are better than those of all jobs, and its bound.
func (o *group) raise(sub *problem, u []int64) ([]int64, int64) {
	l := newLagrange(sub, u, 0.3, 1)
	l.patience = 4
	for range 48 {
		if l.iterate(o.beat()*scale, 0.5); ceil256(l.bound) >= o.beat() {
			o.raised, o.closed = true, true
			break
		}
	}
	return l.best, ceil256(l.bound)
}

// walk looks by a tree for a better distribution of a group's jobs: of a large question first for one just above the bound, where little is left to
// choose from, then twice as far and so on. It tells whether it found one or there is none.
func (r *run) walk(o *group, sub *problem, u []int64, low int64) bool {
	beat, step, nodes := o.beat(), o.beat(), 40
	if r.wide() {
		step = max(1, (beat-low)/8)
	}
	way := brisk
	if o.mixed != nil {
		way = thorough
	}
	var t *tree
	var fix fixer
	for ; ; step *= 2 {
		t = newTree(sub, u, min(beat, low+step), way, &fix)
		last := t.cut == beat
		switch {
		case o.mixed != nil:
			t.walk(40, r.stop)
		case !r.wide():
			t.walk(10, r.stop)
		default:
			if t.walk(1, r.stop); t.found == nil && len(t.stack) > 0 && t.stack[0].p.pairs() <= closable {
				t.walk(nodes, r.stop)
			}
			nodes -= t.nodes
		}
		if last || t.found != nil || !t.done() || nodes <= 0 {
			break
		}
	}
	o.closed = t.done()
	if t.found == nil {
		return o.closed
	}
	agent := none(r.p.jobs())
	t.found.write(agent)
	o.agent, o.cost, o.ok = make([]int, len(sub.id)), t.cost, true
	for k, j := range sub.id {
		o.agent[k] = o.agents[agent[j]]
	}
	return true
}

// closable is how many pairs a group may have left to be walked through: of trees with more hardly one is.
const closable = 450
