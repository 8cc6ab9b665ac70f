package needs

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
	Papers        Papers
	Ledgers       Ledgers
	Mandates      Mandates
	Finder        Finder
	Panels        []domain.Panel // on a need's page, in order: matching, commitments, documents, history
	PaperPanels   []domain.Panel // on the verifier's page: documents
}

// Module is the register of needs: service, pages and panels.
type Module struct {
	Service *Service

	panels      []domain.Panel
	paperPanels []domain.Panel
	log         *slog.Logger
	list        *web.View[listPage]
	show        *web.View[showPage]
	form        *web.View[formPage]
	cards       *web.View[panelPage]
	desk        *web.View[deskPage]
	choose      *web.View[choosePage]
	many        *web.View[manyPage]
	set         *web.View[setPage]
	history     *web.View[historyPage]
}

// New makes the module; a missing view stops the start.
func New(d Deps) *Module {
	return &Module{
		Service: &Service{
			records: store.NewRecords(d.DB, definition()), sets: store.NewRecords(d.DB, setDefinition()), clock: d.Clock, log: d.Log, places: d.Places, organizations: d.Organizations,
			papers: d.Papers, ledgers: d.Ledgers, mandates: d.Mandates, finder: d.Finder,
		},
		panels: d.Panels, paperPanels: d.PaperPanels, log: d.Log,
		list:    web.NewView[listPage](d.Views, "needs/list"),
		show:    web.NewView[showPage](d.Views, "needs/show"),
		form:    web.NewView[formPage](d.Views, "needs/form"),
		cards:   web.NewView[panelPage](d.Views, "needs/panel"),
		desk:    web.NewView[deskPage](d.Views, "needs/desk"),
		choose:  web.NewView[choosePage](d.Views, "needs/choose"),
		many:    web.NewView[manyPage](d.Views, "needs/many"),
		set:     web.NewView[setPage](d.Views, "needs/set"),
		history: web.NewView[historyPage](d.Views, "needs/history"),
	}
}
