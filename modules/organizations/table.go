package organizations

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/sheet"
)

// Table gives the public list of organisations out as a spreadsheet.
type Table struct{ Service *Service }

// Columns of the table.
func (Table) Columns() []sheet.Column {
	return []sheet.Column{
		{Name: "id", Code: true, Width: 30}, {Name: "name", Width: 40}, {Name: "type", Width: 24}, {Name: "sublevel", Width: 24},
		{Name: "region", Code: true, Width: 16}, {Name: "verified"}, {Name: "until"}, {Name: "website", Width: 28}, {Name: "about", Width: 50},
	}
}

// Rows gives what the page with this query shows, all pages of it.
func (t Table) Rows(ctx context.Context, _ domain.Actor, lang string, query map[string]string, yield func([]sheet.Cell) error) error {
	q := ListQuery{Text: query["q"], Region: domain.RegionCode(query["region"]), Type: query["type"], Sort: query["sort"], Limit: 100}
	for {
		found, err := t.Service.List(ctx, q)
		if err != nil {
			return err
		}
		for _, doc := range found.Items {
			o := doc.Body
			typ, _ := domain.Stakeholders().Type(o.Type)
			sub, _ := typ.Sublevel(o.Sublevel)
			verified, until := "", ""
			if o.InForce(t.Service.now()) {
				verified, until = string(domain.DateOf(o.VerifiedAt)), string(domain.DateOf(o.VerifiedUntil))
			}
			err := yield([]sheet.Cell{
				sheet.OfText(doc.ID), sheet.OfText(o.Name), sheet.OfText(typ.Name.In(lang)), sheet.OfText(sub.Name.In(lang)), sheet.OfText(string(o.Region)),
				sheet.OfDate(verified), sheet.OfDate(until), sheet.OfText(o.Website), sheet.OfText(o.About),
			})
			if err != nil {
				return err
			}
		}
		if q.Cursor = found.Next; q.Cursor == "" {
			return nil
		}
	}
}
