package domain

import (
	"slices"

	"gotong/modules/kit/web"
)

// CategoryOptions lists all categories for a filter, grouped by their group's name.
func CategoryOptions(lang string) []web.Option {
	return categoryOptions(lang, func(Category) bool { return true })
}

// CategoryChoices lists the categories that can be chosen in a form, with the one that the thing has.
func CategoryChoices(lang string, has ...CategoryID) []web.Option {
	return categoryOptions(lang, func(c Category) bool { return !c.Retired || slices.Contains(has, c.ID) })
}

func categoryOptions(lang string, wanted func(Category) bool) []web.Option {
	t := Taxonomy()
	options := make([]web.Option, 0, len(t.categories))
	for _, g := range t.groups {
		for _, c := range t.categories {
			if c.Parent == g.ID && wanted(c) {
				options = append(options, web.Option{Value: string(c.ID), Label: c.Name.In(lang), Group: g.Name.In(lang)})
			}
		}
	}
	return options
}

// UnitOptions lists the units of a category, the default first; all units where the category is unknown.
func UnitOptions(lang string, category CategoryID) []web.Option {
	return UnitChoices(lang, category, "")
}

// UnitChoices lists the units of a category, the default first, and the one that the thing counts in.
func UnitChoices(lang string, category CategoryID, has UnitID) []web.Option {
	t := Taxonomy()
	units := make([]UnitID, 0, len(t.units))
	if c, ok := t.Category(category); ok {
		units = append(units, c.Units...)
		if has != "" && slices.Contains(c.Former, has) {
			units = append(units, has)
		}
	} else {
		for _, u := range t.units {
			units = append(units, u.ID)
		}
	}
	options := make([]web.Option, 0, len(units))
	for _, id := range units {
		u, _ := t.Unit(id)
		options = append(options, web.Option{Value: string(id), Label: u.Name.In(lang)})
	}
	return options
}

// TypeOptions lists the stakeholder types for a form, each with its description as hint.
func TypeOptions(lang string) []web.Option {
	types := Stakeholders().Types()
	options := make([]web.Option, 0, len(types))
	for _, t := range types {
		options = append(options, web.Option{Value: t.ID, Label: t.Name.In(lang), Hint: t.Description.In(lang)})
	}
	return options
}

// SublevelOptions lists the sublevels of a stakeholder type that can be chosen, with the one that the thing has.
func SublevelOptions(lang, typeID, has string) []web.Option {
	t, _ := Stakeholders().Type(typeID)
	options := make([]web.Option, 0, len(t.Sublevels))
	for _, s := range t.Sublevels {
		if !s.Retired || s.ID == has {
			options = append(options, web.Option{Value: s.ID, Label: s.Name.In(lang)})
		}
	}
	return options
}
