package plans

import (
	"log/slog"

	"gotong/modules/domain"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
	"gotong/modules/matching/plan/solve"
)

// Deps is what plans need from the house and from other modules.
type Deps struct {
	DB          *store.DB
	Blobs       Blobs
	Views       *web.Engine
	Clock       clock.Clock
	Log         *slog.Logger
	Markets     Markets
	Places      Places
	Calls       Calls
	Commitments Commitments
	Version     string            // of the program, kept with each result
	Province    domain.RegionCode // whose regencies the form offers and the tile map shows; "" means 61
}

// Module is allocation plans with their pages.
type Module struct {
	Service *Service

	province domain.RegionCode
	list     *web.View[listPage]
	form     *web.View[formPage]
	show     *web.View[showPage]
	compare  *web.View[comparePage]
}

// New makes the module; a missing view stops the start. Service.Run searches.
func New(d Deps) *Module {
	if d.Province == "" {
		d.Province = "61"
	}
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Module{
		Service: &Service{
			db: d.DB, records: store.NewRecords(d.DB, definition()), progress: store.NewState[Progress](d.DB, "plan_progress"),
			proposed: store.NewState[map[string]domain.CommitmentID](d.DB, "plan_proposals"), prices: store.NewState[solve.Warm](d.DB, "plan_prices"),
			blobs: d.Blobs, markets: d.Markets, places: d.Places, calls: d.Calls, commitments: d.Commitments, clock: d.Clock, log: d.Log, version: d.Version,
			wake: make(chan struct{}, 1), known: map[string]*Report{},
		},
		province: d.Province, list: web.NewView[listPage](d.Views, "plans/list"), form: web.NewView[formPage](d.Views, "plans/form"),
		show: web.NewView[showPage](d.Views, "plans/show"), compare: web.NewView[comparePage](d.Views, "plans/compare"),
	}
}
