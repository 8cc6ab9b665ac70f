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
		if err != nil {
			return domain.Fragment{}, err
		}
		page := panelPage{Base: r.Page}
		to := domain.OrganizationID(r.Ref.ID)
		if _, own := r.Actor.Membership(to); !own && MayInvite(r.Actor) {
			if _, err := m.Service.invitee(ctx, to); err == nil {
				page.More = &link{Label: r.Page.T("initiatives.invite"), Path: r.Page.URL("/initiatives/invite?to=" + string(to))}
			}
		}
		if len(docs) == 0 && page.More == nil {
			return domain.Fragment{}, nil
		}
		return m.fragment(ctx, page, docs, r.Page.T("initiatives.panel.organization"))
	})
}

// CallPanel shows the initiatives that answer a call, those that the reader may see.
func (m *Module) CallPanel() domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		docs, err := m.Service.OfCall(ctx, r.Actor, domain.CallID(r.Ref.ID), 50)
		if err != nil || len(docs) == 0 {
			return domain.Fragment{}, err
		}
		return m.fragment(ctx, panelPage{Base: r.Page}, docs, r.Page.T("initiatives.panel.call"))
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

// mayAttach tells whether the actor adds documents: an editor of the lead, and of partners that confirmed while it runs.
func mayAttach(a domain.Actor, i Initiative) bool {
	partner := func(id domain.OrganizationID) bool { return a.Has(id, domain.OrgEditor) }
	return a.Has(i.Organization, domain.OrgEditor) || i.Works() && slices.ContainsFunc(i.Confirmed(), partner)
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
	reviewer, anonymous := false, false
	if slices.Contains(inReview, i.State()) {
		if reviewer, anonymous, err = r.service.seated(ctx, actor, doc); err != nil {
			return domain.Resolved{}, err
		}
	}
	ended := slices.Contains([]State{Rejected, Withdrawn, Cancelled, Archived}, i.State())
	out := domain.Resolved{
		Ref: ref(domain.InitiativeID(id)), Title: i.Title, Path: "/initiatives/" + id, Organization: i.Organization, Parties: []domain.OrganizationID{i.Organization},
		Public: i.Public(), MayAttach: mayAttach(actor, i) && !ended && i.State() != UnderReview,
		ReadsParties: CanReadAll(actor, i) || reviewer && !anonymous, Demo: i.Demo,
	}
	for _, p := range i.Partners {
		if p.Status == PartnerConfirmed {
			out.Parties = append(out.Parties, p.Organization)
		}
	}
	if len(i.Areas) > 0 {
		out.Region = i.Areas[0]
	}
	return out, nil
}

var _ domain.Resolver = resolver{}
