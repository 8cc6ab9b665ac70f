package progress

import (
	"log/slog"

	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Deps is what the module needs from the house and from other modules.
type Deps struct {
	DB            *store.DB
	Views         *web.Engine
	Clock         clock.Clock
	Log           *slog.Logger
	Initiatives   Initiatives
	Organizations Organizations
	Papers        Papers
}

// Module is how initiatives run: service, pages, panel and what waits on desks.
type Module struct {
	Service *Service

	log       *slog.Logger
	page      *web.View[page]
	panel     *web.View[panelPage]
	following *web.View[followingPage]
}

// New makes the module; a missing view stops the start.
func New(d Deps) *Module {
	return &Module{
		Service: &Service{
			records: store.NewRecords(d.DB, definition()), updates: store.NewRecords(d.DB, updateDefinition()), follows: store.NewRecords(d.DB, followDefinition()),
			clock: d.Clock, log: d.Log, initiatives: d.Initiatives, organizations: d.Organizations, papers: d.Papers,
		},
		log:       d.Log,
		page:      web.NewView[page](d.Views, "progress/page"),
		panel:     web.NewView[panelPage](d.Views, "progress/panel"),
		following: web.NewView[followingPage](d.Views, "progress/following"),
	}
}
