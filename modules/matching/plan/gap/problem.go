package gap

import "gotong/modules/matching/plan"

// problem is a minimisation in which every job has an agent; a part of a problem is one as well. Only allowed pairs are held.
type problem struct {
	id   []int32 // of each job: its number in the question
	rows []row   // by agent
	room []int64 // what each agent may still carry
}

// row holds the jobs that an agent may take, in their order.
type row struct {
	job          []int32
	cost, weight []int64
}

// newRow makes room for n pairs.
func newRow(n int) row {
	both := make([]int64, 2*n)
	return row{make([]int32, 0, n), both[:0:n], both[n : n : 2*n]}
}

func (r *row) add(job int32, cost, weight int64) {
	r.job, r.cost, r.weight = append(r.job, job), append(r.cost, cost), append(r.weight, weight)
}

const never = 1<<63 - 1

func (p *problem) jobs() int { return len(p.id) }

// pairs counts the allowed pairs.
func (p *problem) pairs() int {
	n := 0
	for i := range p.rows {
		n += len(p.rows[i].job)
	}
	return n
}

// internal makes the minimisation in which every job has an agent: values change their sign, and a job that may stay open gets an
// agent more that takes everything for nothing.
func internal(a *plan.Assignment) *problem {
	n := a.Jobs()
	p := &problem{id: make([]int32, n), rows: make([]row, len(a.Value)), room: append([]int64(nil), a.Capacity...)}
	for j := range p.id {
		p.id[j] = int32(j)
	}
	for i := range a.Value {
		for j, v := range a.Value[i] {
			if v == plan.Forbidden || a.Weight[i][j] > a.Capacity[i] {
				continue
			}
			if !a.Minimise {
				v = -v
			}
			p.rows[i].add(int32(j), v, a.Weight[i][j])
		}
	}
	if !a.Exactly {
		var idle row
		for j := range n {
			idle.add(int32(j), 0, 0)
		}
		p.rows, p.room = append(p.rows, idle), append(p.room, 0)
	}
	return p
}

// restrict makes the problem of some of the agents and jobs: keep gives the new number of a job or -1, agents the rows (nil: all), allowed tells
// of each agent's pairs by their place which stay (nil: all). It tells whether every job has a pair left.
func (p *problem) restrict(keep []int32, n int, agents []int, room []int64, allowed func(agent, k int) bool) (*problem, bool) {
	q := &problem{id: make([]int32, n)}
	some := make([]bool, n)
	for j, k := range keep {
		if k >= 0 {
			q.id[k] = p.id[j]
		}
	}
	take := func(i int) {
		from, left := &p.rows[i], room[i]
		n := 0
		for _, j := range from.job {
			if keep[j] >= 0 {
				n++
			}
		}
		to := newRow(n)
		for k, j := range from.job {
			if at := keep[j]; at >= 0 && from.weight[k] <= left && (allowed == nil || allowed(i, k)) {
				to.add(at, from.cost[k], from.weight[k])
				some[at] = true
			}
		}
		q.rows, q.room = append(q.rows, to), append(q.room, left)
	}
	if agents == nil {
		for i := range p.rows {
			take(i)
		}
	} else {
		for _, i := range agents {
			take(i)
		}
	}
	for _, ok := range some {
		if !ok {
			return q, false
		}
	}
	return q, true
}

// every keeps each of n jobs under its number, for restrict.
func every(n int) []int32 {
	keep := make([]int32, n)
	for j := range keep {
		keep[j] = int32(j)
	}
	return keep
}

// choice is a pair seen from its job.
type choice struct {
	agent        int32
	cost, weight int64
}

// choices lists the pairs of each job, by agent.
func (p *problem) choices() [][]choice {
	out := make([][]choice, p.jobs())
	for i := range p.rows {
		r := &p.rows[i]
		for k, j := range r.job {
			out[j] = append(out[j], choice{int32(i), r.cost[k], r.weight[k]})
		}
	}
	return out
}
