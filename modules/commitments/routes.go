package commitments

import "github.com/gofiber/fiber/v2"

// Routes registers the module's addresses.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/commitments/new", m.getNew)
	r.Post("/commitments", m.postNew)
	r.Get("/commitments/:id", m.getShow)
	for name, act := range map[string]postFunc{
		"accept": m.accept, "decline": m.decline, "cancel": m.cancel, "sign": m.sign, "start": m.start,
		"deliver": m.deliver, "handover": m.handOver, "confirm": m.confirm, "settle": m.settle,
	} {
		r.Post("/commitments/:id/"+name, m.post(name, act))
	}
}
