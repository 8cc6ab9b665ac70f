package solve

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
	Iterations int64 // a limit in steps instead of time: the same plan on every machine, whatever the number of cores
	Seed       uint64
	TargetGap  float64 // stop when proven, as a fraction
	Fixed      []Fixed
	Warm       *Warm // start from an earlier outcome of a similar instance
	Workers    int   // 0: as many as processors
	Progress   func(Progress)
}

// Warm are the prices of an earlier outcome, by row name and initiative.
type Warm struct {
	Prices map[string]map[string]float64
}

// Progress is where a search stands; Objective never falls and Bound never rises.
type Progress struct {
	Objective  int64 // millionths of a weighted unit
	Bound      int64
	Feasible   bool // every must-assign need is served
	Iterations int64
	Elapsed    time.Duration
}

// Outcome is a plan with its certificate.
type Outcome struct {
	Units       []int32 // by pair of the instance
	Feasible    bool
	Objective   int64 // exact, millionths of a weighted unit
	Bound       int64 // no plan is above it; where floors come first: no plan with as many floors
	Method      string
	Status      string
	FloorAtMost int // villages whose floor any plan could reach together; only where floors come first
	Prices      *Warm
	Iterations  int64
	Elapsed     time.Duration
}

// LargeGC is the collector's percentage (GOGC) for a process that solves a question of Large pairs or more: most of its memory is the question
// itself, and twice that would be wasted on garbage.
const (
	Large   = 1_000_000
	LargeGC = 15
)

// clock tells the time; benchmarks on a busy machine count processor time.
var clock = time.Now

// perEpoch is what one round of chains over a plan counts in Options.Iterations; an iteration of the bound counts 1.
const perEpoch = 4

type run struct {
	ctx     context.Context
	in      *plan.Instance
	opt     Options
	aim     *aim
	md      *model
	dual    *dual
	rng     *rand.Rand
	start   time.Time
	count   int64
	x       []int32 // present plan by edge of the model
	best    []int32
	bestVal int64 // of the aim
	bound   int64 // of the aim
	pinned  []int32
	rounds  int       // in which cuts may still be looked for
	herd    [][]int32 // plans that a small question improves side by side
}

// Solve searches a plan until the time, the iterations, the target gap, or the context ends it; a cancelled context gives the best
// plan so far. The only errors come from fixed lines that do not fit.
func Solve(ctx context.Context, in *plan.Instance, opt Options) (*Outcome, error) {
	if opt.Time == 0 && opt.Iterations == 0 {
		opt.Time = 10 * time.Second
	}
	if opt.Workers == 0 {
		opt.Workers = runtime.GOMAXPROCS(0)
	}
	pinned, err := pins(in, opt.Fixed)
	if err != nil {
		return nil, err
	}
	r := &run{rounds: 8, ctx: ctx, in: in, opt: opt, start: clock(), rng: rand.New(rand.NewPCG(opt.Seed, 0x706c616e)), pinned: pinned} //nolint:gosec // a search must be repeatable
	r.aim = &aim{in: in, own: true}
	most := 0
	if in.Floor == plan.FloorLexicographic {
		if most, err = r.floors(); err != nil {
			return nil, err
		}
		r.aim.floor = r.surcharge()
	}
	r.aim.must = r.mustCharge()
	if r.md, err = compile(r.aim, pinned); err != nil {
		return nil, err
	}
	r.search()
	return r.outcome(most), nil
}

// mustCharge is the surcharge of a unit of a must-assign need: more than any other use of the means could bring.
func (r *run) mustCharge() int64 {
	must, best := false, int64(0)
	for j := range r.in.Needs {
		must = must || r.in.Needs[j].Must
	}
	if !must {
		return 0
	}
	for e := range r.in.Pairs {
		best = max(best, r.in.Pairs[e].Value)
	}
	return 20*best + plan.Micro
}

// surcharge makes a floor worth more than the units that it takes from others, usually; the bound is right for any surcharge.
func (r *run) surcharge() int64 {
	best := int64(plan.Micro)
	for v := range r.in.Villages {
		one := &r.in.Villages[v]
		value := int64(0)
		for e := r.in.First[one.First]; e < r.in.First[one.Behind]; e++ {
			value = max(value, r.in.Pairs[e].Value)
		}
		best = max(best, 2*min(value*min(one.Floor, 1<<20), 1<<50))
	}
	return min(best, (1<<60)/int64(max(1, len(r.in.Villages))))
}

// floors bounds the number of floors that can be reached together: the same Lagrangian with only the floors as aim.
func (r *run) floors() (int, error) {
	a := &aim{in: r.in, noValues: true, floor: plan.Micro}
	md, err := compile(a, r.pinned)
	if err != nil {
		return 0, err
	}
	d := newDual(md, r.opt.Workers)
	best := md.certificate(a, &d.pool, d.best, r.opt.Workers)
	for k := 0; k < 60 && !r.late(0.1); k++ {
		d.iterate(0)
		r.count++
	}
	best = min(best, md.certificate(a, &d.pool, d.best, r.opt.Workers))
	return int(best / plan.Micro), nil
}

// late tells whether a share of the allowed time or iterations is used up.
func (r *run) late(share float64) bool {
	if r.ctx.Err() != nil {
		return true
	}
	if r.opt.Iterations > 0 && float64(r.count) >= share*float64(r.opt.Iterations) {
		return true
	}
	return r.opt.Time > 0 && clock().Sub(r.start).Seconds() >= share*r.opt.Time.Seconds()
}

func (r *run) progress() float64 {
	p := 0.0
	if r.opt.Iterations > 0 {
		p = float64(r.count) / float64(r.opt.Iterations)
	}
	if r.opt.Time > 0 {
		p = max(p, clock().Sub(r.start).Seconds()/r.opt.Time.Seconds())
	}
	return min(1, p)
}

// ascent is the share of the time that the bound has before the first plan. Its steps shrink in that time: where few fit, waiting until they no
// longer gain would leave them too long.
const ascent = 0.27

func (r *run) search() {
	md := r.md
	r.x, r.best = make([]int32, len(md.edges)), make([]int32, len(md.edges))
	r.bestVal = r.value(r.best)
	r.dual = newDual(md, r.opt.Workers)
	if r.opt.Warm != nil {
		r.warm()
	}
	r.bound = md.certificate(r.aim, &r.dual.pool, r.dual.price, r.opt.Workers)
	begun := r.progress()
	for k := 0; k < 700 && !r.late(ascent) && (r.dual.theta > 0.02 || k < 60); k++ {
		r.dual.theta = min(r.dual.theta, 1.5*math.Pow(0.01, (r.progress()-begun)/(ascent-begun)))
		r.dual.iterate(r.bestAim())
		r.count++
	}
	r.certify()
	r.round()
	r.keep()
	r.report()
	for epoch := 0; !r.late(1) && !r.done(); epoch++ {
		r.epoch()
		r.count += perEpoch * int64(max(1, len(r.herd)))
		r.keep()
		r.tighten()
		r.report()
	}
	r.certify()
}

// steps is how many steps of the bound follow a round of chains.
const steps = 6

// tighten takes steps of the bound, after each round of chains. Where prices no longer gain, cuts are looked for, with a price each.
func (r *run) tighten() {
	if r.dual.theta < 1e-3 {
		if r.rounds == 0 || r.dual.separate() == 0 {
			return
		}
		r.rounds--
		r.dual.theta = 0.3
	}
	for k := 0; k < steps && !r.late(1); k++ {
		r.dual.iterate(r.bestAim())
		r.count++
	}
	r.certify()
}

func (r *run) bestAim() float64 { return float64(r.bestVal) / plan.Micro }

func (r *run) certify() {
	r.bound = min(r.bound, r.md.certificate(r.aim, &r.dual.pool, r.dual.best, r.opt.Workers))
	r.dual.choose()
}

func (r *run) done() bool {
	lower := r.bestVal - r.earned(r.best)
	gap := float64(r.bound - r.bestVal)
	return gap <= 0 || r.opt.TargetGap > 0 && gap <= r.opt.TargetGap*float64(lower) && r.feasible(r.best)
}

func (r *run) report() {
	if r.opt.Progress == nil {
		return
	}
	shift := r.earned(r.best)
	r.opt.Progress(Progress{Objective: r.bestVal - shift, Bound: r.bound - shift, Feasible: r.feasible(r.best), Iterations: r.count, Elapsed: clock().Sub(r.start)})
}

// value is the aim of a plan, exact.
func (r *run) value(x []int32) int64 {
	sum := r.md.constant
	for v := range r.md.villages {
		vil := &r.md.villages[v]
		var served int64
		for e := r.md.first[vil.first]; e < r.md.first[vil.behind]; e++ {
			if x[e] != 0 {
				served += int64(x[e])
				sum += r.aim.value(r.md.id[e]) * int64(x[e])
			}
		}
		if vil.floor > 0 && served >= vil.floor {
			sum += r.aim.bonus(v)
		}
	}
	return sum
}

func (r *run) keep() {
	if v := r.value(r.x); v > r.bestVal {
		r.bestVal = v
		copy(r.best, r.x)
	}
}

// round makes a plan of the averaged subproblem solutions: pairs by their average share, then what the prices like.
func (r *run) round() {
	md := r.md
	s := newSearch(md, r.dual, 0, nil, r.rng)
	type ranked struct {
		e    int32
		rank float32
	}
	steepest := func(a, b ranked) int { return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.e, b.e)) }
	var wishes []ranked
	for e, sum := range r.dual.average {
		if sum <= 0 || r.dual.total <= 0 {
			continue
		}
		if share := sum / r.dual.total / float32(md.edges[e].u); share > 0.02 {
			wishes = append(wishes, ranked{int32(e), share})
		}
	}
	slices.SortFunc(wishes, steepest)
	for _, w := range wishes {
		ed := &md.edges[w.e]
		x := int32(math.Round(float64(w.rank) * float64(ed.u)))
		switch {
		case w.rank >= 0.85:
			x = ed.u
		case x < ed.l && float64(x) < 0.5*float64(ed.l):
			continue
		case x < ed.l:
			x = ed.l
		}
		if x = min(x, s.demand(w.e)); x < ed.l {
			continue
		}
		if x = s.afford(w.e, x); x > 0 {
			s.put(w.e, x)
		}
	}
	gains := wishes[:0]
	for e := range md.edges {
		if worth := s.worth(int32(e), md.edges[e].u); worth > 0 && s.afford(int32(e), s.demand(int32(e))) > s.x[e] {
			gains = append(gains, ranked{int32(e), float32(worth)})
		}
	}
	slices.SortFunc(gains, steepest)
	order := make([]int32, len(gains))
	for k := range gains {
		order[k] = gains[k].e
	}
	s.fill(order, 0)
	for j := range md.needs {
		s.log = s.log[:0]
		s.place(int32(j))
	}
	for i := range md.m {
		for range 3 {
			s.log = s.log[:0]
			s.refill(int32(i))
		}
	}
	copy(r.x, s.x)
}
