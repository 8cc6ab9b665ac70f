package domain

import (
	"maps"
	"slices"
	"sync"
	"sync/atomic"
)

// Step is one of the four strategic steps of the province.
type Step struct {
	ID          string `yaml:"id"`
	Order       int    `yaml:"order"`
	Name        Text   `yaml:"name"`
	Description Text   `yaml:"description"`
}

// Unit is what a quantity counts. Quantities are whole numbers of it.
type Unit struct {
	ID     UnitID `yaml:"id"`
	Symbol string `yaml:"symbol"`
	Name   Text   `yaml:"name"`
}

// Money is the unit of rupiah.
const Money UnitID = "idr"

// Group is the first level of the categories.
type Group struct {
	ID          string `yaml:"id"`
	Step        string `yaml:"step"`
	Name        Text   `yaml:"name"`
	Description Text   `yaml:"description"`
}

// DACCode is a purpose code of the OECD DAC (IATI sector list).
type DACCode struct {
	Code string `yaml:"code"`
	Name string `yaml:"name"`
}

// Category says what is needed or offered. Its first unit is the default; a need and an offer meet only in the same
// unit.
type Category struct {
	ID          CategoryID `yaml:"id"`
	Parent      string     `yaml:"parent"` // id of its Group
	Step        string     `yaml:"step"`
	Name        Text       `yaml:"name"`
	Description Text       `yaml:"description"`
	Units       []UnitID   `yaml:"units"`
	SDG         []int      `yaml:"sdg"`
	DAC         []DACCode  `yaml:"dac_codes"`
	Indicators  []string   `yaml:"indicators"`

	Ask     Text     `yaml:"-"` // what a need of it should tell; empty: what its group asks
	Added   bool     `yaml:"-"` // in the portal: it is not in the file
	Retired bool     `yaml:"-"` // stays on what has it, and is chosen no more
	Former  []UnitID `yaml:"-"` // units that are offered no more, and stay on what counts in them
}

// HasUnit tells whether needs and offers of the category may count in that unit.
func (c Category) HasUnit(id UnitID) bool {
	return slices.Contains(c.Units, id) || slices.Contains(c.Former, id)
}

// CategoryEdit is how the secretariat wants a category to be. Its id, group and step never change.
type CategoryEdit struct {
	Group       string   `json:"group,omitempty"` // of a category that was added; the others have that of the file
	Name        Text     `json:"name"`
	Description Text     `json:"description"`
	Ask         Text     `json:"ask,omitzero"`     // what a need of it should tell
	Units       []UnitID `json:"units"`            // offered, the default first
	Former      []UnitID `json:"former,omitempty"` // offered once
	Order       int      `json:"order"`            // within its group, the lowest first
	Retired     bool     `json:"retired,omitempty"`
}

// TaxonomyData is the taxonomy of needs: steps, units, groups and categories, each in the order of the file.
type TaxonomyData struct {
	steps      []Step
	units      []Unit
	groups     []Group
	categories []Category

	stepByID     map[string]Step
	unitByID     map[UnitID]Unit
	groupByID    map[string]Group
	categoryByID map[CategoryID]Category
	inGroup      map[string][]CategoryID
}

// Taxonomy gives the taxonomy as it is now: what was shipped, with what the secretariat changed. What it gives is
// read-only and safe for concurrent use; ask anew rather than keep it.
func Taxonomy() *TaxonomyData {
	if t := edited.Load(); t != nil {
		return t
	}
	return shipped()
}

var edited atomic.Pointer[TaxonomyData]

// EditTaxonomy has Taxonomy give what was shipped with these changes, from now on, in the whole process. A change that
// names its group adds a category; changes of others that there are not are left out.
func EditTaxonomy(edits map[CategoryID]CategoryEdit) { edited.Store(shipped().With(edits)) }

// ShippedTaxonomy gives the taxonomy without changes.
func ShippedTaxonomy() *TaxonomyData { return shipped() }

// Edit gives a category as it is, as a change that changes nothing.
func (t *TaxonomyData) Edit(id CategoryID) (CategoryEdit, bool) {
	at := 0
	for _, c := range t.categories {
		if c.Parent != t.categoryByID[id].Parent {
			continue
		}
		if at++; c.ID == id {
			return CategoryEdit{Name: c.Name, Description: c.Description, Ask: c.Ask, Units: slices.Clone(c.Units), Former: slices.Clone(c.Former), Order: at * 10, Retired: c.Retired}, true
		}
	}
	return CategoryEdit{}, false
}

// With gives the taxonomy with some categories changed or added, itself unchanged.
func (t *TaxonomyData) With(edits map[CategoryID]CategoryEdit) *TaxonomyData {
	changed := *t
	orders, groups := make(map[CategoryID]int, len(t.categories)), make(map[string]int, len(t.groups))
	for i, g := range t.groups {
		groups[g.ID] = i
	}
	changed.categories = slices.Clone(t.categories)
	for i := range changed.categories {
		c := &changed.categories[i]
		was, _ := t.Edit(c.ID)
		orders[c.ID] = was.Order
		if e, ok := edits[c.ID]; ok {
			c.Name, c.Description, c.Ask, c.Units, c.Former, c.Retired, orders[c.ID] = e.Name, e.Description, e.Ask, e.Units, e.Former, e.Retired, e.Order
		}
	}
	for _, id := range slices.Sorted(maps.Keys(edits)) {
		e := edits[id]
		group, known := t.groupByID[e.Group]
		if _, there := t.categoryByID[id]; there || !known {
			continue
		}
		changed.categories = append(changed.categories, Category{ID: id, Parent: group.ID, Step: group.Step, Name: e.Name, Description: e.Description, Ask: e.Ask,
			Units: e.Units, Former: e.Former, Retired: e.Retired, Added: true})
		orders[id] = e.Order
	}
	slices.SortStableFunc(changed.categories, func(a, b Category) int {
		if a.Parent != b.Parent {
			return groups[a.Parent] - groups[b.Parent]
		}
		return orders[a.ID] - orders[b.ID]
	})
	changed.file()
	return &changed
}

// file puts the categories where they are found by id and by group.
func (t *TaxonomyData) file() {
	t.categoryByID, t.inGroup = make(map[CategoryID]Category, len(t.categories)), make(map[string][]CategoryID, len(t.groups))
	for _, c := range t.categories {
		t.categoryByID[c.ID] = c
		t.inGroup[c.Parent] = append(t.inGroup[c.Parent], c.ID)
	}
}

// MayChoose tells whether a thing may have that category, and that unit, now. What is offered no more may only be kept:
// had says for a category and unit that the thing, or a part of it, has them already.
func MayChoose(category CategoryID, unit UnitID, had func(CategoryID, UnitID) bool) (categoryOK, unitOK bool) {
	c, ok := Taxonomy().Category(category)
	if !ok || had(category, unit) {
		return true, true // what is not known at all is told elsewhere
	}
	return !c.Retired || had(category, ""), unit == "" || !slices.Contains(c.Former, unit)
}

var shipped = sync.OnceValue(func() *TaxonomyData {
	var file struct {
		Steps      []Step     `yaml:"steps"`
		Units      []Unit     `yaml:"units"`
		Groups     []Group    `yaml:"groups"`
		Categories []Category `yaml:"categories"`
	}
	readReference("taxonomy.yaml", &file)
	t := &TaxonomyData{
		steps: file.Steps, units: file.Units, groups: file.Groups, categories: file.Categories,
		stepByID: map[string]Step{}, unitByID: map[UnitID]Unit{}, groupByID: map[string]Group{},
	}
	for _, s := range t.steps {
		t.stepByID[s.ID] = s
	}
	for _, u := range t.units {
		t.unitByID[u.ID] = u
	}
	for _, g := range t.groups {
		t.groupByID[g.ID] = g
	}
	t.file()
	return t
})

// Steps lists the strategic steps in their order.
func (t *TaxonomyData) Steps() []Step { return t.steps }

// Step finds a strategic step.
func (t *TaxonomyData) Step(id string) (Step, bool) { s, ok := t.stepByID[id]; return s, ok }

// Units lists the units.
func (t *TaxonomyData) Units() []Unit { return t.units }

// Unit finds a unit.
func (t *TaxonomyData) Unit(id UnitID) (Unit, bool) { u, ok := t.unitByID[id]; return u, ok }

// Groups lists the groups of categories.
func (t *TaxonomyData) Groups() []Group { return t.groups }

// Group finds a group of categories.
func (t *TaxonomyData) Group(id string) (Group, bool) { g, ok := t.groupByID[id]; return g, ok }

// Categories lists the categories, group by group.
func (t *TaxonomyData) Categories() []Category { return t.categories }

// InGroup lists the categories of a group.
func (t *TaxonomyData) InGroup(id string) []CategoryID { return t.inGroup[id] }

// Category finds a category.
func (t *TaxonomyData) Category(id CategoryID) (Category, bool) {
	c, ok := t.categoryByID[id]
	return c, ok
}

// CategoryName names a category in that language; its id where it is unknown.
func (t *TaxonomyData) CategoryName(id CategoryID, lang string) string {
	if c, ok := t.categoryByID[id]; ok {
		return c.Name.In(lang)
	}
	return string(id)
}
