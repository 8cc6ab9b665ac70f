package villages

import "github.com/gofiber/fiber/v2"

// Routes registers the pages; anyone may read them.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/villages", m.index)
	r.Get("/villages/:code", m.showRegion)
}
