package matching

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func (m *Module) getAbout(c *fiber.Ctx) error {
	page, err := m.aboutOf(c)
	if err != nil {
		return err
	}
	if web.Get[domain.Actor](c).Secretariat() {
		page.Form = weightsForm(page.Base, m.Service.Weights())
	}
	return m.about.Render(c, fiber.StatusOK, page)
}

// aboutOf makes the page without its form.
func (m *Module) aboutOf(c *fiber.Ctx) (aboutPage, error) {
	page := newAboutPage(web.NewBase(c, "about", "matching.about.title"), m.Service.Weights())
	cursor := web.ValuesOf(c).Get("cursor")
	versions, next, err := m.Service.Weightings(c.UserContext(), cursor, 10)
	page.Versions, page.Pager = versionTable(page.Base, versions), web.NewPager(page.Base, "/matching", nil, cursor, next)
	return page, err
}

// weightsOf reads the posted weights. Invalid where something is no number.
func weightsOf(c *fiber.Ctx, version int) (Weighting, error) {
	v := web.ValuesOf(c)
	var f apperr.Fields
	var values [partCount]int
	for k, name := range PartNames {
		n, ok := v.Int(name)
		f.Check(ok && n >= 0 && n <= wholeWeight, name, "matching.error.weight", "max", wholeWeight)
		values[k] = int(n)
	}
	w := Weighting{Weights: weightsFrom(values), Reason: v.Get("reason")}
	w.Weights.Version = version
	if err := f.Err(); err != nil {
		return w, err
	}
	return w, w.Validate()
}

// postWeights first shows what other weights would move, then, confirmed, puts them in force.
func (m *Module) postWeights(c *fiber.Ctx) error {
	page, err := m.aboutOf(c)
	if err != nil {
		return err
	}
	now, read := m.Service.Weights(), int(web.Version(c))
	w, err := weightsOf(c, read)
	if err == nil && web.ValuesOf(c).Get("step") == "decide" {
		if err = m.Service.Decide(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), read, w); err == nil {
			web.SetFlash(c, "good", "matching.flash.decided", "version", read+1)
			return web.Redirect(c, "/matching")
		}
	}
	form := weightsForm(page.Base, now)
	switch {
	case apperr.Is(err, apperr.Conflict) || err == nil && read != now.Version:
		page.Form = weightsForm(page.Base, w.Weights).Bind(c).Conflict(form)
		return m.about.Render(c, fiber.StatusConflict, page)
	case apperr.Is(err, apperr.Invalid):
		page.Form = form.Bind(c).Fail(err)
		return m.about.Render(c, fiber.StatusUnprocessableEntity, page)
	case err != nil:
		return err
	}
	moves, err := m.Service.Preview(w, previewRows)
	if err != nil {
		return err
	}
	page.Form = form.Bind(c)
	page.Preview = previewOf(page.Base, moves, page.Form)
	return m.about.Render(c, fiber.StatusOK, page)
}

func pairOf(c *fiber.Ctx) (domain.NeedID, domain.InitiativeID) {
	v := web.ValuesOf(c)
	return domain.NeedID(v.Get("need")), domain.InitiativeID(v.Get("initiative"))
}

func (m *Module) getRefuse(c *fiber.Ctx) error { return m.renderRefuse(c, fiber.StatusOK, nil) }

func (m *Module) renderRefuse(c *fiber.Ctx, status int, refused error) error {
	need, initiative := pairOf(c)
	match, side, _, err := m.Service.Suggested(web.Get[domain.Actor](c), need, initiative)
	if err != nil {
		return err
	}
	page := newRefusePage(web.NewBase(c, "needs", "matching.refuse.title"), match, side)
	if refused != nil {
		page.Form.Bind(c).Fail(refused)
	}
	return m.refuse.Render(c, status, page)
}

// subjectPath is the page on which a side met the suggestion.
func subjectPath(side Side, need domain.NeedID, initiative domain.InitiativeID) string {
	if side == SideVillage {
		return "/needs/" + string(need)
	}
	return "/initiatives/" + string(initiative)
}

func (m *Module) postRefuse(c *fiber.Ctx) error {
	need, initiative := pairOf(c)
	v := web.ValuesOf(c)
	side, err := m.Service.Refuse(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), need, initiative, v.Get("reason"), v.Get("words"))
	if apperr.Is(err, apperr.Invalid) {
		return m.renderRefuse(c, fiber.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	undo := web.Undo{Path: "/matching/not-for-us/undo"}.Field("side", string(side)).Field("need", string(need)).Field("initiative", string(initiative))
	web.SetFlashWithUndo(c, undo, "good", "matching.flash.refused")
	return web.Redirect(c, subjectPath(side, need, initiative))
}

func (m *Module) postTakeBack(c *fiber.Ctx) error {
	need, initiative := pairOf(c)
	side := Side(web.ValuesOf(c).Get("side"))
	if err := m.Service.TakeBack(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), side, need, initiative); err != nil {
		return err
	}
	web.SetFlash(c, "good", "matching.flash.taken_back")
	return web.Redirect(c, subjectPath(side, need, initiative))
}

func (m *Module) getAnswers(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), web.ValuesOf(c)
	counts, err := m.Service.Counts(ctx)
	if err != nil {
		return err
	}
	reason, cursor := v.Get("reason"), v.Get("cursor")
	list, next, err := m.Service.Refusals(ctx, reason, cursor, 20)
	if err != nil {
		return err
	}
	page := newAnswersPage(web.NewBase(c, "desk", "matching.answers.title"), counts, list)
	page.Pager = web.NewPager(page.Base, "/matching/answers", map[string]string{"reason": reason}, cursor, next)
	return m.answers.Render(c, fiber.StatusOK, page)
}

func number(n int) string { return strconv.Itoa(n) }
