package reviews

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/web"
)

func moveOf(c *fiber.Ctx, actor domain.Actor) Move {
	v := web.ValuesOf(c)
	until, _ := domain.ParseDate(v.Get("until"))
	return Move{
		Actor: actor, Operation: web.OperationOf(c), ID: idOf(c), Version: web.Version(c), Action: v.Get("decision"), Reason: v.Get("reason"), Until: until,
		Conditions: v.Get("conditions"), Summary: v.Get("summary"), SummaryEN: v.Get("summary_en"),
	}
}

func chosen(m Move, among ...string) error {
	for _, a := range among {
		if m.Action == a {
			return nil
		}
	}
	return apperr.InvalidFields([]apperr.Field{{Name: "decision", Message: apperr.Msg("reviews.error.decision")}})
}

func (m *Module) decidePage(c *fiber.Ctx, actor domain.Actor) (page, error) {
	ctx, s := c.UserContext(), m.Service
	p, err := s.proposal(ctx, actor, idOf(c))
	if err == nil {
		err = office(actor)
	}
	if err != nil {
		return page{}, err
	}
	doc, err := s.reviewing(ctx, p)
	if err != nil {
		return page{}, err
	}
	process := doc.Body
	in, err := s.in(ctx, p.ID, p.Round)
	if err != nil {
		return page{}, err
	}
	if !process.Ready(in) {
		return page{}, apperr.New(apperr.Conflict, "reviews.refuse.not_ready", "in", len(in), "wanted", process.Wanted(in))
	}
	pg := newPage(c, "reviews.decide_title", p, true)
	b := pg.Base
	if pg.Lead, err = s.nameOf(ctx, p.Organization); err != nil {
		return pg, err
	}
	pg.Facts = append(ruleFacts(b, p, process.Rules),
		web.Fact{Label: b.T("reviews.fact.points"), Value: b.T("reviews.points_spread", "points", b.Local().Decimal(Mean(process.Rules, in), 1), "spread", b.Local().Decimal(Spread(process.Rules, in), 1))},
		web.Fact{Label: b.T("reviews.fact.recused"), Value: b.Number(process.Recusals())})
	for _, k := range Below(process.Rules, in) {
		pg.Notices = append(pg.Notices, notice{"wait", b.T("reviews.below", "criterion", k.label(b), "minimum", k.Minimum)})
	}
	m.read(c, &pg, actor, p, false)
	if err := m.addReviews(c, &pg, actor, p, process, in); err != nil {
		return pg, err
	}
	pg.Say = nil
	pg.Form, pg.FormTitle = decideForm(b, p), b.T("reviews.decide_heading")
	return pg, nil
}

func (m *Module) getDecide(c *fiber.Ctx) error {
	pg, err := m.decidePage(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return m.page.Render(c, fiber.StatusOK, pg)
}

func (m *Module) postDecide(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	move := moveOf(c, actor)
	err := chosen(move, decisions...)
	if err == nil {
		err = m.Service.Decide(c.UserContext(), move)
	}
	if err != nil {
		return m.refused(c, err, func() (page, error) { return m.decidePage(c, actor) })
	}
	return done(c, move.Action, "/initiatives/"+string(move.ID))
}

// appealPage asks the owner why; the rejection and its reviews stand above.
func (m *Module) appealPage(c *fiber.Ctx, actor domain.Actor) (page, error) {
	p, err := m.Service.proposals.Proposal(c.UserContext(), idOf(c))
	if err != nil {
		return page{}, err
	}
	if !actor.Has(p.Organization, domain.OrgOwner) {
		return page{}, apperr.New(apperr.Forbidden, "initiatives.refuse.not_owner")
	}
	if p.State != Rejected || p.Appealed {
		return page{}, apperr.New(apperr.Conflict, "initiatives.refuse.appeal")
	}
	pg := newPage(c, "reviews.appeal_title", p, true)
	pg.Form = appealForm(pg.Base, p)
	return pg, nil
}

func (m *Module) getAppeal(c *fiber.Ctx) error {
	pg, err := m.appealPage(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return m.page.Render(c, fiber.StatusOK, pg)
}

func (m *Module) postAppeal(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	move := moveOf(c, actor)
	if err := m.Service.Appeal(c.UserContext(), move); err != nil {
		return m.refused(c, err, func() (page, error) { return m.appealPage(c, actor) })
	}
	return done(c, "appeal", "/initiatives/"+string(move.ID))
}

func (m *Module) answerPage(c *fiber.Ctx, actor domain.Actor) (page, error) {
	p, err := m.Service.proposal(c.UserContext(), actor, idOf(c))
	if err == nil {
		err = office(actor)
	}
	switch {
	case err != nil:
		return page{}, err
	case p.Appeal == "":
		return page{}, apperr.New(apperr.Conflict, "initiatives.refuse.uphold")
	case p.DecidedBy == actor.Account:
		return page{}, apperr.New(apperr.Forbidden, "initiatives.refuse.appeal_own")
	}
	pg := newPage(c, "reviews.answer_title", p, true)
	pg.Notices = append(pg.Notices, notice{"", p.Appeal})
	doc, err := m.Service.of(c.UserContext(), p)
	if err != nil && !isAbsent(err) {
		return pg, err
	}
	if err == nil {
		in, err := m.Service.in(c.UserContext(), p.ID, p.Round)
		if err != nil {
			return pg, err
		}
		if err := m.addReviews(c, &pg, actor, p, doc.Body, in); err != nil {
			return pg, err
		}
	}
	pg.Form = answerForm(pg.Base, p)
	return pg, nil
}

func (m *Module) getAnswerAppeal(c *fiber.Ctx) error {
	pg, err := m.answerPage(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return m.page.Render(c, fiber.StatusOK, pg)
}

func (m *Module) postAnswerAppeal(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	move := moveOf(c, actor)
	err := chosen(move, "uphold", "dismiss")
	if err == nil {
		err = m.Service.AnswerAppeal(c.UserContext(), move)
	}
	if err != nil {
		return m.refused(c, err, func() (page, error) { return m.answerPage(c, actor) })
	}
	return done(c, move.Action, "/initiatives/"+string(move.ID))
}

func callOf(c *fiber.Ctx) domain.CallID { return domain.CallID(string([]byte(c.Params("id")))) }

func (m *Module) getSheet(c *fiber.Ctx) error {
	s, err := m.Service.SheetOf(c.UserContext(), web.Get[domain.Actor](c), callOf(c))
	if err != nil {
		return err
	}
	pg := sheetPage{Base: web.NewBase(c, "calls", "reviews.sheet_title", "title", s.Call.Title)}
	b := pg.Base
	pg.Demo, pg.Private = s.Call.Demo, true
	pg.Crumbs = []web.Crumb{{Label: b.T("calls.title"), Path: "/calls"}, {Label: s.Call.Title, Path: "/calls/" + string(s.Call.ID)}}
	pg.Lead, pg.Download = b.T("reviews.sheet.lead"), b.URL("/calls/"+string(s.Call.ID)+"/sheet.xlsx")
	if len(s.Lines) == 0 {
		pg.Empty = &web.Empty{Text: b.T("reviews.sheet.empty"), ActionLabel: b.T("reviews.sheet.back"), ActionPath: b.URL("/calls/" + string(s.Call.ID))}
	}
	if s.More {
		pg.Notices = append(pg.Notices, notice{"wait", b.T("reviews.sheet.more", "max", mostOfCall)})
	}
	pg.Notes = tieNotes(b, s)
	if pg.Table, err = m.Service.sheetTable(c.UserContext(), b, s); err != nil {
		return err
	}
	return m.sheet.Render(c, fiber.StatusOK, pg)
}

func (m *Module) getSheetFile(c *fiber.Ctx) error {
	s, err := m.Service.SheetOf(c.UserContext(), web.Get[domain.Actor](c), callOf(c))
	if err != nil {
		return err
	}
	b := web.NewBase(c, "calls", "")
	var file bytes.Buffer
	if err := m.Service.writeSheet(c.UserContext(), b, s, &file); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, sheet.MediaType(sheet.XLSX))
	c.Set(fiber.HeaderContentDisposition, web.Disposition("attachment", "sheet-"+string(s.Call.ID)+".xlsx"))
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Send(file.Bytes())
}
