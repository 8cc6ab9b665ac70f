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

func (e Edit) wanted() domain.CategoryEdit  { return e.CategoryEdit }
func (e Edit) before() *domain.CategoryEdit { return e.Before }

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

func sameCategory(a, b domain.CategoryEdit) bool {
	return a.Name == b.Name && a.Description == b.Description && a.Ask == b.Ask && a.Order == b.Order && a.Retired == b.Retired && slices.Equal(a.Units, b.Units)
}

func checkCategory(f *apperr.Fields, e domain.CategoryEdit) {
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

// checkGroup checks where a new category belongs.
func checkGroup(f *apperr.Fields, e domain.CategoryEdit) {
	_, group := domain.Taxonomy().Group(e.Group)
	f.Check(group, "group", "taxonomy.error.group")
}

func (s *Service) keepCategories(db *store.DB) *kind[domain.CategoryID, Edit, domain.CategoryEdit] {
	return &kind[domain.CategoryID, Edit, domain.CategoryEdit]{
		records: keep[Edit](db, Collection), load: s.Load, action: "taxonomy", first: func(e domain.CategoryEdit) Edit { return Edit{CategoryEdit: e} },
		shipped: domain.ShippedTaxonomy().Edit, same: sameCategory, checkNew: checkGroup, check: checkCategory,
		retired: func(e *domain.CategoryEdit) *bool { return &e.Retired },
	}
}

// Renamed tells which category an entry of the feed gave another name, "" for none, and has this process use the names
// as they are stored. Unavailable.
func (s *Service) Renamed(ctx context.Context, e store.Entry) (domain.CategoryID, error) {
	if e.Collection != Collection || e.Version == 1 && e.Action == "taxonomy.added" || !slices.ContainsFunc(e.Changes, func(c store.FieldChange) bool { return c.Path == "name" }) {
		return "", nil
	}
	return domain.CategoryID(e.ID), s.Load(ctx)
}
