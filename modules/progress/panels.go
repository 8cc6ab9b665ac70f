package progress

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

type panelFunc func(ctx context.Context, request domain.PanelRequest) (domain.Fragment, error)

// Load makes the panel.
func (f panelFunc) Load(ctx context.Context, request domain.PanelRequest) (domain.Fragment, error) {
	return f(ctx, request)
}

// shown is how many updates stand on an initiative's page.
const shown = 4

// InitiativePanel stands on a public initiative's page: milestones with their slips, the budget by line, the latest news,
// and the button to follow.
func (m *Module) InitiativePanel() domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		s, b := m.Service, r.Page
		i, err := s.initiatives.Initiative(ctx, r.Actor, domain.InitiativeID(r.Ref.ID))
		if err != nil || !i.Public {
			return domain.Fragment{}, err
		}
		doc, err := s.of(ctx, i)
		if err != nil {
			return domain.Fragment{}, err
		}
		page, err := s.updates.List(ctx, newest(i, shown))
		if err != nil {
			return domain.Fragment{}, err
		}
		path := "/initiatives/" + string(i.ID)
		pg := panelPage{Base: b}
		if doc.Version > 0 {
			pg.Tables = s.tables(b, doc.Body)
		}
		if rep := doc.Body.Report; rep != nil {
			pg.Facts = reportFacts(b, *rep)
		}
		var updates []Update
		for _, d := range page.Items {
			updates = append(updates, d.Body)
		}
		if pg.Updates, err = s.views(ctx, b, updates, nil); err != nil {
			return domain.Fragment{}, err
		}
		pg.Links = append(pg.Links, link{Label: b.T("progress.link.timeline"), Path: b.URL(path + "/timeline"), Plain: true})
		if Inside(r.Actor, i) {
			pg.Links = append(pg.Links, link{Label: b.T("progress.link.work"), Path: b.URL(path + "/work")})
		}
		if i.Ends && r.Actor.Has(i.Organization, domain.OrgOwner) {
			pg.Links = append(pg.Links, link{Label: b.T("progress.link.complete"), Path: b.URL(path + "/complete"), Plain: true})
		}
		if r.Actor.SignedIn() && !r.Actor.Auditor() {
			follows, err := s.Follows(ctx, r.Actor, i.ID)
			if err != nil {
				return domain.Fragment{}, err
			}
			a := web.NewAction(b, "progress.follow", path+"/follow")
			if follows {
				a = web.NewAction(b, "progress.unfollow", path+"/unfollow")
				pg.Links = append(pg.Links, link{Label: b.T("progress.following_title"), Path: b.URL("/following"), Plain: true})
			}
			a.Kind = "plain"
			pg.Actions = append(pg.Actions, a)
		}
		html, err := m.panel.Fragment(pg)
		return domain.Fragment{ID: "progress", Title: b.T("progress.panel"), HTML: html, Demo: i.Demo}, err
	})
}

func reportFacts(b web.Base, r Report) []web.Fact {
	facts := []web.Fact{{Label: b.T("progress.complete.outputs"), Value: r.Outputs}}
	for _, x := range []struct{ key, text string }{{"open", r.Open}, {"lessons", r.Lessons}, {"assets", r.Assets}} {
		if x.text != "" {
			facts = append(facts, web.Fact{Label: b.T("progress.complete." + x.key), Value: x.text})
		}
	}
	return facts
}
