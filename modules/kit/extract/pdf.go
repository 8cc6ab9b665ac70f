package extract

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/ledongthuc/pdf"
)

// readPDF reads the text of each page, and whether the file runs something or carries another one: within packed
// objects too, which a look at the bytes does not see.
func readPDF(src Source, p *paper) error {
	r, err := pdf.NewReader(src, src.Size())
	if err != nil {
		return err
	}
	pages := min(r.NumPage(), MaxPages)
	p.cut = r.NumPage() > MaxPages
	look := &actions{}
	look.catalog(r.Trailer().Key("Root"))
	for n := 1; n <= pages; n++ {
		look.page(r.Page(n).V)
	}
	p.active = look.found
	for n := 1; n <= pages; n++ {
		text, err := textOf(r.Page(n))
		if err != nil {
			text = "" // a page that cannot be read keeps its number
		}
		if err := p.write(text); err != nil {
			return err
		}
		if err := p.next(""); err != nil {
			return err
		}
	}
	return nil
}

// textOf puts a page's letters together to lines by where they stand.
func textOf(page pdf.Page) (text string, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("page: %v", r)
		}
	}()
	var out strings.Builder
	var last pdf.Text
	begun := false
	for _, t := range page.Content().Text {
		if t.S == "\n" || t.S == "" {
			continue
		}
		size := math.Abs(t.FontSize)
		switch {
		case !begun:
		case math.Abs(t.Y-last.Y) > size/2:
			out.WriteByte('\n')
		case t.S != " " && last.S != " " && (t.X-last.X-last.W > size*0.17 || t.X < last.X-size):
			out.WriteByte(' ')
		}
		out.WriteString(t.S)
		last, begun = t, true
		if out.Len() > MaxText {
			break
		}
	}
	return out.String(), nil
}

// actions gathers by which means a PDF runs something or carries another file.
type actions struct {
	found []string
	seen  int
}

// maxActions bounds how many values are looked at; a file with more of them is not one that people write.
const maxActions = 500_000

func (a *actions) note(what string) {
	if !slices.Contains(a.found, what) {
		a.found = append(a.found, what)
	}
}

func (a *actions) catalog(root pdf.Value) {
	a.action(root.Key("OpenAction"), 0)
	a.events(root.Key("AA"))
	names := root.Key("Names")
	if filled(names.Key("JavaScript")) {
		a.note("JavaScript")
	}
	if filled(names.Key("EmbeddedFiles")) || root.Key("AF").Len() > 0 {
		a.note("EmbeddedFile")
	}
	form := root.Key("AcroForm")
	if !form.Key("XFA").IsNull() {
		a.note("XFA")
	}
	a.fields(form.Key("Fields"), 0)
	a.outlines(root.Key("Outlines").Key("First"), 0)
}

// outlines looks at what the entries of a table of contents do.
func (a *actions) outlines(item pdf.Value, depth int) {
	for ; item.Kind() == pdf.Dict && depth < 30; item = item.Key("Next") {
		a.action(item.Key("A"), 0)
		a.outlines(item.Key("First"), depth+1)
	}
}

// filled tells whether a tree of names holds any.
func filled(tree pdf.Value) bool { return tree.Key("Names").Len() > 0 || tree.Key("Kids").Len() > 0 }

func (a *actions) page(page pdf.Value) {
	a.events(page.Key("AA"))
	notes := page.Key("Annots")
	for i := range notes.Len() {
		if a.seen++; a.seen > maxActions {
			panic("too many objects")
		}
		note := notes.Index(i)
		switch kind := note.Key("Subtype").Name(); kind {
		case "RichMedia", "Screen", "Movie", "Sound", "3D":
			a.note("RichMedia")
		case "FileAttachment":
			a.note("EmbeddedFile")
		}
		a.action(note.Key("A"), 0)
		a.events(note.Key("AA"))
	}
}

// events looks at what is done when a page or field is opened, left, printed …
func (a *actions) events(events pdf.Value) {
	if events.Kind() != pdf.Dict {
		return
	}
	for _, name := range events.Keys() {
		a.action(events.Key(name), 0)
	}
}

func (a *actions) action(act pdf.Value, depth int) {
	if a.seen++; a.seen > maxActions {
		panic("too many objects")
	}
	if act.Kind() != pdf.Dict || depth > 30 {
		return
	}
	switch kind := act.Key("S").Name(); kind {
	case "JavaScript", "Launch", "RichMedia":
		a.note(kind)
	case "GoToE":
		a.note("EmbeddedFile")
	case "ImportData", "SubmitForm":
		a.note(kind)
	}
	next := act.Key("Next")
	if next.Kind() == pdf.Array {
		for i := range next.Len() {
			a.action(next.Index(i), depth+1)
		}
		return
	}
	a.action(next, depth+1)
}

func (a *actions) fields(fields pdf.Value, depth int) {
	if depth > 30 {
		return
	}
	for i := range fields.Len() {
		if a.seen++; a.seen > maxActions {
			panic("too many objects")
		}
		field := fields.Index(i)
		a.action(field.Key("A"), 0)
		a.events(field.Key("AA"))
		a.fields(field.Key("Kids"), depth+1)
	}
}
