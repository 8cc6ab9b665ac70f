package villages

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// circle is a ring of that many points round a place, as GeoJSON writes it.
func circle(lon, lat, radius float64, points int) string {
	var out [][2]float64
	for i := range points {
		a := 2 * math.Pi * float64(i) / float64(points)
		out = append(out, [2]float64{lon + radius*math.Cos(a), lat + radius*math.Sin(a)})
	}
	raw, _ := json.Marshal([][][2]float64{append(out, out[0])})
	return string(raw)
}

func geojson(t *testing.T, head, features string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "batas.geojson")
	if err := os.WriteFile(file, []byte(`{"type":"FeatureCollection",`+head+`"features":[`+features+`]}`), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const terms = `"source":"Badan Uji","licence":"Boleh dipakai dengan menyebut sumber.",`

func featureOf(code, geometry string) string {
	return fmt.Sprintf(`{"type":"Feature","properties":{"name":"x","kode":%q},"geometry":{"type":"Polygon","coordinates":%s}}`, code, geometry)
}

func TestShapesAreLoadedSimplifiedAndShownWithTheirTerms(t *testing.T) {
	s := newSite(t)
	file := geojson(t, terms, featureOf("61.01", circle(109.25, 1.33, 0.6, 5000))+","+featureOf("6102", circle(109, 0.4, 0.3, 40)))
	result, err := s.m.Service.ImportShapes(t.Context(), file)
	if err != nil || result.Inserted != 2 {
		t.Fatalf("%+v, %v", result, err)
	}
	if result, err = s.m.Service.ImportShapes(t.Context(), file); err != nil || result.Unchanged != 2 {
		t.Errorf("again: %+v, %v", result, err)
	}
	shapes, sets, err := s.m.Service.ShapesOf(t.Context(), []domain.RegionCode{"61.01", "61.02", "61.03"})
	if err != nil || len(shapes) != 2 || len(sets) != 1 || sets[0].Source != "Badan Uji" {
		t.Fatalf("%d shapes, %+v, %v", len(shapes), sets, err)
	}
	if n := len(shapes["61.01"].Rings[0]) / 2; n > maxShapePoints || n < 12 {
		t.Errorf("%d points of 5,000", n)
	}
	doc, status, _ := s.get("/map?region=61")
	if status != 200 || doc.Find("svg.shapes a path").Length() != 2 || doc.Find("table tbody tr").Length() != 14 {
		t.Errorf("status %d, %d shapes, %d rows", status, doc.Find("svg.shapes a path").Length(), doc.Find("table tbody tr").Length())
	}
	page := text(doc.Find("figure.map"))
	for _, want := range []string{"Batas wilayah: Badan Uji (berkas batas.geojson).", "Boleh dipakai dengan menyebut sumber.", "12 wilayah tidak punya gambar"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not in %s", want, page)
		}
	}
}

func TestWrongShapesAreRefusedAsAWhole(t *testing.T) {
	s := loaded(t)
	good := featureOf("61.01", circle(109, 1, 0.5, 20))
	for name, c := range map[string]struct{ head, features, want string }{
		"terms":    {"", good, `members "source" (who is to be named) and "licence" (its text)`},
		"code":     {terms, featureOf("Sambas", circle(109, 1, 0.5, 20)), "no property of code, kode"},
		"unknown":  {terms, featureOf("61.99", circle(109, 1, 0.5, 20)), "region 61.99 is not in the register"},
		"abroad":   {terms, featureOf("61.01", circle(1.33, 109.2, 0.5, 20)), "is not in Indonesia (longitude first)"},
		"open":     {terms, featureOf("61.01", `[[[109,1],[110,1],[110,2],[109,2]]]`), "not closed"},
		"point":    {terms, `{"type":"Feature","properties":{"code":"61.01"},"geometry":{"type":"Point","coordinates":[109,1]}}`, "neither Polygon nor MultiPolygon"},
		"nothing":  {terms, "", "no feature"},
		"one good": {terms, good + "," + featureOf("61.02", `[[]]`), "a ring has under four points"},
	} {
		_, err := s.ImportShapes(t.Context(), geojson(t, c.head, c.features))
		if !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := s.ImportShapes(t.Context(), filepath.Join(t.TempDir(), "missing.geojson")); !apperr.Is(err, apperr.Invalid) {
		t.Errorf("a missing file: %v", err)
	}
	if shapes, _, _ := s.ShapesOf(t.Context(), []domain.RegionCode{"61.01"}); len(shapes) != 0 {
		t.Error("a refused file left a shape")
	}
}

func TestMaps(t *testing.T) {
	s := newSite(t)
	s.m.uncovered = func(code domain.RegionCode) (int64, int64) {
		if code.Contains("61.01.08.2007") {
			return 7, 1
		}
		return 0, 0
	}
	doc, status, _ := s.get("/map")
	if status != 200 || doc.Find("svg.points a circle").Length() != 14 || doc.Find(".outline").Length() != 1 || doc.Find("table tbody tr").Length() != 14 {
		t.Fatalf("status %d, %d points", status, doc.Find("svg.points a circle").Length())
	}
	sambas := doc.Find(`svg.points a[aria-label^="Kabupaten Sambas"]`)
	if sambas.AttrOr("aria-label", "") != "Kabupaten Sambas: 7 kebutuhan, dan 1 contoh" && sambas.AttrOr("aria-label", "") != "Kabupaten Sambas: 7, dan 1 contoh" || sambas.Find(".m3").Length() != 1 || sambas.AttrOr("href", "") != "/map?region=61.01&show=needs" {
		t.Errorf("%s → %s", sambas.AttrOr("aria-label", ""), sambas.AttrOr("href", ""))
	}
	if credits := text(doc.Find("figure.map")); !strings.Contains(credits, "@svg-maps/indonesia (CC BY 4.0)") || !strings.Contains(credits, "GeoNames (CC BY 4.0)") {
		t.Error("no credits")
	}
	if doc.Find(".demo").Length() == 0 || doc.Find("[style]").Length() != 0 {
		t.Error("no banner over demonstration, or an inline style")
	}
	doc, _, _ = s.get("/map?region=61.01&show=weight")
	if doc.Find("svg.tiles a rect").Length() != 19 || !strings.Contains(text(doc.Find("figure.map")), "Peta petak: batas wilayah yang boleh dipakai tidak tersedia") {
		t.Errorf("%d tiles", doc.Find("svg.tiles a rect").Length())
	}
	doc, _, _ = s.get("/map?region=61.01.08&show=needs")
	var leads []string
	doc.Find("svg.tiles a").Each(func(_ int, a *goquery.Selection) { leads = append(leads, a.AttrOr("href", "")) })
	if len(leads) != 8 || leads[6] != "/villages/61.01.08.2007" {
		t.Errorf("%v", leads)
	}
	for path, want := range map[string]int{"/map?region=x": 400, "/map?region=99": 404, "/map?region=61.01.08.2007": 200, "/map?show=anything": 200} {
		if _, status, _ := s.get(path); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
}
