package villages

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// works is what a village needs, for tests.
type works struct{ needs, workers int }

func (w works) NeedsOf(_ context.Context, _ domain.RegionCode, limit int) ([]SheetNeed, error) {
	var out []SheetNeed
	for i := range min(w.needs, limit) {
		out = append(out, SheetNeed{Title: "Tandon air hujan untuk dusun pesisir nomor " + strconv.Itoa(i), Category: "clean-water-supply", Open: true,
			Ledger: domain.Ledger{Unit: "unit", Needed: 40, Committed: 30, Delivered: 20, Confirmed: 10}})
	}
	return out, nil
}

func (w works) WorkersOf(_ context.Context, _ domain.RegionCode, limit int) ([]SheetWorker, error) {
	var out []SheetWorker
	for i := range min(w.workers, limit) {
		out = append(out, SheetWorker{Organization: "Yayasan Čuvar " + strconv.Itoa(i), What: "Tandon", Quantity: 30, Unit: "unit", Ledger: domain.Ledger{Delivered: 20, Confirmed: 10}})
	}
	return out, nil
}

func (s *site) file(path string) (body []byte, response *http.Response) {
	s.t.Helper()
	response, err := s.app.Test(httptest.NewRequest(http.MethodGet, path, nil), -1)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err = io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return body, response
}

var pdfPages = regexp.MustCompile(`/Type /Page\b[^s]`)

func TestSheetsArePagesOfAPDF(t *testing.T) {
	s := newSite(t)
	s.m.works = works{3, 2}
	body, response := s.file("/villages/61.01.08.2007/sheet.pdf")
	if response.StatusCode != http.StatusOK || response.Header.Get("Content-Type") != "application/pdf" || !bytes.HasPrefix(body, []byte("%PDF-")) || len(pdfPages.FindAll(body, -1)) != 1 {
		t.Errorf("status %d, %q, %d bytes, %d pages", response.StatusCode, response.Header.Get("Content-Type"), len(body), len(pdfPages.FindAll(body, -1)))
	}
	s.m.works = works{100, 100} // more than a page holds is still a page
	if body, _ = s.file("/en/villages/61.01.08/sheet.pdf"); len(pdfPages.FindAll(body, -1)) != 8 {
		t.Errorf("%d pages for the eight villages of Paloh", len(pdfPages.FindAll(body, -1)))
	}
	for _, path := range []string{"/villages/61.01/sheet.pdf", "/villages/61.01.08.9999/sheet.pdf", "/villages/6101082007/sheet.pdf", "/villages/x/sheet.pdf"} {
		if _, response := s.file(path); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
	doc, _, _ := s.get("/villages/61.01.08.2007")
	if doc.Find(`a[href="/villages/61.01.08.2007/sheet.pdf"]`).Length() != 1 || doc.Find("svg.qr path").AttrOr("d", "") == "" || doc.Find("svg.qr").AttrOr("aria-label", "") != "https://contoh.invalid/villages/61.01.08.2007" {
		t.Error("the page leads to no sheet")
	}
}

func TestSheetSaysWhatThePublicMaySee(t *testing.T) {
	s := newSite(t)
	s.m.works = works{1, 1}
	women := Profile{Region: village, People: &People{Origin{2025, "Uji"}, ptr(int64(300)), ptr(int64(3)), ptr(int64(90))}}
	if err := s.m.Service.PutProfile(t.Context(), women, store.Change{Operation: store.Operation{ID: "w"}}); err != nil {
		t.Fatal(err)
	}
	path, err := s.m.Service.Path(t.Context(), village)
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := s.m.sheetOf(t.Context(), s.base(), path, s.m.Service.now())
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, section := range sheet.Sections {
		for _, row := range section.Rows {
			lines = append(lines, strings.Join(row, " | "))
		}
	}
	all := strings.ReplaceAll(strings.Join(lines, "\n"), "\u00a0", " ")
	for _, want := range []string{"Perempuan | <5 jiwa | 2025 · Uji", "Jumlah penduduk | 300 jiwa", "40 unit | 30 unit | 20 unit | 10 unit | 10 unit", "Yayasan Čuvar 0 | Tandon | 30 unit", "Bobot keterbatasan | belum ada data", "(sasaran provinsi 80 %) | belum ada data"} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is not there:\n%s", want, all)
		}
	}
}
