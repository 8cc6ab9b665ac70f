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

// mapFact is what the map says of one region.
type mapFact struct {
	region  Region
	measure domain.Measure
	text    string
}

// scaleOf is thirds of the range of known values above zero, or of 1 to 3 for weights.
func scaleOf(facts []mapFact, show string) domain.MapScale {
	measures := make([]domain.Measure, 0, len(facts))
	for _, f := range facts {
		measures = append(measures, f.measure)
	}
	if show == showNeeds {
		return domain.Thirds(measures, 1)
	}
	return domain.MapScale{Demo: domain.DemoOnly(measures), Bounds: [4]float64{LeastWeight, LeastWeight + weightSpan/3, LeastWeight + 2*weightSpan/3, MostWeight}}
}

func mapLegend(b web.Base, show string, bounds [4]float64) []domain.MapKey {
	if show == showNeeds {
		keys := []domain.MapKey{{Class: "m0", Text: b.T("villages.map.no_needs")}}
		from := int64(1)
		for k := 1; k <= 3; k++ {
			to := int64(bounds[k])
			text := b.T("villages.map.needs_range", "from", from, "to", to)
			if from == to {
				text = b.T("villages.map.open", "count", from)
			}
			keys = append(keys, domain.MapKey{Class: "m" + strconv.Itoa(k), Text: text})
			from = to + 1
		}
		return keys
	}
	keys := []domain.MapKey{{Class: "m0", Text: b.T("villages.no_data")}}
	for k, word := range []string{"low", "middle", "high"} {
		keys = append(keys, domain.MapKey{Class: "m" + strconv.Itoa(k+1), Text: b.T("villages.map."+word, "from", b.Local().Decimal(bounds[k], 2), "to", b.Local().Decimal(bounds[k+1], 2))})
	}
	return keys
}

// meanWeights gives the mean weight of the villages in each region, over those of which something is known; of those
// known by demonstration apart.
func (s *Service) meanWeights(ctx context.Context, regions []Region) (map[domain.RegionCode]domain.Measure, error) {
	w, err := s.Weighting(ctx)
	if err != nil {
		return nil, err
	}
	names, err := s.names.index(ctx)
	if err != nil {
		return nil, err
	}
	type sums struct{ real, demo, reals, demos float64 }
	found := make(map[domain.RegionCode]sums, len(regions))
	level := 0
	for _, r := range regions {
		found[r.Code], level = sums{}, r.Level
	}
	err = s.standing.read(ctx, func(known map[domain.RegionCode][]standingValue) error {
		look, year := readingsOf(known), s.thisYear()
		for i := range names.entries {
			code := names.entries[i].place.Code
			region := code.At(level)
			sum, ours := found[region]
			if names.entries[i].level != domain.LevelVillage || !ours || !anyKnown(known, code) {
				continue
			}
			weight := w.Of(code, look, year, anyDemo(known, code))
			switch {
			case weight.NoData():
			case weight.Demo:
				sum.demo, sum.demos = sum.demo+weight.Value, sum.demos+1
			default:
				sum.real, sum.reals = sum.real+weight.Value, sum.reals+1
			}
			found[region] = sum
		}
		return nil
	})
	means := make(map[domain.RegionCode]domain.Measure, len(found))
	for code, sum := range found {
		means[code] = domain.Measure{Real: sum.real / max(1, sum.reals), HasReal: sum.reals > 0, Demo: sum.demo / max(1, sum.demos), HasDemo: sum.demos > 0}
	}
	return means, err
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

// RegionMap draws regions of one level that lie in one ("" the country), with the classes and the legend of what is
// shown. Where an operator loaded shapes, they are drawn; regions without one stand in the table only. Errors: Unavailable.
func (m *Module) RegionMap(ctx context.Context, b web.Base, above domain.RegionCode, title string, facts []domain.MapFact, legend []domain.MapKey) (*domain.RegionMap, error) {
	out := &domain.RegionMap{Title: title, Legend: legend, In: b.T("villages.map.in"), Out: b.T("villages.map.out"), Whole: b.T("villages.map.whole")}
	codes := make([]domain.RegionCode, 0, len(facts))
	areas := make([]domain.MapArea, 0, len(facts))
	for _, f := range facts {
		codes = append(codes, f.Region)
		areas = append(areas, domain.MapArea{MapFact: f})
		if f.Only && !slices.ContainsFunc(out.Legend, func(k domain.MapKey) bool { return k.Class == "only" }) {
			out.Legend = append(slices.Clone(out.Legend), domain.MapKey{Class: "only", Text: b.T("villages.map.only_demo")})
		}
	}
	shapes, sets, err := m.Service.ShapesOf(ctx, codes)
	if err != nil {
		return nil, err
	}
	switch {
	case len(shapes) > 0:
		out.Kind, out.Note = "shapes", b.T("villages.map.note_shapes")
		if n := len(facts) - len(shapes); n > 0 {
			out.Note = b.T("villages.map.note_missing", "count", n)
		}
		for _, set := range sets {
			out.Credits = append(out.Credits, b.T("villages.map.credit_set", "source", set.Source, "file", set.File))
			out.Terms = append(out.Terms, domain.MapTerms{Label: b.T("villages.map.licence", "file", set.File), Licence: set.Licence})
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

func drawShapes(out *domain.RegionMap, areas []domain.MapArea, codes []domain.RegionCode, shapes map[domain.RegionCode]Shape) {
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

func drawPoints(out *domain.RegionMap, areas []domain.MapArea, codes []domain.RegionCode) {
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
		placeName(&areas[i], xs, ys, i)
	}
	out.Areas = areas
}

// placeName puts a point's name to its right, where another point stands there to its left, else away from the nearer
// one: above or below.
func placeName(a *domain.MapArea, xs, ys []float64, i int) {
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

func drawTiles(out *domain.RegionMap, areas []domain.MapArea) {
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
