package coverage

import (
	"context"
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
	Maps     Maps
}

// Maps draws regions of one level that lie in one ("" the country), with the classes and the legend of what is shown.
type Maps interface {
	RegionMap(ctx context.Context, b web.Base, above domain.RegionCode, title string, facts []domain.MapFact, legend []domain.MapKey) (*domain.RegionMap, error)
}

// Module is the ledger over regions and categories, and the page of what nobody covers.
type Module struct {
	Service *Service

	maps      Maps
	uncovered *web.View[uncoveredPage]
	ledger    *web.View[ledgerPage]
	panel     *web.View[panelPage]
}

// New makes the module; a missing view stops the start.
func New(d Deps) *Module {
	return &Module{
		Service: &Service{
			db: d.DB, clock: d.Clock, log: d.Log, needs: d.Needs, places: d.Places, subjects: d.Subjects,
			cells: store.NewState[Cell](d.DB, "coverage"), built: store.NewState[mark](d.DB, "coverage_built"), ranked: store.NewRecords(d.DB, rankDefinition()),
		},
		maps:      d.Maps,
		uncovered: web.NewView[uncoveredPage](d.Views, "coverage/uncovered"),
		ledger:    web.NewView[ledgerPage](d.Views, "coverage/ledger"),
		panel:     web.NewView[panelPage](d.Views, "coverage/panel"),
	}
}
