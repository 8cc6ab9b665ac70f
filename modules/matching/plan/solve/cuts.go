package solve

import (
	"cmp"
	"math"
	"slices"
)

// cut is a valid inequality of one initiative's pairs, Σ unit x + setup y <= limit: every plan keeps it, the averaged solutions of the villages do not.
// It is relaxed with a price of its own.
type cut struct {
	i        int32
	row      int
	limit    int64
	capacity int64 // that it was derived from
	terms    []term
}

type term struct {
	e, cut      int32
	unit, setup int64
}

// prices are what the Lagrangian charges: for the initiatives' capacities by row and initiative, and for cuts.
type prices struct {
	row [][]float64
	cut []float64
}

func newPrices(rows, m int) prices { return prices{row: matrix(rows, m)} }

func (p prices) copyFrom(o prices) {
	for r := range p.row {
		copy(p.row[r], o.row[r])
	}
	copy(p.cut, o.cut)
}

// pool holds the cuts and their terms in the order of the pairs.
type pool struct {
	cuts  []cut
	terms []term
	bits  []uint64 // pairs with terms
}

// add takes cuts in.
func (p *pool) add(cuts []cut, edges int) {
	if len(p.bits) == 0 {
		p.bits = make([]uint64, (edges+63)/64)
	}
	for _, c := range cuts {
		for k := range c.terms {
			c.terms[k].cut = int32(len(p.cuts))
			p.bits[c.terms[k].e>>6] |= 1 << (c.terms[k].e & 63)
		}
		p.terms = append(p.terms, c.terms...)
		c.terms = nil
		p.cuts = append(p.cuts, c)
	}
	slices.SortFunc(p.terms, func(a, b term) int { return cmp.Or(cmp.Compare(a.e, b.e), cmp.Compare(a.cut, b.cut)) })
}

// from gives the first term of pair e or of a later one.
func (p *pool) from(e int32) int {
	at, _ := slices.BinarySearchFunc(p.terms, e, func(t term, e int32) int { return cmp.Compare(t.e, e) })
	return at
}

func (p *pool) has(e int32) bool {
	return len(p.bits) > 0 && p.bits[e>>6]&(1<<(e&63)) != 0
}

// part is what a pair shares in a capacity at the averaged solution.
type part struct {
	e           int32
	unit, setup int64
	most        int64   // use when it is served up to its upper end
	open, lack  float64 // the average of y, and of unit (u y - x)
}

// separate looks for the inequality of each initiative that the averaged solution breaks most, and relaxes those that it finds.
func (d *dual) separate() int {
	md := d.md
	by := make([][]int32, md.m)
	for e, open := range d.open {
		if open > 0.01*d.total {
			by[md.edges[e].i] = append(by[md.edges[e].i], int32(e))
		}
	}
	found := make([]*cut, md.m)
	parallel(d.workers, chunks, func(c int) {
		for i := md.m * c / chunks; i < md.m*(c+1)/chunks; i++ {
			worst := least
			for r := range md.limit {
				if limit := md.limit[r][i]; limit == 0 || limit > largest { // no limit is the largest of all
					continue
				}
				one, broken := d.mir(r, int32(i), by[i])
				if broken > worst {
					worst, found[i] = broken, one
				}
			}
		}
	})
	var cuts []cut
	for _, one := range found {
		if one != nil {
			cuts = append(cuts, *one)
		}
	}
	if d.before == nil && len(cuts) > 0 {
		d.before = matrix(len(d.best.row), md.m)
		for r := range d.before {
			copy(d.before[r], d.best.row[r])
		}
	}
	d.pool.add(cuts, len(md.edges))
	for range cuts {
		for _, p := range []*prices{&d.price, &d.best, &d.dir} {
			p.cut = append(p.cut, 0)
		}
	}
	for c := range d.cutUsage {
		d.cutUsage[c] = make([]float64, len(d.pool.cuts))
	}
	return len(cuts)
}

// plain gives the prices of the capacities alone, as they were before cuts took a part of them: what a little more of a capacity is worth, and what
// another search may start from.
func (d *dual) plain() [][]float64 {
	if d.before != nil {
		return d.before
	}
	return d.best.row
}

// mir separates mixed-integer rounding inequalities of a capacity: x = u y - t makes it Σ most y - Σ unit t <= b; the pairs of a set T are complemented, and
// it is divided by one of the pairs' uses (Marchand and Wolsey 2001, Operations Research 49; a cover T and its largest use give the flow cover inequality).
// T begins as a cover by the most open pairs and is improved by single changes. All numbers are whole. It gives how much of the capacity the
// averaged solution goes beyond the inequality.
func (d *dual) mir(row int, i int32, edges []int32) (*cut, float64) {
	md := d.md
	b := md.limit[row][i]
	var parts []part
	for _, e := range edges {
		unit, setup := md.use(row, e)
		most := unit*int64(md.edges[e].u) + setup
		if most == 0 {
			continue
		}
		open, x := float64(d.open[e]/d.total), float64(d.average[e]/d.total)
		parts = append(parts, part{e, unit, setup, most, open, float64(unit) * max(0, float64(md.edges[e].u)*open-x)})
	}
	slices.SortFunc(parts, func(p, q part) int { return cmp.Or(cmp.Compare(q.open, p.open), cmp.Compare(p.e, q.e)) })
	if len(parts) > widest {
		parts = parts[:widest]
	}
	sum, lack := int64(0), 0.0
	in := make([]bool, len(parts))
	for k := range parts {
		lack += parts[k].lack
		if sum <= b {
			in[k] = true
			sum += parts[k].most
		}
	}
	if sum <= b {
		return nil, 0
	}
	best, divisor := math.Inf(-1), int64(0)
	try := func() bool {
		better := false
		for k := range parts {
			if v := broken(parts, in, b, parts[k].most) - lack; v > best+1e-9*float64(b) {
				best, divisor, better = v, parts[k].most, true
			}
		}
		return better
	}
	try()
	for again := true; again; {
		again = false
		for k := range parts {
			in[k] = !in[k]
			if try() {
				again = true
			} else {
				in[k] = !in[k]
			}
		}
	}
	if best <= 0 {
		return nil, 0
	}
	one := &cut{i: i, row: row, capacity: b}
	whole, rest, weight := rounding(parts, in, b, divisor)
	one.limit = weight * whole
	for k, p := range parts {
		y := round(p.most, divisor, rest, weight)
		if in[k] {
			y = round(-p.most, divisor, rest, weight)
			one.limit -= y
			y = -y
		}
		one.terms = append(one.terms, term{e: p.e, unit: p.unit, setup: y - p.unit*int64(md.edges[p.e].u)})
	}
	return one, best / float64(b)
}

const (
	widest  = 24      // pairs that an inequality may have
	least   = 5e-4    // of the capacity, by which the averaged solution must break it
	largest = 1 << 55 // capacities above it could overflow
)

// rounding gives floor(b'/divisor), the remainder, and divisor less remainder for b' = b less what the complemented pairs use.
func rounding(parts []part, in []bool, b, divisor int64) (whole, rest, weight int64) {
	for k := range parts {
		if in[k] {
			b -= parts[k].most
		}
	}
	whole = b / divisor
	if rest = b % divisor; rest < 0 {
		rest += divisor
		whole--
	}
	return whole, rest, divisor - rest
}

// round is the coefficient of a pair with that use, times weight.
func round(use, divisor, rest, weight int64) int64 {
	whole, r := use/divisor, use%divisor
	if r < 0 {
		r += divisor
		whole--
	}
	return weight*whole + max(0, r-rest)
}

// broken is by how much the averaged solution goes beyond the inequality, without the pairs' lack.
func broken(parts []part, in []bool, b, divisor int64) float64 {
	whole, rest, weight := rounding(parts, in, b, divisor)
	if rest == 0 {
		return math.Inf(-1)
	}
	left := -float64(weight) * float64(whole)
	for k := range parts {
		if in[k] {
			left += float64(round(-parts[k].most, divisor, rest, weight)) * (1 - parts[k].open)
		} else {
			left += float64(round(parts[k].most, divisor, rest, weight)) * parts[k].open
		}
	}
	return left
}
