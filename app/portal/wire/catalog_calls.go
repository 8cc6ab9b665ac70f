package wire

import (
	"context"
	"strings"

	"gotong/modules/calls"
	"gotong/modules/catalog"
	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
)

// CatalogCalls are calls for proposals as the catalog finds and shows them.
type CatalogCalls struct{ *House }

// Kind implements catalog.Source.
func (CatalogCalls) Kind() string { return domain.KindCall }

// Collection implements catalog.Source.
func (CatalogCalls) Collection() string { return "calls" }

// Each implements catalog.Source.
func (w CatalogCalls) Each(ctx context.Context, fn func(catalog.Entry) error) error {
	return w.Calls.Service.Each(ctx, func(doc calls.Doc) error { return fn(callEntry(doc)) })
}

// Get implements catalog.Source.
func (w CatalogCalls) Get(ctx context.Context, id string) (catalog.Entry, error) {
	doc, err := w.Calls.Service.Get(ctx, domain.CallID(id))
	if err != nil {
		return catalog.Entry{}, err
	}
	return callEntry(doc), nil
}

func callEntry(doc calls.Doc) catalog.Entry {
	c := doc.Body
	e := catalog.Entry{
		ID: doc.ID, Title: c.Title, Text: strings.TrimSpace(c.Theme + "\n" + c.Summary + "\n" + c.SummaryEN + "\n" + c.Expected), Path: "/calls/" + doc.ID,
		Order: store.SortTime(c.OpenedAt), Public: c.Public(), Demo: c.Demo, Filters: map[string][]string{"status": {string(c.State())}},
	}
	for _, id := range c.Categories {
		e.Filters["category"] = append(e.Filters["category"], categoryPath(id)...)
		if e.Category == "" {
			e.Category = id
		}
	}
	for _, area := range c.Areas {
		e.Filters["region"] = append(e.Filters["region"], area.Path()...)
	}
	return e
}

// Open implements catalog.OpenCalls.
func (w CatalogCalls) Open(ctx context.Context, limit int) ([]catalog.CallCard, error) {
	page, err := w.Calls.Service.Public(ctx, calls.Filter{Status: calls.Open, Sort: "ending", Limit: limit})
	if err != nil {
		return nil, err
	}
	ids := make([]domain.OrganizationID, 0, len(page.Items))
	for _, doc := range page.Items {
		ids = append(ids, doc.Body.Organization)
	}
	briefs, err := w.House.Organizations.Service.Briefs(ctx, ids)
	if err != nil {
		return nil, err
	}
	var cards []catalog.CallCard
	now := w.Calls.Service.Now()
	for _, doc := range page.Items {
		c := doc.Body
		if c.StateAt(now) != calls.Open { // its deadline is over, the clock has not closed it yet
			continue
		}
		e := callEntry(doc)
		cards = append(cards, catalog.CallCard{
			Title: c.Title, Path: e.Path, By: briefs[c.Organization].Name, Category: e.Category, Place: CatalogPartners(w).areaNames(ctx, c.Areas),
			Deadline: i18n.Moment{At: c.Deadline, Zone: c.Zone.Location()}, Left: c.Deadline.Sub(now), Demo: c.Demo,
		})
	}
	return cards, nil
}

var (
	_ catalog.Source    = CatalogCalls{}
	_ catalog.OpenCalls = CatalogCalls{}
)
