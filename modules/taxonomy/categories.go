package taxonomy

import (
	"context"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

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
	return a.Name == b.Name && a.Description == b.Description && a.Ask == b.Ask && a.Order == b.Order && a.Retired == b.Retired && slices.Equal(a.Units, b.Units)
}

// validate tells what must change.
func validate(e domain.CategoryEdit) error {
	var f apperr.Fields
	check(&f, e)
	return f.Err()
}

func check(f *apperr.Fields, e domain.CategoryEdit) {
	checkTexts(f, e.Name, e.Description)
	for name, value := range map[string]string{"ask_id": e.Ask.ID, "ask_en": e.Ask.EN} {
		f.Check((strings.TrimSpace(value) != "") == (e.Ask != domain.Text{}), name, "taxonomy.error.both_or_none")
		checkText(f, name, value, maxDescription)
	}
	checkOrder(f, e.Order)
	f.Check(len(e.Units) > 0, "units", "taxonomy.error.units")
	for _, u := range e.Units {
		if _, ok := domain.Taxonomy().Unit(u); !ok {
			f.Add("units", "taxonomy.error.units")
			break
		}
	}
}

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
	return room(ctx, s.edits)
}

func validateNew(id domain.CategoryID, e domain.CategoryEdit, taken bool) error {
	var f apperr.Fields
	_, shipped := domain.ShippedTaxonomy().Category(id)
	_, group := domain.Taxonomy().Group(e.Group)
	f.Check(idFits(string(id)), "id", "taxonomy.error.id", "max", maxID)
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
	return put(ctx, s, s.edits, doc, version, e, actor.Change(action, "", op))
}
