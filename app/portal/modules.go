package portal

import (
	"slices"

	"gotong/app/portal/wire"
	"gotong/modules/accounts"
	"gotong/modules/audit"
	"gotong/modules/calls"
	"gotong/modules/catalog"
	"gotong/modules/commitments"
	"gotong/modules/coverage"
	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/clamd"
	"gotong/modules/matching"
	"gotong/modules/matching/plans"
	"gotong/modules/moderation"
	"gotong/modules/needs"
	"gotong/modules/organizations"
	"gotong/modules/papers"
	"gotong/modules/progress"
	"gotong/modules/reviews"
	"gotong/modules/tables"
	"gotong/modules/taxonomy"
	"gotong/modules/tokens"
	"gotong/modules/villages"
)

// modules makes every module and joins them. Panels of modules that are made later are asked for when a page is shown.
func (p *Portal) modules(providers *accounts.Providers) {
	h := &p.house
	places, orgs, attached := wire.Places{House: h}, wire.Organizations{House: h}, wire.Papers{House: h}
	history := wire.Later(func() domain.Panel { return p.audit.History })
	documentsPanel := wire.Scoped(domain.ScopeDocuments, wire.Later(func() domain.Panel { return h.Documents.Panel() }))
	limit := int64(p.config.Uploads.MaxMB) << 20

	h.Accounts = accounts.New(accounts.Deps{
		DB: p.db, Views: p.engine, Clock: p.clock, Log: p.log, Providers: providers, PublicURL: p.publicURL(),
		Secretariat: p.config.Secretariat, Domains: p.config.SignIn.Domains, Departure: orgs, Memberships: orgs, Regions: places,
		Approve: p.config.SignIn.Approve, Contact: p.config.Contact, Papers: wire.Uploads{House: h},
	})
	h.Villages = villages.New(villages.Deps{
		DB: p.db, Views: p.engine, Log: p.log, Works: wire.VillageWorks{House: h}, PublicURL: p.publicURL(),
		Uncovered: func(code domain.RegionCode) (real, demo int64) {
			t := p.catalog.Service.Uncovered(code)
			return t.Real, t.Demo
		},
	})
	h.Organizations = organizations.New(organizations.Deps{
		DB: p.db, Views: p.engine, Clock: p.clock, Log: p.log, Regions: h.Villages.Service, Documents: attached,
		People: h.Accounts.Service, Search: wire.Finder{Index: p.index, Kind: domain.KindOrganization}, PublicURL: p.publicURL(),
	})
	h.Needs = needs.New(needs.Deps{
		DB: p.db, Views: p.engine, Clock: p.clock, Log: p.log, Places: places, Organizations: orgs, Papers: attached,
		Ledgers: wire.Ledgers{House: h}, Mandates: wire.Mandates{House: h}, Finder: wire.Finder{Index: p.index, Kind: domain.KindNeed},
		Panels: []domain.Panel{
			wire.Later(func() domain.Panel { return p.matching.NeedPanel() }), wire.Scoped(domain.ScopeCommitments, wire.Later(func() domain.Panel { return h.Commitments.NeedPanel() })),
			documentsPanel, history,
		},
		PaperPanels: []domain.Panel{documentsPanel},
	})
	h.Calls = calls.New(calls.Deps{
		DB: p.db, Views: p.engine, Clock: p.clock, Log: p.log, Places: places, Organizations: wire.CallOrganizations{Organizations: orgs}, Answers: wire.CallAnswers{House: h},
		Panels: []domain.Panel{wire.Later(func() domain.Panel { return h.Initiatives.CallPanel() }), documentsPanel, history},
	})
	h.Initiatives = initiatives.New(initiatives.Deps{
		DB: p.db, Views: p.engine, Clock: p.clock, Log: p.log, Places: places, Organizations: orgs, Papers: attached,
		Offers: wire.Offers{House: h}, Finder: wire.Finder{Index: p.index, Kind: domain.KindInitiative}, Calls: wire.InitiativeCalls{House: h}, Reviews: wire.InitiativeReviews{House: h},
		Panels: []domain.Panel{
			wire.Later(func() domain.Panel { return h.Reviews.InitiativePanel() }), wire.Later(func() domain.Panel { return h.Progress.InitiativePanel() }),
			wire.Later(func() domain.Panel { return p.matching.InitiativePanel() }),
			wire.Scoped(domain.ScopeCommitments, wire.Later(func() domain.Panel { return h.Commitments.InitiativePanel() })), documentsPanel, history,
		},
		PaperPanels: []domain.Panel{documentsPanel},
	})
	h.Reviews = reviews.New(reviews.Deps{
		DB: p.db, Views: p.engine, Clock: p.clock, Log: p.log, Proposals: wire.ReviewProposals{House: h}, People: wire.ReviewPeople{House: h},
		Organizations: orgs, Agreements: wire.ReviewAgreements{House: h}, Calls: wire.ReviewCalls{House: h},
		Reviewers: int64(p.config.Reviews.Reviewers), Spread: int64(p.config.Reviews.Spread),
		Whole:    []domain.Panel{h.Initiatives.ProposalPanel(false), documentsPanel},
		Nameless: []domain.Panel{h.Initiatives.ProposalPanel(true)}, Changes: h.Initiatives.ChangesPanel(false), Unnamed: h.Initiatives.ChangesPanel(true),
	})
	h.Progress = progress.New(progress.Deps{
		DB: p.db, Views: p.engine, Clock: p.clock, Log: p.log, Initiatives: wire.ProgressInitiatives{House: h}, Organizations: orgs, Papers: attached,
	})
	h.Commitments = commitments.New(commitments.Deps{
		DB: p.db, Views: p.engine, Clock: p.clock, Log: p.log, Needs: wire.CommitmentNeeds{House: h}, Initiatives: wire.CommitmentInitiatives{House: h},
		Organizations: orgs, Places: places, Papers: attached, Panels: []domain.Panel{documentsPanel, history}, PublicURL: p.publicURL(), Drafts: wire.PaperDrafts{House: h},
	})
	h.Papers = papers.New(papers.Deps{
		DB: p.db, Views: p.engine, Clock: p.clock, Log: p.log, Commitments: wire.PaperCommitments{House: h}, Library: wire.PaperLibrary{House: h}, PublicURL: p.publicURL(),
	})
	p.matching = matching.New(matching.Deps{
		DB: p.db, Views: p.engine, Clock: p.clock, Log: p.log, Needs: wire.MatchingNeeds{House: h}, Initiatives: wire.MatchingInitiatives{House: h},
		Capacity: wire.MatchingCapacity{House: h}, Places: places, Subjects: wire.MatchingSubjects{House: h},
	})
	h.Plans = plans.New(plans.Deps{
		DB: p.db, Blobs: p.blobs, Views: p.engine, Clock: p.clock, Log: p.log, Markets: p.matching.Service, Places: places,
		Calls: wire.PlanCalls{House: h}, Commitments: wire.PlanCommitments{House: h}, Version: Version(),
	})
	h.Coverage = coverage.New(coverage.Deps{
		DB: p.db, Views: p.engine, Clock: p.clock, Log: p.log, Needs: wire.CoverageNeeds{House: h}, Places: places, Subjects: wire.CoverageSubjects{House: h}, Maps: h.Villages,
	})
	resolvers := wire.Things{}
	h.Documents = documents.New(documents.Deps{
		DB: p.db, Blobs: p.blobs, Views: p.engine, Clock: p.clock, Log: p.log, Limit: limit, Largest: int64(p.config.Uploads.LargestMB) << 20, Quota: int64(p.config.Uploads.OrganizationGB) << 30, Resolvers: resolvers, Scanner: p.scanner(), Rescan: p.rescan,
		Things: wire.DocumentThings(), People: h.Accounts.Service, Texts: p.texts, Extract: p.extract, PublicURL: p.publicURL(), Organizations: orgs, Regions: places, History: history,
	})
	for kind, resolver := range p.things() {
		resolvers[kind] = resolver
	}
	p.audit = audit.New(audit.Deps{
		DB: p.db, Views: p.engine, Log: p.log, Names: wire.Names{House: h}, Things: resolvers, Subjects: p.subjects(),
	})
	p.house.Moderation = moderation.New(moderation.Deps{DB: p.db, Views: p.engine, Clock: p.clock, Log: p.log, Things: resolvers, Names: wire.Names{House: h}})
	p.taxonomy = taxonomy.New(taxonomy.Deps{DB: p.db, Views: p.engine, Uses: wire.TaxonomyUses{House: h}, Log: p.log})
	p.catalog = catalog.New(catalog.Deps{
		DB: p.db, Views: p.engine, Log: p.log, Index: p.index,
		Sources: []catalog.Source{
			wire.CatalogNeeds{House: h}, wire.CatalogInitiatives{House: h}, wire.CatalogCalls{House: h}, wire.CatalogOrganizations{House: h},
			wire.CatalogRegions{House: h}, wire.CatalogDocuments{House: h},
		},
		Needs: wire.CatalogNeeds{House: h}, Partners: wire.CatalogPartners{House: h}, Calls: wire.CatalogCalls{House: h}, Places: places, Naming: p.taxonomy.Service,
		Scripts: []catalog.Work{{Name: "htmx.org", Version: "4.0.1", Licence: "0BSD"}, {Name: "tus-js-client", Version: "4.3.1", Licence: "MIT"}, {Name: "pdfjs-dist", Version: "5.6.205", Licence: "Apache-2.0"}},
	})
	h.Tokens = tokens.New(tokens.Deps{DB: p.db, Views: p.engine, Clock: p.clock, Log: p.log, People: h.Accounts.Service, Organizations: orgs, PublicURL: p.publicURL()})
	p.tables = p.spreadsheets(limit)
	p.panels(documentsPanel, history)
	p.keep()
}

// scanner is the configured virus scanner, nil where there is none.
func (p *Portal) scanner() documents.Scanner {
	if p.config.Uploads.ClamAV == "" {
		return nil
	}
	return clamd.New(p.config.Uploads.ClamAV)
}

// spreadsheets makes imports and exports of what the modules keep.
func (p *Portal) spreadsheets(limit int64) *tables.Module {
	h, bundle := &p.house, p.engine.Bundle()
	asked := wire.Tables{House: h}
	needsTable := needs.NewTable(h.Needs.Service, asked, bundle)
	proposals, partners, library := initiatives.NewTable(h.Initiatives.Service, bundle), organizations.NewTable(h.Organizations.Service), documents.NewTable(h.Documents.Service, bundle)
	register := h.Villages.Service
	profiles, observations, potentials := register.ProfileTable(bundle), register.ObservationTable(bundle), register.PotentialTable(bundle)
	return tables.New(tables.Deps{
		DB: p.db, Blobs: p.blobs, Views: p.engine, Clock: p.clock, Log: p.log, Areas: asked, Places: asked, Limit: min(limit, maxTable),
		Kinds: []tables.Kind{
			{Name: "needs", ByOrganization: true, Table: needsTable}, {Name: "profiles", Table: profiles}, {Name: "observations", Table: observations},
			{Name: "potentials", Table: potentials}, {Name: "initiatives", ByOrganization: true, Returns: true, Table: proposals},
			{Name: "organizations", ByOrganization: true, Returns: true, Table: partners},
			{Name: "documents", ByOrganization: true, Office: true, Returns: true, Table: library},
		},
		Lists: map[string]tables.List{
			"needs": needsTable, "profiles": profiles, "observations": observations, "potentials": potentials,
			"organizations": partners, "initiatives": proposals, "documents": library,
			"offers": initiatives.OffersTable{Service: h.Initiatives.Service, Bundle: bundle},
		},
	})
}

// maxTable is the largest table that is taken in, in bytes: the country's villages have some 10 MB packed.
const maxTable = 64 << 20

// panels puts on each page what other modules have to say there, and on the desk what waits.
func (p *Portal) panels(documentsPanel, history domain.Panel) {
	h := &p.house
	h.Villages.Panels = []domain.Panel{h.Needs.VillagePanel(), h.Coverage.RegionPanel(), h.Initiatives.VillagePanel(), h.Commitments.VillagePanel(), documentsPanel}
	h.Organizations.Panels = []domain.Panel{
		wire.Scoped(domain.ScopeNeeds, h.Needs.OrganizationPanel()), wire.Scoped(domain.ScopeInitiatives, h.Initiatives.OrganizationPanel()),
		wire.Scoped(domain.ScopeCommitments, h.Commitments.OrganizationPanel()), documentsPanel, history,
	}
	h.Organizations.Belongings(wire.Belongings(h)...)
	h.Accounts.Desk = []accounts.DeskPanel{{Name: "organizations", Panel: h.Organizations.DeskPanel()}, {Name: "needs", Panel: h.Needs.DeskPanel()}}
	h.Accounts.Queues = slices.Concat(h.Accounts.Own(), p.house.Moderation.Queues(), h.Organizations.Queues(), h.Needs.Queues(), h.Calls.Queues(), h.Initiatives.Queues(), h.Reviews.Queues(), h.Progress.Queues(), h.Commitments.Queues(), h.Documents.Queues())
}

// subjects are the kinds of thing whose history is shown, with the collection that keeps them.
func (p *Portal) subjects() []audit.Subject {
	var subjects []audit.Subject
	for kind, collection := range map[string]string{
		domain.KindNeed: "needs", domain.KindCall: "calls", domain.KindInitiative: "initiatives", domain.KindOrganization: "organizations",
		domain.KindCommitment: commitments.Collection, domain.KindDocument: "documents", "account": "accounts", "report": "reports", "announcement": "announcements", "category": taxonomy.Collection, "organization-type": taxonomy.TypeCollection,
	} {
		subjects = append(subjects, audit.Subject{Kind: kind, Collection: collection, History: wire.History(p.db, collection)})
	}
	return subjects
}
