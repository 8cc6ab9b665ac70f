package organizations

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// deskPanel shows owners what their organisations miss and who wants to join. Nothing waits: empty.
type deskPanel struct{ m *Module }

var _ domain.Panel = deskPanel{}

// Load makes the part of the desk.
func (p deskPanel) Load(ctx context.Context, request domain.PanelRequest) (domain.Fragment, error) {
	b, actor := request.Page, request.Actor
	fragment := domain.Fragment{ID: "organizations", Title: b.T("organizations.desk.title")}
	var page deskPage
	page.Base = b
	mine, err := p.mine(ctx, b, actor)
	if err != nil {
		return fragment, err
	}
	page.add(mine)
	if len(page.Groups) == 0 {
		return fragment, nil
	}
	fragment.HTML, err = p.m.desk.Fragment(page)
	return fragment, err
}

func (p *deskPage) add(g deskGroup) {
	if len(g.Items) > 0 {
		p.Groups = append(p.Groups, g)
	}
}

// mine tells what the actor's own organisations wait for.
func (p deskPanel) mine(ctx context.Context, b web.Base, actor domain.Actor) (deskGroup, error) {
	s := p.m.Service
	group := deskGroup{Title: b.T("organizations.desk.own")}
	for _, membership := range actor.Memberships {
		if !MayManage(actor, membership.Organization) {
			doc, err := s.get(ctx, actor, membership.Organization)
			if err != nil {
				return group, err
			}
			if h := doc.Body.Handover; h.open(s.now()) && h.To == actor.Account {
				group.Items = append(group.Items, deskItem{Title: doc.Body.Name, Path: b.URL(pathOf(membership.Organization) + "/members#handover"), Note: b.T("organizations.desk.handover")})
			}
			continue
		}
		doc, err := s.get(ctx, actor, membership.Organization)
		if err != nil {
			return group, err
		}
		o, now, path := doc.Body, s.now(), pathOf(membership.Organization)
		if state := o.StateAt(now); state != StatePending && !o.InForce(now) {
			group.Items = append(group.Items, deskItem{Title: o.Name, Path: b.URL(path + "/verification"), Note: b.T("organizations.notice." + string(state))})
		} else if state == StateVerified && o.VerifiedUntil.Sub(now) <= renewWithin {
			group.Items = append(group.Items, deskItem{Title: o.Name, Path: b.URL(path + "/verification"), Note: b.T("organizations.desk.renew", "date", o.VerifiedUntil)})
		}
		group.Items = append(group.Items, paperItems(b, o, now, path)...)
		requests, err := s.JoinRequests(ctx, actor, membership.Organization)
		if err != nil {
			return group, err
		}
		if len(requests) > 0 {
			group.Items = append(group.Items, deskItem{Title: o.Name, Path: b.URL(path + "/members"), Note: b.T("organizations.desk.requests", "count", len(requests))})
		}
	}
	return group, nil
}

// paperItems points out papers that lapse within sixty days or have lapsed.
func paperItems(b web.Base, o Organization, now time.Time, path string) []deskItem {
	if !o.InForce(now) {
		return nil // what is missing is told with the state
	}
	var items []deskItem
	for _, p := range o.Papers {
		paper, _ := o.lists().Known(p.Paper)
		var key string
		switch {
		case !p.Current(now):
			key = "organizations.desk.paper_lapsed"
		case due(p.Expires, domain.DateOf(now)) > 0:
			key = "organizations.desk.paper_ends"
		default:
			continue
		}
		items = append(items, deskItem{Title: o.Name, Path: b.URL(path + "/verification"), Note: b.T(key, "paper", paper.Name.In(b.Lang), "date", p.Expires.Time())})
	}
	return items
}
