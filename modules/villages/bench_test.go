package villages

import (
	"encoding/csv"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
)

// BenchmarkNation measures the register with the whole country: the import of 38 provinces to 84,000 villages, pages of
// random villages (each with five indicators over four years, as many for the regions above), searches with a letter
// wrong, and a preview of other parameters of the deprivation weight over all villages. It reports medians in ms. It
// needs the files of idn-area-data:
//
//	npm pack idn-area-data@4.0.1 && tar xzf idn-area-data-4.0.1.tgz
//	GOTONG_BENCH_REGIONS=$PWD/package go test -run '^$' -bench Nation -benchtime 300x ./modules/villages
func BenchmarkNation(b *testing.B) {
	dir := os.Getenv("GOTONG_BENCH_REGIONS")
	if dir == "" {
		b.Skip("GOTONG_BENCH_REGIONS names no folder with the files of idn-area-data")
	}
	m, app := nation(b, dir)
	codes := villageCodes(b, dir)
	random := rand.New(rand.NewPCG(61, 61))
	page := func(path string) {
		response, err := app.Test(httptest.NewRequest(http.MethodGet, path, nil), -1)
		if err != nil || response.StatusCode != http.StatusOK {
			b.Fatalf("%s: %v, %v", path, response, err)
		}
		_ = response.Body.Close()
	}
	measure := func(name string, do func(i int)) {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				begin := time.Now()
				do(len(took))
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(0, "ns/op")
		})
	}
	measure("village-page", func(int) { page("/villages/" + codes[random.IntN(len(codes))]) })
	measure("district-sheets", func(int) {
		page("/villages/" + string(domain.RegionCode(codes[random.IntN(len(codes))]).Parent()) + "/sheet.pdf")
	})
	queries := []string{"temajuk", "temajok", "Desa Temajuk, Paloh, Sambas", "sungai rya kubu", "mekar jaya"}
	measure("search", func(i int) {
		places, err := m.Service.SearchPlaces(b.Context(), queries[i%len(queries)], "", 0, 10)
		if err != nil || len(places) == 0 || i%len(queries) < 3 && places[0].Code != village {
			b.Fatalf("%q: %v, %v", queries[i%len(queries)], places, err)
		}
	})
	other := FirstWeighting()
	other.Needed, other.Reason = 60, "Pengukuran"
	measure("preview-of-weights", func(int) {
		moves, err := m.Service.Preview(b.Context(), other, previewRows)
		if err != nil || moves.Villages != len(codes) || moves.Down == 0 {
			b.Fatalf("%+v, %v", moves.Villages, err)
		}
	})
}

// nation imports the country and gives every region figures.
func nation(b *testing.B, dir string) (*Module, *fiber.App) {
	b.Helper()
	files := os.DirFS("../../views")
	bundle, err := i18n.Load(files, "locales")
	if err != nil {
		b.Fatal(err)
	}
	engine, err := web.NewEngine(files, bundle, web.EngineOptions{})
	if err != nil {
		b.Fatal(err)
	}
	m := New(Deps{DB: testkit.DB(b), Views: engine, Works: works{3, 2}, PublicURL: "https://contoh.invalid"})
	begin := time.Now()
	result, err := m.Service.ImportRegions(b.Context(), dir, nil)
	if err != nil {
		b.Fatal(err)
	}
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	b.Logf("%d regions imported in %.1f s, heap %d MB", result.Inserted, time.Since(begin).Seconds(), memory.HeapAlloc>>20)
	begin = time.Now()
	n := 0
	err = m.Service.eachRegion(b.Context(), func(r Region) error {
		n++
		if r.Level == domain.LevelVillage && n%8 != 0 {
			return nil
		}
		return m.Service.Plant(b.Context(), Seeds{Observations: manyFigures(r.Code, n)})
	})
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("figures of every eighth village and all regions above in %.1f s", time.Since(begin).Seconds())
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: web.ErrorHandler(engine, slog.New(slog.DiscardHandler))})
	app.Use(web.Locale(bundle))
	m.Routes(app)
	m.Service.cache.follow(true)
	return m, app
}

func manyFigures(code domain.RegionCode, n int) []Observation {
	var list []Observation
	for k, indicator := range []string{"improved-water-access", "improved-sanitation-access", "household-electrification", "village-index", "out-of-school-children"} {
		i, _ := domain.IndicatorByID(indicator)
		for year := 2022; year < 2026; year++ {
			list = append(list, Observation{Region: code, Indicator: indicator, Unit: i.Unit, Value: float64((n*7 + k*13 + year) % 100), Year: year, Source: "Pengukuran"})
		}
	}
	return list
}

func villageCodes(b *testing.B, dir string) []string {
	b.Helper()
	f, err := os.Open(filepath.Join(dir, "data", "villages.csv"))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		b.Fatal(err)
	}
	codes := make([]string, 0, len(rows))
	for _, row := range rows[1:] {
		codes = append(codes, row[0])
	}
	return codes
}

// BenchmarkImportFigures stages and applies a batch of 10,000 observations and reports rows a second.
func BenchmarkImportFigures(b *testing.B) {
	s := NewService(testkit.DB(b), nil)
	rows := 0
	begin := time.Now()
	for b.Loop() {
		batch := s.ObservationBatch(fmt.Sprintf("b%d", rows))
		var list []Observation
		for i := range 10_000 {
			o := water(domain.RegionCode(fmt.Sprintf("61.%02d.%02d.%04d", 1+rows/10_000%90, 1+i/400, 2001+i%400)), 2025, float64(i%100)).Normal()
			list = append(list, o)
		}
		if err := batch.Stage(b.Context(), list); err != nil {
			b.Fatal(err)
		}
		if _, err := batch.Apply(b.Context(), store.Change{Action: "observation.imported"}); err != nil {
			b.Fatal(err)
		}
		rows += len(list)
	}
	b.ReportMetric(float64(rows)/time.Since(begin).Seconds(), "rows/s")
}
