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
	core  []int32
	reach []int     // by place in core: capacity that the jobs up to it can fill
	loss  []float64 // by place in order: what the choice against the density loses, negative for jobs that are left
	rows  []int64   // of the table
}

var sheets = sync.Pool{New: func() any { return new(sheet) }}

// cells is the largest table of the exact solution; above it the continuous bound, which is also valid, stands in.
const cells = 10_000_000

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

// tight solves the case in which not everything fits. Jobs denser than the broken one, of which only a part would fit, are taken and the others left,
// but for a core: the jobs whose choice against that loses little (Balas and Zemel 1980, Operations Research 28). The best set of the core is the best of
// all if its value is no further below the upper bound than what a job outside would lose. A core as wide as the last question needed is tried first.
func (k *knapsack) tight(room int64) int64 {
	p, w := k.profit, k.weight
	broken := k.split(room)
	density := float64(p[broken]) / float64(w[broken])
	surplus := 0.0
	k.loss = k.loss[:0]
	for _, j := range k.order {
		loss := float64(p[j]) - density*float64(w[j])
		k.loss = append(k.loss, loss)
		surplus += max(0, loss)
	}
	upper := int64(math.Ceil((surplus+density*float64(room))*(1+1e-11) + 1e-3)) // of the relaxation: valid at any density
	k.density, k.above = density, 1
	for width := k.width; ; {
		base, space := int64(0), room
		k.core = k.core[:0]
		for pos, j := range k.order {
			k.take[j] = false
			switch loss := k.loss[pos]; {
			case loss > width:
				k.take[j] = true
				base += p[j]
				space -= w[j]
			case loss >= -width:
				k.core = append(k.core, j)
			}
		}
		if space < 0 { // densities that differ by rounding alone
			width = 2*width + 1
			continue
		}
		if space*int64(len(k.core)) > cells {
			k.rough, k.width = true, 0
			for _, j := range k.core {
				if w[j] <= space {
					k.take[j] = true
					space -= w[j]
				}
			}
			return upper
		}
		value := base + k.table(space)
		gap := float64(upper-value) + 1
		if gap <= width {
			k.width, k.above = 1.25*gap, gap
			return value
		}
		width = gap
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

// table is the exact dynamic programme over the capacities 0 to room. Its rows are kept, one more than jobs in the core: to find the choices back costs
// less than to mark them, since a row is filled without a branch.
func (k *knapsack) table(room int64) int64 {
	size := int(room) + 1
	k.rows = slices.Grow(k.rows[:0], (len(k.core)+1)*size)
	rows := k.rows[:(len(k.core)+1)*size]
	reach := 0
	k.reach = k.reach[:0]
	rows[0] = 0
	for n, j := range k.core {
		w := int(k.weight[j])
		from, to := rows[n*size:(n+1)*size], rows[(n+1)*size:(n+2)*size]
		full := min(reach+w, size-1)
		for c := reach + 1; c <= full; c++ {
			from[c] = from[reach]
		}
		add(to[:full+1], from[:full+1], w, k.profit[j])
		reach = full
		k.reach = append(k.reach, reach)
	}
	value := rows[len(k.core)*size+reach]
	c := reach
	for n := len(k.core) - 1; n >= 0; n-- {
		c = min(c, k.reach[n]) // the row ends there: more room changed nothing yet
		if j := k.core[n]; rows[(n+1)*size+c] != rows[n*size+c] {
			k.take[j] = true
			c -= int(k.weight[j])
		}
	}
	return value
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
