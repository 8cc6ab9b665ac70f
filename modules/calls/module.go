package calls

import (
	"log/slog"

	"gotong/modules/domain"
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
	Places        Places
	Organizations Organizations
	Answers       Answers
	Panels        []domain.Panel // on a call's page, in order: answers, documents, history
}

// Module is the register of calls: service, pages and what waits on desks.
type Module struct {
	Service *Service

	panels  []domain.Panel
	log     *slog.Logger
	list    *web.View[listPage]
	show    *web.View[showPage]
	form    *web.View[formPage]
	changes *web.View[changesPage]
}

// New makes the module; a missing view stops the start.
func New(d Deps) *Module {
	return &Module{
		Service: &Service{
			records: store.NewRecords(d.DB, definition()), questions: store.NewRecords(d.DB, questionDefinition()),
			entries: store.NewRecords(d.DB, entryDefinition()), snapshots: store.NewRecords(d.DB, snapshotDefinition()),
			clock: d.Clock, log: d.Log, places: d.Places, organizations: d.Organizations, answers: d.Answers,
		},
		panels: d.Panels, log: d.Log,
		list:    web.NewView[listPage](d.Views, "calls/list"),
		show:    web.NewView[showPage](d.Views, "calls/show"),
		form:    web.NewView[formPage](d.Views, "calls/form"),
		changes: web.NewView[changesPage](d.Views, "calls/changes"),
	}
}
