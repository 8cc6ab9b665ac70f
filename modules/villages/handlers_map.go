package villages

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// mapPage is /map: the regions below one, on a map and in a table.
type mapPage struct {
	web.Base
	Heading string
	Filters *web.Filters
	Map     *domain.RegionMap
	Table   web.Table
	Up      string // to the map of the region above
	UpLabel string
	Empty   *web.Empty
}

// showMap is GET /map.
func (m *Module) showMap(c *fiber.Ctx) error {
	ctx, values := c.UserContext(), web.ValuesOf(c)
	b := web.NewBase(c, "villages", "villages.map.page")
	b.Description = b.T("villages.map.description")
	b.Crumbs = []web.Crumb{{Label: b.T("villages.index.title"), Path: "/villages"}, {Label: b.Title}}
	asked := values.Get("show")
	show := showNeeds
	if asked == showWeight {
		show = showWeight
	}
	above, err := regionFilter(values.Get("region"))
	if err != nil {
		return err
	}
	regions, err := m.Service.childRegions(ctx, above)
	if err != nil {
		return err
	}
	if above == "" && len(regions) == 1 { // one province is the whole portal
		above = regions[0].Code
		if regions, err = m.Service.childRegions(ctx, above); err != nil {
			return err
		}
	}
	page := mapPage{Base: b, Heading: b.T("villages.map.page")}
	if above != "" {
		r, err := m.Service.Region(ctx, above)
		if err != nil {
			return err
		}
		page.Heading = b.T("villages.map.heading", "name", r.FullName())
		if above.Level() > domain.LevelProvince {
			page.Up, page.UpLabel = web.ListURL(b, "/map", map[string]string{"region": string(above.Parent()), "show": show}, ""), b.T("villages.map.up")
		}
	}
	options, err := m.Service.RegencyOptions(ctx)
	if err != nil {
		return err
	}
	page.Filters = web.NewFilters(b, "/map", "villages.mapfilter").Select("region", values.Get("region"), options).
		Select("show", asked, []web.Option{{Value: showWeight, Label: b.T("villages.map.weight")}})
	if len(regions) == 0 {
		page.Empty = &web.Empty{Text: b.T("villages.map.none"), ActionLabel: b.T("villages.index.all"), ActionPath: b.URL("/villages")}
		return m.maps.Render(c, fiber.StatusOK, page)
	}
	facts, err := m.mapFacts(c, b, regions)
	if err != nil {
		return err
	}
	page.Table = mapTable(b, facts)
	drawn := make([]mapFact, 0, len(facts))
	for _, f := range facts {
		fact := f.needs
		if show == showWeight {
			fact = f.weight
		}
		page.Demo = page.Demo || f.needs.measure.HasDemo || f.weight.measure.HasDemo
		drawn = append(drawn, fact)
	}
	scale := scaleOf(drawn, show)
	title := b.T("villages.map." + show)
	if scale.Demo {
		title = b.T("villages.map.demo_title", "title", title)
	}
	shown := make([]domain.MapFact, 0, len(drawn))
	for _, f := range drawn {
		path := b.URL(pathOf(f.region.Code))
		if above.Level() < domain.LevelDistrict { // each area leads to its own map
			path = web.ListURL(b, "/map", map[string]string{"region": string(f.region.Code), "show": show}, "")
		}
		shown = append(shown, domain.MapFact{
			Region: f.region.Code, Name: f.region.Name, Label: f.region.FullName() + ": " + f.text, Path: path, Class: scale.Class(f.measure), Only: scale.OnlyDemo(f.measure),
		})
	}
	if page.Map, err = m.RegionMap(ctx, b, above, title, shown, mapLegend(b, show, scale.Bounds)); err != nil {
		return err
	}
	return m.maps.Render(c, fiber.StatusOK, page)
}

// bothFacts is what the table says of one region.
type bothFacts struct{ needs, weight mapFact }

func (m *Module) mapFacts(c *fiber.Ctx, b web.Base, regions []Region) ([]bothFacts, error) {
	weights, err := m.Service.meanWeights(c.UserContext(), regions)
	if err != nil {
		return nil, err
	}
	facts := make([]bothFacts, 0, len(regions))
	for _, r := range regions {
		weight := mapFact{region: r, measure: weights[r.Code], text: b.T("villages.no_data")}
		demo := func(text string) string { return text + " (" + b.T("villages.demo") + ")" }
		switch mean := func(v float64) string { return b.Local().Decimal(v, 2) }; {
		case weight.measure.HasReal && weight.measure.HasDemo:
			weight.text = mean(weight.measure.Real) + "; " + demo(mean(weight.measure.Demo))
		case weight.measure.HasReal:
			weight.text = mean(weight.measure.Real)
		case weight.measure.HasDemo:
			weight.text = demo(mean(weight.measure.Demo))
		}
		real, examples := m.uncovered(r.Code)
		needs := mapFact{region: r, text: b.T("villages.map.open", "count", real), measure: domain.Measure{
			Real: float64(real), HasReal: real > 0, Demo: float64(examples), HasDemo: examples > 0,
		}}
		if examples > 0 {
			needs.text = b.T("villages.map.open_demo", "count", real, "demo", examples)
		}
		facts = append(facts, bothFacts{needs, weight})
	}
	return facts, nil
}

func mapTable(b web.Base, facts []bothFacts) web.Table {
	t := web.Table{Caption: b.T("villages.map.table"), Head: []string{b.T("villages.table.name"), b.T("villages.map.needs"), b.T("villages.map.weight")}}
	for _, f := range facts {
		r := f.needs.region
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: r.FullName(), Path: b.URL(pathOf(r.Code)), Note: string(r.Code)},
			{Text: f.needs.text, Quiet: !f.needs.measure.HasReal && !f.needs.measure.HasDemo}, {Text: f.weight.text, Quiet: !f.weight.measure.HasReal && !f.weight.measure.HasDemo}}})
	}
	return t
}

// noCounts stands where nobody counts needs.
func noCounts(domain.RegionCode) (real, demo int64) { return 0, 0 }
