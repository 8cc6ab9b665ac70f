package tables

import "github.com/gofiber/fiber/v2"

// Routes registers the module's pages, without language prefix.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/imports", m.getList)
	r.Get("/imports/new", m.getNew)
	r.Post("/imports", m.postNew)
	r.Get("/imports/template", m.getTemplate)
	r.Get("/imports/:id", m.getShow)
	r.Get("/imports/:id/errors", m.getErrors)
	r.Post("/imports/:id/columns", m.postColumns)
	r.Post("/imports/:id/apply", m.postApply)
	r.Post("/imports/:id/undo", m.postUndo)
	r.Post("/imports/:id/discard", m.postDiscard)
	r.Get("/exports/:list", m.getExport)
}
