package commitments

import "github.com/gofiber/fiber/v2"

// Routes registers the module's addresses.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/commitments/new", m.getNew)
	r.Post("/commitments", m.postNew)
	r.Post("/conversations", m.postConversation)
	r.Get("/commitments/:id", m.getShow)
	for name, act := range map[string]postFunc{
		"accept": m.accept, "decline": m.decline, "cancel": m.cancel, "sign": m.sign, "start": m.start,
		"deliver": m.deliver, "handover": m.handOver, "confirm": m.confirm, "settle": m.settle,
		"propose": m.propose, "counter": m.counter, "message": m.message, "reply": m.reply,
		"oblige": m.oblige, "obligation-drop": m.dropObligation, "obligation-done": m.fulfilObligation,
		"item": m.addItem, "item-drop": m.dropItem, "review": m.review, "verify": m.verify, "evaluate": m.evaluate,
	} {
		r.Post("/commitments/:id/"+name, m.post(name, act))
	}
	r.Get("/commitments/:id/links", m.getLinks)
	r.Post("/commitments/:id/links", m.postLinks)
	r.Get("/commitments/:id/links/:shown", m.getLink)
	r.Post("/commitments/:id/links/:link/revoke", m.onLink("revoke", m.Service.RevokeLink))
	r.Post("/commitments/:id/links/:link/erase", m.onLink("erase", m.Service.EraseLinkPerson))
	r.Get("/confirm", m.getCode)
	r.Post("/confirm", m.postCode)
	r.Get("/confirm/:secret", m.getAnswer)
	r.Post("/confirm/:secret", m.postAnswer)
	r.Get("/confirm/:secret/photos/:document", m.getPicture)
	r.Get("/confirmed/:id", m.getReceipt)
}
