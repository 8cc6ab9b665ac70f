package tables

import (
	"context"
	"errors"
	"io"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/sheet"
)

// heads are the first rows of each sheet of an upload, for the page on which its columns are confirmed.
type heads struct {
	Format    string `json:"format"`
	Encoding  string `json:"encoding,omitempty"`
	Delimiter string `json:"delimiter,omitempty"`
	Sheets    []head `json:"sheets"`
}

type head struct {
	Name string    `json:"name"`
	Rows []headRow `json:"rows"`
}

type headRow struct {
	Number int          `json:"number"`
	Cells  []sheet.Cell `json:"cells"`
}

// Bounds of what is kept of a sheet for that page.
const (
	headRows  = 25
	headCells = 60
	headText  = 60
	headMax   = 20 // sheets
)

// recognise reads the first rows of each sheet and takes the one that looks most like the kind.
func (s *Service) recognise(k Kind, book *sheet.Book) (heads, Layout, error) {
	seen := heads{Format: book.Format, Encoding: book.Encoding}
	if book.Format == sheet.CSV {
		seen.Delimiter = string(book.Delimiter)
	}
	best := Layout{Columns: map[string]int{}}
	for i, name := range book.Sheets[:min(len(book.Sheets), headMax)] {
		h := head{Name: name}
		rows, err := firstRows(book, i)
		if err != nil {
			return seen, best, err
		}
		for _, r := range rows {
			h.Rows = append(h.Rows, headRow{r.Number, shortened(r.Cells)})
		}
		seen.Sheets = append(seen.Sheets, h)
		guess := sheet.Recognise(rows, k.Table.Columns(), s.headings(k.Name))
		if len(guess.Columns) > len(best.Columns) || i == 0 {
			best = Layout{Sheet: i, Head: guess.Head, Columns: guess.Columns}
		}
	}
	if best.Head == 0 && len(seen.Sheets[best.Sheet].Rows) > 0 {
		best.Head = seen.Sheets[best.Sheet].Rows[0].Number
	}
	return seen, best, nil
}

func firstRows(book *sheet.Book, i int) ([]sheet.Sampled, error) {
	rows, err := book.Rows(i)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	var list []sheet.Sampled
	for len(list) < headRows {
		number, cells, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		list = append(list, sheet.Sampled{Number: number, Cells: append([]sheet.Cell(nil), cells...)})
	}
	return list, nil
}

func shortened(cells []sheet.Cell) []sheet.Cell {
	out := append([]sheet.Cell(nil), cells[:min(len(cells), headCells)]...)
	for i := range out {
		if r := []rune(out[i].Text); len(r) > headText {
			out[i].Text = string(r[:headText]) + "…"
		}
	}
	return out
}

// headings gives the words of a column in both languages.
func (s *Service) headings(kind string) func(sheet.Column) []string {
	id, en := s.bundle.Localizer("id"), s.bundle.Localizer("en")
	return func(c sheet.Column) []string {
		key := columnKey(kind, c.Name)
		return []string{id.T(key), en.T(key)}
	}
}

func columnKey(kind, column string) string { return "tables.column." + kind + "." + column }

// again recognises the columns of another sheet or under another row of headings.
func (s *Service) again(k Kind, seen heads, l Layout) (Layout, error) {
	var f apperr.Fields
	if l.Sheet < 0 || l.Sheet >= len(seen.Sheets) {
		f.Add("sheet", "tables.error.sheet")
		return l, f.Err()
	}
	h := seen.Sheets[l.Sheet]
	var rows []sheet.Sampled
	for _, r := range h.Rows {
		if l.Head == 0 || r.Number == l.Head {
			rows = append(rows, sheet.Sampled{Number: r.Number, Cells: r.Cells})
		}
	}
	if len(rows) == 0 {
		f.Add("head", "tables.error.head")
		return l, f.Err()
	}
	guess := sheet.Recognise(rows, k.Table.Columns(), s.headings(k.Name))
	if guess.Head == 0 {
		guess.Head = rows[0].Number
	}
	return Layout{Sheet: l.Sheet, Head: guess.Head, Columns: guess.Columns, Mark: l.Mark}, nil
}

// headsOf gives the first rows of an upload, read again where they are no longer kept.
func (s *Service) headsOf(ctx context.Context, id string, i Import) (heads, error) {
	seen, err := s.heads.Get(ctx, id)
	if !apperr.Is(err, apperr.NotFound) {
		return seen, err
	}
	k, err := s.kind(i.Kind)
	if err != nil {
		return seen, err
	}
	f, err := s.fetch(ctx, i)
	if err != nil {
		return seen, err
	}
	defer f.drop()
	book, err := sheet.Open(f, i.File)
	if err != nil {
		return seen, err
	}
	if seen, _, err = s.recognise(k, book); err != nil {
		return seen, err
	}
	return seen, s.heads.Put(ctx, id, seen, kept)
}
