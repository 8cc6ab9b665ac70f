package domain

import "testing"

func unique(t *testing.T, what string, ids []string) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	for _, id := range ids {
		if id == "" || seen[id] {
			t.Errorf("%s: empty or repeated id %q", what, id)
		}
		seen[id] = true
	}
	return seen
}

func collect[T any](items []T, id func(T) string) []string {
	ids := make([]string, 0, len(items))
	for _, item := range items {
		ids = append(ids, id(item))
	}
	return ids
}

func both(t *testing.T, what string, texts ...Text) {
	t.Helper()
	for _, text := range texts {
		if text.ID == "" || text.EN == "" {
			t.Errorf("%s: a language is missing: %+v", what, text)
		}
	}
}

func TestTaxonomyHoldsTogether(t *testing.T) {
	x := Taxonomy()
	steps := unique(t, "steps", collect(x.Steps(), func(s Step) string { return s.ID }))
	units := unique(t, "units", collect(x.Units(), func(u Unit) string { return string(u.ID) }))
	groups := unique(t, "groups", collect(x.Groups(), func(g Group) string { return g.ID }))
	unique(t, "categories", collect(x.Categories(), func(c Category) string { return string(c.ID) }))
	indicators := unique(t, "indicators", collect(Indicators(), func(i Indicator) string { return i.ID }))
	if len(steps) != 4 || len(units) != 23 || len(groups) != 11 || len(x.Categories()) != 32 || len(indicators) != 20 {
		t.Errorf("counts: %d steps, %d units, %d groups, %d categories, %d indicators", len(steps), len(units), len(groups), len(x.Categories()), len(indicators))
	}
	for _, s := range x.Steps() {
		both(t, s.ID, s.Name, s.Description)
	}
	for _, u := range x.Units() {
		both(t, string(u.ID), u.Name)
		if u.Symbol == "" {
			t.Errorf("unit %s has no symbol", u.ID)
		}
	}
	for _, g := range x.Groups() {
		both(t, g.ID, g.Name, g.Description)
		if !steps[g.Step] {
			t.Errorf("group %s: step %q", g.ID, g.Step)
		}
	}
	for _, c := range x.Categories() {
		both(t, string(c.ID), c.Name, c.Description)
		group, ok := x.Group(c.Parent)
		if !ok || group.Step != c.Step || len(c.Units) == 0 {
			t.Errorf("category %s: group %q, step %q, %d units", c.ID, c.Parent, c.Step, len(c.Units))
		}
		for _, u := range c.Units {
			if !units[string(u)] || !c.HasUnit(u) {
				t.Errorf("category %s: unit %q", c.ID, u)
			}
		}
		for _, i := range c.Indicators {
			if !indicators[i] {
				t.Errorf("category %s: indicator %q", c.ID, i)
			}
		}
		for _, goal := range c.SDG {
			if goal < 1 || goal > 17 {
				t.Errorf("category %s: goal %d", c.ID, goal)
			}
		}
	}
}

func TestIndicatorsHoldTogether(t *testing.T) {
	for _, i := range Indicators() {
		both(t, i.ID, i.Name, i.Definition)
		if i.Better != BetterUp && i.Better != BetterDown {
			t.Errorf("%s: better %q", i.ID, i.Better)
		}
		for _, s := range i.Steps {
			if _, ok := Taxonomy().Step(s); !ok {
				t.Errorf("%s: step %q", i.ID, s)
			}
		}
		for _, target := range i.Targets {
			if (target.Kind != TargetAbsolute && target.Kind != TargetRelativeIncrease) || SourceName(target.Source, "id") == target.Source {
				t.Errorf("%s: target %+v", i.ID, target)
			}
		}
		for _, v := range i.Known {
			if v.Year == 0 || SourceName(v.Source, "id") == v.Source {
				t.Errorf("%s: value %+v", i.ID, v)
			}
		}
	}
	rate, _ := IndicatorByID("extreme-poverty-rate")
	people, _ := IndicatorByID("extreme-poor-people")
	if v, ok := rate.At("61"); !ok || v.Value != 0.57 || v.Year != 2024 {
		t.Errorf("rate: %+v", v)
	}
	if v, ok := people.At("61"); !ok || v.Value != 1915 || !v.Approximate {
		t.Errorf("people: %+v", v)
	}
	if _, ok := rate.At("61.01"); ok {
		t.Error("a regency has a value that nobody published")
	}
	known := 0
	for _, i := range Indicators() {
		known += len(i.Known)
	}
	if known != 2 {
		t.Errorf("%d known values, the article has two", known)
	}
}

func TestStakeholdersHoldTogether(t *testing.T) {
	s := Stakeholders()
	unique(t, "types", collect(s.Types(), func(x StakeholderType) string { return x.ID }))
	roles := unique(t, "roles", collect(s.Roles(), func(r PortalRole) string { return r.ID }))
	resources := unique(t, "resources", collect(s.Resources(), func(r ResourceType) string { return r.ID }))
	if len(s.Types()) != 6 || len(roles) != 10 || len(resources) != 10 {
		t.Errorf("%d types, %d roles, %d resources", len(s.Types()), len(roles), len(resources))
	}
	for _, r := range s.Resources() {
		if _, ok := Taxonomy().Unit(r.Unit); !ok {
			t.Errorf("resource %s: unit %q", r.ID, r.Unit)
		}
	}
	for _, x := range s.Types() {
		both(t, x.ID, x.Name, x.Description)
		unique(t, x.ID+" sublevels", collect(x.Sublevels, func(l Sublevel) string { return l.ID }))
		unique(t, x.ID+" papers", collect(x.Verification.All(), func(p Paper) string { return p.ID }))
		if len(x.Verification.Required) == 0 {
			t.Errorf("%s: nothing is required", x.ID)
		}
		for _, id := range x.Offers {
			if !resources[id] {
				t.Errorf("%s: offers %q", x.ID, id)
			}
		}
		for _, id := range x.Roles {
			if !roles[id] {
				t.Errorf("%s: role %q", x.ID, id)
			}
		}
	}
	village, _ := s.Type(TypeVillageGovernment)
	government, _ := s.Type(TypeGovernment)
	if _, ok := village.Sublevel(SublevelVillageOffice); !ok {
		t.Error("no village office")
	}
	if _, ok := government.Sublevel(SublevelKelurahan); !ok {
		t.Error("no kelurahan")
	}
}

func TestTilesAreOnePerRegency(t *testing.T) {
	places, codes := map[[2]int]bool{}, map[RegionCode]bool{}
	for _, tile := range Tiles() {
		if tile.Column < 0 || tile.Column >= TileColumns || tile.Row < 0 || tile.Row >= TileRows {
			t.Errorf("%s lies outside", tile.Code)
		}
		places[[2]int{tile.Column, tile.Row}] = true
		codes[tile.Code] = true
	}
	if len(places) != 14 || len(codes) != 14 {
		t.Errorf("%d places for %d codes", len(places), len(codes))
	}
}

func TestPlaceText(t *testing.T) {
	village := Place{Code: "61.01.08.2007", Name: "Temajuk", Kind: "desa", District: "Paloh", Regency: "Kabupaten Sambas", Province: "Kalimantan Barat"}
	for want, p := range map[string]Place{
		"Desa Temajuk, Kec. Paloh, Kab. Sambas":                          village,
		"Kelurahan Sungai Bangkong, Kec. Pontianak Kota, Kota Pontianak": {Name: "Sungai Bangkong", Kind: "kelurahan", District: "Pontianak Kota", Regency: "Kota Pontianak"},
		"Kecamatan Paloh, Kab. Sambas":                                   {Name: "Paloh", Kind: "kecamatan", Regency: "Kabupaten Sambas"},
		"Kabupaten Sambas":                                               {Name: "Sambas", Kind: "kabupaten", Regency: "Kabupaten Sambas"},
		"Provinsi Kalimantan Barat":                                      {Name: "Kalimantan Barat", Kind: "provinsi"},
	} {
		if got := PlaceText(p); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
