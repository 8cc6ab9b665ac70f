package villages

import (
	"strconv"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Collections.
const (
	regionsCollection      = "regions"
	observationsCollection = "observations"
	profilesCollection     = "profiles"
	potentialsCollection   = "potentials"
)

// Lists of the regions; those that ended are in none.
const (
	listChildren = "children" // by code, under the code of the region above
	listNames    = "names"    // by name, under (region that contains it or is it, level)
)

// country stands for the region above the provinces in keys.
const country = "id"

func definition() store.Definition[Region] {
	return store.Definition[Region]{
		Name:   regionsCollection,
		Schema: 1,
		Lists: []store.List[Region]{
			{
				Name: listChildren,
				Keys: func(_ string, r Region) []store.Key {
					if r.Ended() {
						return nil
					}
					return []store.Key{childrenKey(r.Code.Parent())}
				},
				Sort: func(id string, _ Region) string { return store.SortText(id) },
			},
			{
				Name: listNames,
				Keys: func(_ string, r Region) []store.Key {
					if r.Ended() {
						return nil
					}
					return store.Combinations(r.Code.Path(), []string{strconv.Itoa(r.Level)})
				},
				Sort: func(_ string, r Region) string { return store.SortText(r.Name) },
			},
		},
	}
}

func childrenKey(parent domain.RegionCode) store.Key {
	if parent == "" {
		return store.KeyOf(country)
	}
	return store.KeyOf(string(parent))
}

// namesKey selects the regions of a level (0: any) within a region ("" the country), that region included.
func namesKey(within domain.RegionCode, level int) store.Key {
	l := ""
	if level > 0 {
		l = strconv.Itoa(level)
	}
	return store.KeyOf(string(within), l)
}
