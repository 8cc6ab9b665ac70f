package gap

import (
	"cmp"
	"math/rand/v2"
	"slices"
)

// style is how a dive goes about: steps of the bound at first and later, in how many parts the jobs are fixed, and how much luck decides which.
type style struct {
	first, later, parts int
	luck                float64
}

// little luck only decides between jobs on which the agents agree alike.
const little = 0.05

// dive builds an assignment along the bound: some steps, then one in so many parts of the jobs is fixed, those on which the agents agree most, and
// again on what is left. It gives up when the bound passes the cost to beat. agent is by job of the problem, -1 for jobs that found no place.
func dive(p *problem, u []int64, way style, beat int64, rng *rand.Rand, workers int, stop func() bool) (agent []int, cost int64, complete bool) {
	n := p.jobs()
	agent = make([]int, n)
	number := make([]int32, n) // of the open jobs in the part, -1: placed
	for j := range agent {
		agent[j], number[j] = -1, int32(j)
	}
	open := n
	room := append([]int64(nil), p.room...)
	mult := append([]int64(nil), u...)
	back := make([]int32, n)
	l := &lagrange{workers: workers}
	for steps := way.first; open > 0; steps = way.later {
		if stop() {
			return agent, cost, false
		}
		sub, ok := p.restrict(number, open, nil, room, nil)
		if !ok {
			return agent, cost, false // a job fits nowhere
		}
		um := make([]int64, open)
		for j, k := range number {
			if k >= 0 {
				um[k], back[k] = mult[j], int32(j)
			}
		}
		l.begin(sub, um, 0.3)
		target := (beat - cost) * scale
		if beat == never {
			target = 0
			for _, x := range um {
				target += x + x/20
			}
		}
		for s := range steps {
			decay := float32(0.93)
			if s < steps/2 {
				decay = 0.5
			}
			l.iterate(target, decay)
			if beat != never && cost+ceil256(l.bound) >= beat {
				return agent, cost, false
			}
		}
		for k, x := range l.best {
			mult[back[k]] = x
		}
		cost += fix(sub, l, back, agent, room, max(1, open/way.parts), way.luck, rng)
		before := open
		open = 0
		for j := range number {
			number[j] = -1
			if agent[j] < 0 {
				number[j] = int32(open)
				open++
			}
		}
		if open == before && open == n {
			return agent, cost, false
		}
	}
	return agent, cost, true
}

// fix places the jobs on which the agents agree most; the rest waits for the next stage of the dive.
func fix(sub *problem, l *lagrange, back []int32, agent []int, room []int64, portion int, luck float64, rng *rand.Rand) (cost int64) {
	type vote struct {
		job, agent   int32
		rank         float64
		cost, weight int64
	}
	votes := make([]vote, sub.jobs())
	for k := range votes {
		votes[k] = vote{job: int32(k), agent: -1}
	}
	for i := range sub.rows {
		r := &sub.rows[i]
		for k, j := range r.job {
			rank := float64(l.freq[i][k]) - 1e-6*float64(r.cost[k]*scale-l.best[j])/scale + luck*rng.Float64()
			if best := &votes[j]; best.agent < 0 || rank > best.rank {
				*best = vote{j, int32(i), rank, r.cost[k], r.weight[k]}
			}
		}
	}
	slices.SortFunc(votes, func(a, b vote) int { return cmp.Or(cmp.Compare(b.rank, a.rank), cmp.Compare(a.job, b.job)) })
	placed := 0
	for _, v := range votes {
		if v.agent < 0 || v.weight > room[v.agent] {
			continue
		}
		agent[back[v.job]] = int(v.agent)
		room[v.agent] -= v.weight
		cost += v.cost
		if placed++; placed >= portion {
			break
		}
	}
	return cost
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
		part, more, complete := dive(sub, u, style{40, 24, 12, little}, beat, r.rng, r.opt.Workers, r.stop)
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
