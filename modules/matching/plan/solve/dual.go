package solve

import (
	"cmp"
	"math"
	"math/bits"
	"slices"
	"sync"

	"gotong/modules/matching/plan"
)

// chunks is fixed, not the number of processors: sums of floats are added in the same order on every machine.
const chunks = 16

// nodes is the most that the tree of one village may have; hardly any needs a tenth of it.
const nodes = 4000

// dual is the Lagrangian of the initiatives' capacities. price[row][i] >= 0 is what a unit of the capacity costs, in weighted
// units; any prices give a valid bound, good ones a tight bound.
type dual struct {
	md      *model
	price   [][]float64
	best    [][]float64
	bestVal float64
	theta   float64
	stale   int
	dir     [][]float64
	cut     [chunks + 1]int32
	usage   [chunks][][]float64
	value   [chunks]float64
	trees   [chunks]tree[float64]
	wish    []int32   // what the villages choose at the best prices, by edge
	average []float32 // weighted sum of the subproblems' units by edge
	weight  float32
	total   float32
	workers int
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
	d := &dual{md: md, price: matrix(rows, md.m), best: matrix(rows, md.m), dir: matrix(rows, md.m), bestVal: math.Inf(1), theta: 1,
		average: make([]float32, len(md.edges)), wish: make([]int32, len(md.edges)), weight: 1, workers: workers}
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
		d.cut[c] = v
	}
	d.cut[chunks] = int32(len(md.villages))
	d.start()
	return d
}

// start guesses prices: an initiative's pairs by what they bring for their money, each with the share that falls to it when the needs
// choose evenly among their two or three best; where the money ends is its price.
func (d *dual) start() {
	md := d.md
	type offer struct{ density, cost float64 }
	offers := make([][]offer, md.m)
	for j := range md.needs {
		from, to := md.first[j], md.first[j+1]
		for e := from; e < to; e++ {
			ed := &md.edges[e]
			cost := float64(ed.a)*float64(ed.u) + float64(ed.f)
			if cost > 0 && md.limit[rowMoney][ed.i] != plan.NoLimit {
				share := min(1, 3/float64(to-from))
				offers[ed.i] = append(offers[ed.i], offer{float64(ed.p) * float64(ed.u) / cost, cost * share})
			}
		}
	}
	for i, list := range offers {
		slices.SortFunc(list, func(a, b offer) int { return cmp.Compare(b.density, a.density) })
		left := float64(md.limit[rowMoney][i])
		for _, o := range list {
			if left -= o.cost; left < 0 {
				d.price[rowMoney][i] = 0.7 * o.density
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
	grad := d.usage[0]
	for r := range d.price {
		for i := range d.price[r] {
			limit := md.limit[r][i]
			if limit == plan.NoLimit {
				continue
			}
			g := float64(limit)
			value += d.price[r][i] * g
			for c := range chunks {
				g -= d.usage[c][r][i]
			}
			if d.price[r][i] == 0 && g > 0 {
				g = 0
			}
			g = g + 0.3*d.dir[r][i]
			grad[r][i], d.dir[r][i] = g, g
			norm += g / max(1, float64(limit)) * g
		}
	}
	if value < d.bestVal*(1-1e-7) || math.IsInf(d.bestVal, 1) {
		d.stale = 0
	} else if d.stale++; d.stale >= 4 {
		d.stale = 0
		d.theta *= 0.7
		for r := range d.best {
			if value > d.bestVal*1.0005 {
				copy(d.price[r], d.best[r])
			}
		}
	}
	if value < d.bestVal {
		d.bestVal = value
		for r := range d.best {
			copy(d.best[r], d.price[r])
		}
	}
	if norm == 0 {
		return
	}
	step := d.theta * max(value-max(lower, 0.99*d.bestVal), 0.002*math.Abs(value)) / norm
	for r := range d.price {
		for i := range d.price[r] {
			if limit := md.limit[r][i]; limit != plan.NoLimit {
				d.price[r][i] = max(0, d.price[r][i]-step*grad[r][i]/max(1, float64(limit)))
			}
		}
	}
}

// evaluate solves the villages of one chunk at the present prices.
func (d *dual) evaluate(c int) {
	usage := d.usage[c]
	for r := range usage {
		clear(usage[r])
	}
	d.value[c] = d.villages(c, d.price, func(e, x int32) { d.use(usage, e, x) })
}

// choose notes what the villages choose at the best prices.
func (d *dual) choose() {
	clear(d.wish)
	parallel(d.workers, chunks, func(c int) { d.villages(c, d.best, func(e, x int32) { d.wish[e] += x }) })
}

// villages solves the villages of one chunk, gives the bound of their values and tells what they take.
func (d *dual) villages(c int, price [][]float64, take func(e, x int32)) float64 {
	md, t := d.md, &d.trees[c]
	sum := 0.0
	for v := d.cut[c]; v < d.cut[c+1]; v++ {
		vil := &md.villages[v]
		needs := md.needs[vil.first:vil.behind]
		t.reset(needs, vil.cap)
		for k := range needs {
			j := vil.first + int32(k)
			at := len(t.items)
			d.collect(t, price, int32(k), md.first[j], md.first[j+1], vil.floor > 0)
			t.prune(int32(k), at)
		}
		t.solve()
		missing := int64(0)
		if vil.floor > 0 && vil.bonus > 0 {
			missing = t.floor(vil.floor, vil.bonus)
		}
		sum += t.bound
		for k := range t.items {
			if it := &t.items[k]; it.x > 0 {
				take(it.e, it.x)
			}
		}
		for k := 0; missing > 0 && k < len(needs); k++ {
			if e := t.losing[k]; e >= 0 && t.worst[k] < 0 {
				x := min(int32(min(missing, math.MaxInt32)), md.edges[e].u)
				take(e, max(x, min(md.edges[e].l, md.edges[e].u)))
				missing -= int64(x)
			}
		}
	}
	return sum
}

func (d *dual) use(usage [][]float64, e, x int32) {
	ed := &d.md.edges[e]
	usage[rowMoney][ed.i] += float64(ed.a)*float64(x) + float64(ed.f)
	usage[rowReach][ed.i] += float64(x)
	for r := range d.md.unit {
		usage[rowExtra+r][ed.i] += float64(d.md.unit[r][e])*float64(x) + float64(d.md.setup[r][e])
	}
	d.average[e] += d.weight * float32(x)
}

// collect puts the pairs of a need that gain at the present prices into the tree.
func (d *dual) collect(t *tree[float64], price [][]float64, n, from, to int32, floor bool) {
	md := d.md
	money, reach := price[rowMoney], price[rowReach]
	for e := from; e < to; e++ {
		ed := &md.edges[e]
		c := float64(ed.p) - money[ed.i]*float64(ed.a) - reach[ed.i]
		F := money[ed.i] * float64(ed.f)
		for r := range md.unit {
			c -= price[rowExtra+r][ed.i] * float64(md.unit[r][e])
			F += price[rowExtra+r][ed.i] * float64(md.setup[r][e])
		}
		if !floor && c <= 0 {
			continue
		}
		slope := c - F/float64(ed.u)
		if floor && (t.losing[n] < 0 || slope > t.worst[n]) {
			t.worst[n], t.losing[n] = slope, e
		}
		if slope > 0 {
			t.items = append(t.items, item[float64]{e: e, n: n, l: ed.l, u: ed.u, c: c, F: F, d: slope})
		}
	}
}

// charge is a price for exact arithmetic: mantissa * 2^-shift, in units of 2^-scale millionths.
type charge struct {
	mantissa uint64
	shift    int
}

func newCharge(price float64, scale uint) charge {
	x := price * plan.Micro * float64(uint64(1)<<scale)
	if !(x > 0) {
		return charge{}
	}
	frac, exp := math.Frexp(min(x, 1<<50))
	return charge{uint64(frac * (1 << 53)), 53 - exp}
}

const saturated = 1 << 61

// times gives floor(charge*n), at most saturated, and whether something was cut off.
func (c charge) times(n int64) (product int64, cut bool) {
	if c.mantissa == 0 || n <= 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(c.mantissa, uint64(n))
	switch {
	case c.shift >= 128:
		return 0, true
	case c.shift >= 64:
		s := uint(c.shift - 64)
		if hi>>s >= saturated {
			return saturated, true
		}
		return int64(hi >> s), lo != 0 || hi<<(64-s) != 0 && s > 0
	case hi>>uint(c.shift) != 0:
		return saturated, true
	}
	v := lo>>uint(c.shift) | hi<<(64-uint(c.shift))
	if v >= saturated {
		return saturated, true
	}
	return int64(v), lo<<(64-uint(c.shift)) != 0
}

// Certificate bounds the aim from above at given prices, in millionths, with integers only: what a pair pays for capacity is
// rounded down, what the capacity is worth and every division in the villages is rounded up. So no rounding makes it too small,
// and it is the same on every machine.
func (md *model) certificate(a *aim, price [][]float64, workers int) int64 {
	scale := md.scale(a)
	charges := make([][]charge, len(price))
	total := int64(0)
	for r := range price {
		charges[r] = make([]charge, md.m)
		for i := range price[r] {
			if md.limit[r][i] == plan.NoLimit {
				continue
			}
			charges[r][i] = newCharge(price[r][i], scale)
			worth, cut := charges[r][i].times(md.limit[r][i])
			if cut {
				worth++
			}
			total = addUp(total, worth)
		}
	}
	sums := make([]int64, chunks)
	parallel(workers, chunks, func(c int) {
		t := tree[int64]{limit: nodes}
		for v := len(md.villages) * c / chunks; v < len(md.villages)*(c+1)/chunks; v++ {
			sums[c] = addUp(sums[c], md.exact(a, &t, charges, v, scale))
		}
	})
	for _, s := range sums {
		total = addUp(total, s)
	}
	if total >= saturated {
		return math.MaxInt64
	}
	// The objective is a whole number of millionths.
	return addUp(total>>scale, md.constant)
}

func addUp(a, b int64) int64 {
	if a > saturated-b {
		return saturated
	}
	return a + b
}

// scale chooses how many bits below a millionth fit.
func (md *model) scale(a *aim) uint {
	total := 1.0
	for j := range md.needs {
		best := int64(0)
		for e := md.first[j]; e < md.first[j+1]; e++ {
			best = max(best, a.value(md.id[e]))
		}
		total += float64(best) * float64(md.needs[j].q)
	}
	for v := range md.villages {
		total += md.villages[v].bonus * plan.Micro
	}
	for scale := uint(12); scale > 0; scale-- {
		if total*float64(uint64(1)<<scale) < 1<<59 {
			return scale
		}
	}
	return 0
}

func (md *model) exact(a *aim, t *tree[int64], charges [][]charge, v int, scale uint) int64 {
	vil := &md.villages[v]
	needs := md.needs[vil.first:vil.behind]
	t.reset(needs, vil.cap)
	for k := range needs {
		j, at := vil.first+int32(k), len(t.items)
		for e := md.first[j]; e < md.first[j+1]; e++ {
			ed := &md.edges[e]
			c := a.value(md.id[e]) << scale
			F := int64(0)
			for r := range charges {
				unit, setup := md.use(r, e)
				ch := charges[r][ed.i]
				pay, _ := ch.times(unit)
				c -= pay
				open, _ := ch.times(setup)
				F = min(F+open, saturated)
				c = max(c, -saturated)
			}
			slope := c - F/int64(ed.u)
			if vil.floor > 0 && (t.losing[k] < 0 || slope > t.worst[k]) {
				t.worst[k], t.losing[k] = max(slope, -(1<<60)/vil.floor), e // the tree multiplies it by at most the floor
			}
			if slope > 0 {
				t.items = append(t.items, item[int64]{e: e, n: int32(k), l: ed.l, u: ed.u, c: c, F: F, d: slope})
			}
		}
		t.prune(int32(k), at)
	}
	t.solve()
	if vil.floor > 0 && vil.bonus > 0 {
		t.floor(vil.floor, int64(math.Round(vil.bonus*plan.Micro))<<scale)
	}
	return t.bound
}
