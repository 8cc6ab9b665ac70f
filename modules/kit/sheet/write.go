package sheet

import (
	"encoding/csv"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// Writer writes a table row by row. Texts that a program could take for a formula get an apostrophe (Protect).
type Writer interface {
	// Head writes the row of headings; columns whose width is not 0 get it.
	Head(head []Heading) error
	// Row writes one row; cells in marked stand out where the format can.
	Row(cells []Cell, marked ...int) error
	// Close ends the file.
	Close() error
}

// Heading is the head of a column.
type Heading struct {
	Text  string
	Code  bool // holds codes: kept as text, so that no program takes zeros off
	Date  bool // holds days, in a page that is filled in
	Width float64
}

// NewWriter makes a writer of a format. Name is that of the sheet; comma says that the reader's programs expect a comma
// before decimals, and so a semicolon between cells.
func NewWriter(format string, w io.Writer, name string, comma bool) (Writer, error) {
	if format == XLSX {
		return newXLSX(w, name)
	}
	return newCSV(w, comma)
}

// MediaType is what a download of a format says that it is.
func MediaType(format string) string {
	if format == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// csvWriter writes UTF-8 with its mark, without which the programs of Windows read it wrong.
type csvWriter struct {
	w     *csv.Writer
	comma bool
	row   []string
}

func newCSV(w io.Writer, comma bool) (*csvWriter, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, err
	}
	c := &csvWriter{w: csv.NewWriter(w), comma: comma}
	c.w.UseCRLF = true
	if comma {
		c.w.Comma = ';'
	}
	return c, nil
}

// number writes three decimals as four, so that nobody takes them for thousands.
func (c *csvWriter) number(s string) string {
	if i := strings.IndexByte(s, '.'); i >= 0 {
		if len(s)-i == 4 {
			s += "0"
		}
		if c.comma {
			s = s[:i] + "," + s[i+1:]
		}
	}
	return s
}

// Head writes the row of headings.
func (c *csvWriter) Head(head []Heading) error {
	cells := make([]Cell, len(head))
	for i, h := range head {
		cells[i] = OfText(h.Text)
	}
	return c.Row(cells)
}

// Row writes one row.
func (c *csvWriter) Row(cells []Cell, _ ...int) error {
	c.row = c.row[:0]
	for _, cell := range cells {
		switch cell.Kind {
		case Text, Fault:
			c.row = append(c.row, Protect(cell.Text))
		case Number:
			c.row = append(c.row, c.number(cell.Text))
		default:
			c.row = append(c.row, cell.Text)
		}
	}
	return c.w.Write(c.row)
}

// Close writes what is left.
func (c *csvWriter) Close() error {
	c.w.Flush()
	return c.w.Error()
}

// xlsxWriter keeps rows in a temporary file until the end, so a table of any length costs little memory.
type xlsxWriter struct {
	out    io.Writer
	file   *excelize.File
	stream *excelize.StreamWriter
	row    int
	codes  []bool

	head, code, date, wrong, wrongCode int // styles
	values                             []any
}

func newXLSX(out io.Writer, name string) (_ *xlsxWriter, err error) {
	x := &xlsxWriter{out: out, file: excelize.NewFile()}
	defer func() {
		if err != nil {
			err = errors.Join(err, x.file.Close())
		}
	}()
	if err = x.file.SetSheetName("Sheet1", sheetName(name)); err != nil {
		return nil, err
	}
	format := "yyyy-mm-dd"
	fill := excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"FFD9D9"}}
	for style, to := range map[*excelize.Style]*int{
		{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E4EEE6"}}}: &x.head,
		{NumFmt: 49}: &x.code, {CustomNumFmt: &format}: &x.date, {Fill: fill}: &x.wrong, {Fill: fill, NumFmt: 49}: &x.wrongCode,
	} {
		if *to, err = x.file.NewStyle(style); err != nil {
			return nil, err
		}
	}
	x.stream, err = x.file.NewStreamWriter(sheetName(name))
	return x, err
}

// sheetName keeps what a sheet's name may hold.
func sheetName(s string) string {
	var out []rune
	for _, r := range s {
		switch r {
		case ':', '\\', '/', '?', '*', '[', ']', '\'':
			r = ' '
		}
		if len(out) < 31 {
			out = append(out, r)
		}
	}
	if len(out) == 0 {
		return "Sheet1"
	}
	return string(out)
}

// Head writes the row of headings, which stays in sight.
func (x *xlsxWriter) Head(head []Heading) error {
	values := make([]any, len(head))
	for i, h := range head {
		values[i] = excelize.Cell{StyleID: x.head, Value: Protect(h.Text)}
		x.codes = append(x.codes, h.Code)
		width := h.Width
		if width == 0 {
			width = max(10, min(40, float64(len([]rune(h.Text)))+3))
		}
		if err := x.stream.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
		if h.Code {
			if err := x.stream.SetColStyle(i+1, i+1, x.code); err != nil {
				return err
			}
		}
	}
	if err := x.stream.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	x.row++
	return x.stream.SetRow("A1", values)
}

// Row writes one row.
func (x *xlsxWriter) Row(cells []Cell, marked ...int) error {
	x.row++
	x.values = x.values[:0]
	for i, c := range cells {
		code := i < len(x.codes) && x.codes[i]
		v := excelize.Cell{}
		if code {
			v.StyleID = x.code
		}
		switch c.Kind {
		case Number:
			if f, err := strconv.ParseFloat(c.Text, 64); err == nil && !code {
				v.Value = f
			} else {
				v.Value = c.Text
			}
		case Date:
			if t, err := time.Parse(time.DateOnly, c.Text); err == nil && t.Year() >= 1901 {
				v.Value, v.StyleID = t, x.date
			} else {
				v.Value = c.Text
			}
		case Bool:
			v.Value = c.Text == "TRUE"
		case Text, Fault:
			v.Value = Protect(c.Text)
		}
		for _, m := range marked {
			if m == i {
				v.StyleID = x.wrong
				if code {
					v.StyleID = x.wrongCode
				}
			}
		}
		x.values = append(x.values, v)
	}
	name, err := excelize.CoordinatesToCellName(1, x.row)
	if err != nil {
		return err
	}
	return x.stream.SetRow(name, x.values)
}

// Close writes the file out and removes the temporary one.
func (x *xlsxWriter) Close() error {
	err := x.stream.Flush()
	if err == nil {
		_, err = x.file.WriteTo(x.out)
	}
	return errors.Join(err, x.file.Close())
}
