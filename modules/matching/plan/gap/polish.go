package gap

import (
	"math"
	"math/rand/v2"
	"slices"
)

// repair completes a partial assignment of a problem: jobs without agent are put where they cost least, their weight at the capacity's price
// included, jobs that this pushes out are put elsewhere, and agents that were overfull become dearer. It gives up after a number of moves.
func repair(p *problem, by [][]choice, agent []int, price []float64, rng *rand.Rand, stop func() bool) (complete []int, cost int64, ok bool) {
	agent = slices.Clone(agent)
	left := slices.Clone(p.room)
	var queue []int
	lists := make([][]int, len(p.rows))
	now := make([]choice, len(agent))
	worth := int64(1)
	for j, i := range agent {
		for _, c := range by[j] {
			worth = max(worth, c.cost, -c.cost)
			if int(c.agent) == i {
				now[j] = c
				left[i] -= c.weight
				lists[i] = append(lists[i], j)
			}
		}
		if i < 0 {
			queue = append(queue, j)
		}
	}
	extra := make([]float64, len(p.rows)) // price of a unit of weight pushed out
	least := 1e-4 * float64(worth)
	for i := range extra {
		extra[i] = 0.3*price[i] + least
	}
	value := func(c choice) float64 { return float64(c.cost) + float64(c.weight)*price[c.agent] }
	for moves := 60*len(agent) + 200; len(queue) > 0; moves-- {
		if moves == 0 || moves%256 == 0 && stop() {
			return agent, 0, false
		}
		at := rng.IntN(len(queue))
		j := queue[at]
		queue[at] = queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		best, least := choice{agent: -1}, 0.0
		for _, c := range by[j] {
			v := value(c) + float64(max(0, c.weight-left[c.agent]))*extra[c.agent]*(0.8+0.4*rng.Float64())
			if best.agent < 0 || v < least {
				best, least = c, v
			}
		}
		i := best.agent
		agent[j], now[j] = int(i), best
		left[i] -= best.weight
		lists[i] = append(lists[i], j)
		if left[i] < 0 {
			extra[i] *= 1.15
		}
		for left[i] < 0 {
			// Of some jobs but the last the one goes that loses least elsewhere for each unit of weight.
			n := max(1, len(lists[i])-1)
			k, loss := 0, math.Inf(1)
			for range min(n, 4) {
				try := rng.IntN(n)
				t := lists[i][try]
				other := math.Inf(1)
				for _, c := range by[t] {
					if c.agent != i {
						other = min(other, value(c)+float64(max(0, c.weight-left[c.agent]))*extra[c.agent])
					}
				}
				if v := (other - value(now[t])) / float64(now[t].weight+1); v < loss {
					k, loss = try, v
				}
			}
			out := lists[i][k]
			lists[i][k] = lists[i][len(lists[i])-1]
			lists[i] = lists[i][:len(lists[i])-1]
			left[i] += now[out].weight
			agent[out] = -1
			queue = append(queue, out)
		}
	}
	for _, c := range now {
		cost += c.cost
	}
	return agent, cost, true
}

// at gives the pair of job and agent.
func (r *run) at(j, agent int) (choice, bool) {
	list := r.by[j]
	if len(list) == len(r.p.rows) { // every pair is allowed
		return list[agent], true
	}
	k, ok := slices.BinarySearchFunc(list, agent, func(c choice, agent int) int { return int(c.agent) - agent })
	if !ok {
		return choice{}, false
	}
	return list[k], true
}

// price is the cost of a complete assignment.
func (r *run) price(agent []int) int64 {
	cost := int64(0)
	for j, i := range agent {
		c, _ := r.at(j, i)
		cost += c.cost
	}
	return cost
}

// polish shifts single jobs and swaps pairs while that is cheaper.
func (r *run) polish() {
	n := len(r.best)
	left := slices.Clone(r.p.room)
	now := make([]choice, n)
	for j, i := range r.best {
		now[j], _ = r.at(j, i)
		left[i] -= now[j].weight
	}
	move := func(j int, to choice) {
		r.cost += to.cost - now[j].cost
		left[now[j].agent] += now[j].weight
		left[to.agent] -= to.weight
		r.best[j], now[j] = int(to.agent), to
	}
	for again := true; again; {
		again = false
		for j := range n {
			for _, c := range r.by[j] {
				if c.cost < now[j].cost && c.weight <= left[c.agent] && c.agent != now[j].agent {
					move(j, c)
					again = true
				}
			}
		}
		if r.stop() {
			return
		}
	}
	for range 4 * n {
		a, b := r.rng.IntN(n), r.rng.IntN(n)
		x, y := now[a], now[b]
		if x.agent == y.agent {
			continue
		}
		toY, okA := r.at(a, int(y.agent))
		toX, okB := r.at(b, int(x.agent))
		if !okA || !okB || toY.cost+toX.cost > x.cost+y.cost || left[x.agent]+x.weight < toX.weight || left[y.agent]+y.weight < toY.weight {
			continue
		}
		move(a, toY)
		move(b, toX)
	}
}
