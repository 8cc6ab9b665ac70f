package documents

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/testkit/effort"
)

const nik = "6101082512850001"

func look(t *testing.T, name string, data []byte) (content, error) {
	t.Helper()
	return inspect(domain.Upload{Name: name, Size: int64(len(data)), Body: reader(data)}, 32<<20)
}

func bytesOf(t *testing.T, c content) []byte {
	t.Helper()
	b, err := io.ReadAll(c.reader())
	if err != nil {
		t.Fatal(err)
	}
	return b
}

type entry struct{ name, body string }

func zipOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range entries {
		method := zip.Deflate
		if e.name == "mimetype" {
			method = zip.Store
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: e.name, Method: method})
		if err == nil {
			_, err = f.Write([]byte(e.body))
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

const types = `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`

func docx(t testing.TB, body string, more ...entry) []byte {
	return zipOf(t, append([]entry{{"[Content_Types].xml", types}, {"_rels/.rels", "<Relationships/>"},
		{"word/document.xml", `<w:document xmlns:w="w"><w:body>` + body + `</w:body></w:document>`}}, more...)...)
}

func xlsx(t testing.TB, sheet, strings string) []byte {
	return zipOf(t, entry{"[Content_Types].xml", types}, entry{"xl/workbook.xml", "<workbook/>"},
		entry{"xl/worksheets/sheet1.xml", sheet}, entry{"xl/sharedStrings.xml", strings})
}

func pptx(t testing.TB) []byte {
	return zipOf(t, entry{"[Content_Types].xml", types}, entry{"ppt/presentation.xml", "<p/>"}, entry{"ppt/slides/slide1.xml", "<p>Isi</p>"})
}

func odt(t testing.TB, mime, body string) []byte {
	return zipOf(t, entry{"mimetype", mime}, entry{"content.xml", "<office>" + body + "</office>"}, entry{"META-INF/manifest.xml", "<m/>"})
}

func picture(w, h int) image.Image {
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	for x := range w {
		for y := range h {
			img.Set(x, y, color.RGBA{uint8(x * 5), uint8(y * 7), 90, 255})
		}
	}
	return img
}

func jpegOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture(w, h), nil); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func pngOf(t testing.TB, w, h int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, picture(w, h)); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// photo is a JPEG as a phone writes it: EXIF with orientation, camera, GPS place, and a comment.
func photo(t testing.TB, orientation int, order binary.AppendByteOrder, mark string) []byte {
	t.Helper()
	tiff := []byte(mark)
	tiff = order.AppendUint16(tiff, 42)
	tiff = order.AppendUint32(tiff, 8)
	field := func(tag, kind uint16, count uint32, value func([]byte) []byte) {
		tiff = order.AppendUint16(tiff, tag)
		tiff = order.AppendUint16(tiff, kind)
		tiff = order.AppendUint32(tiff, count)
		tiff = value(tiff)
	}
	long := func(v uint32) func([]byte) []byte { return func(b []byte) []byte { return order.AppendUint32(b, v) } }
	tiff = order.AppendUint16(tiff, 3)
	field(0x010f, 2, 12, long(70)) // maker, behind the directories
	field(0x0112, 3, 1, func(b []byte) []byte { return order.AppendUint16(order.AppendUint16(b, uint16(orientation)), 0) })
	field(0x8825, 4, 1, long(50)) // GPS directory
	tiff = order.AppendUint32(tiff, 0)
	tiff = order.AppendUint16(tiff, 1)
	field(0x0001, 2, 2, func(b []byte) []byte { return append(b, 'N', 0, 0, 0) })
	tiff = order.AppendUint32(tiff, 0)
	tiff = append(tiff, []byte("KameraRahasia GPSLatitude 2.0167 109.5667")...)
	body := append([]byte("Exif\x00\x00"), tiff...)
	plain := jpegOf(t, 32, 16)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(body)+2))...)
	out = append(out, body...)
	comment := "ditulis di rumah Bu Contoh"
	out = append(out, 0xff, 0xfe, 0, byte(len(comment)+2))
	out = append(out, comment...)
	xmp := "http://ns.adobe.com/xap/1.0/\x00<x:xmpmeta>GPSLongitude</x:xmpmeta>"
	out = append(out, 0xff, 0xe1, 0, byte(len(xmp)+2))
	out = append(out, xmp...)
	return append(append(out, plain[2:]...), "<script>behind the end</script>"...)
}

func chunk(name string, body []byte) []byte {
	out := append([]byte(name), binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...)
	out = append(out, body...)
	if len(body)%2 == 1 {
		out = append(out, 0)
	}
	return out
}

// webpPixel is one lossless pixel.
var webpPixel = []byte{0x2f, 0x00, 0x00, 0x00, 0x10, 0x07, 0x10, 0x11, 0x11, 0x88, 0x88, 0xfe, 0x07, 0x00}

func webpOf(chunks ...[]byte) []byte {
	body := append([]byte("WEBP"), bytes.Join(chunks, nil)...)
	return append(append([]byte("RIFF"), binary.LittleEndian.AppendUint32(nil, uint32(len(body)))...), body...)
}

func pdf(body string) []byte { return []byte("%PDF-1.7\n" + body + "\ntrailer\n<<>>\n%%EOF\n") }

func TestAllowed(t *testing.T) {
	for name, data := range map[string][]byte{
		"a.pdf": pdf("1 0 obj <<>> endobj"), "a.PDF": pdf("x"), "a.jpg": jpegOf(t, 8, 8), "a.jpeg": jpegOf(t, 8, 8), "a.png": pngOf(t, 8, 8),
		"a.webp": webpOf(chunk("VP8L", webpPixel)), "a.docx": docx(t, "<w:p>Isi</w:p>"), "a.xlsx": xlsx(t, "<s/>", "<sst/>"), "a.pptx": pptx(t),
		"a.odt": odt(t, odf+"text", "Isi"), "a.ods": odt(t, odf+"spreadsheet", "Isi"), "a.odp": odt(t, odf+"presentation", "Isi"),
		"a.csv": []byte("desa,unit\nTemajuk,40\n"), "a.txt": []byte("Catatan rapat désa\n"), "b.txt": []byte("x"),
	} {
		c, err := look(t, name, data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if c.MediaType != kinds[extensionOf(name)].MediaType || len(c.SHA256) != 64 || len(c.Personal) > 0 {
			t.Errorf("%s: %+v", name, c)
		}
	}
	c, err := look(t, "lama.csv", []byte("desa;catatan\nTemajuk;caf\xe9\n"))
	if err != nil || string(bytesOf(t, c)) != "desa;catatan\nTemajuk;café\n" {
		t.Errorf("older Excel's set: %v", err)
	}
}

// Files that are two things at once, or another thing than they say, end in a clear word.
func TestPolyglotsAndLies(t *testing.T) {
	html := "<html><script>alert(1)</script></html>"
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>`
	archive := zipOf(t, entry{"a.html", html})
	for name, data := range map[string][]byte{
		"html.txt": []byte(html), "html.csv": []byte("<!DOCTYPE html>" + html), "svg.png": []byte(svg), "svg.txt": []byte(svg), "svg.svg": []byte(svg),
		"xml.txt": []byte(`<?xml version="1.0"?><a/>`), "zip.html": append([]byte(html), archive...), "pdf.html": pdf("x"), "run.exe": []byte("MZ\x90\x00"), "exe.pdf": []byte("MZ\x90\x00%PDF-1.7 %%EOF"),
		"exe.jpg": []byte("MZ\x90\x00\x03"), "html.jpg": []byte(html), "html.pdf": []byte(html + "%PDF-1.7 %%EOF"), "script.pdf": pdf(html),
		"zip.pdf": append(pdf("x"), archive...), "zip.txt": append([]byte("catatan"), archive...), "zip.docx": archive, "zip.zip": zipOf(t, entry{"run.exe", "MZ"}), "plain.docx": []byte("Isi"),
		"png.jpg": pngOf(t, 8, 8), "jpg.png": jpegOf(t, 8, 8), "docx.xlsx": docx(t, "x"), "xlsx.docx": xlsx(t, "<s/>", "<s/>"), "odt.ods": odt(t, odf+"text", "x"),
		"odt.docx": odt(t, odf+"text", "x"), "docx.odt": docx(t, "x"), "gif.png": []byte("GIF89a\x01\x00\x01\x00\x00\x00\x00;"), "jar.docx": zipOf(t, entry{"META-INF/MANIFEST.MF", "x"}, entry{"A.class", "x"}),
		"nul.txt": []byte("a\x00b"), "esc.csv": []byte("a,\x1b[2J"), "empty.pdf": nil, "head.pdf": []byte("%PDF-1.7"), "noextension": pdf("x"), "pdf.": pdf("x"),
		"a.pdf.exe": pdf("x"), "a.php": []byte("<?php"), "php.txt": []byte("<?php system($_GET[0]); ?>"), "sh.txt": []byte("#!/bin/sh\nrm -rf /\n"),
		"js.pdf": pdf("<< /S /JavaScript /JS (app.alert(1)) >>"), "launch.pdf": pdf("<< /S /Launch /F (cmd.exe) >>"), "embedded.pdf": pdf("<< /EmbeddedFile >>"),
		"macro.docx": docx(t, "x", entry{"word/vbaProject.bin", "x"}), "twice.docx": docx(t, "x", entry{"word/document.xml", "y"}), "up.docx": docx(t, "x", entry{"../../etc/passwd", "y"}),
		"broken.docx": append(docx(t, "x")[:200], 0), "unfinished.docx": docx(t, "<w:p>"+strings.Repeat("<", 3)), "cut.jpg": jpegOf(t, 64, 64)[:300], "cut.png": pngOf(t, 64, 64)[:100],
		"cut.webp": webpOf(chunk("VP8L", webpPixel[:3])), "moving.webp": webpOf(chunk("VP8X", []byte{2, 0, 0, 0, 0, 0, 0, 0, 0, 0}), chunk("VP8L", webpPixel)),
	} {
		c, err := look(t, name, data)
		var e *apperr.Error
		if !errors.As(err, &e) || e.Kind != apperr.Invalid || len(e.Fields) != 1 || e.Fields[0].Name != "file" {
			t.Errorf("%s: %v %+v", name, err, c.MediaType)
		}
	}
}

// What hides behind or inside a picture does not survive: it is written anew.
func TestPictureLosesItsRider(t *testing.T) {
	for name, data := range map[string][]byte{
		"a.jpg": append(jpegOf(t, 16, 16), zipOf(t, entry{"a.html", "RIDER"})...), "a.png": append(pngOf(t, 16, 16), "<script>RIDER</script>"...),
		"a.webp": append(webpOf(chunk("VP8L", webpPixel), chunk("EXIF", []byte("RIDER")), chunk("XMP ", []byte("RIDER1"))), "RIDER"...),
	} {
		c, err := look(t, name, data)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if out := bytesOf(t, c); bytes.Contains(out, []byte("RIDER")) || isZip(c) {
			t.Errorf("%s keeps what rode along", name)
		}
	}
}

func TestPhotoLosesPlaceKeepsOrientation(t *testing.T) {
	for orientation := 1; orientation <= 8; orientation++ {
		for mark, order := range map[string]binary.AppendByteOrder{"II": binary.LittleEndian, "MM": binary.BigEndian} {
			golden := photo(t, orientation, order, mark)
			if frame, err := scanJPEG(reader(golden)); err != nil || frame.orientation != orientation {
				t.Fatalf("the golden photo reads as %+v, %v", frame, err)
			}
			c, err := look(t, "rumah.jpg", golden)
			if err != nil {
				t.Fatal(err)
			}
			out := bytesOf(t, c)
			for _, secret := range []string{"GPS", "Kamera", "2.0167", "Bu Contoh", "xmpmeta", "script", "\x88\x25", "\x25\x88"} {
				if i := bytes.Index(out[:min(len(out), 120)], []byte(secret)); i >= 0 || len(secret) > 2 && bytes.Contains(out, []byte(secret)) {
					t.Errorf("orientation %d %s: %q is left", orientation, mark, secret)
				}
			}
			frame, err := scanJPEG(reader(out))
			if err != nil || max(frame.orientation, 1) != orientation {
				t.Errorf("orientation %d %s became %d, %v", orientation, mark, frame.orientation, err)
			}
			if config, err := jpeg.DecodeConfig(bytes.NewReader(out)); err != nil || config.Width != 32 || config.Height != 16 {
				t.Errorf("the picture became %+v, %v", config, err)
			}
		}
	}
}

func TestPersonalNumbers(t *testing.T) {
	split := `<w:p><w:r><w:t>NIK 610108</w:t></w:r><w:r><w:t>2512850001 warga</w:t></w:r></w:p>`
	for name, data := range map[string][]byte{
		"a.txt": []byte("NIK: " + nik), "a.csv": []byte("nama,nik\nContoh," + nik + "\n"), "a.docx": docx(t, split),
		"shared.xlsx": xlsx(t, "<s/>", "<sst><si><t>"+nik+"</t></si></sst>"), "cell.xlsx": xlsx(t, "<row><c><v>"+nik+"</v></c><c><v>3</v></c></row>", "<sst/>"),
		"references.docx": docx(t, "<w:p>&#54;101082&#x35;12850001</w:p>"), "cdata.docx": docx(t, "<w:p><![CDATA["+nik+"]]></w:p>"),
		"footer.docx": docx(t, "x", entry{"word/footer1.xml", "<w:p>" + nik + "</w:p>"}), "a.odt": odt(t, odf+"text", "<text:p>"+nik+"</text:p>"),
	} {
		c, err := look(t, name, data)
		if err != nil || len(c.Personal) != 1 {
			t.Errorf("%s: found %v, %v", name, c.Personal, err)
		}
	}
	// Neighbouring cells are not one number.
	c, err := look(t, "a.xlsx", xlsx(t, "<row><c><v>61010825</v></c><c><v>12850001</v></c></row>", "<sst/>"))
	if err != nil || len(c.Personal) > 0 {
		t.Errorf("two cells: %v, %v", c.Personal, err)
	}

	r := newRig(t)
	add := func(o string, v domain.Visibility) (domain.DocumentID, error) {
		return r.Add(t.Context(), clerk, op(o), need, minutes(v), text("a.txt", "NIK "+nik))
	}
	_, err = add("a", domain.VisiblePublic)
	wantField(t, "public", err, "file", "documents.error.personal_file")
	_, err = add("b", domain.VisiblePartners)
	wantField(t, "partners", err, "file", "documents.error.personal_file")
	id, err := add("c", domain.VisibleParties)
	if err != nil {
		t.Fatal(err)
	}
	err = r.Describe(t.Context(), clerk, op("d"), id, r.version(t, id), minutes(domain.VisiblePublic))
	wantField(t, "opened later", err, "visibility", "documents.error.personal_stored")
	if strings.Contains(fmt.Sprint(err), nik) {
		t.Error("the refusal repeats the number")
	}
}

// pixelBomb is a PNG that says it is huge and holds nothing.
func pixelBomb(w, h uint32) []byte {
	body := append([]byte("IHDR"), binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(nil, w), h)...)
	body = append(body, 8, 6, 0, 0, 0)
	out := append([]byte("\x89PNG\r\n\x1a\n"), 0, 0, 0, 13)
	out = append(out, body...)
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(body))
}

func TestBombs(t *testing.T) {
	huge := jpegOf(t, 16, 16)
	at := bytes.Index(huge, []byte{0xff, 0xc0})
	binary.BigEndian.PutUint16(huge[at+5:], 60000)
	binary.BigEndian.PutUint16(huge[at+7:], 60000)
	many := make([]entry, officeEntries+1)
	for i := range many {
		many[i] = entry{fmt.Sprintf("word/%d.bin", i), ""}
	}
	lies := docx(t, "x")
	at = bytes.Index(lies, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(lies[at+24:], 1<<30)
	files := map[string][]byte{"pixels.png": pixelBomb(50000, 50000), "pixels.jpg": huge, "many.docx": docx(t, "x", many...), "lies.docx": lies}
	if !effort.Race { // which takes minutes for what one reader unpacks
		zeros := strings.Repeat("0", 65<<20)
		files["text.docx"], files["shared.xlsx"], files["elements.docx"] = docx(t, zeros), xlsx(t, "<s/>", zeros), docx(t, strings.Repeat("<a>", 23<<20))
	}
	for name, data := range files {
		_, err := look(t, name, data)
		wantKind(t, name, err, apperr.Invalid)
	}
	_, err := inspect(domain.Upload{Name: "a.txt", Body: strings.NewReader(strings.Repeat("x", 101))}, 100)
	wantField(t, "large, seekable", err, "file", "documents.error.too_large")
	_, err = inspect(domain.Upload{Name: "a.txt", Body: io.MultiReader(strings.NewReader(strings.Repeat("x", 101)))}, 100)
	wantField(t, "large, a stream", err, "file", "documents.error.too_large")
	if c, err := inspect(domain.Upload{Name: "a.txt", Body: io.MultiReader(strings.NewReader(strings.Repeat("x", 100)))}, 100); err != nil || c.Size() != 100 {
		t.Errorf("just as large as allowed: %v", err)
	}
	_, err = inspect(domain.Upload{}, 100)
	wantField(t, "nothing", err, "file", "documents.error.no_file")
}

func FuzzInspect(f *testing.F) {
	f.Add("a.jpg", jpegOf(f, 8, 8))
	f.Add("a.jpg", photo(f, 6, binary.LittleEndian, "II"))
	f.Add("a.png", pngOf(f, 8, 8))
	f.Add("a.webp", webpOf(chunk("VP8X", make([]byte, 10)), chunk("VP8L", webpPixel)))
	f.Add("a.docx", docx(f, "<w:p>Isi</w:p>"))
	f.Add("a.odt", odt(f, odf+"text", "Isi"))
	f.Add("a.pdf", pdf("x"))
	f.Add("a.csv", []byte("a,b\n"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		c, err := inspect(domain.Upload{Name: name, Body: reader(data)}, 1<<20)
		if err != nil {
			if !apperr.Is(err, apperr.Invalid) {
				t.Errorf("%q: %v", name, err)
			}
			return
		}
		if c.MediaType == "" || c.SHA256 == "" || kinds[c.Extension].MediaType != c.MediaType {
			t.Errorf("%q passed as %+v", name, c)
		}
	})
}

// A control character is seen at every place of a text, and none where there is none.
func TestControlsAreSeenAnywhere(t *testing.T) {
	for length := range 40 {
		text := []byte(strings.Repeat("\u00e9 \n\tab\r\f\u2013~\x7f", 5)[:length])
		if controls(text) {
			t.Errorf("%q holds none", text)
		}
		for at := range text {
			for _, b := range []byte{0, 1, 8, 11, 27, 31} {
				was := text[at]
				if text[at] = b; !controls(text) {
					t.Errorf("%q: %#x at %d", text, b, at)
				}
				text[at] = was
			}
		}
	}
}
