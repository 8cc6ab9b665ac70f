package matching

import "github.com/gofiber/fiber/v2"

// Routes registers the module's addresses.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/matching", m.getAbout)
}
