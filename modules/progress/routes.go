package progress

import "github.com/gofiber/fiber/v2"

// Routes registers the module's pages, without language prefix.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/initiatives/:id/timeline", m.getTimeline)
	r.Post("/initiatives/:id/follow", m.postFollow)
	r.Post("/initiatives/:id/unfollow", m.postUnfollow)
	r.Get("/initiatives/:id/work", m.getWork)
	r.Get("/initiatives/:id/work/:act", m.getAct)
	r.Post("/initiatives/:id/work/:act", m.postAct)
	r.Get("/initiatives/:id/requests/:request", m.getRequest)
	r.Post("/initiatives/:id/requests/:request", m.postRequest)
	r.Get("/initiatives/:id/complete", m.getComplete)
	r.Post("/initiatives/:id/complete", m.postComplete)
	r.Get("/following", m.getFollowing)
}
