package reviews

import (
	"context"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// sheetTable lays the sheet out: a row for each proposal, a column for each criterion.
func (s *Service) sheetTable(ctx context.Context, b web.Base, sh Sheet) (web.Table, error) {
	t := web.Table{Caption: b.T("reviews.sheet.caption"), Head: []string{b.T("reviews.sheet.proposal"), b.T("reviews.sheet.rank"), b.T("reviews.sheet.points"), b.T("reviews.sheet.spread")}, Numbers: []bool{false, true, true, true}}
	for _, c := range sh.Call.Rules.Criteria {
		t.Head = append(t.Head, b.T("reviews.sheet.criterion", "name", c.label(b), "weight", c.Weight))
		t.Numbers = append(t.Numbers, true)
	}
	t.Head = append(t.Head, b.T("reviews.sheet.reviews"), b.T("reviews.sheet.sought"), b.T("reviews.sheet.state"))
	t.Numbers = append(t.Numbers, true, true)
	names, err := s.proposers(ctx, sh)
	if err != nil {
		return t, err
	}
	decimal := func(f float64) string { return b.Local().Decimal(f, 1) }
	for _, l := range sh.Lines {
		p := l.Proposal
		row := []web.Cell{{Text: p.Title, Note: names[p.Organization].Name, Path: b.URL("/initiatives/" + string(p.ID) + "/panel")}}
		if !l.Open && l.Wanted == 0 || p.State == Submitted {
			row[0].Path = b.URL("/initiatives/" + string(p.ID))
		}
		rank, points, spread := web.Cell{Text: "–", Quiet: true}, web.Cell{Text: b.T("reviews.sheet.closed"), Quiet: true}, web.Cell{Text: "–", Quiet: true}
		if l.Open {
			points, spread = web.Cell{Text: decimal(l.Points)}, web.Cell{Text: decimal(l.Spread)}
		}
		if l.Rank > 0 {
			rank = web.Cell{Text: b.Number(l.Rank)}
		}
		rank.Note = remark(b, l)
		row = append(row, rank, points, spread)
		for k := range sh.Call.Rules.Criteria {
			cell := web.Cell{Text: "–", Quiet: true}
			if l.Open && k < len(l.Criteria) {
				cell = web.Cell{Text: decimal(l.Criteria[k])}
			}
			row = append(row, cell)
		}
		in := web.Cell{Text: b.T("reviews.in", "n", l.In, "wanted", l.Wanted)}
		if l.Recused > 0 {
			in.Note = b.T("reviews.recusals", "count", l.Recused)
		}
		row = append(row, in, web.Cell{Text: b.Rupiah(p.Sought)}, web.Cell{Text: b.T("initiatives.state." + p.State)})
		t.Rows = append(t.Rows, web.Row{Cells: row})
	}
	return t, nil
}

// proposers are the organisations whose proposals stand on the sheet.
func (s *Service) proposers(ctx context.Context, sh Sheet) (map[domain.OrganizationID]domain.OrganizationBrief, error) {
	var ids []domain.OrganizationID
	for _, l := range sh.Lines {
		ids = append(ids, l.Proposal.Organization)
	}
	return s.organizations.Briefs(ctx, ids)
}

// remark says why a line has no rank, or shares it.
func remark(b web.Base, l Line) string {
	if len(l.Below) > 0 {
		var list []string
		for _, c := range l.Below {
			list = append(list, c.label(b))
		}
		return b.T("reviews.sheet.below", "criteria", strings.Join(list, ", "))
	}
	if l.Equal {
		return b.T("reviews.sheet.equal")
	}
	return ""
}

// tieNotes say how equal points were ordered.
func tieNotes(b web.Base, sh Sheet) (notes []string) {
	decimal := func(f float64) string { return b.Local().Decimal(f, 1) }
	for n, l := range sh.Lines {
		switch {
		case l.Equal:
			notes = append(notes, b.T("reviews.sheet.equal_note", "title", l.Proposal.Title, "above", sh.Lines[n-1].Proposal.Title, "points", decimal(l.Points)))
		case l.TieBreak > 0:
			c := sh.Call.Rules.Criteria[l.TieBreak-1]
			notes = append(notes, b.T("reviews.sheet.tie_note", "title", l.Proposal.Title, "above", sh.Lines[n-1].Proposal.Title, "points", decimal(l.Points), "criterion", c.label(b),
				"had", decimal(l.Preferred), "has", decimal(l.Criteria[l.TieBreak-1])))
		}
	}
	return notes
}
