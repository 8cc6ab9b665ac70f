package pdf

import (
	"strconv"
	"time"

	"codeberg.org/go-pdf/fpdf"

	"gotong/modules/kit/web"
)

// Head is a letterhead: a name over its lines.
type Head struct {
	Name  string
	Lines []string
}

// Check is where a paper can be held against what is on record: an address, and what one does there.
type Check struct{ Address, Words string }

// codeSide is how large the QR code at the foot of a letter is.
const codeSide = 18.0

// NewLetter begins a paper of two parties: their letterheads side by side over a rule. The title is the document's, not
// printed. At the foot of each page stand the QR code and the address of its check, the footer and the number of the page.
func NewLetter(title, language, footer string, check Check, left, right Head, now time.Time) (*Document, error) {
	if _, _, err := web.EncodeQR(check.Address); err != nil {
		return nil, err
	}
	d := open(title, language, codeSide+12, now, func(p *fpdf.Fpdf) {
		top := 297 - codeSide - 8
		if err := Code(p, check.Address, margin, top, codeSide); err != nil {
			p.SetError(err)
		}
		p.LinkString(margin, top, codeSide, codeSide, check.Address)
		for i, text := range []string{check.Words, check.Address, footer} {
			p.SetXY(margin+codeSide+4, top+2.5+float64(i)*(small+1))
			p.CellFormat(width-codeSide-24, small, text, "", 0, "L", false, 0, "")
		}
		p.CellFormat(20, small, strconv.Itoa(p.PageNo())+" / {pages}", "", 0, "R", false, 0, "")
	})
	d.pdf.AliasNbPages("{pages}")
	const half = width/2 - 4
	top, lowest := d.pdf.GetY(), 0.0
	for i, h := range []Head{left, right} {
		x := margin + float64(i)*(half+8)
		d.pdf.SetXY(x, top)
		d.column(x, half, "B", 10.5, line+.4, h.Name, [3]int{15, 77, 63})
		for _, text := range h.Lines {
			d.column(x, half, "", 8, small, text, [3]int{60, 70, 66})
		}
		lowest = max(lowest, d.pdf.GetY())
	}
	d.pdf.SetDrawColor(15, 77, 63)
	d.pdf.SetLineWidth(.6)
	d.pdf.Line(margin, lowest+2, margin+width, lowest+2)
	d.pdf.SetLineWidth(.2)
	d.pdf.SetXY(margin, lowest+6)
	return d, nil
}

func (d *Document) column(x, wide float64, style string, size, height float64, text string, colour [3]int) {
	d.pdf.SetFont("go", style, size)
	d.pdf.SetTextColor(colour[0], colour[1], colour[2])
	d.pdf.SetX(x)
	d.pdf.MultiCell(wide, height, text, "", "L", false)
}

// Centred writes a title in the middle.
func (d *Document) Centred(text string) {
	d.pdf.Ln(3)
	d.pdf.SetTextColor(20, 30, 26)
	d.pdf.SetFont("go", "B", 14)
	d.pdf.MultiCell(width, 6.5, text, "", "C", false)
}

// Under writes what belongs to the title below it, in the middle.
func (d *Document) Under(text string) {
	d.pdf.SetTextColor(20, 30, 26)
	d.pdf.SetFont("go", "", 10)
	d.pdf.MultiCell(width, 5, text, "", "C", false)
	d.pdf.Ln(4)
}

// signed is how much the signatures take, with names of two lines.
const signed = 62.0

// Sign tells that what follows, about so high, belongs with the signatures below it: they do not stand alone on a page.
func (d *Document) Sign(height float64) { d.room(height + signed) }

// Signer is who signs: as which side, for whom, in which position.
type Signer struct{ Side, Name, Position string }

// Signatures leaves room for two signatures side by side, each below who signs and in which position, over a line for the name,
// which below says; it does not break over pages.
func (d *Document) Signatures(place string, signers [2]Signer, below string) {
	const half = width/2 - 4
	d.room(signed)
	d.pdf.Ln(4)
	d.pdf.SetTextColor(20, 30, 26)
	d.put("", 9.5, line, place)
	d.pdf.Ln(3)
	top, lowest := d.pdf.GetY(), 0.0
	for i, s := range signers {
		x := margin + float64(i)*(half+8)
		d.pdf.SetXY(x, top)
		d.column(x, half, "B", 9.5, line, s.Side, [3]int{20, 30, 26})
		d.column(x, half, "", 9.5, line, s.Name, [3]int{20, 30, 26})
		if s.Position != "" {
			d.column(x, half, "", 9.5, line, s.Position, [3]int{20, 30, 26})
		}
		lowest = max(lowest, d.pdf.GetY())
	}
	lowest += 24
	for i := range signers {
		x := margin + float64(i)*(half+8)
		d.pdf.SetDrawColor(90, 100, 96)
		d.pdf.Line(x+1, lowest, x+half-14, lowest)
		d.pdf.SetXY(x, lowest+1)
		d.column(x, half, "", 7.5, small, below, [3]int{90, 100, 96})
	}
	d.pdf.SetX(margin)
	d.pdf.Ln(3)
}
