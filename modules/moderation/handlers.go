package moderation

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

func (m *Module) newReport(c *fiber.Ctx) error {
	r, err := m.Service.About(c.UserContext(), web.Get[domain.Actor](c), pageOf(c))
	if err != nil {
		return err
	}
	return m.renderReport(c, fiber.StatusOK, r, nil)
}

// pageOf is the page that is reported: a path of this portal, without language prefix.
func pageOf(c *fiber.Ctx) string { return web.PathOf(web.SafeNext(web.ValuesOf(c).Get("page"))) }

func (m *Module) renderReport(c *fiber.Ctx, status int, r Report, refused error) error {
	b := web.NewBase(c, "", "moderation.report.title")
	f := reportForm(b, r)
	if refused != nil {
		f.Bind(c).Fail(refused)
	}
	b.Crumbs = []web.Crumb{{Label: r.Title, Path: r.Path}, {Label: b.Title}}
	return m.form.Render(c, status, formPage{Base: b, Lead: b.T("moderation.report.lead", "page", r.Title), Form: f})
}

func (m *Module) postReport(c *fiber.Ctx) error {
	actor, v := web.Get[domain.Actor](c), web.ValuesOf(c)
	r := Report{Path: pageOf(c), Reason: Reason(v.Get("reason")), Words: v.Get("words")}
	id, err := m.Service.Report(c.UserContext(), actor, string(web.Get[web.Network](c)), web.OperationOf(c), r)
	if apperr.Is(err, apperr.Invalid) {
		about, readErr := m.Service.About(c.UserContext(), actor, r.Path)
		if readErr != nil {
			return readErr
		}
		return m.renderReport(c, fiber.StatusUnprocessableEntity, about, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(c, "/reports/"+id) // the receipt says that it arrived
}

func (m *Module) listReports(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	status := v.Get("status")
	page, err := m.Service.List(c.UserContext(), ReportState(status), v.Get("cursor"))
	if err != nil {
		return err
	}
	return m.list.Render(c, fiber.StatusOK, newReportsPage(web.NewBase(c, "desk", "moderation.reports.title"), status, v.Get("cursor"), page))
}

func (m *Module) showReport(c *fiber.Ctx) error { return m.renderReceipt(c, fiber.StatusOK, "", nil) }

// renderReceipt shows a report; act is the button that was refused.
func (m *Module) renderReceipt(c *fiber.Ctx, status int, act string, refused error) error {
	ctx, actor := c.UserContext(), web.Get[domain.Actor](c)
	doc, err := m.Service.Get(ctx, c.Params("id"))
	if err != nil {
		return err
	}
	b := web.NewBase(c, "", "moderation.receipt.title")
	reporter := b.T("moderation.reporter.public")
	if id := doc.Body.Reporter; id != "" {
		names, err := m.Service.names.Accounts(ctx, []domain.AccountID{id})
		if err != nil {
			return err
		}
		if reporter = names[id]; reporter == "" {
			reporter = b.T("moderation.reporter.gone")
		}
	}
	p := newReportPage(b, actor, doc, reporter)
	reason := web.ValuesOf(c).Get("reason")
	switch {
	case act == "dismiss" && p.Dismiss != nil:
		*p.Dismiss = p.Dismiss.Fail(refused, reason)
	case act == "act" && p.Act != nil:
		*p.Act = p.Act.Fail(refused, reason)
	}
	return m.report.Render(c, status, p)
}

func (m *Module) decide(act string, state ReportState) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id := c.Params("id")
		err := m.Service.Decide(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, state, web.ValuesOf(c).Get("reason"))
		if apperr.Is(err, apperr.Invalid) {
			return m.renderReceipt(c, fiber.StatusUnprocessableEntity, act, err)
		}
		if err != nil {
			return err
		}
		web.SetFlashWithUndo(c, web.Undo{Path: "/reports/" + id + "/reopen"}, "good", "moderation.flash."+string(state))
		return web.Redirect(c, "/reports/"+id)
	}
}

func (m *Module) reopen(c *fiber.Ctx) error {
	id := c.Params("id")
	if err := m.Service.Reopen(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id); err != nil {
		return err
	}
	web.SetFlash(c, "good", "moderation.flash.reopened")
	return web.Redirect(c, "/reports/"+id)
}

func (m *Module) listAnnouncements(c *fiber.Ctx) error {
	cursor := web.ValuesOf(c).Get("cursor")
	page, err := m.Service.Announcements(c.UserContext(), cursor)
	if err != nil {
		return err
	}
	b := web.NewBase(c, "desk", "moderation.announcements.title")
	return m.announcements.Render(c, fiber.StatusOK, newAnnouncementsPage(b, web.Get[domain.Actor](c).Secretariat(), domain.DateOf(m.Service.clock.Now()), cursor, page))
}

func (m *Module) newAnnouncement(c *fiber.Ctx) error {
	today := domain.DateOf(m.Service.clock.Now())
	return m.renderAnnouncement(c, fiber.StatusOK, "/announcements/new", store.Doc[Announcement]{Body: Announcement{From: today, Until: today}}, nil)
}

func (m *Module) editAnnouncement(c *fiber.Ctx) error {
	doc, err := m.Service.Announcement(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return m.renderAnnouncement(c, fiber.StatusOK, "/announcements/"+doc.ID+"/edit", doc, nil)
}

func (m *Module) renderAnnouncement(c *fiber.Ctx, status int, path string, doc store.Doc[Announcement], refused error) error {
	b := web.NewBase(c, "desk", "moderation.announcement.title")
	b.Crumbs = []web.Crumb{{Label: b.T("moderation.announcements.title"), Path: "/announcements"}, {Label: b.Title}}
	f := announcementForm(b, path, doc.Body, doc.Version)
	if refused != nil {
		f.Bind(c).Fail(refused)
	}
	return m.form.Render(c, status, formPage{Base: b, Lead: b.T("moderation.announcement.lead"), Form: f})
}

func announcementOf(c *fiber.Ctx) Announcement {
	v := web.ValuesOf(c)
	date := func(name string) domain.Date {
		d, _ := domain.ParseDate(v.Get(name)) // "" says that a date is missing
		return d
	}
	return Announcement{
		Title: domain.Text{ID: v.Get("title_id"), EN: v.Get("title_en")}, Text: domain.Text{ID: v.Get("text_id"), EN: v.Get("text_en")},
		From: date("from"), Until: date("until"), SignedIn: v.Get("signed_in") != "",
	}
}

func (m *Module) postAnnouncement(c *fiber.Ctx) error {
	a := announcementOf(c)
	err := m.Service.Announce(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), a)
	if apperr.Is(err, apperr.Invalid) {
		return m.renderAnnouncement(c, fiber.StatusUnprocessableEntity, "/announcements/new", store.Doc[Announcement]{Body: a}, err)
	}
	return announced(c, err, "published")
}

func (m *Module) postEdit(c *fiber.Ctx) error {
	id, a := c.Params("id"), announcementOf(c)
	err := m.Service.Amend(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, web.Version(c), a)
	if apperr.Is(err, apperr.Invalid) {
		return m.renderAnnouncement(c, fiber.StatusUnprocessableEntity, "/announcements/"+id+"/edit", store.Doc[Announcement]{Body: a, Version: web.Version(c)}, err)
	}
	if apperr.Is(err, apperr.Conflict) {
		return m.conflict(c, id, err)
	}
	return announced(c, err, "amended")
}

// conflict shows what was typed beside what somebody else wrote meanwhile.
func (m *Module) conflict(c *fiber.Ctx, id string, refused error) error {
	doc, err := m.Service.Announcement(c.UserContext(), id)
	if err != nil {
		return refused
	}
	b := web.NewBase(c, "desk", "moderation.announcement.title")
	path := "/announcements/" + id + "/edit"
	f := announcementForm(b, path, doc.Body, doc.Version).Bind(c).Conflict(announcementForm(b, path, doc.Body, doc.Version))
	return m.form.Render(c, fiber.StatusConflict, formPage{Base: b, Lead: b.T("moderation.announcement.lead"), Form: f})
}

func (m *Module) retract(retracted bool, flash string) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id, undo := c.Params("id"), "retract"
		if retracted {
			undo = "restore"
		}
		if err := m.Service.Retract(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, retracted); err != nil {
			return err
		}
		web.SetFlashWithUndo(c, web.Undo{Path: "/announcements/" + id + "/" + undo}, "good", "moderation.flash."+flash)
		return web.Redirect(c, "/announcements")
	}
}

func announced(c *fiber.Ctx, err error, flash string) error {
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "moderation.flash."+flash)
	return web.Redirect(c, "/announcements")
}

// Show puts what is announced on every page that follows.
func (m *Module) Show(c *fiber.Ctx) error {
	web.PutNotices(c, func(lang string) web.Notices { return m.Service.Notices(lang, web.Get[domain.Actor](c).SignedIn()) })
	return c.Next()
}

// Queues are the reports that wait for the secretariat.
func (m *Module) Queues() []domain.Queue {
	s := m.Service
	return []domain.Queue{{
		Name: "report", Title: "moderation.queue", For: domain.Actor.Secretariat,
		Read: func(ctx context.Context, r domain.QueueRequest) (w domain.Waits, err error) {
			page, err := s.reports.List(ctx, store.Query{List: listReports, Key: store.KeyOf(string(ReportOpen)), Cursor: r.Cursor, Limit: r.Limit})
			w.Next = page.Next
			for _, doc := range page.Items {
				w.Items = append(w.Items, domain.Wait{Title: doc.Body.Title, Path: "/reports/" + doc.ID, Note: r.Page.T("moderation.reason." + string(doc.Body.Reason)),
					Since: doc.Body.At, Due: domain.DueAfter(doc.Body.At, domain.DaysToAnswerReport), Demo: doc.Body.Demo})
			}
			return w, err
		},
	}}
}
