package commitments

import (
	"cmp"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// track is what became of an organisation's commitments in one category and unit. Only what a village accepted counts;
// confirmed is what the village itself confirmed. Late are the open commitments past their promised end, and what of
// them is not delivered yet.
type track struct {
	category                               domain.CategoryID
	unit                                   domain.UnitID
	count, committed, delivered, confirmed int64
	lateCount, late                        int64
}

// trackOf adds up commitments by category and unit; units are never mixed.
func trackOf(docs []store.Doc[Commitment], today domain.Date) []track {
	type key struct {
		category domain.CategoryID
		unit     domain.UnitID
	}
	sums := map[key]*track{}
	for _, doc := range docs {
		c := doc.Body
		if !c.Accepted() {
			continue
		}
		k := key{c.Category, c.Unit}
		t := sums[k]
		if t == nil {
			t = &track{category: c.Category, unit: c.Unit}
			sums[k] = t
		}
		t.count++
		t.committed += c.Kept()
		t.delivered += c.Delivered()
		t.confirmed += c.Confirmed()
		if c.Late(today) {
			t.lateCount++
			t.late += c.Quantity - c.Delivered()
		}
	}
	rows := make([]track, 0, len(sums))
	for _, t := range sums {
		rows = append(rows, *t)
	}
	slices.SortFunc(rows, func(a, b track) int {
		return cmp.Or(cmp.Compare(a.category, b.category), cmp.Compare(a.unit, b.unit))
	})
	return rows
}

// trackTable shows the record; nil where nothing was accepted yet.
func trackTable(b web.Base, rows []track) *web.Table {
	if len(rows) == 0 {
		return nil
	}
	table := &web.Table{Caption: b.T("commitments.track.caption"), Numbers: []bool{false, true, true, true, true, true},
		Head: []string{b.T("commitments.fact.category"), b.T("commitments.track.count"), b.T("commitments.sum.committed"), b.T("commitments.sum.delivered"), b.T("commitments.sum.confirmed"), b.T("commitments.track.late")}}
	for _, t := range rows {
		text := func(n int64) web.Cell { return web.Cell{Text: quantityText(b, n, t.unit), Quiet: n == 0} }
		late := text(t.late)
		if t.lateCount > 0 {
			late.Note = b.T("commitments.track.late_count", "count", t.lateCount)
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{{Text: domain.Taxonomy().CategoryName(t.category, b.Lang)},
			{Text: b.Number(t.count)}, text(t.committed), text(t.delivered), text(t.confirmed), late}})
	}
	return table
}
