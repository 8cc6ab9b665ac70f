package gap

import (
	"context"
	"math"
	"math/rand/v2"
	"runtime"
	"slices"
	"time"

	"gotong/modules/matching/plan"
)

// Options steer a search. Without Time and Iterations it takes ten seconds.
type Options struct {
	Time       time.Duration
	Iterations int64 // rounds instead of time: the same answer on every machine
	Seed       uint64
	TargetGap  float64 // stop when proven, as a fraction
	Workers    int
	Progress   func(Progress)
}

// Progress is where a search stands, in the sense of the question.
type Progress struct {
	Feasible         bool
	Objective, Bound int64
	Iterations       int64
	Elapsed          time.Duration
}

// Outcome is an assignment with its certificate.
type Outcome struct {
	Agent      []int // of each job, -1: not assigned
	Feasible   bool
	Impossible []int // jobs that must be assigned and fit no agent
	Objective  int64
	Bound      int64 // no assignment is better
	Status     string
	Method     string
	Iterations int64
	Elapsed    time.Duration
}

// clock tells the time; benchmarks on a busy machine count processor time.
var clock = time.Now

const method = "Lagrangian on assignment, knapsacks exact, integers"

type run struct {
	ctx     context.Context
	opt     Options
	a       *plan.Assignment
	p       *problem
	by      [][]choice // pairs of each job
	rng     *rand.Rand
	start   time.Time
	count   int64
	best    []int
	cost    int64 // of best, never without one
	lower   int64 // proven: no assignment costs less
	rest    shape // the problem without pairs that no assignment as cheap as best can use
	l       *lagrange
	u       []int64   // multipliers of all jobs
	worth   []float64 // prices of the agents' capacities
	fix     fixer
	sight   *sight // nil: to be made anew
	tree    *forest
	step    int64   // how far above the bound the tree asks
	span    float64 // agents of a group, where that is more than size says
	home    elite   // what groups start from: the best assignment, or another good one
	away    bool    // it is another
	open    int64   // what the best costs above the bound as a round begins: the tree raises the bound meanwhile
	good    []elite // the best assignments of a small question
	gains   float64 // how often mixing is worth its time, at most 1
	blend   float64 // how much of the gap pairs may lift the bound that are mixed with theirs
	quiet   int     // rounds without a better assignment
	shake   shaking
	ways    [2]odds  // of dives and of trees on groups of a large question
	columns bool     // this round's groups are placed by columns
	yields  [2]yield // of other rounds and of such
	ahead   int64    // what a narrowed search has gained and not handed back yet
	empty   bool     // proven: there is no assignment
}

// Solve searches until the time, the rounds, the target gap, a proof, or the context ends it.
func Solve(ctx context.Context, a *plan.Assignment, opt Options) *Outcome {
	start := clock()
	if opt.Time == 0 && opt.Iterations == 0 {
		opt.Time = 10 * time.Second
	}
	if opt.Workers == 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	if a.Jobs() == 0 {
		return &Outcome{Agent: []int{}, Feasible: true, Status: plan.StatusOptimal, Method: method}
	}
	r := newRun(ctx, opt, a, internal(a))
	r.start, r.rng = start, rand.New(rand.NewPCG(opt.Seed, 0x676170)) //nolint:gosec // a search must be repeatable
	if bad := r.impossible(); len(bad) > 0 {
		return &Outcome{Agent: none(a.Jobs()), Impossible: bad, Status: plan.StatusInfeasible, Method: method}
	}
	r.search()
	return r.outcome()
}

// newRun is a search of a problem, the question or a part of it, before its first step.
func newRun(ctx context.Context, opt Options, a *plan.Assignment, p *problem) *run {
	return &run{ctx: ctx, opt: opt, a: a, p: p, by: p.choices(), cost: never, lower: math.MinInt64 / 4, step: 1, gains: 0.5}
}

func none(n int) []int {
	agent := make([]int, n)
	for j := range agent {
		agent[j] = -1
	}
	return agent
}

func (r *run) impossible() []int {
	var bad []int
	for j := range r.by {
		if len(r.by[j]) == 0 {
			bad = append(bad, j)
		}
	}
	return bad
}

func (r *run) late(share float64) bool {
	return r.ctx.Err() != nil || r.opt.Iterations > 0 && float64(r.count) >= share*float64(r.opt.Iterations) ||
		r.opt.Time > 0 && clock().Sub(r.start).Seconds() >= share*r.opt.Time.Seconds()
}

// stop is asked inside a round; counted rounds always end.
func (r *run) stop() bool {
	return r.ctx.Err() != nil || r.opt.Time > 0 && clock().Sub(r.start) > r.opt.Time
}

func (r *run) search() {
	r.rest = shape{p: r.p}
	u, worth := start(r.p)
	r.worth = worth
	r.l = newLagrange(r.p, u, 1, r.opt.Workers)
	if agent, cost, ok := r.repair(none(r.p.jobs())); ok {
		r.best, r.cost = agent, cost
		r.polish()
	}
	r.ascend()
	r.climb(400, 0.2)
	r.u = slices.Clone(r.l.best)
	for k := 0; k < 2 && !r.done() && !r.late(0.4); k++ {
		p, parts := r.p, 6
		if r.wide() { // a wrong choice costs little each, but many are made
			r.look()
			p, parts = r.near(), 12
		}
		agent, cost, complete := dive(p, r.u, style{40, 24, parts, little, 0}, r.cost, r.rng, r.opt.Workers, r.stop)
		r.count += 5
		if !complete {
			agent, cost, complete = r.finish(agent)
		}
		r.take(agent, cost, complete)
		if k == 1 || !r.wide() {
			r.shrink()
		}
	}
	r.report()
	if r.thin() && len(r.p.rows) <= broad && r.best != nil {
		r.drafts()
	}
	r.rounds(math.MaxInt)
}

// rounds goes on with a first assignment, or looks for one, until the end or so many rounds found nothing better.
func (r *run) rounds(quiet int) {
	for round := 0; !r.late(1) && !r.done() && r.quiet < quiet; round++ {
		r.count++
		if r.best == nil {
			agent, cost, ok := r.repair(none(r.p.jobs()))
			if r.take(agent, cost, ok); !ok {
				r.any()
			}
			r.shrink()
			if r.empty {
				return
			}
			continue
		}
		narrowed := r.narrow()
		r.round(round)
		if narrowed || round%r.pause() == 7 {
			r.shrink()
			r.climb(max(15, r.pause()/2), 1)
		}
		r.report()
	}
}

// any walks a tree for just any assignment, where repairing finds none. Walked through, it proves that there is none.
func (r *run) any() {
	if r.tree == nil {
		most := int64(1)
		for _, list := range r.by {
			dear := int64(math.MinInt64)
			for _, c := range list {
				dear = max(dear, c.cost)
			}
			most += dear
		}
		r.tree = newForest(r.p, r.l.best, most)
	}
	r.tree.walk(50, r.opt.Workers, r.stop)
	if t := r.tree.found; t != nil {
		r.best, r.cost = r.agents(t), r.tree.cost
		r.polish()
		r.tree = nil
	} else if r.tree.done() {
		r.empty = true
	}
}

// repair completes a partial assignment of the whole problem.
func (r *run) repair(agent []int) ([]int, int64, bool) {
	return repair(r.p, r.by, agent, r.worth, r.rng, r.stop)
}

// take keeps an assignment that is better than the best.
func (r *run) take(agent []int, cost int64, complete bool) {
	if !complete || cost >= r.cost {
		return
	}
	r.best, r.cost, r.quiet = agent, cost, 0
	r.polish()
}

// shrink drops what no assignment as cheap as the best can use and goes on with the rest.
func (r *run) shrink() {
	if r.best == nil || r.done() {
		return
	}
	s := r.rest
	s.u = r.l.best
	before := s.p.pairs()
	if !r.fix.reduce(&s, r.cost+1) { // every assignment costs more: cannot be, best is one
		return
	}
	if s.p.pairs() > before*95/100 {
		return
	}
	for k, x := range r.l.best {
		r.u[r.rest.p.id[k]] = x
	}
	theta := max(r.l.theta, 0.05)
	r.rest, r.sight = s, nil
	r.l = newLagrange(s.p, s.u, theta, r.opt.Workers)
	if s.p.jobs() == 0 {
		r.lower = max(r.lower, min(r.cost, s.base))
	}
}

// climb improves the bound by some steps.
func (r *run) climb(steps int, share float64) {
	for k := 0; k < steps && !r.late(share) && !r.done() && (r.l.theta > 0.005 || k == 0) && r.rest.p.jobs() > 0; k++ {
		r.ascend()
	}
}

// ascend is one step of the bound.
func (r *run) ascend() {
	target := r.l.bound + scale
	if r.cost != never {
		target = (r.cost - r.rest.base) * scale
	}
	r.l.iterate(target, 0.9)
	r.count++
	r.lower = max(r.lower, min(r.cost, r.rest.base+ceil256(r.l.bound)))
	if r.l.whole {
		agent := r.agents(r.l.trail(r.rest.trail))
		r.take(agent, r.price(agent), true)
	}
}

// agents writes a complete trail as an assignment.
func (r *run) agents(t *fixedPair) []int {
	agent := none(r.p.jobs())
	t.write(agent)
	return agent
}

func (r *run) done() bool {
	if r.cost == never {
		return false
	}
	gap := r.cost - r.lower
	base := math.Abs(float64(min(r.cost, r.lower)))
	if !r.a.Minimise {
		base = math.Abs(float64(r.cost))
	}
	return gap <= 0 || r.opt.TargetGap > 0 && float64(gap) <= r.opt.TargetGap*base
}

// probe walks the tree by some nodes and gives a better assignment, where it finds one, for the caller to take. A tree that is walked through proves
// that nothing costs less than its cut.
func (r *run) probe(nodes int) (better elite) {
	better.cost = r.cost
	for nodes > 0 && r.lower < better.cost {
		if r.tree == nil {
			r.tree = newForest(r.rest.p, r.rest.u, min(better.cost, r.lower+r.step))
			root := &r.tree.parts[0].stack[0].shape
			root.base, root.trail, root.u = r.rest.base, r.rest.trail, slices.Clone(r.l.best)
		}
		t := r.tree
		had := t.nodes
		t.walk(nodes, r.opt.Workers, r.stop)
		nodes -= max(1, t.nodes-had)
		if t.found != nil {
			agent := r.agents(t.found)
			t.found = nil
			if t.cost < better.cost {
				better = elite{agent, t.cost}
			}
		}
		switch {
		case t.done():
			r.lower = max(r.lower, min(t.cut, better.cost))
			r.tree = nil
			if r.step *= 2; t.nodes > 20 {
				r.step = 1
			}
		case t.nodes > 100 && r.step > 1:
			r.step, r.tree = 1, nil
		case r.stop():
			return better
		}
	}
	return better
}

func (r *run) report() {
	if r.opt.Progress == nil {
		return
	}
	o := r.outcome()
	r.opt.Progress(Progress{Feasible: o.Feasible, Objective: o.Objective, Bound: o.Bound, Iterations: r.count, Elapsed: o.Elapsed})
}

func (r *run) outcome() *Outcome {
	o := &Outcome{Agent: none(r.p.jobs()), Feasible: r.best != nil, Status: plan.StatusTime, Method: method, Iterations: r.count, Elapsed: clock().Sub(r.start)}
	o.Bound, o.Objective = r.lower, r.cost-r.ahead
	if r.best != nil {
		copy(o.Agent, r.best)
		switch {
		case o.Objective <= o.Bound:
			o.Status = plan.StatusOptimal
		case r.done():
			o.Status = plan.StatusGap
		}
		for j, i := range o.Agent {
			if i >= len(r.a.Capacity) {
				o.Agent[j] = -1
			}
		}
	} else {
		o.Objective = 0
		if r.empty {
			o.Status = plan.StatusInfeasible
		}
	}
	if !r.a.Minimise {
		o.Bound, o.Objective = -o.Bound, -o.Objective
	}
	return o
}
