package sheet

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"gotong/modules/kit/apperr"
)

// Problem is what is wrong at one cell of a file; Column -1 is the whole row.
type Problem struct {
	Row    int    `json:"row"`
	Column int    `json:"column"`
	Name   string `json:"name,omitempty"` // of the table's column
	Value  string `json:"value,omitempty"`
	Key    string `json:"key"`
	Args   []any  `json:"args,omitempty"`
	Line   int    `json:"line,omitempty"` // within the cell; 0: all of it
}

// Cell gives the cell's name as the programs show it, C17; for a whole row its number.
func (p Problem) Cell() string {
	if p.Column < 0 {
		return strconv.Itoa(p.Row)
	}
	return ColumnName(p.Column) + strconv.Itoa(p.Row)
}

// Effects of a row on what is stored.
const (
	New     = "new"
	Changed = "changed"
	Same    = "same" // stored already, or not edited since it was downloaded
)

// Row is a row of a file on its way into the register. Its methods read cells by the table's column names and note what
// is wrong with them; a column that the file does not have is empty.
type Row struct {
	Number   int
	Problems []Problem

	// What the table made of it.
	Key    string // natural key, by which rows of one file are told apart
	Title  string // what it is about, for people
	Effect string
	Old    string // for Changed: what was and what will be
	New    string
	Fields []string // for Changed: the columns that differ, where there is no one value
	Thing  any      // to be staged
	Seen   int64    // version of what is stored that Effect was decided on; 0 where there is none

	cells   []Cell
	columns map[string]int
	mark    rune
}

// NewRow makes a row with the file's columns by name and the mark before decimals (0: not known). It keeps the cells.
func NewRow(number int, cells []Cell, columns map[string]int, mark rune) *Row {
	return &Row{Number: number, cells: slices.Clone(cells), columns: columns, mark: mark}
}

// Cell gives the cell of a column.
func (r *Row) Cell(name string) Cell {
	if i, ok := r.columns[name]; ok && i < len(r.cells) {
		return r.cells[i]
	}
	return Cell{}
}

// Cells gives all of them, as in the file.
func (r *Row) Cells() []Cell { return r.cells }

// Has tells whether the cell of a column holds something.
func (r *Row) Has(name string) bool { return r.Cell(name).Kind != Empty }

// Maps tells whether the file has the column.
func (r *Row) Maps(name string) bool { _, ok := r.columns[name]; return ok }

// Wrong tells whether something is wrong in the row.
func (r *Row) Wrong() bool { return len(r.Problems) > 0 }

// Fail notes what is wrong at a column, once for each.
func (r *Row) Fail(name, key string, args ...any) {
	p := Problem{Row: r.Number, Column: -1, Name: name, Key: key, Args: args}
	if i, ok := r.columns[name]; ok {
		p.Column = i
		if i < len(r.cells) {
			p.Value = r.cells[i].Text
		}
	}
	r.note(p)
}

// FailAt notes what is wrong at a cell, by its place in the file.
func (r *Row) FailAt(column int, key string, args ...any) {
	r.note(Problem{Row: r.Number, Column: column, Value: r.cells[column].Text, Key: key, Args: args})
}

func (r *Row) note(p Problem) {
	if runes := []rune(p.Value); len(runes) > 80 {
		p.Value = string(runes[:80]) + "…"
	}
	for _, known := range r.Problems {
		if known.Column == p.Column && (p.Column >= 0 || known.Name == p.Name) {
			return
		}
	}
	r.Problems = append(r.Problems, p)
}

// FailAll notes the fields of an Invalid error at the columns of the same names; names gives the column of a field that
// is called otherwise. Another error is given back.
func (r *Row) FailAll(err error, names map[string]string) error {
	var e *apperr.Error
	if !errors.As(err, &e) || e.Kind != apperr.Invalid {
		return err
	}
	for _, f := range e.Fields {
		name := f.Name
		if other, ok := names[name]; ok {
			name = other
		}
		r.Fail(name, f.Key, f.Args...)
	}
	return nil
}

func (r *Row) value(name, reason string) bool {
	if reason != "" {
		r.Fail(name, "sheet.value."+reason)
	}
	return reason == ""
}

// Text reads a text; numbers are read as they are written.
func (r *Row) Text(name string) string {
	c := r.Cell(name)
	if c.Kind == Fault {
		r.value(name, ReasonFault)
		return ""
	}
	return c.Text
}

// Need notes an empty cell that must be filled in.
func (r *Row) Need(name string) bool {
	if !r.Has(name) {
		r.Fail(name, "sheet.value.required")
		return false
	}
	return true
}

// Float reads a number; false where the cell is empty or wrong.
func (r *Row) Float(name string) (float64, bool) {
	c := r.Cell(name)
	if c.Kind == Empty {
		return 0, false
	}
	f, reason := c.Float(r.mark)
	return f, r.value(name, reason)
}

// Whole reads a whole number; false where the cell is empty or wrong.
func (r *Row) Whole(name string) (int64, bool) {
	c := r.Cell(name)
	if c.Kind == Empty {
		return 0, false
	}
	n, reason := c.Whole(r.mark)
	if reason == "" && n < 0 {
		reason = "negative"
	}
	return n, r.value(name, reason)
}

// Rupiah reads an amount of money.
func (r *Row) Rupiah(name string) (int64, bool) {
	c := r.Cell(name)
	if c.Kind == Empty {
		return 0, false
	}
	n, reason := c.Rupiah(r.mark)
	if reason == "" && n < 0 {
		reason = "negative"
	}
	return n, r.value(name, reason)
}

// Day reads a date; "" where the cell is empty or wrong.
func (r *Row) Day(name string) string {
	c := r.Cell(name)
	if c.Kind == Empty {
		return ""
	}
	d, reason := c.Day()
	r.value(name, reason)
	return d
}

// Year reads a year; 0 where the cell is empty or wrong.
func (r *Row) Year(name string) int {
	c := r.Cell(name)
	if c.Kind == Empty {
		return 0
	}
	y, reason := c.YearOf()
	r.value(name, reason)
	return y
}

// Choice reads one of the values, each with the words by which people name it; nearest words are offered where none
// fits.
func (r *Row) Choice(name string, choices []Choice) (string, bool) {
	written := r.Text(name)
	for _, c := range choices { // as it is written: m² and m differ in no letter
		if strings.EqualFold(c.Value, written) || slices.ContainsFunc(c.Words, func(w string) bool { return strings.EqualFold(w, written) }) {
			return c.Value, true
		}
	}
	given := plainHeading(written)
	if given == "" {
		if written != "" {
			r.Fail(name, "sheet.value.choice", "choices", list(choices))
		}
		return "", false
	}
	near, far := "", 3
	for _, c := range choices {
		for _, w := range append([]string{c.Value}, c.Words...) {
			p := plainHeading(w)
			if p == given {
				return c.Value, true
			}
			if d := distance(p, given); d < far && 2*d <= len(given) {
				near, far = c.shown(), d
			}
		}
	}
	if near != "" {
		r.Fail(name, "sheet.value.choice_near", "near", near)
		return "", false
	}
	r.Fail(name, "sheet.value.choice", "choices", list(choices))
	return "", false
}

// list names choices, the first dozen.
func list(choices []Choice) string {
	text := ""
	for i, c := range choices {
		if i == 12 {
			return text + " …"
		}
		if i > 0 {
			text += ", "
		}
		text += c.shown()
	}
	return text
}

// Choice is a value with the words that people use for it; the first word is shown.
type Choice struct {
	Value string
	Words []string
}

func (c Choice) shown() string {
	if len(c.Words) > 0 {
		return c.Words[0]
	}
	return c.Value
}

var yes = []string{"ya", "y", "yes", "true", "1", "benar", "bisa", "x"}

// Yes reads a yes or no; an empty cell is no.
func (r *Row) Yes(name string) bool {
	c := r.Cell(name)
	if c.Kind == Empty {
		return false
	}
	p := plainHeading(c.Text)
	if slices.Contains(yes, p) {
		return true
	}
	if !slices.Contains([]string{"tidak", "t", "no", "n", "false", "0", "bukan", "-", ""}, p) {
		r.Fail(name, "sheet.value.yesno")
	}
	return false
}
