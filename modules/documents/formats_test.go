package documents

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/testkit/pdftest"
)

// book is a workbook of two rows.
func book(t *testing.T, name string, rows ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w, err := sheet.NewWriter(sheet.XLSX, &out, name, false)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Head([]sheet.Heading{{Text: "Perihal", Width: 20}}); err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		if err := w.Row([]sheet.Cell{sheet.OfText(row)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// What is written in a file of each kind is found, the word marked, and the place named as the file's own program names it;
// the link leads to a page on which the word is marked too.
func TestWordsInEveryKindOfFileAreFound(t *testing.T) {
	s := newSite(t)
	slide := func(n, text string) entry {
		return entry{"ppt/slides/slide" + n + ".xml", `<p:sld xmlns:p="p" xmlns:a="a"><a:p><a:r><a:t>` + text + `</a:t></a:r></a:p></p:sld>`}
	}
	files := map[string]struct {
		raw   []byte
		word  string
		place string
	}{
		"a.pdf":  {pdftest.Of(t, nil, "Pembuka", "Saluran bambu"), "bambu", "Halaman 2"},
		"a.docx": {docx(t, "<w:p><w:r><w:t>Saluran rotan</w:t></w:r></w:p>"), "rotan", "Bagian 1"},
		"a.pptx": {zipOf(t, entry{"[Content_Types].xml", types}, entry{"ppt/presentation.xml", "<p/>"}, slide("1", "Pembuka"), slide("2", "Saluran meranti")), "meranti", "Salindia 2"},
		"a.xlsx": {book(t, "Kebutuhan", "Pembuka", "Saluran ulin"), "ulin", "Lembar Kebutuhan"},
		"a.odt":  {odt(t, odf+"text", "<text:p>Saluran sagu</text:p>"), "sagu", "Bagian 1"},
		"a.odp":  {odt(t, odf+"presentation", "<draw:page><text:p>Pembuka</text:p></draw:page><draw:page><text:p>Saluran nipah</text:p></draw:page>"), "nipah", "Salindia 2"},
		"a.ods":  {odt(t, odf+"spreadsheet", `<table:table table:name="Harga"><table:table-row><table:table-cell><text:p>Saluran kelapa</text:p></table:table-cell></table:table-row></table:table>`), "kelapa", "Lembar Harga"},
		"a.csv":  {[]byte("perihal;jumlah\nSaluran durian;3\n"), "durian", "Bagian 1"},
		"a.txt":  {[]byte("Saluran manggis"), "manggis", "Bagian 1"},
		"a.html": {[]byte("<!doctype html><html><body><p>Saluran <b>cempedak</b></p></body></html>"), "cempedak", "Bagian 1"},
	}
	ids := map[string]domain.DocumentID{}
	for name, c := range files {
		id, err := s.Add(t.Context(), clerk, op(name), need, Details{Type: domain.DocReport, Title: "Berkas " + name, Visibility: domain.VisiblePublic}, domain.Upload{Name: name, Body: bytes.NewReader(c.raw)})
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		ids[name] = id
	}
	s.indexAll(t)
	for name, c := range files {
		id := ids[name]
		list := s.get(t, "", "/documents?q="+c.word).want(t, http.StatusOK)
		link := list.doc.Find(".quote a")
		if n := list.doc.Find("article.card").Length(); n != 1 || list.doc.Find(".quote mark").Text() != c.word || link.Text() != c.place || !strings.HasPrefix(link.AttrOr("href", ""), documentPath(id)+"/view?") {
			t.Errorf("%s: %d found, marked %q, at %q", name, n, list.doc.Find(".quote mark").Text(), link.Text())
			continue
		}
		view := s.get(t, "", link.AttrOr("href", "")).want(t, http.StatusOK)
		table := view.doc.Find("main table").Length() == 1
		if marked := view.doc.Find("main mark").Text(); !table && marked != c.word || !strings.Contains(view.body, c.word) || !strings.Contains(view.doc.Find("#page-title").Text(), strings.TrimSuffix(c.place, " 2")) {
			t.Errorf("%s: the viewer marks %q under %q", name, marked, view.doc.Find("#page-title").Text())
		}
		file := s.get(t, "", documentPath(id)+"/file").want(t, http.StatusOK)
		if kind := file.Header.Get("Content-Type"); strings.Contains(kind, "html") || !strings.HasPrefix(file.Header.Get("Content-Security-Policy"), "sandbox") || file.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s is served as %q", name, kind)
		}
	}
}
