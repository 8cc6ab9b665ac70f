package organizations

import (
	"log/slog"

	"gotong/modules/domain"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Deps is what the module needs. Clock and Log may be nil.
type Deps struct {
	DB        *store.DB
	Views     *web.Engine
	Clock     clock.Clock
	Log       *slog.Logger
	Regions   Regions
	Documents Documents
	People    People
	Search    Search
	PublicURL string // of the portal, without a slash at its end; invitation links begin with it
}

// Module is the register of organisations with its pages.
type Module struct {
	Service *Service
	// Panels are what other modules show on an organisation's page, in this order. Set them before serving.
	Panels []domain.Panel

	db        *store.DB
	publicURL string

	index        *web.View[indexPage]
	types        *web.View[typesPage]
	checkView    *web.View[checkPage]
	alikeView    *web.View[alikePage]
	passportView *web.View[passportPage]
	merging      *web.View[mergePage]
	form         *web.View[formPage]
	show         *web.View[showPage]
	verification *web.View[verificationPage]
	members      *web.View[membersPage]
	invitation   *web.View[invitationPage]
	desk         *web.View[deskPage]
}

// New declares the collections and builds the views; it panics where a view is missing.
func New(d Deps) *Module {
	return &Module{
		Service: newService(d), db: d.DB, publicURL: d.PublicURL,
		index:        web.NewView[indexPage](d.Views, "organizations/index"),
		types:        web.NewView[typesPage](d.Views, "organizations/types"),
		checkView:    web.NewView[checkPage](d.Views, "organizations/check"),
		alikeView:    web.NewView[alikePage](d.Views, "organizations/alike"),
		passportView: web.NewView[passportPage](d.Views, "organizations/passport"),
		merging:      web.NewView[mergePage](d.Views, "organizations/merge"),
		form:         web.NewView[formPage](d.Views, "organizations/form"),
		show:         web.NewView[showPage](d.Views, "organizations/show"),
		verification: web.NewView[verificationPage](d.Views, "organizations/verification"),
		members:      web.NewView[membersPage](d.Views, "organizations/members"),
		invitation:   web.NewView[invitationPage](d.Views, "organizations/invitation"),
		desk:         web.NewView[deskPage](d.Views, "organizations/desk"),
	}
}

// Resolver answers for kind "organization".
func (m *Module) Resolver() domain.Resolver { return resolver{m.Service} }

// DeskPanel shows what waits for the actor.
func (m *Module) DeskPanel() domain.Panel { return deskPanel{m} }
