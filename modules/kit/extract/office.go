package extract

import (
	"archive/zip"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
)

// maxEntry bounds what is unpacked of one entry of an office file.
const maxEntry = 128 << 20

func entry(src Source, name string) (io.ReadCloser, error) {
	archive, err := zip.NewReader(src, src.Size())
	if err != nil {
		return nil, err
	}
	for _, f := range archive.File {
		if f.Name == name {
			return f.Open()
		}
	}
	return nil, fmt.Errorf("no %s", name)
}

// eachToken runs fn for the tokens of an XML entry, without keeping any.
func eachToken(src Source, name string, fn func(xml.Token) error) error {
	r, err := entry(src, name)
	if err != nil {
		return err
	}
	defer r.Close()
	decoder := xml.NewDecoder(io.LimitReader(r, maxEntry))
	decoder.Strict = false
	decoder.CharsetReader = func(string, io.Reader) (io.Reader, error) { return nil, errors.New("not UTF-8") }
	for {
		token, err := decoder.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err == nil {
			err = fn(token)
		}
		if err != nil {
			return err
		}
	}
}

// readDOCX reads the paragraphs of a text; cells of a table stand on one line.
func readDOCX(src Source, p *paper) error {
	var line strings.Builder
	inText, cells := false, 0
	return eachToken(src, "word/document.xml", func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "t":
				inText = true
			case "tab":
				line.WriteByte('\t')
			case "br", "cr":
				line.WriteByte('\n')
			case "tc":
				cells++
			}
		case xml.CharData:
			if inText {
				line.Write(t)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "t":
				inText = false
			case "tc":
				cells--
				line.WriteString("\t")
			case "p":
				if cells > 0 {
					line.WriteByte(' ')
					return nil
				}
				fallthrough
			case "tr":
				defer line.Reset()
				return p.flow(strings.Trim(line.String(), "\t"))
			}
		}
		return nil
	})
}

// readPPTX reads the slides in the order of their numbers, a page each.
func readPPTX(src Source, p *paper) error {
	archive, err := zip.NewReader(src, src.Size())
	if err != nil {
		return err
	}
	var slides []int
	for _, f := range archive.File {
		rest, ok := strings.CutPrefix(f.Name, "ppt/slides/slide")
		if number, err := strconv.Atoi(strings.TrimSuffix(rest, ".xml")); ok && err == nil {
			slides = append(slides, number)
		}
	}
	slices.Sort(slides)
	for _, number := range slides {
		inText := false
		err := eachToken(src, fmt.Sprintf("ppt/slides/slide%d.xml", number), func(t xml.Token) error {
			switch t := t.(type) {
			case xml.StartElement:
				inText = inText || t.Name.Local == "t"
			case xml.CharData:
				if inText {
					return p.write(string(t))
				}
			case xml.EndElement:
				switch t.Name.Local {
				case "t":
					inText = false
				case "p":
					return p.write("\n")
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		if err := p.next(""); err != nil {
			return err
		}
	}
	return nil
}

// readODF reads the paragraphs of a text or the slides of a presentation.
func readODF(src Source, p *paper) error {
	depth, slides := 0, false
	return eachToken(src, "content.xml", func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "p", "h":
				depth++
			case "page":
				slides = slides || t.Name.Space == "draw"
			case "tab", "s":
				return p.write(" ")
			case "line-break":
				return p.write("\n")
			}
		case xml.CharData:
			if depth > 0 {
				return p.write(string(t))
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "p", "h":
				depth--
				if slides {
					return p.write("\n")
				}
				return p.flow("")
			case "page":
				if slides {
					return p.next("")
				}
			}
		}
		return nil
	})
}

// repeatMax bounds how often a cell or row that is written once is repeated.
const repeatMax = 40

// readODS reads the tables of a spreadsheet.
func readODS(src Source, p *paper) error {
	var row []string
	var cell strings.Builder
	depth, repeat, number := 0, 1, 0
	attribute := func(e xml.StartElement, name string) string {
		for _, a := range e.Attr {
			if a.Name.Local == name {
				return a.Value
			}
		}
		return ""
	}
	times := func(e xml.StartElement, name string) int {
		n, _ := strconv.Atoi(attribute(e, name))
		return max(1, n)
	}
	rows := 1
	return eachToken(src, "content.xml", func(t xml.Token) error {
		switch t := t.(type) {
		case xml.StartElement:
			switch t.Name.Local {
			case "table":
				number = 0
				return p.turn(attribute(t, "name"))
			case "table-row":
				row, rows = row[:0], times(t, "number-rows-repeated")
			case "table-cell", "covered-table-cell":
				cell.Reset()
				repeat = min(repeatMax, times(t, "number-columns-repeated"))
			case "p":
				if depth++; cell.Len() > 0 {
					cell.WriteByte(' ')
				}
			}
		case xml.CharData:
			if depth > 0 {
				cell.Write(t)
			}
		case xml.EndElement:
			switch t.Name.Local {
			case "p":
				depth--
			case "table-cell", "covered-table-cell":
				for range repeat {
					row = append(row, cell.String())
				}
				repeat = 1
				cell.Reset()
			case "table-row":
				for len(row) > 0 && row[len(row)-1] == "" {
					row = row[:len(row)-1]
				}
				for i := range min(rows, repeatMax) {
					if len(row) == 0 {
						break
					}
					if err := p.row(number+1+i, row); err != nil {
						return err
					}
				}
				number += rows
			}
		}
		return nil
	})
}
