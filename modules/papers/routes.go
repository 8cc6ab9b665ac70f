package papers

import "github.com/gofiber/fiber/v2"

// Routes registers the module's addresses.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/papers", m.getCheck)
	r.Post("/papers", m.postCheck)
	r.Get("/papers/templates", m.getTemplates)
	r.Get("/papers/templates/:kind", m.getTemplate)
	r.Post("/papers/templates/:kind", m.postTemplate)
	r.Get("/papers/templates/:kind/sample.pdf", m.getSample)
	r.Get("/papers/:id", m.getRecord)
	r.Post("/papers/:id", m.postRecord)
	r.Get("/commitments/:id/papers", m.getMake)
	r.Post("/commitments/:id/papers", m.postMake)
	r.Get("/organizations/:id/letterhead", m.getHead)
	r.Post("/organizations/:id/letterhead", m.postHead)
}
