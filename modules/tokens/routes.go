package tokens

import (
	"log/slog"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Deps is what the module needs.
type Deps struct {
	DB            *store.DB
	Views         *web.Engine
	Clock         clock.Clock
	Log           *slog.Logger
	People        People
	Organizations Organizations
	PublicURL     string // of the portal, without a slash at its end: for the example
}

// Module is the tokens of organisations with their page.
type Module struct {
	Service *Service

	publicURL string
	page      *web.View[tokensPage]
}

// New declares the collection and builds the view; it panics where that is missing.
func New(d Deps) *Module {
	return &Module{Service: newService(d), publicURL: d.PublicURL, page: web.NewView[tokensPage](d.Views, "tokens/tokens")}
}

// Routes registers the page, which belongs to the organisation's.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/organizations/:id/tokens", m.show)
	r.Post("/organizations/:id/tokens", m.make)
	r.Post("/organizations/:id/tokens/:token/revoke", m.revoke)
}
