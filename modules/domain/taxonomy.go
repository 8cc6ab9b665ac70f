package domain

import "sync"

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
}

// HasUnit tells whether needs and offers of the category may count in that unit.
func (c Category) HasUnit(id UnitID) bool {
	for _, u := range c.Units {
		if u == id {
			return true
		}
	}
	return false
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
}

// Taxonomy gives the taxonomy, parsed once. It is read-only and safe for concurrent use.
func Taxonomy() *TaxonomyData { return taxonomy() }

var taxonomy = sync.OnceValue(func() *TaxonomyData {
	var file struct {
		Steps      []Step     `yaml:"steps"`
		Units      []Unit     `yaml:"units"`
		Groups     []Group    `yaml:"groups"`
		Categories []Category `yaml:"categories"`
	}
	readReference("taxonomy.yaml", &file)
	t := &TaxonomyData{
		steps: file.Steps, units: file.Units, groups: file.Groups, categories: file.Categories,
		stepByID: map[string]Step{}, unitByID: map[UnitID]Unit{}, groupByID: map[string]Group{}, categoryByID: map[CategoryID]Category{},
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
	for _, c := range t.categories {
		t.categoryByID[c.ID] = c
	}
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
