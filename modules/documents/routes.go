package documents

import (
	"cmp"
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/extract"
	"gotong/modules/kit/indexer"
	"gotong/modules/kit/resumable"
	"gotong/modules/kit/search"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// DefaultLimit is the largest upload where nothing else is configured.
const DefaultLimit = 32 << 20

// Objects is the object store, for documents and for uploads.
type Objects interface {
	Blobs
	resumable.Parts
}

// Deps is what the module needs.
type Deps struct {
	DB            *store.DB
	Blobs         Objects
	Views         *web.Engine
	Clock         clock.Clock
	Log           *slog.Logger
	Limit         int64                      // bytes of one form's file; 0 means DefaultLimit
	Largest       int64                      // bytes of a file that comes in pieces; 0 means DefaultLargest
	Quota         int64                      // bytes of the documents of one organisation; 0: as many as there are
	Scanner       Scanner                    // nil: files are not scanned
	Rescan        time.Duration              // pause between two runs of it over what is kept; 0 means a minute
	Resolvers     map[string]domain.Resolver // by kind, of everything that may have documents; filled before the first request
	Things        map[string]string          // kinds of what may have documents, by the collection whose changes they follow
	Texts         *search.Index              // kept by this module; nil: q finds nothing narrower than the list
	Extract       Extractor                  // nil: within this process
	Organizations Organizations
	People        People // nil: versions do not say who made them
	Regions       Regions
	PublicURL     string       // before the addresses of links
	History       domain.Panel // of a document's page; may be nil
}

// Module is the document library.
type Module struct {
	Service *Service

	db        *store.DB
	keeper    *indexer.Indexer // of the texts; nil without an index
	log       *slog.Logger
	history   domain.Panel
	people    People
	indexView *web.View[indexPage]
	showView  *web.View[showPage]
	formView  *web.View[formPage]
	panelView *web.View[panelPage]

	versionsView *web.View[versionsPage]
	viewerView   *web.View[viewerPage]
	readingsView *web.View[readingsPage]
	askView      *web.View[askPage]
	asksView     *web.View[asksPage]
	sharingView  *web.View[sharingPage]
	sharedView   *web.View[sharedPage]
	bundleView   *web.View[bundleView]
	compareView  *web.View[comparePage]

	collectionsView    *web.View[collectionsPage]
	collectionView     *web.View[collectionPage]
	collectionFormView *web.View[collectionFormPage]
	collectView        *web.View[collectPage]

	address string
	tus     *resumable.Tus
}

// New makes the module; it panics where a view is missing.
func New(d Deps) *Module {
	if d.Limit == 0 {
		d.Limit = DefaultLimit
	}
	if d.Largest == 0 {
		d.Largest = DefaultLargest
	}
	if d.Extract == nil {
		d.Extract = extract.Inside{}
	}
	var find Finder
	if d.Texts != nil {
		find = d.Texts
	}
	uploads := resumable.New(d.DB, "document_uploads", "uploads/", d.Blobs, d.Clock)
	tus, err := resumable.NewTus(uploads, uploadsPath, d.Largest, d.Log)
	if err != nil {
		panic(err) // its configuration is above
	}
	records := store.NewRecords(d.DB, definition)
	noted := store.NewState[access](d.DB, "document_access")
	m := &Module{
		tus: tus,
		Service: &Service{
			rescan:  cmp.Or(d.Rescan, rescanEvery),
			records: records, batches: records, access: noted, readings: noted, asks: store.NewRecords(d.DB, askDefinition()), links: store.NewState[linkKept](d.DB, "document_links"), counter: d.DB, blobs: d.Blobs,
			resolvers: d.Resolvers, things: d.Things, find: find, extract: d.Extract, orgs: d.Organizations, regions: d.Regions, clock: d.Clock, log: d.Log, limit: d.Limit,
			uploads: uploads, largest: d.Largest, scanner: d.Scanner, scans: store.NewState[scans](d.DB, "document_scans"), rooms: store.NewState[room](d.DB, "document_rooms"), quota: d.Quota,
		},
		db: d.DB, log: d.Log, history: d.History, people: d.People,
		indexView: web.NewView[indexPage](d.Views, "documents/index"),
		showView:  web.NewView[showPage](d.Views, "documents/show"),
		formView:  web.NewView[formPage](d.Views, "documents/form"),
		panelView: web.NewView[panelPage](d.Views, "documents/panel"),

		versionsView: web.NewView[versionsPage](d.Views, "documents/versions"),
		address:      d.PublicURL,
		sharingView:  web.NewView[sharingPage](d.Views, "documents/sharing"),
		sharedView:   web.NewView[sharedPage](d.Views, "documents/shared"),
		viewerView:   web.NewView[viewerPage](d.Views, "documents/view"),
		compareView:  web.NewView[comparePage](d.Views, "documents/compare"),
		bundleView:   web.NewView[bundleView](d.Views, "documents/bundle"),

		collectionsView:    web.NewView[collectionsPage](d.Views, "documents/collections"),
		collectionView:     web.NewView[collectionPage](d.Views, "documents/collection"),
		collectionFormView: web.NewView[collectionFormPage](d.Views, "documents/collection-form"),
		collectView:        web.NewView[collectPage](d.Views, "documents/collect"),
		readingsView:       web.NewView[readingsPage](d.Views, "documents/readings"),
		askView:            web.NewView[askPage](d.Views, "documents/ask"),
		asksView:           web.NewView[asksPage](d.Views, "documents/asks"),
	}
	m.Service.Collections = &Collections{records: store.NewRecords(d.DB, collections), library: m.Service}
	if d.Texts != nil {
		source := indexed{m.Service}
		m.keeper = &indexer.Indexer{DB: d.DB, Index: d.Texts, Sources: []indexer.Source{source}, Log: d.Log}
		m.Service.fresh = func(ctx context.Context, within time.Duration) (bool, error) {
			return m.keeper.Fresh(ctx, source.concerns, within)
		}
		m.Service.filled = func(ctx context.Context, within time.Duration) (bool, error) {
			return m.keeper.Filled(ctx, source.concerns, within)
		}
	}
	return m
}

// Routes registers the module's pages.
func (m *Module) Routes(r fiber.Router) {
	r.Get("/documents", m.index)
	r.Get("/documents/new", m.new)
	r.Get("/documents/bundle", m.bundle)
	r.Get("/documents/zip", m.zip)
	r.Get("/documents/feed.atom", m.atom)
	r.Post("/documents", m.create)
	r.Post("/uploads", m.beginUpload)
	r.Get("/uploads/:id", m.uploadState) // HEAD with it
	r.Patch("/uploads/:id", m.appendUpload)
	r.Delete("/uploads/:id", m.removeUpload)
	r.Get("/documents/:id", m.page)
	r.Get("/documents/:id/file", m.file)
	r.Get("/documents/:id/view", m.viewer)
	r.Get("/documents/:id/picture/:width", m.picture)
	r.Get("/documents/:id/versions", m.versions)
	r.Post("/documents/:id/versions", m.renew)
	r.Get("/documents/:id/versions/:sum/file", m.versionFile)
	r.Get("/documents/:id/versions/:sum/view", m.versionView)
	r.Get("/documents/:id/versions/:sum/picture/:width", m.versionPicture)
	r.Get("/documents/:id/versions/:sum/compare", m.versionCompare)
	r.Post("/documents/:id/versions/:sum/restore", m.reinstate)
	r.Post("/documents/:id/final", m.finish)
	r.Post("/documents/:id/contacts", m.clear)
	r.Post("/documents/:id/hold", m.hold)
	r.Post("/documents/:id/release", m.letGo)
	r.Get("/documents/:id/readings", m.readings)
	r.Get("/documents/:id/access", m.ask)
	r.Post("/documents/:id/access", m.postAsk)
	r.Get("/documents/:id/requests", m.asks)
	r.Post("/documents/:id/requests/:ask/:answer", m.answerAsk)
	r.Post("/documents/:id/listing", m.listing)
	r.Get("/documents/:id/sharing", m.sharing)
	r.Post("/documents/:id/sharing", m.share)
	r.Post("/documents/:id/sharing/:link/revoke", m.unshare)
	r.Post("/documents/:id/move", m.move)
	r.Get("/documents/:id/collect", m.collect)
	r.Get("/collections", m.collections)
	r.Get("/collections/new", m.newCollection)
	r.Post("/collections", m.createCollection)
	r.Get("/collections/:id", m.collection)
	r.Get("/collections/:id/feed.atom", m.collectionFeed)
	r.Get("/collections/:id/edit", m.editCollection)
	r.Post("/collections/:id/edit", m.describeCollection)
	r.Post("/collections/:id/documents", m.putInCollection)
	r.Post("/collections/:id/arrange", m.arrangeCollection)
	r.Post("/collections/:id/delete", m.removeCollection)
	r.Post("/collections/:id/restore", m.restoreCollection)
	r.Get("/shared/:secret", m.byLink)
	r.Post("/shared/:secret", m.openByLink)
	r.Get("/documents/:id/edit", m.edit)
	r.Post("/documents/:id/edit", m.update)
	r.Post("/documents/:id/delete", m.trash)
	r.Post("/documents/:id/restore", m.restore)
}

// Run collects what broken uploads left, on one replica at a time, and keeps the index of texts on each, until ctx ends.
func (m *Module) Run(ctx context.Context) error {
	var work sync.WaitGroup
	defer work.Wait()
	if m.keeper != nil {
		work.Go(func() {
			if err := m.keeper.Run(ctx); err != nil && ctx.Err() == nil {
				m.log.ErrorContext(ctx, "documents: texts are not followed any more", "error", err)
			}
		})
	}
	if m.Service.scanner != nil {
		work.Go(func() { _ = m.db.Lease(ctx, "documents.scanner", m.Service.RunScans) })
	}
	work.Go(func() {
		if err := m.db.FollowShared(ctx, awaitsFollower, m.Service.follow); err != nil && ctx.Err() == nil {
			m.log.ErrorContext(ctx, "documents: papers of broken forms are not shown any more", "error", err)
		}
	})
	return m.db.Lease(ctx, "documents.collector", func(ctx context.Context) error {
		return m.Service.RunCollector(ctx, func(ctx context.Context) error { return caughtUp(ctx, m.db) })
	})
}
