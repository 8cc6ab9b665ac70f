package gap

// forest is one tree that several walk at once. Each part has branches of its own; one that has none left takes the branch nearest the root from the part
// that has most. What it finds does not depend on how many processors walk.
type forest struct {
	parts [16]*tree
	found *fixedPair // the cheapest assignment below the cut
	cost  int64
	cut   int64
	nodes int
}

func newForest(p *problem, u []int64, cut int64) *forest {
	f := &forest{cut: cut, cost: never}
	f.parts[0] = newTree(p, u, cut, thorough, new(fixer))
	for k := range f.parts[1:] {
		f.parts[k+1] = &tree{cut: cut, fix: new(fixer), pace: thorough, cost: never}
	}
	return f
}

// done: there is nothing more to look at. With found nil no assignment costs less than cut.
func (f *forest) done() bool {
	for _, t := range f.parts {
		if !t.done() {
			return false
		}
	}
	return true
}

// walk looks at up to n nodes, and one more in each part.
func (f *forest) walk(n, workers int, stop func() bool) {
	f.share()
	parallel(workers, len(f.parts), func(k int) { f.parts[k].walk(n/len(f.parts)+1, stop) })
	f.nodes = 0
	for _, t := range f.parts {
		f.nodes += t.nodes
		if t.found != nil && t.cost < f.cut {
			f.found, f.cost, f.cut = t.found, t.cost, t.cost
		}
		t.found = nil
	}
	for _, t := range f.parts {
		t.cut = f.cut
	}
}

// share gives each idle part a branch.
func (f *forest) share() {
	for _, idle := range f.parts {
		if !idle.done() {
			continue
		}
		most := idle
		for _, t := range f.parts {
			if len(t.stack) > len(most.stack) {
				most = t
			}
		}
		if len(most.stack) < 2 {
			return
		}
		idle.stack = append(idle.stack, most.stack[0])
		most.stack = most.stack[1:]
	}
}
