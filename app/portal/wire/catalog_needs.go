package wire

import (
	"context"
	"errors"
	"strings"

	"gotong/modules/catalog"
	"gotong/modules/commitments"
	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/needs"
)

// CatalogNeeds are needs as the catalog finds and counts them.
type CatalogNeeds struct{ *House }

// Kind implements catalog.Source.
func (CatalogNeeds) Kind() string { return domain.KindNeed }

// Collection implements catalog.Source.
func (CatalogNeeds) Collection() string { return "needs" }

// batch is how many records an index reads beside each other while it is built.
const batch = 200

// Each implements catalog.Source. Ledgers are read for many needs at a time.
func (w CatalogNeeds) Each(ctx context.Context, fn func(catalog.Entry) error) error {
	var docs []needs.Doc
	flush := func() error {
		entries, err := w.entries(ctx, docs)
		for _, e := range entries {
			if err := fn(e); err != nil {
				return err
			}
		}
		docs = docs[:0]
		return err
	}
	err := w.Needs.Service.Each(ctx, func(doc needs.Doc) error {
		if docs = append(docs, doc); len(docs) < batch {
			return nil
		}
		return flush()
	})
	if err != nil {
		return err
	}
	return flush()
}

// Get implements catalog.Source.
func (w CatalogNeeds) Get(ctx context.Context, id string) (catalog.Entry, error) {
	doc, err := w.Needs.Service.Get(ctx, domain.NeedID(id))
	if err != nil {
		return catalog.Entry{}, err
	}
	entries, err := w.entries(ctx, []needs.Doc{doc})
	if err != nil {
		return catalog.Entry{}, err
	}
	return entries[0], nil
}

// Touched implements catalog.Dependent: what is uncovered of a need changes with its account.
func (CatalogNeeds) Touched(_ context.Context, collection, id string) ([]string, error) {
	if need, ok := strings.CutPrefix(id, "need:"); ok && collection == commitments.AccountsCollection {
		return []string{need}, nil
	}
	return nil, nil
}

func (w CatalogNeeds) entries(ctx context.Context, docs []needs.Doc) ([]catalog.Entry, error) {
	var open []domain.NeedID
	codes := make([]domain.RegionCode, 0, len(docs))
	for _, doc := range docs {
		codes = append(codes, doc.Body.Village)
		if doc.Body.Open() {
			open = append(open, domain.NeedID(doc.ID))
		}
	}
	ledgers, err := w.Commitments.Service.Ledgers(ctx, open)
	if err != nil {
		return nil, err
	}
	places, err := w.House.Villages.Service.Places(ctx, codes)
	if err != nil {
		return nil, err
	}
	entries := make([]catalog.Entry, 0, len(docs))
	for _, doc := range docs {
		n := doc.Body
		e := catalog.Entry{
			ID: doc.ID, Title: n.Title, Text: strings.TrimSpace(n.Summary + "\n" + n.Description), Path: "/needs/" + doc.ID,
			Place: domain.PlaceText(places[n.Village]), Category: n.Category, Order: store.SortTime(n.DeclaredAt),
			Filters: map[string][]string{"region": n.Village.Path(), "category": categoryPath(n.Category), "status": {string(n.State())}},
			Public:  n.Public(), Demo: n.Demo,
		}
		if n.Open() && ledgers[domain.NeedID(doc.ID)].Uncovered() > 0 {
			e.Counts = catalog.UncoveredNeed(n.Village, n.Demo)
		}
		entries = append(entries, e)
	}
	return entries, nil
}

// categoryPath is a category with its group, by which lists can be narrowed too.
func categoryPath(id domain.CategoryID) []string {
	path := []string{string(id)}
	if c, ok := domain.Taxonomy().Category(id); ok && c.Parent != "" {
		path = append(path, c.Parent)
	}
	return path
}

// most pages that are read to find needs of which something is uncovered.
const uncoveredPages = 5

// Uncovered implements catalog.OpenNeeds: those that are wanted soonest come first.
func (w CatalogNeeds) Uncovered(ctx context.Context, limit int) ([]catalog.NeedCard, error) {
	var cards []catalog.NeedCard
	filter := needs.Filter{Status: needs.Verified, Sort: "wanted-by", Limit: 20}
	for range uncoveredPages {
		page, err := w.Needs.Service.Public(ctx, filter)
		if err != nil {
			return nil, err
		}
		more, err := w.cards(ctx, page.Items)
		if err != nil {
			return nil, err
		}
		cards = append(cards, more...)
		if filter.Cursor = page.Next; page.Next == "" || len(cards) >= limit {
			break
		}
	}
	return cards[:min(limit, len(cards))], nil
}

func (w CatalogNeeds) cards(ctx context.Context, docs []needs.Doc) ([]catalog.NeedCard, error) {
	ids := make([]domain.NeedID, 0, len(docs))
	codes := make([]domain.RegionCode, 0, len(docs))
	for _, doc := range docs {
		ids, codes = append(ids, domain.NeedID(doc.ID)), append(codes, doc.Body.Village)
	}
	ledgers, err := w.Commitments.Service.Ledgers(ctx, ids)
	if err != nil {
		return nil, err
	}
	places, err := w.House.Villages.Service.Places(ctx, codes)
	if err != nil {
		return nil, err
	}
	var cards []catalog.NeedCard
	for _, doc := range docs {
		n := doc.Body
		if l := ledgers[domain.NeedID(doc.ID)]; l.Uncovered() > 0 {
			cards = append(cards, catalog.NeedCard{
				Title: n.Title, Path: "/needs/" + doc.ID, Place: domain.PlaceText(places[n.Village]), Category: n.Category, Ledger: l, Demo: n.Demo,
			})
		}
	}
	return cards, nil
}

var (
	_ catalog.Source    = CatalogNeeds{}
	_ catalog.Dependent = CatalogNeeds{}
	_ catalog.OpenNeeds = CatalogNeeds{}
)

// gone tells whether a thing is not there to be found; anything else is a failure.
func gone(err error) bool {
	var e *apperr.Error
	return errors.As(err, &e) && e.Kind == apperr.NotFound
}
