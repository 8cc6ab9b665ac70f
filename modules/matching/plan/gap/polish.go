package gap

import "slices"

// repair completes a partial assignment: jobs without agent are put where they cost least plus what they push out, jobs that are
// pushed out are put elsewhere, and agents that were overfull lately become dearer. It gives up after a number of moves.
func (r *run) repair(agent []int) ([]int, int64, bool) {
	p := r.p
	agent = slices.Clone(agent)
	left := slices.Clone(p.room)
	var queue []int
	lists := make([][]int, len(p.cost))
	for j, i := range agent {
		if i < 0 {
			queue = append(queue, j)
		} else {
			left[i] -= p.weight[i][j]
			lists[i] = append(lists[i], j)
		}
	}
	price := make([]float64, len(p.cost)) // of a unit of weight pushed out
	scaleOf := 0.0
	for j := range agent {
		for i := range p.cost {
			if c := p.cost[i][j]; c != never {
				scaleOf = max(scaleOf, float64(max(c, -c)))
			}
		}
	}
	step := 0.02 * max(1, scaleOf)
	for moves := 40 * p.jobs(); len(queue) > 0; moves-- {
		if moves == 0 || r.stop() {
			return agent, 0, false
		}
		j := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		best, value := -1, 0.0
		for i := range p.cost {
			if p.cost[i][j] == never {
				continue
			}
			v := float64(p.cost[i][j]) + float64(max(0, p.weight[i][j]-left[i]))*price[i]*(0.8+0.4*r.rng.Float64())
			if best < 0 || v < value {
				best, value = i, v
			}
		}
		agent[j] = best
		left[best] -= p.weight[best][j]
		lists[best] = append(lists[best], j)
		if left[best] < 0 {
			price[best] += step / float64(1+p.weight[best][j])
		}
		for left[best] < 0 {
			n := len(lists[best]) - 1 // not the one that came last
			if n == 0 {
				n = 1
			}
			k := r.rng.IntN(n)
			out := lists[best][k]
			lists[best][k] = lists[best][len(lists[best])-1]
			lists[best] = lists[best][:len(lists[best])-1]
			left[best] += p.weight[best][out]
			agent[out] = -1
			queue = append(queue, out)
		}
	}
	cost := int64(0)
	for j, i := range agent {
		cost += p.cost[i][j]
	}
	return agent, cost, true
}

// polish shifts single jobs and swaps pairs while that is cheaper.
func (r *run) polish() {
	p := r.p
	left := slices.Clone(p.room)
	for j, i := range r.best {
		left[i] -= p.weight[i][j]
	}
	n := p.jobs()
	for again := true; again; {
		again = false
		for j := range n {
			from := r.best[j]
			for to := range p.cost {
				if to == from || p.cost[to][j] >= p.cost[from][j] || p.weight[to][j] > left[to] {
					continue
				}
				r.cost += p.cost[to][j] - p.cost[from][j]
				left[from] += p.weight[from][j]
				left[to] -= p.weight[to][j]
				r.best[j], from, again = to, to, true
			}
		}
		if r.stop() {
			return
		}
	}
	for range 4 * n {
		a, b := r.rng.IntN(n), r.rng.IntN(n)
		x, y := r.best[a], r.best[b]
		if x == y || p.cost[y][a] == never || p.cost[x][b] == never {
			continue
		}
		delta := p.cost[y][a] + p.cost[x][b] - p.cost[x][a] - p.cost[y][b]
		if delta > 0 || left[x]+p.weight[x][a] < p.weight[x][b] || left[y]+p.weight[y][b] < p.weight[y][a] {
			continue
		}
		left[x] += p.weight[x][a] - p.weight[x][b]
		left[y] += p.weight[y][b] - p.weight[y][a]
		r.best[a], r.best[b] = y, x
		r.cost += delta
	}
}
