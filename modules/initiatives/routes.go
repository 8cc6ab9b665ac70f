package initiatives

import "github.com/gofiber/fiber/v2"

// Routes registers the module's pages, without language prefix.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/initiatives", m.getList)
	r.Get("/initiatives/new", m.getNew)
	r.Post("/initiatives", m.postNew)
	r.Get("/initiatives/invite", m.getInvite)
	r.Post("/initiatives/invite", m.postInvite)
	r.Get("/initiatives/invitations/:invitation", m.getInvitation)
	r.Post("/initiatives/invitations/:invitation/decline", m.ending("decline", InvitationDeclined))
	r.Post("/initiatives/invitations/:invitation/withdraw", m.ending("withdraw", InvitationWithdrawn))
	r.Get("/initiatives/:id", m.getShow)
	r.Get("/initiatives/:id/take-up", m.getTakeUp)
	r.Post("/initiatives/:id/take-up", m.postTakeUp)
	r.Post("/initiatives/:id/let-go", m.postLetGo)
	r.Get("/initiatives/:id/parts/:part", m.getPart)
	r.Post("/initiatives/:id/parts/:part", m.postPart)
	r.Post("/initiatives/:id/delete", m.postDelete)
	r.Post("/initiatives/:id/copy", m.postCopy)
	r.Get("/initiatives/:id/submit", m.getSubmit)
	r.Post("/initiatives/:id/submit", m.postSubmit)
	r.Get("/initiatives/:id/changes", m.getChanges)
	r.Get("/initiatives/:id/publish", m.getPublish)
	r.Post("/initiatives/:id/publish", m.postPublish)
	r.Get("/initiatives/:id/start", m.getStart)
	r.Post("/initiatives/:id/start", m.postStart)
	r.Get("/initiatives/:id/suspend", m.getSuspend)
	r.Post("/initiatives/:id/suspend", m.postSuspend)
	r.Post("/initiatives/:id/take-back", m.button(ActionTakeBack))
	r.Post("/initiatives/:id/withdraw", m.button(ActionWithdraw))
	r.Post("/initiatives/:id/resume", m.button(ActionResume))
	r.Post("/initiatives/:id/cancel", m.button(ActionCancel))
	r.Post("/initiatives/:id/reopen", m.button(ActionReopen))
	r.Post("/initiatives/:id/evaluate", m.button(ActionEvaluate))
	r.Post("/initiatives/:id/archive", m.button(ActionArchive))
}
