package sheet

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strconv"
	"strings"
)

// workbook is an opened XLSX: its parts by name, the shared texts, which styles are dates.
type workbook struct {
	files   map[string]*zip.File
	targets []string // of the sheets, in order
	texts   sharedTexts
	dates   []bool // by style
	year    int    // from which days are counted: 1900 or 1904
}

// sharedTexts are the texts that many cells share, in one piece of memory.
type sharedTexts struct {
	all  []byte
	ends []int
}

func (t *sharedTexts) at(i int) (string, bool) {
	if i < 0 || i >= len(t.ends) {
		return "", false
	}
	from := 0
	if i > 0 {
		from = t.ends[i-1]
	}
	return string(t.all[from:t.ends[i]]), true
}

func openXLSX(src Source) (*Book, error) {
	archive, err := zip.NewReader(src, src.Size())
	if err != nil {
		return nil, wrong("sheet.error.damaged")
	}
	if len(archive.File) > maxEntries {
		return nil, wrong("sheet.error.unpacked")
	}
	w := &workbook{files: make(map[string]*zip.File, len(archive.File)), year: 1900}
	var total uint64
	for _, f := range archive.File {
		if total += f.UncompressedSize64; total > maxPacked || f.UncompressedSize64 > maxPacked {
			return nil, wrong("sheet.error.unpacked")
		}
		name := strings.TrimPrefix(f.Name, "/")
		if strings.EqualFold(path.Base(name), "vbaProject.bin") {
			return nil, wrong("sheet.error.macros")
		}
		w.files[name] = f
	}
	b := &Book{Format: XLSX, src: src, zip: w}
	if b.Sheets, err = w.open(); err != nil {
		return nil, refusal(err)
	}
	return b, nil
}

// refusal words what is wrong with a file for its reader.
func refusal(err error) error {
	if err == nil || errors.Is(err, io.EOF) {
		return err
	}
	var known interface{ Unwrap() error }
	if errors.As(err, &known) && strings.Contains(err.Error(), "sheet.error.") {
		return err
	}
	if errors.Is(err, errTooLong) {
		return wrong("sheet.error.unpacked")
	}
	return wrong("sheet.error.damaged")
}

// part reads one file of the archive, piece by piece.
type part struct {
	*xml.Decoder
	bound *allowance
	close func() error
}

var errNoPart = errors.New("sheet: a part of the file is missing")

func (w *workbook) part(name string) (*part, error) {
	f := w.files[name]
	if f == nil {
		return nil, errNoPart
	}
	r, err := f.Open()
	if errors.Is(err, io.EOF) { // the directory names a place after the file's end: not the end of the part
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	bound := &allowance{r: io.LimitReader(r, int64(min(f.UncompressedSize64, maxPacked))+1), left: maxToken}
	return &part{Decoder: xml.NewDecoder(bound), bound: bound, close: r.Close}, nil
}

// token gives the next piece, each within its own bound.
func (p *part) token() (xml.Token, error) {
	p.bound.left = maxToken
	return p.RawToken()
}

// each calls fn with every element that begins.
func (w *workbook) each(name string, fn func(p *part, e xml.StartElement) error) error {
	p, err := w.part(name)
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }()
	for {
		t, err := p.token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			if err := fn(p, e); err != nil {
				return err
			}
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// relation gives an attribute of the relationships namespace, whatever its prefix: r:id.
func relation(e xml.StartElement) string {
	for _, a := range e.Attr {
		if a.Name.Local == "id" && a.Name.Space != "" {
			return a.Value
		}
	}
	return ""
}

// open reads names and places of the sheets, the shared texts and the styles.
func (w *workbook) open() ([]string, error) {
	main := "xl/workbook.xml"
	targets := map[string]string{}
	err := w.each("xl/_rels/workbook.xml.rels", func(_ *part, e xml.StartElement) error {
		if e.Name.Local == "Relationship" {
			target := attribute(e, "Target")
			if !strings.HasPrefix(target, "/") {
				target = "/xl/" + target
			}
			targets[attribute(e, "Id")] = path.Clean(target)[1:]
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var names []string
	err = w.each(main, func(_ *part, e xml.StartElement) error {
		switch e.Name.Local {
		case "workbookPr":
			if v := attribute(e, "date1904"); v == "1" || v == "true" {
				w.year = 1904
			}
		case "sheet":
			if target := targets[relation(e)]; w.files[target] != nil && len(names) < maxSheets && !strings.Contains(target, "chartsheets/") {
				names, w.targets = append(names, attribute(e, "name")), append(w.targets, target)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, wrong("sheet.error.no_sheet")
	}
	if err := w.styles(); err != nil && !errors.Is(err, errNoPart) {
		return nil, err
	}
	if err := w.sharedTexts(); err != nil && !errors.Is(err, errNoPart) {
		return nil, err
	}
	return names, nil
}

func (w *workbook) sharedTexts() error {
	p, err := w.part("xl/sharedStrings.xml")
	if err != nil {
		return err
	}
	defer func() { _ = p.close() }()
	inText, phonetic := false, 0
	for {
		t, err := p.token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			inText = t.Name.Local == "t"
			if t.Name.Local == "rPh" {
				phonetic++
			}
		case xml.CharData:
			if inText && phonetic == 0 {
				w.texts.all = append(w.texts.all, t...)
			}
			if len(w.texts.all) > maxStrings {
				return errTooLong
			}
		case xml.EndElement:
			inText = false
			switch t.Name.Local {
			case "rPh":
				phonetic--
			case "si":
				w.texts.ends = append(w.texts.ends, len(w.texts.all))
			}
		}
	}
}

// styles finds which styles show a number as a date.
func (w *workbook) styles() error {
	formats := map[string]bool{}
	for _, n := range []int{14, 15, 16, 17, 22, 27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58} {
		formats[strconv.Itoa(n)] = true
	}
	inCells := false
	return w.each("xl/styles.xml", func(_ *part, e xml.StartElement) error {
		switch e.Name.Local {
		case "numFmt":
			formats[attribute(e, "numFmtId")] = dateFormat(attribute(e, "formatCode"))
		case "cellXfs":
			inCells = true
		case "cellStyleXfs", "cellStyles", "dxfs":
			inCells = false
		case "xf":
			if inCells {
				w.dates = append(w.dates, formats[attribute(e, "numFmtId")])
			}
		}
		return nil
	})
}

// dateFormat tells whether a number format shows days or years.
func dateFormat(code string) bool {
	quoted, bracket := false, false
	for i := 0; i < len(code); i++ {
		switch c := code[i]; {
		case c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '[':
			bracket = true
		case c == ']':
			bracket = false
		case !bracket && strings.IndexByte("dDyY", c) >= 0:
			return true
		}
	}
	return false
}

func (w *workbook) rows(sheet int) (*Rows, error) {
	name := w.targets[sheet]
	p, err := w.part(name)
	if err != nil {
		return nil, refusal(err)
	}
	size := float64(max(w.files[name].UncompressedSize64, 1))
	s := &sheetReader{book: w, part: p}
	return &Rows{
		next:  func() (int, []Cell, error) { n, cells, err := s.next(); return n, cells, refusal(err) },
		close: p.close, read: func() float64 { return float64(p.bound.total) / size },
	}, nil
}

// sheetReader walks through the rows of a sheet.
type sheetReader struct {
	book  *workbook
	part  *part
	row   int
	cells []Cell
}

// next reads one row element.
func (s *sheetReader) next() (int, []Cell, error) {
	for {
		t, err := s.part.token()
		if err != nil {
			if errors.Is(err, io.ErrUnexpectedEOF) {
				return 0, nil, errNoPart
			}
			return 0, nil, err
		}
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "row" {
			continue
		}
		s.row++
		if n, err := strconv.Atoi(attribute(e, "r")); err == nil {
			if n < s.row || n > 1<<20 {
				return 0, nil, errNoPart
			}
			s.row = n
		}
		if err := s.readCells(); err != nil {
			if errors.Is(err, io.EOF) {
				err = io.ErrUnexpectedEOF
			}
			return 0, nil, err
		}
		return s.row, s.cells, nil
	}
}

// open cell while it is read.
type openCell struct {
	kind, style string
	text        []byte
	column      int
}

func (s *sheetReader) readCells() error {
	s.cells = s.cells[:0]
	var cell openCell
	column, inValue, phonetic := -1, false, false
	for {
		t, err := s.part.token()
		if err != nil {
			return err
		}
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "c":
				if column++; attribute(t, "r") != "" {
					if c := columnOf(attribute(t, "r")); c >= column {
						column = c
					}
				}
				cell = openCell{kind: attribute(t, "t"), style: attribute(t, "s"), text: cell.text[:0], column: column}
			case "v", "t":
				inValue = !phonetic
			case "rPh":
				phonetic = true
			}
		case xml.CharData:
			if inValue {
				if cell.text = append(cell.text, t...); len(cell.text) > 8*maxCell {
					return errTooLong
				}
			}
		case xml.EndElement:
			inValue = false
			switch t.Name.Local {
			case "rPh":
				phonetic = false
			case "c":
				if err := s.put(cell); err != nil {
					return err
				}
			case "row":
				return nil
			}
		}
	}
}

// put places a cell that was read; those between stay empty.
func (s *sheetReader) put(c openCell) error {
	v := s.book.value(c)
	if v.Kind == Empty {
		return nil
	}
	if c.column >= 1<<14 {
		return errNoPart
	}
	if c.column >= MaxColumns {
		return wrong("sheet.error.columns", "max", MaxColumns)
	}
	for len(s.cells) <= c.column {
		s.cells = append(s.cells, Cell{})
	}
	s.cells[c.column] = v
	return nil
}

func columnOf(reference string) int {
	n := 0
	for _, c := range reference {
		if c < 'A' || c > 'Z' || n > 1<<14 {
			break
		}
		n = n*26 + int(c-'A') + 1
	}
	return n - 1
}

func (w *workbook) value(c openCell) Cell {
	raw := string(c.text)
	switch c.kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(raw))
		if s, ok := w.texts.at(i); ok && err == nil {
			return text(s)
		}
		return Cell{}
	case "str", "inlineStr":
		return text(raw)
	case "b":
		if strings.TrimSpace(raw) == "1" {
			return Cell{Bool, "TRUE"}
		}
		return Cell{Bool, "FALSE"}
	case "e":
		return Cell{Fault, strings.TrimSpace(raw)}
	case "d":
		return Cell{Date, strings.TrimSpace(raw)[:min(10, len(strings.TrimSpace(raw)))]}
	}
	raw = strings.TrimSpace(raw)
	if raw == "" {
		return Cell{}
	}
	f, err := strconv.ParseFloat(raw, 64)
	if err != nil {
		return text(raw)
	}
	if style, err := strconv.Atoi(c.style); err == nil && style >= 0 && style < len(w.dates) && w.dates[style] {
		if day, ok := dayOf(f, w.year); ok {
			return Cell{Date, day}
		}
	}
	return number(f)
}
