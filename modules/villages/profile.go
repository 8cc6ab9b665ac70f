package villages

import (
	"math"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Profile is what is known of a region beside indicators, under its code. Each group carries its own year and source;
// a group that is nil is not known, and so is a value that is nil.
type Profile struct {
	Region domain.RegionCode `json:"region"`
	Status *VillageStatus    `json:"status,omitempty"`
	People *People           `json:"people,omitempty"`
	Access *Access           `json:"access,omitempty"`
	Demo   bool              `json:"demo,omitempty"`
}

// Origin is the year that figures describe and who published them.
type Origin struct {
	Year   int    `json:"year"`
	Source string `json:"source"`
}

// VillageStatus is the development status of Indeks Desa. The score itself is an observation of "village-index".
type VillageStatus struct {
	Origin
	Level string `json:"level"` // one of StatusLevels
}

// StatusLevels of Indeks Desa, least developed first.
var StatusLevels = []string{"sangat-tertinggal", "tertinggal", "berkembang", "maju", "mandiri"}

// People are aggregates: never a list, never a household.
type People struct {
	Origin
	Population *int64 `json:"population,omitempty"` // persons
	Women      *int64 `json:"women,omitempty"`      // of them
	Households *int64 `json:"households,omitempty"`
}

// Access says how people get to what they need. Distances are by the usual way, from the village office.
type Access struct {
	Origin
	Road       string   `json:"road,omitempty"`        // one of Roads
	SchoolKm   *float64 `json:"school_km,omitempty"`   // to the nearest lower secondary school
	HealthKm   *float64 `json:"health_km,omitempty"`   // to the nearest health post (puskesmas, pustu, poskesdes)
	Signal     string   `json:"signal,omitempty"`      // one of Signals
	PowerHours *int64   `json:"power_hours,omitempty"` // hours of electricity in a usual day, 0 to 24
}

// Roads, worst first, and Signals.
var (
	Roads   = []string{"none", "river", "dry-season", "all-year"}
	Signals = []string{"none", "weak", "3g", "4g"}
)

const maxKm = 500

// Normal gives the profile with texts without needless blanks and without groups that say nothing.
func (p Profile) Normal() Profile {
	if s := p.Status; s != nil {
		c := *s
		c.Source = oneLine(c.Source)
		if p.Status = &c; c.Level == "" {
			p.Status = nil
		}
	}
	if g := p.People; g != nil {
		c := *g
		c.Source = oneLine(c.Source)
		if p.People = &c; c.Population == nil && c.Women == nil && c.Households == nil {
			p.People = nil
		}
	}
	if a := p.Access; a != nil {
		c := *a
		c.Source = oneLine(c.Source)
		if p.Access = &c; c.Road == "" && c.SchoolKm == nil && c.HealthKm == nil && c.Signal == "" && c.PowerHours == nil {
			p.Access = nil
		}
	}
	return p
}

// Merge gives the profile with the groups of next put over its own: of a group of the same year and source only what
// next says, of another year or source the whole group. So a file with some columns leaves the rest as it is.
func (p Profile) Merge(next Profile) Profile {
	p.Region, p.Demo = next.Region, next.Demo
	if next.Status != nil {
		p.Status = next.Status
	}
	if g := next.People; g != nil {
		c := *g
		if old := p.People; old != nil && old.Origin == g.Origin {
			c.Population, c.Women, c.Households = either(g.Population, old.Population), either(g.Women, old.Women), either(g.Households, old.Households)
		}
		p.People = &c
	}
	if a := next.Access; a != nil {
		c := *a
		if old := p.Access; old != nil && old.Origin == a.Origin {
			c.SchoolKm, c.HealthKm, c.PowerHours = either(a.SchoolKm, old.SchoolKm), either(a.HealthKm, old.HealthKm), either(a.PowerHours, old.PowerHours)
			if c.Road == "" {
				c.Road = old.Road
			}
			if c.Signal == "" {
				c.Signal = old.Signal
			}
		}
		p.Access = &c
	}
	return p
}

func either[T any](a, b *T) *T {
	if a != nil {
		return a
	}
	return b
}

// Validate tells what is wrong with a profile, by field: region, status, status_year, status_source, population, women,
// households, people_year, people_source, road, school_km, health_km, signal, power_hours, access_year, access_source.
func (p Profile) Validate(thisYear int) error {
	var f apperr.Fields
	checkRegion(&f, p.Region)
	origin := func(group string, o Origin) {
		checkYear(&f, group+"_year", o.Year, thisYear)
		checkText(&f, group+"_source", o.Source, maxSource, true)
	}
	if s := p.Status; s != nil {
		f.Check(slices.Contains(StatusLevels, s.Level), "status", "villages.error.status")
		f.Check(p.Region.Level() == domain.LevelVillage, "status", "villages.error.status_village")
		origin("status", s.Origin)
	}
	if g := p.People; g != nil {
		count := func(name string, n *int64) {
			f.Check(n == nil || *n >= 0 && *n <= maxCount, name, "villages.error.value", "max", maxCount)
		}
		count("population", g.Population)
		count("women", g.Women)
		count("households", g.Households)
		f.Check(g.Women == nil || g.Population == nil || *g.Women <= *g.Population, "women", "villages.error.women")
		f.Check(g.Households == nil || g.Population == nil || *g.Households <= *g.Population, "households", "villages.error.households")
		origin("people", g.Origin)
	}
	if a := p.Access; a != nil {
		f.Check(a.Road == "" || slices.Contains(Roads, a.Road), "road", "villages.error.road")
		f.Check(a.Signal == "" || slices.Contains(Signals, a.Signal), "signal", "villages.error.signal")
		km := func(name string, d *float64) {
			f.Check(d == nil || !math.IsNaN(*d) && *d >= 0 && *d <= maxKm, name, "villages.error.value", "max", maxKm)
		}
		km("school_km", a.SchoolKm)
		km("health_km", a.HealthKm)
		f.Check(a.PowerHours == nil || *a.PowerHours >= 0 && *a.PowerHours <= 24, "power_hours", "villages.error.value", "max", 24)
		origin("access", a.Origin)
	}
	return f.Err()
}

func profileDefinition() store.Definition[Profile] {
	return store.Definition[Profile]{Name: profilesCollection, Lists: []store.List[Profile]{{
		Name: listAll, Keys: func(_ string, p Profile) []store.Key { return store.Combinations(p.Region.Path()) },
		Sort: func(id string, _ Profile) string { return id },
	}}}
}
