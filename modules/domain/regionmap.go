package domain

import "math"

// RegionMap is a map of regions of one level, drawn by the server as the partial "region-map" shows it: shapes where an
// operator loaded them, points in the province's outline, else tiles. The same facts stand in a table beside it.
type RegionMap struct {
	Title   string
	Kind    string // shapes, points, tiles
	Box     string // the drawing's view box
	Outline string
	Areas   []MapArea
	Legend  []MapKey
	Note    string
	Credits []string
	Terms   []MapTerms

	In, Out, Whole string // labels of the buttons that the script adds
}

// MapArea is one region on the map.
type MapArea struct {
	MapFact
	D            string // of a shape
	X, Y         int    // of a point, a tile's corner or a name
	FromX, FromY int    // where the point really is
	W, H         int    // of a tile
	NameX, NameY int    // of a point's name, from its middle
	Anchor       string // of a point's name
}

// MapKey is one line of the legend.
type MapKey struct{ Class, Text string }

// MapTerms are the terms under which a file of shapes is shown.
type MapTerms struct{ Label, Licence string }

// MapFact is what a map says of one region.
type MapFact struct {
	Region RegionCode
	Name   string // as it stands on the map
	Label  string // all that the area says, for those who do not see its class
	Path   string // with language prefix
	Class  string // m0 nothing, m1 to m3 least to most
	Only   bool   // there is demonstration only, and the map shows what is real
}

// Measure is a figure of a region with that of demonstration beside it. The two are never added up.
type Measure struct {
	Real, Demo       float64
	HasReal, HasDemo bool
}

// MapScale sorts measures into classes. Demonstration is shown only where nothing real is known of any region.
type MapScale struct {
	Demo   bool       // the map shows demonstration
	Bounds [4]float64 // least, and the upper bounds of the three classes
}

// Shown gives the figure that a map of this scale shows of a region.
func (s MapScale) Shown(m Measure) (value float64, known bool) {
	if s.Demo {
		return m.Demo, m.HasDemo
	}
	return m.Real, m.HasReal
}

// Class of a region: m0 where nothing is known of it.
func (s MapScale) Class(m Measure) string {
	value, known := s.Shown(m)
	switch {
	case !known:
		return "m0"
	case value <= s.Bounds[1]:
		return "m1"
	case value <= s.Bounds[2]:
		return "m2"
	}
	return "m3"
}

// OnlyDemo tells of a region that has nothing but demonstration, on a map that shows what is real.
func (s MapScale) OnlyDemo(m Measure) bool { return !s.Demo && !m.HasReal && m.HasDemo }

// DemoOnly tells whether there is demonstration and nothing real in measures.
func DemoOnly(measures []Measure) bool {
	demo := false
	for _, m := range measures {
		if m.HasReal {
			return false
		}
		demo = demo || m.HasDemo
	}
	return demo
}

// Thirds makes a scale of thirds of the highest figure shown, each bound a multiple of step.
func Thirds(measures []Measure, step float64) MapScale {
	s := MapScale{Demo: DemoOnly(measures)}
	most := 0.0
	for _, m := range measures {
		if value, known := s.Shown(m); known {
			most = max(most, value)
		}
	}
	third := step * max(1, math.Ceil(most/3/step))
	s.Bounds = [4]float64{step, third, 2 * third, 3 * third}
	return s
}
