package reviews

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
	Proposals     Proposals
	People        People
	Organizations Organizations
	Agreements    Agreements
	Calls         Calls
	Reviewers     int64          // for a proposal that no call asked for
	Spread        int64          // points of 100 that call for one more
	Whole         []domain.Panel // the proposal with its papers, for who reads it under its name
	Nameless      []domain.Panel // the proposal without who proposes it
	Changes       domain.Panel   // what a revision changed
	Unnamed       domain.Panel   // the same, without with whom
}

// Module is how proposals are judged: service, pages and what waits on desks.
type Module struct {
	Service *Service

	whole, nameless []domain.Panel
	changes         domain.Panel
	unnamed         domain.Panel
	log             *slog.Logger
	page            *web.View[page]
	sheet           *web.View[sheetPage]
	panel           *web.View[panelPage]
}

// New makes the module; a missing view stops the start.
func New(d Deps) *Module {
	return &Module{
		Service: &Service{
			processes: store.NewRecords(d.DB, processDefinition()), reviews: store.NewRecords(d.DB, reviewDefinition()),
			remarks: store.NewRecords(d.DB, remarkDefinition()), profiles: store.NewRecords(d.DB, profileDefinition()),
			clock: d.Clock, log: d.Log, proposals: d.Proposals, people: d.People, organizations: d.Organizations, agreements: d.Agreements, calls: d.Calls,
			reviewers: d.Reviewers, spread: d.Spread,
		},
		whole: d.Whole, nameless: d.Nameless, changes: d.Changes, unnamed: d.Unnamed, log: d.Log,
		page:  web.NewView[page](d.Views, "reviews/page"),
		sheet: web.NewView[sheetPage](d.Views, "reviews/sheet"),
		panel: web.NewView[panelPage](d.Views, "reviews/panel"),
	}
}
