// Package taxonomy is how the secretariat keeps the categories: their names, order and units, which of them can still be
// chosen, and new ones. Ids, groups and steps never change, and no category is ever deleted: something may have it.
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

// Collection keeps the changes, each under its category's id.
const Collection = "taxonomy_edits"

// Bounds of texts, in characters, and of the place in a group.
const (
	maxName        = 80
	maxDescription = 400
	maxOrder       = 9999
	maxID          = 48
	maxKept        = 500 // categories that were changed or added
)

// idRule is how the ids of the taxonomy are written: English words in small letters with hyphens between them.
var idRule = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)

// newID stands in the place of an id in the address of the form for a new category.
const newID = "new"

// Edit is how a category is wanted, and how it was before, for taking the last change back.
type Edit struct {
	domain.CategoryEdit
	Before *domain.CategoryEdit `json:"before,omitempty"`
}

// change makes an edit of what a category shall be. Units that it offered stay known.
func (e Edit) change(to domain.CategoryEdit) Edit {
	before := e.CategoryEdit
	to.Former, to.Group = nil, before.Group
	for _, u := range slices.Concat(before.Former, before.Units) {
		if !slices.Contains(to.Units, u) && !slices.Contains(to.Former, u) {
			to.Former = append(to.Former, u)
		}
	}
	return Edit{CategoryEdit: to, Before: &before}
}

func same(a, b domain.CategoryEdit) bool {
	return a.Name == b.Name && a.Description == b.Description && a.Order == b.Order && a.Retired == b.Retired && slices.Equal(a.Units, b.Units)
}

// validate tells what must change.
func validate(e domain.CategoryEdit) error {
	var f apperr.Fields
	check(&f, e)
	return f.Err()
}

func check(f *apperr.Fields, e domain.CategoryEdit) {
	for _, x := range []struct {
		name, value string
		most        int
	}{{"name_id", e.Name.ID, maxName}, {"name_en", e.Name.EN, maxName}, {"description_id", e.Description.ID, maxDescription}, {"description_en", e.Description.EN, maxDescription}} {
		f.Check(strings.TrimSpace(x.value) != "", x.name, "taxonomy.error.both_languages")
		f.Check(utf8.RuneCountInString(x.value) <= x.most, x.name, "taxonomy.error.long", "max", x.most)
		f.Check(len(domain.FindPersonalNumbers(x.value)) == 0, x.name, "taxonomy.error.personal_number")
	}
	f.Check(e.Order >= 0 && e.Order <= maxOrder, "order", "taxonomy.error.order", "max", maxOrder)
	f.Check(len(e.Units) > 0, "units", "taxonomy.error.units")
	for _, u := range e.Units {
		if _, ok := domain.Taxonomy().Unit(u); !ok {
			f.Add("units", "taxonomy.error.units")
			break
		}
	}
}

// Deps is what the module needs.
type Deps struct {
	DB    *store.DB
	Views *web.Engine
	Log   *slog.Logger
}

// Service keeps the changes.
type Service struct {
	db    *store.DB
	edits *store.Records[Edit]
	log   *slog.Logger
}

const listAll = "all"

func newService(d Deps) *Service {
	return &Service{db: d.DB, log: d.Log, edits: store.NewRecords(d.DB, store.Definition[Edit]{Name: Collection, Schema: 1, Lists: []store.List[Edit]{
		{Name: listAll, Keys: func(string, Edit) []store.Key { return []store.Key{""} }, Sort: func(id string, _ Edit) string { return store.SortText(id) }},
	}})}
}

func unknown() error { return apperr.New(apperr.NotFound, "error.not_found") }

// Get gives a category as it is wanted now, with the version of its change; version 0 is as shipped. NotFound.
func (s *Service) Get(ctx context.Context, id domain.CategoryID) (store.Doc[Edit], error) {
	shipped, ok := domain.ShippedTaxonomy().Edit(id)
	doc, err := s.edits.Get(ctx, string(id))
	if apperr.Is(err, apperr.NotFound) {
		if !ok {
			return store.Doc[Edit]{}, unknown()
		}
		return store.Doc[Edit]{ID: string(id), Body: Edit{CategoryEdit: shipped}}, nil
	}
	return doc, err
}

// Amend changes names, descriptions, units and place of a category that was read at that version. NotFound, Invalid,
// Conflict.
func (s *Service) Amend(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CategoryID, version int64, to domain.CategoryEdit) error {
	doc, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	if err := validate(to); err != nil {
		return err
	}
	to.Retired = doc.Body.Retired
	return s.write(ctx, actor, op, doc, version, doc.Body.change(to), "taxonomy.amended")
}

// Check tells whether the category could be amended so. Errors as of Amend, without Conflict.
func (s *Service) Check(ctx context.Context, id domain.CategoryID, to domain.CategoryEdit) error {
	if _, err := s.Get(ctx, id); err != nil {
		return err
	}
	return validate(to)
}

// CheckNew tells whether a category could be added so. Invalid by field: id, group and those of Amend; Conflict where
// there are too many.
func (s *Service) CheckNew(ctx context.Context, id domain.CategoryID, e domain.CategoryEdit) error {
	_, err := s.edits.Get(ctx, string(id))
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	if err := validateNew(id, e, err == nil); err != nil {
		return err
	}
	n, err := s.edits.Count(ctx, listAll, "")
	if err == nil && n >= maxKept {
		err = apperr.New(apperr.Conflict, "taxonomy.error.many", "max", maxKept)
	}
	return err
}

func validateNew(id domain.CategoryID, e domain.CategoryEdit, taken bool) error {
	var f apperr.Fields
	_, shipped := domain.ShippedTaxonomy().Category(id)
	_, group := domain.Taxonomy().Group(e.Group)
	f.Check(len(id) <= maxID && idRule.MatchString(string(id)) && id != newID, "id", "taxonomy.error.id", "max", maxID)
	f.Check(!taken && !shipped, "id", "taxonomy.error.id_taken")
	f.Check(group, "group", "taxonomy.error.group")
	check(&f, e)
	return f.Err()
}

// Add makes a new category, which can be chosen from now on. Errors as of CheckNew; a repeat of the form is a success.
func (s *Service) Add(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CategoryID, e domain.CategoryEdit) error {
	if err := validateNew(id, e, false); err != nil {
		return err
	}
	if err := s.CheckNew(ctx, id, e); apperr.Is(err, apperr.Conflict) {
		return err
	}
	_, err := s.edits.Insert(ctx, string(id), Edit{CategoryEdit: e}, actor.Change("taxonomy.added", "", op))
	if apperr.Is(err, apperr.Conflict) {
		return validateNew(id, e, true)
	}
	if err != nil {
		return err
	}
	return s.Load(ctx)
}

// Renamed tells which category an entry of the feed gave another name, "" for none, and has this process use the names
// as they are stored. Unavailable.
func (s *Service) Renamed(ctx context.Context, e store.Entry) (domain.CategoryID, error) {
	if e.Collection != Collection || e.Version == 1 && e.Action == "taxonomy.added" || !slices.ContainsFunc(e.Changes, func(c store.FieldChange) bool { return c.Path == "name" }) {
		return "", nil
	}
	return domain.CategoryID(e.ID), s.Load(ctx)
}

// Retire takes a category out of what can be chosen, or puts it back; what has it keeps it. NotFound, Conflict.
func (s *Service) Retire(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CategoryID, retired bool) error {
	doc, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	to, action := doc.Body.CategoryEdit, "taxonomy.retired"
	if to.Retired = retired; !retired {
		action = "taxonomy.restored"
	}
	return s.write(ctx, actor, op, doc, doc.Version, doc.Body.change(to), action)
}

// Undo takes the last change of a category back; undone twice it is there again. NotFound, Conflict where there is
// nothing to take back or it changed since it was read.
func (s *Service) Undo(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CategoryID, version int64) error {
	doc, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	if doc.Body.Before == nil {
		return apperr.New(apperr.Conflict, "taxonomy.error.nothing")
	}
	return s.write(ctx, actor, op, doc, version, doc.Body.change(*doc.Body.Before), "taxonomy.undone")
}

func (s *Service) write(ctx context.Context, actor domain.Actor, op store.Operation, doc store.Doc[Edit], version int64, e Edit, action string) error {
	if same(e.CategoryEdit, doc.Body.CategoryEdit) {
		return nil
	}
	c := actor.Change(action, "", op)
	var err error
	if doc.Version == 0 && version == 0 {
		_, err = s.edits.Insert(ctx, doc.ID, e, c)
	} else {
		doc.Version = version
		_, err = s.edits.Replace(ctx, doc, e, c)
	}
	if err != nil {
		return err
	}
	return s.Load(ctx)
}

// Load has this process use the categories as they are stored. Unavailable.
func (s *Service) Load(ctx context.Context) error {
	edits := map[domain.CategoryID]domain.CategoryEdit{}
	for cursor := ""; ; {
		page, err := s.edits.List(ctx, store.Query{List: listAll, Cursor: cursor, Limit: 100})
		if err != nil {
			return err
		}
		for _, doc := range page.Items {
			edits[domain.CategoryID(doc.ID)] = doc.Body.CategoryEdit
		}
		if cursor = page.Next; cursor == "" {
			domain.EditTaxonomy(edits)
			return nil
		}
	}
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
		if !slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Collection == Collection }) {
			return nil
		}
		return s.Load(ctx)
	})
}
