package portal

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
	"gotong/modules/tables"
)

// App is the whole application, for tests that speak to it without the background work of Serve.
func (p *Portal) App() (*fiber.App, error) { p.ready.Store(true); return p.app() }

// DB is the portal's store.
func (p *Portal) DB() *store.DB { return p.db }

// Views is the engine that every module registered its views with.
func (p *Portal) Views() *web.Engine { return p.engine }

// BuildMatching reads everything into the index of matching, as the work beside requests does.
func (p *Portal) BuildMatching(ctx context.Context) error {
	_, err := p.matching.Service.Build(ctx)
	return err
}

// FollowSearch fills the index of the search over everything and follows, as the work beside requests does.
func (p *Portal) FollowSearch(ctx context.Context) error { return p.catalog.Run(ctx) }

// Tables is the module of imports and exports.
func (p *Portal) Tables() *tables.Module { return p.tables }
