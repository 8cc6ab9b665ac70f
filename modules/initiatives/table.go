package initiatives

import (
	"context"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
)

// Table gives initiatives out as a spreadsheet, a row for each with its lists as lines of one cell, and brings back what
// the editors of a draft, or of one to be revised, changed in it.
type Table struct {
	domain.Returning[Initiative, Content]
	service *Service
	words   words
}

var tableColumns = []sheet.Column{
	{Name: "title", Required: true, Width: 40}, {Name: "state", Shown: true, Width: 22}, {Name: "organization", Shown: true, Code: true, Width: 30},
	{Name: "summary", Required: true, Width: 50}, {Name: "summary_en", Width: 50}, {Name: "problem", Width: 50}, {Name: "goals", Width: 50},
	{Name: "areas", Code: true, Width: 24}, {Name: "target_group", Width: 30}, {Name: "target_number"}, {Name: "from"}, {Name: "until"},
	{Name: "offers", Width: 60}, {Name: "budget", Width: 50}, {Name: "milestones", Width: 40}, {Name: "results", Width: 50},
	{Name: "risks", Width: 50}, {Name: "sustainability", Width: 50}, {Name: "partners", Width: 40},
	{Name: domain.ColumnID, Required: true, Code: true, Width: 30}, {Name: domain.ColumnMark, Required: true, Code: true, Width: 18, Also: domain.MarkWords},
}

// NewTable makes the table of initiatives.
func NewTable(s *Service, bundle *i18n.Bundle) *Table {
	t := &Table{service: s, words: wordsOf(bundle)}
	t.Returning = domain.Returning[Initiative, Content]{
		Batches: domain.Batches[Initiative]{Records: s.records},
		Read:    t.read,
		Now:     func(i Initiative) Content { return plainContent(i.Content) },
		Sees: func(_ context.Context, actor domain.Actor, doc Doc) (bool, error) {
			return CanView(actor, doc.Body), nil
		},
		Edits: func(actor domain.Actor, doc Doc) bool { return CanEdit(actor, doc.Body) },
		Write: s.rewritten,
		Place: placeOf,
		Title: func(c Content) string { return c.Title },
	}
	return t
}

func wordsOf(bundle *i18n.Bundle) words {
	return words{"id": bundle.Localizer("id"), "en": bundle.Localizer("en")}
}

// read reads what a row says of an initiative.
func (t *Table) read(r *sheet.Row) Content {
	r.Need("title")
	r.Need("summary")
	c := Content{
		Title: r.Text("title"), Summary: r.Text("summary"), SummaryEN: r.Text("summary_en"), Problem: r.Text("problem"), Goals: r.Text("goals"),
		Areas: readAreas(r, "areas"), TargetGroup: r.Text("target_group"), From: domain.Date(r.Day("from")), Until: domain.Date(r.Day("until")),
		Risks: r.Text("risks"), Sustainability: r.Text("sustainability"),
	}
	c.TargetNumber, _ = r.Whole("target_number")
	for _, list := range listNames {
		for n, line := range r.Lines(list, rowParts[list]...) {
			if n == MaxRows {
				r.FailLine(list, line.Number, "initiatives.error.rows", "max", MaxRows)
				break
			}
			t.words.readLine(list, line, &c)
			r.Took(list, line)
		}
	}
	return plainContent(c)
}

// Columns of the table.
func (*Table) Columns() []sheet.Column { return tableColumns }

// Fill gives the rows of the organisation's initiatives.
func (t *Table) Fill(ctx context.Context, by domain.Importer, lang string, _ domain.RegionCode, yield func([]sheet.Cell) error) error {
	return t.Rows(ctx, by.Actor(), lang, map[string]string{"organization": string(by.Membership.Organization)}, yield)
}

// Rows gives what the page with this query shows, all pages of it; with an organisation all of its initiatives that the
// actor may see, drafts too.
func (t *Table) Rows(ctx context.Context, actor domain.Actor, lang string, query map[string]string, yield func([]sheet.Cell) error) error {
	next, err := t.service.pagesOf(ctx, query)
	if err != nil {
		return err
	}
	return eachOf(next, func(doc Doc) error {
		if !CanView(actor, doc.Body) {
			return nil
		}
		return yield(t.row(lang, doc))
	})
}

// pagesOf gives the pages of the list that a query asks for.
func (s *Service) pagesOf(ctx context.Context, query map[string]string) (func(cursor string) (store.Page[Initiative], error), error) {
	region, err := domain.ParseRegionCode(query["region"])
	if err != nil && query["region"] != "" {
		return nil, apperr.Wrap(err, apperr.BadRequest, "error.bad_request")
	}
	if id := query["organization"]; id != "" {
		return func(cursor string) (store.Page[Initiative], error) {
			return s.records.List(ctx, store.Query{List: listOwned, Key: store.KeyOf(id, query["status"]), Cursor: cursor, Limit: 100})
		}, nil
	}
	f := Filter{Q: query["q"], Region: region, Category: query["category"], Status: State(query["status"]), Sort: query["sort"], Limit: 100}
	return func(cursor string) (store.Page[Initiative], error) {
		f.Cursor = cursor
		return s.Public(ctx, f)
	}, nil
}

func eachOf(next func(cursor string) (store.Page[Initiative], error), fn func(Doc) error) error {
	for cursor := ""; ; {
		page, err := next(cursor)
		if err != nil {
			return err
		}
		for _, doc := range page.Items {
			if err := fn(doc); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

func (t *Table) row(lang string, doc Doc) []sheet.Cell {
	i := doc.Body
	list := func(name string) sheet.Cell {
		var lines []string
		for _, parts := range t.words.lines(name, lang, i.Content) {
			lines = append(lines, sheet.Line(parts...))
		}
		return sheet.OfLines(lines)
	}
	number := sheet.Cell{}
	if i.TargetNumber > 0 {
		number = sheet.OfInt(i.TargetNumber)
	}
	cells := []sheet.Cell{
		sheet.OfText(i.Title), sheet.OfText(t.words[lang].T("initiatives.state." + string(i.State()))), sheet.OfText(string(i.Organization)),
		sheet.OfText(i.Summary), sheet.OfText(i.SummaryEN), sheet.OfText(i.Problem), sheet.OfText(i.Goals),
		sheet.OfText(domain.CodesText(i.Areas)), sheet.OfText(i.TargetGroup), number, sheet.OfDate(string(i.From)), sheet.OfDate(string(i.Until)),
		list("offers"), list("budget"), list("milestones"), list("results"),
		sheet.OfText(i.Risks), sheet.OfText(i.Sustainability), list("partners"),
	}
	return t.Row(tableColumns, cells, doc.ID, doc.Version, false)
}

// OffersTable gives what initiatives offer out as a spreadsheet, a row for each offer, for those who count. Its rows are
// changed in the table of initiatives.
type OffersTable struct {
	Service *Service
	Bundle  *i18n.Bundle
}

// Columns of the table.
func (OffersTable) Columns() []sheet.Column {
	return []sheet.Column{
		{Name: "id", Code: true, Width: 30}, {Name: "title", Width: 40}, {Name: "state", Width: 22}, {Name: "organization", Code: true, Width: 30}, {Name: "areas", Code: true, Width: 24},
		{Name: "from"}, {Name: "until"}, {Name: "category", Width: 28}, {Name: "quantity"}, {Name: "unit"}, {Name: "offer", Code: true, Width: 30},
	}
}

// Rows gives the offers of what the page of initiatives with this query shows, all pages of it.
func (t OffersTable) Rows(ctx context.Context, actor domain.Actor, lang string, query map[string]string, yield func([]sheet.Cell) error) error {
	next, err := t.Service.pagesOf(ctx, query)
	if err != nil {
		return err
	}
	local := t.Bundle.Localizer(lang)
	return eachOf(next, func(doc Doc) error {
		i := doc.Body
		if !CanView(actor, i) {
			return nil
		}
		for _, o := range i.Offers {
			unit, _ := domain.Taxonomy().Unit(o.Unit)
			var areas []string
			for _, a := range i.AreasOf(o) {
				areas = append(areas, string(a))
			}
			err := yield([]sheet.Cell{
				sheet.OfText(doc.ID), sheet.OfText(i.Title), sheet.OfText(local.T("initiatives.state." + string(i.State()))), sheet.OfText(string(i.Organization)),
				sheet.OfText(strings.Join(areas, " ")), sheet.OfDate(string(o.From)), sheet.OfDate(string(o.Until)),
				sheet.OfText(domain.Taxonomy().CategoryName(o.Category, lang)), sheet.OfInt(o.Quantity), sheet.OfText(unit.Name.In(lang)), sheet.OfText(string(o.ID)),
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}
