package demo

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"strings"

	"gotong/modules/domain"
)

// pdf makes a real one-page PDF of plain lines. Letters beyond Latin-1 become "?".
func pdf(name, title string, lines ...string) domain.Upload {
	var text strings.Builder
	text.WriteString("BT /F1 16 Tf 56 780 Td 22 TL (" + pdfText(title) + ") Tj T* /F1 11 Tf 16 TL (DATA CONTOH / DEMO DATA) Tj T* () Tj T*")
	for _, line := range lines {
		for _, part := range wrap(line, 88) {
			text.WriteString(" (" + pdfText(part) + ") Tj T*")
		}
	}
	text.WriteString(" ET")
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", text.Len(), text.String()),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
	}
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var offsets []int
	for i, object := range objects {
		offsets = append(offsets, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	start := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, offset := range offsets {
		fmt.Fprintf(&b, "%010d 00000 n \n", offset)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, start)
	return upload(name+".pdf", b.Bytes())
}

func pdfText(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '(' || r == ')' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r >= ' ' && r < 127:
			b.WriteRune(r)
		case r >= 160 && r < 256:
			fmt.Fprintf(&b, "\\%03o", r)
		default:
			b.WriteByte('?')
		}
	}
	return b.String()
}

func wrap(line string, width int) []string {
	var lines []string
	current := ""
	for _, word := range strings.Fields(line) {
		if current != "" && len(current)+1+len(word) > width {
			lines, current = append(lines, current), ""
		}
		current = strings.TrimSpace(current + " " + word)
	}
	return append(lines, current)
}

// tank is the colour of what stands beside the house in a picture.
var tank = color.RGBA{0x1f, 0x3a, 0x5a, 0xff}

// picture draws a small house with a panel, or a tank, under a sky: a drawing, so that nobody takes it for a photo of
// a real place.
func picture(name string, accent color.RGBA) domain.Upload {
	const w, h = 480, 320
	img := image.NewRGBA(image.Rect(0, 0, w, h))
	paint := func(x0, y0, x1, y1 int, c color.RGBA) {
		for y := y0; y < y1; y++ {
			for x := x0; x < x1; x++ {
				img.SetRGBA(x, y, c)
			}
		}
	}
	paint(0, 0, w, 200, color.RGBA{0xcf, 0xe6, 0xee, 0xff})
	paint(0, 200, w, h, color.RGBA{0x8f, 0xc0, 0xa0, 0xff})
	paint(150, 130, 330, 260, color.RGBA{0xf3, 0xe3, 0xbd, 0xff})
	for i := range 60 { // roof
		paint(140+i*5/3, 130-i, 340-i*5/3, 131-i, color.RGBA{0xa8, 0x43, 0x1f, 0xff})
	}
	paint(225, 190, 262, 260, color.RGBA{0x56, 0x3a, 0x22, 0xff})
	paint(360, 170, 430, 260, accent)
	var b bytes.Buffer
	if err := png.Encode(&b, img); err != nil { // only a broken writer can fail, and a buffer never does
		panic(err)
	}
	return upload(name+".png", b.Bytes())
}

// note makes a plain text file.
func note(name string, lines ...string) domain.Upload {
	return upload(name+".txt", []byte("DATA CONTOH / DEMO DATA\n\n"+strings.Join(lines, "\n")+"\n"))
}

func upload(name string, content []byte) domain.Upload {
	return domain.Upload{Name: name, Size: int64(len(content)), Body: bytes.NewReader(content)}
}
