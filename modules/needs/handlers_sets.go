package needs

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

type manyPage struct {
	web.Base
	Rows   []manyRow // the waiting ones to choose from
	All    string    // address of this page with everything chosen
	Form   *web.Form // the checklist, once something is chosen
	Chosen web.Table
	Empty  *web.Empty
	Back   string
}

type manyRow struct {
	ID, Title, Path, Where, Amount, Age string
	Chosen, Demo                        bool
}

type setPage struct {
	web.Base
	Notice  string
	Passed  web.Table
	Refused web.Table
	Undo    *web.Action
	Until   string
	Desk    string
	More    string
}

func areaVerifier(c *fiber.Ctx) (domain.Actor, error) {
	actor, err := signedIn(c)
	if err == nil && !actor.HasMandate(domain.MandateAreaVerifier) {
		err = apperr.New(apperr.Forbidden, "needs.refuse.not_verifier")
	}
	return actor, err
}

// getMany lets a verifier choose of what waits in the area, oldest first, then answer the checklist for the chosen.
func (m *Module) getMany(c *fiber.Ctx) error {
	actor, err := areaVerifier(c)
	if err != nil {
		return err
	}
	page, err := m.manyPage(c, actor)
	if err != nil {
		return err
	}
	return m.many.Render(c, fiber.StatusOK, page)
}

func chosenNeeds(c *fiber.Ctx) map[string]bool {
	chosen := map[string]bool{}
	for _, id := range web.ValuesOf(c).All("need") {
		chosen[strings.Clone(id)] = true
	}
	return chosen
}

func (m *Module) manyPage(c *fiber.Ctx, actor domain.Actor) (manyPage, error) {
	page := manyPage{Base: web.NewBase(c, "desk", "needs.many_title")}
	b := page.Base
	page.Private = true
	page.All, page.Back = b.URL("/needs/verification?all=1"), b.URL("/needs/verification")
	docs, err := m.Service.Waiting(c.UserContext(), actor, MaxSet)
	if err != nil {
		return page, err
	}
	all, chosen := web.ValuesOf(c).Has("all"), chosenNeeds(c)
	page.Chosen = web.Table{Caption: b.T("needs.many_chosen"), Head: []string{b.T("needs.desk.need"), b.T("needs.fact.quantity"), b.T("needs.desk.since")}}
	var hidden []string
	for _, d := range docs {
		n := d.Body
		row := manyRow{
			ID: d.ID, Title: n.Title, Path: b.URL("/needs/" + d.ID), Where: m.Service.placeText(c.UserContext(), n.Village) + " · " + domain.Taxonomy().CategoryName(n.Category, b.Lang),
			Amount: amountText(b, n), Age: b.Local().Ago(m.Service.clock.Now(), n.SubmittedAt), Chosen: all || chosen[d.ID], Demo: n.Demo,
		}
		page.Demo = page.Demo || n.Demo
		page.Rows = append(page.Rows, row)
		if chosen[d.ID] {
			hidden = append(hidden, d.ID)
			page.Chosen.Rows = append(page.Chosen.Rows, web.Row{Cells: []web.Cell{{Text: row.Title, Path: row.Path, Note: row.Where}, {Text: row.Amount}, {Text: row.Age}}})
		}
	}
	if len(page.Rows) == 0 {
		page.Empty = &web.Empty{Text: b.T("needs.many_empty"), ActionLabel: b.T("needs.many_desk"), ActionPath: b.URL("/desk")}
	}
	if len(hidden) > 0 {
		page.Form = manyForm(b, hidden)
	}
	return page, nil
}

// manyForm is the checklist that holds for all of the chosen.
func manyForm(b web.Base, chosen []string) *web.Form {
	f := web.NewForm(b, "needs.verify", "/needs/verification").Hidden("chosen", strings.Join(chosen, " "))
	f.Submit = b.T("needs.many_submit", "count", len(chosen))
	f.Section("check")
	for _, q := range CheckQuestions {
		f.Checkbox("check_" + string(q))
	}
	return f.TextArea("note", web.Rows(2), web.Max(maxText)).Back("/needs/verification")
}

func (m *Module) postMany(c *fiber.Ctx) error {
	actor, err := areaVerifier(c)
	if err != nil {
		return err
	}
	v := web.ValuesOf(c)
	list := Checklist{Note: v.Get("note"), Answers: map[Question]bool{}}
	for _, q := range CheckQuestions {
		list.Answers[q] = v.Has("check_" + string(q))
	}
	var ids []domain.NeedID
	for _, id := range strings.Fields(v.Get("chosen")) {
		ids = append(ids, domain.NeedID(strings.Clone(id)))
	}
	doc, err := m.Service.VerifySet(c.UserContext(), actor, web.OperationOf(c), ids, list)
	if err == nil {
		return web.Redirect(c, "/needs/verification/"+doc.ID)
	}
	if !apperr.Is(err, apperr.Invalid) {
		return err
	}
	page, pageErr := m.againMany(c, actor, ids, err)
	if pageErr != nil {
		return pageErr
	}
	return m.many.Render(c, fiber.StatusUnprocessableEntity, page)
}

// againMany shows the checklist again with what was chosen and ticked.
func (m *Module) againMany(c *fiber.Ctx, actor domain.Actor, ids []domain.NeedID, cause error) (manyPage, error) {
	page, err := m.manyPage(c, actor)
	if err != nil {
		return page, err
	}
	chosen := make([]string, len(ids))
	for i, id := range ids {
		chosen[i] = string(id)
	}
	page.Form = manyForm(page.Base, chosen).Bind(c).Fail(cause)
	for _, row := range page.Rows {
		for _, id := range ids {
			if string(id) == row.ID {
				page.Chosen.Rows = append(page.Chosen.Rows, web.Row{Cells: []web.Cell{{Text: row.Title, Path: row.Path, Note: row.Where}, {Text: row.Amount}, {Text: row.Age}}})
			}
		}
	}
	return page, nil
}

func (m *Module) getSet(c *fiber.Ctx) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	doc, err := m.Service.VerifiedSet(c.UserContext(), actor, strings.Clone(c.Params("set")))
	if err != nil {
		return err
	}
	set := doc.Body
	page := setPage{Base: web.NewBase(c, "desk", "needs.set_title")}
	b := page.Base
	page.Private = true
	page.Desk, page.More = b.URL("/desk"), b.URL("/needs/verification")
	ids := make([]string, len(set.Items))
	for i, item := range set.Items {
		ids[i] = string(item.Need)
	}
	needs, err := m.Service.GetMany(c.UserContext(), ids)
	if err != nil {
		return err
	}
	head := []string{b.T("needs.desk.need"), b.T("needs.set_outcome")}
	page.Passed, page.Refused = web.Table{Head: head}, web.Table{Head: head}
	passed := 0
	for _, item := range set.Items {
		n, ok := needs[string(item.Need)]
		cell := web.Cell{Text: string(item.Need)}
		if ok && CanView(actor, n.Body) {
			page.Demo = page.Demo || n.Body.Demo
			cell = web.Cell{Text: n.Body.Title, Path: b.URL("/needs/" + n.ID), Note: m.Service.placeText(c.UserContext(), n.Body.Village)}
		}
		outcome := web.Cell{Tag: &web.Tag{Kind: map[Outcome]string{OutcomeVerified: "good", OutcomeRefused: "stop"}[item.Outcome], Text: b.T("needs.outcome." + string(item.Outcome))}}
		if item.Outcome == OutcomeUndone || item.Outcome == OutcomeKept {
			outcome.Tag.Kind = "wait"
		}
		if item.Why != "" {
			outcome.Note = b.T(item.Why)
			if item.Field != "" && b.Local().Has("needs.fact."+item.Field) {
				outcome.Note = b.T("needs.fact."+item.Field) + ": " + outcome.Note
			}
		}
		row := web.Row{Cells: []web.Cell{cell, outcome}}
		if item.Outcome == OutcomeRefused {
			page.Refused.Rows = append(page.Refused.Rows, row)
			continue
		}
		page.Passed.Rows = append(page.Passed.Rows, row)
		if item.Outcome == OutcomeVerified {
			passed++
		}
	}
	page.Notice = b.T("needs.set_notice", "passed", passed, "all", len(set.Items))
	if !set.Undone.IsZero() {
		page.Notice = b.T("needs.set_undone", "time", b.DateTime(set.Undone))
	}
	if set.Undoable(m.Service.clock.Now()) {
		undo := web.NewAction(b, "needs.action.undo", "/needs/verification/"+doc.ID+"/undo")
		undo.Kind = "stop"
		page.Undo, page.Until = &undo, b.T("needs.set_until", "time", b.DateTime(set.At.Add(UndoTime)))
	}
	return m.set.Render(c, fiber.StatusOK, page)
}

func (m *Module) postUndo(c *fiber.Ctx) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	id := strings.Clone(c.Params("set"))
	if _, err := m.Service.UndoSet(c.UserContext(), actor, web.OperationOf(c), id); err != nil {
		return err
	}
	return web.Redirect(c, "/needs/verification/"+id)
}
