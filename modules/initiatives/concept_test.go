package initiatives

import (
	"bytes"
	"context"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/xuri/excelize/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// fakeCalls knows one open call, and one that is over.
type fakeCalls struct{}

func (fakeCalls) Call(_ context.Context, _ domain.Actor, id domain.CallID) (CallBrief, error) {
	brief := CallBrief{ID: id, Title: "Air pesisir", Open: true, Deadline: time.Date(2027, 4, 1, 10, 0, 0, 0, time.UTC), Zone: domain.WIB, Areas: []domain.RegionCode{"61.01"}, Categories: []domain.CategoryID{"clean-water-supply"}}
	switch id {
	case "open":
		return brief, nil
	case "over":
		return CallBrief{}, apperr.New(apperr.Conflict, "calls.refuse.late", "deadline", "1 Maret", "now", "2 Maret", "contact", "Sekretariat")
	}
	return CallBrief{}, apperr.New(apperr.NotFound, "error.not_found.text")
}

func (f fakeCalls) Rules(ctx context.Context, id domain.CallID) (CallBrief, error) {
	return f.Call(ctx, domain.Actor{}, id)
}
func (fakeCalls) Enter(context.Context, domain.Actor, Entering) error   { return nil }
func (fakeCalls) Admit(context.Context, domain.CallID, Admission) error { return nil }

// book is the file as it was downloaded, to be filled in.
func (p *portal) book(t *testing.T, path string) *excelize.File {
	t.Helper()
	a := p.get(t, "editor", path)
	if a.status != http.StatusOK {
		t.Fatal(path, a.status, a.doc.Find("main").Text())
	}
	f, err := excelize.OpenReader(strings.NewReader(a.body))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.Close() })
	return f
}

// write puts values into the row of a label, or into a cell.
func write(t *testing.T, f *excelize.File, values map[string]any) {
	t.Helper()
	for at, v := range values {
		sheet, cell, _ := strings.Cut(at, "!")
		rows, err := f.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		for n, row := range rows {
			if len(row) > 0 && row[0] == cell {
				cell = "B" + itoa(n+1)
			}
		}
		if err := f.SetCellValue(sheet, cell, v); err != nil {
			t.Fatal(at, err)
		}
	}
}

// send uploads the file.
func (p *portal) sendBook(t *testing.T, who, path, name string, raw []byte, fields url.Values) answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	fields.Set("_op", store.NewID())
	for field := range fields {
		_ = w.WriteField(field, fields.Get(field))
	}
	part, _ := w.CreateFormFile("file", name)
	_, _ = part.Write(raw)
	_ = w.Close()
	req := httptest.NewRequest(http.MethodPost, path, &body)
	req.Header.Set("Content-Type", w.FormDataContentType())
	req.Header.Set("X-Actor", who)
	req.Header.Set("Accept", "text/html")
	res, err := p.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	doc, err := goquery.NewDocumentFromReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{status: res.StatusCode, location: res.Header.Get("Location"), doc: doc, body: doc.Text()}
}

func bytesOf(t *testing.T, f *excelize.File) []byte {
	t.Helper()
	raw, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return raw.Bytes()
}

// indonesian fills a whole concept in.
func indonesian(t *testing.T, f *excelize.File) {
	t.Helper()
	write(t, f, map[string]any{
		"Usulan!Judul": "Air Bersih Pesisir", "Usulan!Ringkasan": "Tandon bagi dusun pesisir.", "Usulan!Masalah dan pendekatan": "Air kurang.", "Usulan!Tujuan": "Air layak.",
		"Usulan!Wilayah (kode)": "61.01.08, 61.01.09", "Usulan!Kelompok sasaran": "Keluarga pesisir", "Usulan!Jumlah penerima manfaat (orang)": 400,
		"Usulan!Tanggal mulai": "1/4/2027", "Usulan!Tanggal selesai": "2028-03-31", "Usulan!Risiko dan pengamanan": "Banjir", "Usulan!Keberlanjutan": "Kelompok air",
		"Penawaran!A2": "Penyediaan air bersih", "Penawaran!B2": 40, "Anggaran!A2": "Tandon", "Anggaran!B2": "Dana sendiri", "Anggaran!C2": "Rp120.000.000",
		"Anggaran!A4": "Pelatihan", "Anggaran!B4": "Masih dicari", "Tonggak!A2": "Tandon terpasang", "Tonggak!B2": "2027-09-01",
		"Hasil!A2": "", "Mitra!A2": "Organisasi pt", "Mitra!B2": "Menyediakan tandon",
	})
}

// TestConceptIsWrittenWithoutALine: downloaded, filled in, uploaded, seen, made a draft.
func TestConceptIsWrittenWithoutALine(t *testing.T) {
	p := open(t)
	f := p.book(t, "/initiatives/concept.xlsx?call=open")
	if got := f.GetSheetList(); !slices.Equal(got, []string{"Baca dulu", "Usulan", "Penawaran", "Anggaran", "Tonggak", "Hasil", "Mitra", "Daftar pilihan", "Kode wilayah"}) {
		t.Fatal(got)
	}
	lists, _ := f.GetCols("Daftar pilihan")
	if lists[0][1] != "Penyediaan air bersih" || strings.Join(lists[0][2:], "") != "" || lists[2][len(Sources)] == "" || lists[3][len(domain.Indicators())] == "" {
		t.Errorf("a call of one category offers %v", lists[0])
	}
	for sheet, want := range map[string][]string{"Penawaran": {"A2:A6", "C2:C6"}, "Anggaran": {"B2:B6"}, "Hasil": {"A2:A6"}} {
		rules, err := f.GetDataValidations(sheet)
		var at []string
		for _, r := range rules {
			at = append(at, r.Sqref)
			if !strings.HasPrefix(r.Formula1, "'Daftar pilihan'!$") {
				t.Errorf("%s offers %q", sheet, r.Formula1)
			}
		}
		if slices.Sort(at); err != nil || !slices.Equal(at, want) {
			t.Errorf("%s: choices at %v, want %v: %v", sheet, at, want, err)
		}
	}
	if codes, _ := f.GetCols("Kode wilayah"); len(codes) < 1 || len(codes[0]) < 2 || codes[0][1] != "61.01" {
		t.Errorf("codes %v", codes)
	}
	indonesian(t, f)
	sent := p.sendBook(t, "editor", "/initiatives/concept", "usulan.xlsx", bytesOf(t, f), url.Values{"organization": {"yayasan"}})
	if sent.status != http.StatusSeeOther || !strings.Contains(sent.location, "call=open") {
		t.Fatal(sent.status, sent.location, sent.doc.Find("main").Text())
	}
	page := p.get(t, "editor", sent.location)
	preview := page.doc.Find("details[open]").Text()
	for _, want := range []string{"Air kurang.", "40", "Penyediaan air bersih", "Rp120.000.000", "Tandon terpasang", "Organisasi pt"} {
		if !strings.Contains(preview, want) {
			t.Errorf("the preview lacks %q: %s", want, preview)
		}
	}
	if n, _ := p.Service.CountOf(t.Context(), "yayasan"); n != 0 {
		t.Error("something was written before its author said so")
	}
	for who, want := range map[string]int{"owner": 404, "rival": 404} {
		if a := p.get(t, who, sent.location); a.status != want {
			t.Errorf("%s sees another's concept: %d", who, a.status)
		}
	}
	form := formOf(page, "form.form", nil)
	made := p.post(t, "editor", "/initiatives", form)
	if again := p.send(t, "editor", http.MethodPost, "/initiatives", form); made.status != 303 || again.location != made.location {
		t.Fatal(made.status, made.doc.Find(".summary").Text(), again.location)
	}
	doc, err := p.Service.Get(t.Context(), domain.InitiativeID(strings.TrimPrefix(made.location, "/initiatives/")))
	c := doc.Body.Content
	if err != nil || doc.Body.Call != "open" || doc.Body.Door != DoorCall || c.Title != "Air Bersih Pesisir" || c.From != "2027-04-01" || c.TargetNumber != 400 || len(c.Areas) != 2 {
		t.Fatalf("%+v %v", c, err)
	}
	if len(c.Offers) != 1 || c.Offers[0].Quantity != 40 || c.Offers[0].ID == "" || len(c.Budget) != 2 || c.Budget[0].Amount != 120_000_000 || c.Budget[1].Amount != 0 || c.Milestones[0].Due != "2027-09-01" || c.Partners[0].Organization != "pt" {
		t.Errorf("%+v", c)
	}
	p.clock.Advance(conceptKept + time.Minute)
	if a := p.get(t, "editor", sent.location); a.status != 404 {
		t.Errorf("a concept waits for ever: %d", a.status)
	}
}

// TestConceptNamesEveryCell: each mistake at its sheet and cell in the reader's language, and nothing is kept.
func TestConceptNamesEveryCell(t *testing.T) {
	p := open(t)
	f := p.book(t, "/initiatives/concept.xlsx")
	indonesian(t, f)
	write(t, f, map[string]any{
		"Usulan!Ringkasan": "", "Usulan!Tujuan": "NIK 6101081203900001", "Usulan!Tanggal selesai": "2027-01-01", "Usulan!Wilayah (kode)": "62.01", "Usulan!Jumlah penerima manfaat (orang)": "banyak", "Usulan!Kode panggilan": "over",
		"Penawaran!A2": "Penyediaan air bersi", "Penawaran!B4": 5, "Anggaran!B2": "Dana siapa", "Anggaran!C4": "seratus juta", "Tonggak!B2": "31/31/2027", "Hasil!B5": "60%", "Mitra!A2": "Organisasi yayasan",
	})
	raw := bytesOf(t, f)
	sent := p.sendBook(t, "editor", "/initiatives/concept", "usulan.xlsx", raw, url.Values{"organization": {"yayasan"}})
	if sent.status != 422 || strings.Contains(sent.body, "⟦") {
		t.Fatal(sent.status)
	}
	found := map[string]string{}
	sent.doc.Find("tbody tr").Each(func(_ int, s *goquery.Selection) {
		found[strings.TrimSpace(s.Find("th").Text())] = strings.TrimSpace(s.Find("td").Last().Text())
	})
	for at, want := range map[string]string{
		"Usulan, sel B3": "harus diisi", "Usulan, sel B6": "NIK", "Usulan, sel B7": "62.01", "Usulan, sel B9": "bukan bilangan", "Usulan, sel B11": "", "Usulan, sel B14": "",
		"Penawaran, sel A2": "Penyediaan air bersih", "Penawaran, sel A4": "", "Anggaran, sel B2": "Dana sendiri", "Anggaran, sel C4": "bilangan", "Tonggak, sel B2": "", "Hasil, sel A5": "", "Mitra, sel A2": "",
	} {
		if why, there := found[at]; !there || why == "" || !strings.Contains(why, want) {
			t.Errorf("%s: %q, want %q", at, why, want)
		}
	}
	if len(found) != 13 {
		t.Errorf("%d cells: %v", len(found), found)
	}
	english := p.sendBook(t, "editor", "/en/initiatives/concept", "usulan.xlsx", raw, url.Values{"organization": {"yayasan"}})
	if english.status != 422 || strings.Contains(english.body, "⟦") || !strings.Contains(english.doc.Find("table").Text(), "Usulan, cell B3") {
		t.Errorf("%d %s", english.status, english.doc.Find("table").Text())
	}
	if n, _ := p.Service.CountOf(t.Context(), "yayasan"); n != 0 {
		t.Error("a draft was written of a file with mistakes")
	}
	for name, c := range map[string]struct {
		who  string
		raw  []byte
		file string
		org  string
		want int
	}{
		"no file":       {"editor", nil, "leer.xlsx", "yayasan", 422},
		"a text":        {"editor", []byte("Judul;Ringkasan\nA;B"), "usulan.csv", "yayasan", 422},
		"too large":     {"editor", bytes.Repeat([]byte("x"), MaxConcept+1), "besar.xlsx", "yayasan", 422},
		"for another":   {"editor", raw, "usulan.xlsx", "pt", 403},
		"by a reader":   {"viewer", raw, "usulan.xlsx", "yayasan", 403},
		"for nobody":    {"editor", raw, "usulan.xlsx", "", 403},
		"by the public": {"", raw, "usulan.xlsx", "yayasan", 403},
		"another table": {"editor", bytesOf(t, excelize.NewFile()), "lain.xlsx", "yayasan", 422},
	} {
		a := p.sendBook(t, c.who, "/initiatives/concept", c.file, c.raw, url.Values{"organization": {c.org}})
		if a.status != c.want || strings.Contains(a.body, "⟦") || c.want == 422 && a.doc.Find(".summary").Length() != 1 {
			t.Errorf("%s: %d, want %d", name, a.status, c.want)
		}
	}
}

// TestConceptInEnglish: both languages are read by either.
func TestConceptInEnglish(t *testing.T) {
	p := open(t)
	f := p.book(t, "/en/initiatives/concept.xlsx")
	write(t, f, map[string]any{
		"Proposal!Title": "Clean water", "Proposal!Summary": "Tanks.", "Proposal!Number of beneficiaries (persons)": "1,200", "Offers!A2": "Clean water supply", "Offers!B2": "1,000", "Budget!A2": "Tank", "Budget!B2": "Own funds", "Budget!C2": "40,000,000",
	})
	sent := p.sendBook(t, "editor", "/en/initiatives/concept", "concept.xlsx", bytesOf(t, f), url.Values{"organization": {"yayasan"}})
	if sent.status != http.StatusSeeOther || !strings.HasPrefix(sent.location, "/en/initiatives/new?concept=") {
		t.Fatal(sent.status, sent.doc.Find("main").Text())
	}
	concept, err := p.Service.Concept(t.Context(), people["editor"], sent.location[strings.Index(sent.location, "=")+1:])
	if c := concept.Content; err != nil || c.TargetNumber != 1200 || c.Offers[0].Quantity != 1000 || c.Budget[0].Amount != 40_000_000 {
		t.Errorf("%+v %v", c, err)
	}
}
