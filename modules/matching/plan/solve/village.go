package solve

import "gotong/modules/matching/plan"

// number is what a village's subproblem is solved in: floats in the search, integers for the certificate.
type number interface{ int64 | float64 }

// item is a pair of one village at given prices: opening costs F, each unit brings c. d >= c - F/u is the slope of the
// smallest straight line from the origin that lies above it on [0, u]. Where opening pays (F < 0, which cuts can bring about) the smallest concave
// function above it has two pieces: d >= c - F/l up to l, and c from there.
type item[T number] struct {
	e, n    int32 // edge, need within the village
	l, u    int32
	c, F, d T
	x       int32
	state   int8
}

const (
	free   int8 = iota // not decided
	opened             // y = 1: F is paid, x >= l
	shut               // y = 0
)

// tree solves one village exactly by branch and bound: fixed charges, lots, suppliers, each need's quantity, the village's cap.
// The relaxation gives every undecided pair its straight line; since quantities and cap are nested it is solved greedily. It is
// exact as soon as every undecided pair is at 0 or at its upper end.
//
// Each pair keeps its own line. Averaging the lines of a need's suppliers when the cap cuts them understates the concave value and
// makes the bound invalid: TestVillageCapKeepsEachSupplierApart.
type tree[T number] struct {
	items  []item[T]
	quota  []int32 // by need of the village
	most   []int32 // suppliers
	cap    int64
	left   []int32
	count  []int32
	order  []int32
	slope  []T
	nodes  int
	limit  int
	best   T // value of the best solution
	bound  T // no solution is above it
	chosen []int32
	floor  int64 // units that a solution must have
	next   int   // the pool's first term of a later pair
}

func (t *tree[T]) reset(needs []needRow, cap int64) {
	t.items = t.items[:0]
	t.quota, t.most = t.quota[:0], t.most[:0]
	for k := range needs {
		t.quota = append(t.quota, needs[k].q)
		t.most = append(t.most, needs[k].k)
	}
	if cap == plan.NoLimit {
		cap = 1 << 50
	}
	t.cap = cap
}

// prune drops the pairs of need n, from item first on, that another one of the need replaces in any plan: it brings at least as much per unit,
// costs no more to open, takes every lot, and takes the other's units besides its own.
func (t *tree[T]) prune(n int32, first int) {
	best := first // replaces most of the others
	for k := first + 1; k < len(t.items); k++ {
		if t.items[k].d > t.items[best].d {
			best = k
		}
	}
	if best < len(t.items) {
		t.items[first], t.items[best] = t.items[best], t.items[first]
	}
	kept := first
next:
	for k := first; k < len(t.items); k++ {
		b := t.items[k]
		for h := first; h < len(t.items); h++ {
			a := &t.items[h]
			if h == k || h >= kept && h < k || a.c < b.c || a.F > b.F || a.l > b.l || a.u < b.u || t.most[n] > 1 && (a.u < t.quota[n] || b.F < 0) {
				continue
			}
			if h < k || a.c > b.c || a.F < b.F || a.l < b.l || a.u > b.u {
				continue next
			}
		}
		t.items[kept] = b
		kept++
	}
	t.items = t.items[:kept]
}

// solve fills bound, best and the items' x with the best solution of at least floor units; only what is above least counts, and least is what bound and best
// are when there is nothing.
func (t *tree[T]) solve(floor int64, least T) {
	n := len(t.items)
	t.best, t.bound, t.nodes, t.floor = least, least, 0, floor
	if cap(t.chosen) < n {
		t.order, t.slope, t.chosen = make([]int32, 4*n), make([]T, 4*n), make([]int32, 2*n)
	}
	if cap(t.left) < len(t.quota) {
		t.left, t.count = make([]int32, 2*len(t.quota)), make([]int32, 2*len(t.quota))
	}
	t.chosen = t.chosen[:n]
	clear(t.chosen)
	for k := 1; k < n; k++ { // by slope, steepest first
		one := t.items[k]
		at := k
		for ; at > 0 && (t.items[at-1].d < one.d); at-- {
			t.items[at] = t.items[at-1]
		}
		t.items[at] = one
	}
	if n > 0 {
		t.branch()
	}
	for k := range t.items {
		t.items[k].x = t.chosen[k]
	}
	t.bound = max(t.bound, t.best)
}

// served is what the solution has.
func (t *tree[T]) served() (units int64) {
	for k := range t.items {
		units += int64(t.items[k].x)
	}
	return units
}

func (t *tree[T]) branch() {
	t.nodes++
	value, at := t.relax()
	if at == infeasible || value <= t.best {
		return
	}
	if at == exact {
		t.best = value
		for k := range t.items {
			t.chosen[k] = t.items[k].x
		}
		return
	}
	if t.nodes >= t.limit {
		t.bound = max(t.bound, value)
		t.settle()
		return
	}
	t.items[at].state = opened
	t.branch()
	t.items[at].state = shut
	t.branch()
	t.items[at].state = free
}

const (
	exact      = -1
	infeasible = -2
)

// relax solves the relaxation of the present node into the items' x and gives its value and the pair to branch on.
func (t *tree[T]) relax() (value T, at int) {
	left, count := t.left[:len(t.quota)], t.count[:len(t.quota)]
	copy(left, t.quota)
	for k := range count {
		count[k] = 0
	}
	room, missing := t.cap, t.floor
	for k := range t.items {
		it := &t.items[k]
		it.x = 0
		if it.state == opened {
			it.x = it.l
			missing -= int64(it.l)
			left[it.n] -= it.l
			room -= int64(it.l)
			count[it.n]++
			value += it.c*T(it.l) - it.F
			if left[it.n] < 0 || room < 0 || count[it.n] > t.most[it.n] {
				return 0, infeasible
			}
		}
	}
	n := 0
	for k := range t.items {
		it := &t.items[k]
		if it.state == shut || it.state == free && count[it.n] >= t.most[it.n] {
			continue
		}
		s := it.d
		if it.state == opened {
			s = it.c
		}
		n = t.insert(n, int32(k), s)
		if it.state == free && it.F < 0 {
			n = t.insert(n, int32(k), it.c)
		}
	}
	at = exact
	for pos := range n {
		it := &t.items[t.order[pos]]
		end := it.u
		if it.state == free && it.F < 0 && it.x == 0 {
			end = it.l
		}
		most := room
		if t.slope[pos] <= 0 {
			most = min(room, missing)
		}
		give := int32(min(int64(end-it.x), int64(left[it.n]), most))
		if give <= 0 {
			continue
		}
		missing -= int64(give)
		if it.state == free && it.x == 0 {
			count[it.n]++
			if at == exact && (give < end || count[it.n] > t.most[it.n]) {
				at = int(t.order[pos])
			}
		}
		it.x += give
		left[it.n] -= give
		room -= int64(give)
		value += t.slope[pos] * T(give)
	}
	if missing > 0 {
		return 0, infeasible
	}
	return value, at
}

// insert puts a piece of an item among the n pieces before it, the steepest first.
func (t *tree[T]) insert(n int, k int32, slope T) int {
	pos := n
	for ; pos > 0 && t.slope[pos-1] < slope; pos-- {
		t.slope[pos], t.order[pos] = t.slope[pos-1], t.order[pos-1]
	}
	t.slope[pos], t.order[pos] = slope, k
	return n + 1
}

// settle makes a solution of a relaxed node by dropping what is cut or one supplier too many, for the search only.
func (t *tree[T]) settle() {
	var value T
	count := t.count[:len(t.quota)]
	for k := range count {
		count[k] = 0
	}
	for k := range t.items {
		it := &t.items[k]
		if it.x > 0 && it.state == free && it.x < it.l || it.x > 0 && count[it.n] >= t.most[it.n] {
			it.x = 0
		}
		if it.x > 0 {
			count[it.n]++
			value += it.c*T(it.x) - it.F
		}
	}
	if value > t.best && t.served() >= t.floor {
		t.best = value
		for k := range t.items {
			t.chosen[k] = t.items[k].x
		}
	}
}
