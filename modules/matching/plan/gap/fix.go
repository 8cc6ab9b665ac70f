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
	bound := int64(0)
	for _, x := range u {
		bound += x
	}
	f.grow(p)
	for i := range p.rows {
		bound -= f.sensitivity(p, u, i)
	}
	limit := (cut - 1 - s.base) * scale // a bound above it cannot cost less than cut
	if bound > limit {
		return false
	}
	n := p.jobs()
	for j := range n {
		f.leave[j], f.number[j] = 0, 0
	}
	for i := range p.rows {
		for k, j := range p.rows[i].job {
			f.leave[j] += f.out[i][k]
		}
	}
	for i := range p.rows {
		for k, j := range p.rows[i].job {
			value := bound + f.in[i][k] + f.leave[j] - f.out[i][k]
			f.in[i][k] = value
			if value <= limit {
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
	best := int64(-1)
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
		if score := (f.low[j] - bound + 8) * (min(f.second[j], limit+scale) - bound + 8); score > best {
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
		f.in, f.out = append(f.in, nil), append(f.out, nil)
	}
	for i := range p.rows {
		if k := len(p.rows[i].job); cap(f.in[i]) < k {
			f.in[i], f.out[i] = make([]int64, k), make([]int64, k)
		} else {
			f.in[i], f.out[i] = f.in[i][:k], f.out[i][:k]
		}
	}
}

// sensitivity gives the value of agent i's knapsack and fills what it loses by taking or leaving each job, exactly: tables over the
// capacities from both ends.
func (f *fixer) sensitivity(p *problem, u []int64, i int) int64 {
	r := &p.rows[i]
	in, out := f.in[i], f.out[i]
	room := p.room[i]
	f.kept = f.kept[:0]
	var all, weight int64
	for k, j := range r.job {
		if profit := u[j] - r.cost[k]*scale; profit > 0 && r.weight[k] <= room {
			f.kept = append(f.kept, int32(k))
			all += profit
			weight += r.weight[k]
		}
	}
	if weight <= room { // no capacity is missing, so jobs do not displace each other unless one more comes
		return f.loose(p, u, i, all, weight)
	}
	size := int(room) + 1
	n := len(f.kept)
	if (n+1)*size > cells/4 {
		f.pack.profit, f.pack.weight = f.pack.profit[:0], r.weight
		for k, j := range r.job {
			f.pack.profit = append(f.pack.profit, u[j]-r.cost[k]*scale)
			in[k], out[k] = 0, 0
		}
		return f.pack.solve(room)
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
		copy(to[:w], from[:w])
		for c := w; c < size; c++ {
			to[c] = max(from[c], from[c-w]+profit)
		}
	}
	last := F[n*size : (n+1)*size]
	value := last[size-1]
	B, next := f.backward[:size], f.backward[size:2*size]
	clear(B)
	for k, j := range r.job {
		profit := u[j] - r.cost[k]*scale
		out[k] = 0
		if w := r.weight[k]; w > room {
			in[k] = never / 4
		} else {
			in[k] = value - profit - last[room-w]
		}
	}
	for t := n - 1; t >= 0; t-- {
		k := f.kept[t]
		w, profit := int(r.weight[k]), u[r.job[k]]-r.cost[k]*scale
		from := F[t*size : (t+1)*size]
		with, without := int64(0), int64(0)
		for c := range size {
			without = max(without, from[c]+B[size-1-c])
		}
		rest := size - 1 - w
		for c := 0; c <= rest; c++ {
			with = max(with, from[c]+B[rest-c])
		}
		in[k], out[k] = value-profit-with, value-without
		copy(next[:w], B[:w])
		for c := w; c < size; c++ {
			next[c] = max(B[c], B[c-w]+profit)
		}
		B, next = next, B
	}
	return value
}

// loose is sensitivity for an agent that can carry all it gains from. A further job may displace some: at least none is a bound.
func (f *fixer) loose(p *problem, u []int64, i int, value, weight int64) int64 {
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
	return value
}
