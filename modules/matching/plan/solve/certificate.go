package solve

import (
	"math"
	"math/bits"

	"gotong/modules/matching/plan"
)

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

// pay is what a use costs, rounded down; a negative one is what a cut gives back.
func (c charge) pay(n int64) int64 {
	if n >= 0 {
		pay, _ := c.times(n)
		return pay
	}
	back, cut := c.times(-n)
	if cut {
		back++
	}
	return -back
}

// Certificate bounds the aim from above at given prices, in millionths, with integers only: what a pair pays for capacity is
// rounded down, what the capacity is worth and every division in the villages is rounded up. So no rounding makes it too small,
// and it is the same on every machine.
func (md *model) certificate(a *aim, pool *pool, price prices, workers int) int64 {
	scale, fits := md.scale(a, pool, price)
	if !fits {
		return math.MaxInt64
	}
	charges := make([][]charge, len(price.row))
	total := int64(0)
	for r := range price.row {
		charges[r] = make([]charge, md.m)
		for i := range price.row[r] {
			if md.limit[r][i] == plan.NoLimit {
				continue
			}
			charges[r][i] = newCharge(price.row[r][i], scale)
			worth, cut := charges[r][i].times(md.limit[r][i])
			if cut {
				worth++
			}
			total = addUp(total, worth)
		}
	}
	cuts := make([]charge, len(pool.cuts))
	for k := range cuts {
		cuts[k] = newCharge(price.cut[k], scale)
		worth, cut := cuts[k].times(pool.cuts[k].limit)
		if cut {
			worth++
		}
		total = addUp(total, worth)
	}
	sums := make([]int64, chunks)
	parallel(workers, chunks, func(c int) {
		t := tree[int64]{limit: nodes}
		if v := len(md.villages) * c / chunks; v < len(md.villages) {
			t.next = pool.from(md.first[md.villages[v].first])
		}
		for v := len(md.villages) * c / chunks; v < len(md.villages)*(c+1)/chunks; v++ {
			bonus := int64(math.Round(md.villages[v].bonus*plan.Micro)) << scale
			sums[c] = addUp(sums[c], village(&t, md, v, bonus, func(k, j int32, losing bool) { md.items(a, &t, charges, pool, cuts, k, j, losing, scale) }))
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

// scale chooses how many bits below a millionth fit, if any do.
func (md *model) scale(a *aim, pool *pool, price prices) (scale uint, fits bool) {
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
	for k := range pool.terms {
		one := &pool.terms[k]
		total += price.cut[one.cut] * plan.Micro * math.Abs(float64(one.setup))
	}
	for scale := uint(12); scale > 0; scale-- {
		if total*float64(uint64(1)<<scale) < 1<<59 {
			return scale, true
		}
	}
	return 0, len(pool.terms) == 0 || total < 1<<59
}

// items puts pairs of need j into the tree, the k-th need of its village, in whole numbers.
func (md *model) items(a *aim, t *tree[int64], charges [][]charge, pool *pool, cuts []charge, k, j int32, losing bool, scale uint) {
	vil := &md.villages[md.needs[j].v]
	most := int64(saturated) / int64(1+md.first[vil.behind]-md.first[vil.first]) // what a pair may cost: dearer ones are taken for cheaper, which only raises the bound
	for e := md.first[j]; e < md.first[j+1]; e++ {
		ed := &md.edges[e]
		c := a.value(md.id[e]) << scale
		F := int64(0)
		for r := range charges {
			unit, setup := md.use(r, e)
			ch := charges[r][ed.i]
			c = max(c-ch.pay(unit), -saturated)
			F = min(F+ch.pay(setup), saturated)
		}
		for ; t.next < len(pool.terms) && pool.terms[t.next].e == e; t.next++ {
			one := &pool.terms[t.next]
			c = max(c-cuts[one.cut].pay(one.unit), -saturated)
			F = min(F+cuts[one.cut].pay(one.setup), saturated)
		}
		c, F = max(c, -most/int64(ed.u)), min(F, most)
		slope := c - F/int64(ed.u)
		if F < 0 {
			slope = c + (-F+int64(ed.l)-1)/int64(ed.l)
		}
		if slope > 0 || losing {
			t.items = append(t.items, item[int64]{e: e, n: k, l: ed.l, u: ed.u, c: c, F: F, d: slope})
		}
	}
}
