package tables

import (
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/sheet"
)

func stem(name string) string { return strings.TrimSuffix(name, path.Ext(name)) }

// Words says what is wrong at a cell in the reader's language.
func words(local *i18n.Localizer, p sheet.Problem) string {
	text := local.Message(apperr.Msg(p.Key, p.Args...))
	if p.Line > 0 {
		return local.T("tables.problem.line", "line", int64(p.Line), "why", text)
	}
	return text
}

// problemReader gives the problems of an import row by row; both file and problems are in the order of the rows.
type problemReader struct {
	next func(page int) ([]sheet.Problem, error)
	page int
	left []sheet.Problem
	end  bool
}

// of gives the problems of a row; rows before it are passed over.
func (r *problemReader) of(row int) (list []sheet.Problem, err error) {
	for {
		if len(r.left) == 0 && !r.end {
			if r.left, err = r.next(r.page); err != nil {
				return nil, err
			}
			r.end = len(r.left) < problemPage
			r.page++
		}
		if len(r.left) == 0 || r.left[0].Row > row {
			return list, nil
		}
		if r.left[0].Row == row {
			list = append(list, r.left[0])
		}
		r.left = r.left[1:]
	}
}

// errorsHeading is known in both languages, so that the column of an error file is left out when it comes back.
const errorsHeading = "tables.errors.column"

// writeErrors sends the file as it was uploaded with one more column behind.
func (s *Service) writeErrors(ctx context.Context, doc Doc, k Kind, local *i18n.Localizer, format string, w io.Writer) error {
	i := doc.Body
	f, err := s.fetch(ctx, i)
	if err != nil {
		return err
	}
	defer f.drop()
	book, err := sheet.Open(f, i.File)
	if err != nil {
		return err
	}
	rows, err := book.Rows(i.Layout.Sheet)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	out, err := sheet.NewWriter(format, w, local.T("tables.list."+i.Kind), local.Lang() == "id")
	if err != nil {
		return err
	}
	found := &problemReader{next: func(page int) ([]sheet.Problem, error) { return s.Problems(ctx, doc.ID, i.Run, page) }}
	last, at := -1, 0 // place of the new column; the row in the new file
	for {
		number, cells, err := rows.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		switch {
		case number < i.Layout.Head:
			continue // what stands above the headings is not needed to upload again
		case number == i.Layout.Head:
			if last = s.errorColumn(cells); last < 0 {
				last = len(cells)
			}
			at++
			err = out.Head(headingsOf(cells, last, local, k, i.Layout))
		default:
			var list []sheet.Problem
			if list, err = found.of(number); err == nil {
				at++
				row, marked := withErrors(cells, last, at, list, local)
				err = out.Row(row, marked...)
			}
		}
		if err != nil {
			return err
		}
	}
	return out.Close()
}

// errorColumn finds the column of an earlier error file.
func (s *Service) errorColumn(cells []sheet.Cell) int {
	return slices.IndexFunc(cells, func(c sheet.Cell) bool {
		return c.Text == s.bundle.Localizer("id").T(errorsHeading) || c.Text == s.bundle.Localizer("en").T(errorsHeading)
	})
}

func headingsOf(cells []sheet.Cell, last int, local *i18n.Localizer, k Kind, l Layout) []sheet.Heading {
	head := make([]sheet.Heading, last+1)
	for i := range min(last, len(cells)) {
		head[i].Text = cells[i].Text
	}
	for _, c := range k.Table.Columns() {
		if at, ok := l.Columns[c.Name]; ok && at < last {
			head[at].Code, head[at].Width = c.Code, c.Width
		}
	}
	head[last] = sheet.Heading{Text: local.T(errorsHeading), Width: 70}
	return head
}

// withErrors puts the words behind a row and marks its wrong cells, named as in the new file.
func withErrors(cells []sheet.Cell, last, at int, list []sheet.Problem, local *i18n.Localizer) (row []sheet.Cell, marked []int) {
	row = make([]sheet.Cell, last+1)
	copy(row, cells[:min(last, len(cells))])
	var text []string
	for _, p := range list {
		p.Row = at
		if p.Column >= 0 && p.Column < last {
			marked = append(marked, p.Column)
		}
		text = append(text, p.Cell()+": "+words(local, p))
	}
	if len(text) > 0 {
		row[last] = sheet.OfText(strings.Join(text, " | "))
		marked = append(marked, last)
	}
	return row, marked
}
