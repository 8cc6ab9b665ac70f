package documents

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

func TestArchiveHoldsWhatCouldBeUploaded(t *testing.T) {
	r := newRig(t)
	r.limit = 32 << 20
	good := zipOf(t, entry{"laporan/", ""}, entry{"laporan/a.txt", "Isi"}, entry{"laporan/b.pdf", string(pdf("x"))}, entry{"tabel.csv", "a,b\n"},
		entry{"foto.jpg", string(jpegOf(t, 16, 16))}, entry{"surat.docx", string(docx(t, "<w:p>Isi</w:p>"))}, entry{"__MACOSX/._a.txt", "\x00\x05"}, entry{".DS_Store", "\x00"})
	id, err := r.Add(t.Context(), clerk, op("good"), need, minutes(domain.VisiblePublic), text("lampiran.zip", string(good)))
	if err != nil {
		t.Fatal(err)
	}
	p, err := r.Preview(t.Context(), public, id, "")
	if err != nil || len(p.Reading.Pages) != 1 || len(p.Reading.Pages[0].Rows) != 7 || p.Reading.Pages[0].Rows[0][0] != "laporan/a.txt" || p.Reading.Pages[0].Rows[0][1] != "3" {
		t.Errorf("%v %+v", err, p.Reading)
	}
	if !mayShow(p.Document) {
		t.Error("its list is not shown")
	}
	locked := zipOf(t, entry{"a.txt", "Isi"})
	for _, mark := range []string{"PK\x03\x04", "PK\x01\x02"} {
		at := bytes.Index(locked, []byte(mark)) + 6
		if mark == "PK\x01\x02" {
			at += 2
		}
		locked[at] |= 1
	}
	var lies bytes.Buffer
	w := zip.NewWriter(&lies)
	f, _ := w.CreateRaw(&zip.FileHeader{Name: "a.txt", Method: zip.Store, CRC32: 1, UncompressedSize64: 3, CompressedSize64: 3})
	_, _ = f.Write([]byte("Isi"))
	_ = w.Close() // its checksum is wrong
	many := make([]entry, archiveRead+1)
	for i := range many {
		many[i] = entry{fmt.Sprintf("%d.txt", i), "x"}
	}
	zeros := strings.Repeat("0", archiveEntry+1)
	for name, c := range map[string]struct {
		data []byte
		key  string
	}{
		"locked": {locked, "documents.error.zip_locked"}, "checksum": {lies.Bytes(), "documents.error.of_file"}, "empty": {zipOf(t), "documents.error.empty"},
		"program": {zipOf(t, entry{"a.exe", "MZ"}), "documents.error.of_file"}, "nested": {zipOf(t, entry{"a.zip", string(good)}), "documents.error.of_file"},
		"lie": {zipOf(t, entry{"a.pdf", "MZ"}), "documents.error.of_file"}, "script": {zipOf(t, entry{"a.html", "<script>x</script>"}), "documents.error.of_file"},
		"macros": {zipOf(t, entry{"a.docx", string(docx(t, "x", entry{"word/vbaProject.bin", "x"}))}), "documents.error.of_file"},
		"active": {zipOf(t, entry{"a.pdf", string(pdf("<< /S /JavaScript >>"))}), "documents.error.of_file"},
		"up":     {zipOf(t, entry{"../a.txt", "x"}), "documents.error.damaged"}, "absolute": {zipOf(t, entry{"/a.txt", "x"}), "documents.error.damaged"},
		"twice": {zipOf(t, entry{"a.txt", "x"}, entry{"A.TXT", "y"}), "documents.error.damaged"}, "many": {zipOf(t, many...), "documents.error.zip_many"},
		"large":  {zipOf(t, entry{"a.txt", zeros}), "documents.error.of_file"},
		"place":  {zipOf(t, entry{"rumah.jpg", string(photo(t, 1, binary.LittleEndian, "II"))}), "documents.error.of_file"},
		"hiding": {zipOf(t, entry{"__MACOSX/a.exe", zeros[:archiveLeftover+1]}, entry{"a.txt", "x"}), "documents.error.of_file"},
		"cut":    {good[:len(good)-30], "documents.error.damaged"},
	} {
		_, err := r.Add(t.Context(), clerk, op(name), need, minutes(domain.VisiblePublic), text("a.zip", string(c.data)))
		wantField(t, name, err, "file", c.key)
	}
	// A number in an entry keeps the archive from the public, as it would keep the file.
	numbers := zipOf(t, entry{"a.txt", "Isi"}, entry{"warga.csv", "NIK\n" + nik + "\n"})
	_, err = r.Add(t.Context(), clerk, op("numbers"), need, minutes(domain.VisiblePublic), text("a.zip", string(numbers)))
	wantField(t, "numbers", err, "file", "documents.error.personal_file")
	if _, err := r.Add(t.Context(), clerk, store.Operation{ID: "parties"}, need, minutes(domain.VisibleParties), text("a.zip", string(numbers))); err != nil {
		t.Error(err)
	}
}

func TestPageWithoutScriptIsTakenAndNeverSentAsAPage(t *testing.T) {
	s := newSite(t)
	page := "<!doctype html><html><head><title>Laporan</title><style>p { color: #333 }</style></head><body><h1>Penyaring keramik</h1><p>Isi <a href=\"https://example.org/\">tautan</a></p></body></html>"
	id, err := s.Add(t.Context(), clerk, op("page"), need, minutes(domain.VisiblePublic), text("laporan.HTM", page))
	if err != nil {
		t.Fatal(err)
	}
	got := s.do(t, "", "GET", documentPath(id)+"/file", nil)
	if got.StatusCode != 200 || got.Header.Get("Content-Type") != plainText || !strings.HasPrefix(got.Header.Get("Content-Disposition"), "attachment") ||
		got.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.Contains(got.Header.Get("Content-Security-Policy"), "sandbox") || got.body != page {
		t.Errorf("%d %v", got.StatusCode, got.Header)
	}
	p, err := s.Preview(t.Context(), public, id, "")
	if err != nil || len(p.Reading.Pages) != 1 || p.Reading.Pages[0].Text != "Laporan\nPenyaring keramik\nIsi tautan" {
		t.Errorf("%v %+v", err, p.Reading)
	}
	for _, active := range []string{
		"<p onclick=x>", "<a href=\"java\tscript:alert(1)\">", "<a href=&#106;avascript:alert(1)>", "<IFRAME src=x>", "<svg><style><img src=x onerror=alert(1)></style></svg>",
		"<form action=https://example.org>", "<base href=//example.org>", "<meta http-equiv=refresh content=0>", "<object data=x>", "<embed src=x>", "<img src=\"data:text/html,x\">",
		"<title><img src=x></title>", "<noscript><p title=\"</noscript><img src=x onerror=alert(1)>\">", "<math><mi xlink:href=x>", "<template><p></template>", "<img src=x srcdoc=y>",
	} {
		_, err := look(t, "a.html", []byte("<!doctype html><html><body>"+active+"</body></html>"))
		wantField(t, active, err, "file", "documents.error.active_html")
	}
	if c, err := look(t, "a.html", []byte("<html><p>NIK <b>610108</b><i>2512850001</i></p></html>")); err != nil || len(c.Personal) != 1 {
		t.Error("a number split by tags:", c.Personal, err)
	}
}
