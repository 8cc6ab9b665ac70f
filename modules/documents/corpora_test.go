package documents

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
	"gotong/modules/kit/blob/blobtest"
	"gotong/modules/kit/clamd"
	"gotong/modules/kit/clamd/clamdtest"
	"gotong/modules/kit/extract"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/testkit/effort"
)

// TestMain lets this program be the child that reads files.
func TestMain(m *testing.M) {
	if extract.IsChild() {
		os.Exit(extract.Child(os.Stdin, os.Stdout))
	}
	os.Exit(m.Run())
}

// hostile is a file that somebody means ill by, or that is broken. Where it is taken all the same, what it carried is gone
// or lies still.
type hostile struct {
	name string
	make func(t *testing.T) []byte
	key  string // of the refusal at the file; "" where it is taken
	gone string // what must not be in the stored content
}

func whole(data []byte) func(*testing.T) []byte { return func(*testing.T) []byte { return data } }

// again is a text so many times; it is made when it is wanted, since what a test keeps is not to be measured.
func again(text string, times int) func(*testing.T) []byte {
	return func(*testing.T) []byte { return bytes.Repeat([]byte(text), times) }
}

const (
	page   = "<!doctype html><html><script>alert(1)</script></html>"
	image2 = `<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"></svg>`
)

func gif() []byte {
	return []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x01D\x00;")
}

// polyglots are files that are two things at once, each under the name of the harmless one.
func polyglots(t *testing.T) []hostile {
	archive := zipOf(t, entry{"a.html", page})
	jar := zipOf(t, entry{"META-INF/MANIFEST.MF", "Main-Class: A"}, entry{"A.class", "\xca\xfe\xba\xbe"})
	paper, photograph, drawing := pdf("1 0 obj <<>> endobj"), jpegOf(t, 24, 24), pngOf(t, 24, 24)
	comment := func(text string) []byte {
		return joined(photograph[:2], []byte{0xff, 0xfe, byte((len(text) + 2) >> 8), byte(len(text) + 2)}, []byte(text), photograph[2:])
	}
	chunked := func(name, body string) []byte {
		c := append([]byte(name), body...)
		out := binary.BigEndian.AppendUint32(nil, uint32(len(body)))
		out = binary.BigEndian.AppendUint32(append(out, c...), crc32.ChecksumIEEE(c))
		return joined(drawing[:33], out, drawing[33:])
	}
	moving := webpOf(chunk("VP8L", webpPixel), chunk("XMP ", []byte(page)))
	two, content := "documents.error.two_types", "documents.error.content"
	return []hostile{
		{"pdf-zip.pdf", whole(joined(paper, archive)), two, ""}, {"zip-pdf.pdf", whole(joined(archive, paper)), content, ""}, {"pdf-jar.pdf", whole(joined(paper, jar)), two, ""},
		{"html-pdf.pdf", whole(joined([]byte(page), paper)), two, ""}, {"pdf-html.pdf", whole(pdf(page)), two, ""}, {"pdf-svg.pdf", whole(pdf(image2)), two, ""},
		{"exe-pdf.pdf", whole(joined([]byte("MZ\x90\x00"), paper)), two, ""}, {"js-pdf.pdf", whole(joined([]byte("/*"), paper, []byte("*/alert(1)"))), two, ""},
		{"pdf-shell.txt", whole([]byte("#!/bin/sh\nrm -rf /\n%PDF-1.7\n%%EOF")), content, ""}, {"gif-js.png", whole(joined([]byte("GIF89a=1;alert(1)//"), gif())), content, ""},
		{"jpg-html.jpg", whole(joined(photograph, []byte(page))), "", "<script"}, {"jpg-zip.jpg", whole(joined(photograph, archive)), "", "a.html"},
		{"jpg-jar.jpg", whole(joined(photograph, jar)), "", "MANIFEST"}, {"jpg-php.jpg", whole(comment("<?php system($_GET[0]); ?>")), "", "<?php"},
		{"jpg-js.jpg", whole(comment("*/=alert(1);/*")), "", "alert"}, {"jpg-pdf.jpg", whole(comment("%PDF-1.7 /JavaScript")), content, ""},
		{"png-html.png", whole(joined(drawing, []byte(page))), "", "<script"}, {"png-zip.png", whole(joined(drawing, archive)), "", "a.html"},
		{"png-text.png", whole(chunked("tEXt", "Comment\x00"+page)), "", "<script"}, {"png-php.png", whole(chunked("zzZz", "<?php eval($_POST[0]);")), "", "<?php"},
		{"webp-html.webp", whole(joined(moving, []byte(page))), "", "<script"}, {"webp-zip.webp", whole(joined(moving, archive)), "", "a.html"},
		{"txt-html.txt", whole([]byte(page)), content, ""}, {"csv-html.csv", whole([]byte("a,b\n<html><script>alert(1)</script>\n")), "", ""},
		{"txt-zip.txt", whole(joined([]byte("catatan rapat\n"), archive)), content, ""}, {"csv-formula.csv", whole([]byte("nama,unit\n=cmd|' /C calc'!A0,1\n")), "", ""},
		{"docx-jar.docx", whole(jar), content, ""}, {"docx-xlsx.docx", whole(docx(t, "x", entry{"xl/workbook.xml", "<workbook/>"}, entry{"word/vbaProject.bin", "x"})), "documents.error.macros", ""},
		{"docx-html.docx", whole(joined([]byte(page), docx(t, "x"))), content, ""}, {"odt-jar.odt", whole(joined(odt(t, odf+"text", "x"), jar)), "documents.error.damaged", ""},
		{"xlsx-exe.xlsx", whole(joined([]byte("MZ\x90\x00"), xlsx(t, "<s/>", "<sst/>"))), content, ""}, {"svg.png", whole([]byte(image2)), content, ""},
		{"page.html", whole([]byte(page)), "documents.error.active_html", ""}, {"svg.html", whole([]byte("<html>" + image2)), "documents.error.active_html", ""},
		{"zip-html.zip", whole(archive), "documents.error.of_file", ""}, {"zip-jar.zip", whole(jar), content, ""}, {"zip-exe.zip", whole(joined([]byte("MZ\x90\x00"), zipOf(t, entry{"a.txt", "x"}))), content, ""},
		{"mht.html", whole([]byte("MIME-Version: 1.0\nContent-Type: text/html\n\n" + page)), "documents.error.active_html", ""},
		{"rar.zip", whole([]byte("Rar!\x1a\x07\x01\x00")), content, ""}, {"ole.docx", whole([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + strings.Repeat("\x00", 600))), content, ""}, {"empty.pdf", whole(nil), "documents.error.empty", ""},
	}
}

// bombs unpack to far more than they are.
func bombs(t *testing.T) []hostile {
	unpacked, damaged := "documents.error.unpacked", "documents.error.damaged"
	zeros := func(name string, size int64, head string) func(t *testing.T) []byte {
		return func(t *testing.T) []byte { return office(t, name, head, size, " ") }
	}
	return []hostile{
		{"one-gigabyte.zip", func(t *testing.T) []byte { return says(t, archiveOf(t, 1, 1<<20), 1<<30) }, unpacked, ""},
		{"many-entries.zip", func(t *testing.T) []byte { return archiveOf(t, 60_000, 0) }, unpacked, ""},
		{"overlapping.zip", overlapping, "", ""},
		{"six-times-24.zip", func(t *testing.T) []byte { return archiveOf(t, 6, archiveEntry) }, "", ""},
		{"nested.zip", func(t *testing.T) []byte {
			return zipOf(t, entry{"a.zip", string(zipOf(t, entry{"a.zip", string(archiveOf(t, 1, 1<<20))}))})
		}, "documents.error.of_file", ""},
		{"many-entries.docx", func(t *testing.T) []byte { return archiveOf(t, 60_000, 0, "[Content_Types].xml", "word/document.xml") }, unpacked, ""},
		{"sheet.xlsx", zeros("xl/worksheets/sheet1.xml", 60<<20, "<worksheet><sheetData>"), "", ""},
		{"gigabyte.xlsx", func(t *testing.T) []byte { return says(t, xlsx(t, "<s/>", "<sst/>"), 1<<30) }, unpacked, ""},
		{"more-text-than-is-read.xlsx", zeros("xl/worksheets/sheet1.xml", 65<<20, "<worksheet><sheetData>"), damaged, ""},
		{"rows.xlsx", func(t *testing.T) []byte {
			return office(t, "xl/worksheets/sheet1.xml", "<worksheet><sheetData>", 30<<20, `<row><c t="s"><v>0</v></c></row>`)
		}, "", ""},
		{"strings.xlsx", func(t *testing.T) []byte {
			return office(t, "xl/sharedStrings.xml", "<sst>", 55<<20, "<si><t>a</t></si>")
		}, "", ""},
		{"one-string.xlsx", func(t *testing.T) []byte {
			return office(t, "xl/sharedStrings.xml", "<sst><si><t>", 55<<20, "aaaaaaaa")
		}, "", ""},
		{"entities.docx", func(t *testing.T) []byte {
			return docx(t, "", entry{"word/footer1.xml", `<!DOCTYPE a [<!ENTITY b "bbbbbbbb"><!ENTITY c "&b;&b;&b;&b;&b;&b;">]><a>&c;</a>`})
		}, damaged, ""},
		{"deep.docx", func(t *testing.T) []byte { return docx(t, strings.Repeat("<a>", 8<<20)) }, "", ""},
		{"one-tag.docx", func(t *testing.T) []byte { return docx(t, "<a b=\""+strings.Repeat("x", 40<<20)+"\"/>") }, damaged, ""},
		{"paragraph.docx", func(t *testing.T) []byte {
			return docx(t, "<w:p><w:r><w:t>"+strings.Repeat("a ", 25<<20)+"</w:t></w:r></w:p>")
		}, "", ""},
		{"cells.ods", func(t *testing.T) []byte {
			return odt(t, odf+"spreadsheet", `<table:table><table:table-row table:number-rows-repeated="1000000000"><table:table-cell table:number-columns-repeated="1000000000"><text:p>x</text:p></table:table-cell></table:table-row></table:table>`)
		}, "", ""},
		{"pixels.png", whole(pixelBomb(50_000, 50_000)), "documents.error.pixels", ""},
		{"pixels-at-the-bound.png", func(t *testing.T) []byte { return plainPNG(t, 4096, decodeMax/4/4096) }, "", ""},
		{"pixels-over-the-bound.png", func(t *testing.T) []byte { return plainPNG(t, 4096, decodeMax/4/4096+1) }, "documents.error.pixels", ""},
		{"pixels.jpg", func(t *testing.T) []byte { return sizedJPEG(t, 0xc0, 60_000, 60_000) }, "documents.error.pixels", ""},
		{"progressive.jpg", func(t *testing.T) []byte { return sizedJPEG(t, 0xc2, 8000, 8000) }, "documents.error.pixels", ""},
		{"pixels-at-the-bound.jpg", func(t *testing.T) []byte { return noisy(t, 7000, 6900) }, "", ""},
		{"says-more-than-it-has.jpg", func(t *testing.T) []byte { return sizedJPEG(t, 0xc0, 6000, 7000) }, damaged, ""},
		{"pixels.webp", whole(webpOf(chunk("VP8L", append([]byte{0x2f, 0xff, 0xff, 0xff, 0x0f}, webpPixel[5:]...)))), "documents.error.pixels", ""},
		{"stream.pdf", func(t *testing.T) []byte { return streamPDF(t, 100<<20) }, "", ""},
		{"one-line.txt", again("a", 30<<20), "", ""}, {"one-cell.csv", again("a", 30<<20), "", ""}, {"columns.csv", again(",", 30<<20), "", ""},
		{"one-tag.html", func(*testing.T) []byte { return []byte("<html><p title=\"" + strings.Repeat("x", 8<<20-100) + "\">") }, "", ""},
		{"latin.txt", again("D\xe9sa ", 3<<20), "", ""},
	}
}

// broken are files that a bad line or a bad disk left.
func broken(t *testing.T) (list []hostile) {
	data := map[string][]byte{
		"a.pdf": pdf("1 0 obj << /Type /Catalog >> endobj"), "a.docx": docx(t, "<w:p>"+strings.Repeat("Isi ", 400)+"</w:p>"), "a.xlsx": xlsx(t, strings.Repeat("<row/>", 300), "<sst/>"),
		"a.pptx": pptx(t), "a.odt": odt(t, odf+"text", strings.Repeat("Isi ", 300)), "a.ods": odt(t, odf+"spreadsheet", "x"), "a.odp": odt(t, odf+"presentation", "x"),
		"a.zip": zipOf(t, entry{"a.txt", "x"}), "a.jpg": jpegOf(t, 64, 64), "a.png": pngOf(t, 64, 64), "a.webp": webpOf(chunk("VP8L", webpPixel)),
	}
	for name, whole := range data {
		for what, cut := range map[string]func([]byte) []byte{
			"half":  func(b []byte) []byte { return b[:len(b)/2] },
			"tail":  func(b []byte) []byte { return b[:len(b)-min(12, len(b)/3)] },
			"holes": func(b []byte) []byte { clear(b[len(b)/3 : len(b)*2/3]); return b },
			"noise": func(b []byte) []byte {
				r := rand.New(rand.NewPCG(7, 7))
				for range len(b) / 3 {
					b[16+r.IntN(len(b)-16)] = byte(r.Uint32())
				}
				return b
			},
		} {
			list = append(list, hostile{name: what + "-" + name, key: "any", make: func(*testing.T) []byte { return cut(bytes.Clone(whole)) }})
		}
	}
	return list
}

// TestCorpora sends each hostile file the whole way of a form, with the reading in a child: each ends in a word at the
// file, or is kept as something that lies still; none takes more than 100 MB, this process and the child that
// reads it together.
func TestCorpora(t *testing.T) {
	process, err := extract.NewProcess()
	if err != nil {
		t.Fatal(err)
	}
	eicar := []hostile{{"eicar.txt", whole([]byte(clamdtest.EICAR())), "documents.error.harmful", ""}, {"eicar.csv", whole([]byte("a,b\n" + clamdtest.EICAR())), "documents.error.harmful", ""}}
	corpora := map[string]func(*testing.T) []hostile{"polyglots": polyglots, "bombs": bombs, "damaged": broken, "eicar": func(*testing.T) []hostile { return eicar }}
	if n := len(polyglots(t)); n < 30 {
		t.Errorf("%d polyglots", n)
	}
	most := 0
	for corpus, made := range corpora {
		t.Run(corpus, func(t *testing.T) {
			if corpus == "bombs" && effort.Small() {
				t.Skip("large")
			}
			c := testkit.Clock()
			s := siteAtRest(t, &rig{clock: c, blobs: blobtest.NewMemory(c), thing: &thing{}}, testkit.DBAt(t, c))
			defer debug.SetGCPercent(debug.SetGCPercent(50)) // as main does
			s.extract, s.limit, s.Service.blobs = process, 64<<20, onDisk{s.blobs, t.TempDir()}
			if corpus == "eicar" {
				s.scanner = clamd.New(clamdtest.Start(t, 4<<20).Address)
			}
			for i, f := range made(t) {
				t.Run(f.name, func(t *testing.T) { most = max(most, s.meets(t, f, corpus+strconv.Itoa(i))) })
			}
		})
	}
	t.Logf("%d MB at the most", most)
}

// meets sends one file, and gives the MB that it took.
func (s *site) meets(t *testing.T, f hostile, operation string) (took int) {
	t.Helper()
	body, err := os.Create(filepath.Join(t.TempDir(), "file")) // as a large form keeps it: not in memory
	if err == nil {
		_, err = body.Write(f.make(t))
	}
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	details := minutes(domain.VisibleParties)
	var id domain.DocumentID
	here, child, took := growth(t, func() {
		id, err = s.Add(t.Context(), clerk, op(operation), need, details, domain.Upload{Name: f.name, Body: body})
	})
	t.Logf("%3d MB together; %3d here, %3d in a child: %v", took, here, child, wordOf(err))
	if took > 100 && !effort.Race { // which takes several times as much
		t.Errorf("takes %d MB", took)
	}
	switch {
	case err != nil && (f.key == "" || !apperr.Is(err, apperr.Invalid)):
		t.Error(err)
	case err != nil && f.key != "any":
		wantField(t, f.name, err, "file", f.key)
	case err == nil && f.key != "" && f.key != "any":
		t.Errorf("was taken, want %s", f.key)
	case err == nil:
		s.liesStill(t, f, id)
	}
	return took
}

func wordOf(err error) string {
	if fields := apperr.FieldsOf(err); len(fields) > 0 {
		return fields[0].Key
	}
	return fmt.Sprint(err)
}

// liesStill demands that a stored file is sent so that no browser runs anything of it.
func (s *site) liesStill(t *testing.T, f hostile, id domain.DocumentID) {
	t.Helper()
	method := "GET"
	if s.stands(t, id).Size > 1<<20 {
		method = "HEAD"
	}
	got := s.do(t, "clerk", method, documentPath(id)+"/file", nil)
	kind, disposition := got.Header.Get("Content-Type"), got.Header.Get("Content-Disposition")
	still := strings.HasPrefix(kind, "image/jpeg") || strings.HasPrefix(kind, "image/png") || strings.HasPrefix(kind, "image/webp") || kind == plainText
	if got.StatusCode != 200 || got.Header.Get("X-Content-Type-Options") != "nosniff" || !strings.HasPrefix(got.Header.Get("Content-Security-Policy"), "sandbox;") ||
		strings.Contains(kind, "html") || strings.Contains(kind, "xml;") || strings.Contains(kind, "svg") || strings.Contains(kind, "script") || !still && !strings.HasPrefix(disposition, "attachment") {
		t.Errorf("%s is sent as %d %s %s", f.name, got.StatusCode, kind, disposition)
	}
	if f.gone != "" && strings.Contains(got.body, f.gone) {
		t.Errorf("%s keeps %q", f.name, f.gone)
	}
}

// growth runs fn and gives by how many MB this process was larger at its largest moment, how many MB of its own memory
// its largest child took, and the most that both took at one moment. What a child shares with this process, its program,
// is not counted again. 0 where that cannot be told.
func growth(t *testing.T, fn func()) (here, child, together int) {
	t.Helper()
	debug.FreeOSMemory()
	before := status(t, "VmRSS")
	if runtime.GOOS == "linux" {
		_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0) // the largest moment starts anew
	}
	done, seen := make(chan struct{}), make(chan [2]int)
	go func() {
		alone, both := 0, 0
		for {
			select {
			case <-done:
				seen <- [2]int{alone, both}
				return
			case <-time.After(15 * time.Millisecond): // seldom: looking takes memory too
				if now := childNow(); now > 0 {
					alone, both = max(alone, now), max(both, now+status(t, "VmRSS")-before)
				}
			}
		}
	}()
	fn()
	here = status(t, "VmHWM") - before
	close(done)
	most := <-seen
	return here >> 10, most[0] >> 10, max(here, most[1]) >> 10
}

// childNow gives the KB of their own that the children have now.
func childNow() (sum int) {
	lists, _ := filepath.Glob("/proc/self/task/*/children")
	for _, list := range lists {
		raw, _ := os.ReadFile(list)
		for _, pid := range strings.Fields(string(raw)) {
			if program, err := os.ReadFile("/proc/" + pid + "/environ"); err != nil || !bytes.HasPrefix(program, []byte("GOTONG_EXTRACT=")) {
				continue // not yet the child, but this process about to become it
			}
			sum += kilobytes("/proc/"+pid+"/status", "RssAnon")
		}
	}
	return sum
}

// status gives a line of /proc/self/status in KB.
func status(t *testing.T, name string) int {
	t.Helper()
	return kilobytes("/proc/self/status", name)
}

func kilobytes(file, name string) int {
	raw, err := os.ReadFile(file)
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, name+":"); ok {
			kb, _ := strconv.Atoi(strings.Fields(rest)[0])
			return kb
		}
	}
	return 0
}

// onDisk keeps contents in files, so that an object store is not part of what is measured.
type onDisk struct {
	Blobs
	folder string
}

func (d onDisk) path(key string) string {
	return filepath.Join(d.folder, strings.ReplaceAll(key, "/", "_"))
}

func (d onDisk) Put(_ context.Context, key string, r io.Reader, options blob.PutOptions) (blob.Info, error) {
	f, err := os.Create(d.path(key))
	if err != nil {
		return blob.Info{}, err
	}
	n, err := io.Copy(f, r)
	return blob.Info{Key: key, Size: n, SHA256: options.SHA256}, errors.Join(err, f.Close())
}

func (d onDisk) Stat(_ context.Context, key string) (blob.Info, error) {
	info, err := os.Stat(d.path(key))
	if err != nil {
		return blob.Info{}, apperr.Wrap(err, apperr.NotFound, "error.not_found")
	}
	return blob.Info{Key: key, Size: info.Size()}, nil
}

func (d onDisk) Get(_ context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	f, err := os.Open(d.path(key))
	if err != nil {
		return nil, apperr.Wrap(err, apperr.NotFound, "error.not_found")
	}
	if length < 0 {
		length = 1 << 40
	}
	return struct {
		io.Reader
		io.Closer
	}{io.NewSectionReader(f, offset, length), f}, nil
}

// says lets the first entry of a ZIP claim another size.
func says(t *testing.T, archive []byte, size uint32) []byte {
	t.Helper()
	at := bytes.Index(archive, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(archive[at+24:], size)
	return archive
}

// Names of 300 bytes with marks that turn the reading direction, devices, folders and line ends come out as names that mean
// what they say, and are sent in a header that says no more.
func TestHostileNames(t *testing.T) {
	s := newSite(t)
	for i, name := range []string{
		"laporan\u202efdp.exe.txt", strings.Repeat("\u202e\u2066ل", 50) + ".txt", strings.Repeat("desa", 75) + ".txt", strings.Repeat("é", 150) + ".txt",
		"../../etc/passwd.txt", `C:\Windows\win.txt`, "con.txt", "a\r\nSet-Cookie: x=1.txt", "a\"; filename=\"b.exe\".txt", "a\x00.exe.txt", strings.Repeat("\u200f", 99) + ".txt", ".htaccess.txt", "  .txt", "٠١\u061c٢.txt",
	} {
		id, err := s.Add(t.Context(), clerk, op("name"+strconv.Itoa(i)), need, minutes(domain.VisiblePublic), text(name, "Isi "+strconv.Itoa(i)))
		if err != nil {
			t.Errorf("%q: %v", name, err)
			continue
		}
		d := s.stands(t, id)
		got := s.do(t, "", "GET", documentPath(id)+"/file", nil)
		header := got.Header.Get("Content-Disposition")
		if len(d.FileName) > nameMax || strings.ContainsAny(d.FileName, "\u202e\u2066\u200f\u061c\r\n\x00/\\\"") || !strings.HasSuffix(d.FileName, ".txt") ||
			strings.ContainsAny(header, "\r\n\u202e") || got.Header.Get("Set-Cookie") != "" || strings.Contains(header, `.exe"`) {
			t.Errorf("%q became %q, sent as %q", name, d.FileName, header)
		}
		if strings.Contains(s.do(t, "", "GET", documentPath(id), nil).body, "\u202e") {
			t.Errorf("%q turns its page", name)
		}
	}
}
