package reviews

import (
	"context"
	"io"

	"gotong/modules/kit/sheet"
	"gotong/modules/kit/web"
)

// writeSheet writes the sheet as a table to reckon with: numbers as numbers, the words beside them in cells of their own,
// nothing where the reviews of a proposal are not open, and below it how equal points were ordered.
func (s *Service) writeSheet(ctx context.Context, b web.Base, sh Sheet, w io.Writer) error {
	names, err := s.proposers(ctx, sh)
	if err != nil {
		return err
	}
	out, err := sheet.NewWriter(sheet.XLSX, w, b.T("reviews.sheet.name"), b.Lang == "id")
	if err != nil {
		return err
	}
	head := []sheet.Heading{{Text: b.T("reviews.sheet.proposal"), Width: 40}, {Text: b.T("reviews.table.organization"), Width: 30}}
	for _, key := range []string{"rank", "remark", "points", "spread"} {
		head = append(head, sheet.Heading{Text: b.T("reviews.sheet." + key), Width: 14})
	}
	for _, c := range sh.Call.Rules.Criteria {
		head = append(head, sheet.Heading{Text: b.T("reviews.sheet.criterion", "name", c.label(b), "weight", c.Weight), Width: 18})
	}
	for _, key := range []string{"in", "wanted", "approve", "recused", "sought", "state"} {
		head = append(head, sheet.Heading{Text: b.T("reviews.sheet." + key), Width: 16})
	}
	if err := out.Head(head); err != nil {
		return err
	}
	for _, l := range sh.Lines {
		if err := out.Row(lineCells(b, sh, l, names[l.Proposal.Organization].Name)); err != nil {
			return err
		}
	}
	for _, text := range tieNotes(b, sh) {
		if err := out.Row([]sheet.Cell{sheet.OfText(text)}); err != nil {
			return err
		}
	}
	return out.Close()
}

func lineCells(b web.Base, sh Sheet, l Line, proposer string) []sheet.Cell {
	p, none := l.Proposal, sheet.Cell{}
	rank, points, spread, approve := none, sheet.OfText(b.T("reviews.sheet.closed")), none, none
	if l.Open {
		points, spread, approve = sheet.OfFloat(l.Points), sheet.OfFloat(l.Spread), sheet.OfInt(l.Approve)
	}
	if l.Rank > 0 {
		rank = sheet.OfInt(l.Rank)
	}
	row := []sheet.Cell{sheet.OfText(p.Title), sheet.OfText(proposer), rank, sheet.OfText(remark(b, l)), points, spread}
	for k := range sh.Call.Rules.Criteria {
		cell := none
		if l.Open && k < len(l.Criteria) {
			cell = sheet.OfFloat(l.Criteria[k])
		}
		row = append(row, cell)
	}
	return append(row, sheet.OfInt(l.In), sheet.OfInt(l.Wanted), approve, sheet.OfInt(l.Recused), sheet.OfInt(p.Sought), sheet.OfText(b.T("initiatives.state."+p.State)))
}
