package reviews

import "github.com/gofiber/fiber/v2"

// Routes registers the module's pages, without language prefix.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/initiatives/:id/check", m.getCheck)
	r.Post("/initiatives/:id/check", m.postCheck)
	r.Get("/initiatives/:id/panel", m.getPanel)
	r.Post("/initiatives/:id/seats", m.postSeats)
	r.Post("/initiatives/:id/seats/release", m.postRelease)
	r.Get("/initiatives/:id/review", m.getReview)
	r.Post("/initiatives/:id/review", m.postReview)
	r.Post("/initiatives/:id/discussion", m.postDiscussion)
	r.Get("/initiatives/:id/decide", m.getDecide)
	r.Post("/initiatives/:id/decide", m.postDecide)
	r.Get("/initiatives/:id/appeal", m.getAppeal)
	r.Post("/initiatives/:id/appeal", m.postAppeal)
	r.Get("/initiatives/:id/appeal/answer", m.getAnswerAppeal)
	r.Post("/initiatives/:id/appeal/answer", m.postAnswerAppeal)
	r.Get("/calls/:id/sheet", m.getSheet)
	r.Get("/calls/:id/sheet.xlsx", m.getSheetFile)
	r.Get("/reviewing", m.getReviewing)
	r.Post("/reviewing", m.postReviewing)
	r.Get("/reviewing/:process", m.getDeclare)
	r.Post("/reviewing/:process", m.postDeclare)
}
