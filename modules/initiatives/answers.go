package initiatives

import (
	"context"
	"errors"
	"io"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/pdf"
	"gotong/modules/kit/web"
)

// part is one page of a proposal as it is checked and printed: facts, texts and a table, and what is still missing.
type part struct {
	ID, Title string
	Path      string // where it is changed; "" for who may not
	Facts     []web.Fact
	Readings  []reading
	Table     *web.Table
	Missing   []string
	Nothing   string // says so where nothing stands in it
	Change    string // words of the link to Path
}

// allParts are the pages of a proposal in the order of the hub.
var allParts = append(slices.Clone(Parts), PartPartners)

// partsOf lays a proposal out by its parts. missing are what a submission needs beyond it, by field.
func (s *Service) partsOf(ctx context.Context, b web.Base, doc Doc, edits bool, missing apperr.Fields) []part {
	i := doc.Body
	text := func(key, value string) reading {
		if value == "" {
			value = b.T("initiatives.not_filled")
		}
		return reading{ID: key, Title: b.T("initiatives.form." + key), Text: value}
	}
	fact := func(key, value string) web.Fact {
		if value == "" {
			return web.Fact{Label: b.T("initiatives.fact." + key), Value: b.T("initiatives.not_filled"), Quiet: true}
		}
		return web.Fact{Label: b.T("initiatives.fact." + key), Value: value}
	}
	tables := map[string]*web.Table{}
	for _, t := range s.tablesOf(ctx, b, i, nil) {
		tables[t.Caption] = &t
	}
	table := func(key string) *web.Table { return tables[b.T("initiatives.table."+key)] }
	number := ""
	if i.TargetNumber > 0 {
		number = domain.QuantityText(b.Local(), i.TargetNumber, "person")
	}
	content := map[Part]part{
		PartSummary:  {Readings: []reading{text("title", i.Title), text("summary", i.Summary), text("summary_en", i.SummaryEN)}},
		PartProblem:  {Readings: []reading{text("problem", i.Problem), text("goals", i.Goals)}},
		PartWhere:    {Facts: []web.Fact{fact("areas", s.areasText(ctx, i.Areas)), fact("target_group", i.TargetGroup), fact("target_number", number)}},
		PartOffers:   {Table: table("offers")},
		PartBudget:   {Table: table("budget")},
		PartTimeline: {Facts: []web.Fact{fact("period", period(b, i.From, i.Until))}, Table: table("milestones")},
		PartResults:  {Table: table("results")},
		PartRisks:    {Readings: []reading{text("risks", i.Risks), text("sustainability", i.Sustainability)}},
		PartPartners: {Table: table("partners")},
	}
	if i.Total() > 0 {
		budget := content[PartBudget]
		budget.Facts = []web.Fact{fact("budget", b.Rupiah(i.Total()))}
		content[PartBudget] = budget
	}
	var out []part
	for _, p := range allParts {
		x := content[p]
		x.ID, x.Title = string(p), b.T("initiatives.part."+string(p))
		if len(x.Facts)+len(x.Readings) == 0 && x.Table == nil {
			x.Nothing = b.T("initiatives.not_filled")
		}
		if edits {
			x.Change = b.T("initiatives.answers_change")
			x.Path = b.URL("/initiatives/" + doc.ID + "/parts/" + string(p))
		}
		for _, f := range missing {
			if partOfField(f.Name) == p {
				x.Missing = append(x.Missing, b.Local().Message(f.Message))
			}
		}
		out = append(out, x)
	}
	return out
}

// heldParts lays a content out by those of its parts in which something stands.
func (s *Service) heldParts(ctx context.Context, b web.Base, c Content) []part {
	return slices.DeleteFunc(s.partsOf(ctx, b, Doc{Body: Initiative{Content: c}}, false, nil), func(p part) bool { return !c.Holds(Part(p.ID)) })
}

// partOfField tells on which page a field of the form stands; "" for the papers.
func partOfField(name string) Part {
	column, _ := placeOf(name)
	for p, fields := range fieldsOf {
		if slices.ContainsFunc(fields, func(f field) bool { return f.name == column }) {
			return p
		}
	}
	return ""
}

// lacking tells by field what a submission still needs.
func (s *Service) lacking(ctx context.Context, doc Doc) (apperr.Fields, error) {
	terms, budget, err := s.HasPapers(ctx, domain.InitiativeID(doc.ID))
	if err != nil {
		return nil, err
	}
	err = doc.Body.Complete(terms, budget)
	var e *apperr.Error
	if errors.As(err, &e) && e.Kind == apperr.Invalid {
		err = nil
	}
	if err != nil {
		return nil, err
	}
	named, err := s.unnamed(ctx, doc.Body)
	if e != nil {
		named = append(e.Fields, named...)
	}
	return named, err
}

// writePDF prints a proposal.
func (s *Service) writePDF(ctx context.Context, b web.Base, doc Doc, address string, w io.Writer) error {
	i := doc.Body
	names, err := s.organizationsOf(ctx, i)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	d := pdf.New(i.Title, b.Lang, address+"   "+b.DateTime(now), now)
	d.Quiet(names[i.Organization].Name + " · " + b.T("initiatives.state."+string(i.State())))
	if i.Demo {
		d.Warn(b.T("web.demo.tag"))
	}
	for _, p := range s.partsOf(ctx, b, doc, false, nil) {
		d.Heading(p.Title)
		for _, f := range p.Facts {
			d.Fact(f.Label, f.Value)
		}
		for _, r := range p.Readings {
			d.Text(r.Title, r.Text)
		}
		if p.Table != nil {
			d.Table(printed(*p.Table))
		}
		if p.Nothing != "" {
			d.Text("", p.Nothing)
		}
		if Part(p.ID) != PartOffers {
			continue
		}
		for _, o := range i.Offers { // long texts do not fit into cells
			if o.Conditions != "" {
				d.Text(b.T("initiatives.conditions_of", "category", domain.Taxonomy().CategoryName(o.Category, b.Lang)), o.Conditions)
			}
		}
	}
	return d.Write(w)
}

// printed is a table of a page for print, its notes but the conditions below the words.
func printed(t web.Table) pdf.Table {
	out := pdf.Table{Head: t.Head, Numbers: t.Numbers}
	for _, r := range t.Rows {
		row := make([]string, len(t.Head))
		for n, c := range r.Cells {
			row[n] = c.Text
			if c.Note != "" && n > 0 {
				row[n] += "\n" + c.Note
			}
		}
		out.Rows = append(out.Rows, row)
	}
	return out
}
