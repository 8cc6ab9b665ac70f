// Package gap solves generalised assignment: each job to one agent within its capacity, at least cost. The bound is the Lagrangian
// of the assignment rows with every agent's knapsack solved exactly in integers; plans come from dives along that bound and from
// dives on groups of agents.
package gap

import (
	"math"
	"slices"
)

// scale makes multipliers whole numbers: they are counted in 1/256 of a cost unit.
const scale = 256

// knapsack solves one agent's problem: the best set of jobs within its capacity. Its memory is reused.
type knapsack struct {
	profit, weight []int64
	order          []int32
	keys           []uint64
	take           []bool
	value          []int64
	bits           [][]uint64
	core           []int32
	reach          []int // capacity that the first jobs of the core can fill
	rough          bool  // the last bound is the continuous one
}

// cells is the largest table of the exact solution; above it the continuous bound, which is also valid, stands in.
const cells = 40_000_000

// solve marks the best set in take and gives an upper bound of its value, equal to it when exact. Profits and weights are those of
// the fields; only jobs of positive profit count.
func (k *knapsack) solve(room int64) (bound int64) {
	n := len(k.profit)
	if cap(k.take) < n {
		k.take = make([]bool, n)
	}
	k.take = k.take[:n]
	clear(k.take)
	k.rough = false
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

// tight solves the case in which not everything fits. The order by density is a rough one, of 32-bit floats, since sorting numbers is much faster
// than comparing fractions; nothing rests on it: any density gives a valid bound.
func (k *knapsack) tight(room int64) int64 {
	p, w := k.profit, k.weight
	k.keys = k.keys[:0]
	for _, j := range k.order {
		k.keys = append(k.keys, uint64(^math.Float32bits(float32(p[j])/float32(w[j])))<<32|uint64(uint32(j)))
	}
	slices.Sort(k.keys)
	for pos, key := range k.keys {
		k.order[pos] = int32(uint32(key))
	}
	left, greedy := room, int64(0)
	at := 0
	for ; w[k.order[at]] <= left; at++ {
		left -= w[k.order[at]]
		greedy += p[k.order[at]]
	}
	broken := k.order[at]
	density := float64(p[broken]) / float64(w[broken])
	misplaced := 0.0
	lower, rest := greedy, left
	for pos, j := range k.order {
		loss := float64(p[j]) - density*float64(w[j])
		if pos < at {
			misplaced += max(0, -loss)
			continue
		}
		misplaced += max(0, loss)
		if w[j] <= rest {
			rest -= w[j]
			lower += p[j]
		}
	}
	upper := greedy + int64(math.Ceil((float64(left)*density+misplaced)*(1+1e-12)+1e-3))
	// A job whose choice against the density costs more than the gap is settled.
	gap := float64(upper-lower) + 1
	base, space := int64(0), room
	k.core = k.core[:0]
	for _, j := range k.order {
		loss := float64(p[j]) - density*float64(w[j])
		switch {
		case loss > gap:
			k.take[j] = true
			base += p[j]
			space -= w[j]
		case -loss > gap:
		default:
			k.core = append(k.core, j)
		}
	}
	if space*int64(len(k.core)) > cells {
		k.rough = true
		for _, j := range k.core {
			if w[j] <= space {
				k.take[j] = true
				space -= w[j]
			}
		}
		return upper
	}
	return base + k.table(space)
}

// table is the exact dynamic programme over the capacities 0 to room.
func (k *knapsack) table(room int64) int64 {
	size := int(room) + 1
	if cap(k.value) < size {
		k.value = make([]int64, size)
	}
	value := k.value[:size]
	clear(value)
	words := (size + 63) / 64
	for len(k.bits) < len(k.core) {
		k.bits = append(k.bits, nil)
	}
	reach := 0
	k.reach = k.reach[:0]
	for n, j := range k.core {
		w, p := int(k.weight[j]), k.profit[j]
		if cap(k.bits[n]) < words {
			k.bits[n] = make([]uint64, words)
		}
		bits := k.bits[n][:words]
		clear(bits)
		k.bits[n] = bits
		old := reach
		reach = min(reach+w, size-1)
		k.reach = append(k.reach, reach)
		for c := old + 1; c <= reach; c++ {
			value[c] = value[old]
		}
		for c := reach; c >= w; c-- {
			if v := value[c-w] + p; v > value[c] {
				value[c] = v
				bits[c>>6] |= 1 << (c & 63)
			}
		}
	}
	c := reach
	for n := len(k.core) - 1; n >= 0; n-- {
		c = min(c, k.reach[n]) // the table ends there: more room changed nothing yet
		if j := k.core[n]; k.bits[n][c>>6]>>(c&63)&1 == 1 {
			k.take[j] = true
			c -= int(k.weight[j])
		}
	}
	return value[reach]
}
