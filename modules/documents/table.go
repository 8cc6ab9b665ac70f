package documents

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/sheet"
)

// Table gives the public library out as a spreadsheet: what there is, not the files.
type Table struct {
	Service *Service
	Bundle  *i18n.Bundle
}

// Columns of the table.
func (Table) Columns() []sheet.Column {
	return []sheet.Column{
		{Name: "id", Code: true, Width: 30}, {Name: "title", Width: 40}, {Name: "type", Width: 22}, {Name: "of", Width: 36}, {Name: "region", Code: true, Width: 16},
		{Name: "date"}, {Name: "language"}, {Name: "file", Width: 28}, {Name: "bytes"}, {Name: "sha256", Code: true, Width: 30},
	}
}

// Rows gives what the page with this query shows to the actor, all pages of it.
func (t Table) Rows(ctx context.Context, actor domain.Actor, lang string, query map[string]string, yield func([]sheet.Cell) error) error {
	region, err := domain.ParseRegionCode(query["region"])
	if err != nil && query["region"] != "" {
		return apperr.Wrap(err, apperr.BadRequest, "error.bad_request")
	}
	f := Filter{Text: query["q"], Type: domain.DocumentType(query["type"]), Region: region, Sort: query["sort"]}
	local := t.Bundle.Localizer(lang)
	for {
		views, next, err := t.Service.Library(ctx, actor, f)
		if err != nil {
			return err
		}
		for _, v := range views {
			d := v.Document
			err := yield([]sheet.Cell{
				sheet.OfText(string(v.ID)), sheet.OfText(d.Title), sheet.OfText(local.T("documents.type." + string(d.Type))), sheet.OfText(v.Parent.Title), sheet.OfText(string(d.Region)),
				sheet.OfDate(string(d.Date)), sheet.OfText(d.Language), sheet.OfText(d.FileName), sheet.OfInt(d.Size), sheet.OfText(d.SHA256),
			})
			if err != nil {
				return err
			}
		}
		if f.Cursor = next; next == "" {
			return nil
		}
	}
}
