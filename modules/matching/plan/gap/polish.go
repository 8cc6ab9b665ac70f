package gap

import "slices"

// repair completes a partial assignment: jobs without agent are put where they cost least plus what they push out, jobs that are
// pushed out are put elsewhere, and agents that were overfull lately become dearer. It gives up after a number of moves.
func (r *run) repair(agent []int) ([]int, int64, bool) {
	agent = slices.Clone(agent)
	left := slices.Clone(r.p.room)
	var queue []int
	lists := make([][]int, len(r.p.rows))
	weight := make([]int64, len(agent))
	scaleOf := int64(1)
	for j, i := range agent {
		for _, c := range r.by[j] {
			scaleOf = max(scaleOf, c.cost, -c.cost)
			if int(c.agent) == i {
				weight[j] = c.weight
				left[i] -= c.weight
				lists[i] = append(lists[i], j)
			}
		}
		if i < 0 {
			queue = append(queue, j)
		}
	}
	price := make([]float64, len(r.p.rows)) // of a unit of weight pushed out
	step := 0.02 * float64(scaleOf)
	for moves := 40 * len(agent); len(queue) > 0; moves-- {
		if moves == 0 || r.stop() {
			return agent, 0, false
		}
		j := queue[len(queue)-1]
		queue = queue[:len(queue)-1]
		best, value := choice{agent: -1}, 0.0
		for _, c := range r.by[j] {
			v := float64(c.cost) + float64(max(0, c.weight-left[c.agent]))*price[c.agent]*(0.8+0.4*r.rng.Float64())
			if best.agent < 0 || v < value {
				best, value = c, v
			}
		}
		i := best.agent
		agent[j], weight[j] = int(i), best.weight
		left[i] -= best.weight
		lists[i] = append(lists[i], j)
		if left[i] < 0 {
			price[i] += step / float64(1+best.weight)
		}
		for left[i] < 0 {
			n := max(1, len(lists[i])-1) // not the one that came last
			k := r.rng.IntN(n)
			out := lists[i][k]
			lists[i][k] = lists[i][len(lists[i])-1]
			lists[i] = lists[i][:len(lists[i])-1]
			left[i] += weight[out]
			agent[out] = -1
			queue = append(queue, out)
		}
	}
	return agent, r.price(agent), true
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
