package documents

import (
	"archive/zip"
	"bytes"
	"compress/flate"
	"encoding/binary"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"gotong/modules/kit/testkit/pdftest"
)

// archiveOf makes a ZIP of so many entries of that size, all zeros, or of the names given and empty ones.
func archiveOf(t *testing.T, entries int, size int64, names ...string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	w.RegisterCompressor(zip.Deflate, func(w io.Writer) (io.WriteCloser, error) { return flate.NewWriter(w, flate.BestSpeed) })
	for i := range entries + len(names) {
		name := fmt.Sprintf("%d.txt", i)
		if i < len(names) {
			name = names[i]
		}
		method := zip.Deflate
		if size == 0 {
			method = zip.Store
		}
		f, err := w.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = io.Copy(f, io.LimitReader(repeating("Isi laporan.\n"), size))
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

// office makes an XLSX whose entry holds head and then fill, again and again.
func office(t *testing.T, name, head string, size int64, fill string) []byte {
	t.Helper()
	var out bytes.Buffer
	w := zip.NewWriter(&out)
	for _, e := range []entry{{"[Content_Types].xml", types}, {"xl/workbook.xml", `<workbook><sheets><sheet name="A" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`}} {
		f, err := w.Create(e.name)
		if err == nil {
			_, err = io.WriteString(f, e.body)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	f, err := w.Create(name)
	if err == nil {
		_, err = io.Copy(f, io.MultiReader(strings.NewReader(head), io.LimitReader(repeating(fill), size/int64(len(fill))*int64(len(fill)))))
	}
	if err == nil && name != "xl/worksheets/sheet1.xml" {
		if f, err = w.Create("xl/worksheets/sheet1.xml"); err == nil {
			_, err = io.WriteString(f, `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`)
		}
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

type repeating string

func (r repeating) Read(p []byte) (int, error) {
	if len(p) < len(r) {
		return copy(p, r), nil
	}
	n := 0
	for n+len(r) <= len(p) {
		n += copy(p[n:], r)
	}
	return n, nil
}

// overlapping is a ZIP whose entries all are the same bytes.
func overlapping(t *testing.T) []byte {
	t.Helper()
	const entries = 5
	one := zipOf(t, entry{"a.txt", strings.Repeat("Isi\n", 1<<20)})
	at := bytes.Index(one, []byte("PK\x01\x02"))
	record, end := one[at:len(one)-22], bytes.Clone(one[len(one)-22:])
	out := bytes.Clone(one[:at])
	for i := range entries {
		again := bytes.Clone(record)
		again[46] = byte('A' + i) // the first letter of its name
		out = append(out, again...)
	}
	binary.LittleEndian.PutUint16(end[8:], entries)
	binary.LittleEndian.PutUint16(end[10:], entries)
	binary.LittleEndian.PutUint32(end[12:], uint32(len(out)-at))
	return append(out, end...)
}

func plainPNG(t *testing.T, w, h int) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&out, image.NewNRGBA(image.Rect(0, 0, w, h))); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// noisy is a JPEG that packs badly.
func noisy(t *testing.T, w, h int) []byte {
	t.Helper()
	img := image.NewYCbCr(image.Rect(0, 0, w, h), image.YCbCrSubsampleRatio420)
	r := rand.NewChaCha8([32]byte{1})
	_, _ = r.Read(img.Y)
	var out bytes.Buffer
	if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 60}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// sizedJPEG says that it is of another size and kind than it is.
func sizedJPEG(t *testing.T, frame byte, w, h uint16) []byte {
	t.Helper()
	out := jpegOf(t, 16, 16)
	at := bytes.Index(out, []byte{0xff, 0xc0})
	out[at+1] = frame
	binary.BigEndian.PutUint16(out[at+5:], h)
	binary.BigEndian.PutUint16(out[at+7:], w)
	return out
}

// streamPDF is a page whose packed text is that large.
func streamPDF(t *testing.T, size int64) []byte {
	t.Helper()
	var packed bytes.Buffer
	packed.Write([]byte{0x78, 0x9c})
	w, err := flate.NewWriter(&packed, flate.BestSpeed)
	if err == nil {
		_, err = io.Copy(w, io.LimitReader(repeating("BT (aaaaaaaa) Tj ET\n"), size))
	}
	if err != nil || w.Close() != nil {
		t.Fatal(err)
	}
	packed.Write([]byte{0, 0, 0, 0})
	return pdftest.Raw("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d /Filter /FlateDecode >>\nstream\n%s\nendstream", packed.Len(), packed.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>")
}
