package organizations

import (
	"context"
	"errors"
	"slices"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

func fieldsOf(err error) []apperr.Field {
	var e *apperr.Error
	if errors.As(err, &e) {
		return e.Fields
	}
	return nil
}

// verificationForm is GET /organizations/{id}/verification.
func (m *Module) verificationForm(c *fiber.Ctx) error {
	page, _, err := m.verificationPage(c)
	if err != nil {
		return err
	}
	return m.verification.Render(c, fiber.StatusOK, page)
}

func (m *Module) verificationPage(c *fiber.Ctx) (verificationPage, store.Doc[Organization], error) {
	ctx, actor, id, now := c.UserContext(), actorOf(c), idOf(c), m.Service.now()
	if !actor.SignedIn() {
		return verificationPage{}, store.Doc[Organization]{}, apperr.New(apperr.SignIn, "")
	}
	doc, err := m.Service.inside(ctx, actor, id)
	if err != nil {
		return verificationPage{}, doc, err
	}
	o := doc.Body
	base := web.NewBase(c, "organizations", "organizations.verification.title", "name", o.Name)
	base.Demo = o.Demo
	base.Crumbs = []web.Crumb{{Label: base.T("organizations.index.title"), Path: "/organizations"}, {Label: o.Name, Path: pathOf(id)}, {Label: base.T("organizations.show.verification")}}
	names, err := m.reviewers(ctx, o)
	if err != nil {
		return verificationPage{}, doc, err
	}
	page := verificationPage{Base: base, Heading: base.Title, Path: base.URL(pathOf(id)), Tag: stateTag(base, o.StateAt(now)), Papers: paperTable(base, o, now), Missing: missingNames(base.Lang, o, now), History: history(base, o, names)}
	if MayManage(actor, id) {
		m.ownersPart(&page, id, o)
	}
	m.secretariatPart(&page, actor, id, o, doc.Version)
	m.flagsPart(&page, actor, id, o)
	if isOffice(o.Type, o.Sublevel) {
		if err := m.officePart(ctx, &page, actor, id, o); err != nil {
			return verificationPage{}, doc, err
		}
	}
	reminders, err := m.Service.Reminders(ctx, actor, id, 10)
	if err != nil {
		return verificationPage{}, doc, err
	}
	for _, r := range reminders {
		page.Reminders = append(page.Reminders, reminderText(base, o, r))
	}
	if s := o.Suspension; s != nil && o.State == StateSuspended {
		page.Suspended = []web.Fact{{Label: base.T("organizations.suspension.reason"), Value: s.Reason}, {Label: base.T("organizations.suspension.since"), Value: base.Date(s.At)}}
		if s.Reply != "" {
			page.Suspended = append(page.Suspended, web.Fact{Label: base.T("organizations.suspension.reply"), Value: s.Reply})
		}
	}
	return page, doc, nil
}

// reviewers names those who decided.
func (m *Module) reviewers(ctx context.Context, o Organization) (map[domain.AccountID]string, error) {
	var ids []domain.AccountID
	for _, r := range o.Reviews {
		ids = append(ids, r.By)
	}
	if o.Suspension != nil {
		ids = append(ids, o.Suspension.By)
	}
	for _, earlier := range o.Earlier {
		ids = append(ids, earlier.By)
	}
	if len(ids) == 0 {
		return nil, nil
	}
	return m.Service.people.Names(ctx, ids)
}

func (m *Module) ownersPart(page *verificationPage, id domain.OrganizationID, o Organization) {
	now := m.Service.now()
	if o.State == StateSuspended {
		a := web.NewAction(page.Base, "organizations.reply", pathOf(id)+"/reply")
		a.Reason = true
		page.Reply = &a
		return
	}
	if o.State == StatePending {
		return
	}
	page.PaperForm = paperForm(page.Base, id, o)
	trial := o
	if err := trial.Submit(now, page.Lang); err == nil {
		a := web.NewAction(page.Base, "organizations.submit", pathOf(id)+"/submit")
		page.Submit = &a
	}
}

func (m *Module) secretariatPart(page *verificationPage, actor domain.Actor, id domain.OrganizationID, o Organization, version int64) {
	if !actor.Secretariat() {
		return
	}
	if _, own := actor.Membership(id); own {
		page.OwnNote = page.T("organizations.error.own")
		return
	}
	if o.State == StatePending {
		page.Checklist = checklist(page.Base, id, o, version)
	}
	reasoned := func(key, path, kind string) *web.Action { return reasonedAction(page.Base, key, pathOf(id)+path, kind) }
	page.Merge = page.URL(pathOf(id) + "/merge")
	page.FlagForm = flagForm(page.Base, id)
	switch {
	case o.State == StateSuspended:
		page.Restore = reasoned("organizations.restore", "/restore", "plain")
	case o.Public(m.Service.now()):
		page.Suspend = reasoned("organizations.suspend", "/suspend", "stop")
	}
}

func reasonedAction(b web.Base, key, path, kind string) *web.Action {
	a := web.NewAction(b, key, path)
	a.Reason, a.Kind = true, kind
	return &a
}

// again shows the verification page with what was refused.
func (m *Module) again(c *fiber.Ctx, refusal error, put func(*verificationPage)) error {
	status := fiber.StatusUnprocessableEntity
	if apperr.Is(refusal, apperr.Conflict) {
		status = fiber.StatusConflict
	} else if !apperr.Is(refusal, apperr.Invalid) {
		return refusal
	}
	page, _, err := m.verificationPage(c)
	if err != nil {
		return err
	}
	put(&page)
	return m.verification.Render(c, status, page)
}

// handIn is POST /organizations/{id}/papers.
func (m *Module) handIn(c *fiber.Ctx) error {
	id := idOf(c)
	p, err := paperOf(c)
	var up *domain.Upload
	if header, e := c.FormFile("file"); e == nil && header.Size > 0 {
		file, e := header.Open()
		if e != nil {
			return e
		}
		defer file.Close()
		up = &domain.Upload{Name: header.Filename, Size: header.Size, Body: file}
	}
	if err == nil {
		err = m.Service.HandIn(c.UserContext(), actorOf(c), web.OperationOf(c), id, p, up)
	}
	if err != nil {
		switch apperr.KindOf(err) {
		case apperr.TooLarge, apperr.UnsupportedMedia:
			var e *apperr.Error
			if errors.As(err, &e) {
				err = apperr.InvalidFields([]apperr.Field{{Name: "file", Message: e.Msg}})
			}
		}
		return m.again(c, err, func(page *verificationPage) {
			if page.PaperForm != nil {
				page.PaperForm.Bind(c).Fail(err)
			}
		})
	}
	web.SetFlash(c, "good", "organizations.flash.paper")
	return web.Redirect(c, pathOf(id)+"/verification")
}

// submit is POST /organizations/{id}/submit.
func (m *Module) submit(c *fiber.Ctx) error {
	id := idOf(c)
	base := web.NewBase(c, "organizations", "")
	if err := m.Service.Submit(c.UserContext(), actorOf(c), web.OperationOf(c), id, base.Lang); err != nil {
		return m.again(c, err, func(page *verificationPage) {
			a := web.NewAction(page.Base, "organizations.submit", pathOf(id)+"/submit").Fail(err, "")
			page.Submit = &a
		})
	}
	web.SetFlash(c, "good", "organizations.flash.submitted")
	return web.Redirect(c, pathOf(id)+"/verification")
}

// decide is POST /organizations/{id}/decide.
func (m *Module) decide(c *fiber.Ctx) error {
	ctx, actor, id := c.UserContext(), actorOf(c), idOf(c)
	doc, err := m.Service.judged(ctx, actor, id)
	if err != nil {
		return err
	}
	state, err := m.Service.Decide(ctx, actor, web.OperationOf(c), id, web.Version(c), answersOf(c, doc.Body), web.ValuesOf(c).Get("reason"))
	if err != nil {
		return m.again(c, err, func(page *verificationPage) {
			if page.Checklist != nil {
				page.Checklist.Bind(c).Fail(err)
			}
		})
	}
	back := web.Undo{Path: pathOf(id) + "/decide/undo", Reason: true}
	if state == StateVerified {
		web.SetFlashWithUndo(c, back, "good", "organizations.flash.verified")
	} else {
		web.SetFlashWithUndo(c, back, "wait", "organizations.flash.rejected")
	}
	return web.Redirect(c, pathOf(id)+"/verification")
}

// undecide is POST /organizations/{id}/decide/undo.
func (m *Module) undecide(c *fiber.Ctx) error {
	path := pathOf(idOf(c)) + "/verification"
	return m.takenBack(c, m.Service.TakeBackDecision(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.ValuesOf(c).Get("reason")), path, path)
}

// reasoned makes the handler of a move that takes only a reason; undo is the move that takes it back, "" for none.
func (m *Module) reasoned(key, path, undo, flash string, move func(context.Context, domain.Actor, store.Operation, domain.OrganizationID, string) error, at func(*verificationPage) **web.Action) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, reason := idOf(c), web.ValuesOf(c).Get("reason")
		if err := move(c.UserContext(), actorOf(c), web.OperationOf(c), id, reason); err != nil {
			return m.again(c, err, func(page *verificationPage) {
				a := web.NewAction(page.Base, key, pathOf(id)+path)
				a.Reason = true
				a = a.Fail(err, reason)
				if len(fieldsOf(err)) > 0 || slices.Contains([]apperr.Kind{apperr.Conflict}, apperr.KindOf(err)) {
					*at(page) = &a
				}
			})
		}
		if undo == "" {
			web.SetFlash(c, "good", flash)
		} else {
			back := web.Undo{Path: pathOf(id) + undo, Reason: true}
			if place := web.ValuesOf(c).Get("place"); place != "" {
				back = back.Field("place", place) // from which it was untied
			}
			web.SetFlashWithUndo(c, back, "good", flash)
		}
		return web.Redirect(c, pathOf(id)+"/verification")
	}
}
