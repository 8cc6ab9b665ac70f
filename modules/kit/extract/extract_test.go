package extract

import (
	"archive/zip"
	"bytes"
	"compress/zlib"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/xuri/excelize/v2"

	"gotong/modules/kit/testkit/effort"
	"gotong/modules/kit/testkit/pdftest"
)

func TestMain(m *testing.M) {
	if IsChild() {
		os.Exit(Child(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

func packed(t *testing.T, entries ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for i := 0; i < len(entries); i += 2 {
		f, err := w.Create(entries[i])
		if err == nil {
			_, err = f.Write([]byte(entries[i+1]))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func workbook(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	for _, err := range []error{
		f.SetSheetName("Sheet1", "Tandon"), f.SetSheetRow("Tandon", "A1", &[]any{"Dusun", "Jumlah"}), f.SetSheetRow("Tandon", "A2", &[]any{"Temajuk", 12}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.NewSheet("Sumur"); err != nil {
		t.Fatal(err)
	}
	if err := f.SetSheetRow("Sumur", "B3", &[]any{"Sumur bor"}); err != nil {
		t.Fatal(err)
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

const word = `<w:document xmlns:w="w"><w:body><w:p><w:r><w:t>Perjanjian</w:t></w:r><w:r><w:t xml:space="preserve"> kerja &amp; sama</w:t></w:r></w:p>
<w:tbl><w:tr><w:tc><w:p><w:r><w:t>Pihak</w:t></w:r></w:p></w:tc><w:tc><w:p><w:r><w:t>Kesatu</w:t></w:r></w:p></w:tc></w:tr></w:tbl></w:body></w:document>`

// files are good files of each kind with what their pages hold.
func files(t *testing.T) map[string]struct {
	raw   []byte
	pages []string
} {
	t.Helper()
	type file = struct {
		raw   []byte
		pages []string
	}
	return map[string]file{
		"pdf":  {pdftest.Of(t, nil, "Berita acara serah terima tandon air di Dusun Camar Bulan", "Halaman kedua"), []string{"Berita acara serah terima\ntandon air di Dusun Camar\nBulan", "Halaman kedua"}},
		"docx": {packed(t, "word/document.xml", word), []string{"Perjanjian kerja & sama\nPihak \tKesatu"}},
		"pptx": {packed(t, "ppt/slides/slide10.xml", `<p:sld><a:p><a:r><a:t>Sepuluh</a:t></a:r></a:p></p:sld>`, "ppt/slides/slide2.xml", `<p:sld><a:p><a:r><a:t>Dua</a:t></a:r></a:p></p:sld>`), []string{"Dua", "Sepuluh"}},
		"odt":  {packed(t, "content.xml", `<o:d><text:h>Judul</text:h><text:p>Isi <text:span>laporan</text:span></text:p></o:d>`), []string{"Judul\nIsi laporan"}},
		"odp":  {packed(t, "content.xml", `<o:d><draw:page><text:p>Satu</text:p></draw:page><draw:page><text:p>Dua</text:p></draw:page></o:d>`), []string{"Satu", "Dua"}},
		"ods": {packed(t, "content.xml", `<o:d><table:table table:name="Air"><table:table-row table:number-rows-repeated="1000000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>
<table:table-row><table:table-cell table:number-columns-repeated="2"><text:p>12</text:p></table:table-cell></table:table-row></table:table></o:d>`), []string{"Air|1000001:12,12"}},
		"xlsx": {workbook(t), []string{"Tandon|1:Dusun,Jumlah;Temajuk,12", "Sumur|3:,Sumur bor"}},
		"csv":  {[]byte("desa;jumlah\nTemajuk;12\n"), []string{"|1:desa,jumlah;Temajuk,12"}},
		"txt":  {[]byte("Satu\r\n\r\n\r\nDua\x07\n"), []string{"Satu\n\nDua"}},
	}
}

func shown(p Page) string {
	if len(p.Rows) == 0 {
		return p.Text
	}
	var rows []string
	for _, r := range p.Rows {
		rows = append(rows, strings.Join(r, ","))
	}
	return fmt.Sprintf("%s|%d:%s", p.Title, p.First, strings.Join(rows, ";"))
}

// child gives what reads in a child process.
func child(t *testing.T) *Process {
	t.Helper()
	if effort.Race {
		t.Skip("a child of the race detector needs more memory than it is given")
	}
	process, err := NewProcess()
	if err != nil {
		t.Fatal(err)
	}
	return process
}

func TestTextOfEveryKind(t *testing.T) {
	process := child(t)
	for kind, file := range files(t) {
		result, err := process.Extract(t.Context(), kind, bytes.NewReader(file.raw), int64(len(file.raw)))
		if err != nil || result.Cut || len(result.Active) > 0 {
			t.Errorf("%s: %+v %v", kind, result, err)
			continue
		}
		var pages []string
		for _, p := range result.Pages {
			pages = append(pages, shown(p))
		}
		if strings.Join(pages, "\f") != strings.Join(file.pages, "\f") {
			t.Errorf("%s: %q, want %q", kind, pages, file.pages)
		}
	}
	if _, err := process.Extract(t.Context(), "exe", strings.NewReader("MZ"), 2); !errors.Is(err, ErrKind) {
		t.Error(err)
	}
	if _, err := process.Extract(t.Context(), "txt", strings.NewReader(""), MaxSize+1); !errors.Is(err, ErrLimit) {
		t.Error(err)
	}
}

func TestPagesStayWithinBounds(t *testing.T) {
	long := strings.Repeat("Baris laporan yang panjang tentang air bersih.\n", 100_000)
	result, err := Read("txt", strings.NewReader(long))
	total := 0
	for _, p := range result.Pages {
		total += len(p.Text)
	}
	if err != nil || !result.Cut || total > MaxText || len(result.Pages) > MaxPages {
		t.Errorf("%d bytes on %d pages, cut %v, %v", total, len(result.Pages), result.Cut, err)
	}
	result, err = Read("csv", strings.NewReader("a,b\n"+strings.Repeat(strings.Repeat("x,", 60)+"\n", 450)))
	if err != nil || !result.Cut || len(result.Pages) != 3 || len(result.Pages[0].Rows) != MaxRows || len(result.Pages[1].Rows[0]) != maxCells || result.Pages[1].First != MaxRows+1 {
		t.Errorf("%d pages, cut %v, %v", len(result.Pages), result.Cut, err)
	}
}

func TestActivePDF(t *testing.T) {
	for want, change := range map[string]func(*fpdf.Fpdf){
		"JavaScript":   func(f *fpdf.Fpdf) { f.SetJavascript("app.alert('halo')") },
		"EmbeddedFile": func(f *fpdf.Fpdf) { f.SetAttachments([]fpdf.Attachment{{Content: []byte("x"), Filename: "x.exe"}}) },
	} {
		raw := pdftest.Of(t, change, "Isi")
		result, err := Read("pdf", bytes.NewReader(raw))
		if err != nil || strings.Join(result.Active, " ") != want {
			t.Errorf("%s: %+v %v", want, result.Active, err)
		}
	}
}

// hostilePDF has one page whose content, unpacked, is piece so many times.
func hostilePDF(piece string, times int) []byte {
	var stream bytes.Buffer
	z := zlib.NewWriter(&stream)
	block := []byte(strings.Repeat(piece, 1000))
	for range times / 1000 {
		_, _ = z.Write(block)
	}
	_ = z.Close()
	return pdftest.Raw("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /Contents 4 0 R >>",
		fmt.Sprintf("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", stream.Len(), stream.String()))
}

// A hostile file ends its child by memory or by time; this process lives on and reads the next one.
func TestHostileFilesEndTheirChildOnly(t *testing.T) {
	process := child(t)
	for name, file := range map[string]struct {
		raw   []byte
		limit time.Duration
	}{
		"memory": {hostilePDF("(AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA) Tj ", 2_000_000), childTime},
		"time":   {hostilePDF("q Q ", 100_000_000), 2 * time.Second},
	} {
		process.limit = file.limit
		began := time.Now()
		_, err := process.Extract(t.Context(), "pdf", bytes.NewReader(file.raw), int64(len(file.raw)))
		if !errors.Is(err, ErrLimit) {
			t.Errorf("%s: %v", name, err)
		}
		t.Logf("%s: %d KB ended after %s", name, len(file.raw)>>10, time.Since(began).Round(time.Millisecond))
	}
	process.limit = childTime
	if result, err := process.Extract(t.Context(), "txt", strings.NewReader("masih hidup"), 11); err != nil || result.Pages[0].Text != "masih hidup" {
		t.Errorf("%+v %v", result, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := process.Extract(ctx, "txt", strings.NewReader("x"), 1); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestDamagedFilesAreSaidToBe(t *testing.T) {
	for kind, file := range files(t) {
		if kind == "txt" || kind == "csv" {
			continue
		}
		for _, raw := range [][]byte{file.raw[:len(file.raw)/2], append([]byte("PK\x03\x04"), file.raw...)[:50], {}} {
			if _, err := Read(kind, bytes.NewReader(raw)); err != nil && !errors.Is(err, ErrDamaged) {
				t.Errorf("%s: %v", kind, err)
			}
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add("pdf", hostilePDF("(A) Tj ", 1000))
	f.Add("docx", []byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, kind string, raw []byte) {
		if _, err := Read(kind, bytes.NewReader(raw)); err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrKind) {
			t.Error(err)
		}
	})
}
