package gap

import (
	"cmp"
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

const method = "Lagrangian on assignment, knapsacks exact, integers"

type run struct {
	ctx    context.Context
	opt    Options
	a      *plan.Assignment
	p      *problem
	rng    *rand.Rand
	start  time.Time
	count  int64
	l      *lagrange
	best   []int
	cost   int64 // of best, never without one
	u      []int64
	misses int
}

// Solve searches until the time, the rounds, the target gap, a proof, or the context ends it.
func Solve(ctx context.Context, a *plan.Assignment, opt Options) *Outcome {
	if opt.Time == 0 && opt.Iterations == 0 {
		opt.Time = 10 * time.Second
	}
	if opt.Workers == 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	r := &run{ctx: ctx, opt: opt, a: a, start: time.Now(), cost: never, rng: rand.New(rand.NewPCG(opt.Seed, 0x676170))} //nolint:gosec // a search must be repeatable
	if a.Jobs() == 0 {
		return &Outcome{Agent: []int{}, Feasible: true, Status: plan.StatusOptimal, Method: method}
	}
	r.p = internal(a)
	if bad := r.impossible(); len(bad) > 0 {
		return &Outcome{Agent: none(a.Jobs()), Impossible: bad, Status: plan.StatusInfeasible, Method: method}
	}
	r.search()
	return r.outcome()
}

func none(n int) []int {
	agent := make([]int, n)
	for j := range agent {
		agent[j] = -1
	}
	return agent
}

// internal makes the minimisation in which every job has an agent: values change their sign, and a job that may stay open gets an
// agent more that takes everything for nothing.
func internal(a *plan.Assignment) *problem {
	p := &problem{room: slices.Clone(a.Capacity)}
	for i := range a.Value {
		cost := make([]int64, a.Jobs())
		for j, v := range a.Value[i] {
			switch {
			case v == plan.Forbidden || a.Weight[i][j] > a.Capacity[i]:
				cost[j] = never
			case a.Minimise:
				cost[j] = v
			default:
				cost[j] = -v
			}
		}
		p.cost, p.weight = append(p.cost, cost), append(p.weight, a.Weight[i])
	}
	if !a.Exactly {
		p.cost, p.weight, p.room = append(p.cost, make([]int64, a.Jobs())), append(p.weight, make([]int64, a.Jobs())), append(p.room, 0)
	}
	return p
}

func (r *run) impossible() []int {
	var bad []int
	for j := range r.p.jobs() {
		if !slices.ContainsFunc(r.p.cost, func(row []int64) bool { return row[j] != never }) {
			bad = append(bad, j)
		}
	}
	return bad
}

func (r *run) late(share float64) bool {
	return r.ctx.Err() != nil || r.opt.Iterations > 0 && float64(r.count) >= share*float64(r.opt.Iterations) ||
		r.opt.Time > 0 && time.Since(r.start).Seconds() >= share*r.opt.Time.Seconds()
}

// stop is asked inside a round; counted rounds always end.
func (r *run) stop() bool {
	return r.ctx.Err() != nil || r.opt.Time > 0 && time.Since(r.start) > r.opt.Time
}

func (r *run) search() {
	r.l = newLagrange(r.p, start(r.p), 1, r.opt.Workers)
	if agent, cost, ok := r.repair(none(r.p.jobs())); ok {
		r.best, r.cost = agent, cost
		r.polish()
	}
	r.climb(600, 0.25)
	r.u = slices.Clone(r.l.best)
	for k := 0; k < 3 && !r.done() && !r.late(0.45); k++ {
		agent, cost, complete := dive(r.p, r.u, 40, 24, r.cost, r.rng, r.opt.Workers, r.stop)
		r.count += 5
		if !complete {
			agent, cost, complete = r.repair(agent)
		}
		if complete && cost < r.cost {
			r.best, r.cost = agent, cost
		}
	}
	r.report()
	for round := 0; !r.late(1) && !r.done(); round++ {
		if r.best == nil {
			if agent, cost, ok := r.repair(none(r.p.jobs())); ok {
				r.best, r.cost = agent, cost
			}
		} else {
			r.groups(round)
			r.polish()
		}
		r.count++
		if round%8 == 7 && r.l.theta > 0.002 {
			r.climb(15, 1)
		}
		r.report()
	}
}

// climb improves the bound by some steps.
func (r *run) climb(steps int, share float64) {
	for k := 0; k < steps && !r.late(share) && !r.done() && (r.l.theta > 0.005 || k == 0); k++ {
		target := r.l.bound + scale
		if r.cost != never {
			target = r.cost * scale
		}
		r.l.iterate(target, 0.9)
		r.count++
	}
}

func (r *run) bound() int64 { return ceil256(r.l.bound) }

func (r *run) done() bool {
	if r.cost == never || r.l.bound == math.MinInt64 {
		return false
	}
	gap := r.cost - r.bound()
	base := math.Abs(float64(min(r.cost, r.bound())))
	if !r.a.Minimise {
		base = math.Abs(float64(r.cost))
	}
	return gap <= 0 || r.opt.TargetGap > 0 && float64(gap) <= r.opt.TargetGap*base
}

// groups draws disjoint groups of agents and dives on each group's jobs; where the dive is better, it is kept. Groups share nothing,
// so they run side by side.
func (r *run) groups(round int) {
	m := len(r.p.cost)
	size := 3 + (round+r.misses/6)%6
	if size > m {
		size = m
	}
	order := r.rng.Perm(m)
	type outcome struct {
		jobs  []int
		agent []int
		cost  int64
		old   int64
		ok    bool
	}
	results := make([]outcome, (m+size-1)/size)
	seeds := make([]uint64, len(results))
	for g := range seeds {
		seeds[g] = r.rng.Uint64()
	}
	work := func(g int) {
		agents := order[g*size : min(m, (g+1)*size)]
		o := &results[g]
		rng := rand.New(rand.NewPCG(seeds[g], uint64(g))) //nolint:gosec // a search must be repeatable
		slices.Sort(agents)
		for j, i := range r.best {
			if slices.Contains(agents, i) {
				o.jobs = append(o.jobs, j)
				o.old += r.p.cost[i][j]
			}
		}
		if len(o.jobs) < 2 || len(agents) < 2 {
			return
		}
		sub := &problem{}
		for _, i := range agents {
			cost, weight := make([]int64, len(o.jobs)), make([]int64, len(o.jobs))
			for k, j := range o.jobs {
				cost[k], weight[k] = r.p.cost[i][j], r.p.weight[i][j]
			}
			sub.cost, sub.weight, sub.room = append(sub.cost, cost), append(sub.weight, weight), append(sub.room, r.p.room[i])
		}
		u := make([]int64, len(o.jobs))
		for k, j := range o.jobs {
			u[k] = r.u[j] + rng.Int64N(scale/2) - scale/4
		}
		o.agent, o.cost, o.ok = dive(sub, u, 10, 4, o.old+1, rng, 1, r.stop)
		for k := range o.agent {
			if o.ok {
				o.agent[k] = agents[o.agent[k]]
			}
		}
	}
	parallel(r.opt.Workers, len(results), work)
	better := false
	for _, o := range results {
		if o.ok && o.cost <= o.old {
			better = better || o.cost < o.old
			for k, j := range o.jobs {
				r.best[j] = o.agent[k]
			}
			r.cost += o.cost - o.old
		}
	}
	if better {
		r.misses = 0
	} else {
		r.misses++
	}
}

// fix places the jobs on which the agents agree most; the rest waits for the next stage of the dive.
func fix(p *problem, sub *part, l *lagrange, open, agent []int, room []int64, portion int, rng *rand.Rand) (cost int64) {
	type vote struct {
		k, i int
		rank float64
	}
	votes := make([]vote, 0, len(open))
	for k := range open {
		best := vote{k: k, i: -1}
		for i := range sub.cost {
			if sub.cost[i][k] == never {
				continue
			}
			rank := float64(l.freq[i][k]) - 1e-6*float64(sub.cost[i][k]*scale-l.best[k])/scale + 0.05*rng.Float64()
			if best.i < 0 || rank > best.rank {
				best.i, best.rank = i, rank
			}
		}
		votes = append(votes, best)
	}
	slices.SortFunc(votes, func(a, b vote) int { return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.k, b.k)) })
	placed := 0
	for _, v := range votes {
		j := open[v.k]
		if v.i < 0 || p.weight[v.i][j] > room[v.i] {
			continue
		}
		agent[j] = v.i
		room[v.i] -= p.weight[v.i][j]
		cost += p.cost[v.i][j]
		if placed++; placed >= portion {
			break
		}
	}
	return cost
}

func (r *run) report() {
	if r.opt.Progress == nil {
		return
	}
	o := r.outcome()
	r.opt.Progress(Progress{Feasible: o.Feasible, Objective: o.Objective, Bound: o.Bound, Iterations: r.count, Elapsed: o.Elapsed})
}

func (r *run) outcome() *Outcome {
	o := &Outcome{Agent: none(r.p.jobs()), Feasible: r.best != nil, Status: plan.StatusTime, Method: method, Iterations: r.count, Elapsed: time.Since(r.start)}
	o.Bound, o.Objective = r.bound(), r.cost
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
	}
	if !r.a.Minimise {
		o.Bound, o.Objective = -o.Bound, -o.Objective
	}
	return o
}
