package gap

import "slices"

// elite is an assignment as good as the best or nearly so.
type elite struct {
	agent []int // of each job of the question
	cost  int64
}

// elites is how many assignments are kept to be mixed.
const elites = 12

// keep puts an assignment that a group found among the good ones, in place of one that is alike and worse, or of the worst.
func (r *run) keep(o *group) {
	if !o.ok {
		return
	}
	e := elite{slices.Clone(r.home.agent), r.home.cost - o.old + o.cost}
	for k, j := range o.jobs {
		e.agent[j] = o.agent[k]
	}
	if e.cost < r.cost { // two groups found something, and only one of them could be taken
		r.best, r.cost = slices.Clone(e.agent), e.cost
	}
	near, worst, least := 0, 0, len(e.agent)+1
	for k, x := range r.good {
		if d := differ(x.agent, e.agent); d < least {
			near, least = k, d
		}
		if x.cost > r.good[worst].cost {
			worst = k
		}
	}
	switch {
	case least <= len(r.rest.p.id)/alike && (least == 0 || r.good[near].cost <= e.cost):
	case least <= len(r.rest.p.id)/alike:
		r.good[near] = e
	case len(r.good) < elites:
		r.good = append(r.good, e)
	case r.good[worst].cost >= e.cost:
		r.good[worst] = e
	}
}

// alike are assignments that differ in less than one in so many jobs.
const alike = 20

func differ(a, b []int) (n int) {
	for j := range a {
		if a[j] != b[j] {
			n++
		}
	}
	return n
}

// choose says what the groups of a round start from: the best assignment, of a small question every third time another good one, of a large one what became
// of a shaken one. Without that, a search whose best plan has nothing better near it finds no more.
func (r *run) choose(round int) {
	r.home, r.away = elite{slices.Clone(r.best), r.cost}, false
	r.open = r.cost - r.lower
	if r.wide() {
		if r.shake.line.agent != nil && r.cost == r.shake.before && r.fits(r.shake.line.agent) {
			r.home = r.shake.line
		} else {
			r.shake.line = elite{}
		}
		return
	}
	if round%3 < 2 || !r.mixes() {
		return
	}
	if e := r.good[r.rng.IntN(len(r.good))]; r.fits(e.agent) {
		r.home, r.away = e, true
	}
}

// fits tells whether an assignment uses only pairs of the rest.
func (r *run) fits(agent []int) bool {
	fixed, p := none(len(agent)), r.rest.p
	r.rest.trail.write(fixed)
	for j, i := range fixed {
		if i >= 0 && agent[j] != i {
			return false
		}
	}
	for k, j := range p.id {
		if p.rows[agent[j]].find(int32(k)) < 0 {
			return false
		}
	}
	return true
}

// mixes tells whether good assignments are to be mixed now: as often as trees of mixed ones were walked through, seldom where they stay open.
func (r *run) mixes() bool { return !r.wide() && len(r.good) > 1 && r.rng.Float64() < r.gains }

// mix makes a group of all agents that uses the pairs of some of the good assignments, in which their jobs agree for the most part, and others that lift the
// bound so little that its tree can still be walked through.
func (r *run) mix() group {
	g := r.draw(nil, len(r.p.rows))[0]
	g.walked, g.share = true, r.blend*(0.5+r.rng.Float64())
	for _, k := range r.rng.Perm(len(r.good))[:min(len(r.good), 2+r.rng.IntN(4))] {
		g.mixed = append(g.mixed, r.good[k])
	}
	return g
}
