package initiatives

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

// VillagePanel shows who works in a region: the public initiatives whose area lies in it or contains it.
func (m *Module) VillagePanel() domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		region := r.Region
		if region == "" {
			region = domain.RegionCode(r.Ref.ID)
		}
		found, err := m.Service.Public(ctx, Filter{Region: region, Limit: 6})
		if err != nil {
			return domain.Fragment{}, err
		}
		page := panelPage{Base: r.Page}
		if found.Next != "" || len(found.Items) > 6 {
			page.More = &link{Label: r.Page.T("initiatives.panel.all"), Path: r.Page.URL("/initiatives?region=" + string(region))}
		}
		return m.fragment(ctx, page, found.Items[:min(6, len(found.Items))], r.Page.T("initiatives.panel.village"))
	})
}

// OrganizationPanel shows an organisation's initiatives, those that the reader may see.
func (m *Module) OrganizationPanel() domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		docs, err := m.Service.OfOrganization(ctx, r.Actor, domain.OrganizationID(r.Ref.ID), "", 20)
		if err != nil || len(docs) == 0 {
			return domain.Fragment{}, err
		}
		return m.fragment(ctx, panelPage{Base: r.Page}, docs, r.Page.T("initiatives.panel.organization"))
	})
}

func (m *Module) fragment(ctx context.Context, page panelPage, docs []Doc, title string) (domain.Fragment, error) {
	cards, err := m.Service.cardsOf(ctx, page.Base, docs)
	if err != nil {
		return domain.Fragment{}, err
	}
	page.Cards = cards
	if len(cards) == 0 {
		page.Empty = &web.Empty{Text: page.T("initiatives.panel.none")}
	}
	html, err := m.cards.Fragment(page)
	return domain.Fragment{ID: "initiatives", Title: title, HTML: html, Demo: anyDemo(docs)}, err
}

// DeskPanel shows what waits for this person: reviews to write, decisions of the secretariat, revisions, publication,
// drafts.
func (m *Module) DeskPanel() domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		b, s := r.Page, m.Service
		page := deskPage{Base: b, Table: web.Table{
			Head: []string{b.T("initiatives.desk.initiative"), b.T("initiatives.desk.todo"), b.T("initiatives.desk.since")},
		}}
		seen, demo := map[string]bool{}, false
		add := func(docs []Doc, todo, path string) {
			for _, d := range docs {
				if seen[d.ID] {
					continue
				}
				seen[d.ID], demo = true, demo || d.Body.Demo
				since := d.Body.DraftedAt
				if n := len(d.Body.History); n > 0 {
					since = d.Body.History[n-1].At
				}
				page.Table.Rows = append(page.Table.Rows, web.Row{Cells: []web.Cell{
					{Text: d.Body.Title, Path: b.URL("/initiatives/" + d.ID + path)}, {Text: b.T("initiatives.todo." + todo)}, {Text: b.Local().Ago(s.clock.Now(), since), Note: b.Date(since)},
				}})
			}
		}
		if err := m.officeDesk(ctx, r.Actor, add); err != nil {
			return domain.Fragment{}, err
		}
		for _, ms := range editing(r.Actor) {
			for _, todo := range []struct {
				state State
				key   string
			}{{NeedsRevision, "revise"}, {Approved, "publish"}, {Draft, "draft"}} {
				docs, err := s.OfOrganization(ctx, r.Actor, ms.Organization, todo.state, 50)
				if err != nil {
					return domain.Fragment{}, err
				}
				slices.Reverse(docs) // oldest first
				add(docs, todo.key, "")
			}
		}
		if len(page.Table.Rows) == 0 {
			return domain.Fragment{}, nil
		}
		html, err := m.desk.Fragment(page)
		return domain.Fragment{ID: "initiatives", Title: b.T("initiatives.desk.title"), HTML: html, Demo: demo}, err
	})
}

// officeDesk adds what waits for a reviewer and for the secretariat.
func (m *Module) officeDesk(ctx context.Context, actor domain.Actor, add func(docs []Doc, todo, path string)) error {
	s := m.Service
	if actor.HasMandate(domain.MandateReviewer) {
		docs, err := s.waiting(ctx, UnderReview, 50, func(d Doc) (bool, error) {
			if !CanReview(actor, d.Body) {
				return false, nil
			}
			wrote, err := s.Reviewed(ctx, actor, d)
			return !wrote, err
		})
		if err != nil {
			return err
		}
		add(docs, "review", "/review")
	}
	if !actor.Secretariat() {
		return nil
	}
	docs, err := s.waiting(ctx, Submitted, 50, func(d Doc) (bool, error) { return CanDecide(actor, d.Body), nil })
	if err != nil {
		return err
	}
	add(docs, "begin", "")
	docs, err = s.waiting(ctx, UnderReview, 50, func(d Doc) (bool, error) {
		if !CanDecide(actor, d.Body) {
			return false, nil
		}
		n, err := s.countReviews(ctx, domain.InitiativeID(d.ID), d.Body.Round)
		return n >= ReviewsNeeded, err
	})
	if err != nil {
		return err
	}
	add(docs, "decide", "/decide")
	return nil
}

type resolver struct{ service *Service }

// Resolver tells other modules of initiatives.
func (m *Module) Resolver() domain.Resolver { return resolver{m.Service} }

// Kind is "initiative".
func (resolver) Kind() string { return domain.KindInitiative }

// Resolve gives an initiative that the actor may see, else NotFound. A reviewer without a tie reads what the parties
// read; partners become parties once they confirm.
func (r resolver) Resolve(ctx context.Context, actor domain.Actor, id string) (domain.Resolved, error) {
	doc, err := r.service.Show(ctx, actor, domain.InitiativeID(id))
	if err != nil {
		return domain.Resolved{}, err
	}
	i := doc.Body
	_, reviewer := reviewerOf(actor, i)
	ended := slices.Contains([]State{Rejected, Withdrawn, Cancelled, Archived}, i.State())
	out := domain.Resolved{
		Ref: ref(domain.InitiativeID(id)), Title: i.Title, Path: "/initiatives/" + id, Organization: i.Organization, Parties: []domain.OrganizationID{i.Organization},
		Public: i.Public(), MayAttach: actor.Has(i.Organization, domain.OrgEditor) && !ended && i.State() != UnderReview,
		ReadsParties: CanReadAll(actor, i) || reviewer && slices.Contains(inReview, i.State()), Demo: i.Demo,
	}
	if len(i.Areas) > 0 {
		out.Region = i.Areas[0]
	}
	return out, nil
}

var _ domain.Resolver = resolver{}
