package villages

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
	grid "gotong/modules/kit/sheet"
)

// ProfileTable is the table of village profiles.
func (s *Service) ProfileTable(bundle *i18n.Bundle) *Table[Profile] {
	words := localizers(bundle)
	t := &Table[Profile]{
		service: s, figures: s.profiles, batch: s.ProfileBatch, words: words, single: true,
		columns: figureColumns(
			grid.Column{Name: "status", Width: 18, Also: []string{"status desa", "status indeks desa", "status idm", "village status"}},
			grid.Column{Name: "status_year", Also: []string{"tahun status"}},
			grid.Column{Name: "status_source", Width: 24, Also: []string{"sumber status"}},
			grid.Column{Name: "population", Also: []string{"penduduk", "jumlah penduduk", "jiwa"}},
			grid.Column{Name: "women", Also: []string{"perempuan", "jumlah perempuan"}},
			grid.Column{Name: "households", Also: []string{"kk", "keluarga", "jumlah kk", "kepala keluarga"}},
			grid.Column{Name: "people_year", Also: []string{"tahun penduduk"}},
			grid.Column{Name: "people_source", Width: 24, Also: []string{"sumber penduduk"}},
			grid.Column{Name: "road", Width: 20, Also: []string{"jalan", "akses jalan"}},
			grid.Column{Name: "school_km", Also: []string{"jarak smp", "jarak sekolah"}},
			grid.Column{Name: "health_km", Also: []string{"jarak puskesmas", "jarak kesehatan"}},
			grid.Column{Name: "signal", Also: []string{"sinyal"}},
			grid.Column{Name: "power_hours", Also: []string{"listrik", "jam listrik"}},
			grid.Column{Name: "access_year", Also: []string{"tahun akses"}},
			grid.Column{Name: "access_source", Width: 24, Also: []string{"sumber akses"}},
		),
	}
	t.read = profileReader(chosen(words, "villages.status.", StatusLevels), chosen(words, "villages.road.", Roads), chosen(words, "villages.signal.", Signals))
	t.cells = profileCells
	t.title = func(p domain.Place, _ Profile) string { return domain.PlaceName(p) }
	t.value = profileText
	t.merge = func(stored, p Profile) Profile { p.Demo = stored.Demo; return stored.Merge(p) }
	t.demo = func(p Profile) Profile { p.Demo = true; return p }
	t.list = func(ctx context.Context, _ map[string]string, within domain.RegionCode, cursor string) ([]Profile, string, error) {
		return s.ListProfiles(ctx, within, cursor, 100)
	}
	t.disclose = func(ctx context.Context, p Profile) (Profile, error) {
		hidden, err := s.DisclosePeople(ctx, p)
		if err != nil || len(hidden) == 0 {
			return p, err
		}
		people := *p.People
		for figure, value := range map[string]**int64{figurePopulation: &people.Population, figureWomen: &people.Women, figureHouseholds: &people.Households} {
			if hidden[figure] != "" {
				*value = nil
			}
		}
		p.People = &people
		return p, nil
	}
	return t
}

func profileReader(levels, roads, signals []grid.Choice) func(r *grid.Row) Profile {
	return func(r *grid.Row) Profile {
		p := Profile{Region: regionOf(r)}
		origin := func(group string, columns ...string) (Origin, bool) {
			given := false
			for _, c := range columns {
				given = given || r.Has(c)
			}
			if !given {
				return Origin{}, false
			}
			r.Need(group + "_year")
			r.Need(group + "_source")
			return Origin{Year: r.Year(group + "_year"), Source: r.Text(group + "_source")}, true
		}
		whole := func(name string) *int64 {
			if n, ok := r.Whole(name); ok {
				return &n
			}
			return nil
		}
		km := func(name string) *float64 {
			if f, ok := r.Float(name); ok {
				return &f
			}
			return nil
		}
		if o, ok := origin("status", "status"); ok {
			level, _ := r.Choice("status", levels)
			p.Status = &VillageStatus{Origin: o, Level: level}
		}
		if o, ok := origin("people", "population", "women", "households"); ok {
			p.People = &People{Origin: o, Population: whole("population"), Women: whole("women"), Households: whole("households")}
		}
		if o, ok := origin("access", "road", "school_km", "health_km", "signal", "power_hours"); ok {
			a := &Access{Origin: o, SchoolKm: km("school_km"), HealthKm: km("health_km"), PowerHours: whole("power_hours")}
			a.Road, _ = r.Choice("road", roads)
			a.Signal, _ = r.Choice("signal", signals)
			p.Access = a
		}
		return p.Normal()
	}
}

func profileCells(local *i18n.Localizer, _ domain.Place, p *Profile) []grid.Cell {
	cells := make([]grid.Cell, 0, 15)
	if p == nil {
		return cells[:15]
	}
	word := func(prefix, value string) grid.Cell {
		if value == "" {
			return grid.Cell{}
		}
		return grid.OfText(local.T(prefix + value))
	}
	origin := func(o Origin) []grid.Cell {
		if o.Year == 0 {
			return make([]grid.Cell, 2)
		}
		return []grid.Cell{grid.OfInt(int64(o.Year)), grid.OfText(o.Source)}
	}
	status, people, access := VillageStatus{}, People{}, Access{}
	if p.Status != nil {
		status = *p.Status
	}
	if p.People != nil {
		people = *p.People
	}
	if p.Access != nil {
		access = *p.Access
	}
	cells = append(append(cells, word("villages.status.", status.Level)), origin(status.Origin)...)
	cells = append(append(cells, intCell(people.Population), intCell(people.Women), intCell(people.Households)), origin(people.Origin)...)
	cells = append(cells, word("villages.road.", access.Road), floatCell(access.SchoolKm), floatCell(access.HealthKm), word("villages.signal.", access.Signal), intCell(access.PowerHours))
	return append(cells, origin(access.Origin)...)
}

// profileText says in short what a row of profiles holds.
func profileText(p Profile) string {
	text := ""
	add := func(s string) {
		if text != "" {
			text += "; "
		}
		text += s
	}
	if p.Status != nil {
		add(p.Status.Level + " " + itoa(p.Status.Year))
	}
	if p.People != nil && p.People.Population != nil {
		add(floatText(float64(*p.People.Population)) + " jiwa " + itoa(p.People.Year))
	}
	if p.Access != nil {
		add("akses " + itoa(p.Access.Year))
	}
	return text
}
