// Package pdf lays documents out as PDF: headings, facts, texts and tables over as many A4 pages as they take. The Go
// fonts are free to pass on (BSD licence).
package pdf

import (
	"io"
	"strconv"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"golang.org/x/image/font/gofont/gobold"
	"golang.org/x/image/font/gofont/goregular"

	"gotong/modules/kit/web"
)

// Sizes in millimetres, font sizes in points.
const (
	margin = 16.0
	width  = 210 - 2*margin
	bottom = 18.0
	line   = 4.6
	small  = 3.8
)

// Table is a table of texts; Numbers says which columns stand at the right.
type Table struct {
	Head    []string
	Rows    [][]string
	Numbers []bool
}

// Document is a document on its way into a PDF.
type Document struct {
	pdf *fpdf.Fpdf
	low float64 // what stays free below for the foot of a page
}

// Start makes an empty A4 document with the fonts "go" and "go" bold, for layouts of one's own. The same input at the same
// moment gives the same bytes.
func Start(title, language string, margin float64, now time.Time) *fpdf.Fpdf {
	p := fpdf.New("P", "mm", "A4", "")
	p.SetTitle(title, true)
	p.SetLang(language)
	p.SetCreator("Gotong", true)
	p.SetCreationDate(now)
	p.SetModificationDate(now)
	p.SetCatalogSort(true)
	p.SetMargins(margin, margin, margin)
	p.AddUTF8FontFromBytes("go", "", goregular.TTF)
	p.AddUTF8FontFromBytes("go", "B", gobold.TTF)
	return p
}

// Code draws the QR code of an address as squares.
func Code(p *fpdf.Fpdf, address string, left, top, side float64) error {
	size, runs, err := web.EncodeQR(address)
	if err != nil {
		return err
	}
	square := side / float64(size)
	p.SetFillColor(0, 0, 0)
	for _, r := range runs {
		p.Rect(left+float64(r.From)*square, top+float64(r.Row)*square, float64(r.To-r.From)*square, square, "F")
	}
	return nil
}

// New begins a document with its title. The footer stands on each page before its number.
func New(title, language, footer string, now time.Time) *Document {
	d := open(title, language, bottom, now, func(p *fpdf.Fpdf) {
		p.SetY(-bottom + 5)
		p.CellFormat(width-12, small, footer, "", 0, "L", false, 0, "")
		p.CellFormat(12, small, strconv.Itoa(p.PageNo()), "", 0, "R", false, 0, "")
	})
	d.pdf.SetTextColor(15, 77, 63)
	d.put("B", 17, 7.5, title)
	return d
}

// open begins a document whose pages keep so much free below for the foot.
func open(title, language string, low float64, now time.Time, foot func(*fpdf.Fpdf)) *Document {
	p := Start(title, language, margin, now)
	p.SetAutoPageBreak(true, low)
	p.SetFooterFunc(func() {
		p.SetFont("go", "", 7)
		p.SetTextColor(90, 100, 96)
		foot(p)
	})
	p.AddPage()
	return &Document{p, low}
}

func (d *Document) put(style string, size, height float64, text string) {
	d.pdf.SetFont("go", style, size)
	d.pdf.MultiCell(width, height, text, "", "L", false)
}

// Quiet writes a line below the title: who, when, in which state.
func (d *Document) Quiet(text string) {
	d.pdf.SetTextColor(60, 70, 66)
	d.put("", 9, small, text)
}

// Warn writes a line that must not be overlooked.
func (d *Document) Warn(text string) {
	d.pdf.SetTextColor(122, 82, 0)
	d.put("B", 9, small, text)
}

// Heading begins a part; it is a bookmark and does not stand alone at the end of a page.
func (d *Document) Heading(text string) {
	d.room(18)
	d.pdf.Ln(3)
	d.pdf.Bookmark(text, 0, -1)
	d.pdf.SetTextColor(15, 77, 63)
	d.put("B", 12, 6, text)
}

// Text writes a text under its name, "" for none.
func (d *Document) Text(name, text string) {
	d.pdf.SetTextColor(20, 30, 26)
	if name != "" {
		d.room(2 * line)
		d.put("B", 9, line, name)
	}
	d.put("", 9.5, line, text)
	d.pdf.Ln(1)
}

// Fact writes a name and a value beside it.
func (d *Document) Fact(name, value string) {
	d.row([]float64{width * 0.32, width * 0.68}, []string{name, value}, nil, "", 9)
}

// Table writes a table; its head stands again on each page.
func (d *Document) Table(t Table) {
	widths := d.widths(t)
	d.row(widths, t.Head, t.Numbers, "B", 8)
	for _, r := range t.Rows {
		if d.room(d.height(widths, r, 8)) {
			d.row(widths, t.Head, t.Numbers, "B", 8)
		}
		d.row(widths, r, t.Numbers, "", 8)
	}
	d.pdf.Ln(2)
}

// room begins a new page where so much does not fit, and tells whether it did.
func (d *Document) room(height float64) bool {
	if d.pdf.GetY()+height <= 297-d.low {
		return false
	}
	d.pdf.AddPage()
	return true
}

// widths shares the page by what the longest cell of each column takes, none below its share of a third.
func (d *Document) widths(t Table) []float64 {
	d.pdf.SetFont("go", "", 8)
	widths := make([]float64, len(t.Head))
	sum := 0.0
	for i, h := range t.Head {
		widths[i] = d.pdf.GetStringWidth(h)*1.15 + 5
		for _, r := range t.Rows {
			widths[i] = max(widths[i], min(d.pdf.GetStringWidth(r[i])+5, width*0.6))
		}
		sum += widths[i]
	}
	for i := range widths {
		widths[i] *= width / sum
	}
	return widths
}

func (d *Document) height(widths []float64, cells []string, size float64) float64 {
	d.pdf.SetFont("go", "", size)
	lines := 1
	for i, c := range cells {
		lines = max(lines, len(d.pdf.SplitText(c, widths[i]-2)))
	}
	return float64(lines)*small + 1.2
}

func (d *Document) row(widths []float64, cells []string, numbers []bool, style string, size float64) {
	p := d.pdf
	height := d.height(widths, cells, size)
	d.room(min(height, 200))
	p.SetTextColor(20, 30, 26)
	p.SetFont("go", style, size)
	top, left, page := p.GetY(), margin, p.PageNo()
	for i, c := range cells {
		align := "L"
		if i < len(numbers) && numbers[i] {
			align = "R"
		}
		for n, text := range p.SplitText(c, widths[i]-2) {
			if y := top + 0.6 + float64(n)*small; y+small <= 297-d.low || n == 0 {
				p.SetXY(left, y)
				p.CellFormat(widths[i]-1, small, text, "", 0, align, false, 0, "")
			}
		}
		left += widths[i]
	}
	if p.PageNo() == page {
		p.SetDrawColor(205, 212, 205)
		p.Line(margin, top+height, margin+width, top+height)
	}
	p.SetXY(margin, top+height)
}

// Write ends the document.
func (d *Document) Write(w io.Writer) error { return d.pdf.Output(w) }
