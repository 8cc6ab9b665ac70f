package solve

import (
	"cmp"
	"math"
	"slices"
	"sync"

	"gotong/modules/matching/plan"
)

// chunks is fixed, not the number of processors: sums of floats are added in the same order on every machine.
const chunks = 16

// nodes is the most that the tree of one village may have; hardly any needs a tenth of it.
const nodes = 4000

// deflection is how much of the step before is in a step.
const deflection = 0.7

// dual is the Lagrangian of the initiatives' capacities. price[row][i] >= 0 is what a unit of the capacity costs, in weighted
// units; any prices give a valid bound, good ones a tight bound.
type dual struct {
	md       *model
	pool     pool
	price    prices
	best     prices
	size     []float64   // of each row, what its capacities are together
	before   [][]float64 // the best prices of the capacities before the first cut
	bestVal  float64
	theta    float64
	stale    int
	dir      prices
	border   [chunks + 1]int32
	usage    [chunks][][]float64
	cutUsage [chunks][]float64
	value    [chunks]float64
	trees    [chunks]tree[float64]
	wish     []int32   // what the villages choose at the best prices, by edge
	average  []float32 // weighted sum of the subproblems' units by edge
	open     []float32 // and of their openings
	weight   float32
	total    float32
	workers  int
}

func matrix(rows, m int) [][]float64 {
	out := make([][]float64, rows)
	for r := range out {
		out[r] = make([]float64, m)
	}
	return out
}

func newDual(md *model, workers int) *dual {
	rows := len(md.limit)
	d := &dual{md: md, price: newPrices(rows, md.m), best: newPrices(rows, md.m), dir: newPrices(rows, md.m), bestVal: math.Inf(1), theta: 0.5,
		average: make([]float32, len(md.edges)), open: make([]float32, len(md.edges)), wish: make([]int32, len(md.edges)), weight: 1, workers: workers}
	for c := range d.usage {
		d.usage[c] = matrix(rows, md.m)
		d.trees[c].limit = nodes
	}
	// Chunks of about equal numbers of edges, cut between villages.
	v := int32(0)
	for c := 1; c < chunks; c++ {
		for int(v) < len(md.villages) && int(md.first[md.villages[v].behind]) <= len(md.edges)*c/chunks {
			v++
		}
		d.border[c] = v
	}
	d.border[chunks] = int32(len(md.villages))
	for r := range md.limit {
		sum := 1.0
		for _, limit := range md.limit[r] {
			if limit != plan.NoLimit {
				sum += float64(limit)
			}
		}
		d.size = append(d.size, sum)
	}
	d.start()
	return d
}

// start guesses prices: an initiative's pairs by what they bring for their money, each with the share that falls to it when the needs
// choose evenly among their two or three best; where the money ends is its price.
func (d *dual) start() {
	md := d.md
	type offer struct{ density, cost float64 }
	paid := func(e int32) (cost float64, ok bool) {
		ed := &md.edges[e]
		cost = float64(ed.a)*float64(ed.u) + float64(ed.f)
		return cost, cost > 0 && md.limit[rowMoney][ed.i] != plan.NoLimit
	}
	count := make([]int, md.m)
	for e := range md.edges {
		if _, ok := paid(int32(e)); ok {
			count[md.edges[e].i]++
		}
	}
	offers := make([][]offer, md.m)
	for i, n := range count {
		offers[i] = make([]offer, 0, n)
	}
	for j := range md.needs {
		from, to := md.first[j], md.first[j+1]
		for e := from; e < to; e++ {
			if cost, ok := paid(e); ok {
				ed := &md.edges[e]
				offers[ed.i] = append(offers[ed.i], offer{float64(ed.p) * float64(ed.u) / cost, cost * min(1, 3/float64(to-from))})
			}
		}
	}
	for i, list := range offers {
		slices.SortFunc(list, func(a, b offer) int { return cmp.Compare(b.density, a.density) })
		left := float64(md.limit[rowMoney][i])
		for _, o := range list {
			if left -= o.cost; left < 0 {
				d.price.row[rowMoney][i] = 0.7 * o.density
				break
			}
		}
	}
}

// parallel runs fn for every chunk on the workers.
func parallel(workers, n int, fn func(k int)) {
	if workers <= 1 {
		for k := range n {
			fn(k)
		}
		return
	}
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

// iterate evaluates the bound at the present prices, adds the solution to the average and takes one step. lower is the value of
// the best plan known.
func (d *dual) iterate(lower float64) {
	md := d.md
	d.weight *= 1.03
	if d.weight > 1e25 {
		for e := range d.average {
			d.average[e] *= 1e-25
			d.open[e] *= 1e-25
		}
		d.weight *= 1e-25
		d.total *= 1e-25
	}
	d.total += d.weight
	parallel(d.workers, chunks, d.evaluate)
	value := 0.0
	for c := range chunks {
		value += d.value[c]
	}
	norm := 0.0
	turn := func(dir *float64, price, left, size float64) {
		if price == 0 && left > 0 {
			left = 0
		}
		*dir = left + deflection**dir
		norm += *dir / size * *dir
	}
	for r := range md.limit {
		for i, limit := range md.limit[r] {
			if limit == plan.NoLimit {
				continue
			}
			left := float64(limit)
			value += d.price.row[r][i] * left
			for c := range chunks {
				left -= d.usage[c][r][i]
			}
			turn(&d.dir.row[r][i], d.price.row[r][i], left, d.measure(r, limit))
		}
	}
	for k := range d.pool.cuts {
		one := &d.pool.cuts[k]
		left := float64(one.limit)
		value += d.price.cut[k] * left
		for c := range chunks {
			left -= d.cutUsage[c][k]
		}
		turn(&d.dir.cut[k], d.price.cut[k], left, d.measure(one.row, one.capacity))
	}
	if value < d.bestVal*(1-1e-7) || math.IsInf(d.bestVal, 1) {
		d.stale = 0
	} else if d.stale++; d.stale >= 2 {
		d.stale = 0
		d.theta *= 0.7
		if value > d.bestVal*1.0005 {
			d.price.copyFrom(d.best)
		}
	}
	if value < d.bestVal {
		d.bestVal = value
		d.best.copyFrom(d.price)
	}
	if norm == 0 {
		return
	}
	step := d.theta * max(value-max(lower, 0.99*d.bestVal), 0.002*math.Abs(value)) / norm
	for r := range md.limit {
		for i, limit := range md.limit[r] {
			if limit != plan.NoLimit {
				d.price.row[r][i] = max(0, d.price.row[r][i]-step*d.dir.row[r][i]/d.measure(r, limit))
			}
		}
	}
	for k := range d.pool.cuts {
		one := &d.pool.cuts[k]
		d.price.cut[k] = max(0, d.price.cut[k]-step*d.dir.cut[k]/d.measure(one.row, one.capacity))
	}
}

// measure is what the steps of a price are measured by: its capacity, and all capacities of the row together, so that prices of rupiah and of households
// move alike.
func (d *dual) measure(row int, capacity int64) float64 {
	return d.size[row] * max(1, float64(capacity))
}

// evaluate solves the villages of one chunk at the present prices.
func (d *dual) evaluate(c int) {
	usage := d.usage[c]
	for r := range usage {
		clear(usage[r])
	}
	clear(d.cutUsage[c])
	d.value[c] = d.villages(c, d.price, func(e, x int32) { d.use(c, e, x) })
}

// choose notes what the villages choose at the best prices.
func (d *dual) choose() {
	clear(d.wish)
	parallel(d.workers, chunks, func(c int) { d.villages(c, d.best, func(e, x int32) { d.wish[e] += x }) })
}

// villages solves the villages of one chunk, gives the bound of their values and tells what they take.
func (d *dual) villages(c int, price prices, take func(e, x int32)) float64 {
	md, t := d.md, &d.trees[c]
	sum := 0.0
	t.next = 0
	if v := d.border[c]; v < d.border[c+1] {
		t.next = d.pool.from(md.first[md.villages[v].first])
	}
	for v := d.border[c]; v < d.border[c+1]; v++ {
		sum += village(t, md, int(v), md.villages[v].bonus, func(k, j int32, losing bool) { d.collect(t, price, k, md.first[j], md.first[j+1], losing) })
		for k := range t.items {
			if it := &t.items[k]; it.x > 0 {
				take(it.e, it.x)
			}
		}
	}
	return sum
}

// village solves village v with the items that collect puts into the tree for each need, and gives the bound of its value. Where the best solution misses the floor,
// the best one that reaches it is looked for among all pairs, the losing ones too.
func village[T number](t *tree[T], md *model, v int, bonus T, collect func(k, j int32, losing bool)) T {
	vil := &md.villages[v]
	needs := md.needs[vil.first:vil.behind]
	next := t.next
	fill := func(losing bool) {
		t.next = next
		t.reset(needs, vil.cap)
		for k := range needs {
			at := len(t.items)
			collect(int32(k), vil.first+int32(k), losing)
			t.prune(int32(k), at)
		}
	}
	fill(false)
	t.solve(0, 0)
	if vil.floor == 0 || bonus == 0 {
		return t.bound
	}
	if t.served() >= vil.floor {
		return t.bound + bonus
	}
	without, bound := t.best, t.bound
	fill(true)
	t.solve(vil.floor, without-bonus)
	if t.best > without-bonus {
		return max(bound, t.bound+bonus)
	}
	bound = max(bound, t.bound+bonus)
	fill(false)
	t.solve(0, 0)
	return bound
}

func (d *dual) use(c int, e, x int32) {
	ed, usage := &d.md.edges[e], d.usage[c]
	usage[rowMoney][ed.i] += float64(ed.a)*float64(x) + float64(ed.f)
	usage[rowReach][ed.i] += float64(x)
	for r := range d.md.unit {
		usage[rowExtra+r][ed.i] += float64(d.md.unit[r][e])*float64(x) + float64(d.md.setup[r][e])
	}
	d.average[e] += d.weight * float32(x)
	d.open[e] += d.weight
	if d.pool.has(e) {
		for k := d.pool.from(e); k < len(d.pool.terms) && d.pool.terms[k].e == e; k++ {
			one := &d.pool.terms[k]
			d.cutUsage[c][one.cut] += float64(one.unit)*float64(x) + float64(one.setup)
		}
	}
}

// collect puts the pairs of a need that gain at the present prices into the tree.
func (d *dual) collect(t *tree[float64], price prices, n, from, to int32, losing bool) {
	md := d.md
	money, reach := price.row[rowMoney], price.row[rowReach]
	for e := from; e < to; e++ {
		ed := &md.edges[e]
		c := float64(ed.p) - money[ed.i]*float64(ed.a) - reach[ed.i]
		F := money[ed.i] * float64(ed.f)
		for r := range md.unit {
			c -= price.row[rowExtra+r][ed.i] * float64(md.unit[r][e])
			F += price.row[rowExtra+r][ed.i] * float64(md.setup[r][e])
		}
		for ; t.next < len(d.pool.terms) && d.pool.terms[t.next].e == e; t.next++ {
			one := &d.pool.terms[t.next]
			c -= price.cut[one.cut] * float64(one.unit)
			F += price.cut[one.cut] * float64(one.setup)
		}
		if !losing && c <= 0 && F >= 0 {
			continue
		}
		slope := c - F/float64(ed.u)
		if F < 0 {
			slope = c - F/float64(ed.l)
		}
		if slope > 0 || losing {
			t.items = append(t.items, item[float64]{e: e, n: n, l: ed.l, u: ed.u, c: c, F: F, d: slope})
		}
	}
}
