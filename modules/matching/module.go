package matching

import (
	"log/slog"

	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Module is the matching slice of the portal.
type Module struct {
	Service *Service

	about *web.View[aboutPage]
	panel *web.View[panelPage]

	refuse  *web.View[refusePage]
	answers *web.View[answersPage]
}

// New makes the module; a missing view stops the start. Service.Run builds the index.
func New(d Deps) *Module {
	if d.Log == nil {
		d.Log = slog.New(slog.DiscardHandler)
	}
	return &Module{
		Service: &Service{index: NewIndex(DefaultWeights), db: d.DB, clock: d.Clock, log: d.Log, needs: d.Needs, inits: d.Initiatives,
			capacity: d.Capacity, places: d.Places, subjects: d.Subjects,
			weightings: store.NewRecords(d.DB, weightingDefinition()), refusals: store.NewRecords(d.DB, refusalDefinition())},
		about: web.NewView[aboutPage](d.Views, "matching/about"),
		panel: web.NewView[panelPage](d.Views, "matching/panel"),

		refuse:  web.NewView[refusePage](d.Views, "matching/refuse"),
		answers: web.NewView[answersPage](d.Views, "matching/answers"),
	}
}
