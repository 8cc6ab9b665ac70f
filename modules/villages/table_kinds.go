package villages

import (
	"context"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/i18n"
	grid "gotong/modules/kit/sheet"
)

// chosen makes choices of values whose words are the locale keys prefix + value.
func chosen(words map[string]*i18n.Localizer, prefix string, values []string) (list []grid.Choice) {
	for _, v := range values {
		list = append(list, grid.Choice{Value: v, Words: []string{words["id"].T(prefix + v), words["en"].T(prefix + v)}})
	}
	return list
}

func localizers(bundle *i18n.Bundle) map[string]*i18n.Localizer {
	return map[string]*i18n.Localizer{"id": bundle.Localizer("id"), "en": bundle.Localizer("en")}
}

var levelChoices = []grid.Choice{
	{Value: "1", Words: []string{"Provinsi", "Province"}}, {Value: "2", Words: []string{"Kabupaten", "Kota", "Kabupaten/kota", "Regency", "City"}},
	{Value: "3", Words: []string{"Kecamatan", "District"}}, {Value: "4", Words: []string{"Desa", "Kelurahan", "Desa/kelurahan", "Village"}},
}

// ObservationTable is the table of indicators.
func (s *Service) ObservationTable(bundle *i18n.Bundle) *Table[Observation] {
	words, indicators := localizers(bundle), domain.IndicatorCells()
	t := &Table[Observation]{
		service: s, figures: s.observations, batch: s.ObservationBatch, words: words,
		columns: figureColumns(
			grid.Column{Name: "indicator", Required: true, Width: 36, Also: []string{"indikator", "nama indikator", "kode indikator", "indicator id"}},
			grid.Column{Name: "value", Required: true, Also: []string{"nilai", "angka", "capaian"}},
			grid.Column{Name: "unit", Also: []string{"satuan"}},
			grid.Column{Name: "year", Required: true, Also: []string{"tahun", "tahun data"}},
			grid.Column{Name: "source", Required: true, Width: 28, Also: []string{"sumber", "sumber data"}},
			grid.Column{Name: "method", Width: 22, Also: []string{"metode", "cara", "garis"}},
			grid.Column{Name: "taken", Also: []string{"diambil", "tanggal diambil", "tanggal ambil"}},
			grid.Column{Name: "approximate", Also: []string{"perkiraan", "kira-kira"}},
			grid.Column{Name: "level", Also: []string{"tingkat", "level wilayah"}},
		),
	}
	t.read = func(r *grid.Row) Observation {
		for _, name := range []string{"indicator", "value", "year", "source"} {
			r.Need(name)
		}
		o := Observation{
			Region: regionOf(r), Unit: r.Text("unit"), Year: r.Year("year"), Source: r.Text("source"), Method: r.Text("method"),
			Taken: domain.Date(r.Day("taken")), Approximate: r.Yes("approximate"),
		}
		o.Indicator, _ = r.Choice("indicator", indicators)
		o.Value, _ = r.Float("value")
		if level, ok := r.Choice("level", levelChoices); ok && o.Region != "" && level != itoa(o.Level()) {
			r.Fail("level", "tables.problem.level", "is", levelChoices[max(o.Level()-1, 0)].Words[0])
		}
		return o.Normal()
	}
	t.cells = func(local *i18n.Localizer, p domain.Place, o *Observation) []grid.Cell {
		if o == nil {
			return make([]grid.Cell, 9)
		}
		i, _ := domain.IndicatorByID(o.Indicator)
		value := grid.OfFloat(o.Value)
		if o.Value < 0 {
			value = grid.Cell{} // withheld
		}
		return []grid.Cell{
			grid.OfText(i.Name.In(local.Lang())), value, grid.OfText(o.Unit), grid.OfInt(int64(o.Year)), grid.OfText(o.Source),
			grid.OfText(o.Method), grid.OfDate(string(o.Taken)), yes(local, o.Approximate), grid.OfText(levelChoices[max(p.Code.Level()-1, 0)].Words[0]),
		}
	}
	t.title = func(p domain.Place, o Observation) string {
		i, _ := domain.IndicatorByID(o.Indicator)
		return domain.PlaceName(p) + ": " + i.Name.ID + ", " + itoa(o.Year)
	}
	t.value = func(o Observation) string { return floatText(o.Value) + " " + o.Unit }
	t.merge = func(stored, o Observation) Observation { o.Demo = stored.Demo; return o }
	t.demo = func(o Observation) Observation { o.Demo = true; return o }
	t.list = func(ctx context.Context, _ map[string]string, within domain.RegionCode, cursor string) ([]Observation, string, error) {
		return s.ListObservations(ctx, within, cursor, 100)
	}
	t.disclose = func(ctx context.Context, o Observation) (Observation, error) {
		shown, err := s.Disclose(ctx, []Observation{o})
		if err == nil && shown[0].Hidden != "" {
			o.Value = -1
		}
		return o, err
	}
	return t
}

func itoa(n int) string { return floatText(float64(n)) }

func yes(local *i18n.Localizer, on bool) grid.Cell {
	if !on {
		return grid.Cell{}
	}
	return grid.OfText(local.T("tables.yes"))
}

func regionOf(r *grid.Row) domain.RegionCode {
	code, err := domain.ParseRegionCode(strings.ReplaceAll(r.Cell(colRegion).Text, " ", ""))
	if err != nil {
		return ""
	}
	return code
}

// PotentialTable is the table of local potentials.
func (s *Service) PotentialTable(bundle *i18n.Bundle) *Table[Potential] {
	words := localizers(bundle)
	kinds := chosen(words, "villages.potential.", PotentialKinds)
	t := &Table[Potential]{
		service: s, figures: s.potentials, batch: s.PotentialBatch, words: words,
		columns: figureColumns(
			grid.Column{Name: "kind", Required: true, Width: 18, Also: []string{"jenis", "jenis potensi", "kategori"}},
			grid.Column{Name: "potential", Required: true, Width: 28, Also: []string{"potensi", "nama potensi"}},
			grid.Column{Name: "note", Width: 40, Also: []string{"catatan", "keterangan", "uraian"}},
			grid.Column{Name: "quantity", Also: []string{"jumlah", "volume", "luas"}},
			grid.Column{Name: "unit", Also: []string{"satuan"}},
			grid.Column{Name: "year", Required: true, Also: []string{"tahun", "tahun data"}},
			grid.Column{Name: "source", Required: true, Width: 28, Also: []string{"sumber", "sumber data"}},
		),
		fields: map[string]string{"name": "potential"},
	}
	t.read = func(r *grid.Row) Potential {
		for _, name := range []string{"kind", "potential", "year", "source"} {
			r.Need(name)
		}
		p := Potential{Region: regionOf(r), Name: r.Text("potential"), Note: r.Text("note"), Unit: r.Text("unit"), Year: r.Year("year"), Source: r.Text("source")}
		p.Kind, _ = r.Choice("kind", kinds)
		if q, ok := r.Float("quantity"); ok {
			p.Quantity = &q
		}
		return p.Normal()
	}
	t.cells = func(local *i18n.Localizer, _ domain.Place, p *Potential) []grid.Cell {
		if p == nil {
			return make([]grid.Cell, 7)
		}
		return []grid.Cell{
			grid.OfText(local.T("villages.potential." + p.Kind)), grid.OfText(p.Name), grid.OfText(p.Note), floatCell(p.Quantity), grid.OfText(p.Unit),
			grid.OfInt(int64(p.Year)), grid.OfText(p.Source),
		}
	}
	t.title = func(place domain.Place, p Potential) string { return domain.PlaceName(place) + ": " + p.Name }
	t.value = func(p Potential) string {
		if p.Quantity == nil {
			return itoa(p.Year)
		}
		return floatText(*p.Quantity) + " " + p.Unit
	}
	t.merge = func(stored, p Potential) Potential { p.Demo = stored.Demo; return p }
	t.demo = func(p Potential) Potential { p.Demo = true; return p }
	t.list = func(ctx context.Context, query map[string]string, within domain.RegionCode, cursor string) ([]Potential, string, error) {
		return s.ListPotentials(ctx, within, query["kind"], cursor, 100)
	}
	t.disclose = func(_ context.Context, p Potential) (Potential, error) { return p, nil }
	return t
}

func floatCell(f *float64) grid.Cell {
	if f == nil {
		return grid.Cell{}
	}
	return grid.OfFloat(*f)
}

func intCell(n *int64) grid.Cell {
	if n == nil {
		return grid.Cell{}
	}
	return grid.OfInt(*n)
}
