package calls

import "github.com/gofiber/fiber/v2"

// Routes registers the module's pages, without language prefix.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/calls", m.getList)
	r.Get("/calls/new", m.getNew)
	r.Post("/calls", m.postNew)
	r.Get("/calls/:id", m.getShow)
	r.Get("/calls/:id/changes", m.getChanges)
	r.Post("/calls/:id/changes/seen", m.postSeen)
	r.Get("/calls/:id/snapshot.csv", m.getSnapshot)
	r.Get("/calls/:id/edit", m.getEdit)
	r.Post("/calls/:id/edit", m.postEdit)
	r.Post("/calls/:id/delete", m.postDelete)
	r.Post("/calls/:id/ask", m.button(ActionAsk))
	r.Post("/calls/:id/return", m.button(ActionReturn))
	r.Post("/calls/:id/release", m.button(ActionRelease))
	r.Get("/calls/:id/amend", m.getAmend)
	r.Post("/calls/:id/amend", m.postAmend)
	r.Post("/calls/:id/review", m.button(ActionReview))
	r.Get("/calls/:id/decide", m.getDecide)
	r.Post("/calls/:id/decide", m.postDecide)
	r.Post("/calls/:id/archive", m.button(ActionArchive))
	r.Post("/calls/:id/cancel", m.button(ActionCancel))
	r.Post("/calls/:id/questions", m.postQuestion)
	r.Post("/calls/:id/questions/:question/answer", m.postAnswer)
}
