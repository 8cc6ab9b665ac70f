package solve

import (
	"math"
	"math/rand/v2"
	"slices"

	"gotong/modules/matching/plan"
)

// epoch improves the plan in parts: ranges of villages with new borders every time, each with its own search. What an initiative
// has left goes to one part, drawn by where its pairs are.
func (r *run) epoch() {
	md := r.md
	parts := max(1, min(256, len(md.edges)/30_000))
	if parts == 1 {
		r.graze()
		return
	}
	parts += parts % 2
	border := make([]int32, 0, parts+2)
	border = append(border, 0)
	offset := r.rng.IntN(len(md.edges)/parts + 1)
	v := int32(0)
	for p := range parts {
		goal := offset + p*(len(md.edges)/parts)
		for int(v) < len(md.villages) && int(md.first[md.villages[v].first]) < goal {
			v++
		}
		if v > border[len(border)-1] {
			border = append(border, v)
		}
	}
	border = append(border, int32(len(md.villages)))
	n := len(border) - 1
	seeds := make([]uint64, n)
	for p := range seeds {
		seeds[p] = r.rng.Uint64()
	}
	owner := r.owners(border)
	slack := r.slack()
	heat := r.heat()
	parallel(r.opt.Workers, n, func(p int) { r.part(border[p], border[p+1], int32(p), owner, slack, heat, seeds[p]) })
}

// most is how many plans a small question begins with. Which basin a plan ends in is decided early, so several are tried.
const most = 6

// graze improves the plans of a small question side by side; the worst is given up from time to time, so that the last part of the
// search belongs to the best.
func (r *run) graze() {
	if r.herd == nil {
		for range most {
			r.herd = append(r.herd, slices.Clone(r.x))
		}
	}
	for n := max(1, int(math.Ceil(most*(1-1.4*r.progress())))); len(r.herd) > n; {
		worst := 0
		for k := range r.herd {
			if r.value(r.herd[k]) < r.value(r.herd[worst]) {
				worst = k
			}
		}
		r.herd = slices.Delete(r.herd, worst, worst+1)
	}
	seeds := make([]uint64, len(r.herd))
	for k := range seeds {
		seeds[k] = r.rng.Uint64()
	}
	heat := r.heat()
	parallel(r.opt.Workers, len(r.herd), func(k int) {
		s := newSearch(r.md, r.dual, 0, r.herd[k], rand.New(rand.NewPCG(seeds[k], 0))) //nolint:gosec // a search must be repeatable
		s.heat, s.wish = heat, r.dual.wish
		r.chains(s, len(r.md.needs))
		copy(r.herd[k], s.x)
	})
	best := 0
	for k := range r.herd {
		if r.value(r.herd[k]) > r.value(r.herd[best]) {
			best = k
		}
	}
	copy(r.x, r.herd[best])
}

// chains is one round of a search: few for each need, since every round has new borders and newer prices.
func (r *run) chains(s *search, needs int) {
	for k := range 5 * needs {
		if k%(3*needs) == 0 {
			s.compare()
		}
		if k%256 == 255 && (r.ctx.Err() != nil || r.opt.Time > 0 && clock().Sub(r.start) > r.opt.Time) {
			return
		}
		s.chain()
	}
}

// heat is the loss that a chain is still likely to be kept with, in weighted units; it falls to nothing at the end.
func (r *run) heat() float64 {
	open := 0
	for _, x := range r.x {
		if x > 0 {
			open++
		}
	}
	rest := max(0, 1-1.1*r.progress())
	return 0.02 * max(0, r.bestAim()) / float64(max(1, open)) * rest
}

func (r *run) slack() [][]int64 {
	slack := make([][]int64, len(r.md.limit))
	for row := range slack {
		slack[row] = slices.Clone(r.md.limit[row])
	}
	for e, x := range r.x {
		if x > 0 {
			for row := range slack {
				if i := r.md.edges[e].i; slack[row][i] != plan.NoLimit {
					unit, setup := r.md.use(row, int32(e))
					slack[row][i] -= unit*int64(x) + setup
				}
			}
		}
	}
	return slack
}

func (r *run) owners(border []int32) []int32 {
	md := r.md
	owner := make([]int32, md.m)
	seen := make([]int32, md.m)
	for p := range len(border) - 1 {
		from, to := r.span(border[p], border[p+1])
		for e := from; e < to; e++ {
			i := md.edges[e].i
			seen[i]++
			if owner[i] != int32(p) && r.rng.Uint32N(uint32(seen[i])) == 0 {
				owner[i] = int32(p)
			}
		}
	}
	return owner
}

// span gives the edges of villages [a, b).
func (r *run) span(a, b int32) (from, to int32) {
	if a >= b {
		return 0, 0
	}
	return r.md.first[r.md.villages[a].first], r.md.first[r.md.villages[b-1].behind]
}

// part improves the villages [a, b).
func (r *run) part(a, b, p int32, owner []int32, slack [][]int64, heat float64, seed uint64) {
	md := r.md
	from, to := r.span(a, b)
	if from == to {
		return
	}
	first := md.villages[a].first
	behind := md.villages[b-1].behind
	sub := &model{m: md.m, edges: md.edges[from:to], needs: slices.Clone(md.needs[first:behind]), villages: slices.Clone(md.villages[a:b]),
		first: slices.Clone(md.first[first : behind+1])}
	for k := range sub.first {
		sub.first[k] -= from
	}
	for k := range sub.needs {
		sub.needs[k].v -= a
	}
	for k := range sub.villages {
		sub.villages[k].first -= first
		sub.villages[k].behind -= first
	}
	for k := range md.unit {
		sub.unit, sub.setup = append(sub.unit, md.unit[k][from:to]), append(sub.setup, md.setup[k][from:to])
	}
	for row := range md.limit {
		limit := make([]int64, md.m)
		for i := range limit {
			if md.limit[row][i] == plan.NoLimit {
				limit[i] = plan.NoLimit
			} else if owner[i] == p {
				limit[i] = slack[row][i]
			}
		}
		for e, x := range r.x[from:to] {
			if i := sub.edges[e].i; x > 0 && limit[i] != plan.NoLimit {
				unit, setup := sub.use(row, int32(e))
				limit[i] += unit*int64(x) + setup
			}
		}
		sub.limit = append(sub.limit, limit)
	}
	s := newSearch(sub, r.dual, from, r.x[from:to], rand.New(rand.NewPCG(seed, uint64(p)))) //nolint:gosec // a search must be repeatable
	s.heat, s.wish = heat, r.dual.wish[from:to]
	r.chains(s, len(sub.needs))
	copy(r.x[from:to], s.x)
}
