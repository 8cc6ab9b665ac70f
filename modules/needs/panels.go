package needs

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

type panelFunc func(ctx context.Context, request domain.PanelRequest) (domain.Fragment, error)

// Load makes the panel.
func (f panelFunc) Load(ctx context.Context, request domain.PanelRequest) (domain.Fragment, error) {
	return f(ctx, request)
}

// VillagePanel shows a region's needs on its page: all that the reader may see of a village, the newest public ones of
// a larger region.
func (m *Module) VillagePanel() domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		region := r.Region
		if region == "" {
			region = domain.RegionCode(r.Ref.ID)
		}
		b := r.Page
		page := panelPage{Base: b, More: &link{Label: b.T("needs.panel.all"), Path: b.URL("/needs?region=" + string(region))}}
		var docs []Doc
		if region.Level() == domain.LevelVillage {
			all, err := m.Service.OfVillage(ctx, r.Actor, region, "", 20)
			if err != nil {
				return domain.Fragment{}, err
			}
			docs = all
		} else {
			found, err := m.Service.Public(ctx, Filter{Region: region, Limit: 6})
			if err != nil {
				return domain.Fragment{}, err
			}
			docs = found.Items
		}
		return m.fragment(ctx, page, docs, b.T("needs.panel.village"))
	})
}

// OrganizationPanel shows what an organisation declared.
func (m *Module) OrganizationPanel() domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		docs, err := m.Service.OfOrganization(ctx, r.Actor, domain.OrganizationID(r.Ref.ID), "", 20)
		if err != nil || len(docs) == 0 {
			return domain.Fragment{}, err
		}
		return m.fragment(ctx, panelPage{Base: r.Page}, docs, r.Page.T("needs.panel.organization"))
	})
}

func (m *Module) fragment(ctx context.Context, page panelPage, docs []Doc, title string) (domain.Fragment, error) {
	cards, err := m.Service.cardsOf(ctx, page.Base, docs)
	if err != nil {
		return domain.Fragment{}, err
	}
	page.Cards = cards
	if len(cards) == 0 {
		page.More, page.Empty = nil, &web.Empty{Text: page.T("needs.panel.none")}
	}
	html, err := m.cards.Fragment(page)
	return domain.Fragment{ID: "needs", Title: title, HTML: html, Demo: anyDemo(docs)}, err
}

// DeskPanel shows beside the queues what a person was reminded of, once, by the clock, and for verifiers the ways to pass
// many needs at once and to take that back.
func (m *Module) DeskPanel() domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		b, s := r.Page, m.Service
		page := deskPage{Base: b, Table: web.Table{
			Head: []string{b.T("needs.desk.need"), b.T("needs.desk.todo"), b.T("needs.desk.since")},
		}}
		waiting, err := s.Waiting(ctx, r.Actor, 2)
		if err != nil {
			return domain.Fragment{}, err
		}
		if len(waiting) > 1 {
			page.Links = append(page.Links, link{Label: b.T("needs.many_link"), Path: b.URL("/needs/verification")})
		}
		if set, undoable, err := s.LastSet(ctx, r.Actor); err != nil {
			return domain.Fragment{}, err
		} else if undoable {
			page.Links = append(page.Links, link{Label: b.T("needs.set_link"), Path: b.URL("/needs/verification/" + set.ID), Plain: true})
		}
		seen, demo := map[string]bool{}, false
		for _, ms := range CanDeclare(r.Actor) {
			owners := []string{"o:" + string(ms.Organization)}
			if ms.Village != "" {
				owners = append(owners, "v:"+string(ms.Village))
			}
			for _, owner := range owners {
				docs, err := s.soon(ctx, owner, 50)
				if err != nil {
					return domain.Fragment{}, err
				}
				for _, d := range docs {
					if seen[d.ID] {
						continue
					}
					seen[d.ID], demo = true, demo || d.Body.Demo
					todo, since := "needs.todo.expires", since(d.Body)
					if d.Body.State() == NeedsCorrection {
						todo = "needs.todo.lapses"
					}
					page.Table.Rows = append(page.Table.Rows, web.Row{Cells: []web.Cell{
						{Text: d.Body.Title, Path: b.URL("/needs/" + d.ID), Note: s.placeText(ctx, d.Body.Village)},
						{Text: b.T(todo, "date", b.Date(d.Body.Deadline().Time()))}, {Text: b.Local().Ago(s.clock.Now(), since), Note: b.Date(since)},
					}})
				}
			}
		}
		if len(page.Table.Rows) == 0 && len(page.Links) == 0 {
			return domain.Fragment{}, nil
		}
		html, err := m.desk.Fragment(page)
		return domain.Fragment{ID: "needs", Title: b.T("needs.desk.title"), HTML: html, Demo: demo}, err
	})
}

type resolver struct{ service *Service }

// Resolver tells other modules of needs.
func (m *Module) Resolver() domain.Resolver { return resolver{m.Service} }

// Kind is "need".
func (resolver) Kind() string { return domain.KindNeed }

// Resolve gives a need that the actor may see, else NotFound. An area's verifier reads what the parties read.
func (r resolver) Resolve(ctx context.Context, actor domain.Actor, id string) (domain.Resolved, error) {
	doc, err := r.service.Show(ctx, actor, domain.NeedID(id))
	if err != nil {
		return domain.Resolved{}, err
	}
	n := doc.Body
	parties := n.Participants()
	// Of the village's government it is enough to know whether the actor is of it, which needs no look-up.
	if m, ok := actor.VillageGovernment(n.Village, domain.OrgViewer); ok && !slices.Contains(parties, m.Organization) && (!n.OnBehalf || wasSubmitted(n)) {
		parties = append(parties, m.Organization)
	}
	return domain.Resolved{
		Ref: domain.Ref{Kind: domain.KindNeed, ID: id}, Title: n.Title, Path: "/needs/" + id, Region: n.Village, Organization: n.Organization,
		Parties: parties, Public: n.Public(), MayAttach: mayAttach(actor, n), ReadsParties: CanReadAll(actor, n), Demo: n.Demo,
	}, nil
}

var _ domain.Resolver = resolver{}
