package matching

import (
	"context"
	"net/url"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// How many fitting and nearly fitting counterparts a panel shows.
const (
	shownFits = 5
	shownNear = 3
)

type panelFunc func(ctx context.Context, request domain.PanelRequest) (domain.Fragment, error)

// Load makes the panel.
func (f panelFunc) Load(ctx context.Context, request domain.PanelRequest) (domain.Fragment, error) {
	return f(ctx, request)
}

// NeedPanel shows which initiatives fit an open need, with reasons, and which nearly do.
func (m *Module) NeedPanel() domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		aside, err := m.aside(ctx, r, SideVillage)
		if err != nil {
			return domain.Fragment{}, err
		}
		without := make([]domain.InitiativeID, len(aside))
		for i, a := range aside {
			without[i] = a.Initiative
		}
		ranking, ok := m.Service.ForNeed(domain.NeedID(r.Ref.ID), shownFits, shownNear, without...)
		if !ok {
			return m.absent(r, "matching.panel.need")
		}
		page := panelPage{Base: r.Page, Lead: r.Page.T("matching.panel.need_lead", "count", ranking.All), Aside: asideRows(r.Page, aside)}
		district := m.district(ctx, r.Region)
		for _, match := range ranking.Fits {
			page.Fits = append(page.Fits, m.initiativeCard(r, match, district))
		}
		for _, match := range ranking.Near {
			page.Near = append(page.Near, m.initiativeCard(r, match, district))
		}
		return m.fragment(r, page, "matching.panel.need", "matching.panel.need_empty")
	})
}

// InitiativePanel shows which open needs an initiative fits best.
func (m *Module) InitiativePanel() domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		aside, err := m.aside(ctx, r, SidePartner)
		if err != nil {
			return domain.Fragment{}, err
		}
		without := make([]domain.NeedID, len(aside))
		for i, a := range aside {
			without[i] = a.Need
		}
		ranking, ok := m.Service.ForInitiative(domain.InitiativeID(r.Ref.ID), shownFits, shownNear, without...)
		if !ok {
			return m.absent(r, "matching.panel.initiative")
		}
		page := panelPage{Base: r.Page, Lead: r.Page.T("matching.panel.initiative_lead", "count", ranking.All), Aside: asideRows(r.Page, aside)}
		for _, match := range ranking.Fits {
			page.Fits = append(page.Fits, m.needCard(ctx, r, match))
		}
		for _, match := range ranking.Near {
			page.Near = append(page.Near, m.needCard(ctx, r, match))
		}
		return m.fragment(r, page, "matching.panel.initiative", "matching.panel.initiative_empty")
	})
}

// aside lists what the reader's own side put aside of the page's subject; nothing for others.
func (m *Module) aside(ctx context.Context, r domain.PanelRequest, side Side) ([]Refusal, error) {
	var own bool
	if side == SideVillage {
		_, own = r.Actor.VillageGovernment(r.Region, domain.OrgViewer)
	} else {
		organization, known := m.Service.index.organizationOf(domain.InitiativeID(r.Ref.ID))
		own = known && r.Actor.Has(organization, domain.OrgViewer)
	}
	if !own {
		return nil, nil
	}
	return m.Service.Aside(ctx, side, r.Ref.ID)
}

func asideRows(b web.Base, list []Refusal) []asideRow {
	rows := make([]asideRow, len(list))
	for i, r := range list {
		rows[i] = asideRowOf(b, r)
	}
	return rows
}

// absent is the panel of a thing that is not in the index: nothing, or that the index is still being built.
func (m *Module) absent(r domain.PanelRequest, title string) (domain.Fragment, error) {
	if m.Service.Ready() {
		return domain.Fragment{}, nil
	}
	return m.fragment(r, panelPage{Base: r.Page}, title, "matching.panel.building")
}

func (m *Module) fragment(r domain.PanelRequest, page panelPage, title, empty string) (domain.Fragment, error) {
	if len(page.Fits) == 0 {
		page.Lead = ""
		page.Empty = &web.Empty{Text: r.Page.T(empty)}
	}
	html, err := m.panel.Fragment(page)
	return domain.Fragment{ID: "matching", Title: r.Page.T(title), HTML: html, Demo: slices.ContainsFunc(append(page.Fits, page.Near...), func(c matchCard) bool { return c.Demo })}, err
}

// district names the district of a village as a sentence needs it: "Kec. Paloh"; its code where it is not known.
func (m *Module) district(ctx context.Context, village domain.RegionCode) string {
	code := village.At(domain.LevelDistrict)
	if place, err := m.Service.places.Place(ctx, code); err == nil {
		return domain.PlaceName(place)
	}
	return string(code)
}

func (m *Module) initiativeCard(r domain.PanelRequest, match Match, district string) matchCard {
	b := r.Page
	card := m.card(b, match, district)
	card.Title, card.Path, card.Meta = match.Initiative.Title, b.URL("/initiatives/"+string(match.Initiative.ID)), match.Initiative.OrganizationName
	card.Demo = match.Initiative.Demo
	card.Propose, card.Talk, card.Refuse = proposePath(r, match), talkPath(r, match), refusePath(r, match, SideVillage)
	return card
}

func (m *Module) needCard(ctx context.Context, r domain.PanelRequest, match Match) matchCard {
	b := r.Page
	card := m.card(b, match, m.district(ctx, match.Need.Village))
	card.Title, card.Path, card.Meta = match.Need.Title, b.URL("/needs/"+string(match.Need.ID)), string(match.Need.Village)
	if place, err := m.Service.places.Place(ctx, match.Need.Village); err == nil {
		card.Meta = domain.PlaceText(place)
	}
	card.Demo = match.Need.Demo
	card.Propose, card.Talk, card.Refuse = proposePath(r, match), talkPath(r, match), refusePath(r, match, SidePartner)
	return card
}

func (m *Module) card(b web.Base, match Match, district string) matchCard {
	if !match.Result.Fits() {
		return matchCard{Tag: web.Tag{Kind: "wait", Text: b.T("matching.near")}, If: wouldFit(b, match, district)}
	}
	return matchCard{Tag: tagOf(b, match.Result.Total), Parts: parts(b, m.Service.Weights(), match, district), Against: against(b, match)}
}

// proposePath is the address of the proposal's form for an owner of the initiative's organisation.
func proposePath(r domain.PanelRequest, match Match) string {
	if !match.Result.Fits() || !r.Actor.Has(match.Initiative.Organization, domain.OrgOwner) {
		return ""
	}
	return beginPath(r, match)
}

// talkPath is the address where the owner of the village's government begins a conversation with the initiative's.
func talkPath(r domain.PanelRequest, match Match) string {
	_, village := r.Actor.VillageGovernment(match.Need.Village, domain.OrgOwner)
	if !village || !match.Result.Fits() || r.Actor.Has(match.Initiative.Organization, domain.OrgViewer) {
		return ""
	}
	return beginPath(r, match)
}

func beginPath(r domain.PanelRequest, match Match) string {
	query := url.Values{"need": {string(match.Need.ID)}, "initiative": {string(match.Initiative.ID)}, "offer": {string(match.Offer.ID)}}
	return r.Page.URL("/commitments/new?" + query.Encode())
}
