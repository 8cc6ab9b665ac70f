package moderation

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/web"
)

// Module is moderation with its pages.
type Module struct {
	Service *Service

	form          *web.View[formPage]
	report        *web.View[reportPage]
	list          *web.View[listPage]
	announcements *web.View[announcementsPage]
}

// New makes the module. It panics where a view is missing.
func New(d Deps) *Module {
	return &Module{
		Service: newService(d), form: web.NewView[formPage](d.Views, "moderation/form"), report: web.NewView[reportPage](d.Views, "moderation/report"),
		list: web.NewView[listPage](d.Views, "moderation/list"), announcements: web.NewView[announcementsPage](d.Views, "moderation/announcements"),
	}
}

// Routes registers the module's addresses.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/reports/new", m.newReport)
	r.Post("/reports", m.postReport)
	r.Get("/reports", m.listReports)
	r.Get("/reports/:id", m.showReport)
	r.Post("/reports/:id/dismiss", m.decide("dismiss", ReportDismissed))
	r.Post("/reports/:id/act", m.decide("act", ReportActed))
	r.Post("/reports/:id/reopen", m.reopen)

	r.Get("/announcements", m.listAnnouncements)
	r.Get("/announcements/new", m.newAnnouncement)
	r.Post("/announcements/new", m.postAnnouncement)
	r.Get("/announcements/:id/edit", m.editAnnouncement)
	r.Post("/announcements/:id/edit", m.postEdit)
	r.Post("/announcements/:id/retract", m.retract(true, "retracted"))
	r.Post("/announcements/:id/restore", m.retract(false, "restored"))
}
