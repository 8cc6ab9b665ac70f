package together

import (
	"bytes"
	"strconv"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"gotong/app/browser"
	"gotong/app/walk"
)

// TestTableInTheBrowser walks a table's way at phone width, without JavaScript and with it: upload, columns corrected,
// mistakes at their cells, marked file, corrected, saved, receipt, undone.
func TestTableInTheBrowser(t *testing.T) {
	b := browser.Start(t)
	base := browser.Serve(t)
	for _, script := range browser.Ways() {
		name := "table-with-javascript"
		if !script {
			name = "table-without-javascript"
		}
		t.Run(name, func(t *testing.T) {
			i := browser.Inspect(t, name)
			v := i.Visit(b, base, script, "verifikator-sambas")
			tableWalk(t, v, name)
			if err := v.Open("/en/imports"); err != nil {
				t.Error(err)
			}
		})
	}
}

// table makes an XLSX whose value column has a heading that nobody knows.
func table(t *testing.T, value any, code, source string) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer func() { _ = f.Close() }()
	for n, row := range [][]any{
		{"Kode desa", "Nama desa", "Indikator", "Hasil hitung", "Tahun", "Sumber"},
		{"61.01.08.2007", "Temajuk", "Indeks Desa", value, 2024, source},
		{code, "Sebubus", "Indeks Desa", 61.5, 2024, source},
	} {
		cell, _ := excelize.CoordinatesToCellName(1, n+1)
		if err := f.SetSheetRow("Sheet1", cell, &row); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if _, err := f.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// corrected downloads the marked file, corrects the cells that it names and uploads it again: it comes in without asking
// for more. It is left there.
func corrected(t *testing.T, v *walk.Chromium, path string) {
	t.Helper()
	var raw []byte
	if err := v.Eval(`fetch(`+strconv.Quote(path)+`).then(r=>r.arrayBuffer()).then(b=>JSON.stringify(btoa(String.fromCharCode(...new Uint8Array(b)))))`, &raw); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	sheet := f.GetSheetName(0)
	for cell, why := range map[string]string{"G2": "D2: ", "G3": "A3: "} {
		if text, _ := f.GetCellValue(sheet, cell); !strings.Contains(text, why) {
			t.Errorf("%s says %q", cell, text)
		}
	}
	var out bytes.Buffer
	for cell, value := range map[string]any{"D2": 1234.0 / 100, "A3": "61.01.08.2001"} {
		if err := f.SetCellValue(sheet, cell, value); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.WriteTo(&out); err != nil {
		t.Fatal(err)
	}
	err = v.Open("/imports/new?kind=observations")
	if err == nil {
		err = v.Submit("#form", nil, map[string]walk.File{"file": {Name: "diperbaiki.xlsx", Body: out.Bytes()}})
	}
	if err == nil {
		err = v.Submit("#form", walk.Values{"column-value": "3"}, nil)
	}
	if err != nil {
		t.Fatal(err)
	}
	if button := walk.Text(v, `form[action$="/apply"]`); !strings.Contains(button, "Simpan 2 baris") {
		t.Errorf("the corrected file is not taken: %q", button)
	}
}

func tableWalk(t *testing.T, v *walk.Chromium, source string) {
	t.Helper()
	step := func(name string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	says := func(want string) {
		t.Helper()
		doc, err := v.Document()
		if err != nil || !strings.Contains(strings.Join(strings.Fields(doc.Find("main").Text()), " "), want) {
			t.Fatalf("the page does not say %q: %v\n%s", want, err, walk.Summary(doc))
		}
	}
	upload := func(value any, code string) {
		t.Helper()
		step("kinds", v.Open("/imports"))
		step("form", v.Open("/imports/new?kind=observations"))
		step("upload", v.Submit("#form", nil, map[string]walk.File{"file": {Name: "indeks.xlsx", Body: table(t, value, code, source)}}))
		says("Periksa apakah setiap kolom dikenali")
	}
	upload("1.234", "61.01.08.9999")
	step("columns", v.Submit("#form", nil, nil))
	says("Kolom ini harus ada")
	step("columns corrected", v.Submit("#form", walk.Values{"column-value": "3"}, nil))
	says("D2")
	says("Angka ini dapat dibaca dua cara")
	says("A3")
	doc, err := v.Document()
	step("page", err)
	if doc.Find(`a[href*="/errors?format=xlsx"]`).Length() != 1 {
		t.Fatal("no marked file")
	}
	corrected(t, v, doc.Find(`a[href*="/errors?format=xlsx"]`).AttrOr("href", ""))
	upload(63.25, "61.01.08.2001")
	step("columns", v.Submit("#form", walk.Values{"column-value": "3"}, nil))
	says("Simpan 2 baris")
	step("apply", v.Submit(`form[action$="/apply"]`, nil, nil))
	says("Ini tanda terimanya")
	step("undo", v.Submit(`form[action$="/undo"]`, nil, nil))
	says("Semua sudah dikembalikan")
}
