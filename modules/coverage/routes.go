package coverage

import "github.com/gofiber/fiber/v2"

// Routes registers the module's pages, without language prefix.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/uncovered", m.getUncovered)
	r.Get("/ledger", m.getLedger)
}
