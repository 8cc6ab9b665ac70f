package villages

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// standing keeps in memory what counts for weights and which potentials there are, so that thousands of villages are weighed at once: the newest real
// and the newest demonstration value of each indicator of a region. It is built at the first use, changed region by
// region as things change, and built again after a batch.
type standing struct {
	observations *store.Records[Observation]
	profiles     *store.Records[Profile]
	potentials   *store.Records[Potential]

	work  sync.Mutex // held while something is read from the store
	mu    sync.RWMutex
	drops int
	known map[domain.RegionCode][]standingValue // nil: to be built
}

type standingValue struct {
	part  int16 // place in standingParts, behind them a kind of potential: see kindPart
	year  int16
	demo  bool
	value float64
}

// standingParts are what can count: every indicator but counts of people, which say more of a village's size, and
// access.
var standingParts = sync.OnceValue(func() []string {
	parts := []string{AccessPart}
	for _, i := range domain.Indicators() {
		if !countUnit(i.Unit) {
			parts = append(parts, i.ID)
		}
	}
	return parts
})

func (x *standing) drop() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.known = nil
	x.drops++
}

// read calls fn with what is known of every region; fn must not keep it.
func (x *standing) read(ctx context.Context, fn func(known map[domain.RegionCode][]standingValue) error) error {
	for {
		x.mu.RLock()
		if x.known != nil {
			defer x.mu.RUnlock()
			return fn(x.known)
		}
		x.mu.RUnlock()
		if err := x.build(ctx); err != nil {
			return err
		}
	}
}

func (x *standing) build(ctx context.Context) error {
	x.work.Lock()
	defer x.work.Unlock()
	x.mu.RLock()
	built, drops := x.known != nil, x.drops
	x.mu.RUnlock()
	if built {
		return nil
	}
	known := map[domain.RegionCode][]standingValue{}
	if err := x.observations.Each(ctx, func(d store.Doc[Observation]) error { noteObservation(known, d.Body); return nil }); err != nil {
		return err
	}
	if err := x.profiles.Each(ctx, func(d store.Doc[Profile]) error { noteAccess(known, d.Body); return nil }); err != nil {
		return err
	}
	if err := x.potentials.Each(ctx, func(d store.Doc[Potential]) error { notePotential(known, d.Body); return nil }); err != nil {
		return err
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.drops == drops { // else something changed meanwhile, and it is built again
		x.known = known
	}
	return nil
}

// refresh reads one region again, where the index is built.
func (x *standing) refresh(ctx context.Context, code domain.RegionCode) error {
	x.work.Lock()
	defer x.work.Unlock()
	x.mu.RLock()
	built := x.known != nil
	x.mu.RUnlock()
	if !built {
		return nil
	}
	fresh := map[domain.RegionCode][]standingValue{}
	observations, err := all(ctx, x.observations, listOfRegion, store.KeyOf(string(code)), maxObservations)
	if err != nil {
		return err
	}
	for _, o := range observations {
		noteObservation(fresh, o)
	}
	profiles, err := x.profiles.GetMany(ctx, []string{string(code)})
	if err != nil {
		return err
	}
	for _, d := range profiles {
		noteAccess(fresh, d.Body)
	}
	potentials, err := all(ctx, x.potentials, listOfRegion, store.KeyOf(string(code)), maxPotentials)
	if err != nil {
		return err
	}
	for _, p := range potentials {
		notePotential(fresh, p)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.known != nil {
		x.known[code] = fresh[code]
	}
	return nil
}

func noteObservation(known map[domain.RegionCode][]standingValue, o Observation) {
	if part := slices.Index(standingParts(), o.Indicator); part >= 0 {
		noteStanding(known, o.Region, standingValue{int16(part), int16(o.Year), o.Demo, o.Value})
	}
}

func noteAccess(known map[domain.RegionCode][]standingValue, p Profile) {
	if p.Access == nil {
		return
	}
	if v, ok := p.Access.shortfall(); ok {
		noteStanding(known, p.Region, standingValue{0, int16(p.Access.Year), p.Demo, v})
	}
}

func notePotential(known map[domain.RegionCode][]standingValue, p Potential) {
	if k := slices.Index(PotentialKinds, p.Kind); k >= 0 {
		noteStanding(known, p.Region, standingValue{kindPart(k), int16(p.Year), p.Demo, 1})
	}
}

func noteStanding(known map[domain.RegionCode][]standingValue, code domain.RegionCode, v standingValue) {
	list := known[code]
	for i := range list {
		if list[i].part == v.part && list[i].demo == v.demo {
			if v.year > list[i].year {
				list[i] = v
			}
			return
		}
	}
	known[code] = append(list, v)
}

// readingsOf looks values up in the index.
func readingsOf(known map[domain.RegionCode][]standingValue) readings {
	var found [2]Reading // real and demonstration
	parts := standingParts()
	return func(code domain.RegionCode, part string) []Reading {
		n := 0
		for _, v := range known[code] {
			if int(v.part) < len(parts) && parts[v.part] == part {
				found[n] = Reading{Value: v.value, Year: int(v.year), Demo: v.demo}
				n++
			}
		}
		return found[:n]
	}
}

// readingsIn looks values up in what was read of a few regions, with their sources.
func readingsIn(observations map[domain.RegionCode][]Observation, profiles map[domain.RegionCode]Profile) readings {
	return func(code domain.RegionCode, part string) []Reading {
		var found []Reading
		if part == AccessPart {
			p := profiles[code]
			if p.Access == nil {
				return nil
			}
			if v, ok := p.Access.shortfall(); ok {
				found = append(found, Reading{v, p.Access.Year, p.Access.Source, p.Demo})
			}
			return found
		}
		for _, o := range observations[code] {
			if o.Indicator == part {
				found = append(found, Reading{o.Value, o.Year, o.Source, o.Demo})
			}
		}
		slices.SortStableFunc(found, func(a, b Reading) int { return cmp.Compare(b.Year, a.Year) })
		return found
	}
}
