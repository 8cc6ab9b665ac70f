package villages

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/simplify"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Shape is the outline of a region as an operator loaded it, simplified, in thousandths of a degree.
type Shape struct {
	Region domain.RegionCode `json:"region"`
	Set    string            `json:"set"`
	Rings  [][]int32         `json:"rings"` // longitude, latitude, longitude, …
}

// ShapeSet is where shapes came from and under which terms they may be shown.
type ShapeSet struct {
	ID      string `json:"id"`
	File    string `json:"file"`
	Source  string `json:"source"`  // who is to be named
	Licence string `json:"licence"` // its text, shown with the map
	Shapes  int    `json:"shapes"`
}

const (
	shapesCollection    = "shapes"
	shapeSetsCollection = "shape_sets"
)

// Bounds of a file of shapes and of one shape.
const (
	maxShapeFile   = 200 << 20 // bytes
	maxShapePoints = 600       // of a region, after simplifying
	maxRings       = 60
	maxLicence     = 20_000
)

func shapeDefinition() store.Definition[Shape] {
	return store.Definition[Shape]{Name: shapesCollection}
}

func shapeSetDefinition() store.Definition[ShapeSet] {
	return store.Definition[ShapeSet]{Name: shapeSetsCollection}
}

// codeProperties are the names under which files carry the region's code.
var codeProperties = []string{"code", "kode", "kode_kemendagri", "kemendagri", "kode_wilayah", "id"}

// feature is one feature of a GeoJSON file.
type feature struct {
	ID         any            `json:"id"`
	Properties map[string]any `json:"properties"`
	Geometry   struct {
		Type        string          `json:"type"`
		Coordinates json.RawMessage `json:"coordinates"`
	} `json:"geometry"`
}

// shapeTerms are the members of a file, or the operator's own words, that say under which terms it may be shown.
type shapeTerms struct{ source, licence string }

// ImportShapes takes a GeoJSON file (FeatureCollection of Polygon and MultiPolygon in degrees, each feature with the
// region's Kemendagri code) whose members "source" and "licence" name its origin and terms, all of it or nothing. Shapes
// are simplified; one of a region replaces its earlier one. Invalid wraps what is wrong by feature.
func (s *Service) ImportShapes(ctx context.Context, file string) (store.BatchResult, error) {
	shapes, set, err := readShapes(file)
	if err == nil {
		err = s.knownShapes(ctx, shapes, file)
	}
	if err != nil {
		return store.BatchResult{}, apperr.Wrap(err, apperr.Invalid, "villages.error.shapes")
	}
	change := store.Change{Action: "shapes.imported", Operation: store.Operation{ID: "shapes-" + set.ID}}
	if _, err := s.shapeSets.Insert(ctx, set.ID, set, change); err != nil && !apperr.Is(err, apperr.Conflict) {
		return store.BatchResult{}, err
	}
	batch := s.shapes.Batch(fmt.Sprintf("shapes-%s-%d", set.ID, s.now().UnixMilli()))
	items := make([]store.Item[Shape], 0, len(shapes))
	for _, shape := range shapes {
		items = append(items, store.Item[Shape]{ID: string(shape.Region), Body: shape})
	}
	if err := batch.Stage(ctx, items); err != nil {
		return store.BatchResult{}, fmt.Errorf("stage shapes: %w", err)
	}
	return batch.Apply(ctx, change)
}

// knownShapes checks that every shape's region is in the register.
func (s *Service) knownShapes(ctx context.Context, shapes []Shape, file string) error {
	var mistakes ImportMistakes
	codes := make([]domain.RegionCode, 0, len(shapes))
	for _, shape := range shapes {
		codes = append(codes, shape.Region)
	}
	known, err := s.many(ctx, codes)
	for i, shape := range shapes {
		if _, ok := known[shape.Region]; !ok && len(mistakes) < maxMistakes {
			mistakes = append(mistakes, ImportMistake{file, i + 1, fmt.Sprintf("region %s is not in the register", shape.Region)})
		}
	}
	if err == nil && len(mistakes) > 0 {
		return mistakes
	}
	return err
}

// readShapes reads a file feature by feature, so that its size does not matter.
func readShapes(file string) ([]Shape, ShapeSet, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, ShapeSet{}, err
	}
	defer f.Close()
	sum := sha256.New()
	limited := &io.LimitedReader{R: io.TeeReader(f, sum), N: maxShapeFile}
	var terms shapeTerms
	var shapes []Shape
	var mistakes ImportMistakes
	number := 0
	err = eachMember(json.NewDecoder(limited), &terms, func(ft *feature) {
		number++
		shape, err := ft.shape()
		if err != nil {
			if len(mistakes) < maxMistakes {
				mistakes = append(mistakes, ImportMistake{file, number, err.Error()})
			}
			return
		}
		shapes = append(shapes, shape)
	})
	switch {
	case limited.N == 0:
		return nil, ShapeSet{}, fmt.Errorf("%s is larger than %d MB", file, maxShapeFile>>20)
	case err != nil:
		return nil, ShapeSet{}, fmt.Errorf("%s: %w", file, err)
	case len(mistakes) > 0:
		return nil, ShapeSet{}, mistakes
	case len(shapes) == 0:
		return nil, ShapeSet{}, fmt.Errorf("%s: no feature", file)
	case terms.source == "" || terms.licence == "" || len(terms.licence) > maxLicence:
		return nil, ShapeSet{}, fmt.Errorf(`%s: the file must say its terms: members "source" (who is to be named) and "licence" (its text) beside "features"`, file)
	}
	set := ShapeSet{ID: hex.EncodeToString(sum.Sum(nil)[:8]), File: file[strings.LastIndexAny(file, `/\`)+1:], Source: oneLine(terms.source), Licence: terms.licence, Shapes: len(shapes)}
	for i := range shapes {
		shapes[i].Set = set.ID
	}
	return shapes, set, nil
}

// eachMember goes through the members of a FeatureCollection.
func eachMember(d *json.Decoder, terms *shapeTerms, fn func(*feature)) error {
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return errors.Join(errors.New("not a GeoJSON object"), err)
	}
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return err
		}
		switch name {
		case "features":
			if t, err := d.Token(); err != nil || t != json.Delim('[') {
				return errors.New("features is no list")
			}
			for d.More() {
				var ft feature
				if err := d.Decode(&ft); err != nil {
					return err
				}
				fn(&ft)
			}
			if _, err := d.Token(); err != nil {
				return err
			}
		case "source", "attribution":
			err = d.Decode(&terms.source)
		case "licence", "license":
			err = d.Decode(&terms.licence)
		default:
			var rest json.RawMessage
			err = d.Decode(&rest)
		}
		if err != nil {
			return err
		}
	}
	_, err := d.Token()
	return err
}

// shape checks a feature and simplifies it.
func (ft *feature) shape() (Shape, error) {
	code, err := ft.code()
	if err != nil {
		return Shape{}, err
	}
	var polygons [][][][2]float64
	switch ft.Geometry.Type {
	case "Polygon":
		var one [][][2]float64
		err = json.Unmarshal(ft.Geometry.Coordinates, &one)
		polygons = append(polygons, one)
	case "MultiPolygon":
		err = json.Unmarshal(ft.Geometry.Coordinates, &polygons)
	default:
		err = fmt.Errorf("geometry %q is neither Polygon nor MultiPolygon", ft.Geometry.Type)
	}
	if err != nil {
		return Shape{}, fmt.Errorf("%s: %w", code, err)
	}
	var rings []orb.Ring
	for _, polygon := range polygons {
		for _, points := range polygon {
			ring := make(orb.Ring, 0, len(points))
			for _, p := range points {
				if !(p[0] >= 94 && p[0] <= 142 && p[1] >= -12 && p[1] <= 7) {
					return Shape{}, fmt.Errorf("%s: point %v, %v is not in Indonesia (longitude first)", code, p[0], p[1])
				}
				ring = append(ring, orb.Point{p[0], p[1]})
			}
			if len(ring) < 4 || ring[0] != ring[len(ring)-1] {
				return Shape{}, fmt.Errorf("%s: a ring has under four points or is not closed", code)
			}
			rings = append(rings, ring)
		}
	}
	if len(rings) == 0 {
		return Shape{}, fmt.Errorf("%s: no ring", code)
	}
	return Shape{Region: code, Rings: simplified(rings)}, nil
}

func (ft *feature) code() (domain.RegionCode, error) {
	candidates := []any{}
	for _, name := range codeProperties {
		candidates = append(candidates, ft.Properties[name])
	}
	for _, c := range append(candidates, ft.ID) {
		text := ""
		switch c := c.(type) {
		case string:
			text = c
		case float64:
			text = fmt.Sprintf("%.0f", c)
		}
		if code, err := domain.ParseRegionCode(text); err == nil {
			return code, nil
		}
	}
	return "", fmt.Errorf("no property of %s holds a region's code", strings.Join(codeProperties, ", "))
}

// simplified keeps the largest rings and drops points, more and more, until the region is small enough to draw.
func simplified(rings []orb.Ring) [][]int32 {
	slices.SortStableFunc(rings, func(a, b orb.Ring) int { return int(math.Copysign(1, size(b)-size(a))) })
	rings = rings[:min(len(rings), maxRings)]
	for tolerance := 0.0005; ; tolerance *= 1.6 {
		out := make([][]int32, 0, len(rings))
		points := 0
		for i, ring := range rings {
			less := simplify.DouglasPeucker(tolerance).Ring(ring.Clone())
			if len(less) < 4 && i > 0 {
				continue // an islet that is a dot at this scale
			}
			flat := make([]int32, 0, 2*len(less))
			for _, p := range less {
				flat = append(flat, int32(math.Round(p[0]*1000)), int32(math.Round(p[1]*1000)))
			}
			out = append(out, flat)
			points += len(less)
		}
		if points <= maxShapePoints || tolerance > 1 {
			return out
		}
	}
}

// size is the area of a ring's box.
func size(r orb.Ring) float64 {
	b := r.Bound()
	return (b.Max[0] - b.Min[0]) * (b.Max[1] - b.Min[1])
}

// ShapesOf gives the shapes of these regions that there are, and the sets that they came from.
func (s *Service) ShapesOf(ctx context.Context, codes []domain.RegionCode) (map[domain.RegionCode]Shape, []ShapeSet, error) {
	ids := make([]string, 0, len(codes))
	for _, c := range codes {
		ids = append(ids, string(c))
	}
	docs, err := s.shapes.GetMany(ctx, ids)
	if err != nil {
		return nil, nil, err
	}
	shapes := make(map[domain.RegionCode]Shape, len(docs))
	var sets []string
	for _, d := range docs {
		shapes[d.Body.Region] = d.Body
		if !slices.Contains(sets, d.Body.Set) {
			sets = append(sets, d.Body.Set)
		}
	}
	slices.Sort(sets)
	found, err := s.shapeSets.GetMany(ctx, sets)
	var list []ShapeSet
	for _, id := range sets {
		if d, ok := found[id]; ok {
			list = append(list, d.Body)
		}
	}
	return shapes, list, err
}
