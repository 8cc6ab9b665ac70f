package matching

import "github.com/gofiber/fiber/v2"

// Routes registers the module's addresses.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/matching", m.getAbout)
	r.Post("/matching", m.postWeights)
	r.Get("/matching/not-for-us", m.getRefuse)
	r.Post("/matching/not-for-us", m.postRefuse)
	r.Post("/matching/not-for-us/undo", m.postTakeBack)
	r.Get("/matching/answers", m.getAnswers)
}
