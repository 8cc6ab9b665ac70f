package gap

import "slices"

// sight is what the bound says at its best multipliers, until these or the rest change: of each pair, how much it would be lifted.
type sight struct {
	lift    [][]int64 // by agent and place in the row of rest: the bound of all assignments that use the pair, above the bound of all, in 1/256
	packed  []int64   // by agent: the value of its knapsack
	u       []int64   // the multipliers
	few     int64     // what some pairs for each job do not exceed: these are where good assignments differ
	many    int64     // the same for more pairs: good assignments hardly use others
	surplus []int64   // by agent: how much more the jobs of the best assignment cost than its knapsack's, all in all the gap
}

const fewPairs, manyPairs = 6, 8

// look makes the sight where it is missing.
func (r *run) look() {
	if r.sight != nil {
		return
	}
	p := r.rest.p
	s := &sight{lift: make([][]int64, len(p.rows)), packed: make([]int64, len(p.rows)), u: slices.Clone(r.l.best), surplus: make([]int64, len(p.rows))}
	bound := r.fix.weigh(p, s.u, never/2)
	all := make([]int64, 0, p.pairs())
	for i := range p.rows {
		s.packed[i] = r.fix.agents[i].value
		s.lift[i] = slices.Clone(r.fix.in[i])
		for k := range s.lift[i] {
			s.lift[i][k] -= bound
		}
		all = append(all, s.lift[i]...)
	}
	slices.Sort(all)
	if n := len(all); n > 0 {
		s.few, s.many = all[min(n-1, fewPairs*p.jobs())], all[min(n-1, manyPairs*p.jobs())]
	}
	r.sight = s
}

// near is the rest with only the pairs that lift the bound little, and those of the best assignment. It has a tenth of the pairs of a large question,
// and a dive comes as far in it.
func (r *run) near() *problem {
	p := r.rest.p
	q, _ := p.restrict(every(p.jobs()), p.jobs(), nil, p.room, func(i, k int) bool {
		return r.sight.lift[i][k] <= r.sight.many || r.best != nil && r.best[p.id[p.rows[i].job[k]]] == i
	})
	return q
}

// stock fills the agents' surplus.
func (r *run) stock() {
	p, s := r.rest.p, r.sight
	for i := range p.rows {
		s.surplus[i] = s.packed[i]
		for k, j := range p.rows[i].job {
			if r.home.agent[p.id[j]] == i {
				s.surplus[i] -= s.u[j] - p.rows[i].cost[k]*scale
			}
		}
	}
}

// ties counts, of each two agents, the jobs of one that the other could take while that lifts the bound little, less the more it does.
func (r *run) ties() [][]float64 {
	p, s := r.rest.p, r.sight
	tie := make([][]float64, len(p.rows))
	for i := range tie {
		tie[i] = make([]float64, len(p.rows))
	}
	for b := range p.rows {
		for k, j := range p.rows[b].job {
			if v, a := s.lift[b][k], r.home.agent[p.id[j]]; a != b && v < s.few {
				x := 1 - float64(v)/float64(s.few)
				tie[a][b] += x
				tie[b][a] += x
			}
		}
	}
	return tie
}
