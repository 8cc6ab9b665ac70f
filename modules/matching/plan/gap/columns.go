package gap

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// A dive by columns places all jobs of one agent at a time, its column, where a dive places single jobs of all. What is left stays a question of agents with
// all their room, whose bound tells early what a column costs in the end, while of agents with room for one job more it tells nothing. That pays
// where agents have few jobs each.

// lead is a dive by columns on its way.
type lead struct {
	part    *problem // the agents and jobs left; its ids are places in the problem that is dived into
	agents  []int    // of its rows
	agent   []int    // by job of the problem, -1: left
	cost    int64    // of the jobs that have agents
	u       []int64  // multipliers of the jobs left
	bound   int64    // of it all, in 1/256
	columns []column // to go on with
}

// column is what an agent took in some step of the bound.
type column struct {
	row  int
	jobs []int32
	rank float64 // the less the better: how much other agents want its jobs, and what it loses
}

const (
	leads   = 3   // that are kept, those with the least bounds
	tries   = 6   // columns that each goes on with
	few     = 6   // agents left are a tree's matter
	lookout = 200 // nodes of that tree
	thin    = 12  // jobs for each agent, in the mean, are few
	broad   = 60  // agents or fewer are dived into all at once
)

// thin tells whether a large question's groups are placed by columns in some rounds.
func (r *run) thin() bool { return r.wide() && r.p.jobs() <= thin*len(r.p.rows) }

// yield is what a way of going about rounds gained, and for how much work.
type yield struct{ gain, work float64 }

func (y yield) rate() float64 { return (y.gain + 1) / (y.work + 2*heavy) }

func (y *yield) add(gain int64, work float64) {
	y.gain += float64(gain)
	y.work += work
}

// heavy is how many times the work of another round one by columns is.
const heavy = 10

// alternate says whether the next round is by columns: each way gets its share of the work, the more the more it gained for it.
func (r *run) alternate() bool {
	if !r.thin() {
		return false
	}
	column, other := math.Pow(r.yields[1].rate(), 4), math.Pow(r.yields[0].rate(), 4)
	share := min(0.97, max(0.1, column/(column+other)))
	return r.rng.Float64() < share/(share+heavy*(1-share))
}

// columns builds an assignment by columns that costs less than beat.
func columns(p *problem, u []int64, beat int64, rng *rand.Rand, stop func() bool) (agent []int, cost int64, complete bool) {
	root := *p
	root.id = every(p.jobs())
	s := &lead{part: &root, agents: places(len(p.rows)), agent: none(p.jobs()), u: u}
	if !s.ascend(24, beat) {
		return nil, 0, false
	}
	list := []*lead{s}
	for len(list[0].agents) > few && list[0].part.jobs() > 0 {
		var next []*lead
		for _, s := range list {
			for _, c := range s.choose(rng) {
				if stop() {
					return nil, 0, false
				}
				n, ok := s.take(c)
				if !ok || !n.ascend(12, beat) {
					continue
				}
				next = append(next, n)
			}
		}
		slices.SortStableFunc(next, func(a, b *lead) int { return cmp.Compare(a.bound, b.bound) })
		next = slices.CompactFunc(next, func(a, b *lead) bool { return slices.Equal(a.agent, b.agent) })
		if len(next) == 0 {
			return nil, 0, false
		}
		list = next[:min(leads, len(next))]
	}
	var fix fixer
	for _, s := range list {
		t := newTree(s.part, s.u, beat-s.cost, brisk, &fix)
		for t.nodes < lookout && !t.done() && !stop() {
			t.walk(10, stop)
		}
		if t.found == nil {
			continue
		}
		agent, cost, complete = slices.Clone(s.agent), s.cost+t.cost, true
		beat = cost
		for f := t.found; f != nil; f = f.before {
			agent[f.job] = s.agents[f.agent]
		}
	}
	return agent, cost, complete
}

// places are the first n numbers.
func places(n int) []int {
	list := make([]int, n)
	for k := range list {
		list[k] = k
	}
	return list
}

// ascend takes steps of the bound and keeps what the agents took in the second half of them. It gives false where everything costs at least beat.
func (s *lead) ascend(steps int, beat int64) bool {
	l, p := newLagrange(s.part, s.u, 0.3, 1), s.part
	seen := make([][]column, len(p.rows))
	for k := range steps {
		decay := float32(0.93)
		if k < steps/2 {
			decay = 0.5
		}
		if l.iterate((beat-s.cost)*scale, decay); s.cost+ceil256(l.bound) >= beat {
			return false
		}
		for i := 0; k >= steps/2 && i < len(p.rows); i++ {
			c := column{row: i}
			for x, taken := range l.packs[i].take {
				if taken {
					c.jobs = append(c.jobs, p.rows[i].job[x])
				}
			}
			if !slices.ContainsFunc(seen[i], func(o column) bool { return slices.Equal(o.jobs, c.jobs) }) {
				seen[i] = append(seen[i], c)
			}
		}
	}
	s.u, s.bound = l.best, s.cost*scale+l.bound
	s.weigh(l, seen)
	return true
}

// weigh ranks columns at the best multipliers.
func (s *lead) weigh(l *lagrange, seen [][]column) {
	p := s.part
	wanted := make([]float64, p.jobs())
	for i := range p.rows {
		for k, j := range p.rows[i].job {
			wanted[j] += float64(l.freq[i][k])
		}
	}
	for i := range p.rows {
		r, pack := &p.rows[i], &l.packs[i]
		for k, j := range r.job {
			pack.profit[k] = s.u[j] - r.cost[k]*scale
		}
		value := pack.solve(p.room[i])
		for _, c := range seen[i] {
			loss := value
			for _, j := range c.jobs {
				k := r.find(j)
				loss -= pack.profit[k]
				c.rank += wanted[j] - float64(l.freq[i][k])
			}
			c.rank = c.rank/float64(max(1, len(c.jobs))) + float64(loss)/scale
			s.columns = append(s.columns, c)
		}
	}
}

// choose gives the columns to go on with: those with the least ranks, by and large, and of each agent at most two.
func (s *lead) choose(rng *rand.Rand) []column {
	for k := range s.columns {
		s.columns[k].rank += 0.3 * rng.Float64()
	}
	slices.SortStableFunc(s.columns, func(a, b column) int { return cmp.Compare(a.rank, b.rank) })
	var some []column
	of := make([]int, len(s.agents))
	for _, c := range s.columns {
		if of[c.row]++; of[c.row] <= 2 && len(some) < tries {
			some = append(some, c)
		}
	}
	return some
}

// take gives an agent a column. It tells whether each job left still has an agent left.
func (s *lead) take(c column) (*lead, bool) {
	n := &lead{agent: slices.Clone(s.agent), cost: s.cost}
	keep, r := every(s.part.jobs()), &s.part.rows[c.row]
	for _, j := range c.jobs {
		keep[j] = -1
		n.cost += r.cost[r.find(j)]
		n.agent[s.part.id[j]] = s.agents[c.row]
	}
	for j := range keep {
		if keep[j] >= 0 {
			keep[j] = int32(len(n.u))
			n.u = append(n.u, s.u[j])
		}
	}
	rows := slices.Delete(places(len(s.agents)), c.row, c.row+1)
	for _, i := range rows {
		n.agents = append(n.agents, s.agents[i])
	}
	part, ok := s.part.restrict(keep, len(n.u), rows, s.part.room, nil)
	n.part = part
	return n, ok
}

// drafts are the first dives by columns over everything, two at a time.
func (r *run) drafts() {
	r.look()
	p := r.near()
	for k := 0; k < 2 && !r.done() && !r.late(0.4); k++ {
		var found [2]elite
		var seeds [2]uint64
		for x := range seeds {
			seeds[x] = r.rng.Uint64()
		}
		parallel(r.opt.Workers, len(found), func(x int) {
			rng := rand.New(rand.NewPCG(seeds[x], 1)) //nolint:gosec // a search must be repeatable
			if agent, cost, ok := columns(p, r.l.best, r.cost-r.rest.base, rng, r.stop); ok {
				found[x] = elite{agent, cost}
			}
		})
		before := r.cost
		for _, e := range found {
			if e.agent != nil {
				agent := none(r.p.jobs())
				r.rest.trail.write(agent)
				for k, j := range p.id {
					agent[j] = e.agent[k]
				}
				r.take(agent, r.rest.base+e.cost, true)
			}
		}
		r.yields[1].add(before-r.cost, heavy)
		r.count += 10
		r.report()
	}
}
