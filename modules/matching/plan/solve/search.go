package solve

import (
	"math"
	"math/rand/v2"

	"gotong/modules/matching/plan"
)

// search improves a plan within some villages. Its model has only their pairs; what the initiatives spend elsewhere is taken from
// their limits. Everything is integer but values; nothing is shared with other searches.
type search struct {
	md     *model
	rng    *rand.Rand
	x      []int32
	rem    [][]int64 // what is left of each capacity; negative only within a chain
	left   []int32   // units that a need still asks
	room   []int32   // suppliers that it may still have
	space  []int64   // units that a village may still get
	served []int64
	lists  [][]int32 // open edges of each initiative
	pos    []int32
	by     [][]int32 // all edges of each initiative
	need   []int32   // of each edge
	c, F   []float32 // value of one unit, cost of opening, at the prices
	log    []step
	marks  []int32 // initiatives touched by the chain
	stamp  []int32
	now    int32
	queue  []int32
	seen   []int32 // chain in which an edge was last ejected
	heat   float64
	wish   []int32 // what each village would choose at the prices, by edge
	poor   []int32 // villages that have much less than that, more often the more they lack
}

type step struct{ e, before int32 }

// newSearch begins at plan x (nil: an empty one) with the pairs of md, which are those of the dual from pair first on.
func newSearch(md *model, d *dual, first int32, x []int32, rng *rand.Rand) *search {
	s := &search{md: md, rng: rng, x: make([]int32, len(md.edges)), left: make([]int32, len(md.needs)), room: make([]int32, len(md.needs)),
		space: make([]int64, len(md.villages)), served: make([]int64, len(md.villages)), lists: make([][]int32, md.m), pos: make([]int32, len(md.edges)),
		by: make([][]int32, md.m), need: make([]int32, len(md.edges)), c: make([]float32, len(md.edges)), F: make([]float32, len(md.edges)),
		stamp: make([]int32, md.m), seen: make([]int32, len(md.edges))}
	for r := range md.limit {
		s.rem = append(s.rem, append([]int64(nil), md.limit[r]...))
		for i := range s.rem[r] {
			if s.rem[r][i] == plan.NoLimit {
				s.rem[r][i] = 1 << 61
			}
		}
	}
	count := make([]int32, md.m)
	for j := range md.needs {
		s.left[j], s.room[j] = md.needs[j].q, md.needs[j].k
		for e := md.first[j]; e < md.first[j+1]; e++ {
			s.need[e] = int32(j)
			count[md.edges[e].i]++
		}
	}
	store := make([]int32, len(md.edges))
	for i, n := range count {
		s.by[i], store = store[:0:n], store[n:]
	}
	for v := range md.villages {
		s.space[v] = min(md.villages[v].cap, 1<<50)
	}
	next := d.pool.from(first)
	for e := range md.edges {
		ed := &md.edges[e]
		s.by[ed.i] = append(s.by[ed.i], int32(e))
		c, F := float64(ed.p), 0.0
		for r, price := range d.best.row {
			unit, setup := md.use(r, int32(e))
			c -= price[ed.i] * float64(unit)
			F += price[ed.i] * float64(setup)
		}
		for ; next < len(d.pool.terms) && d.pool.terms[next].e == first+int32(e); next++ {
			one := &d.pool.terms[next]
			c -= d.best.cut[one.cut] * float64(one.unit)
			F += d.best.cut[one.cut] * float64(one.setup)
		}
		s.c[e], s.F[e] = float32(c), float32(F)
	}
	for e, units := range x {
		if units > 0 {
			s.set(int32(e), units)
		}
	}
	s.log = s.log[:0]
	return s
}

// set changes the units of an edge and gives the change of the objective.
func (s *search) set(e, x int32) float64 {
	before := s.x[e]
	if x == before {
		return 0
	}
	s.log = append(s.log, step{e, before})
	return s.put(e, x)
}

func (s *search) put(e, x int32) float64 {
	before := s.x[e]
	ed := &s.md.edges[e]
	i, j := ed.i, s.need[e]
	delta := int64(x - before)
	open := int64(0)
	switch {
	case before == 0:
		open = 1
		s.pos[e] = int32(len(s.lists[i]))
		s.lists[i] = append(s.lists[i], e)
		s.room[j]--
	case x == 0:
		open = -1
		list := s.lists[i]
		last := list[len(list)-1]
		list[s.pos[e]] = last
		s.pos[last] = s.pos[e]
		s.lists[i] = list[:len(list)-1]
		s.room[j]++
	}
	s.x[e] = x
	s.left[j] -= int32(delta)
	s.rem[rowMoney][i] -= ed.a*delta + ed.f*open
	s.rem[rowReach][i] -= delta
	for r := range s.md.unit {
		s.rem[rowExtra+r][i] -= s.md.unit[r][e]*delta + s.md.setup[r][e]*open
	}
	v := s.md.needs[j].v
	vil := &s.md.villages[v]
	s.space[v] -= delta
	gain := float64(ed.p) * float64(delta)
	if vil.floor > 0 {
		reached := s.served[v] >= vil.floor
		if now := s.served[v]+delta >= vil.floor; now != reached {
			if now {
				gain += vil.bonus
			} else {
				gain -= vil.bonus
			}
		}
	}
	s.served[v] += delta
	if s.stamp[i] != s.now {
		s.stamp[i] = s.now
		s.marks = append(s.marks, i)
	}
	return gain
}

// demand gives how many units edge e may have in all, as need and village allow; 0 when it cannot be opened.
func (s *search) demand(e int32) int32 {
	more, full := s.asks(s.need[e])
	return s.upTo(e, more, full)
}

// asks gives how many units more a need may have, as it and its village allow, and whether it may have no other supplier.
func (s *search) asks(j int32) (more int32, full bool) {
	return int32(min(int64(s.left[j]), s.space[s.md.needs[j].v])), s.room[j] <= 0
}

// upTo gives how many units edge e may have in all where its need asks so many more; 0 when it cannot be opened.
func (s *search) upTo(e, more int32, full bool) int32 {
	had, ed := s.x[e], &s.md.edges[e]
	if had == 0 && full {
		return 0
	}
	x := min(ed.u, had+more)
	if x < ed.l {
		return 0
	}
	return x
}

// afford cuts units x of edge e to what its initiative has left.
func (s *search) afford(e, x int32) int32 {
	ed := &s.md.edges[e]
	more := int64(x - s.x[e])
	for r := range s.rem {
		unit, setup := s.md.use(r, e)
		rest := s.rem[r][ed.i]
		if s.x[e] == 0 {
			rest -= setup
		}
		if rest < 0 {
			return s.x[e]
		}
		if unit > 0 && more*unit > rest {
			more = rest / unit
		}
	}
	if got := s.x[e] + int32(more); got >= ed.l {
		return got
	}
	return s.x[e]
}

// over tells whether an initiative spends more than it has.
func (s *search) over(i int32) bool {
	for r := range s.rem {
		if s.rem[r][i] < 0 {
			return true
		}
	}
	return false
}

// worth is the priced gain of an edge with x units.
func (s *search) worth(e, x int32) float64 { return float64(s.c[e])*float64(x) - float64(s.F[e]) }

// fill opens and widens edges in the given order while capacity lasts.
func (s *search) fill(order []int32, least float64) {
	for _, e := range order {
		x := s.demand(e)
		if x <= s.x[e] {
			continue
		}
		if x = s.afford(e, x); x > s.x[e] && s.worth(e, x) >= least {
			s.put(e, x)
		}
	}
}

const (
	deepest = 5  // needs that one chain may move
	moved   = 16 // needs that the favour of a village may move
	favours = 4  // one chain in so many is a favour
	breadth = 40 // edges looked at when freed capacity is filled
	touched = 16 // initiatives that get to fill it
)

// chain takes a part of a need's plan out, puts it back where the prices like it, makes room there by trimming or ejecting others, puts those back,
// and at the end fills what was freed. It gives the change of the objective and whether it was kept.
func (s *search) chain() (float64, bool) {
	s.log, s.marks, s.queue = s.log[:0], s.marks[:0], s.queue[:0]
	s.now++
	if len(s.poor) > 0 && s.rng.IntN(favours) == 0 {
		return s.favour()
	}
	j := int32(s.rng.IntN(len(s.md.needs)))
	if len(s.poor) > 0 && s.rng.IntN(4) > 0 { // most of the others have what they would choose
		vil := &s.md.villages[s.poor[s.rng.IntN(len(s.poor))]]
		j = vil.first + int32(s.rng.IntN(int(vil.behind-vil.first)))
	}
	from, to := s.md.first[j], s.md.first[j+1]
	if from == to {
		return 0, false
	}
	delta := 0.0
	for e := from; e < to; e++ {
		if s.x[e] > 0 && s.rng.IntN(2) == 0 {
			delta += s.set(e, 0)
			s.seen[e] = s.now
		}
	}
	s.queue = append(s.queue, j)
	return s.settle(delta, deepest)
}

// settle puts the needs of the queue back, at most so many with pushing, and keeps the chain or undoes it.
func (s *search) settle(delta float64, most int) (float64, bool) {
	for k := 0; k < len(s.queue) && k < most; k++ {
		delta += s.insert(s.queue[k], k == 0 || s.rng.IntN(4) > 0)
	}
	// Everything the chain moved and every initiative that it touched gets a chance to use what is left.
	for k := 0; k < len(s.queue); k++ {
		delta += s.place(s.queue[k])
	}
	for k := 0; k < len(s.marks) && k < touched; k++ {
		delta += s.refill(s.marks[k])
	}
	if delta >= 0 || s.heat > 0 && delta > -s.heat*10 && s.rng.Float64() < math.Exp(delta/s.heat) {
		return delta, true
	}
	for k := len(s.log) - 1; k >= 0; k-- {
		s.put(s.log[k].e, s.log[k].before)
	}
	return 0, false
}

// insert serves need j by the edges that the prices like best, over capacity where push allows, and repairs those initiatives.
func (s *search) insert(j int32, push bool) float64 {
	delta := 0.0
	from, to := s.md.first[j], s.md.first[j+1]
	for range 3 {
		more, full := s.asks(j)
		if more <= 0 {
			return delta
		}
		best, units, value := int32(-1), int32(0), 0.0
		for e := from; e < to; e++ {
			if s.seen[e] == s.now || s.c[e] <= 0 && s.F[e] >= 0 {
				continue
			}
			had := s.x[e]
			x := s.upTo(e, more, full)
			if x <= had {
				continue
			}
			gain := s.worth(e, x)
			if had > 0 {
				gain -= s.worth(e, had)
			}
			if gain *= 0.7 + 0.6*s.rng.Float64(); gain > value {
				best, units, value = e, x, gain
			}
		}
		if best < 0 {
			return delta
		}
		if fit := s.afford(best, units); !push || s.rng.IntN(4) == 0 {
			units = fit
		}
		s.seen[best] = s.now
		if units == s.x[best] {
			continue
		}
		delta += s.set(best, units)
		delta += s.repair(s.md.edges[best].i, best)
	}
	return delta
}

// repair trims or ejects the edges of an initiative that lose least until it has what it spends. Edge keep goes last.
func (s *search) repair(i, keep int32) float64 {
	delta := 0.0
	for s.over(i) {
		best, units, loss := int32(-1), int32(0), math.Inf(1)
		for _, e := range s.lists[i] {
			if e == keep && len(s.lists[i]) > 1 {
				continue
			}
			x := s.trim(i, e)
			lost := s.worth(e, s.x[e]) * (0.5 + s.rng.Float64())
			if x > 0 {
				lost = float64(s.c[e]) * float64(s.x[e]-x) * (0.8 + 0.4*s.rng.Float64())
			}
			if lost < loss {
				best, units, loss = e, x, lost
			}
		}
		if units == 0 {
			s.seen[best] = s.now
		}
		delta += s.set(best, units)
		if len(s.queue) < moved {
			s.queue = append(s.queue, s.need[best])
		}
	}
	return delta
}

// trim gives the units that edge e may keep so that its initiative is no longer over, 0 when it must go whole.
func (s *search) trim(i, e int32) int32 {
	x := int64(s.x[e])
	for r := range s.rem {
		if over := -s.rem[r][i]; over > 0 {
			unit, _ := s.md.use(r, e)
			if unit == 0 {
				return 0
			}
			x -= (over + unit - 1) / unit
		}
	}
	if x < int64(s.md.edges[e].l) {
		return 0
	}
	return int32(x)
}

// place gives need j what fits without moving anybody, by real value.
func (s *search) place(j int32) float64 {
	delta := 0.0
	from, to := s.md.first[j], s.md.first[j+1]
	for {
		more, full := s.asks(j)
		if more <= 0 {
			return delta
		}
		best, units, value := int32(-1), int32(0), 0.0
		for e := from; e < to; e++ {
			x := s.upTo(e, more, full)
			if x <= s.x[e] {
				continue
			}
			if x = s.afford(e, x); x <= s.x[e] {
				continue
			}
			gain := float64(s.md.edges[e].p) * float64(x-s.x[e])
			gain = gain*0.3 + s.worth(e, x)
			if s.x[e] > 0 {
				gain -= s.worth(e, s.x[e])
			}
			if gain > value {
				best, units, value = e, x, gain
			}
		}
		if best < 0 {
			return delta
		}
		delta += s.set(best, units)
	}
}

// refill uses what initiative i has left for the best of its edges, a sample of them where it has many.
func (s *search) refill(i int32) float64 {
	delta := 0.0
	edges := s.by[i]
	at, n := 0, len(edges)
	if n > breadth {
		at, n = s.rng.IntN(n), breadth
	}
	best, units, value := int32(-1), int32(0), 0.0
	for range n {
		if at == len(edges) {
			at = 0
		}
		e := edges[at]
		at++
		if s.left[s.need[e]] <= 0 || float64(s.md.edges[e].p)*float64(s.md.edges[e].u-s.x[e]) <= value {
			continue
		}
		x := s.demand(e)
		if x <= s.x[e] {
			continue
		}
		if x = s.afford(e, x); x > s.x[e] {
			if gain := float64(s.md.edges[e].p) * float64(x-s.x[e]); gain > value {
				best, units, value = e, x, gain
			}
		}
	}
	if best >= 0 {
		delta += s.set(best, units)
	}
	return delta
}
