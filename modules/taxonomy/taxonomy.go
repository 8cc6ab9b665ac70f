// Package taxonomy is how the secretariat keeps the categories of needs and the types of organisations: their names,
// order and units or papers, which of them can still be chosen, and new ones. Ids, groups and steps never change, and
// nothing is ever deleted: something may have it.
package taxonomy

import (
	"context"
	"log/slog"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Collections of the changes, each change under the id of its category or type.
const (
	Collection     = "taxonomy_edits"
	TypeCollection = "organization_types"
)

// Bounds of texts, in characters, and of the place among others.
const (
	maxName        = 80
	maxDescription = 400
	maxOrder       = 9999
	maxID          = 48
	maxKept        = 500 // things of a kind that were changed or added
)

// idRule is how the ids of the taxonomy are written: English words in small letters with hyphens between them.
var idRule = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// Words that stand in the place of an id in addresses: of the form for a new one, of the types.
const (
	newID   = "new"
	typesID = "types"
)

func idFits(id string) bool {
	return len(id) <= maxID && idRule.MatchString(id) && id != newID && id != typesID
}

// checkTexts checks a name and a description, which are wanted in both languages.
func checkTexts(f *apperr.Fields, name, description domain.Text) {
	checkBoth(f, "name", name, maxName)
	checkBoth(f, "description", description, maxDescription)
}

func checkBoth(f *apperr.Fields, field string, t domain.Text, most int) {
	for _, x := range [][2]string{{"_id", t.ID}, {"_en", t.EN}} {
		f.Check(strings.TrimSpace(x[1]) != "", field+x[0], "taxonomy.error.both_languages")
		checkText(f, field+x[0], x[1], most)
	}
}

func checkText(f *apperr.Fields, field, value string, most int) {
	f.Check(utf8.RuneCountInString(value) <= most, field, "taxonomy.error.long", "max", most)
	f.Check(len(domain.FindPersonalNumbers(value)) == 0, field, "taxonomy.error.personal_number")
}

func checkOrder(f *apperr.Fields, order int) {
	f.Check(order >= 0 && order <= maxOrder, "order", "taxonomy.error.order", "max", maxOrder)
}

// CategoryUses counts what has a category, hidden things too.
type CategoryUses struct{ Needs, Initiatives int64 }

// TypeUses counts organisations of a type: all, and those whose papers are being looked at.
type TypeUses struct{ Organizations, Waiting int64 }

// Uses counts what has a category or a type, from lists and not by looking at everything.
type Uses interface {
	CategoryUses(ctx context.Context, id domain.CategoryID) (CategoryUses, error)
	TypeUses(ctx context.Context, id string) (TypeUses, error)
}

// Deps is what the module needs.
type Deps struct {
	DB    *store.DB
	Views *web.Engine
	Uses  Uses
	Log   *slog.Logger
}

// Service keeps the changes.
type Service struct {
	db         *store.DB
	categories *kind[domain.CategoryID, Edit, domain.CategoryEdit]
	types      *kind[string, TypeEdit, domain.TypeEdit]
	log        *slog.Logger
}

const listAll = "all"

func newService(d Deps) *Service {
	s := &Service{db: d.DB, log: d.Log}
	s.categories, s.types = s.keepCategories(d.DB), s.keepTypes(d.DB)
	return s
}

func keep[E any](db *store.DB, name string) *store.Records[E] {
	return store.NewRecords(db, store.Definition[E]{Name: name, Schema: 1, Lists: []store.List[E]{
		{Name: listAll, Keys: func(string, E) []store.Key { return []store.Key{""} }, Sort: func(id string, _ E) string { return store.SortText(id) }},
	}})
}

func each[E any](ctx context.Context, records *store.Records[E], fn func(id string, e E)) error {
	for cursor := ""; ; {
		page, err := records.List(ctx, store.Query{List: listAll, Cursor: cursor, Limit: 100})
		if err != nil {
			return err
		}
		for _, doc := range page.Items {
			fn(doc.ID, doc.Body)
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}

// Load has this process use the categories and types as they are stored. Unavailable.
func (s *Service) Load(ctx context.Context) error {
	edits, types := map[domain.CategoryID]domain.CategoryEdit{}, map[string]domain.TypeEdit{}
	if err := each(ctx, s.categories.records, func(id string, e Edit) { edits[domain.CategoryID(id)] = e.CategoryEdit }); err != nil {
		return err
	}
	if err := each(ctx, s.types.records, func(id string, e TypeEdit) { types[id] = e.TypeEdit }); err != nil {
		return err
	}
	domain.EditTaxonomy(edits)
	domain.EditStakeholders(types)
	return nil
}

// Follow has this replica use what any replica changes, as the feed tells, until ctx ends.
func (s *Service) Follow(ctx context.Context) error {
	last, err := s.db.Feed().Last(ctx)
	if err == nil {
		err = s.Load(ctx)
	}
	if err != nil && !apperr.Is(err, apperr.Unavailable) {
		return err
	}
	return s.db.FollowLocal(ctx, last, func(ctx context.Context, entries []store.Entry) error {
		if !slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Collection == Collection || e.Collection == TypeCollection }) {
			return nil
		}
		return s.Load(ctx)
	})
}
