package initiatives

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
	Offers        Offers
	Finder        Finder
	Calls         Calls
	Reviews       Reviews
	Panels        []domain.Panel // on an initiative's page, in order: matching, commitments, documents, history
	PaperPanels   []domain.Panel // on the pages of submission and publication: documents
}

// Module is the register of initiatives: service, pages and panels.
type Module struct {
	Service *Service

	panels      []domain.Panel
	paperPanels []domain.Panel
	log         *slog.Logger
	list        *web.View[listPage]
	show        *web.View[showPage]
	form        *web.View[formPage]
	part        *web.View[partPage]
	cards       *web.View[panelPage]
	reading     *web.View[readingPage]
	changes     *web.View[changesPage]
	invitation  *web.View[invitationPage]
	answers     *web.View[answersPage]
	start       *web.View[startPage]
	earlier     *web.View[earlierPage]
	templates   *web.View[templatesPage]
	template    *web.View[templatePage]
	concept     *web.View[conceptPage]
}

// New makes the module; a missing view stops the start.
func New(d Deps) *Module {
	return &Module{
		Service: &Service{
			records: store.NewRecords(d.DB, definition()), versions: store.NewRecords(d.DB, versionDefinition()), invitations: store.NewRecords(d.DB, invitationDefinition()),
			templates: store.NewRecords(d.DB, templateDefinition()), concepts: store.NewState[Concept](d.DB, "initiative_concepts"), words: wordsOf(d.Views.Bundle()),
			clock: d.Clock, log: d.Log, places: d.Places, organizations: d.Organizations, papers: d.Papers, offers: d.Offers, finder: d.Finder, calls: d.Calls, reviews: d.Reviews,
		},
		panels: d.Panels, paperPanels: d.PaperPanels, log: d.Log,
		list:    web.NewView[listPage](d.Views, "initiatives/list"),
		show:    web.NewView[showPage](d.Views, "initiatives/show"),
		form:    web.NewView[formPage](d.Views, "initiatives/form"),
		part:    web.NewView[partPage](d.Views, "initiatives/part"),
		cards:   web.NewView[panelPage](d.Views, "initiatives/panel"),
		reading: web.NewView[readingPage](d.Views, "initiatives/reading"),
		changes: web.NewView[changesPage](d.Views, "initiatives/changes"),

		answers:    web.NewView[answersPage](d.Views, "initiatives/answers"),
		invitation: web.NewView[invitationPage](d.Views, "initiatives/invitation"),

		start:     web.NewView[startPage](d.Views, "initiatives/new"),
		earlier:   web.NewView[earlierPage](d.Views, "initiatives/earlier"),
		templates: web.NewView[templatesPage](d.Views, "initiatives/templates"),
		template:  web.NewView[templatePage](d.Views, "initiatives/template"),
		concept:   web.NewView[conceptPage](d.Views, "initiatives/concept"),
	}
}
