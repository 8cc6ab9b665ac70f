package initiatives

import (
	"context"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

type readingPage struct {
	web.Base
	Readings []reading
	Facts    []web.Fact
	Tables   []web.Table
	Changes  []web.Difference
	Note     string
}

// ProposalPanel shows a whole proposal on the pages of its review, which let in whom it is for. Nameless, it leaves out
// who proposes it and with whom.
func (m *Module) ProposalPanel(nameless bool) domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		doc, err := m.Service.Get(ctx, domain.InitiativeID(r.Ref.ID))
		if err != nil {
			return domain.Fragment{}, err
		}
		i, b := doc.Body, r.Page
		if nameless {
			i.Organization, i.Partners = "", nil
		}
		names, err := m.Service.organizationsOf(ctx, i)
		if err != nil {
			return domain.Fragment{}, err
		}
		page := readingPage{Base: b, Facts: m.Service.factsOf(ctx, b, i, names), Tables: m.Service.tablesOf(ctx, b, i, nil)}
		page.Readings = append([]reading{{ID: "summary", Title: b.T("initiatives.fact.summary"), Text: i.summaryIn(b.Lang)}}, readingsOf(b, i.Content)...)
		html, err := m.reading.Fragment(page)
		return domain.Fragment{ID: "proposal", Title: b.T("initiatives.proposal"), HTML: html, Demo: i.Demo}, err
	})
}

// ChangesPanel shows on the pages of a review what the latest submission changed against the one before; nothing for a
// first one. Nameless, it leaves out with whom.
func (m *Module) ChangesPanel(nameless bool) domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		doc, err := m.Service.Get(ctx, domain.InitiativeID(r.Ref.ID))
		if err != nil || doc.Body.Round < 2 {
			return domain.Fragment{}, err
		}
		page := readingPage{Base: r.Page}
		if page.Changes, err = m.Service.changes(ctx, r.Page, doc.ID, doc.Body.Round, nameless); err != nil {
			return domain.Fragment{}, err
		}
		if len(page.Changes) == 0 {
			page.Note = r.Page.T("initiatives.changes_none")
		}
		html, err := m.reading.Fragment(page)
		return domain.Fragment{ID: "changes", Title: r.Page.T("initiatives.changes_between", "from", doc.Body.Round-1, "to", doc.Body.Round), HTML: html, Demo: doc.Body.Demo}, err
	})
}

// changes compares the frozen version of a round with the one before, field by field and word by word.
func (s *Service) changes(ctx context.Context, b web.Base, id string, round int64, nameless bool) ([]web.Difference, error) {
	versions, err := s.versions.GetMany(ctx, []string{versionID(id, round-1), versionID(id, round)})
	if err != nil {
		return nil, err
	}
	before, had := versions[versionID(id, round-1)]
	after, has := versions[versionID(id, round)]
	if !had || !has {
		return nil, nil // it was planted without its submissions
	}
	x, y := before.Body.Content, after.Body.Content
	if nameless {
		x.Partners, y.Partners = nil, nil
	}
	return s.differences(ctx, b, x, y), nil
}

func (s *Service) differences(ctx context.Context, b web.Base, x, y Content) []web.Difference {
	var d web.Differences
	add := func(key string, text func(Content) string) { d.Add(b.T("initiatives.fact."+key), text(x), text(y)) }
	add("title", func(c Content) string { return c.Title })
	add("summary", func(c Content) string { return c.Summary })
	add("summary_en", func(c Content) string { return c.SummaryEN })
	add("problem", func(c Content) string { return c.Problem })
	add("goals", func(c Content) string { return c.Goals })
	add("areas", func(c Content) string { return s.areasText(ctx, c.Areas) })
	add("target_group", func(c Content) string { return c.TargetGroup })
	add("target_number", func(c Content) string { return b.Number(c.TargetNumber) })
	add("period", func(c Content) string { return period(b, c.From, c.Until) })
	add("risks", func(c Content) string { return c.Risks })
	add("sustainability", func(c Content) string { return c.Sustainability })
	before, after := s.tablesOf(ctx, b, Initiative{Content: x}, nil), s.tablesOf(ctx, b, Initiative{Content: y}, nil)
	for _, caption := range captionsOf(before, after) {
		d.Add(caption, rowsText(before, caption), rowsText(after, caption))
	}
	return d.List
}

func captionsOf(lists ...[]web.Table) (out []string) {
	for _, tables := range lists {
		for _, t := range tables {
			if !slices.Contains(out, t.Caption) {
				out = append(out, t.Caption)
			}
		}
	}
	return out
}

// rowsText writes a table's rows as one text, so that a difference shows which words of which row changed.
func rowsText(tables []web.Table, caption string) string {
	var lines []string
	for _, t := range tables {
		if t.Caption != caption {
			continue
		}
		for _, row := range t.Rows {
			var cells []string
			for _, c := range row.Cells {
				if text := strings.TrimSpace(c.Text + " " + c.Note); text != "" && !c.Quiet {
					cells = append(cells, text)
				}
			}
			lines = append(lines, strings.Join(cells, " · "))
		}
	}
	return strings.Join(lines, " ; ")
}
