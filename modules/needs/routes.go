package needs

import "github.com/gofiber/fiber/v2"

// Routes registers the module's pages, without language prefix.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/needs", m.getList)
	r.Get("/needs/new", m.getNew)
	r.Post("/needs", m.postNew)
	r.Get("/needs/similar", m.getSimilar)
	r.Get("/needs/verification", m.getMany)
	r.Post("/needs/verification", m.postMany)
	r.Get("/needs/verification/:set", m.getSet)
	r.Post("/needs/verification/:set/undo", m.postUndo)
	r.Get("/needs/:id", m.getShow)
	r.Get("/needs/:id/history", m.getHistory)
	r.Get("/needs/:id/edit", m.getEdit)
	r.Post("/needs/:id/edit", m.postEdit)
	r.Post("/needs/:id/delete", m.postDelete)
	r.Post("/needs/:id/copy", m.postCopy)
	r.Get("/needs/:id/submit", m.getSubmit)
	r.Post("/needs/:id/submit", m.postSubmit)
	r.Post("/needs/:id/take-back", m.postTakeBack)
	r.Post("/needs/:id/adopt", m.postAdopt)
	r.Post("/needs/:id/decline", m.postDecline)
	r.Post("/needs/:id/begin", m.postBegin)
	r.Get("/needs/:id/verify", m.getVerify)
	r.Post("/needs/:id/verify", m.postVerify)
	r.Get("/needs/:id/plan", m.getPlan)
	r.Post("/needs/:id/plan", m.postPlan)
	r.Post("/needs/:id/drop-plan", m.postDropPlan)
	r.Post("/needs/:id/reopen", m.postReopen)
	r.Get("/needs/:id/withdraw", m.getWithdraw)
	r.Post("/needs/:id/withdraw", m.postWithdraw)
	r.Get("/needs/:id/quantity", m.getQuantity)
	r.Post("/needs/:id/quantity", m.postQuantity)
	r.Get("/needs/:id/evaluate", m.getEvaluate)
	r.Post("/needs/:id/evaluate", m.postEvaluate)
}
