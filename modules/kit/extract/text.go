package extract

import (
	"bufio"
	"errors"
	"io"

	"gotong/modules/kit/sheet"
)

// readTable reads the sheets of an XLSX or the rows of a CSV.
func readTable(src Source, p *paper) error {
	book, err := sheet.Open(src, "")
	if err != nil {
		return err
	}
	for i, title := range book.Sheets {
		if book.Format == sheet.CSV {
			title = ""
		}
		if err := p.turn(title); err != nil {
			return err
		}
		if err := readRows(book, i, p); err != nil {
			return err
		}
	}
	return nil
}

func readRows(book *sheet.Book, i int, p *paper) error {
	rows, err := book.Rows(i)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for {
		number, cells, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		texts := make([]string, len(cells))
		for j, c := range cells {
			texts[j] = c.Text
		}
		if err := p.row(number, texts); err != nil {
			return err
		}
	}
}

// readText reads plain text.
func readText(src Source, p *paper) error {
	r := bufio.NewReaderSize(io.NewSectionReader(src, 0, src.Size()), 16<<10)
	for {
		line, err := r.ReadSlice('\n')
		if len(line) > 0 {
			whole := string(line)
			if err == nil {
				whole = whole[:len(whole)-1]
				if flowed := p.flow(whole); flowed != nil {
					return flowed
				}
			} else if wrote := p.write(whole); wrote != nil { // a piece of a long line
				return wrote
			}
		}
		switch {
		case err == nil, errors.Is(err, bufio.ErrBufferFull):
		case errors.Is(err, io.EOF):
			return nil
		default:
			return err
		}
	}
}
