package documents

import (
	"context"
	"strconv"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/search"
	"gotong/modules/kit/store"
)

// Filter narrows the library. "" is any.
type Filter struct {
	Text         string
	Kind         string // of what a document belongs to
	Type         domain.DocumentType
	Year         string // of the paper, where none is known of the upload
	Organization domain.OrganizationID
	Region       domain.RegionCode
	Language     string
	Sort         string // "" newest first, "title"
	Cursor       string
}

// Names of the filters as the index of texts keeps them. A region's documents also lie under the name of its level.
const (
	byKind         = "kind"
	byType         = "type"
	byYear         = "year"
	byOrganization = "organization"
	byRegion       = "region"
	byLanguage     = "language"
)

// levels name the regions that are counted, by level.
var levels = map[int]string{domain.LevelProvince: "province", domain.LevelRegency: "regency", domain.LevelDistrict: "district", domain.LevelVillage: "village"}

// Counted are the filters whose values the index of texts counts.
func Counted() []string {
	return []string{byKind, byType, byYear, byOrganization, byLanguage, "province", "regency", "district", "village"}
}

func (f Filter) query() search.Query {
	return search.Query{Kind: domain.KindDocument, Text: f.Text, Cursor: f.Cursor, ByName: f.Sort == "title", Filters: map[string]string{
		byKind: f.Kind, byType: string(f.Type), byYear: f.Year, byOrganization: string(f.Organization), byRegion: string(f.Region), byLanguage: f.Language,
	}}
}

// filters are the values under which a document is found.
func (d Document) filters() map[string][]string {
	values := map[string][]string{byKind: {d.Parent.Kind}, byType: {string(d.Type)}, byYear: {strconv.Itoa(d.year())}, byOrganization: {string(d.Organization)},
		byRegion: d.Region.Path(), byLanguage: {d.Language}}
	for _, code := range d.Region.Path() {
		if name := levels[domain.RegionCode(code).Level()]; name != "" {
			values[name] = []string{code}
		}
	}
	return values
}

// year is that of the paper, where none is known that of the upload.
func (d Document) year() int {
	if d.Date != "" {
		return d.Date.Time().Year()
	}
	return d.Created.Year()
}

const pageSize = 20

// rounds bounds how many pages are read for one page of the library, where some of what is listed is hidden.
const rounds = 10

// Counts tell how many documents the reader may read bear each value of a filter, and how many there are in all.
type Counts struct {
	Total  int
	Values map[string]map[string]int
}

// freshWithin is how long a reader waits for the index to take in what was changed just before.
const freshWithin = time.Second

// Count counts what Library lists, by the values of its filters, for the groups of people that the reader belongs to. nil
// where the index lags behind: a count from before a change would tell of what was hidden by it. Error: Unavailable.
func (s *Service) Count(ctx context.Context, actor domain.Actor, f Filter) (*Counts, error) {
	if s.find == nil || s.fresh == nil {
		return nil, nil //nolint:nilnil // not known is an answer
	}
	if fresh, err := s.fresh(ctx, freshWithin); err != nil || !fresh {
		return nil, err
	}
	ask := []search.Facet{
		{Name: byKind, Without: byKind, Limit: 20}, {Name: byType, Without: byType, Limit: 40}, {Name: byYear, Without: byYear, Limit: 60},
		{Name: byOrganization, Without: byOrganization, Limit: 60}, {Name: byLanguage, Without: byLanguage, Limit: 10},
		{Name: levels[domain.LevelProvince], Without: byRegion, Limit: 60}, {Name: levels[domain.LevelRegency], Without: byRegion, Limit: 600},
	}
	if inside := levels[f.Region.Level()+1]; f.Region != "" && inside != "" && inside != levels[domain.LevelRegency] {
		ask = append(ask, search.Facet{Name: inside, Limit: 200})
	}
	q := f.query()
	q.Any = map[string][]string{filterReaders: groupsOf(actor)}
	found, err := s.find.Facets(ctx, q, ask)
	if err != nil || found.Building {
		return nil, err
	}
	return &Counts{Total: found.Total, Values: found.Values}, nil
}

// Library lists what the actor may read, each document and what it belongs to asked now. Next is "" at the end. Errors:
// BadRequest for a cursor of another list, Unavailable.
func (s *Service) Library(ctx context.Context, actor domain.Actor, f Filter) (views []View, next string, err error) {
	if s.find == nil {
		f.Cursor = strings.TrimPrefix(f.Cursor, unindexed)
		return s.newest(ctx, actor, f)
	}
	found, next, err := s.Search(ctx, actor, f)
	for _, hit := range found {
		views = append(views, hit.View)
	}
	return views, next, err
}

// unindexed begins the cursors of newest.
const unindexed = "store:"

// plain tells whether a filter asks for what the store's own list tells too.
func (f Filter) plain() bool { return f == Filter{Type: f.Type, Region: f.Region, Cursor: f.Cursor} }

// newest lists public documents as the store knows them, by region and type alone.
func (s *Service) newest(ctx context.Context, actor domain.Actor, f Filter) ([]View, string, error) {
	views, next, err := s.visible(ctx, actor, store.Query{List: listNewest, Key: store.KeyOf(string(f.Region), string(f.Type)), Cursor: f.Cursor, Limit: pageSize})
	if next != "" {
		next = unindexed + next
	}
	return views, next, err
}

// parents resolves what documents belong to for one reader, each thing once. A hidden one is nil.
type parents struct {
	s     *Service
	actor domain.Actor
	known map[domain.Ref]*domain.Resolved
}

func (s *Service) parentsFor(actor domain.Actor) *parents {
	return &parents{s: s, actor: actor, known: map[domain.Ref]*domain.Resolved{}}
}

// view shows a document to the reader; false where it may not be read.
func (p *parents) view(ctx context.Context, doc store.Doc[Document]) (View, bool, error) {
	parent, err := p.of(ctx, doc.Body.Parent)
	if err != nil || parent == nil || !mayRead(p.actor, doc.Body.on(p.s.clock.Now()), *parent) {
		return View{}, false, err
	}
	return p.s.viewOf(p.actor, doc, *parent), true, nil
}

// ready shows the ready ones of these documents to the reader, in that order, leaving out what may not be read.
func (p *parents) ready(ctx context.Context, ids []string) ([]View, error) {
	docs, err := p.s.records.GetMany(ctx, ids)
	if err != nil {
		return nil, err
	}
	var views []View
	for _, id := range ids {
		doc, ok := docs[id]
		if !ok || doc.Body.Status != Ready {
			continue
		}
		view, ok, err := p.view(ctx, doc)
		if err != nil {
			return nil, err
		}
		if ok {
			views = append(views, view)
		}
	}
	return views, nil
}

func (p *parents) of(ctx context.Context, ref domain.Ref) (*domain.Resolved, error) {
	if parent, known := p.known[ref]; known {
		return parent, nil
	}
	parent, err := p.s.parent(ctx, p.actor, ref)
	switch {
	case err == nil:
		p.known[ref] = &parent
	case apperr.Is(err, apperr.NotFound):
		p.known[ref] = nil
	default:
		return nil, err
	}
	return p.known[ref], nil
}

// visible reads a list until a page is full, leaving out what the actor may not see.
func (s *Service) visible(ctx context.Context, actor domain.Actor, q store.Query) ([]View, string, error) {
	var views []View
	want, parents := q.Limit, s.parentsFor(actor)
	for range rounds {
		q.Limit = want - len(views)
		page, err := s.records.List(ctx, q)
		if err != nil {
			return nil, "", err
		}
		for _, doc := range page.Items {
			view, ok, err := parents.view(ctx, doc)
			if err != nil {
				return nil, "", err
			}
			if ok {
				views = append(views, view)
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" || len(views) >= want {
			break
		}
	}
	return views, q.Cursor, nil
}

// panelMax is how many documents a panel shows at most.
const panelMax = 50

// Of lists what the actor may read of one thing, newest first, what was thrown away apart. NotFound where the actor may
// not see the thing.
func (s *Service) Of(ctx context.Context, actor domain.Actor, ref domain.Ref) (parent domain.Resolved, ready, trashed []View, err error) {
	if parent, err = s.parent(ctx, actor, ref); err != nil {
		return parent, nil, nil, err
	}
	key := parentValue(ref)
	if ready, _, err = s.visible(ctx, actor, store.Query{List: listParent, Key: store.KeyOf(key, ""), Limit: panelMax}); err != nil {
		return parent, nil, nil, err
	}
	if actor.SignedIn() {
		trashed, _, err = s.visible(ctx, actor, store.Query{List: listTrash, Key: store.KeyOf(key), Limit: panelMax})
	}
	return parent, ready, trashed, err
}
