package tables

import (
	"context"
	"log/slog"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Deps is what the module needs. Limit is the largest upload in bytes.
type Deps struct {
	DB     *store.DB
	Blobs  Blobs
	Views  *web.Engine
	Clock  clock.Clock
	Log    *slog.Logger
	Areas  Areas
	Places Places
	Kinds  []Kind
	Lists  map[string]List
	Limit  int64
}

// Module is imports and exports with their pages.
type Module struct {
	Service *Service

	list *web.View[listPage]
	form *web.View[formPage]
	show *web.View[showPage]
}

// New declares the collections and builds the views; it panics where a view is missing.
func New(d Deps) *Module {
	return &Module{
		Service: &Service{
			db: d.DB, records: store.NewRecords(d.DB, definition()), heads: store.NewState[heads](d.DB, "import_heads"),
			progress: store.NewState[Progress](d.DB, "import_progress"), problems: store.NewState[[]sheet.Problem](d.DB, "import_problems"),
			samples: store.NewState[[]sample](d.DB, "import_samples"), access: store.NewState[access](d.DB, "export_access"),
			blobs: d.Blobs, clock: d.Clock, log: d.Log, bundle: d.Views.Bundle(), areas: d.Areas, places: d.Places, kinds: d.Kinds, lists: d.Lists,
			limit: d.Limit, wake: make(chan struct{}, 1), refused: map[string]int{},
		},
		list: web.NewView[listPage](d.Views, "tables/list"),
		form: web.NewView[formPage](d.Views, "tables/form"),
		show: web.NewView[showPage](d.Views, "tables/show"),
	}
}

// Run works through imports until ctx ends.
func (m *Module) Run(ctx context.Context) error { return m.Service.Run(ctx) }

// Standing tells how an actor stands to an import. NotFound where there is none.
func (s *Service) Standing(ctx context.Context, actor domain.Actor, id string) (domain.Standing, error) {
	doc, err := s.records.Get(ctx, id)
	if err != nil {
		return domain.Standing{}, err
	}
	if doc.Body.State == Uploading {
		return domain.Standing{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	standing := domain.Standing{State: "import"}
	if doc.Body.By.Account == actor.Account {
		standing.Relations = append(standing.Relations, domain.RelSelf)
	}
	return standing, nil
}

var _ domain.Stander = (*Service)(nil)
