package villages

import (
	"context"
	"log/slog"
	"sync"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Deps is what the module needs. Log may be nil.
type Deps struct {
	DB        *store.DB
	Views     *web.Engine
	Log       *slog.Logger
	Works     Works  // for the village sheet
	PublicURL string // that a sheet's QR code leads to
	// Uncovered counts a region's open needs of which something is uncovered, real ones and demonstration apart; nil
	// counts none.
	Uncovered func(domain.RegionCode) (real, demo int64)
}

// Module is the register of regions with its pages.
type Module struct {
	Service *Service
	// Panels are what other modules show on a region's page, in this order. Set them before serving.
	Panels []domain.Panel

	db        *store.DB
	works     Works
	publicURL string
	uncovered func(domain.RegionCode) (real, demo int64)

	list   *web.View[listPage]
	show   *web.View[showPage]
	weight *web.View[weightPage]
	maps   *web.View[mapPage]
	types  *web.View[typologyPage]

	potentials *web.View[potentialsPage]
	potential  *web.View[potentialPage]
}

// New declares the collection and builds the views; it panics where a view is missing.
func New(d Deps) *Module {
	if d.Uncovered == nil {
		d.Uncovered = noCounts
	}
	return &Module{
		Service: NewService(d.DB, d.Log),
		db:      d.DB, works: d.Works, publicURL: d.PublicURL, uncovered: d.Uncovered,
		list:   web.NewView[listPage](d.Views, "villages/index"),
		show:   web.NewView[showPage](d.Views, "villages/show"),
		weight: web.NewView[weightPage](d.Views, "villages/weight"),
		maps:   web.NewView[mapPage](d.Views, "villages/map"),
		types:  web.NewView[typologyPage](d.Views, "villages/typology"),

		potentials: web.NewView[potentialsPage](d.Views, "villages/potentials"),
		potential:  web.NewView[potentialPage](d.Views, "villages/potential"),
	}
}

// Resolver answers for kind "village".
func (m *Module) Resolver() domain.Resolver { return resolver{m.Service} }

// Follow forgets what is derived of regions and their figures when they change, here or on another replica, until ctx
// ends. What search needs of all names is made at the start and after changes, so that no reader waits for it.
func (m *Module) Follow(ctx context.Context) error {
	var wait sync.WaitGroup
	defer wait.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	changed := make(chan struct{}, 1)
	wait.Go(func() { m.Service.keepNames(ctx, changed) })
	last, err := m.db.Feed().Last(ctx)
	if err != nil {
		return err
	}
	m.Service.cache.follow(true)
	defer m.Service.cache.follow(false)
	return m.db.FollowLocal(ctx, last, func(ctx context.Context, entries []store.Entry) error {
		if m.Service.follow(ctx, entries) {
			select {
			case changed <- struct{}{}:
			default:
			}
		}
		return nil
	})
}
