package villages

import (
	"context"
	_ "embed"
	"encoding/json"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// What a map can show of the regions below one.
const (
	showWeight = "weight" // mean deprivation weight
	showNeeds  = "needs"  // open needs of which something is uncovered
)

// regionMap is a map of the regions right below one, drawn by the server: shapes where an operator loaded them, points
// in the province's outline, else tiles. The same facts stand in a table beside it.
type regionMap struct {
	Title   string
	Kind    string // shapes, points, tiles
	Box     string // the drawing's view box
	Outline string
	Areas   []mapArea
	Legend  []mapKey
	Note    string
	Credits []string
	Sets    []ShapeSet
}

// mapArea is one region on the map.
type mapArea struct {
	Path, Label, Name string
	Class             string // m0 no data, m1 to m3 least to most
	D                 string // of a shape
	X, Y              int    // of a point, a tile's corner or a name
	FromX, FromY      int    // where the point really is
	W, H              int    // of a tile
	NameX, NameY      int    // of a point's name, from its middle
	Anchor            string // of a point's name
}

// mapKey is one line of the legend.
type mapKey struct{ Class, Text string }

// mapFact is what the map says of one region.
type mapFact struct {
	region Region
	value  float64
	known  bool
	demo   bool
	text   string
}

// classes gives each fact its class: thirds of the range of known values above zero, or of 1 to 3 for weights.
func classes(facts []mapFact, show string) (class func(mapFact) string, bounds [4]float64) {
	bounds = [4]float64{LeastWeight, LeastWeight + weightSpan/3, LeastWeight + 2*weightSpan/3, MostWeight}
	if show == showNeeds {
		most := 0.0
		for _, f := range facts {
			most = max(most, f.value)
		}
		third := math.Max(1, math.Ceil(most/3))
		bounds = [4]float64{1, third, 2 * third, 3 * third}
	}
	return func(f mapFact) string {
		switch {
		case !f.known || show == showNeeds && f.value == 0:
			return "m0"
		case f.value <= bounds[1]:
			return "m1"
		case f.value <= bounds[2]:
			return "m2"
		}
		return "m3"
	}, bounds
}

func mapLegend(b web.Base, show string, bounds [4]float64) []mapKey {
	if show == showNeeds {
		keys := []mapKey{{"m0", b.T("villages.map.no_needs")}}
		from := int64(1)
		for k := 1; k <= 3; k++ {
			to := int64(bounds[k])
			text := b.T("villages.map.needs_range", "from", from, "to", to)
			if from == to {
				text = b.T("villages.map.open", "count", from)
			}
			keys = append(keys, mapKey{"m" + strconv.Itoa(k), text})
			from = to + 1
		}
		return keys
	}
	keys := []mapKey{{"m0", b.T("villages.no_data")}}
	for k, word := range []string{"low", "middle", "high"} {
		keys = append(keys, mapKey{"m" + strconv.Itoa(k+1), b.T("villages.map."+word, "from", b.Local().Decimal(bounds[k], 2), "to", b.Local().Decimal(bounds[k+1], 2))})
	}
	return keys
}

// meanWeights gives the mean weight of the villages in each region, over those of which something is known.
func (s *Service) meanWeights(ctx context.Context, regions []Region) (map[domain.RegionCode]mapFact, error) {
	w, err := s.Weighting(ctx)
	if err != nil {
		return nil, err
	}
	names, err := s.names.index(ctx)
	if err != nil {
		return nil, err
	}
	facts := make(map[domain.RegionCode]mapFact, len(regions))
	level := 0
	for _, r := range regions {
		facts[r.Code], level = mapFact{region: r}, r.Level
	}
	counts := map[domain.RegionCode]float64{}
	err = s.standing.read(ctx, func(known map[domain.RegionCode][]standingValue) error {
		look, year := readingsOf(known), s.thisYear()
		for i := range names.entries {
			code := names.entries[i].place.Code
			f, ours := facts[code.At(level)]
			if names.entries[i].level != domain.LevelVillage || !ours || !anyKnown(known, code) {
				continue
			}
			if weight := w.Of(code, look, year, anyDemo(known, code)); !weight.NoData() {
				counts[f.region.Code]++
				f.value += weight.Value
				f.known, f.demo = true, f.demo || weight.Demo
				facts[f.region.Code] = f
			}
		}
		return nil
	})
	for code, n := range counts {
		f := facts[code]
		f.value /= n
		facts[code] = f
	}
	return facts, err
}

// anyDemo tells whether a village has demonstration values itself: those of regions above say nothing of it.
func anyDemo(known map[domain.RegionCode][]standingValue, code domain.RegionCode) bool {
	return slices.ContainsFunc(known[code], func(v standingValue) bool { return v.demo })
}

// Drawing units.
const (
	mapWidth   = 600
	tileW      = 104
	tileH      = 46
	pointSpace = 36 // between the middles of two points
)

// draw makes the map of the facts' regions below one.
func (m *Module) draw(ctx context.Context, b web.Base, above domain.RegionCode, facts []mapFact, show string) (*regionMap, error) {
	class, bounds := classes(facts, show)
	out := &regionMap{Title: b.T("villages.map." + show), Legend: mapLegend(b, show, bounds)}
	codes := make([]domain.RegionCode, 0, len(facts))
	areas := make([]mapArea, 0, len(facts))
	for _, f := range facts {
		codes = append(codes, f.region.Code)
		areas = append(areas, mapArea{Path: b.URL(pathOf(f.region.Code)), Name: f.region.Name, Label: f.region.FullName() + ": " + f.text, Class: class(f)})
	}
	shapes, sets, err := m.Service.ShapesOf(ctx, codes)
	if err != nil {
		return nil, err
	}
	switch {
	case len(shapes) > 0:
		out.Kind, out.Sets, out.Note = "shapes", sets, b.T("villages.map.note_shapes")
		if n := len(facts) - len(shapes); n > 0 {
			out.Note = b.T("villages.map.note_missing", "count", n)
		}
		for _, set := range sets {
			out.Credits = append(out.Credits, b.T("villages.map.credit_set", "source", set.Source, "file", set.File))
		}
		drawShapes(out, areas, codes, shapes)
	case above == ShippedProvince && placed(codes):
		out.Kind, out.Note = "points", b.T("villages.map.note_points")
		out.Credits = []string{b.T("villages.map.credit_outline"), b.T("villages.map.credit_seats")}
		drawPoints(out, areas, codes)
	default:
		out.Kind, out.Note = "tiles", b.T("villages.map.note_tiles")
		drawTiles(out, areas)
	}
	return out, nil
}

// frame puts degrees into the drawing, north up.
type frame struct{ west, north, scale float64 }

func frameOf(west, south, east, north float64) (frame, string) {
	f := frame{west, north, mapWidth / math.Max(east-west, 0.001)}
	margin := 14
	height := int(math.Ceil((north - south) * f.scale))
	return f, strings.Join([]string{strconv.Itoa(-margin), strconv.Itoa(-margin), strconv.Itoa(mapWidth + 2*margin), strconv.Itoa(height + 2*margin)}, " ")
}

func (f frame) at(lon, lat float64) (x, y int) {
	return int(math.Round((lon - f.west) * f.scale)), int(math.Round((f.north - lat) * f.scale))
}

// path draws rings of thousandths of degrees.
func (f frame) path(rings [][]int32) string {
	var d strings.Builder
	for _, ring := range rings {
		lastX, lastY := math.MinInt, math.MinInt
		for i := 0; i+1 < len(ring); i += 2 {
			x, y := f.at(float64(ring[i])/1000, float64(ring[i+1])/1000)
			if x == lastX && y == lastY {
				continue
			}
			d.WriteString(map[bool]string{true: "M", false: "L"}[i == 0])
			d.WriteString(strconv.Itoa(x) + " " + strconv.Itoa(y))
			lastX, lastY = x, y
		}
		d.WriteString("z")
	}
	return d.String()
}

func drawShapes(out *regionMap, areas []mapArea, codes []domain.RegionCode, shapes map[domain.RegionCode]Shape) {
	box := [4]float64{math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)}
	for _, s := range shapes {
		for _, ring := range s.Rings {
			for i := 0; i+1 < len(ring); i += 2 {
				lon, lat := float64(ring[i])/1000, float64(ring[i+1])/1000
				box = [4]float64{min(box[0], lon), min(box[1], lat), max(box[2], lon), max(box[3], lat)}
			}
		}
	}
	f, view := frameOf(box[0], box[1], box[2], box[3])
	out.Box = view
	for i, code := range codes {
		s, ok := shapes[code]
		if !ok || len(s.Rings) == 0 {
			continue
		}
		a := areas[i]
		a.D = f.path(s.Rings)
		west, south, east, north := int32(math.MaxInt32), int32(math.MaxInt32), int32(math.MinInt32), int32(math.MinInt32)
		for k := 0; k+1 < len(s.Rings[0]); k += 2 {
			west, east = min(west, s.Rings[0][k]), max(east, s.Rings[0][k])
			south, north = min(south, s.Rings[0][k+1]), max(north, s.Rings[0][k+1])
		}
		a.X, a.Y = f.at(float64(west+east)/2000, float64(south+north)/2000)
		out.Areas = append(out.Areas, a)
	}
}

//go:embed data/outline-61.json
var outlineFile []byte

// outline is that of West Kalimantan, a locator picture (see data/NOTICE.md).
var outline = sync.OnceValue(func() [][]int32 {
	var points [][][2]int32
	if err := json.Unmarshal(outlineFile, &points); err != nil {
		panic("villages: outline: " + err.Error())
	}
	rings := make([][]int32, 0, len(points))
	for _, ring := range points {
		var flat []int32
		for _, p := range ring {
			flat = append(flat, p[0], p[1])
		}
		rings = append(rings, flat)
	}
	return rings
})

func seatOf(code domain.RegionCode) (domain.Seat, bool) {
	for _, s := range domain.Seats {
		if s.Region == code {
			return s, true
		}
	}
	return domain.Seat{}, false
}

func placed(codes []domain.RegionCode) bool {
	return len(codes) > 0 && !slices.ContainsFunc(codes, func(c domain.RegionCode) bool { _, ok := seatOf(c); return !ok })
}

func drawPoints(out *regionMap, areas []mapArea, codes []domain.RegionCode) {
	f, view := frameOf(107.9, -3.08, 114.5, 2.1)
	out.Box, out.Outline = view, f.path(outline())
	xs, ys := make([]float64, len(codes)), make([]float64, len(codes))
	for i, code := range codes {
		seat, _ := seatOf(code)
		x, y := f.at(seat.Lon, seat.Lat)
		areas[i].FromX, areas[i].FromY = x, y
		xs[i], ys[i] = float64(x), float64(y)
	}
	apart(xs, ys)
	for i := range areas {
		areas[i].X, areas[i].Y = int(math.Round(xs[i])), int(math.Round(ys[i]))
		areas[i].placeName(xs, ys, i)
	}
	out.Areas = areas
}

// placeName puts a point's name to its right, where another point stands there to its left, else away from the nearer
// one: above or below.
func (a *mapArea) placeName(xs, ys []float64, i int) {
	free := func(way, width float64) bool {
		for j := range xs {
			if dx := (xs[j] - xs[i]) * way; j != i && dx > 0 && dx < width && math.Abs(ys[j]-ys[i]) < 15 {
				return false
			}
		}
		return true
	}
	switch {
	case free(1, 125):
		a.Anchor, a.NameX, a.NameY = "start", 18, 5
	case free(-1, float64(20+8*len(a.Name))):
		a.Anchor, a.NameX, a.NameY = "end", -18, 5
	default:
		a.Anchor, a.NameX, a.NameY = "start", -8, 28
		nearest := math.Inf(1)
		for j := range xs {
			if away := math.Hypot(xs[j]-xs[i], ys[j]-ys[i]); j != i && away < nearest {
				nearest = away
				if a.NameY = 28; ys[j] > ys[i] {
					a.NameY = -18
				}
			}
		}
	}
}

// apart moves points that would cover each other, until there is space between all.
func apart(xs, ys []float64) {
	for range 60 {
		moved := false
		for i := range xs {
			for j := i + 1; j < len(xs); j++ {
				dx, dy := xs[j]-xs[i], ys[j]-ys[i]
				distance := math.Hypot(dx, dy)
				if distance >= pointSpace {
					continue
				}
				if distance == 0 {
					dx, distance = 1, 1
				}
				push := (pointSpace - distance) / 2 / distance
				xs[i], ys[i], xs[j], ys[j] = xs[i]-dx*push, ys[i]-dy*push, xs[j]+dx*push, ys[j]+dy*push
				moved = true
			}
		}
		if !moved {
			return
		}
	}
}

func drawTiles(out *regionMap, areas []mapArea) {
	columns := max(1, min(6, int(math.Ceil(math.Sqrt(float64(len(areas)))))))
	for i := range areas {
		areas[i].X, areas[i].Y, areas[i].W, areas[i].H = i%columns*tileW, i/columns*tileH, tileW-4, tileH-4
		if name := []rune(areas[i].Name); len(name) > 16 {
			areas[i].Name = string(name[:15]) + "…"
		}
	}
	rows := (len(areas) + columns - 1) / columns
	out.Areas, out.Box = areas, "-4 -4 "+strconv.Itoa(columns*tileW+4)+" "+strconv.Itoa(rows*tileH+4)
}
