// Package pdftest makes PDF files for tests.
package pdftest

import (
	"bytes"
	"fmt"
	"testing"

	"codeberg.org/go-pdf/fpdf"
)

// Of gives a file with these pages of text in lines of 60 mm, after change, if there is one, did its part.
func Of(t *testing.T, change func(*fpdf.Fpdf), pages ...string) []byte {
	t.Helper()
	f := fpdf.New("P", "mm", "A4", "")
	f.SetFont("Helvetica", "", 12)
	for _, page := range pages {
		f.AddPage()
		f.MultiCell(60, 6, page, "", "L", false)
	}
	if change != nil {
		change(f)
	}
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

// Raw gives a file of these objects, the first of which is the catalogue, for what no library would write.
func Raw(objects ...string) []byte {
	var out, table bytes.Buffer
	out.WriteString("%PDF-1.7\n")
	for n, object := range objects {
		fmt.Fprintf(&table, "%010d 00000 n \n", out.Len())
		fmt.Fprintf(&out, "%d 0 obj\n%s\nendobj\n", n+1, object)
	}
	start := out.Len()
	fmt.Fprintf(&out, "xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table.String(), len(objects)+1, start)
	return out.Bytes()
}
