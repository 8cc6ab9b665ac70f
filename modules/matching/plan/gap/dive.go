package gap

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// style is how a dive goes about: steps of the bound at first and later, in how many parts the jobs are fixed, how much luck decides which, and how many
// nodes of a tree are looked at for the last third of them, at each part.
type style struct {
	first, later, parts int
	luck                float64
	nodes               int
}

// little luck only decides between jobs on which the agents agree alike.
const little = 0.05

// dive builds an assignment along the bound: some steps, then one in so many parts of the jobs is fixed, those on which the agents agree most, and
// again on what is left. It gives up when the bound passes the cost to beat. agent is by job of the problem, -1 for jobs that found no place.
func dive(p *problem, u []int64, way style, beat int64, rng *rand.Rand, workers int, stop func() bool) (agent []int, cost int64, complete bool) {
	d := newDescent(p, u, workers)
	var fix fixer
	for steps := way.first; d.open > 0; steps = way.later {
		if stop() || !d.ascend(steps, beat) {
			return d.agent, d.cost, false
		}
		// The bound hardly rises before the last third: until then the agents agree. What is lost is lost there, so a tree looks further.
		if way.nodes > 0 && d.open <= p.jobs()/3 {
			t := newTree(d.part, d.l.best, beat-d.cost, brisk, &fix)
			if t.walk(way.nodes, stop); t.found != nil {
				return d.closed(t), d.cost + t.cost, true
			} else if t.done() {
				return d.agent, d.cost, false
			}
		}
		d.fix(max(1, d.open/way.parts), way.luck, nil, rng)
	}
	return d.agent, d.cost, true
}

// descent fixes jobs of a problem, some at a time, along the bound of those that are open.
type descent struct {
	p      *problem
	agent  []int   // by job of the problem, -1: open
	number []int32 // of each job in part, -1: fixed
	back   []int32 // each job of part in the problem
	room   []int64 // that the fixed jobs leave
	u      []int64
	open   int
	cost   int64    // of the fixed jobs
	part   *problem // the open jobs
	l      *lagrange
}

func newDescent(p *problem, u []int64, workers int) *descent {
	n := p.jobs()
	return &descent{p: p, agent: none(n), number: every(n), back: make([]int32, n), room: slices.Clone(p.room), u: slices.Clone(u), open: n,
		l: &lagrange{workers: workers}}
}

// ascend takes steps of the bound of the open jobs. It gives false when a job fits nowhere or everything costs at least beat.
func (d *descent) ascend(steps int, beat int64) (ok bool) {
	if d.part, ok = d.p.restrict(d.number, d.open, nil, d.room, nil); !ok {
		return false
	}
	u := make([]int64, d.open)
	for j, k := range d.number {
		if k >= 0 {
			u[k], d.back[k] = d.u[j], int32(j)
		}
	}
	d.l.begin(d.part, u, 0.3)
	target := (beat - d.cost) * scale
	if beat == never {
		target = 0
		for _, x := range u {
			target += x + x/20
		}
	}
	for s := range steps {
		decay := float32(0.93)
		if s < steps/2 {
			decay = 0.5
		}
		d.l.iterate(target, decay)
		if beat != never && d.cost+ceil256(d.l.bound) >= beat {
			return false
		}
	}
	for k, x := range d.l.best {
		d.u[d.back[k]] = x
	}
	return true
}

// fix places the jobs on which the agents agree most, with a guide only where its agents are; the rest waits for the next stage.
func (d *descent) fix(portion int, luck float64, guide []int, rng *rand.Rand) {
	type vote struct {
		job, agent   int32
		rank         float64
		cost, weight int64
	}
	votes := make([]vote, d.open)
	for k := range votes {
		votes[k] = vote{job: int32(k), agent: -1}
	}
	for i := range d.part.rows {
		r := &d.part.rows[i]
		for k, j := range r.job {
			rank := float64(d.l.freq[i][k]) - 1e-6*float64(r.cost[k]*scale-d.l.best[j])/scale + luck*rng.Float64()
			if best := &votes[j]; (best.agent < 0 || rank > best.rank) && (guide == nil || guide[d.back[j]] == i) {
				*best = vote{j, int32(i), rank, r.cost[k], r.weight[k]}
			}
		}
	}
	slices.SortFunc(votes, func(a, b vote) int { return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.job, b.job)) })
	placed := 0
	for _, v := range votes {
		if v.agent < 0 || v.weight > d.room[v.agent] {
			continue
		}
		j := d.back[v.job]
		d.agent[j], d.number[j] = int(v.agent), -1
		d.room[v.agent] -= v.weight
		d.cost += v.cost
		if placed++; placed >= portion {
			break
		}
	}
	d.open = 0
	for j, k := range d.number {
		if k >= 0 {
			d.number[j] = int32(d.open)
			d.open++
		}
	}
}

// closed gives all jobs' agents, the open ones as a tree placed them.
func (d *descent) closed(t *tree) []int {
	for f := t.found; f != nil; f = f.before {
		j, _ := slices.BinarySearch(d.p.id, f.job) // jobs keep their order
		d.agent[j] = int(f.agent)
	}
	return d.agent
}

// finish places the jobs that a dive left open. What a dive has placed leaves hardly any room, and pushing out for the last jobs costs more than all
// that the dive gained, so the jobs of some agents are distributed anew with them, until none is open.
func (r *run) finish(agent []int) ([]int, int64, bool) {
	m := len(r.p.rows)
	missing := count(agent, -1)
	for try := 0; try < 12 && m > 6 && !r.late(0.4); try++ {
		agents := r.rng.Perm(m)[:max(6, m/6)]
		slices.Sort(agents)
		keep := make([]int32, len(agent))
		var open []int32
		cost := int64(0)
		for j, i := range agent {
			keep[j] = -1
			if _, again := slices.BinarySearch(agents, i); i < 0 || again {
				keep[j] = int32(len(open))
				open = append(open, int32(j))
			} else {
				c, _ := r.at(j, i)
				cost += c.cost
			}
		}
		sub, ok := r.p.restrict(keep, len(open), agents, r.p.room, nil)
		if !ok {
			continue
		}
		u, beat := make([]int64, len(open)), int64(never)
		for k, j := range open {
			u[k] = r.u[j]
		}
		if r.cost != never {
			beat = r.cost - cost
		}
		part, more, complete := dive(sub, u, style{40, 24, 12, little, 0}, beat, r.rng, r.opt.Workers, r.stop)
		r.count++
		if left := count(part, -1); left <= missing {
			missing = left
			for k, j := range open {
				agent[j] = -1
				if part[k] >= 0 {
					agent[j] = agents[part[k]]
				}
			}
		}
		if complete {
			return agent, cost + more, true
		}
	}
	return r.repair(agent)
}

func count(list []int, x int) (n int) {
	for _, y := range list {
		if y == x {
			n++
		}
	}
	return n
}
