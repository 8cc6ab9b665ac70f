package reviews

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// reviewPage is the reviewer's: the proposal and the form; the reviews and the discussion once the own review is in.
func (m *Module) reviewPage(c *fiber.Ctx, actor domain.Actor) (page, Process, error) {
	ctx, s := c.UserContext(), m.Service
	p, doc, seat, err := s.seated(ctx, actor, idOf(c))
	if err != nil {
		return page{}, Process{}, err
	}
	process := doc.Body
	in, err := s.in(ctx, p.ID, p.Round)
	if err != nil {
		return page{}, process, err
	}
	anonymous := process.Rules.Anonymous
	pg := newPage(c, "reviews.review_title", p, !anonymous)
	if !anonymous {
		if pg.Lead, err = s.nameOf(ctx, p.Organization); err != nil {
			return pg, process, err
		}
	}
	b := pg.Base
	pg.Facts = ruleFacts(b, p, process.Rules)
	wrote := slices.ContainsFunc(in, func(r Review) bool { return r.Reviewer == actor.Account })
	if !wrote {
		pg.Facts = append(pg.Facts, web.Fact{Label: b.T("reviews.fact.due"), Value: b.Date(DueAt(seat))})
	}
	m.read(c, &pg, actor, p, anonymous)
	if err := m.addReviews(c, &pg, actor, p, process, in); err != nil {
		return pg, process, err
	}
	switch {
	case wrote && !process.Complete(in):
		pg.Notices = append(pg.Notices, notice{"good", b.T("reviews.waiting")})
	case !wrote && p.State == UnderReview && process.Reviewing():
		pg.Form, pg.FormTitle = reviewForm(b, p.ID, process.Rules), b.T("reviews.review_heading")
	case !wrote:
		pg.Notices = append(pg.Notices, notice{"", b.T("reviews.refuse.not_under_review")})
	}
	return pg, process, nil
}

func (m *Module) getReview(c *fiber.Ctx) error {
	pg, _, err := m.reviewPage(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return m.page.Render(c, fiber.StatusOK, pg)
}

func (m *Module) postReview(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	_, doc, _, err := m.Service.seated(c.UserContext(), actor, idOf(c))
	if err != nil {
		return err
	}
	err = m.Service.Write(c.UserContext(), actor, web.OperationOf(c), idOf(c), readReview(web.ValuesOf(c), doc.Body.Rules))
	if err != nil {
		return m.refused(c, err, func() (page, error) {
			pg, _, pageErr := m.reviewPage(c, actor)
			if pageErr == nil && pg.Form == nil {
				pageErr = apperr.Wrap(err, apperr.Conflict, "reviews.refuse.changed")
			}
			return pg, pageErr
		})
	}
	return done(c, "written", "/initiatives/"+string(idOf(c))+"/review")
}

func (m *Module) postDiscussion(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	err := m.Service.Say(c.UserContext(), actor, web.OperationOf(c), idOf(c), web.ValuesOf(c).Get("text"))
	if err == nil || apperr.Is(err, apperr.Invalid) {
		p, doc, _, seatErr := m.Service.seated(c.UserContext(), actor, idOf(c))
		path := "/initiatives/" + string(idOf(c)) + "/panel"
		again := func() (page, error) { return m.panelPage(c, actor) }
		if seatErr == nil && doc.Body.Initiative == p.ID {
			path = "/initiatives/" + string(idOf(c)) + "/review"
			again = func() (page, error) { pg, _, err := m.reviewPage(c, actor); return pg, err }
		}
		if err == nil {
			return done(c, "said", path+"#discussion")
		}
		pg, pageErr := again()
		if pageErr != nil {
			return pageErr
		}
		if pg.Say == nil {
			return err
		}
		pg.Say.Bind(c).Fail(err)
		return m.page.Render(c, fiber.StatusUnprocessableEntity, pg)
	}
	return err
}

func processOf(c *fiber.Ctx) string { return strings.Clone(c.Params("process")) }

func (m *Module) declarePage(c *fiber.Ctx, actor domain.Actor) (page, error) {
	ctx, s := c.UserContext(), m.Service
	p, process, err := s.ToDeclare(ctx, actor, processOf(c))
	if err != nil {
		return page{}, err
	}
	pg := newPage(c, "reviews.declare_title", p, false)
	b := pg.Base
	seat, _ := process.Seat(actor.Account)
	pg.Facts = append(ruleFacts(b, p, process.Rules), web.Fact{Label: b.T("reviews.fact.due"), Value: b.Date(DueAt(seat))})
	if process.Rules.Anonymous {
		pg.Notices = append(pg.Notices, notice{"", b.T("reviews.declare_anonymous")})
	} else {
		if pg.Lead, err = s.nameOf(ctx, p.Organization); err != nil {
			return pg, err
		}
		for _, o := range p.Partners {
			pg.Facts = append(pg.Facts, web.Fact{Label: b.T("reviews.fact.partner"), Value: o.Name})
		}
	}
	pg.Form = declareForm(b, processOf(c))
	return pg, nil
}

func (m *Module) getDeclare(c *fiber.Ctx) error {
	pg, err := m.declarePage(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return m.page.Render(c, fiber.StatusOK, pg)
}

func (m *Module) postDeclare(c *fiber.Ctx) error {
	actor, answer := web.Get[domain.Actor](c), web.ValuesOf(c).Get("conflict")
	tie := Tie(answer)
	switch answer {
	case "none":
		tie = ""
	case "":
		tie = "unknown"
	}
	opened, err := m.Service.Declare(c.UserContext(), actor, web.OperationOf(c), processOf(c), tie)
	if err != nil {
		return m.refused(c, err, func() (page, error) { return m.declarePage(c, actor) })
	}
	if !opened {
		return done(c, "recused", "/desk")
	}
	doc, err := m.Service.processes.Get(c.UserContext(), processOf(c))
	if err != nil {
		return err
	}
	return done(c, "declared", "/initiatives/"+string(doc.Body.Initiative)+"/review")
}

func (m *Module) reviewingPage(c *fiber.Ctx, actor domain.Actor) (page, error) {
	profile, err := m.Service.Profile(c.UserContext(), actor)
	if err != nil {
		return page{}, err
	}
	pg := newPage(c, "reviews.reviewing_title", Proposal{}, false)
	b := pg.Base
	pg.Lead = b.T("reviews.reviewing_lead")
	if len(profile.Ties) > 0 {
		var ids []domain.OrganizationID
		for id := range profile.Ties {
			ids = append(ids, id)
		}
		slices.Sort(ids)
		names, err := m.Service.organizations.Briefs(c.UserContext(), ids)
		if err != nil {
			return pg, err
		}
		ties := web.Table{Caption: b.T("reviews.table.ties"), Head: []string{b.T("reviews.table.organization"), b.T("reviews.table.tie"), b.T("reviews.table.since")}}
		for _, id := range ids {
			t := profile.Ties[id]
			ties.Rows = append(ties.Rows, web.Row{Cells: []web.Cell{{Text: names[id].Name}, {Text: b.T("reviews.tie." + string(t.Tie))}, {Text: b.Date(t.At)}}})
		}
		pg.Tables = append(pg.Tables, ties)
	}
	pg.Form = expertiseForm(b, profile)
	return pg, nil
}

func (m *Module) getReviewing(c *fiber.Ctx) error {
	pg, err := m.reviewingPage(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return m.page.Render(c, fiber.StatusOK, pg)
}

func (m *Module) postReviewing(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	if err := m.Service.SetExpertise(c.UserContext(), actor, web.OperationOf(c), web.ValuesOf(c).All("expertise")); err != nil {
		return m.refused(c, err, func() (page, error) { return m.reviewingPage(c, actor) })
	}
	return done(c, "expertise", "/reviewing")
}
