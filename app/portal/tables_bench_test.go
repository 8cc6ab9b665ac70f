package portal_test

import (
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
	"gotong/modules/tables"
)

// importRows makes a table of so many indicator values of real villages.
func importRows(tb testing.TB, format string, villages []domain.Place, rows int) string {
	tb.Helper()
	var b bytes.Buffer
	w, err := sheet.NewWriter(format, &b, "Indikator", true)
	if err == nil {
		err = w.Head([]sheet.Heading{{Text: "Kode wilayah", Code: true}, {Text: "Nama wilayah"}, {Text: "Indikator"}, {Text: "Nilai"}, {Text: "Satuan"}, {Text: "Tahun"}, {Text: "Sumber"}})
	}
	for n := 0; n < rows && err == nil; n++ {
		p := villages[n%len(villages)]
		round := n / len(villages)
		err = w.Row([]sheet.Cell{
			sheet.OfText(string(p.Code)), sheet.OfText(p.Name), sheet.OfText("Indeks Desa"), sheet.OfFloat(float64(n%1000) / 10), sheet.OfText("index"),
			sheet.OfInt(int64(1995 + round%30)), sheet.OfText("Uji beban " + strconv.Itoa(round/30)),
		})
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

func (w *whole) villagesOf(code domain.RegionCode) (list []domain.Place) {
	w.t.Helper()
	below, err := w.House().Villages.Service.Children(w.t.Context(), code)
	w.must(err)
	for _, p := range below {
		if p.Code.Level() == domain.LevelVillage {
			list = append(list, p)
		} else {
			list = append(list, w.villagesOf(p.Code)...)
		}
	}
	return list
}

// peak is the most memory that the process held resident, in MB; reset begins anew.
func peak(reset bool) float64 {
	if reset {
		_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	}
	raw, _ := os.ReadFile("/proc/self/status")
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.Atoi(strings.Fields(rest)[0])
			return float64(kb) / 1024
		}
	}
	return 0
}

// BenchmarkImport brings a table of 100,000 rows in: check, then apply, on the embedded default. GOTONG_BENCH_ROWS says
// how many else. It reports the seconds of each step and how far the resident memory rose at its peak.
func BenchmarkImport(b *testing.B) {
	rows := 100_000
	if n, err := strconv.Atoi(os.Getenv("GOTONG_BENCH_ROWS")); err == nil {
		rows = n
	}
	for _, format := range []string{sheet.XLSX, sheet.CSV} {
		b.Run(format, func(b *testing.B) {
			w := openWholeIn(b, []domain.RegionCode{"61"}, nil)
			text := importRows(b, format, w.villagesOf("61"), rows)
			for b.Loop() {
				runtime.GC()
				before := peak(true)
				begin := time.Now()
				id := w.upload("sekretariat-1", "observations", "beban."+format, text)
				w.checkImport("sekretariat-1", id, false)
				checked := time.Since(begin)
				doc := w.importDoc(id)
				if doc.Body.State != tables.Ready || doc.Body.Counts.New != rows {
					b.Fatal(fmt.Sprintf("%+v", doc.Body), w.foundProblems(doc))
				}
				w.must(w.Tables().Service.Apply(b.Context(), w.as("sekretariat-1").actor, store.Operation{ID: store.NewID()}, id, doc.Version))
				w.workImports()
				applied := time.Since(begin) - checked
				if doc = w.importDoc(id); doc.Body.State != tables.Applied || doc.Body.Result.Inserted != rows {
					b.Fatalf("%+v", doc.Body)
				}
				b.ReportMetric(checked.Seconds(), "s/check")
				b.ReportMetric(applied.Seconds(), "s/apply")
				b.ReportMetric(peak(false)-before, "MB-above")
				b.ReportMetric(peak(false), "MB-peak")
			}
		})
	}
}
