package sheet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"

	"gotong/modules/kit/apperr"
)

type line struct {
	number int
	cells  []Cell
}

func readAll(t testing.TB, b []byte, name string, sheet int) []line {
	t.Helper()
	book, err := Open(bytes.NewReader(b), name)
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.Rows(sheet)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	var list []line
	for {
		n, cells, err := rows.Next()
		if errors.Is(err, io.EOF) {
			return list
		}
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, line{n, append([]Cell(nil), cells...)})
	}
}

func TestCSVIsReadAsOfficesWriteIt(t *testing.T) {
	text := "Nama;Nilai\r\n\r\n\"Désa \"\"A\"\"\nbaru\";12,5\r\n'=1+1;−3\r\n"
	utf16, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	bare16, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(strings.Repeat(text, 3))
	if err != nil {
		t.Fatal(err)
	}
	windows, err := charmap.Windows1252.NewEncoder().String(strings.ReplaceAll(text, "−", "-"))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct{ text, encoding string }{
		"utf-8": {text, "UTF-8"}, "with a mark": {"\ufeff" + text, "UTF-8"}, "utf-16": {utf16, "UTF-16"}, "utf-16 without a mark": {bare16, "UTF-16"},
		"windows": {windows, "Windows-1252"}, "tabs": {strings.ReplaceAll(text, ";", "\t"), "UTF-8"}, "commas": {strings.ReplaceAll(strings.ReplaceAll(text, "12,5", "12.5"), ";", ","), "UTF-8"},
		"said": {"sep=;\r\n" + text, "UTF-8"},
	} {
		t.Run(name, func(t *testing.T) {
			book, err := Open(strings.NewReader(c.text), "a.csv")
			if err != nil || book.Encoding != c.encoding {
				t.Fatal(book, err)
			}
			list := readAll(t, []byte(c.text), "a.csv", 0)
			shift := 0
			if name == "said" {
				shift = 1
			}
			if len(list) < 3 || list[0].number != 1+shift || list[1].number != 3+shift || list[2].number != 5+shift-0 && list[2].number != 4+shift {
				t.Fatalf("%+v", list)
			}
			if got := list[1].cells[0].Text; got != "Désa \"A\"\nbaru" {
				t.Errorf("%q", got)
			}
			if got := list[2].cells[0].Text; got != "=1+1" {
				t.Errorf("the apostrophe stays: %q", got)
			}
		})
	}
}

func TestFilesThatAreNoTableAreRefused(t *testing.T) {
	for name, c := range map[string]struct{ text, key string }{
		"empty":         {"", "sheet.error.empty"},
		"old excel":     {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 etc", "sheet.error.old_excel"},
		"pdf":           {"%PDF-1.7 …", "sheet.error.not_table"},
		"binary":        {"a,b\n\x00\x01\x02\x03,c\n", "sheet.error.not_table"},
		"a broken zip":  {"PK\x03\x04 nothing", "sheet.error.damaged"},
		"an open quote": {"a,b\n1,\"" + strings.Repeat("never closed,\n", 100_000), "sheet.error.long_row"},
		"wide":          {strings.Repeat("a,", MaxColumns+1) + "b\n", "sheet.error.columns"},
	} {
		t.Run(name, func(t *testing.T) {
			book, err := Open(strings.NewReader(c.text), "a.csv")
			if err == nil {
				rows, open := book.Rows(0)
				if err = open; err == nil {
					for err == nil {
						_, _, err = rows.Next()
					}
				}
			}
			var e *apperr.Error
			if !errors.As(err, &e) || len(e.Fields) != 1 || e.Fields[0].Name != "file" || e.Fields[0].Key != c.key {
				t.Fatalf("%v, want %s", err, c.key)
			}
		})
	}
}

func TestWhatWasWrittenIsRead(t *testing.T) {
	cells := [][]Cell{
		{OfText("61.01.08.2007"), OfText("=SUM(A1)"), OfInt(1234), OfFloat(12.345), OfDate("2027-04-01")},
		{OfText("61.01.08.2008"), OfText("'=x"), OfInt(-5), OfFloat(0.1 + 0.2), {}},
		{OfText("+62"), OfText("dua\nbaris; \"kutip\""), OfInt(0), OfFloat(1e9), OfDate("1999-12-31")},
	}
	for _, format := range []string{CSV, XLSX} {
		for _, comma := range []bool{true, false} {
			var b bytes.Buffer
			w, err := NewWriter(format, &b, "Uji [1]", comma)
			if err != nil {
				t.Fatal(err)
			}
			if err := w.Head([]Heading{{Text: "Kode", Code: true}, {Text: "Teks"}, {Text: "Bulat"}, {Text: "Pecahan"}, {Text: "Tanggal"}}); err != nil {
				t.Fatal(err)
			}
			for _, row := range cells {
				if err := w.Row(row, 1); err != nil {
					t.Fatal(err)
				}
			}
			if err := w.Close(); err != nil {
				t.Fatal(err)
			}
			list := readAll(t, b.Bytes(), "x."+format, 0)
			if len(list) != 4 {
				t.Fatalf("%s: %d rows", format, len(list))
			}
			for i, row := range cells {
				r := NewRow(list[i+1].number, list[i+1].cells, map[string]int{"code": 0, "text": 1, "whole": 2, "part": 3, "day": 4}, 0)
				whole, reason := r.Cell("whole").Whole(0)
				part, _ := r.Float("part")
				want, _ := row[3].Float(0)
				if r.Text("code") != row[0].Text || r.Text("text") != row[1].Text || reason != "" || OfInt(whole) != row[2] || part != want || r.Day("day") != row[4].Text || r.Wrong() {
					t.Errorf("%s, comma %v: row %d came back as %+v: %+v", format, comma, i, list[i+1], r.Problems)
				}
			}
		}
	}
}

func TestNumbersAndDates(t *testing.T) {
	for text, want := range map[string]struct {
		value  float64
		reason string
	}{
		"12": {12, ""}, "12,5": {12.5, ""}, "12.5": {12.5, ""}, "1.234": {0, ReasonAmbiguous}, "1,234": {0, ReasonAmbiguous}, "0,123": {0.123, ""},
		"1.234,5": {1234.5, ""}, "1,234.5": {1234.5, ""}, "1.234.567": {1234567, ""}, "1 234 567": {1234567, ""}, "-3,5": {-3.5, ""}, "1.2.3": {0, ReasonNumber},
		"12 %": {0, ReasonPercent}, "Rp 1.000": {0, ReasonCurrency}, "10-20": {0, ReasonRange}, "12 orang": {0, ReasonUnit}, "dua": {0, ReasonNumber}, "12345.678": {12345.678, ""},
	} {
		value, reason := Cell{Text, text}.Float(0)
		if value != want.value || reason != want.reason {
			t.Errorf("%q: %v %q", text, value, reason)
		}
	}
	for mark, want := range map[rune]float64{',': 1234, '.': 1.234} {
		if value, reason := (Cell{Text, "1.234"}).Float(mark); value != want || reason != "" {
			t.Errorf("%q: %v %q", mark, value, reason)
		}
	}
	if n, reason := (Cell{Text, "1.234"}).Whole(0); n != 1234 || reason != "" {
		t.Errorf("persons are counted in wholes: %d %q", n, reason)
	}
	for text, want := range map[string][2]string{
		"2027-04-01": {"2027-04-01", ""}, "1/4/2027": {"2027-04-01", ""}, "1 April 2027": {"2027-04-01", ""}, "01-Agt-2026": {"2026-08-01", ""}, "12/31/2026": {"", ReasonMonth},
		"31/02/2026": {"", ReasonNoDay}, "1/4/27": {"", ReasonYear2}, "kemarin": {"", ReasonDate},
	} {
		day, reason := Cell{Text, text}.Day()
		if day != want[0] || reason != want[1] {
			t.Errorf("%q: %q %q", text, day, reason)
		}
	}
}

func TestColumnsAreRecognised(t *testing.T) {
	columns := []Column{{Name: "code", Also: []string{"kode desa"}}, {Name: "value", Also: []string{"nilai"}}, {Name: "year"}}
	headings := func(c Column) []string { return map[string][]string{"year": {"Tahun", "Year"}}[c.Name] }
	rows := []Sampled{
		{1, []Cell{{Text, "Data Indikator Tahun 2026"}}},
		{3, []Cell{{Text, "TAHUN"}, {Text, "Kode  Desa (Kemendagri)"}, {Text, "Nilei"}}},
		{4, []Cell{{Number, "2026"}, {Text, "61.01.01.2001"}, {Number, "5"}}},
	}
	g := Recognise(rows, columns, headings)
	if g.Head != 3 || g.Columns["year"] != 0 || g.Columns["code"] != 1 || g.Columns["value"] != 2 {
		t.Fatalf("%+v", g)
	}
}

func TestColumnNames(t *testing.T) {
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 51: "AZ", 52: "BA", 701: "ZZ", 702: "AAA"} {
		if got := ColumnName(i); got != want {
			t.Errorf("%d: %s", i, got)
		}
		if got := columnOf(want + "17"); got != i {
			t.Errorf("%s: %d", want, got)
		}
	}
}

// FuzzOpen reads whatever comes: it ends in rows or in an error for the person, never in a panic. Run it with
// -fuzzminimizetime=20x: else Go spends up to a minute on making each input that it finds interesting shorter.
func FuzzOpen(f *testing.F) {
	var b bytes.Buffer
	w, err := NewWriter(XLSX, &b, "a", true)
	if err != nil {
		f.Fatal(err)
	}
	_ = w.Head([]Heading{{Text: "A"}})
	_ = w.Row([]Cell{OfText("x"), OfInt(1), OfDate("2026-01-02")})
	if err := w.Close(); err != nil {
		f.Fatal(err)
	}
	f.Add(b.Bytes())
	f.Add(beyondItsEnd(b.Bytes()))
	f.Add([]byte("a;b\n1,5;\"x\ny\"\n"))
	f.Add([]byte("\xff\xfea\x00;\x00"))
	f.Add([]byte("sep=|\na|b"))
	f.Fuzz(func(t *testing.T, in []byte) {
		book, err := Open(bytes.NewReader(in), "a.csv")
		for sheet := 0; err == nil && sheet < len(book.Sheets); sheet++ {
			var rows *Rows
			if rows, err = book.Rows(sheet); err != nil {
				break
			}
			last := 0
			for err == nil {
				var n int
				var cells []Cell
				if n, cells, err = rows.Next(); err == nil {
					if n <= last || len(cells) == 0 || len(cells) > MaxColumns || cells[len(cells)-1].Kind == Empty {
						t.Fatalf("row %d after %d: %v", n, last, cells)
					}
					last = n
					for _, c := range cells {
						c.Float(0)
						c.Day()
						c.YearOf()
					}
				}
			}
			if errors.Is(err, io.EOF) {
				err = nil
			}
			_ = rows.Close()
		}
		if err != nil && !apperr.Is(err, apperr.Invalid) {
			t.Fatal(err)
		}
	})
}

// beyondItsEnd gives a copy of an archive whose directory says of every file that it begins after the archive's end.
func beyondItsEnd(archive []byte) []byte {
	archive = bytes.Clone(archive)
	for at, rest := 0, archive; ; {
		i := bytes.Index(rest, []byte("PK\x01\x02"))
		if i < 0 {
			return archive
		}
		at += i
		binary.LittleEndian.PutUint32(archive[at+42:], uint32(len(archive))-4)
		at += 4
		rest = archive[at:]
	}
}
