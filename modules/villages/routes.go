package villages

import "github.com/gofiber/fiber/v2"

// Routes registers the pages; anyone may read them. The secretariat changes how villages are weighed.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/villages", m.index)
	r.Get("/map", m.showMap)
	r.Get("/villages/typology", m.showTypology)
	r.Get("/villages/typology.csv", m.typologyFile)
	r.Get("/villages/weight", m.showWeight)
	r.Post("/villages/weight", m.changeWeight)
	r.Get("/villages/:code", m.showRegion)
	r.Get("/villages/:code/sheet.pdf", m.sheetFile)
}
