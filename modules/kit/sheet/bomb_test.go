package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"io"
	"runtime"
	"strings"
	"testing"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/testkit/effort"
)

// zeros gives endless letters of one kind, as bombs are made of.
type zeros struct{ letter byte }

func (z zeros) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = z.letter
	}
	return len(p), nil
}

// bomb makes an XLSX of which one part is enormous once it is unpacked.
func bomb(t *testing.T, name, before string, letters int64, after string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name string, r io.Reader) {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.Copy(w, r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	parts := map[string]string{
		"xl/workbook.xml":            `<workbook xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="a" r:id="r1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="r1" Target="worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`,
	}
	delete(parts, name)
	for n, text := range parts {
		add(n, strings.NewReader(text))
	}
	add(name, io.MultiReader(strings.NewReader(before), io.LimitReader(zeros{'0'}, letters), strings.NewReader(after)))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A file that unpacks to a thousand times its size is refused before it costs memory: as a whole by what it says of
// itself, a text, a cell or a piece of XML by what really comes.
func TestBombsAreRefusedAtLittleCost(t *testing.T) {
	const mb = 1 << 20
	for name, c := range map[string]struct {
		part, before, after string
		letters             int64
	}{
		"more than may be unpacked": {"xl/media/image1.png", "", "", maxPacked + mb},
		"a shared text":             {"xl/sharedStrings.xml", "<sst><si><t>", "</t></si></sst>", 24 * mb},
		"a cell":                    {"xl/worksheets/sheet1.xml", `<worksheet><sheetData><row r="1"><c r="A1"><v>`, `</v></c></row></sheetData></worksheet>`, 24 * mb},
		"an attribute":              {"xl/worksheets/sheet1.xml", `<worksheet><sheetData><row r="`, `"></row></sheetData></worksheet>`, 24 * mb},
		"a comment":                 {"xl/workbook.xml", "<!--", "-->", 24 * mb},
	} {
		t.Run(name, func(t *testing.T) {
			if effort.Race && c.letters > maxPacked {
				t.Skip("the race detector takes a minute for what one reader unpacks")
			}
			raw := bomb(t, c.part, c.before, c.letters, c.after)
			if len(raw) > mb {
				t.Fatalf("the bomb has %d bytes packed", len(raw))
			}
			runtime.GC()
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			book, err := Open(bytes.NewReader(raw), "a.xlsx")
			if err == nil {
				var rows *Rows
				if rows, err = book.Rows(0); err == nil {
					for err == nil {
						_, _, err = rows.Next()
					}
					_ = rows.Close()
				}
			}
			runtime.ReadMemStats(&after)
			var e *apperr.Error
			if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Key != "sheet.error.unpacked" {
				t.Errorf("%v", err)
			}
			// All that was ever allocated meanwhile, freed or not: more than was held at any moment.
			if spent := (after.TotalAlloc - before.TotalAlloc) / mb; spent > 24 {
				t.Errorf("%d MB were allocated", spent)
			}
		})
	}
}
