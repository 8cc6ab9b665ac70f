package documents

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strconv"

	"gotong/modules/domain"
)

// breaks are the elements after whose end a word ends; others (runs of a paragraph) may split a number.
var breaks = map[string]bool{"p": true, "h": true, "tc": true, "si": true, "v": true, "c": true, "is": true, "row": true, "tab": true,
	"br": true, "table-cell": true, "text-box": true, "line-break": true, "instrText": true}

const (
	textPiece = 64 << 10 // so much text is looked through at once
	tagMax    = 64 << 10 // longer tags are not those of an office file
	entityMax = 12
)

var errXML = errors.New("not well-formed XML")

// xmlText takes the text out of XML in constant memory, however it is nested: a full parser keeps whole texts and
// every open element, which a hostile file may make as large as it likes.
type xmlText struct {
	in    *bufio.Reader
	text  bytes.Buffer
	tag   bytes.Buffer
	found []string
}

// xmlNumbers reads the text of an XML entry piece by piece for personal numbers.
func xmlNumbers(r io.Reader) ([]string, error) {
	x := &xmlText{in: bufio.NewReaderSize(r, 32<<10)}
	for {
		b, err := x.in.ReadByte()
		if errors.Is(err, io.EOF) {
			x.look()
			return x.found, nil
		}
		if err != nil {
			return nil, err
		}
		switch b {
		case '<':
			err = x.markup()
		case '&':
			err = x.entity()
		default:
			x.text.WriteByte(b)
		}
		if err != nil {
			return nil, err
		}
		if x.text.Len() >= textPiece {
			x.look()
		}
	}
}

func (x *xmlText) look() {
	x.found = append(x.found, domain.FindPersonalNumbers(x.text.String())...)
	x.text.Reset()
}

// markup reads a tag after its "<"; text in CDATA stays text, comments and instructions are left out.
func (x *xmlText) markup() error {
	x.tag.Reset()
	for {
		b, err := x.in.ReadByte()
		if err != nil {
			return errXML
		}
		if b == '>' {
			break
		}
		x.tag.WriteByte(b)
		switch {
		case x.tag.Len() > tagMax, b == '<':
			return errXML
		case x.tag.Len() == 3 && x.tag.String() == "!--":
			return x.until("-->", false)
		case x.tag.Len() == 8 && x.tag.String() == "![CDATA[":
			return x.until("]]>", true)
		}
	}
	name, closes := bytes.CutPrefix(x.tag.Bytes(), []byte("/"))
	if !closes {
		name, closes = bytes.CutSuffix(name, []byte("/"))
	}
	if i := bytes.IndexAny(name, " \t\r\n"); i >= 0 {
		name = name[:i]
	}
	if i := bytes.LastIndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	if closes && breaks[string(name)] {
		x.text.WriteByte('\n')
	}
	return nil
}

// until reads on to the end mark, keeping what is before it where it is text.
func (x *xmlText) until(end string, keep bool) error {
	matched := 0
	for {
		b, err := x.in.ReadByte()
		if err != nil {
			return errXML
		}
		switch {
		case b == end[matched]:
			if matched++; matched == len(end) {
				return nil
			}
			continue
		case matched == 2 && b == end[1]: // "--->" and "]]]>" end too
			continue
		}
		matched = 0
		if keep {
			x.text.WriteByte(b)
		}
		if x.text.Len() >= textPiece {
			x.look()
		}
	}
}

// entity reads a character reference after its "&"; a number may be written in them.
func (x *xmlText) entity() error {
	var name []byte
	for {
		b, err := x.in.ReadByte()
		if err != nil || len(name) > entityMax {
			return errXML
		}
		if b == ';' {
			break
		}
		name = append(name, b)
	}
	digits, isNumber := bytes.CutPrefix(name, []byte("#"))
	if !isNumber {
		x.text.WriteByte(' ')
		return nil
	}
	base := 10
	if hex, ok := bytes.CutPrefix(digits, []byte("x")); ok {
		digits, base = hex, 16
	}
	n, err := strconv.ParseInt(string(digits), base, 32)
	if err != nil {
		return errXML
	}
	x.text.WriteRune(rune(n))
	return nil
}
