package sheet

import (
	"strconv"
	"strings"
)

// between stands between the parts of a line within a cell, so that a list fits into one cell: a line for each thing.
const between = " | "

var lineEscape = strings.NewReplacer(`\`, `\\`, "|", `\|`, "\n", `\n`)

// Line writes the parts of one line within a cell; empty parts at its end are left out.
func Line(parts ...string) string {
	out := make([]string, len(parts))
	last := 0
	for i, p := range parts {
		if out[i] = lineEscape.Replace(strings.TrimSpace(p)); p != "" {
			last = i + 1
		}
	}
	return strings.Join(out[:last], between)
}

// OfLines makes a cell of lines.
func OfLines(lines []string) Cell { return OfText(strings.Join(lines, "\n")) }

// lineParts takes a line apart.
func lineParts(line string) (parts []string) {
	var b strings.Builder
	escaped := false
	for _, c := range line {
		switch {
		case escaped && c == 'n':
			b.WriteByte('\n')
		case escaped || c != '|' && c != '\\':
			b.WriteRune(c)
		case c == '|':
			parts = append(parts, b.String())
			b.Reset()
		}
		escaped = !escaped && c == '\\'
	}
	return append(parts, b.String())
}

// Lines takes the cell of a column apart: each line that holds something is a row of its own, whose parts have the given
// names. Pass each to Took when it was read. More parts than names are a mistake of the line.
func (r *Row) Lines(name string, parts ...string) (lines []*Row) {
	at := map[string]int{}
	for i, p := range parts {
		at[p] = i
	}
	for n, line := range strings.Split(r.Text(name), "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		written := lineParts(line)
		cells := make([]Cell, len(written))
		for i, p := range written {
			cells[i] = text(p)
		}
		sub := NewRow(n+1, cells, at, r.mark)
		if len(written) > len(parts) {
			r.FailLine(name, n+1, "sheet.value.parts", "count", strconv.Itoa(len(parts)))
		}
		lines = append(lines, sub)
	}
	return lines
}

// Took notes what was wrong with a line of a column's cell.
func (r *Row) Took(name string, line *Row) {
	for _, p := range line.Problems {
		r.FailLine(name, line.Number, p.Key, p.Args...)
	}
}

// FailLine notes what is wrong with a line of a column's cell; line 0 is the whole cell.
func (r *Row) FailLine(name string, line int, key string, args ...any) {
	had := len(r.Problems)
	r.Fail(name, key, args...)
	if len(r.Problems) > had {
		r.Problems[had].Line = line
	}
}

// AsRead is a cell as it comes back when it was written and is read.
func AsRead(c Cell) Cell {
	if c.Kind != Text {
		return c
	}
	return OfText(strings.TrimSpace(c.Text))
}
