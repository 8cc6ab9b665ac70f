package initiatives

import (
	"context"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/sheet"
)

// Table gives the public list of initiatives out as a spreadsheet, a row for each offer.
type Table struct {
	Service *Service
	Bundle  *i18n.Bundle
}

// Columns of the table.
func (Table) Columns() []sheet.Column {
	return []sheet.Column{
		{Name: "id", Code: true, Width: 30}, {Name: "title", Width: 40}, {Name: "state", Width: 22}, {Name: "organization", Code: true, Width: 30}, {Name: "areas", Code: true, Width: 24},
		{Name: "from"}, {Name: "until"}, {Name: "category", Width: 28}, {Name: "quantity"}, {Name: "unit"}, {Name: "summary", Width: 50},
	}
}

// Rows gives what the page with this query shows, all pages of it.
func (t Table) Rows(ctx context.Context, _ domain.Actor, lang string, query map[string]string, yield func([]sheet.Cell) error) error {
	region, err := domain.ParseRegionCode(query["region"])
	if err != nil && query["region"] != "" {
		return apperr.Wrap(err, apperr.BadRequest, "error.bad_request")
	}
	f := Filter{Q: query["q"], Region: region, Category: query["category"], Status: State(query["status"]), Sort: query["sort"], Limit: 100}
	local := t.Bundle.Localizer(lang)
	for {
		page, err := t.Service.Public(ctx, f)
		if err != nil {
			return err
		}
		for _, doc := range page.Items {
			n := doc.Body
			var areas []string
			for _, a := range n.Areas {
				areas = append(areas, string(a))
			}
			head := []sheet.Cell{
				sheet.OfText(doc.ID), sheet.OfText(n.Title), sheet.OfText(local.T("initiatives.state." + string(n.State()))), sheet.OfText(string(n.Organization)),
				sheet.OfText(strings.Join(areas, " ")), sheet.OfDate(string(n.From)), sheet.OfDate(string(n.Until)),
			}
			offers := n.Offers
			if len(offers) == 0 {
				offers = []Offer{{}}
			}
			for _, o := range offers {
				unit, _ := domain.Taxonomy().Unit(o.Unit)
				category := sheet.Cell{}
				if o.Category != "" {
					category = sheet.OfText(domain.Taxonomy().CategoryName(o.Category, lang))
				}
				row := append(append([]sheet.Cell(nil), head...), category, sheet.OfInt(o.Quantity), sheet.OfText(unit.Name.In(lang)), sheet.OfText(n.Summary))
				if err := yield(row); err != nil {
					return err
				}
			}
		}
		if f.Cursor = page.Next; f.Cursor == "" {
			return nil
		}
	}
}
