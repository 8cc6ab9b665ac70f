package calls

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func requestOf(c *fiber.Ctx) Request {
	return Request{Actor: web.Get[domain.Actor](c), Operation: web.OperationOf(c), ID: idOf(c), Version: web.Version(c), Reason: web.ValuesOf(c).Get("reason")}
}

func settled(c *fiber.Ctx, id domain.CallID, what string) error {
	web.SetFlash(c, "good", "calls.flash."+what)
	return web.Redirect(c, "/calls/"+string(id))
}

// moved puts errors of the criteria that were read back to where they stood: empty ones between were left out.
func moved(err error, rows []int) error {
	var e *apperr.Error
	if !errors.As(err, &e) || e.Kind != apperr.Invalid {
		return err
	}
	fields := append([]apperr.Field(nil), e.Fields...)
	for i, f := range fields {
		number, name, ok := strings.Cut(strings.TrimPrefix(f.Name, "criterion_"), "_")
		n, convErr := strconv.Atoi(number)
		if ok && convErr == nil && strings.HasPrefix(f.Name, "criterion_") && n >= 1 && n <= len(rows) {
			fields[i].Name = row(rows[n-1], name)
		}
	}
	return apperr.InvalidFields(fields)
}

// write is a page of the whole call: a new one, a draft, an amendment.
type write struct {
	title  string // locale key
	action string
	back   string
	doc    Doc // zero for a new one
	amends bool
	as     []web.Option // on whose behalf a new one can be written
}

func (m *Module) writePage(ctx context.Context, c *fiber.Ctx, w write, content Content, rows int) formPage {
	page := formPage{Base: web.NewBase(c, "calls", w.title, "title", w.doc.Body.Title)}
	page.Private, page.Demo = true, w.doc.Body.Demo
	crumbs(&page.Base, w.doc.Body.Title, strings.TrimSuffix(w.back, "/calls"))
	b := page.Base
	rows = min(MaxCriteria, max(rows, len(content.Criteria), 2))
	page.Form = m.Service.contentForm(ctx, b, w.action, content, rows)
	if len(w.as) > 1 {
		page.Form.Section("owner")
		page.Form.Radio("organization", w.as, web.Required())
	}
	if w.amends {
		page.Lead = b.T("calls.amend_lead")
		page.Form.Section("reason")
		page.Form.TextArea("reason", web.Required(), web.Max(maxText))
	}
	if w.doc.ID != "" {
		page.Form.Read(w.doc.Version)
	}
	page.Form.Back(w.back)
	if rows < MaxCriteria {
		page.Adders = []adder{{"criterion", b.T("calls.add_criterion")}}
	}
	return page
}

// run answers a posted form: another criterion, the fields that must change, both texts of a conflict, or done.
func (m *Module) run(c *fiber.Ctx, w write, save func(content Content) error, reread func() (Doc, error)) error {
	ctx, v := c.UserContext(), web.ValuesOf(c)
	rows, more := askedRows(v)
	content, r := readContent(v)
	again := func(status int, err error) error {
		page := m.writePage(ctx, c, w, Content{}, rows)
		page.Form.Bind(c)
		page.Form.Hidden("rows", strconv.Itoa(rows))
		page.Form.Fail(err)
		return m.form.Render(c, status, page)
	}
	if more {
		return again(fiber.StatusOK, nil)
	}
	err := r.wrong.Err()
	if err == nil {
		err = moved(save(content), r.rows)
	}
	switch {
	case err == nil:
		return nil
	case apperr.Is(err, apperr.Invalid):
		return again(fiber.StatusUnprocessableEntity, err)
	case !apperr.Is(err, apperr.Conflict) || reread == nil:
		return err
	}
	current, readErr := reread()
	if readErr != nil {
		return readErr
	}
	if current.Version == web.Version(c) {
		return err // its state refuses, nobody wrote it
	}
	w.doc = current
	wide := max(rows, len(current.Body.Criteria))
	theirs, mine := m.writePage(ctx, c, w, current.Body.Content, wide), m.writePage(ctx, c, w, Content{}, wide)
	mine.Form.Bind(c)
	mine.Form.Hidden("rows", strconv.Itoa(wide))
	mine.Form.Conflict(theirs.Form)
	return m.form.Render(c, fiber.StatusConflict, mine)
}

func (m *Module) newWrite(c *fiber.Ctx) (write, error) {
	actor := web.Get[domain.Actor](c)
	w := write{title: "calls.new_title", action: "/calls", back: "/calls"}
	b := web.NewBase(c, "calls", "calls.title")
	if actor.Secretariat() {
		w.as = append(w.as, web.Option{Value: secretary, Label: b.T("calls.secretariat")})
	}
	for _, member := range drafting(actor) {
		w.as = append(w.as, web.Option{Value: string(member.Organization), Label: member.Name})
	}
	if len(w.as) == 0 {
		return w, apperr.New(apperr.Forbidden, "calls.refuse.not_editor")
	}
	return w, nil
}

func (m *Module) getNew(c *fiber.Ctx) error {
	w, err := m.newWrite(c)
	if err != nil {
		return err
	}
	return m.form.Render(c, fiber.StatusOK, m.writePage(c.UserContext(), c, w, Content{}, 3))
}

func (m *Module) postNew(c *fiber.Ctx) error {
	w, err := m.newWrite(c)
	if err != nil {
		return err
	}
	var id domain.CallID
	err = m.run(c, w, func(content Content) error {
		organization := web.ValuesOf(c).Get("organization")
		if len(w.as) == 1 {
			organization = w.as[0].Value
		}
		if organization == "" {
			return apperr.InvalidFields([]apperr.Field{{Name: "organization", Message: apperr.Msg("calls.error.required")}})
		}
		doc, err := m.Service.Create(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), domain.OrganizationID(strings.TrimPrefix(organization, secretary)), content)
		id = domain.CallID(doc.ID)
		return err
	}, nil)
	if err != nil || id == "" {
		return err
	}
	return settled(c, id, "saved")
}

// editable reads the call for who may write its draft.
func (m *Module) editable(c *fiber.Ctx) (Doc, error) {
	doc, err := m.Service.Show(c.UserContext(), web.Get[domain.Actor](c), idOf(c))
	if err == nil && !CanEdit(web.Get[domain.Actor](c), doc.Body) {
		err = apperr.New(apperr.Forbidden, "calls.refuse.edit")
	}
	return doc, err
}

func (m *Module) editWrite(doc Doc) write {
	return write{title: "calls.edit_title", action: "/calls/" + doc.ID + "/edit", back: "/calls/" + doc.ID, doc: doc}
}

func (m *Module) getEdit(c *fiber.Ctx) error {
	doc, err := m.editable(c)
	if err != nil {
		return err
	}
	return m.form.Render(c, fiber.StatusOK, m.writePage(c.UserContext(), c, m.editWrite(doc), doc.Body.Content, 0))
}

func (m *Module) postEdit(c *fiber.Ctx) error {
	doc, err := m.editable(c)
	if err != nil {
		return err
	}
	saved := false
	err = m.run(c, m.editWrite(doc), func(content Content) error {
		_, err := m.Service.Edit(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), idOf(c), web.Version(c), content)
		saved = err == nil
		return err
	}, func() (Doc, error) { return m.editable(c) })
	if err != nil || !saved {
		return err
	}
	return settled(c, idOf(c), "saved")
}

func (m *Module) postDelete(c *fiber.Ctx) error {
	r := requestOf(c)
	if err := m.Service.Delete(c.UserContext(), r.Actor, r.Operation, r.ID, r.Version); err != nil {
		return err
	}
	web.SetFlash(c, "good", "calls.flash.deleted")
	return web.Redirect(c, "/calls")
}

// runnable reads the call for who may carry it on by that action.
func (m *Module) runnable(c *fiber.Ctx, a Action) (Doc, error) {
	actor := web.Get[domain.Actor](c)
	doc, err := m.Service.Show(c.UserContext(), actor, idOf(c))
	if err != nil {
		return doc, err
	}
	if _, err := mayDecide(actor, doc.Body, a); err != nil {
		return doc, err
	}
	if !doc.Body.Can(a, m.Service.clock.Now()) {
		return doc, refuse(a)
	}
	return doc, nil
}

func amendWrite(doc Doc) write {
	return write{title: "calls.amend_title", action: "/calls/" + doc.ID + "/amend", back: "/calls/" + doc.ID, doc: doc, amends: true}
}

func (m *Module) getAmend(c *fiber.Ctx) error {
	doc, err := m.runnable(c, ActionAmend)
	if err != nil {
		return err
	}
	return m.form.Render(c, fiber.StatusOK, m.writePage(c.UserContext(), c, amendWrite(doc), doc.Body.Content, 0))
}

func (m *Module) postAmend(c *fiber.Ctx) error {
	doc, err := m.runnable(c, ActionAmend)
	if err != nil {
		return err
	}
	saved := false
	err = m.run(c, amendWrite(doc), func(content Content) error {
		_, err := m.Service.Decide(c.UserContext(), requestOf(c), Decision{Action: ActionAmend, Content: content})
		saved = err == nil
		return err
	}, func() (Doc, error) { return m.runnable(c, ActionAmend) })
	if err != nil || !saved {
		return err
	}
	return settled(c, idOf(c), "amended")
}

func (m *Module) decidePage(c *fiber.Ctx, doc Doc) formPage {
	page := formPage{Base: web.NewBase(c, "calls", "calls.decide_title", "title", doc.Body.Title)}
	page.Private, page.Demo = true, doc.Body.Demo
	crumbs(&page.Base, doc.Body.Title, "/calls/"+doc.ID)
	page.Form = decideForm(page.Base, doc.ID, doc.Version)
	return page
}

func (m *Module) getDecide(c *fiber.Ctx) error {
	doc, err := m.runnable(c, ActionDecide)
	if err != nil {
		return err
	}
	return m.form.Render(c, fiber.StatusOK, m.decidePage(c, doc))
}

func (m *Module) postDecide(c *fiber.Ctx) error {
	doc, err := m.runnable(c, ActionDecide)
	if err != nil {
		return err
	}
	v := web.ValuesOf(c)
	_, err = m.Service.Decide(c.UserContext(), requestOf(c), Decision{Action: ActionDecide, Outcome: v.Get("outcome"), OutcomeEN: v.Get("outcome_en")})
	if apperr.Is(err, apperr.Invalid) {
		page := m.decidePage(c, doc)
		page.Form.Bind(c).Fail(err)
		return m.form.Render(c, fiber.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	return settled(c, idOf(c), "decide")
}

// button runs a decision that has no page of its own; refused input is shown at the button. A draft that is not complete
// leads to its form with everything that is missing.
func (m *Module) button(a Action) fiber.Handler {
	return func(c *fiber.Ctx) error {
		_, err := m.Service.Decide(c.UserContext(), requestOf(c), Decision{Action: a})
		if a == ActionAsk && apperr.Is(err, apperr.Invalid) {
			doc, readErr := m.editable(c)
			if readErr != nil {
				return readErr
			}
			page := m.writePage(c.UserContext(), c, m.editWrite(doc), doc.Body.Content, 0)
			page.Form.Fail(err)
			return m.form.Render(c, fiber.StatusUnprocessableEntity, page)
		}
		if apperr.Is(err, apperr.Invalid) {
			return m.renderShow(c, fiber.StatusUnprocessableEntity, failure{name: string(a), err: err})
		}
		if err != nil {
			return err
		}
		return settled(c, idOf(c), string(a))
	}
}

func (m *Module) postQuestion(c *fiber.Ctx) error {
	r := requestOf(c)
	err := m.Service.AskQuestion(c.UserContext(), r.Actor, r.Operation, r.ID, web.ValuesOf(c).Get("question"))
	if apperr.Is(err, apperr.Invalid) {
		return m.renderShow(c, fiber.StatusUnprocessableEntity, failure{name: "question", err: err})
	}
	if err != nil {
		return err
	}
	return settled(c, r.ID, "question")
}

func (m *Module) postAnswer(c *fiber.Ctx) error {
	r, question := requestOf(c), strings.Clone(c.Params("question"))
	err := m.Service.AnswerQuestion(c.UserContext(), r.Actor, r.Operation, r.ID, question, web.ValuesOf(c).Get("answer"))
	if apperr.Is(err, apperr.Invalid) {
		return m.renderShow(c, fiber.StatusUnprocessableEntity, failure{name: question, err: err})
	}
	if err != nil {
		return err
	}
	return settled(c, r.ID, "answer")
}

func (m *Module) getChanges(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), web.Get[domain.Actor](c)
	doc, err := m.Service.Show(ctx, actor, idOf(c))
	if err != nil {
		return err
	}
	call := doc.Body
	page := changesPage{Base: web.NewBase(c, "calls", "calls.changes_title", "title", call.Title)}
	page.Demo, page.Private = call.Demo, page.Private || !call.Public()
	crumbs(&page.Base, call.Title, "/calls/"+doc.ID)
	b, after := page.Base, call.Content
	names, err := m.Service.organizations.Briefs(ctx, []domain.OrganizationID{call.Organization})
	if err != nil {
		return err
	}
	for n := len(call.Amendments) - 1; n >= 0; n-- {
		a := call.Amendments[n]
		page.Changes = append(page.Changes, changeView{
			Title: b.T("calls.change_number", "n", n+1), When: b.DateTime(a.At), Who: m.Service.ownerName(b, call, names), Reason: a.Reason,
			Changes: m.Service.differencesOf(ctx, b, a.Before, after),
		})
		after = a.Before
	}
	if len(page.Changes) == 0 {
		page.Empty = &web.Empty{Text: b.T("calls.no_changes"), ActionLabel: call.Title, ActionPath: b.URL("/calls/" + doc.ID)}
	}
	unread, err := m.Service.Unread(ctx, actor, domain.CallID(doc.ID))
	if err != nil {
		return err
	}
	if unread {
		a := web.NewAction(b, "calls.action.seen", "/calls/"+doc.ID+"/changes/seen")
		page.Seen = &a
	}
	return m.changes.Render(c, fiber.StatusOK, page)
}

func (m *Module) postSeen(c *fiber.Ctx) error {
	r := requestOf(c)
	if _, err := m.Service.Saw(c.UserContext(), r.Actor, r.Operation, r.ID); err != nil {
		return err
	}
	return settled(c, r.ID, "seen")
}

func (m *Module) getSnapshot(c *fiber.Ctx) error {
	actor, id := web.Get[domain.Actor](c), idOf(c)
	doc, err := m.Service.Show(c.UserContext(), actor, id)
	if err == nil && doc.Body.Snapshot == nil {
		err = apperr.New(apperr.NotFound, "error.not_found.text")
	}
	if err != nil {
		return err
	}
	head := []string{"initiative", "title", "organization", "round", "handed_in", "sha256"}
	failed := web.NewBase(c, "calls", "calls.title").T("error.internal.text")
	return web.StreamCSV(c, "snapshot-"+string(id)+".csv", head, failed, func(ctx context.Context, write func(...string) error) error {
		return m.Service.SnapshotOf(ctx, actor, id, func(h Handed) error {
			return write(string(h.Initiative), h.Title, string(h.Organization), strconv.FormatInt(h.Round, 10), h.At.UTC().Format(time.RFC3339), h.Digest)
		})
	})
}
