package progress

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// getWork is the desk that the lead and its partners share.
func (m *Module) getWork(c *fiber.Ctx) error {
	ctx, actor, s := c.UserContext(), web.Get[domain.Actor](c), m.Service
	i, err := s.initiatives.Initiative(ctx, actor, idOf(c))
	if err == nil && !Inside(actor, i) && !approves(actor, i) {
		err = apperr.New(apperr.NotFound, "error.not_found.text")
	}
	if err != nil {
		return err
	}
	doc, err := s.of(ctx, i)
	if err != nil {
		return err
	}
	pg := newPage(c, "progress.work_title", i)
	pg.Private = true
	b := pg.Base
	pg.Lead, pg.Over = b.T("progress.work_lead"), b.T("progress.facts")
	ids := append([]domain.OrganizationID{i.Organization}, i.Partners...)
	names, err := s.organizations.Briefs(ctx, ids)
	if err != nil {
		return err
	}
	for n, id := range ids {
		label := b.T("progress.partner")
		if n == 0 {
			label = b.T("progress.leader")
		}
		pg.Facts = append(pg.Facts, web.Fact{Label: label, Value: names[id].Name, Path: b.URL("/organizations/" + string(id))})
	}
	if _, works := side(actor, i, domain.OrgEditor); works && i.Runs {
		for n, act := range acts {
			if act == "change" && !actor.Has(i.Organization, domain.OrgOwner) || actForm(b, i, doc.Body, act) == nil {
				continue
			}
			pg.Links = append(pg.Links, link{Label: b.T("progress.act." + act), Path: b.URL("/initiatives/" + string(i.ID) + "/work/" + act), Plain: n > 0})
		}
	}
	pg.Tables = s.tables(b, doc.Body)
	if len(doc.Body.Requests) > 0 {
		pg.Tables = append(pg.Tables, requestTable(b, i, doc.Body, approves(actor, i)))
	}
	if Inside(actor, i) {
		list, err := s.Updates(ctx, actor, i, "", 10)
		if err != nil {
			return err
		}
		var updates []Update
		for _, d := range list.Items {
			updates = append(updates, d.Body)
		}
		if pg.Updates, err = s.views(ctx, b, updates, nil); err != nil {
			return err
		}
		pg.Heading = b.T("progress.latest")
		pg.Links = append(pg.Links, link{Label: b.T("progress.link.timeline"), Path: b.URL("/initiatives/" + string(i.ID) + "/timeline"), Plain: true})
	}
	return m.page.Render(c, fiber.StatusOK, pg)
}

func actOf(c *fiber.Ctx) string { return strings.Clone(c.Params("act")) }

func (m *Module) actPage(c *fiber.Ctx, actor domain.Actor, act string) (page, error) {
	if !slices.Contains(acts, act) {
		return page{}, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	i, _, err := m.Service.work(c.UserContext(), actor, idOf(c), act == "change")
	if err != nil {
		return page{}, err
	}
	doc, err := m.Service.of(c.UserContext(), i)
	if err != nil {
		return page{}, err
	}
	pg := newPage(c, "progress.act."+act, i)
	pg.Private, pg.Lead = true, i.Title
	if pg.Form = actForm(pg.Base, i, doc.Body, act); pg.Form == nil {
		return pg, apperr.New(apperr.Conflict, "progress.refuse.no_milestone")
	}
	return pg, nil
}

func (m *Module) getAct(c *fiber.Ctx) error {
	pg, err := m.actPage(c, web.Get[domain.Actor](c), actOf(c))
	if err != nil {
		return err
	}
	return m.page.Render(c, fiber.StatusOK, pg)
}

func (m *Module) postAct(c *fiber.Ctx) error {
	actor, act := web.Get[domain.Actor](c), actOf(c)
	err := m.act(c, actor, act)
	if err == nil {
		return done(c, act, "/initiatives/"+string(idOf(c))+"/work")
	}
	if !apperr.Is(err, apperr.Invalid) && !apperr.Is(err, apperr.UnsupportedMedia) && !apperr.Is(err, apperr.TooLarge) {
		return err
	}
	pg, pageErr := m.actPage(c, actor, act)
	if pageErr != nil {
		return pageErr
	}
	pg.Form.Bind(c).Fail(err)
	return m.page.Render(c, fiber.StatusUnprocessableEntity, pg)
}

func (m *Module) act(c *fiber.Ctx, actor domain.Actor, act string) error {
	ctx, s, v, op, id := c.UserContext(), m.Service, web.ValuesOf(c), web.OperationOf(c), idOf(c)
	date := func(name string) domain.Date { d, _ := domain.ParseDate(v.Get(name)); return d }
	number := func(name string) int64 { n, _ := v.Int(name); return n }
	switch act {
	case "slip":
		return s.Slip(ctx, actor, op, id, number("milestone"), date("to"), v.Get("reason"))
	case "done":
		return s.Reach(ctx, actor, op, id, number("milestone"), date("day"), v.Get("note"))
	case "spending":
		amount, _ := v.Rupiah("amount")
		return s.Spend(ctx, actor, op, id, number("line"), amount, v.Get("note"))
	case "change":
		amount, _ := v.Rupiah("amount")
		return s.Ask(ctx, actor, op, id, Request{What: What(v.Get("what")), Text: v.Get("text"), Until: date("until"), Line: number("line"), Amount: amount})
	case "news":
		return m.tell(c, actor, v)
	}
	return apperr.New(apperr.NotFound, "error.not_found.text")
}

func (m *Module) tell(c *fiber.Ctx, actor domain.Actor, v web.Values) error {
	n := News{Title: v.Get("title"), Text: v.Get("text"), Inside: v.Has("inside"), Quantity: map[int64]int64{}}
	i, _, err := m.Service.work(c.UserContext(), actor, idOf(c), false)
	if err != nil {
		return err
	}
	for k := range i.Offers {
		if text := v.Get(quantityField(k)); text != "" {
			q, ok := v.Int(quantityField(k))
			if !ok {
				q = -1
			}
			n.Quantity[int64(k+1)] = q
		}
	}
	if head, err := c.FormFile("photo"); err == nil && head.Size > 0 {
		file, err := head.Open()
		if err != nil {
			return apperr.Wrap(err, apperr.BadRequest, "progress.error.file")
		}
		defer file.Close()
		n.Photo = &domain.Upload{Name: head.Filename, Size: head.Size, Body: file}
	}
	return m.Service.Tell(c.UserContext(), actor, web.OperationOf(c), idOf(c), n)
}

func (m *Module) requestPage(c *fiber.Ctx, actor domain.Actor) (page, error) {
	ctx, s := c.UserContext(), m.Service
	i, err := s.initiatives.Initiative(ctx, actor, idOf(c))
	if err == nil && !approves(actor, i) {
		err = apperr.New(apperr.Forbidden, "progress.refuse.not_approver")
	}
	if err != nil {
		return page{}, err
	}
	doc, err := s.of(ctx, i)
	if err != nil {
		return page{}, err
	}
	n := slices.IndexFunc(doc.Body.Requests, func(r Request) bool { return r.ID == c.Params("request") })
	if n < 0 {
		return page{}, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	r := doc.Body.Requests[n]
	if !r.Open() {
		return page{}, apperr.New(apperr.Conflict, "progress.refuse.answered")
	}
	pg := newPage(c, "progress.answer_title", i)
	b := pg.Base
	pg.Private = true
	pg.Over = b.T("progress.table.request")
	what := b.T("progress.what." + string(r.What))
	if to := requested(b, doc.Body, r); to != "" {
		what += " · " + to
	}
	pg.Facts = []web.Fact{{Label: b.T("progress.change.what"), Value: what}, {Label: b.T("progress.change.text"), Value: r.Text}}
	pg.Tables = s.tables(b, doc.Body)
	pg.Form = answerForm(b, i, r)
	return pg, nil
}

func (m *Module) getRequest(c *fiber.Ctx) error {
	pg, err := m.requestPage(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return m.page.Render(c, fiber.StatusOK, pg)
}

func (m *Module) postRequest(c *fiber.Ctx) error {
	actor, v := web.Get[domain.Actor](c), web.ValuesOf(c)
	decision := v.Get("decision")
	var err error
	if decision != "approve" && decision != "decline" {
		err = apperr.InvalidFields([]apperr.Field{{Name: "decision", Message: apperr.Msg("progress.error.decision")}})
	} else {
		err = m.Service.Answer(c.UserContext(), actor, web.OperationOf(c), idOf(c), strings.Clone(c.Params("request")), decision == "approve", v.Get("answer"))
	}
	if err == nil {
		return done(c, "answered", "/initiatives/"+string(idOf(c))+"/work")
	}
	if !apperr.Is(err, apperr.Invalid) {
		return err
	}
	pg, pageErr := m.requestPage(c, actor)
	if pageErr != nil {
		return pageErr
	}
	pg.Form.Bind(c).Fail(err)
	return m.page.Render(c, fiber.StatusUnprocessableEntity, pg)
}

func (m *Module) completePage(c *fiber.Ctx, actor domain.Actor) (page, error) {
	ctx, s := c.UserContext(), m.Service
	i, err := s.initiatives.Initiative(ctx, actor, idOf(c))
	switch {
	case err != nil:
		return page{}, err
	case !actor.Has(i.Organization, domain.OrgOwner):
		return page{}, apperr.New(apperr.Forbidden, "progress.refuse.not_owner")
	case !i.Ends:
		return page{}, apperr.New(apperr.Conflict, "initiatives.refuse.complete")
	}
	doc, err := s.of(ctx, i)
	if err != nil {
		return page{}, err
	}
	pg := newPage(c, "progress.complete_title", i)
	pg.Private = true
	pg.Tables, pg.Form = s.tables(pg.Base, doc.Body), completeForm(pg.Base, i, doc.Body)
	return pg, nil
}

func (m *Module) getComplete(c *fiber.Ctx) error {
	pg, err := m.completePage(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return m.page.Render(c, fiber.StatusOK, pg)
}

func (m *Module) postComplete(c *fiber.Ctx) error {
	actor, v := web.Get[domain.Actor](c), web.ValuesOf(c)
	r := Report{Outputs: v.Get("outputs"), Open: v.Get("open"), Lessons: v.Get("lessons"), Assets: v.Get("assets")}
	err := m.Service.Complete(c.UserContext(), actor, web.OperationOf(c), idOf(c), r)
	if err == nil {
		return done(c, "completed", "/initiatives/"+string(idOf(c)))
	}
	if !apperr.Is(err, apperr.Invalid) {
		return err
	}
	pg, pageErr := m.completePage(c, actor)
	if pageErr != nil {
		return pageErr
	}
	pg.Form.Bind(c).Fail(err)
	return m.page.Render(c, fiber.StatusUnprocessableEntity, pg)
}
