package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
)

var errTooLong = errors.New("sheet: a row or cell is too long")

// csvForm is how a CSV file is written.
type csvForm struct {
	encoding encoding.Encoding // nil: UTF-8
	skip     int64             // bytes of the mark at the beginning
	sep      bool              // the first line says sep=
}

const sampleSize = 64 << 10

func openCSV(src Source) (*Book, error) {
	b := &Book{Format: CSV, Sheets: []string{""}, src: src}
	head := make([]byte, min(src.Size(), sampleSize))
	if _, err := src.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	var err error
	if b.Encoding, b.csv, err = encodingOf(src, head); err != nil {
		return nil, err
	}
	sample, err := io.ReadAll(io.LimitReader(b.decoded(), sampleSize))
	if err != nil {
		return nil, wrong("sheet.error.damaged")
	}
	if bytes.IndexByte(sample, 0) >= 0 {
		return nil, wrong("sheet.error.not_table")
	}
	b.Delimiter, b.csv.sep = delimiterOf(string(sample))
	return b, nil
}

// encodingOf finds how a text is encoded: by its mark, by the zeros of UTF-16, as UTF-8 where all of it is valid, and
// else as the programs of Windows write.
func encodingOf(src Source, head []byte) (string, csvForm, error) {
	switch {
	case bytes.HasPrefix(head, []byte{0xef, 0xbb, 0xbf}):
		return "UTF-8", csvForm{skip: 3}, nil
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}):
		return "UTF-16", csvForm{encoding: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), skip: 2}, nil
	case bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return "UTF-16", csvForm{encoding: unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), skip: 2}, nil
	}
	var zeros [2]int
	for i, c := range head {
		if c == 0 {
			zeros[i%2]++
		}
	}
	switch quarter := len(head) / 4; {
	case zeros[1] > quarter && zeros[0] == 0:
		return "UTF-16", csvForm{encoding: unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)}, nil
	case zeros[0] > quarter && zeros[1] == 0:
		return "UTF-16", csvForm{encoding: unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)}, nil
	}
	valid, err := validUTF8(io.NewSectionReader(src, 0, src.Size()))
	if err != nil {
		return "", csvForm{}, err
	}
	if valid {
		return "UTF-8", csvForm{}, nil
	}
	return "Windows-1252", csvForm{encoding: charmap.Windows1252}, nil
}

func validUTF8(r io.Reader) (bool, error) {
	buf, kept := make([]byte, 64<<10), 0
	for {
		n, err := r.Read(buf[kept:])
		part := buf[:kept+n]
		for len(part) > 0 {
			c, size := utf8.DecodeRune(part)
			if c == utf8.RuneError && size <= 1 {
				if err == nil && !utf8.FullRune(part) {
					break
				}
				return false, nil
			}
			part = part[size:]
		}
		kept = copy(buf, part)
		if err == io.EOF {
			return kept == 0, nil
		}
		if err != nil {
			return false, err
		}
	}
}

// decoded reads the text as UTF-8, from its beginning.
func (b *Book) decoded() io.Reader {
	var r io.Reader = io.NewSectionReader(b.src, b.csv.skip, b.src.Size()-b.csv.skip)
	if b.csv.encoding != nil {
		r = b.csv.encoding.NewDecoder().Reader(r)
	}
	return r
}

// delimiterOf finds what stands between cells: as the line sep= says, else the mark that the first lines have most
// evenly outside of quotes.
func delimiterOf(sample string) (delimiter rune, said bool) {
	if rest, ok := strings.CutPrefix(sample, "sep="); ok && len(rest) > 1 && strings.ContainsRune(",;\t|", rune(rest[0])) && (rest[1] == '\n' || rest[1] == '\r') {
		return rune(rest[0]), true
	}
	best, most := ',', 0
	for _, d := range ";\t|," {
		if score := evenness(sample, d); score >= most && score > 0 {
			best, most = d, score
		}
	}
	return best, false
}

// evenness counts on how many of the first lines a mark stands as often as on the one before, and how often.
func evenness(sample string, mark rune) int {
	score, lines, here, before, quoted := 0, 0, 0, -1, false
	for _, c := range sample {
		switch {
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == mark:
			here++
		case c == '\n':
			if here > 0 && (before < 0 || here == before) {
				score += 10 + here
			}
			before, here = here, 0
			if lines++; lines == 20 {
				return score
			}
		}
	}
	if here > 0 && (before < 0 || here == before) {
		score += 10 + here
	}
	return score
}

func (b *Book) csvRows() (*Rows, error) {
	bound := &allowance{r: b.decoded(), left: maxRecord}
	buffered := bufio.NewReaderSize(bound, 16<<10)
	if b.csv.sep {
		if _, err := buffered.ReadString('\n'); err != nil && err != io.EOF {
			return nil, wrong("sheet.error.damaged")
		}
	}
	r := csv.NewReader(buffered)
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = b.Delimiter, -1, true, true
	var cells []Cell
	number, end := 0, 0 // of the row; the line where the last one ended
	if b.csv.sep {
		number = 1
	}
	next := func() (int, []Cell, error) {
		bound.left = maxRecord
		record, err := r.Read()
		switch {
		case err == io.EOF:
			return 0, nil, io.EOF
		case errors.Is(err, errTooLong):
			return 0, nil, wrong("sheet.error.long_row", "row", number+1)
		case err != nil:
			return 0, nil, wrong("sheet.error.damaged_row", "row", number+1)
		}
		at, _ := r.FieldPos(0)
		number += at - end // empty lines are rows to the programs
		end = at
		cells = cells[:0]
		for _, field := range record {
			end += strings.Count(field, "\n")
			if utf8.RuneCountInString(field) > maxCell {
				return 0, nil, wrong("sheet.error.long_row", "row", number)
			}
			cells = append(cells, text(field))
		}
		return number, cells, nil
	}
	size := max(b.src.Size(), 1)
	return &Rows{next: next, close: func() error { return nil }, read: func() float64 { return float64(bound.total) / float64(size) }}, nil
}
