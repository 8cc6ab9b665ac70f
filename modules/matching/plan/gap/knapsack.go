// Package gap solves generalised assignment: each job to one agent within its capacity, at least cost. The bound is the Lagrangian
// of the assignment rows with every agent's knapsack solved exactly in integers; plans come from dives along that bound and from
// dives on groups of agents.
package gap

import (
	"math"
	"slices"
	"sync"
)

// scale makes multipliers whole numbers: they are counted in 1/256 of a cost unit.
const scale = 256

// knapsack solves one agent's problem: the best set of jobs within its capacity.
type knapsack struct {
	profit, weight []int64
	take           []bool
	width          float64 // of the core that the last question needed
	rough          bool    // the last bound is the continuous one
	density        float64 // of the broken job; 0: all that gains fits
	above          float64 // how far the continuous bound is above the value
	*sheet                 // while it is solved
}

// sheet is what a knapsack is solved on. It is lent, since each agent's own would be too many.
type sheet struct {
	order []int32
	keys  []uint64
	loss  []float64 // by place in order: what it costs to take the job or leave it against the density
	turns []turn
	rows  []int64 // the turns' values
	last  int     // the turn that made the best value
	fits  int64   // and what that weighs at most
}

var sheets = sync.Pool{New: func() any { return new(sheet) }}

// solve marks the best set in take and gives an upper bound of its value, equal to it when exact. Profits and weights are those of
// the fields; only jobs of positive profit count.
func (k *knapsack) solve(room int64) (bound int64) {
	n := len(k.profit)
	if cap(k.take) < n {
		k.take = make([]bool, n)
	}
	k.take = k.take[:n]
	clear(k.take)
	k.rough, k.density, k.above = false, 0, 0
	k.sheet = sheets.Get().(*sheet) //nolint:forcetypeassert // nothing else is put there
	defer func() {
		sheets.Put(k.sheet)
		k.sheet = nil
	}()
	k.order = k.order[:0]
	var weight, value int64
	for j := range n {
		if k.profit[j] > 0 && k.weight[j] <= room {
			if k.weight[j] == 0 {
				k.take[j] = true
				value += k.profit[j]
				continue
			}
			k.order = append(k.order, int32(j))
			weight += k.weight[j]
		}
	}
	if weight <= room {
		for _, j := range k.order {
			k.take[j] = true
			value += k.profit[j]
		}
		return value
	}
	return value + k.tight(room)
}

// tight solves the case in which not everything fits. Jobs denser than the broken one, of which only a part would fit, are taken and the others left.
// From there jobs are turned, but for those whose turn loses more than a width: a set is the best of all if its value is no further below the upper bound
// than that (Balas and Zemel 1980, Operations Research 28). A width a little above what the last question needed is tried first.
func (k *knapsack) tight(room int64) int64 {
	p, w := k.profit, k.weight
	broken := k.split(room)
	density := float64(p[broken]) / float64(w[broken])
	base, space := int64(0), room
	k.loss = k.loss[:0]
	for _, j := range k.order {
		loss := float64(p[j]) - density*float64(w[j])
		if loss > 0 {
			k.take[j] = true
			base += p[j]
			space -= w[j]
		}
		k.loss = append(k.loss, math.Abs(loss))
	}
	upper := int64(math.Ceil((float64(base)+density*float64(space))*(1+1e-11) + 1e-3)) // of the relaxation: valid at any density
	k.density, k.above = density, 1
	for width := k.width; ; {
		best, found, exact := k.improve(space, density, width)
		if !exact {
			k.rough, k.width = true, 0
			for _, j := range k.order {
				if !k.take[j] && w[j] <= space {
					k.take[j] = true
					space -= w[j]
				}
			}
			return upper
		}
		if !found { // densities that differ by rounding alone: the dense jobs do not fit
			width = 2*width + 1
			continue
		}
		gap := float64(upper-base-best) + 1
		if gap <= width {
			k.width, k.above = 1.25*gap, gap
			k.flip(best)
			return base + best
		}
		width = gap
	}
}

// turn is a job taken or left against the broken density, and what that comes to: the best values of all sets that differ from the dense jobs in this and
// earlier turns, by what they weigh more than those at most. Weights that cannot lead to anything are left out.
type turn struct {
	job           int32
	weight, value int64
	low           int64 // the weight of the first value
	from, to      int   // its values in rows
}

// cells is how many values are made for an exact answer; above it the continuous bound, which is also valid, stands in.
const cells = 10_000_000

// improve turns jobs whose turn loses at most width and gives the best value on top of the dense jobs'. Those nearest to the broken density are turned
// first; then what is missing to fill the space, or too much, can only be made up for at the density of the next job or a worse one, so that few weights
// may still come within the width (Pisinger 1997, Operations Research 45).
func (k *knapsack) improve(space int64, density, width float64) (best int64, found, exact bool) {
	k.keys = k.keys[:0]
	for pos, j := range k.order {
		if k.loss[pos] <= width {
			k.keys = append(k.keys, uint64(math.Float32bits(float32(k.loss[pos])/float32(k.weight[j])))<<32|uint64(uint32(pos)))
		}
	}
	slices.Sort(k.keys)
	k.rows = append(k.rows[:0], 0)
	k.turns = append(k.turns[:0], turn{job: -1, to: 1})
	most := density * float64(space) // the loss of what is worth no more than the dense jobs
	slack := 0.5 + 1e-11*math.Abs(most)
	limit := width
	k.last, k.fits = 0, 0
	if found = space >= 0; found {
		limit = min(limit, most-1+slack)
	}
	for at, key := range k.keys {
		pos := uint32(key)
		if k.loss[pos] > limit {
			continue
		}
		j := k.order[pos]
		w, value := k.weight[j], k.profit[j]
		if k.take[j] {
			w, value = -w, -value
		}
		next := k.keys[min(at+1, len(k.keys)-1)]
		over := float64(math.Float32frombits(uint32(next>>32))) * (1 - 1e-6)
		under := min(over, density)
		before := &k.turns[len(k.turns)-1]
		low, high := before.low+min(w, 0), before.low+int64(before.to-before.from)-1+max(w, 0)
		if x := float64(space) - limit/under; x > float64(low) {
			low = int64(x)
		}
		if x := float64(space) + limit/over; x < float64(high) {
			high = int64(x) + 1
		}
		if low > high || float64(len(k.rows))+float64(high-low)+math.Abs(float64(w)) > cells {
			return best, found, low > high
		}
		row := k.extend(turn{job: j, weight: w, value: value, low: low}, int(high-low)+1)
		if c := min(space-low, int64(len(row))-1); c >= 0 && (!found || row[c] > best) {
			best, found, k.last, k.fits = row[c], true, len(k.turns)-1, low+c
			limit = min(limit, most-float64(best)-1+slack)
		}
	}
	return best, found, true
}

// extend makes n values of one turn more from those of the last.
func (k *knapsack) extend(t turn, n int) []int64 {
	before, heavy := &k.turns[len(k.turns)-1], int(max(t.weight, -t.weight))
	t.from = before.to + heavy
	t.to = t.from + n
	k.rows = slices.Grow(k.rows[:before.to], heavy+n)[:t.to]
	old, row := k.rows[before.from:t.from], k.rows[t.from:]
	for c := len(old) - heavy; c < len(old); c++ {
		old[c] = old[len(old)-heavy-1] // more room changes nothing yet
	}
	without, with := int(t.low-before.low), int(t.low-before.low-t.weight) // where row begins in old, for sets without the turn and with it
	alone := 0                                                             // values for which there is only one of both
	switch {
	case with < 0:
		alone = min(n, -with)
		copy(row[:alone], old[without:])
	case without < 0:
		alone = min(n, -without)
		for c, v := range old[with : with+alone] {
			row[c] = v + t.value
		}
	}
	if alone < n {
		fill(row[alone:], old[with+alone:with+n], old[without+alone:without+n], t.value)
	}
	k.turns = append(k.turns, t)
	return row
}

// flip turns the jobs that the best values came from.
func (k *knapsack) flip(value int64) {
	weight := k.fits
	for n := k.last; n > 0; n-- {
		before := &k.turns[n-1]
		if c := weight - before.low; c >= 0 && k.rows[before.from+min(int(c), before.to-before.from-1)] == value {
			continue
		}
		t := &k.turns[n]
		k.take[t.job] = !k.take[t.job]
		value -= t.value
		weight -= t.weight
	}
}

// split finds the job that no longer fits when jobs are taken by density, without sorting them. The densities are rough ones, of 32-bit floats; nothing
// rests on them.
func (k *knapsack) split(room int64) int32 {
	p, w := k.profit, k.weight
	k.keys = k.keys[:0]
	for _, j := range k.order {
		k.keys = append(k.keys, uint64(^math.Float32bits(float32(p[j])/float32(w[j])))<<32|uint64(uint32(j)))
	}
	keys := k.keys
	for {
		last := len(keys) - 1
		if last == 0 {
			return int32(uint32(keys[0]))
		}
		a, b, c := keys[0], keys[last/2], keys[last]
		switch pivot := max(min(a, b), min(max(a, b), c)); pivot {
		case a:
			keys[0], keys[last] = c, a
		case b:
			keys[last/2], keys[last] = c, b
		}
		pivot, at, weight := keys[last], 0, int64(0)
		for x, key := range keys[:last] {
			if key < pivot {
				weight += w[uint32(key)]
				keys[at], keys[x] = key, keys[at]
				at++
			}
		}
		if weight > room {
			keys = keys[:at]
			continue
		}
		room -= weight
		keys[at], keys[last] = pivot, keys[at]
		if room -= w[uint32(pivot)]; room < 0 {
			return int32(uint32(pivot))
		}
		keys = keys[at+1:]
	}
}

// add makes the next row of a table: a job of weight w may be taken.
func add(to, from []int64, w int, profit int64) {
	if w >= len(from) {
		copy(to, from)
		return
	}
	copy(to[:w], from)
	fill(to[w:], from[:len(from)-w], from[w:], profit)
}

// fill gives, place by place, the better of two parts of a table's row: without a job, or with it on top of what the capacity left for others gives.
func fill(to, others, without []int64, profit int64) {
	to, without = to[:len(others)], without[:len(others)]
	for c, v := range others {
		to[c] = max(without[c], v+profit)
	}
}
