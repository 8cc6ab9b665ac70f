package sheet

import (
	"errors"
	"fmt"
	"io"
	"strconv"

	"github.com/xuri/excelize/v2"
)

// Page is one sheet of a small book that people fill in; it is held in memory while it is written.
type Page struct {
	Name string
	Head []Heading // of a page that is text only: none
	Rows [][]Cell
	Ask  []Choices // cells that offer a list
}

// Choices are cells that offer what stands in a column of another page: those of a column (from 0), from the first row
// to the last, as the programs number them.
type Choices struct {
	Column, First, Last int
	Page                string
	From, Count         int // column there, and how many rows below its heading
}

// WritePages writes a book of several pages, as XLSX.
func WritePages(out io.Writer, pages []Page) (err error) {
	f := excelize.NewFile()
	defer func() { err = errors.Join(err, f.Close()) }()
	b := bookWriter{file: f}
	if err := b.prepare(); err != nil {
		return err
	}
	for n, p := range pages {
		name := sheetName(p.Name)
		if n == 0 {
			err = f.SetSheetName("Sheet1", name)
		} else {
			_, err = f.NewSheet(name)
		}
		if err != nil {
			return err
		}
		if err := b.page(name, p); err != nil {
			return fmt.Errorf("sheet: page %s: %w", name, err)
		}
	}
	for _, p := range pages {
		for _, c := range p.Ask {
			if err := b.ask(sheetName(p.Name), c); err != nil {
				return fmt.Errorf("sheet: choices of %s: %w", p.Name, err)
			}
		}
	}
	_, err = f.WriteTo(out)
	return err
}

// bookWriter writes pages with the styles of the house.
type bookWriter struct {
	file              *excelize.File
	head, text, plain int
	date              int
}

func (b *bookWriter) prepare() (err error) {
	format := "yyyy-mm-dd"
	wrap := &excelize.Alignment{WrapText: true, Vertical: "top"}
	for _, s := range []struct {
		to    *int
		style excelize.Style
	}{
		{&b.head, excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E4EEE6"}}, Alignment: wrap}},
		{&b.plain, excelize.Style{Alignment: wrap}}, {&b.text, excelize.Style{NumFmt: 49, Alignment: wrap}}, {&b.date, excelize.Style{CustomNumFmt: &format, Alignment: wrap}},
	} {
		if *s.to, err = b.file.NewStyle(&s.style); err != nil {
			return err
		}
	}
	return nil
}

func (b *bookWriter) page(name string, p Page) error {
	for i, h := range p.Head {
		column := ColumnName(i)
		style := b.plain
		switch {
		case h.Code:
			style = b.text
		case h.Date:
			style = b.date
		}
		if err := errors.Join(b.file.SetColWidth(name, column, column, max(h.Width, 10)), b.file.SetColStyle(name, column, style)); err != nil {
			return err
		}
		if err := errors.Join(b.file.SetCellValue(name, column+"1", Protect(h.Text)), b.file.SetCellStyle(name, column+"1", column+"1", b.head)); err != nil {
			return err
		}
	}
	first := 1
	if len(p.Head) > 0 {
		first = 2
		if err := b.file.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
			return err
		}
	} else if err := errors.Join(b.file.SetColWidth(name, "A", "A", 100), b.file.SetColStyle(name, "A", b.plain)); err != nil {
		return err
	}
	for r, row := range p.Rows {
		for i, c := range row {
			if c.Kind == Empty {
				continue
			}
			if err := b.file.SetCellValue(name, ColumnName(i)+strconv.Itoa(first+r), valueOf(c)); err != nil {
				return err
			}
		}
	}
	return nil
}

// valueOf is a cell as excelize takes it.
func valueOf(c Cell) any {
	if c.Kind == Number {
		if f, err := strconv.ParseFloat(c.Text, 64); err == nil {
			return f
		}
	}
	return Protect(c.Text)
}

// ask offers a list in cells; what is not in the list can still be written, and the import says what is wrong with it.
func (b *bookWriter) ask(name string, c Choices) error {
	if c.Count == 0 {
		return nil
	}
	v := excelize.NewDataValidation(true)
	v.SetSqref(fmt.Sprintf("%s%d:%s%d", ColumnName(c.Column), c.First, ColumnName(c.Column), c.Last))
	from := ColumnName(c.From)
	v.SetSqrefDropList(fmt.Sprintf("'%s'!$%s$2:$%s$%d", sheetName(c.Page), from, from, c.Count+1))
	v.ShowErrorMessage = false
	return b.file.AddDataValidation(name, v)
}
