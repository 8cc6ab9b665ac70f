package villages

import (
	"io"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"gotong/modules/kit/pdf"
)

// sheetPDF lays village sheets out, one A4 page each.
type sheetPDF struct {
	pdf  *fpdf.Fpdf
	full bool // the page is full: what is left is on the village's page
	more string
}

// Sizes in millimetres, font sizes in points.
const (
	sheetMargin = 12.0
	sheetWidth  = 210 - 2*sheetMargin
	sheetFloor  = 297 - 18.0
	sheetQR     = 26.0
	lineHeight  = 4.1
)

func newSheetPDF(title, language, more string, now time.Time) *sheetPDF {
	p := pdf.Start(title, language, sheetMargin, now)
	p.SetAutoPageBreak(false, 0)
	return &sheetPDF{pdf: p, more: more}
}

func (x *sheetPDF) write(w io.Writer) error { return x.pdf.Output(w) }

// add lays out one sheet.
func (x *sheetPDF) add(s *sheet) error {
	p := x.pdf
	p.AddPage()
	x.full = false
	x.bookmark(s)
	p.SetTextColor(15, 77, 63)
	x.text("B", 18, sheetWidth-sheetQR-4, 8, s.Title)
	p.SetTextColor(60, 70, 66)
	x.text("", 9, sheetWidth-sheetQR-4, lineHeight, s.Place)
	x.text("", 9, sheetWidth-sheetQR-4, lineHeight, s.Code+" · "+s.Date)
	if s.Demo != "" {
		p.SetTextColor(122, 82, 0)
		x.text("B", 9, sheetWidth-sheetQR-4, lineHeight, s.Demo)
	}
	if err := x.code(s.URL); err != nil {
		return err
	}
	p.SetXY(sheetMargin, max(p.GetY(), sheetMargin+sheetQR)+1)
	p.SetTextColor(20, 30, 26)
	for _, section := range s.Sections {
		x.section(section)
	}
	p.SetXY(sheetMargin, sheetFloor+4)
	p.SetTextColor(90, 100, 96)
	p.SetFont("go", "", 7)
	p.CellFormat(sheetWidth, 3.5, s.URL+"   "+s.Footer, "", 0, "L", false, 0, "")
	return p.Error()
}

func (x *sheetPDF) bookmark(s *sheet) { x.pdf.Bookmark(s.Title, 0, -1) }

func (x *sheetPDF) text(style string, size, width, height float64, text string) {
	x.pdf.SetFont("go", style, size)
	x.pdf.MultiCell(width, height, text, "", "L", false)
}

// code draws the QR code of an address at the upper right.
func (x *sheetPDF) code(address string) error {
	return pdf.Code(x.pdf, address, sheetMargin+sheetWidth-sheetQR, sheetMargin, sheetQR)
}

// section lays out a table; what does not fit is left to the village's page, and that is said.
func (x *sheetPDF) section(s sheetSection) {
	p := x.pdf
	if x.room(14) {
		p.SetY(p.GetY() + 1.5)
		x.text("B", 11, sheetWidth, 5.5, s.Title)
	}
	if len(s.Rows) == 0 && s.Empty != "" {
		if x.room(lineHeight) {
			x.text("", 8.5, sheetWidth, lineHeight, s.Empty)
		}
		return
	}
	widths := columnWidths(p, s)
	x.row(widths, s.Head, "B")
	for _, r := range s.Rows {
		x.row(widths, r, "")
	}
	if s.Note != "" && x.room(lineHeight) {
		x.text("", 8, sheetWidth, lineHeight, s.Note)
	}
}

// room tells whether so much still fits; the first time that it does not, the sheet says where the rest is.
func (x *sheetPDF) room(height float64) bool {
	if x.full {
		return false
	}
	if x.pdf.GetY()+height <= sheetFloor-lineHeight {
		return true
	}
	x.full = true
	x.text("", 8, sheetWidth, lineHeight, x.more)
	return false
}

// columnWidths gives each column what its longest cell takes, within bounds, and the wide one the rest.
func columnWidths(p *fpdf.Fpdf, s sheetSection) []float64 {
	p.SetFont("go", "", 8)
	widths := make([]float64, len(s.Head))
	rest := sheetWidth
	for i := range s.Head {
		if i == s.Wide {
			continue
		}
		widths[i] = p.GetStringWidth(s.Head[i])*1.15 + 5
		for _, r := range s.Rows {
			widths[i] = max(widths[i], p.GetStringWidth(r[i])+5)
		}
		widths[i] = min(widths[i], sheetWidth*0.42)
		rest -= widths[i]
	}
	widths[s.Wide] = max(rest, 30)
	return widths
}

func (x *sheetPDF) row(widths []float64, cells []string, style string) {
	p := x.pdf
	p.SetFont("go", style, 8)
	lines := 1
	split := make([][]string, len(cells))
	for i, c := range cells {
		split[i] = p.SplitText(c, widths[i]-2)
		lines = max(lines, len(split[i]))
	}
	height := float64(lines)*3.6 + 1
	if !x.room(height) {
		return
	}
	top := p.GetY()
	left := sheetMargin
	for i := range cells {
		for n, line := range split[i] {
			p.SetXY(left, top+0.5+float64(n)*3.6)
			p.CellFormat(widths[i], 3.6, line, "", 0, "L", false, 0, "")
		}
		left += widths[i]
	}
	p.SetDrawColor(205, 212, 205)
	p.Line(sheetMargin, top+height, sheetMargin+sheetWidth, top+height)
	p.SetXY(sheetMargin, top+height)
}
