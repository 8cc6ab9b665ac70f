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
	Map     *regionMap
	Table   web.Table
	Up      string // to the map of the region above
	UpLabel string
	Labels  map[string]string // of the buttons that the script adds
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
	var drawn []mapFact
	for _, f := range facts {
		fact := f.needs
		if show == showWeight {
			fact = f.weight
		}
		page.Demo = page.Demo || f.needs.demo || f.weight.demo
		drawn = append(drawn, fact)
	}
	if page.Map, err = m.draw(ctx, b, above, drawn, show); err != nil {
		return err
	}
	if above.Level() < domain.LevelDistrict {
		for i := range page.Map.Areas {
			page.Map.Areas[i].Path = ""
		}
		deeper(&page, drawn, show)
	}
	page.Labels = map[string]string{"in": b.T("villages.map.in"), "out": b.T("villages.map.out"), "whole": b.T("villages.map.whole")}
	return m.maps.Render(c, fiber.StatusOK, page)
}

// deeper has each area lead to its own map.
func deeper(page *mapPage, facts []mapFact, show string) {
	paths := map[string]string{}
	for _, f := range facts {
		paths[f.region.FullName()+": "+f.text] = web.ListURL(page.Base, "/map", map[string]string{"region": string(f.region.Code), "show": show}, "")
	}
	for i := range page.Map.Areas {
		page.Map.Areas[i].Path = paths[page.Map.Areas[i].Label]
	}
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
		weight := weights[r.Code]
		weight.region, weight.text = r, b.T("villages.no_data")
		if weight.known {
			weight.text = b.Local().Decimal(weight.value, 2)
			if weight.demo {
				weight.text += " (" + b.T("villages.demo") + ")"
			}
		}
		real, demo := m.uncovered(r.Code)
		needs := mapFact{region: r, value: float64(real + demo), known: true, demo: demo > 0, text: b.T("villages.map.open", "count", real)}
		if demo > 0 {
			needs.text = b.T("villages.map.open_demo", "count", real, "demo", demo)
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
			{Text: f.needs.text, Quiet: f.needs.value == 0}, {Text: f.weight.text, Quiet: !f.weight.known}}})
	}
	return t
}

// noCounts stands where nobody counts needs.
func noCounts(domain.RegionCode) (real, demo int64) { return 0, 0 }
