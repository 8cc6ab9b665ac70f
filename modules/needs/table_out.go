package needs

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
)

// Fill implements the table of an import: a line for each village.
func (t *Table) Fill(ctx context.Context, by domain.Importer, _ string, within domain.RegionCode, yield func([]sheet.Cell) error) error {
	if within == "" {
		within = by.Membership.Village
	}
	return t.villages(ctx, within, yield)
}

func (t *Table) villages(ctx context.Context, code domain.RegionCode, yield func([]sheet.Cell) error) error {
	if code.Level() == domain.LevelVillage {
		places, err := t.regions.Places(ctx, []domain.RegionCode{code})
		if err != nil {
			return err
		}
		if place, ok := places[code]; ok {
			return yield(placeCells(place))
		}
		return nil
	}
	below, err := t.regions.Children(ctx, code)
	if err != nil {
		return err
	}
	for _, p := range below {
		if p.Code.Level() == domain.LevelVillage {
			err = yield(placeCells(p))
		} else {
			err = t.villages(ctx, p.Code, yield)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// Rows gives the public list, or all needs of an organisation that the actor belongs to, as a table.
func (t *Table) Rows(ctx context.Context, actor domain.Actor, lang string, query map[string]string, yield func([]sheet.Cell) error) error {
	region, err := domain.ParseRegionCode(query["region"])
	if err != nil && query["region"] != "" {
		return apperr.Wrap(err, apperr.BadRequest, "error.bad_request")
	}
	f := Filter{Q: query["q"], Region: region, Category: query["category"], Status: State(query["status"]), Sort: query["sort"], Limit: 100}
	next := func(cursor string) (store.Page[Need], error) {
		f.Cursor = cursor
		return t.service.Public(ctx, f)
	}
	if id := query["organization"]; id != "" {
		next = func(cursor string) (store.Page[Need], error) {
			return t.service.records.List(ctx, store.Query{List: listOwned, Key: store.KeyOf("o:"+id, query["status"]), Cursor: cursor, Limit: 100})
		}
	}
	return t.each(ctx, actor, lang, next, yield)
}

func (t *Table) each(ctx context.Context, actor domain.Actor, lang string, next func(cursor string) (store.Page[Need], error), yield func([]sheet.Cell) error) error {
	cursor := ""
	for {
		page, err := next(cursor)
		if err != nil {
			return err
		}
		var codes []domain.RegionCode
		for _, doc := range page.Items {
			codes = append(codes, doc.Body.Village)
		}
		places, err := t.regions.Places(ctx, codes)
		if err != nil {
			return err
		}
		for _, doc := range page.Items {
			if !CanView(actor, doc.Body) {
				continue
			}
			if err := yield(t.cells(lang, places[doc.Body.Village], doc.ID, doc.Version, doc.Body, CanReadAll(actor, doc.Body))); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}
