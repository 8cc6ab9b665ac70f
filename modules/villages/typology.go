package villages

import (
	"context"
	"slices"
	"strings"

	"gotong/modules/domain"
)

// Classes of deprivation: no data, and thirds of the weight's span.
const (
	classNone   = "none"
	classLow    = "low"
	classMiddle = "middle"
	classHigh   = "high"
)

var deprivationClasses = []string{classHigh, classMiddle, classLow, classNone}

// noPotential groups villages of which no potential is recorded.
const noPotential = "none"

// typed is one village in the typology: what it lacks and what it has.
type typed struct {
	place  domain.Place
	weight Weight
	class  string
	lack   string   // the part of the weight that adds most, "" where nothing is known
	kinds  []string // of its potentials, in the order of PotentialKinds
	main   string   // the first of them, or noPotential
	demo   bool
}

// classOf puts a weight into its third.
func classOf(w Weight) string {
	switch {
	case w.NoData():
		return classNone
	case w.Value <= LeastWeight+weightSpan/3:
		return classLow
	case w.Value <= LeastWeight+2*weightSpan/3:
		return classMiddle
	}
	return classHigh
}

// lackOf gives the part that adds most to a weight.
func lackOf(w Weight) string {
	best, lack := 0.0, ""
	for _, p := range w.Parts {
		if p.Known && p.Adds > best {
			best, lack = p.Adds, p.ID
		}
	}
	return lack
}

// typology types every village within a region ("" the country) and calls fn with each, in the order of codes.
func (s *Service) typology(ctx context.Context, within domain.RegionCode, fn func(typed)) error {
	w, err := s.Weighting(ctx)
	if err != nil {
		return err
	}
	names, err := s.names.index(ctx)
	if err != nil {
		return err
	}
	return s.standing.read(ctx, func(known map[domain.RegionCode][]standingValue) error {
		look, year := readingsOf(known), s.thisYear()
		for i := range names.entries {
			e := &names.entries[i]
			if e.level != domain.LevelVillage || !within.Contains(e.place.Code) {
				continue
			}
			t := typed{place: e.place, class: classNone, main: noPotential}
			if anyKnown(known, e.place.Code) {
				demo := anyDemo(known, e.place.Code)
				t.weight = w.Of(e.place.Code, look, year, demo)
				t.class, t.lack, t.demo = classOf(t.weight), lackOf(t.weight), t.weight.Demo
				t.has(known[e.place.Code])
			}
			fn(t)
		}
		return nil
	})
}

// has notes the kinds of potential: real ones, or where there is none those of demonstration.
func (t *typed) has(values []standingValue) {
	for _, demo := range []bool{false, true} {
		for k, kind := range PotentialKinds {
			part := kindPart(k)
			if slices.ContainsFunc(values, func(v standingValue) bool { return v.part == part && v.demo == demo }) {
				t.kinds = append(t.kinds, kind)
			}
		}
		if len(t.kinds) > 0 {
			t.main, t.demo = t.kinds[0], t.demo || demo
			return
		}
	}
}

// kindPart is the place of a kind of potential among the standing values, behind the parts of the weight.
func kindPart(kind int) int16 {
	return int16(len(standingParts()) + kind)
}

// groups counts villages by class and main potential.
type groups struct {
	counts map[[2]string]int
	kinds  []string // those that occur, noPotential last
	all    int
	demo   bool
}

func (g *groups) add(t typed) {
	if g.counts == nil {
		g.counts = map[[2]string]int{}
	}
	g.counts[[2]string{t.class, t.main}]++
	g.all++
	g.demo = g.demo || t.demo
	if !slices.Contains(g.kinds, t.main) {
		g.kinds = append(g.kinds, t.main)
	}
}

func (g *groups) order() {
	slices.SortFunc(g.kinds, func(a, b string) int {
		place := func(k string) int {
			if i := slices.Index(PotentialKinds, k); i >= 0 {
				return i
			}
			return len(PotentialKinds)
		}
		return place(a) - place(b)
	})
}

// csvText guards a cell against spreadsheets that take it for a formula.
func csvText(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) {
		return "'" + s
	}
	return s
}
