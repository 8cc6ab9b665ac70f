package villages

import "github.com/gofiber/fiber/v2"

// Routes registers the pages; anyone may read them. The secretariat changes how villages are weighed; villages
// and those who check their area write what they have.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/villages", m.index)
	r.Get("/map", m.showMap)
	r.Get("/villages/typology", m.showTypology)
	r.Get("/villages/typology.csv", m.typologyFile)
	r.Get("/villages/weight", m.showWeight)
	r.Post("/villages/weight", m.changeWeight)
	r.Get("/villages/:code", m.showRegion)
	r.Get("/villages/:code/sheet.pdf", m.sheetFile)
	r.Get("/villages/:code/potentials", m.getPotentials)
	r.Post("/villages/:code/potentials", m.postNewPotential)
	r.Get("/villages/:code/potentials/new", m.getNewPotential)
	r.Get("/villages/:code/potentials/:potential", m.getPotential)
	r.Post("/villages/:code/potentials/:potential", m.postPotential)
	r.Post("/villages/:code/potentials/:potential/remove", m.postRemovePotential)
	r.Post("/villages/:code/potentials/:potential/undo", m.postUndoPotential)
}
