package gap

// tree asks whether an assignment costs less than cut: depth first, at each node some steps of the bound, fixing by the bound, then
// one pair taken or forbidden. It can be walked in portions.
type tree struct {
	cut   int64
	stack []branch
	fix   *fixer
	bound lagrange
	pace  pace
	found *fixedPair
	cost  int64
	nodes int
}

// pace is how a tree goes about: steps of the bound at each node, how large they are at first, and after how many without a better bound they get smaller.
type pace struct {
	steps, patience int
	theta           float64
}

// A tree of a few nodes is walked briskly; one that is to be walked through has the fewer nodes the better each one's bound is.
var brisk, thorough = pace{8, 4, 0.6}, pace{40, 10, 0.3}

type branch struct {
	shape
	side int8 // 1: take the shape's pair, 0: forbid it, -1: the root
}

func newTree(p *problem, u []int64, cut int64, pace pace, fix *fixer) *tree {
	return &tree{cut: cut, fix: fix, pace: pace, cost: never, stack: []branch{{shape{p: p, u: append([]int64(nil), u...)}, -1}}}
}

// done: there is nothing more to look at. With found nil no assignment costs less than cut.
func (t *tree) done() bool { return len(t.stack) == 0 }

// walk looks at up to n nodes. It stops at an assignment below cut, which lowers cut.
func (t *tree) walk(n int, stop func() bool) {
	for k := 0; k < n && len(t.stack) > 0; k++ {
		if stop != nil && k%16 == 15 && stop() {
			return
		}
		t.nodes++
		b := t.stack[len(t.stack)-1]
		t.stack = t.stack[:len(t.stack)-1]
		if t.node(b) {
			return
		}
	}
}

// node looks at one node and tells whether it found an assignment.
func (t *tree) node(b branch) bool {
	s := b.shape
	if b.side >= 0 && !s.split(b.side == 1) || b.side < 0 && !t.fix.reduce(&s, t.cut) {
		return false
	}
	for again := range 3 {
		if s.p.jobs() == 0 {
			return t.solved(s.base, s.trail)
		}
		steps := t.pace.steps
		if again > 0 {
			steps /= 2
		}
		l := &t.bound
		l.begin(s.p, s.u, t.pace.theta)
		l.patience = t.pace.patience
		for range steps {
			l.iterate((t.cut-s.base)*scale, 0.5)
			if s.base+ceil256(l.bound) >= t.cut {
				return false
			}
			if l.whole {
				return t.solved(s.base+l.bound/scale, l.trail(s.trail))
			}
		}
		s.u = l.best
		before := s.p.pairs()
		if !t.fix.reduce(&s, t.cut) {
			return false
		}
		if s.p.pairs()*10 > before*9 {
			break
		}
	}
	if s.p.jobs() == 0 {
		return t.solved(s.base, s.trail)
	}
	t.stack = append(t.stack, branch{s, 0}, branch{s, 1})
	return false
}

func (t *tree) solved(cost int64, trail *fixedPair) bool {
	if cost >= t.cut {
		return false
	}
	t.cost, t.cut, t.found = cost, cost, trail
	return true
}

// split takes or forbids the shape's pair. False: a job has no pair left.
func (s *shape) split(take bool) bool {
	p := s.p
	n := p.jobs()
	keep := every(n)
	if !take {
		q := &problem{id: p.id, rows: append([]row(nil), p.rows...), room: p.room}
		r := &p.rows[s.agent]
		k := r.find(s.job)
		var to row
		to.job = append(append(to.job, r.job[:k]...), r.job[k+1:]...)
		to.cost = append(append(to.cost, r.cost[:k]...), r.cost[k+1:]...)
		to.weight = append(append(to.weight, r.weight[:k]...), r.weight[k+1:]...)
		q.rows[s.agent] = to
		s.p, s.u = q, append([]int64(nil), s.u...)
		for i := range q.rows {
			if q.rows[i].find(s.job) >= 0 {
				return true
			}
		}
		return false
	}
	r := &p.rows[s.agent]
	k := r.find(s.job)
	room := append([]int64(nil), p.room...)
	room[s.agent] -= r.weight[k]
	s.base += r.cost[k]
	s.trail = &fixedPair{p.id[s.job], s.agent, s.trail}
	keep[s.job] = -1
	for j := int(s.job) + 1; j < n; j++ {
		keep[j]--
	}
	u := append(append([]int64(nil), s.u[:s.job]...), s.u[s.job+1:]...)
	q, ok := p.restrict(keep, n-1, nil, room, nil)
	s.p, s.u = q, u
	return ok && room[s.agent] >= 0
}

// write puts a trail into agents by number in the question.
func (t *fixedPair) write(agent []int) {
	for ; t != nil; t = t.before {
		agent[t.job] = int(t.agent)
	}
}
