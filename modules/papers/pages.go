package papers

import (
	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// makePage is where the owners of a commitment's sides make its papers.
type makePage struct {
	web.Base
	For    string
	Path   string
	Papers []web.Card
	Form   *web.Form
	Empty  *web.Empty
	Heads  []web.Fact // whose letterhead is which, with the way to change one's own
}

// recordPage says whether a file is the one on record: of one paper, or of all.
type recordPage struct {
	web.Base
	Heading string
	Lead    string
	Facts   []web.Fact
	Verdict *verdict
	Sums    *web.Table
	Form    *web.Form
}

// verdict is the answer about a file.
type verdict struct {
	Tag   web.Tag
	Text  string
	Sum   string
	Links []web.Fact
}

type templatesPage struct {
	web.Base
	Kinds []web.Card
}

// templatePage is the text of a kind of paper, with its versions and the form that changes it.
type templatePage struct {
	web.Base
	Sample       string // address of a specimen
	Now          string // which version this is
	Blocks       []blockView
	Form         *web.Form
	Preview      *previewView
	Versions     web.Table
	Pager        web.Pager
	Placeholders []web.Fact
}

type previewView struct {
	Blocks  []blockView
	Number  string
	Confirm web.Form
}

type blockView struct{ Form, Text string }

type headPage struct {
	web.Base
	Form *web.Form
}

func commitmentPath(id domain.CommitmentID) string { return "/commitments/" + string(id) }

func templatePath(k Kind) string { return "/papers/templates/" + string(k) }

// makeForm asks for what the data do not say; kinds are those that can be made now.
func makeForm(b web.Base, id domain.CommitmentID, kinds []Kind, f *Facts, had Said) *web.Form {
	options := make([]web.Option, len(kinds))
	for i, k := range kinds {
		options[i] = web.Option{Value: string(k), Label: b.T("papers.kind." + string(k)), Hint: b.T("papers.kind_hint." + string(k))}
	}
	if had.Clause == "" {
		had.Clause = f.Clause
	}
	if had.Clause == "" {
		had.Clause = b.T("papers.make.clause_usual")
	}
	form := web.NewForm(b, "papers.make", commitmentPath(id)+"/papers").
		Radio("kind", options, web.Required(), web.Value(string(kinds[len(kinds)-1]))).
		Date("date", web.Required(), web.Value(string(had.Date))).
		Text("first", web.Max(100), web.Value(had.First), web.Label("papers.make.position", "name", f.First.Name)).
		Text("second", web.Max(100), web.Value(had.Second), web.Label("papers.make.position", "name", f.Second.Name))
	if kinds[0] == BAST {
		return form.Text("place", web.Required(), web.Max(100), web.Value(had.Place)).Back(commitmentPath(id))
	}
	return form.Text("place", web.Max(100), web.Value(had.Place), web.Label("papers.make.place_signed"), web.Hint("papers.make.place_signed_hint")).
		TextArea("clause", web.Max(1000), web.Rows(3), web.Value(had.Clause)).Back(commitmentPath(id))
}

func (m *Module) paperCards(b web.Base, docs []store.Doc[Paper]) (cards []web.Card) {
	for _, doc := range docs {
		p := doc.Body
		if len(p.Versions) == 0 {
			continue
		}
		last := p.Last()
		cards = append(cards, web.Card{Title: b.T("papers.kind."+string(p.Kind)) + " " + p.Number, Path: b.URL("/documents/" + string(p.Document)),
			Meta:  b.T("papers.version", "number", len(p.Versions), "date", b.DateTime(last.At)),
			Lines: []string{b.T("papers.sum", "sum", last.SHA256)}, Demo: p.Demo, DemoText: b.T("papers.demo_tag")})
	}
	return cards
}

func checkForm(b web.Base, path string) *web.Form {
	return web.NewForm(b, "papers.check", path).File("file", "", web.Required())
}

// newRecordPage makes the page of one paper; sum is that of the file asked about, "" for none.
func newRecordPage(b web.Base, r *Record, sum string) recordPage {
	p := r.Paper
	b.Title, b.Demo = b.T("papers.record.title", "kind", b.T("papers.kind."+string(p.Kind)), "number", p.Number), p.Demo
	b.Description = b.T("papers.check.description")
	page := recordPage{Base: b, Heading: b.T("papers.kind." + string(p.Kind)), Lead: b.T("papers.record.lead", "first", r.Public.First, "second", r.Public.Second)}
	page.Facts = []web.Fact{
		{Label: b.T("papers.fact.number"), Value: p.Number},
		{Label: b.T("papers.fact.date"), Value: b.Date(p.Last().Said.Date.Time())},
		{Label: b.T("papers.fact.for"), Value: r.Public.Title, Path: b.URL(r.Public.Path)},
		{Label: b.T("papers.fact.quantity"), Value: domain.QuantityText(b.Local(), r.Public.Quantity, r.Public.Unit)},
	}
	binding := r.binding()
	page.Sums = &web.Table{Caption: b.T("papers.record.versions"), Head: []string{b.T("papers.record.version"), b.T("papers.record.sum")}}
	for i := len(r.Sums) - 1; i >= 0; i-- {
		name := web.Cell{Text: b.Number(int64(i + 1))}
		switch {
		case r.Sums[i] == binding:
			name.Note = b.T("papers.record.note_signed_" + string(p.Kind.Type()))
		case i == len(r.Sums)-1:
			name.Note = b.T("papers.record.note_current")
		}
		page.Sums.Rows = append(page.Sums.Rows, web.Row{Cells: []web.Cell{name, {Text: r.Sums[i]}}})
	}
	if sum != "" {
		word, n := r.Verdict(sum)
		kind := map[string]string{VerdictCurrent: "good", VerdictSigned: "good", VerdictOlder: "wait", VerdictUnknown: "stop"}[word]
		text := b.T("papers.verdict."+word, "number", n, "of", len(r.Sums))
		if word == VerdictSigned {
			text = b.T("papers.verdict.signed_" + string(p.Kind.Type()))
		}
		page.Verdict = &verdict{Tag: web.Tag{Kind: kind, Text: b.T("papers.verdict_tag." + word)}, Text: text, Sum: sum}
	}
	page.Form = checkForm(b, recordPath(r.ID))
	return page
}

// newCheckPage makes the page that asks about a file without naming a paper.
func newCheckPage(b web.Base, found []Found, sum string) recordPage {
	b.Description = b.T("papers.check.description")
	page := recordPage{Base: b, Heading: b.Title, Lead: b.T("papers.check.lead"), Form: checkForm(b, "/papers")}
	if sum == "" {
		return page
	}
	v := &verdict{Tag: web.Tag{Kind: "stop", Text: b.T("papers.verdict_tag.unknown")}, Text: b.T("papers.verdict.unknown"), Sum: sum}
	for _, f := range found {
		v.Tag, v.Text = web.Tag{Kind: "good", Text: b.T("papers.verdict_tag.known")}, b.T("papers.verdict.known")
		v.Links = append(v.Links, web.Fact{Label: b.T("papers.type." + string(f.Type)), Path: b.URL(f.Public.Path),
			Value: b.T("papers.verdict.known_as", "title", f.Public.Title, "first", f.Public.First, "number", f.Number, "of", f.Of, "date", b.DateTime(f.At))})
	}
	page.Verdict = v
	return page
}

func blockViews(list []Block) []blockView {
	out := make([]blockView, len(list))
	for i, b := range list {
		out[i] = blockView(b)
	}
	return out
}

func templateForm(b web.Base, t *Template, read int) *web.Form {
	return web.NewForm(b, "papers.template", templatePath(t.Kind)).Read(int64(read)).
		Text("number", web.Required(), web.Max(maxNumber), web.Value(t.Number)).
		TextArea("text", web.Required(), web.Max(maxTemplate), web.Rows(24), web.Value(t.Text)).
		TextArea("reason", web.Required(), web.Max(maxReason), web.Rows(2))
}

// shown puts example values in, as the page shows a text.
func (m *Module) shown(b web.Base, t *Template) []blockView {
	values := map[string]string{}
	for _, name := range Placeholders {
		values[name] = "[" + b.T("papers.placeholder."+name) + "]"
	}
	list := blockViews(t.Blocks(values))
	for i := range list {
		if list[i].Text == "" {
			list[i].Text = values[list[i].Form]
		}
	}
	return list
}

func versionTable(b web.Base, k Kind, list []Template) web.Table {
	t := web.Table{Caption: b.T("papers.template.versions"), Head: []string{b.T("papers.record.version"), b.T("papers.template.since"), b.T("papers.template.why")}}
	for _, v := range list {
		since, why := b.T("papers.template.from_start"), b.T("papers.template.first")
		if !v.At.IsZero() {
			since, why = b.DateTime(v.At), v.Reason
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: b.Number(int64(v.Version)), Path: b.URL(templatePath(k)) + "?version=" + digits(v.Version)}, {Text: since}, {Text: why}}})
	}
	return t
}
