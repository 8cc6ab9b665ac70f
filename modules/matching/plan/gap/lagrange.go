package gap

import (
	"math"
	"math/rand/v2"
	"sync"
)

// problem is a minimisation in which every job has an agent; a part of a problem is one as well.
type problem struct {
	cost, weight [][]int64 // by agent and job; never marks a forbidden pair
	room         []int64
}

const never = math.MaxInt64

func (p *problem) jobs() int { return len(p.cost[0]) }

// lagrange is the bound's state: multipliers of the jobs in 1/256 of a cost unit. Any multipliers give a valid bound.
type lagrange struct {
	p       *problem
	u       []int64
	best    []int64
	bound   int64 // best, in 1/256
	theta   float64
	stale   int
	dir     []float64
	count   []int32
	freq    [][]float32 // how often an agent took a job lately
	packs   []knapsack
	values  []int64
	workers int
}

func newLagrange(p *problem, u []int64, theta float64, workers int) *lagrange {
	m, n := len(p.cost), p.jobs()
	l := &lagrange{p: p, u: u, best: make([]int64, n), bound: math.MinInt64, theta: theta, dir: make([]float64, n), count: make([]int32, n),
		freq: make([][]float32, m), packs: make([]knapsack, m), values: make([]int64, m), workers: workers}
	for i := range l.freq {
		l.freq[i] = make([]float32, n)
		l.packs[i].profit, l.packs[i].weight = make([]int64, n), p.weight[i]
	}
	copy(l.best, u)
	return l
}

// start gives multipliers near those of the linear relaxation: prices of the agents' capacities by a subgradient that costs one look
// at every pair, then what each job costs at its cheapest agent at these prices.
func start(p *problem) []int64 {
	m, n := len(p.cost), p.jobs()
	price, best, grad := make([]float64, m), make([]float64, m), make([]float64, m)
	cheap := make([]float64, n)
	top, theta, stale := math.Inf(-1), 1.0, 0
	for range 300 {
		for i := range grad {
			grad[i] = -float64(p.room[i])
		}
		value := 0.0
		for j := range n {
			at := -1
			for i := range m {
				if p.cost[i][j] == never {
					continue
				}
				if c := float64(p.cost[i][j]) + price[i]*float64(p.weight[i][j]); at < 0 || c < cheap[j] {
					at, cheap[j] = i, c
				}
			}
			if at >= 0 {
				value += cheap[j]
				grad[at] += float64(p.weight[at][j])
			}
		}
		norm := 0.0
		for i := range m {
			value -= price[i] * float64(p.room[i])
			if price[i] > 0 || grad[i] > 0 {
				norm += grad[i] * grad[i]
			}
		}
		if value > top {
			top, stale = value, 0
			copy(best, price)
		} else if stale++; stale >= 8 {
			theta, stale = theta*0.7, 0
			copy(price, best)
		}
		if norm == 0 {
			break
		}
		step := theta * (top - value + math.Abs(top)/50 + 1) / norm
		for i := range m {
			price[i] = max(0, price[i]+step*grad[i])
		}
	}
	u := make([]int64, n)
	for j := range u {
		at := math.Inf(1)
		for i := range m {
			if p.cost[i][j] != never {
				at = min(at, float64(p.cost[i][j])+best[i]*float64(p.weight[i][j]))
			}
		}
		if !math.IsInf(at, 1) {
			u[j] = int64(max(-1<<40, min(1<<40, at*scale)))
		}
	}
	return u
}

// iterate evaluates the bound in integers and takes one step towards target, in 1/256.
func (l *lagrange) iterate(target int64, decay float32) {
	m, n := len(l.p.cost), l.p.jobs()
	work := func(i int) {
		pack := &l.packs[i]
		for j, c := range l.p.cost[i] {
			if c == never {
				pack.profit[j] = 0
			} else {
				pack.profit[j] = l.u[j] - c*scale
			}
		}
		l.values[i] = pack.solve(l.p.room[i])
	}
	l.each(m, work)
	bound := int64(0)
	clear(l.count)
	for _, u := range l.u {
		bound += u
	}
	for i := range m {
		bound -= l.values[i]
		for j, taken := range l.packs[i].take {
			f := &l.freq[i][j]
			*f *= decay
			if taken {
				l.count[j]++
				*f++
			}
		}
	}
	if bound > l.bound {
		l.bound = bound
		copy(l.best, l.u)
		l.stale = 0
	} else if l.stale++; l.stale >= 15 {
		l.stale = 0
		l.theta *= 0.7
		copy(l.u, l.best)
	}
	norm := 0.0
	for j := range n {
		g := float64(1-l.count[j]) + 0.5*l.dir[j]
		l.dir[j] = g
		norm += g * g
	}
	// A target far above the bound makes wild steps: aim at most half a percent above the best bound.
	target = min(target, l.bound+max(l.bound, -l.bound)/200+scale)
	step := l.theta * max(float64(target-bound), scale) / max(norm, 1)
	for j := range n {
		const most = 1 << 40 // keeps every sum of multipliers inside 63 bits
		l.u[j] = int64(math.Round(max(-most, min(most, float64(l.u[j])+step*l.dir[j]))))
	}
}

func (l *lagrange) each(n int, fn func(i int)) {
	if l.workers <= 1 {
		for i := range n {
			fn(i)
		}
		return
	}
	parallel(l.workers, n, fn)
}

func parallel(workers, n int, fn func(k int)) {
	var wg sync.WaitGroup
	next := make(chan int, n)
	for k := range n {
		next <- k
	}
	close(next)
	for range workers {
		wg.Go(func() {
			for k := range next {
				fn(k)
			}
		})
	}
	wg.Wait()
}

// floor256 and ceil256 leave the scale.
func ceil256(x int64) int64 { return -((-x) >> 8) }

// dive builds an assignment along the bound: some steps, then the jobs on which the agents agree most are fixed, and again on what
// is left. It gives up when the bound passes the cost to beat. agent is -1 for jobs that found no place.
func dive(p *problem, u []int64, first, later int, beat int64, rng *rand.Rand, workers int, stop func() bool) (agent []int, cost int64, complete bool) {
	n := p.jobs()
	agent = make([]int, n)
	open := make([]int, n)
	for j := range agent {
		agent[j], open[j] = -1, j
	}
	room := append([]int64(nil), p.room...)
	mult := append([]int64(nil), u...)
	for steps := first; len(open) > 0; steps = later {
		if stop() {
			return agent, cost, false
		}
		sub := restrict(p, open, room)
		for _, u := range sub.u {
			if u {
				return agent, cost, false // a job fits nowhere
			}
		}
		um := make([]int64, len(open))
		for k, j := range open {
			um[k] = mult[j]
		}
		l := newLagrange(&sub.problem, um, 0.3, workers)
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
		for k, j := range open {
			mult[j] = l.best[k]
		}
		cost += fix(p, sub, l, open, agent, room, max(1, len(open)/6), rng)
		rest := open[:0]
		for _, j := range open {
			if agent[j] < 0 {
				rest = append(rest, j)
			}
		}
		if len(rest) == len(open) && len(rest) == n {
			return agent, cost, false
		}
		open = rest
	}
	return agent, cost, true
}

type part struct {
	problem
	u []bool // the job fits nowhere
}

// restrict makes the problem of the open jobs in the room that is left.
func restrict(p *problem, open []int, room []int64) *part {
	s := &part{u: make([]bool, len(open))}
	s.room = room
	for k := range s.u {
		s.u[k] = true
	}
	for i := range p.cost {
		cost, weight := make([]int64, len(open)), make([]int64, len(open))
		for k, j := range open {
			cost[k], weight[k] = p.cost[i][j], p.weight[i][j]
			if weight[k] > room[i] {
				cost[k] = never
			}
			if cost[k] != never {
				s.u[k] = false
			}
		}
		s.cost, s.weight = append(s.cost, cost), append(s.weight, weight)
	}
	return s
}
