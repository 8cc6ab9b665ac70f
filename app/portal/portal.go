// Package portal is the composition root: it opens the servers, makes the modules, joins them and serves them.
package portal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"gotong/app/config"
	"gotong/app/demo"
	"gotong/app/embedded/oidc"
	"gotong/app/middleware"
	"gotong/app/portal/wire"
	"gotong/modules/accounts"
	"gotong/modules/audit"
	"gotong/modules/catalog"
	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/search"
	"gotong/modules/kit/web"
	"gotong/modules/matching"
	"gotong/modules/retention"
	"gotong/modules/rights"
	"gotong/modules/tables"
	"gotong/modules/taxonomy"
	"gotong/static"
	"gotong/views"
)

// Options are what the configuration does not say.
type Options struct {
	Log    *slog.Logger
	Clock  clock.Clock       // nil: the machine's
	SignIn bool              // start the embedded identity provider, where the configuration wants it: for serving
	Limits middleware.Limits // zero values take the defaults

	// Extract reads the texts of files, in child processes where main can be one; nil: within this process.
	Extract documents.Extractor

	// Rescan is the pause between two runs of the virus scanner over what waits; 0: a minute.
	Rescan time.Duration

	// Regions, DocumentAtomic and Fail are for tests: load only what lies in these regions, SQLite without multi-row
	// transactions, as on MongoDB, and a failpoint at each storage call.
	Regions        []domain.RegionCode
	DocumentAtomic bool
	Fail           func(point string) error
}

// Portal is the whole portal, opened and joined, not yet serving.
type Portal struct {
	*servers
	config    config.Config
	regions   []domain.RegionCode
	limits    middleware.Limits
	log       *slog.Logger
	clock     clock.Clock
	bundle    *i18n.Bundle
	assets    *static.Assets
	engine    *web.Engine
	index     *search.Index // of what everybody may read
	texts     *search.Index // of what is written in documents, for those who may read them
	extract   documents.Extractor
	rescan    time.Duration
	story     *demo.Demo
	house     wire.House
	matching  *matching.Module
	catalog   *catalog.Module
	audit     *audit.Module
	rights    *rights.Module
	tables    *tables.Module
	retention *retention.Service
	taxonomy  *taxonomy.Module
	ready     atomic.Bool
}

// New opens the servers and makes the modules. Call Close at the end, also after a failed Serve.
func New(ctx context.Context, cfg config.Config, options Options) (*Portal, error) {
	if options.Clock == nil {
		options.Clock = clock.System{}
	}
	p := &Portal{config: cfg, regions: options.Regions, limits: options.Limits, extract: options.Extract, rescan: options.Rescan, log: options.Log, clock: options.Clock}
	domain.SetDeadlines(deadlinesOf(cfg.Deadlines))
	var err error
	if p.servers, err = openServers(ctx, cfg, options); err != nil {
		return nil, err
	}
	if err := p.compose(ctx, options); err != nil {
		return nil, errors.Join(err, p.Close())
	}
	return p, nil
}

func (p *Portal) compose(ctx context.Context, options Options) error {
	var err error
	if p.bundle, err = i18n.Load(views.FS, "locales"); err != nil {
		return fmt.Errorf("locales: %w", err)
	}
	if p.assets, err = static.Load(); err != nil {
		return fmt.Errorf("static: %w", err)
	}
	if p.engine, err = web.NewEngine(views.FS, p.bundle, web.EngineOptions{Assets: p.assets}); err != nil {
		return fmt.Errorf("views: %w", err)
	}
	if err := p.openIndex(options.SignIn); err != nil {
		return fmt.Errorf("search index: %w", err)
	}
	providers, err := p.providers(ctx, options)
	if err != nil {
		return err
	}
	p.modules(providers)
	if p.rights, err = rights.New(p.engine); err != nil {
		return err
	}
	p.story = demo.New(demo.Deps{DB: p.db, Clock: p.clock, Log: p.log, Services: p.services})
	if err := p.db.Ready(ctx); err != nil {
		return err
	}
	return p.taxonomy.Service.Load(ctx)
}

// openIndex opens the search indexes. One process has them open; a command beside it, which searches nothing, gets empty
// ones that go with it.
func (p *Portal) openIndex(serving bool) error {
	folder := p.config.Data
	if !serving {
		var err error
		if folder, err = os.MkdirTemp("", "gotong-index-"); err != nil {
			return err
		}
		p.close = append(p.close, func() error { return os.RemoveAll(folder) })
	}
	for name, index := range map[string]**search.Index{"index": &p.index, "texts": &p.texts} {
		options := search.Options{Log: p.log}
		if index == &p.texts {
			options.Counted = documents.Counted()
		}
		opened, err := catalog.OpenIndex(filepath.Join(folder, name), options)
		if err != nil {
			return err
		}
		*index = opened
		p.close = append(p.close, opened.Close)
	}
	return nil
}

// services are what the demonstration is told through.
func (p *Portal) services() demo.Services {
	h := &p.house
	return demo.Services{
		Accounts: h.Accounts.Service, Villages: h.Villages.Service, Organizations: h.Organizations.Service, Needs: h.Needs.Service, Calls: h.Calls.Service,
		Initiatives: h.Initiatives.Service, Reviews: h.Reviews.Service, Progress: h.Progress.Service, Commitments: h.Commitments.Service, Documents: h.Documents.Service,
		Papers: h.Papers.Service, Matching: p.matching.Service, Moderation: h.Moderation.Service,
	}
}

// Load brings what a new portal shows: the shipped regions and, where wanted, the demo story. Later it changes nothing.
func (p *Portal) Load(ctx context.Context) error {
	if err := p.house.Villages.Service.LoadShipped(ctx, p.regions...); err != nil {
		return fmt.Errorf("regions: %w", err)
	}
	if !p.config.DemoContent {
		return nil
	}
	return p.story.Begin(ctx)
}

// publicURL is the address that people type.
func (p *Portal) publicURL() string {
	if p.config.PublicURL != "" {
		return strings.TrimSuffix(p.config.PublicURL, "/")
	}
	return "http://" + p.config.Listen
}

// providers are the configured ways to sign in; the embedded one is started where it is wanted.
func (p *Portal) providers(ctx context.Context, options Options) (*accounts.Providers, error) {
	var configs []accounts.ProviderConfig
	for _, c := range p.config.SignIn.Providers {
		configs = append(configs, accounts.ProviderConfig{
			Key: c.Key, Name: c.Name, Kind: c.Kind, Issuer: c.Issuer, TenantID: c.Tenant, ClientID: c.ClientID, ClientSecret: c.ClientSecret.Reveal(),
		})
	}
	if options.SignIn && p.config.SignIn.Demo {
		idp, err := oidc.Start(context.WithoutCancel(ctx), oidc.Options{
			Dir: filepath.Join(p.config.Data, "sign-in"), Log: p.log, RedirectURIs: accounts.CallbackURLs(p.publicURL(), "demo"),
		})
		if err != nil {
			return nil, fmt.Errorf("embedded identity provider: %w", err)
		}
		p.close = append(p.close, idp.Close)
		configs = append(configs, accounts.ProviderConfig{
			Key: "demo", Name: "Demo", Kind: accounts.KindOIDC, Issuer: idp.Issuer(), IssuerAlias: oidc.IssuerAlias,
			ClientID: oidc.ClientID, ClientSecret: idp.ClientSecret(), Demo: true,
		})
	}
	return accounts.NewProviders(configs)
}

// standers tell how an actor stands to the subjects that the table of rights names.
func (p *Portal) standers() map[string]domain.Stander {
	h := &p.house
	return map[string]domain.Stander{
		domain.KindNeed: h.Needs.Service, domain.KindCall: h.Calls.Service, domain.KindInitiative: h.Initiatives.Service, domain.KindOrganization: h.Organizations.Service,
		domain.KindCommitment: h.Commitments.Service, domain.KindDocument: h.Documents.Service, "collection": h.Documents.Service.Collections, "account": h.Accounts.Service, "import": p.tables.Service, "report": p.house.Moderation.Service,
		"region": h.Villages.Service,
		"plan":   h.Plans.Service,
	}
}

// things are the resolvers of every kind of thing that has a page.
func (p *Portal) things() wire.Things {
	h := &p.house
	return wire.Things{
		domain.KindVillage: h.Villages.Resolver(), domain.KindNeed: h.Needs.Resolver(), domain.KindCall: h.Calls.Resolver(), domain.KindInitiative: h.Initiatives.Resolver(),
		domain.KindOrganization: h.Organizations.Resolver(), domain.KindCommitment: h.Commitments.Resolver(), domain.KindDocument: h.Documents.Resolver(),
	}
}

// House gives the modules, for tests and tools that look behind the portal's pages.
func (p *Portal) House() *wire.House { return &p.house }
