package catalog

import (
	"context"
	"log/slog"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/indexer"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Module is the catalog with its pages.
type Module struct {
	Service *Service
	indexer indexer.Indexer
	scripts []Work
	views   pageViews
}

type pageViews struct {
	front    *web.View[frontPage]
	search   *web.View[searchPage]
	about    *web.View[aboutPage]
	licences *web.View[licencesPage]
}

// New makes the module. Run keeps its index.
func New(d Deps) *Module {
	if d.Log == nil {
		d.Log = slog.Default()
	}
	if d.Province == "" {
		d.Province = "61"
	}
	m := &Module{
		Service: &Service{deps: d, sources: map[string]Source{}},
		indexer: indexer.Indexer{DB: d.DB, Index: d.Index, Log: d.Log},
		scripts: d.Scripts,
		views: pageViews{
			front: web.NewView[frontPage](d.Views, "catalog/front"), search: web.NewView[searchPage](d.Views, "catalog/search"),
			about: web.NewView[aboutPage](d.Views, "catalog/about"), licences: web.NewView[licencesPage](d.Views, "catalog/licences"),
		},
	}
	if d.Naming != nil {
		m.indexer.Wide = func(ctx context.Context, e store.Entry) (map[string]string, error) {
			category, err := d.Naming.Renamed(ctx, e)
			if err != nil || category == "" {
				return nil, err
			}
			return map[string]string{"category": string(category)}, nil
		}
	}
	for _, s := range d.Sources {
		m.Service.sources[s.Kind()] = s
		m.indexer.Sources = append(m.indexer.Sources, found(s))
	}
	return m
}

// Run builds the index where it is missing and follows the feed; it blocks until ctx ends. Run it on every replica.
func (m *Module) Run(ctx context.Context) error { return m.indexer.Run(ctx) }

// Routes adds the pages.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/", m.showFront)
	r.Get("/search", m.showSearch)
	r.Get("/about", m.showAbout)
	r.Get("/licences", m.showLicences)
}
