package coverage

import (
	"log/slog"

	"gotong/modules/domain"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Deps is what the module needs from the house and from other modules.
type Deps struct {
	DB       *store.DB
	Views    *web.Engine
	Clock    clock.Clock
	Log      *slog.Logger
	Needs    Needs
	Places   Places
	Subjects Subjects
	Province domain.RegionCode // whose regencies the tile map shows; "" means 61
}

// Module is the ledger over regions and categories, and the page of what nobody covers.
type Module struct {
	Service *Service

	province  domain.RegionCode
	uncovered *web.View[uncoveredPage]
	ledger    *web.View[ledgerPage]
	panel     *web.View[panelPage]
}

// New makes the module; a missing view stops the start.
func New(d Deps) *Module {
	if d.Province == "" {
		d.Province = "61"
	}
	return &Module{
		Service: &Service{
			db: d.DB, clock: d.Clock, log: d.Log, needs: d.Needs, places: d.Places, subjects: d.Subjects,
			cells: store.NewState[Cell](d.DB, "coverage"), built: store.NewState[mark](d.DB, "coverage_built"), ranked: store.NewRecords(d.DB, rankDefinition()),
		},
		province:  d.Province,
		uncovered: web.NewView[uncoveredPage](d.Views, "coverage/uncovered"),
		ledger:    web.NewView[ledgerPage](d.Views, "coverage/ledger"),
		panel:     web.NewView[panelPage](d.Views, "coverage/panel"),
	}
}
