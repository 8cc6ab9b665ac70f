// Package pdftest makes PDF files for tests.
package pdftest

import (
	"bytes"
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
