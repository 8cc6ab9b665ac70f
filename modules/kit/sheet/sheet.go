// Package sheet reads and writes tables as offices keep them: CSV in the encodings of old and new programs, and XLSX.
// It goes row by row within bounds, so that a file costs little memory whatever is in it, and knows no domain word.
//
// XLSX is read here rather than by excelize, which writes it: excelize's streaming reader gives texts only, and whether
// "1.234" is the number 1.234 or a text that could mean 1234 is just what an import must know.
package sheet

import (
	"errors"
	"io"
	"strings"

	"gotong/modules/kit/apperr"
)

// Source is a file at hand: any part of it can be read again.
type Source interface {
	io.ReaderAt
	Size() int64
}

// Formats of a file.
const (
	CSV  = "csv"
	XLSX = "xlsx"
)

// CellKind says what a cell holds.
type CellKind uint8

// Kinds of cell. All cells of a CSV file are empty or text.
const (
	Empty CellKind = iota
	Text
	Number // Text holds it as strconv writes it: 1234.5
	Date   // Text holds 2027-04-01
	Bool   // Text holds TRUE or FALSE
	Fault  // Text holds what the program shows: #N/A
)

// Cell is one cell.
type Cell struct {
	Kind CellKind
	Text string
}

// Bounds of a file. A table of the country's 84,000 villages has some 30 MB unpacked.
const (
	MaxRows    = 200_000
	MaxColumns = 200
	maxCell    = 32_767    // letters, as in the programs themselves
	maxRecord  = 1 << 20   // bytes of a row of CSV
	maxToken   = 1 << 20   // bytes of one piece of XML
	maxEntries = 2_000     // files within an XLSX
	maxPacked  = 256 << 20 // bytes of all of them unpacked
	maxStrings = 64 << 20  // bytes of shared texts
	maxSheets  = 100
)

// Book is an opened file.
type Book struct {
	Format    string
	Encoding  string // of CSV: UTF-8, UTF-16 or Windows-1252
	Delimiter rune   // of CSV
	Sheets    []string

	src Source
	csv csvForm
	zip *workbook
}

// wrong is a refusal of the whole file, at the input named file.
func wrong(key string, args ...any) error {
	var f apperr.Fields
	f.Add("file", key, args...)
	return f.Err()
}

// Open looks at a file: by its content an XLSX, else a text of rows. Invalid (field file) says what is wrong with it.
func Open(src Source, name string) (*Book, error) {
	if src.Size() == 0 {
		return nil, wrong("sheet.error.empty")
	}
	head := make([]byte, 8)
	n, err := src.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	head = head[:n]
	switch {
	case strings.HasPrefix(string(head), "PK\x03\x04"):
		return openXLSX(src)
	case strings.HasPrefix(string(head), "\xd0\xcf\x11\xe0"):
		return nil, wrong("sheet.error.old_excel")
	case strings.HasPrefix(string(head), "%PDF"), strings.HasSuffix(strings.ToLower(name), ".pdf"):
		return nil, wrong("sheet.error.not_table")
	}
	return openCSV(src)
}

// Rows opens a sheet, by its place in Sheets. The caller closes it.
func (b *Book) Rows(sheet int) (*Rows, error) {
	if sheet < 0 || sheet >= len(b.Sheets) {
		return nil, wrong("sheet.error.no_sheet")
	}
	if b.zip != nil {
		return b.zip.rows(sheet)
	}
	return b.csvRows()
}

// Rows gives the rows of a sheet that hold something, in order.
type Rows struct {
	next  func() (int, []Cell, error)
	read  func() float64
	close func() error
	count int
}

// Next gives the next row with its number as the programs show it, from 1. io.EOF at the end; Invalid (field file)
// where the file is damaged or too large. The cells are valid until the next call.
func (r *Rows) Next() (number int, cells []Cell, err error) {
	for {
		number, cells, err = r.next()
		if err != nil {
			return 0, nil, err
		}
		for len(cells) > 0 && cells[len(cells)-1].Kind == Empty {
			cells = cells[:len(cells)-1]
		}
		if len(cells) == 0 {
			continue
		}
		if len(cells) > MaxColumns {
			return 0, nil, wrong("sheet.error.columns", "max", MaxColumns)
		}
		if r.count++; r.count > MaxRows {
			return 0, nil, wrong("sheet.error.rows", "max", MaxRows)
		}
		return number, cells, nil
	}
}

// Progress tells how much of the sheet was read, from 0 to 1.
func (r *Rows) Progress() float64 { return min(1, r.read()) }

// Close frees what the rows hold.
func (r *Rows) Close() error { return r.close() }

// ColumnName gives the letters of a column, from 0: A, B … Z, AA.
func ColumnName(i int) string {
	name := ""
	for i++; i > 0; i = (i - 1) / 26 {
		name = string(rune('A'+(i-1)%26)) + name
	}
	return name
}

// text makes a cell of what a person or program wrote. The apostrophe that Protect puts before a formula goes.
func text(s string) Cell {
	s = strings.TrimSpace(strings.ToValidUTF8(s, "\ufffd"))
	if s == "" {
		return Cell{}
	}
	if s[0] == '\'' && dangerous(s) {
		s = s[1:]
	}
	return Cell{Kind: Text, Text: s}
}

// dangerous tells whether a program could take a text for a formula, apostrophes before it left aside.
func dangerous(s string) bool {
	s = strings.TrimLeft(s, "'")
	return s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0]))
}

// Protect puts an apostrophe before a text that a program could take for a formula; reading takes it off again.
func Protect(s string) string {
	if dangerous(s) {
		return "'" + s
	}
	return s
}

// allowance lets a reader give so many bytes until it is renewed: one piece of a file is bounded however long the file.
type allowance struct {
	r     io.Reader
	left  int64
	total int64
}

func (a *allowance) Read(p []byte) (int, error) {
	if a.left <= 0 {
		return 0, errTooLong
	}
	n, err := a.r.Read(p)
	a.left -= int64(n)
	a.total += int64(n)
	return n, err
}
