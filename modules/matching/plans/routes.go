package plans

import "github.com/gofiber/fiber/v2"

// Routes registers the module's pages, without language prefix.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/plans", m.getList)
	r.Get("/plans/new", m.getNew)
	r.Post("/plans", m.postNew)
	r.Get("/plans/:id", m.getShow)
	r.Get("/plans/:id/compare", m.getCompare)
	r.Get("/plans/:id/lines", m.getLines)
	r.Get("/plans/:id/instance.json", m.getInstance)
	r.Get("/plans/:id/result.json", m.getResult)
	r.Post("/plans/:id/stop", m.postStop)
	r.Post("/plans/:id/share", m.postShare(true))
	r.Post("/plans/:id/unshare", m.postShare(false))
	r.Post("/plans/:id/again", m.postAgain)
	r.Post("/plans/:id/propose", m.postPropose)
}
