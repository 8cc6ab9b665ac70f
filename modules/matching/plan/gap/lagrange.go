package gap

import (
	"math"
	"sync"
)

// lagrange is the bound's state: multipliers of the jobs in 1/256 of a cost unit. Any multipliers give a valid bound.
type lagrange struct {
	p        *problem
	u        []int64
	best     []int64
	bound    int64 // best, in 1/256
	theta    float64
	stale    int
	dir      []float64
	count    []int32
	freq     [][]float32 // how often an agent took a job lately
	packs    []knapsack
	often    []float32 // all of freq, and what the knapsacks hold
	profit   []int64
	taken    []bool
	values   []int64
	workers  int
	patience int  // steps without a better bound until the steps get smaller
	whole    bool // the agents' choices of the last step are an assignment, which is then the best possible
}

func newLagrange(p *problem, u []int64, theta float64, workers int) *lagrange {
	l := &lagrange{workers: workers}
	l.begin(p, u, theta)
	return l
}

// begin takes another problem up. The memory is used again, so what best was is gone.
func (l *lagrange) begin(p *problem, u []int64, theta float64) {
	m, n, total := len(p.rows), p.jobs(), p.pairs()
	l.p, l.theta, l.patience, l.bound, l.stale, l.whole = p, theta, 15, math.MinInt64, 0, false
	l.u = append(l.u[:0], u...)
	l.best = append(l.best[:0], u...)
	l.dir, l.count, l.values = zeros(l.dir, n), zeros(l.count, n), zeros(l.values, m)
	l.freq, l.packs = zeros(l.freq, m), zeros(l.packs, m)
	l.often, l.profit, l.taken = zeros(l.often, total), zeros(l.profit, total), zeros(l.taken, total)
	at := 0
	for i := range m {
		to := at + len(p.rows[i].job)
		l.freq[i] = l.often[at:to:to]
		l.packs[i] = knapsack{profit: l.profit[at:to:to], weight: p.rows[i].weight, take: l.taken[at:to:to]}
		at = to
	}
}

// zeros gives n zeros, in the memory of some where that is enough.
func zeros[T any](some []T, n int) []T {
	if cap(some) < n {
		return make([]T, n)
	}
	some = some[:n]
	clear(some)
	return some
}

// start gives multipliers near those of the linear relaxation: prices of the agents' capacities by a subgradient that costs one look
// at every pair, then what each job costs at its cheapest agent at these prices. It gives both.
func start(p *problem) (u []int64, best []float64) {
	m, n := len(p.rows), p.jobs()
	price, grad := make([]float64, m), make([]float64, m)
	best = make([]float64, m)
	cheap, holder, load := make([]float64, n), make([]int32, n), make([]int64, n)
	top, theta, stale := math.Inf(-1), 1.0, 0
	look := func(price []float64) {
		for j := range cheap {
			cheap[j] = math.Inf(1)
		}
		for i := range p.rows {
			r := &p.rows[i]
			for k, j := range r.job {
				if c := float64(r.cost[k]) + price[i]*float64(r.weight[k]); c < cheap[j] {
					cheap[j], holder[j], load[j] = c, int32(i), r.weight[k]
				}
			}
		}
	}
	for range 300 {
		for i := range grad {
			grad[i] = -float64(p.room[i])
		}
		value := 0.0
		look(price)
		for j := range n {
			if !math.IsInf(cheap[j], 1) {
				value += cheap[j]
				grad[holder[j]] += float64(load[j])
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
	look(best)
	u = make([]int64, n)
	for j := range u {
		if !math.IsInf(cheap[j], 1) {
			u[j] = int64(max(-1<<40, min(1<<40, cheap[j]*scale)))
		}
	}
	return u, best
}

// iterate evaluates the bound in integers and takes one step towards target, in 1/256.
func (l *lagrange) iterate(target int64, decay float32) {
	m, n := len(l.p.rows), l.p.jobs()
	work := func(i int) {
		pack, r := &l.packs[i], &l.p.rows[i]
		for k, j := range r.job {
			pack.profit[k] = l.u[j] - r.cost[k]*scale
		}
		l.values[i] = pack.solve(l.p.room[i])
	}
	l.each(m, work)
	bound := int64(0)
	clear(l.count)
	for _, u := range l.u {
		bound += u
	}
	l.whole = true
	for i := range m {
		bound -= l.values[i]
		l.whole = l.whole && !l.packs[i].rough
		f, job := l.freq[i], l.p.rows[i].job
		for k, taken := range l.packs[i].take {
			f[k] *= decay
			if taken {
				l.count[job[k]]++
				f[k]++
			}
		}
	}
	for _, c := range l.count {
		l.whole = l.whole && c == 1
	}
	if bound > l.bound {
		l.bound = bound
		copy(l.best, l.u)
		l.stale = 0
	} else if l.stale++; l.stale >= l.patience {
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

// trail gives the choices of the last step as an assignment.
func (l *lagrange) trail(before *fixedPair) *fixedPair {
	for i := range l.packs {
		for k, taken := range l.packs[i].take {
			if taken {
				before = &fixedPair{l.p.id[l.p.rows[i].job[k]], int32(i), before}
			}
		}
	}
	return before
}
