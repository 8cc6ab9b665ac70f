// Package extract takes the text out of files that strangers send: PDF, office files, tables and plain text, page by page
// within bounds. Readers of such formats can be led into endless loops and endless memory, so the work is done in a child
// process that the parent ends (Process); the child bounds its own memory too. It knows no domain word.
package extract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"unicode/utf8"
)

// Page is one page of a file as it can be shown and searched: text, or the rows of a table.
type Page struct {
	Title string     `json:"title,omitempty"` // of a sheet
	Text  string     `json:"text,omitempty"`
	Rows  [][]string `json:"rows,omitempty"`
	First int        `json:"first,omitempty"` // number of the first row, as programs count
}

// Result is what was read of a file.
type Result struct {
	Pages  []Page   `json:"pages,omitempty"`
	Cut    bool     `json:"cut,omitempty"`    // the file holds more than is read
	Active []string `json:"active,omitempty"` // what a PDF runs or carries: JavaScript, Launch, EmbeddedFile, RichMedia
}

// Bounds of what is read.
const (
	MaxSize  = 64 << 20 // bytes of a file
	MaxText  = 2 << 20  // bytes of all text together
	MaxPages = 2000
	MaxRows  = 200     // of one page of a table
	maxCells = 40      // of one row
	maxCell  = 500     // letters of one cell
	maxTable = 8 << 20 // bytes that all tables together take in memory, roughly
	pageText = 4000
)

// Errors of an extraction.
var (
	// ErrDamaged: the file cannot be read as what it says it is.
	ErrDamaged = errors.New("extract: the file cannot be read")
	// ErrLimit: reading it would take more time or memory than is given.
	ErrLimit = errors.New("extract: reading the file takes more time or memory than is given")
	// ErrKind: no text is taken out of such a file.
	ErrKind = errors.New("extract: no text is read from such a file")
)

// Source is a file at hand.
type Source interface {
	io.ReaderAt
	Size() int64
}

var readers = map[string]func(Source, *paper) error{
	"pdf": readPDF, "docx": readDOCX, "pptx": readPPTX, "odt": readODF, "odp": readODF, "ods": readODS, "xlsx": readTable, "csv": readTable, "txt": readText,
	"html": readHTML, "htm": readHTML, "zip": readZIP,
}

// Reads tells whether text is read from files of that extension.
func Reads(kind string) bool { return readers[kind] != nil }

// Read reads a file by its extension. It does not guard against a file that keeps it busy: a Process does. Errors:
// ErrKind, ErrDamaged.
func Read(kind string, src Source) (result Result, err error) {
	read := readers[kind]
	if read == nil {
		return Result{}, ErrKind
	}
	defer func() {
		if r := recover(); r != nil {
			result, err = Result{}, fmt.Errorf("%w: %v", ErrDamaged, r)
		}
	}()
	// A stack that grows without end cannot be recovered from: the child dies of it early instead of late.
	defer debug.SetMaxStack(debug.SetMaxStack(64 << 20))
	p := &paper{}
	err = read(src, p)
	if err != nil && !errors.Is(err, errFull) {
		return Result{Active: p.active}, fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	_ = p.turn("") // full or not, the last page counts
	return Result{Pages: p.pages, Cut: p.cut || errors.Is(err, errFull), Active: p.active}, nil
}

// Inside reads within this process, for tests and for programs that are no server.
type Inside struct{}

// Extract reads a file of that many bytes. Errors: those of Read, ErrLimit for a file that is too large.
func (Inside) Extract(_ context.Context, kind string, r io.Reader, size int64) (Result, error) {
	src, err := inMemory(r, size)
	if err != nil {
		return Result{}, err
	}
	return Read(kind, src)
}

func inMemory(r io.Reader, size int64) (Source, error) {
	if size > MaxSize {
		return nil, ErrLimit
	}
	raw, err := io.ReadAll(io.LimitReader(r, MaxSize+1))
	if err != nil {
		return nil, err
	}
	if len(raw) > MaxSize {
		return nil, ErrLimit
	}
	return bytes.NewReader(raw), nil
}

// errFull ends a reading: enough was read.
var errFull = errors.New("enough was read")

// paper gathers pages within the bounds.
type paper struct {
	pages  []Page
	open   Page
	text   strings.Builder
	total  int
	table  int
	cut    bool
	active []string
}

// write adds text to the open page. errFull where all that is read was read.
func (p *paper) write(s string) error {
	s = strings.ToValidUTF8(s, "\ufffd")
	if p.total+len(s) > MaxText {
		s = strings.ToValidUTF8(s[:MaxText-p.total], "")
		p.cut = true
	}
	p.total += len(s)
	p.text.WriteString(s)
	if p.cut {
		return errFull
	}
	return nil
}

// flow is write for files without pages of their own: a page ends with the paragraph that fills it.
func (p *paper) flow(paragraph string) error {
	if err := p.write(paragraph + "\n"); err != nil {
		return err
	}
	if p.text.Len() >= pageText {
		return p.turn("")
	}
	return nil
}

// row adds a row of a table. A page ends with the row that fills it.
func (p *paper) row(number int, cells []string) error {
	if len(cells) > maxCells {
		cells, p.cut = cells[:maxCells], true
	}
	row := make([]string, len(cells))
	for i, cell := range cells {
		if utf8.RuneCountInString(cell) > maxCell {
			cell = string([]rune(cell)[:maxCell-1]) + "…"
		}
		row[i] = strings.ToValidUTF8(cell, "\ufffd")
		p.total += len(row[i]) + 1
		p.table += len(row[i]) + 16
	}
	p.table += 48
	if p.total > MaxText || p.table > maxTable {
		p.cut = true
		return errFull
	}
	if len(p.open.Rows) == 0 {
		p.open.First = number
	}
	p.open.Rows = append(p.open.Rows, row)
	if len(p.open.Rows) >= MaxRows {
		return p.turn(p.open.Title)
	}
	return nil
}

// turn ends the open page, where it holds something, and opens one of that title.
func (p *paper) turn(title string) error {
	p.open.Text = tidy(p.text.String())
	p.text.Reset()
	if p.open.Text != "" || len(p.open.Rows) > 0 {
		return p.next(title)
	}
	p.open = Page{Title: title}
	return nil
}

// next ends the open page even where it holds nothing, so that pages keep their numbers.
func (p *paper) next(title string) error {
	if p.text.Len() > 0 {
		p.open.Text = tidy(p.text.String())
		p.text.Reset()
	}
	p.pages = append(p.pages, p.open)
	p.open = Page{Title: title}
	if len(p.pages) >= MaxPages {
		p.cut = true
		return errFull
	}
	return nil
}

// tidy drops what is no text and blank lines beyond one.
func tidy(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || r >= ' ' && r != 0x7f {
			return r
		}
		return -1
	}, strings.ReplaceAll(s, "\r\n", "\n"))
	var out strings.Builder
	blank := 0
	for line := range strings.Lines(s) {
		line = strings.TrimRight(line, " \t\n")
		if line == "" {
			blank++
			continue
		}
		if out.Len() > 0 {
			out.WriteString("\n")
			if blank > 0 {
				out.WriteString("\n")
			}
		}
		blank = 0
		out.WriteString(line)
	}
	return out.String()
}
