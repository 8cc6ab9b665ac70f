package documents

import (
	"context"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
)

// Table gives the library out as a spreadsheet: what is said of each document, not the files. What those who may change
// a document edited in its row comes back under the rules of its form.
type Table struct {
	domain.Returning[Document, said]
	service *Service
	words   map[string]*i18n.Localizer
}

// said is what a person says of a document, as a row has it.
type said struct {
	Title       string              `json:"title"`
	Type        domain.DocumentType `json:"type"`
	Description string              `json:"description"`
	Language    string              `json:"language"`
	Date        domain.Date         `json:"date"`
	Authors     string              `json:"authors"`
	License     string              `json:"license"`
	DOI         string              `json:"doi"`
	Tags        []string            `json:"tags"`
	Visibility  domain.Visibility   `json:"visibility"`
	Embargo     domain.Date         `json:"embargo"`
	Retain      domain.Date         `json:"retain"`
}

var tableColumns = []sheet.Column{
	{Name: "title", Required: true, Width: 40}, {Name: "type", Required: true, Width: 22}, {Name: "description", Width: 40}, {Name: "language"}, {Name: "date"},
	{Name: "authors", Width: 28}, {Name: "license", Width: 24}, {Name: "doi", Code: true, Width: 24}, {Name: "tags", Width: 30}, {Name: "visibility", Width: 24},
	{Name: "embargo"}, {Name: "retain"},
	{Name: "of", Shown: true, Width: 36}, {Name: "region", Shown: true, Code: true, Width: 16}, {Name: "file", Shown: true, Width: 28}, {Name: "bytes", Shown: true},
	{Name: "sha256", Shown: true, Code: true, Width: 30},
	{Name: domain.ColumnID, Required: true, Code: true, Width: 30}, {Name: domain.ColumnMark, Required: true, Code: true, Width: 18, Also: domain.MarkWords},
}

// NewTable makes the table of documents.
func NewTable(s *Service, bundle *i18n.Bundle) *Table {
	t := &Table{service: s, words: map[string]*i18n.Localizer{"id": bundle.Localizer("id"), "en": bundle.Localizer("en")}}
	t.Returning = domain.Returning[Document, said]{
		Batches: domain.Batches[Document]{Records: s.batches},
		Read:    t.read,
		Now:     saidOf,
		Sees: func(ctx context.Context, actor domain.Actor, doc store.Doc[Document]) (bool, error) {
			_, err := s.view(ctx, actor, doc)
			if apperr.Is(err, apperr.NotFound) {
				return false, nil
			}
			return err == nil, err
		},
		Edits: func(actor domain.Actor, doc store.Doc[Document]) bool {
			return mayChange(actor, doc.Body) && doc.Body.Status == Ready
		},
		Write: func(_ context.Context, doc store.Doc[Document], v said) (Document, error) { return doc.Body.retold(v) },
		Title: func(v said) string { return v.Title },
	}
	return t
}

func saidOf(d Document) said {
	return said{d.Title, d.Type, d.Description, d.Language, d.Date, d.Authors, d.License, d.DOI, sorted(d.Tags), d.Visibility, d.Embargo, d.Retain}
}

func sorted(tags []string) []string {
	out := append([]string{}, tags...)
	slices.Sort(out)
	return slices.Compact(out)
}

// retold puts what a row says into a document. Of a final one only who may read it, and until when it is kept, changes.
func (d Document) retold(v said) (Document, error) {
	if d.Final {
		kept := saidOf(d)
		kept.Visibility, kept.Embargo, kept.Retain = v.Visibility, v.Embargo, v.Retain
		var f apperr.Fields
		for _, x := range []struct {
			name    string
			changed bool
		}{
			{"title", v.Title != kept.Title}, {"type", v.Type != kept.Type}, {"description", v.Description != kept.Description}, {"language", v.Language != kept.Language},
			{"date", v.Date != kept.Date}, {"authors", v.Authors != kept.Authors}, {"license", v.License != kept.License}, {"doi", v.DOI != kept.DOI},
			{"tags", !slices.Equal(v.Tags, kept.Tags)},
		} {
			f.Check(!x.changed, x.name, "documents.error.final")
		}
		if err := f.Err(); err != nil {
			return d, err
		}
	}
	details := Details{
		Type: v.Type, Title: v.Title, Description: v.Description, Visibility: v.Visibility, Language: v.Language, Date: v.Date, Authors: v.Authors,
		License: v.License, DOI: v.DOI, Tags: v.Tags, Embargo: v.Embargo, Retain: v.Retain,
	}
	return d.describe(details.normal(d.FileName))
}

func choicesOf[T ~string](t *Table, prefix string, values []T) (list []sheet.Choice) {
	for _, v := range values {
		list = append(list, sheet.Choice{Value: string(v), Words: []string{t.words["id"].T(prefix + string(v)), t.words["en"].T(prefix + string(v))}})
	}
	return list
}

func tagChoices() (list []sheet.Choice) {
	for _, g := range domain.Taxonomy().Groups() {
		list = append(list, sheet.Choice{Value: g.ID, Words: []string{g.Name.ID, g.Name.EN}})
	}
	return list
}

func (t *Table) read(r *sheet.Row) said {
	v := said{
		Title: r.Text("title"), Description: r.Text("description"), Date: domain.Date(r.Day("date")), Authors: r.Text("authors"), DOI: r.Text("doi"),
		Embargo: domain.Date(r.Day("embargo")), Retain: domain.Date(r.Day("retain")), Tags: []string{},
	}
	r.Need("title")
	r.Need("type")
	if typ, ok := r.Choice("type", choicesOf(t, "documents.type.", domain.DocumentTypes)); ok {
		v.Type = domain.DocumentType(typ)
	}
	v.Language, _ = r.Choice("language", choicesOf(t, "documents.language.", []string{"id", "en"}))
	v.License, _ = r.Choice("license", choicesOf(t, "documents.license.", Licenses))
	if who, ok := r.Choice("visibility", choicesOf(t, "documents.visibility.", visibilities)); ok {
		v.Visibility = domain.Visibility(who)
	}
	for _, line := range r.Lines("tags", "tag") {
		tag, ok := line.Choice("tag", tagChoices())
		if r.Took("tags", line); ok {
			v.Tags = append(v.Tags, tag)
		}
	}
	v.Tags = sorted(v.Tags)
	return v
}

// Columns of the table.
func (*Table) Columns() []sheet.Column { return tableColumns }

// Fill gives the rows that the importer may change.
func (t *Table) Fill(ctx context.Context, by domain.Importer, lang string, _ domain.RegionCode, yield func([]sheet.Cell) error) error {
	if by.Membership.Organization == "" {
		return t.Rows(ctx, by.Actor(), lang, nil, yield)
	}
	return t.Rows(ctx, by.Actor(), lang, map[string]string{"organization": string(by.Membership.Organization)}, yield)
}

// Rows gives what the page with this query shows to the actor, all pages of it; with nothing but an organisation all of
// its documents that the actor may read, those of its own page too.
func (t *Table) Rows(ctx context.Context, actor domain.Actor, lang string, query map[string]string, yield func([]sheet.Cell) error) error {
	region, err := domain.ParseRegionCode(query["region"])
	if err != nil && query["region"] != "" {
		return apperr.Wrap(err, apperr.BadRequest, "error.bad_request")
	}
	f := Filter{Text: query["q"], Type: domain.DocumentType(query["type"]), Region: region, Sort: query["sort"], Kind: query[byKind], Year: query[byYear], Language: query[byLanguage],
		Organization: domain.OrganizationID(query[byOrganization])}
	next := func(cursor string) ([]View, string, error) {
		f.Cursor = cursor
		return t.service.Library(ctx, actor, f)
	}
	if id := query[byOrganization]; f == (Filter{Organization: f.Organization}) && id != "" {
		next = func(cursor string) ([]View, string, error) {
			return t.service.visible(ctx, actor, store.Query{List: listOwner, Key: store.KeyOf(id), Cursor: cursor, Limit: 100})
		}
	}
	for cursor := ""; ; {
		views, more, err := next(cursor)
		if err != nil {
			return err
		}
		for _, v := range views {
			if v.Document.Status != Ready {
				continue
			}
			if err := yield(t.row(lang, v)); err != nil {
				return err
			}
		}
		if cursor = more; more == "" {
			return nil
		}
	}
}

func (t *Table) row(lang string, v View) []sheet.Cell {
	d, local := v.Document, t.words[lang]
	word := func(prefix, value string) sheet.Cell {
		if value == "" {
			return sheet.Cell{}
		}
		return sheet.OfText(local.T(prefix + value))
	}
	var tags []string
	for _, tag := range d.Tags {
		if g, ok := domain.Taxonomy().Group(tag); ok {
			tags = append(tags, sheet.Line(g.Name.In(lang)))
		}
	}
	cells := []sheet.Cell{
		sheet.OfText(d.Title), word("documents.type.", string(d.Type)), sheet.OfText(strings.TrimSpace(d.Description)), word("documents.language.", d.Language), sheet.OfDate(string(d.Date)),
		sheet.OfText(d.Authors), word("documents.license.", d.License), sheet.OfText(d.DOI), sheet.OfLines(tags), word("documents.visibility.", string(d.Visibility)),
		sheet.OfDate(string(d.Embargo)), sheet.OfDate(string(d.Retain)),
		sheet.OfText(v.Parent.Title), sheet.OfText(string(d.Region)), sheet.OfText(d.FileName), sheet.OfInt(d.Size), sheet.OfText(d.SHA256),
	}
	return t.Row(tableColumns, cells, string(v.ID), v.Version, false)
}
