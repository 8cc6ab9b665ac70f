package villages

import (
	"math"
	"slices"
	"strconv"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Potential is something that a region has and could build on.
type Potential struct {
	Region   domain.RegionCode `json:"region"`
	Kind     string            `json:"kind"` // one of PotentialKinds
	Name     string            `json:"name"` // "Lada", "Kelompok tenun", "Pantai Temajuk"
	Note     string            `json:"note,omitempty"`
	Quantity *float64          `json:"quantity,omitempty"`
	Unit     string            `json:"unit,omitempty"` // of the quantity, free: "ha", "ton per tahun"
	Year     int               `json:"year"`
	Source   string            `json:"source"`
	Demo     bool              `json:"demo,omitempty"`
}

// PotentialKinds of product.md, in the order of pages.
var PotentialKinds = []string{"crops", "livestock", "fisheries", "crafts", "forest", "tourism", "institutions", "land", "other"}

// ID is the potential's natural key: the same region, kind and name meet themselves.
func (p Potential) ID() string { return string(p.Region) + ":" + p.Kind + ":" + slug(p.Name) }

// Normal gives the potential with texts without needless blanks.
func (p Potential) Normal() Potential {
	p.Name, p.Note, p.Unit, p.Source = oneLine(p.Name), oneLine(p.Note), oneLine(p.Unit), oneLine(p.Source)
	return p
}

const maxQuantity = 1_000_000_000_000

// Validate tells what is wrong with a potential, by field: region, kind, name, note, quantity, unit, year, source.
func (p Potential) Validate(thisYear int) error {
	var f apperr.Fields
	checkRegion(&f, p.Region)
	f.Check(slices.Contains(PotentialKinds, p.Kind), "kind", "villages.error.potential_kind")
	checkText(&f, "name", p.Name, maxHeading, true)
	f.Check(p.Name == "" || slug(p.Name) != "", "name", "villages.error.text")
	checkText(&f, "note", p.Note, maxNote, false)
	if q := p.Quantity; q != nil {
		f.Check(!math.IsNaN(*q) && *q >= 0 && *q <= maxQuantity, "quantity", "villages.error.value", "max", strconv.Itoa(maxQuantity))
		f.Check(p.Unit != "", "unit", "villages.error.required")
	}
	checkText(&f, "unit", p.Unit, 40, false)
	checkYear(&f, "year", p.Year, thisYear)
	checkText(&f, "source", p.Source, maxSource, true)
	return f.Err()
}

func potentialDefinition() store.Definition[Potential] {
	return store.Definition[Potential]{Name: potentialsCollection, Lists: []store.List[Potential]{
		{
			Name: listOfRegion, Keys: func(_ string, p Potential) []store.Key { return []store.Key{store.KeyOf(string(p.Region))} },
			Sort: func(id string, p Potential) string { return strconv.Itoa(slices.Index(PotentialKinds, p.Kind)) + id },
		},
		{
			Name: listAll, Keys: func(_ string, p Potential) []store.Key { return store.Combinations(p.Region.Path(), []string{p.Kind}) },
			Sort: func(id string, _ Potential) string { return id },
		},
	}}
}
