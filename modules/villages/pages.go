package villages

import (
	"context"
	"math"
	"slices"
	"strconv"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// listPage is /villages: the province at a glance, or the regions that were asked for.
type listPage struct {
	web.Base
	Filters *web.Filters
	Asked   bool // a search or a filter: Found is shown
	Found   web.Table
	Total   int64
	Pager   web.Pager
	Empty   *web.Empty
	Map     *domain.TileMap // nil where the map does not show these regions
	Regions web.Table
}

// showPage is /villages/{code}.
type showPage struct {
	web.Base
	Heading     string
	Place       string // where it is, for the sheet
	Code        string
	Facts       []web.Fact
	Former      string
	Ended       string // when the region ended, in words
	PDF         string // the sheet as a file, "" for regions without
	PDFLabel    string
	QR          *web.QR
	Map         *domain.TileMap
	Children    *web.Table
	Figures     []web.Figure // what has a target
	Compare     *web.Table   // every indicator of which something is known, beside the regions above
	Missing     string       // names of the others
	Plots       []plot
	Groups      []factGroup
	Weight      *weightView // of a village
	Potentials  *web.Table
	NoPotential web.Empty
	WritePath   string // for those who record potentials
	Downloads   []*web.Downloads
	Panels      []web.Section
}

// shows puts the region's picture on the page.
func (page *showPage) shows(p *picture) {
	b, region := page.Base, p.path[len(p.path)-1]
	page.Figures, page.Plots, page.Groups = p.figuresOf(b), p.plots(b), p.groups(b)
	page.Compare, page.Missing = p.compare(b)
	if region.Level == domain.LevelVillage {
		view := p.weight.view(b, p.path)
		page.Weight = &view
	}
	page.Potentials, page.NoPotential = p.potentialTable(b), web.Empty{Text: b.T("villages.potentials.none")}
}

// tables leads to the figures of a region as tables, and those who may write potentials to their page.
func (page *showPage) tables(actor domain.Actor, code domain.RegionCode) {
	b := page.Base
	for _, list := range []string{"observations", "profiles", "potentials"} {
		d := web.NewDownloads(b, "/exports/"+list, map[string]string{"region": string(code)})
		d.Label = b.T("villages.download." + list)
		page.Downloads = append(page.Downloads, d)
	}
	if MayAttach(actor, code) {
		page.WritePath = b.URL(potentialsPath(code))
	}
}

// lineage tells what a region came from and became.
func (m *Module) lineage(ctx context.Context, page *showPage, r Region) error {
	b := page.Base
	if len(r.From)+len(r.Into) == 0 {
		return nil
	}
	var codes []domain.RegionCode
	for _, l := range slices.Concat(r.From, r.Into) {
		codes = append(codes, l.Code)
	}
	others, err := m.Service.many(ctx, codes)
	if err != nil {
		return err
	}
	add := func(label string, list []Lineage) {
		for _, l := range list {
			name := string(l.Code)
			if other, ok := others[l.Code]; ok {
				name = domain.PlaceText(other.Place())
			}
			page.Facts = append(page.Facts, web.Fact{Label: b.T(label), Path: b.URL(pathOf(l.Code)),
				Value: b.T("villages.lineage.entry", "name", name, "kind", b.T("villages.lineage."+l.Kind), "date", b.Date(l.Date.Time()))})
		}
	}
	add("villages.lineage.from", r.From)
	add("villages.lineage.into", r.Into)
	if r.Ended() {
		page.Ended = b.T("villages.lineage.ended", "date", b.Date(r.Until.Time()))
	}
	return nil
}

// sheetLinks adds the way to the sheet as a file and, for print, the code that leads here.
func (m *Module) sheetLinks(page *showPage, r Region) {
	b := page.Base
	switch r.Level {
	case domain.LevelVillage:
		page.PDFLabel = b.T("villages.sheet.one")
		page.QR = web.NewQR(strings.TrimSuffix(m.publicURL, "/") + b.URL(pathOf(r.Code)))
	case domain.LevelDistrict:
		page.PDFLabel = b.T("villages.sheet.all")
	default:
		return
	}
	page.PDF = b.URL(pathOf(r.Code) + "/sheet.pdf")
}

// pageSize is how many regions a page of the list shows.
const pageSize = 25

// table lists regions by name with where they are and how many villages they have.
func regionTable(b web.Base, caption string, regions []Region) web.Table {
	t := web.Table{Caption: caption, Head: []string{b.T("villages.table.name"), b.T("villages.table.code"), b.T("villages.table.districts"), b.T("villages.table.villages")}, Numbers: []bool{false, false, true, true}}
	for _, r := range regions {
		note := ""
		if r.Desa > 0 && r.Kelurahan > 0 {
			note = b.T("villages.table.villages_note", "desa", r.Desa, "kelurahan", r.Kelurahan)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: r.FullName(), Path: b.URL(pathOf(r.Code))},
			{Text: string(r.Code)},
			{Text: b.Number(int64(r.Districts))},
			{Text: b.Number(int64(r.Villages())), Note: note},
		}})
	}
	return t
}

// districtTable leaves the number of districts out.
func districtTable(b web.Base, caption string, regions []Region) web.Table {
	t := web.Table{Caption: caption, Head: []string{b.T("villages.table.name"), b.T("villages.table.code"), b.T("villages.table.villages")}, Numbers: []bool{false, false, true}}
	for _, r := range regions {
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: r.FullName(), Path: b.URL(pathOf(r.Code))}, {Text: string(r.Code)}, {Text: b.Number(int64(r.Villages()))},
		}})
	}
	return t
}

// placeTable lists places with where they are.
func placeTable(b web.Base, caption string, places []found) web.Table {
	t := web.Table{Caption: caption, Head: []string{b.T("villages.table.name"), b.T("villages.table.where"), b.T("villages.table.code")}}
	for _, f := range places {
		p, note := f.place, ""
		if f.former != "" {
			note = b.T("villages.show.former", "names", f.former)
		}
		_, where, _ := strings.Cut(domain.PlaceText(p), ", ")
		if p.Kind != KindProvince && p.Province != "" {
			where = strings.TrimPrefix(where+", "+p.Province, ", ")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: domain.PlaceName(p), Path: b.URL(pathOf(p.Code)), Note: note}, {Text: where}, {Text: string(p.Code)}}})
	}
	return t
}

// tileMap draws the regencies of the shipped province; nil where regions holds none of them.
func tileMap(b web.Base, regions []Region) *domain.TileMap {
	byCode := map[domain.RegionCode]Region{}
	for _, r := range regions {
		byCode[r.Code] = r
	}
	return locator(b, func(t domain.Tile) (int, string, bool) {
		r, ok := byCode[t.Code]
		return 1, b.T("villages.map.label", "name", r.FullName(), "count", r.Villages()), ok
	})
}

func locator(b web.Base, cell func(domain.Tile) (shade int, label string, ok bool)) *domain.TileMap {
	complete := true
	m := domain.NewTileMap(b.T("villages.map.title"), func(t domain.Tile) domain.TileCell {
		shade, label, ok := cell(t)
		complete = complete && ok
		return domain.TileCell{Path: b.URL(pathOf(t.Code)), Label: label, Shade: shade}
	})
	if !complete {
		return nil
	}
	return m
}

// whereMap marks the regency of a region on the map; nil for regions outside of it.
func whereMap(b web.Base, code domain.RegionCode) *domain.TileMap {
	if code.At(domain.LevelProvince) != ShippedProvince || code.Level() < domain.LevelRegency {
		return nil
	}
	return locator(b, func(t domain.Tile) (int, string, bool) {
		if t.Code == code.At(domain.LevelRegency) {
			return 3, b.T("villages.map.here", "name", t.Short), true
		}
		return 0, t.Short, true
	})
}

func facts(b web.Base, r Region) []web.Fact {
	list := []web.Fact{{Label: b.T("villages.fact.code"), Value: string(r.Code)}, {Label: b.T("villages.fact.kind"), Value: b.T("villages.kind." + r.Kind)}}
	add := func(key string, n int) {
		if n > 0 {
			list = append(list, web.Fact{Label: b.T(key), Value: b.Number(int64(n))})
		}
	}
	add("villages.fact.regencies", r.Regencies)
	add("villages.fact.districts", r.Districts)
	add("villages.fact.desa", r.Desa)
	add("villages.fact.kelurahan", r.Kelurahan)
	return list
}

func crumbs(b web.Base, path []Region) []web.Crumb {
	list := []web.Crumb{{Label: b.T("villages.index.title"), Path: "/villages"}}
	for _, r := range path {
		list = append(list, web.Crumb{Label: r.FullName(), Path: pathOf(r.Code)})
	}
	list[len(list)-1].Path = ""
	return list
}

func targetText(b web.Base, t domain.Target, r Region) string {
	value := valueText(b, t.Value, t.Unit)
	switch {
	case t.Kind == domain.TargetRelativeIncrease:
		return b.T("villages.target.increase", "value", value)
	case r.Level == domain.LevelProvince:
		return b.T("villages.target.absolute", "value", value)
	}
	return b.T("villages.target.province", "value", value)
}

// valueText writes a value with its unit: "0,57 %", "1.915 jiwa", "Rp1.250.000".
func valueText(b web.Base, value float64, unit string) string {
	value = math.Round(value*100) / 100
	_, places, _ := strings.Cut(strconv.FormatFloat(value, 'f', -1, 64), ".")
	switch {
	case unit == UnitPercent:
		return b.Local().Percent(value/100, len(places))
	case strings.HasPrefix(unit, "IDR"):
		return b.Rupiah(int64(math.Round(value)))
	case countUnit(unit):
		return domain.QuantityText(b.Local(), int64(value), domain.UnitID(unit))
	}
	return b.Local().Decimal(value, len(places))
}
