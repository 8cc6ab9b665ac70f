package commitments

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

type panelPage struct {
	web.Base
	Lead  string
	Cards []web.Card
	Table *web.Table
}

type panelFunc func(ctx context.Context, request domain.PanelRequest) (domain.Fragment, error)

// Load makes the panel.
func (f panelFunc) Load(ctx context.Context, request domain.PanelRequest) (domain.Fragment, error) {
	return f(ctx, request)
}

// NeedPanel shows the commitments for a need: all to the parties, from the acceptance on to everyone.
func (m *Module) NeedPanel() domain.Panel {
	return m.listPanel(listNeed, "commitments.panel.need", false)
}

// InitiativePanel shows what was committed, delivered and confirmed of an initiative, in all and commitment by commitment.
func (m *Module) InitiativePanel() domain.Panel {
	return m.listPanel(listInitiative, "commitments.panel.initiative", true)
}

const panelLimit = 50

func (m *Module) listPanel(list, title string, sums bool) domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		limit := panelLimit
		if sums {
			limit = trackLimit
		}
		docs, err := m.Service.page(ctx, list, store.KeyOf(r.Ref.ID), limit)
		if err != nil {
			return domain.Fragment{}, err
		}
		page := panelPage{Base: r.Page, Cards: m.cards(r, docs[:min(len(docs), panelLimit)])}
		if sums {
			page.Table = trackTable(r.Page, trackOf(docs, domain.DateOf(m.Service.clock.Now())))
			if len(docs) == trackLimit {
				page.Lead = r.Page.T("commitments.track.lead_newest", "limit", trackLimit)
			}
		}
		if len(page.Cards) == 0 && page.Table == nil {
			return domain.Fragment{}, nil
		}
		html, err := m.panel.Fragment(page)
		return domain.Fragment{ID: "commitments", Title: r.Page.T(title), HTML: html, Demo: anyDemo(page.Cards)}, err
	})
}

// cards shows those that the reader may see.
func (m *Module) cards(r domain.PanelRequest, docs []store.Doc[Commitment]) []web.Card {
	b := r.Page
	var cards []web.Card
	for _, doc := range docs {
		c := doc.Body
		if !canSee(r.Actor, &c) {
			continue
		}
		tag := tagOf(b, c)
		card := web.Card{Tag: &tag, Title: cardTitle(b, c),
			Path: b.URL(pathOf(domain.CommitmentID(doc.ID))), Meta: c.NeedTitle + " · " + c.VillageName, Demo: c.Demo, DemoText: b.T("commitments.demo")}
		if c.Accepted() {
			cover := coverOf(b, c)
			card.Coverage = &cover
		}
		cards = append(cards, card)
	}
	return cards
}

func anyDemo(cards []web.Card) bool {
	return slices.ContainsFunc(cards, func(c web.Card) bool { return c.Demo })
}

// VillagePanel shows what was delivered in a village: live sums by category and unit, and the newest commitments.
func (m *Module) VillagePanel() domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		b, code := r.Page, domain.RegionCode(r.Ref.ID)
		if code.Level() != domain.LevelVillage {
			return domain.Fragment{}, nil
		}
		sums, err := m.Service.VillageLedger(ctx, code)
		if err != nil || len(sums) == 0 {
			return domain.Fragment{}, err
		}
		page := panelPage{Base: b, Lead: b.T("commitments.panel.village_lead"), Table: m.villageTable(b, sums)}
		docs, err := m.Service.page(ctx, listVillage, store.KeyOf(string(code)), 6)
		if err != nil {
			return domain.Fragment{}, err
		}
		page.Cards = m.cards(r, docs)
		html, err := m.panel.Fragment(page)
		return domain.Fragment{ID: "commitments", Title: b.T("commitments.panel.village"), HTML: html, Demo: anyDemo(page.Cards)}, err
	})
}

func (m *Module) villageTable(b web.Base, sums []VillageSum) *web.Table {
	t := &web.Table{Caption: b.T("commitments.panel.village_caption"), Numbers: []bool{false, true, true, true, true},
		Head: []string{b.T("commitments.fact.category"), b.T("commitments.sum.needed"), b.T("commitments.sum.committed"), b.T("commitments.sum.delivered"), b.T("commitments.sum.confirmed")}}
	for _, s := range sums {
		text := func(n int64) web.Cell { return web.Cell{Text: quantityText(b, n, s.Unit), Quiet: n == 0} }
		name := web.Cell{Text: domain.Taxonomy().CategoryName(s.Category, b.Lang)}
		if s.Demo {
			name.Note = b.T("commitments.demo")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{name, text(s.Ledger.Needed), text(s.Ledger.Committed), text(s.Ledger.Delivered), text(s.Ledger.Confirmed)}})
	}
	return t
}

// trackLimit is how many commitments an organisation's track record is computed from; with more it says so.
const trackLimit = 1000

// OrganizationPanel shows an organisation's track record by category, computed from its commitments: committed, delivered,
// confirmed, late. Never stars.
func (m *Module) OrganizationPanel() domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		b := r.Page
		docs, err := m.Service.page(ctx, listOrganization, store.KeyOf(r.Ref.ID), trackLimit)
		if err != nil {
			return domain.Fragment{}, err
		}
		table := trackTable(b, trackOf(docs, domain.DateOf(m.Service.clock.Now())))
		if table == nil {
			return domain.Fragment{}, nil
		}
		page := panelPage{Base: b, Lead: b.T("commitments.track.lead"), Table: table}
		if len(docs) == trackLimit {
			page.Lead = b.T("commitments.track.lead_newest", "limit", trackLimit)
		}
		page.Cards = m.cards(r, docs[:min(len(docs), 6)])
		html, err := m.panel.Fragment(page)
		return domain.Fragment{ID: "commitments", Title: b.T("commitments.track.title"), HTML: html, Demo: anyDemo(page.Cards)}, err
	})
}

type resolver struct{ service *Service }

// Resolver tells other modules of commitments.
func (m *Module) Resolver() domain.Resolver { return resolver{m.Service} }

// Kind is what the resolver answers for.
func (resolver) Kind() string { return domain.KindCommitment }

// Resolve gives title, address and parties. Owners and editors of both sides may attach documents.
func (r resolver) Resolve(ctx context.Context, actor domain.Actor, id string) (domain.Resolved, error) {
	c, full, err := r.service.Get(ctx, actor, domain.CommitmentID(id))
	if err != nil {
		return domain.Resolved{}, err
	}
	_, village := actor.VillageGovernment(c.Village, domain.OrgEditor)
	return domain.Resolved{
		Ref: domain.Ref{Kind: domain.KindCommitment, ID: id}, Title: c.NeedTitle + " · " + c.OrganizationName, Path: pathOf(domain.CommitmentID(id)),
		Region: c.Village, Organization: c.Organization, Parties: []domain.OrganizationID{c.Organization, c.VillageOrganization},
		Public:       c.Public(),
		MayAttach:    village || actor.Has(c.Organization, domain.OrgEditor) || actor.Has(c.VillageOrganization, domain.OrgEditor),
		ReadsParties: full, Demo: c.Demo,
	}, nil
}
