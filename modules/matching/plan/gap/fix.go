package gap

// fixer settles pairs by the bound: a pair whose use would lift the bound to the cutoff is dropped, a job with one pair left is
// placed. Its memory is reused.
type fixer struct {
	in, out  [][]int64 // by agent and place in its row: what the bound gains when the job is taken, or left
	forward  []int64
	backward []int64
	kept     []int32
	leave    []int64 // by job: what all agents together lose when they leave it
	low      []int64
	second   []int64
	holder   []int32
	number   []int32
	pack     knapsack
	agents   []solved
}

// solved is what an agent's knapsack came to.
type solved struct {
	value   int64
	density float64 // of the broken job; 0: all jobs that gain something fit
	above   float64 // how far the continuous bound is above value
	rough   bool    // value is the continuous bound
}

// fixedPair is a job that was placed: its number in the question and its agent.
type fixedPair struct {
	job, agent int32
	before     *fixedPair
}

// shape is what is left of a problem after fixing.
type shape struct {
	p     *problem
	u     []int64
	base  int64 // cost of the jobs that are placed
	trail *fixedPair
	job   int32 // the pair to branch on
	agent int32
}

// reduce applies the bound at multipliers u. It gives false when no assignment costs less than cut.
func (f *fixer) reduce(s *shape, cut int64) bool {
	p, u := s.p, s.u
	limit := (cut - 1 - s.base) * scale // a bound above it cannot cost less than cut
	bound := f.weigh(p, u, limit)
	if bound > limit {
		return false
	}
	n := p.jobs()
	clear(f.number[:n])
	for i := range p.rows {
		for k, j := range p.rows[i].job {
			if f.in[i][k] <= limit {
				f.number[j]++
				f.holder[j] = int32(i)
			}
		}
	}
	for j := range n {
		if f.number[j] == 0 {
			return false
		}
	}
	room := append([]int64(nil), p.room...)
	keep := make([]int32, n)
	at := int32(0)
	for j := range n {
		if f.number[j] == 1 {
			keep[j] = -1
			i := f.holder[j]
			r := &p.rows[i]
			k := r.find(int32(j))
			room[i] -= r.weight[k]
			s.base += r.cost[k]
			s.trail = &fixedPair{p.id[j], i, s.trail}
			if room[i] < 0 {
				return false
			}
			continue
		}
		keep[j] = at
		at++
	}
	q := &problem{id: make([]int32, at), rows: make([]row, len(p.rows)), room: room}
	for j := range n {
		f.low[j], f.second[j], f.number[j] = never, never, 0
	}
	for i := range p.rows {
		r, to := &p.rows[i], &q.rows[i]
		some := 0
		for k, j := range r.job {
			if f.in[i][k] <= limit && keep[j] >= 0 && r.weight[k] <= room[i] {
				some++
			}
		}
		*to = newRow(some)
		for k, j := range r.job {
			value := f.in[i][k]
			if value > limit || keep[j] < 0 || r.weight[k] > room[i] {
				continue
			}
			to.add(keep[j], r.cost[k], r.weight[k])
			f.number[j]++
			if value < f.low[j] {
				f.low[j], f.second[j], f.holder[j] = value, f.low[j], int32(i)
			} else if value < f.second[j] {
				f.second[j] = value
			}
		}
	}
	um := make([]int64, at)
	best := -1.0
	s.job = -1
	for j := range n {
		k := keep[j]
		if k < 0 {
			continue
		}
		q.id[k], um[k] = p.id[j], u[j]
		if f.number[j] == 0 {
			return false
		}
		// The tree goes on with the job that even its best pair makes dear, and that has few: its pairs are settled soonest.
		score := float64(f.low[j]-bound+8) / float64(f.number[j]*f.number[j])
		if score > best {
			best, s.job, s.agent = score, k, f.holder[j]
		}
	}
	s.p, s.u = q, um
	return true
}

func (r *row) find(job int32) int {
	lo, hi := 0, len(r.job)
	for lo < hi {
		if mid := (lo + hi) / 2; r.job[mid] < job {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(r.job) && r.job[lo] == job {
		return lo
	}
	return -1
}

func (f *fixer) grow(p *problem) {
	n := p.jobs()
	if len(f.leave) < n {
		f.leave, f.low, f.second = make([]int64, n), make([]int64, n), make([]int64, n)
		f.holder, f.number = make([]int32, n), make([]int32, n)
	}
	for len(f.in) < len(p.rows) {
		f.in, f.out, f.agents = append(f.in, nil), append(f.out, nil), append(f.agents, solved{})
	}
	for i := range p.rows {
		if k := len(p.rows[i].job); cap(f.in[i]) < k {
			f.in[i], f.out[i] = make([]int64, k), make([]int64, k)
		} else {
			f.in[i], f.out[i] = f.in[i][:k], f.out[i][:k]
		}
	}
}

// weigh gives the bound at multipliers u, in 1/256, and in f.in, for every pair, a bound of all assignments that use it: exact up to limit. Where the
// bound is above limit it gives that alone.
func (f *fixer) weigh(p *problem, u []int64, limit int64) int64 {
	f.grow(p)
	bound := int64(0)
	for _, x := range u {
		bound += x
	}
	for i := range p.rows {
		bound -= f.solve(p, u, i)
	}
	if bound > limit {
		return bound
	}
	clear(f.leave[:p.jobs()])
	for i := range p.rows {
		f.sensitivity(p, u, i, limit-bound)
		for k, j := range p.rows[i].job {
			f.leave[j] += f.out[i][k]
		}
	}
	for i := range p.rows {
		for k, j := range p.rows[i].job {
			f.in[i][k] += bound + f.leave[j] - f.out[i][k]
		}
	}
	return bound
}

// solve gives the value of agent i's knapsack.
func (f *fixer) solve(p *problem, u []int64, i int) int64 {
	r := &p.rows[i]
	f.pack.weight, f.pack.profit = r.weight, f.pack.profit[:0]
	for k, j := range r.job {
		f.pack.profit = append(f.pack.profit, u[j]-r.cost[k]*scale)
	}
	value := f.pack.solve(p.room[i])
	f.agents[i] = solved{value, f.pack.density, f.pack.above, f.pack.rough}
	return value
}

// sensitivity fills what agent i loses by taking or leaving each job: exactly up to most, by tables over the capacities from both ends for the jobs
// whose choice against the density might lose no more; beyond, what the continuous bound says.
func (f *fixer) sensitivity(p *problem, u []int64, i int, most int64) {
	r := &p.rows[i]
	in, out, room := f.in[i], f.out[i], p.room[i]
	v := &f.agents[i]
	if v.density == 0 { // no capacity is missing, so jobs do not displace each other unless one more comes
		f.loose(p, u, i)
		return
	}
	f.kept = f.kept[:0]
	space := room
	width := float64(most) + v.above
	for k, j := range r.job {
		w, profit := r.weight[k], u[j]-r.cost[k]*scale
		in[k], out[k] = 0, 0
		loss := float64(profit) - v.density*float64(w)
		switch {
		case w > room:
			in[k] = never / 4
		case loss > 0:
			out[k] = int64(max(0, min(loss-v.above, 1<<40)))
			if loss > width {
				space -= w
				continue
			}
		default:
			in[k] = int64(max(0, min(-loss-v.above, 1<<40)))
		}
		if profit > 0 && w <= room && loss >= -width {
			f.kept = append(f.kept, int32(k))
		}
	}
	size := int(space) + 1
	n := len(f.kept)
	if v.rough || space < 0 || (n+1)*size > cells {
		return
	}
	if len(f.forward) < (n+1)*size {
		f.forward = make([]int64, (n+1)*size)
	}
	if len(f.backward) < 2*size {
		f.backward = make([]int64, 2*size)
	}
	F := f.forward
	clear(F[:size])
	for t, k := range f.kept {
		w, profit := int(r.weight[k]), u[r.job[k]]-r.cost[k]*scale
		from, to := F[t*size:(t+1)*size], F[(t+1)*size:(t+2)*size]
		add(to, from, w, profit)
	}
	last := F[n*size : (n+1)*size]
	beyond := most + 1
	value := last[size-1] // of the core
	for k, j := range r.job {
		w, profit := r.weight[k], u[j]-r.cost[k]*scale
		if profit <= 0 && w <= room && float64(profit)-v.density*float64(w) >= -width {
			if in[k] = beyond; w <= space {
				in[k] = min(beyond, value-profit-last[space-w])
			}
		}
	}
	// The table from the other end: after[c] is what the later jobs give in the capacity that c leaves.
	after, next := f.backward[:size], f.backward[size:2*size]
	clear(after)
	for t := n - 1; t >= 0; t-- {
		k := f.kept[t]
		w, profit := int(r.weight[k]), u[r.job[k]]-r.cost[k]*scale
		from := F[t*size : (t+1)*size]
		out[k] = min(beyond, value-best(from, after))
		if in[k] = beyond; w < size {
			in[k] = min(beyond, value-profit-best(from[:size-w], after[w:]))
			fill(next[:size-w], after[w:], after[:size-w], profit)
			copy(next[size-w:], after[size-w:])
		} else {
			copy(next, after)
		}
		after, next = next, after
	}
}

// best is the largest sum of two numbers at the same place.
func best(a, b []int64) (most int64) {
	b = b[:len(a)]
	for c, v := range a {
		most = max(most, v+b[c])
	}
	return most
}

// loose is sensitivity for an agent that can carry all it gains from. A further job may displace some: at least none is a bound.
func (f *fixer) loose(p *problem, u []int64, i int) {
	r := &p.rows[i]
	for k, j := range r.job {
		profit := u[j] - r.cost[k]*scale
		f.in[i][k], f.out[i][k] = 0, 0
		if r.weight[k] > p.room[i] {
			f.in[i][k] = never / 4
		} else if profit > 0 {
			f.out[i][k] = profit
		} else {
			f.in[i][k] = -profit
		}
	}
}
