package reviews

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

// InitiativePanel stands on an initiative's page: for who leads the review how far it is, for a reviewer the way to the
// own review, for the proposer what the reviewers wrote, once it is decided. Nothing for everybody else.
func (m *Module) InitiativePanel() domain.Panel {
	return panelFunc(func(ctx context.Context, r domain.PanelRequest) (domain.Fragment, error) {
		if !r.Actor.SignedIn() {
			return domain.Fragment{}, nil
		}
		s := m.Service
		p, err := s.proposals.Proposal(ctx, domain.InitiativeID(r.Ref.ID))
		if err != nil || p.Round == 0 {
			return domain.Fragment{}, err
		}
		pg := panelPage{Base: r.Page}
		path := "/initiatives/" + string(p.ID)
		doc, err := s.of(ctx, p)
		if err != nil && !isAbsent(err) {
			return domain.Fragment{}, err
		}
		checked, tied := err == nil, tiedByPlace(r.Actor, p)
		process := doc.Body
		if process.Recused(r.Actor.Account) {
			return domain.Fragment{}, nil
		}
		leads := !tied && (steers(r.Actor, p) || r.Actor.Auditor())
		seat, seated := process.Seat(r.Actor.Account)
		if leads && !seated && p.State == Submitted && r.Actor.Secretariat() {
			pg.Links = append(pg.Links, link{Label: r.Page.T("reviews.link.check"), Path: r.Page.URL(path + "/check")})
		}
		if p.State == Rejected && !p.Appealed && r.Actor.Has(p.Organization, domain.OrgOwner) {
			pg.Links = append(pg.Links, link{Label: r.Page.T("reviews.link.appeal"), Path: r.Page.URL(path + "/appeal"), Plain: true})
		}
		if p.Appeal != "" && leads && r.Actor.Secretariat() && p.DecidedBy != r.Actor.Account {
			pg.Links = append(pg.Links, link{Label: r.Page.T("reviews.link.answer"), Path: r.Page.URL(path + "/appeal/answer")})
		}
		if checked {
			if err := m.fill(ctx, &pg, r, p, process, seat, seated, leads); err != nil {
				return domain.Fragment{}, err
			}
		}
		if len(pg.Facts)+len(pg.Links)+len(pg.Reviews) == 0 {
			return domain.Fragment{}, nil
		}
		html, err := m.panel.Fragment(pg)
		return domain.Fragment{ID: "review", Title: r.Page.T("reviews.panel"), HTML: html, Demo: p.Demo}, err
	})
}

func (m *Module) fill(ctx context.Context, pg *panelPage, r domain.PanelRequest, p Proposal, process Process, seat Seat, seated, leads bool) error {
	s, path := m.Service, "/initiatives/"+string(p.ID)
	in, err := s.in(ctx, p.ID, p.Round)
	if err != nil {
		return err
	}
	if leads && !seated {
		pg.Facts = append(pg.Facts, web.Fact{Label: r.Page.T("reviews.fact.in"), Value: r.Page.T("reviews.in", "n", len(in), "wanted", process.Wanted(in))})
		pg.Links = append(pg.Links, link{Label: r.Page.T("reviews.link.panel"), Path: r.Page.URL(path + "/panel")})
	}
	if seated && seat.Opened() {
		pg.Links = append(pg.Links, link{Label: r.Page.T("reviews.link.review"), Path: r.Page.URL(path + "/review")})
	}
	if r.Actor.Has(p.Organization, domain.OrgEditor) {
		pg.Reviews, err = s.views(ctx, r.Page, process.Rules, Readable(r.Actor, p, process, in), domain.Actor{})
	}
	return err
}
