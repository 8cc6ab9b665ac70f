package pdf

import "time"

// Head is a letterhead: a name over its lines.
type Head struct {
	Name  string
	Lines []string
}

// NewLetter begins a paper of two parties: their letterheads side by side over a rule. The title is the document's, not printed.
func NewLetter(title, language, footer string, left, right Head, now time.Time) *Document {
	d := open(title, language, footer, now)
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
	d.pdf.SetXY(margin, lowest+5)
	return d
}

func (d *Document) column(x, wide float64, style string, size, height float64, text string, colour [3]int) {
	d.pdf.SetFont("go", style, size)
	d.pdf.SetTextColor(colour[0], colour[1], colour[2])
	d.pdf.SetX(x)
	d.pdf.MultiCell(wide, height, text, "", "L", false)
}

// Centred writes a title in the middle.
func (d *Document) Centred(text string) {
	d.pdf.SetTextColor(20, 30, 26)
	d.pdf.SetFont("go", "B", 13)
	d.pdf.MultiCell(width, 6.5, text, "", "C", false)
}

// Signatures leaves room for two signatures side by side, each below who signs and over the position; it does not break over pages.
func (d *Document) Signatures(place string, who, position [2]string) {
	const half = width/2 - 4
	d.room(52)
	d.pdf.Ln(4)
	d.pdf.SetTextColor(20, 30, 26)
	d.put("", 9.5, line, place)
	d.pdf.Ln(2)
	top, below := d.pdf.GetY(), 0.0
	for i := range who {
		d.pdf.SetXY(margin, top)
		d.column(margin+float64(i)*(half+8), half, "B", 9.5, line, who[i], [3]int{20, 30, 26})
		below = max(below, d.pdf.GetY())
	}
	below += 22
	for i := range who {
		x := margin + float64(i)*(half+8)
		d.pdf.SetDrawColor(90, 100, 96)
		d.pdf.Line(x, below, x+half-10, below)
		d.pdf.SetXY(x, below+1)
		d.column(x, half, "", 9, small, position[i], [3]int{20, 30, 26})
	}
	d.pdf.SetX(margin)
	d.pdf.Ln(3)
}

// Checked draws the QR code of the address where the paper can be checked, with what it is for beside it.
func (d *Document) Checked(address, words string) error {
	const side = 24.0
	d.room(side + 6)
	top := d.pdf.GetY() + 3
	if err := Code(d.pdf, address, margin, top, side); err != nil {
		return err
	}
	d.pdf.SetXY(margin+side+4, top+2)
	d.pdf.SetTextColor(60, 70, 66)
	d.pdf.SetFont("go", "", 8)
	d.pdf.MultiCell(width-side-4, small, words+"\n"+address, "", "L", false)
	d.pdf.SetXY(margin, max(d.pdf.GetY(), top+side))
	return d.pdf.Error()
}
