package organizations

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// deskPanel shows what waits for the actor: verifications for the secretariat, oldest first; what is missing and who
// wants to join for owners. Nothing waits: empty.
type deskPanel struct{ m *Module }

var _ domain.Panel = deskPanel{}

// deskLimit is how many verifications the desk shows at once.
const deskLimit = 20

// Load makes the part of the desk.
func (p deskPanel) Load(ctx context.Context, request domain.PanelRequest) (domain.Fragment, error) {
	b, actor, s := request.Page, request.Actor, p.m.Service
	fragment := domain.Fragment{ID: "organizations", Title: b.T("organizations.desk.title")}
	var page deskPage
	page.Base = b
	if actor.Secretariat() {
		pending, err := s.Pending(ctx, actor, deskLimit)
		if err != nil {
			return fragment, err
		}
		group := deskGroup{Title: b.T("organizations.desk.pending")}
		for _, doc := range pending {
			id := domain.OrganizationID(doc.ID)
			group.Items = append(group.Items, deskItem{Title: doc.Body.Name, Path: b.URL(pathOf(id) + "/verification"), Note: b.T("organizations.desk.waiting", "since", b.Local().Ago(s.now(), doc.Body.SubmittedAt))})
			fragment.Demo = fragment.Demo || doc.Body.Demo
		}
		page.add(group)
	}
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
