package villages

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// index is GET /villages.
func (m *Module) index(c *fiber.Ctx) error {
	values := web.ValuesOf(c)
	q, cursor := values.Get("q"), values.Get("cursor")
	page := listPage{Base: web.NewBase(c, "villages", "villages.index.title")}
	page.Description = page.T("villages.index.description")
	options, err := m.Service.RegencyOptions(c.UserContext())
	if err != nil {
		return err
	}
	region, err := regionFilter(values.Get("region"))
	if err != nil {
		return err
	}
	page.Filters = web.NewFilters(page.Base, "/villages", "villages.filter").Q(q).Select("region", string(region), options)
	page.Asked = q != "" || region != ""
	switch {
	case q != "":
		err = m.found(c, &page, q, region, cursor)
	case region != "":
		err = m.listed(c, &page, region, cursor)
	default:
		err = m.overview(c, &page)
	}
	if err != nil {
		return err
	}
	return m.list.Render(c, fiber.StatusOK, page)
}

func regionFilter(s string) (domain.RegionCode, error) {
	if s == "" {
		return "", nil
	}
	code, err := domain.ParseRegionCode(s)
	if err != nil {
		return "", apperr.Wrap(err, apperr.BadRequest, "villages.error.code")
	}
	return code, nil
}

// found fills in what a search finds; its cursor is the number of places already shown.
func (m *Module) found(c *fiber.Ctx, page *listPage, q string, region domain.RegionCode, cursor string) error {
	from := 0
	if cursor != "" {
		n, err := strconv.Atoi(cursor)
		if err != nil || n < 0 || n > 100 {
			return apperr.New(apperr.BadRequest, "villages.error.cursor")
		}
		from = n
	}
	places, err := m.Service.names.search(c.UserContext(), q, region, 0, 100)
	if err != nil {
		return err
	}
	next := ""
	page.Total = int64(len(places))
	places = places[min(from, len(places)):]
	if len(places) > pageSize {
		places, next = places[:pageSize], strconv.Itoa(from+pageSize)
	}
	page.Found = placeTable(page.Base, page.T("villages.index.found"), places)
	page.Pager = web.NewPager(page.Base, "/villages", page.Filters.Query(), cursor, next)
	if len(places) == 0 {
		page.Empty = &web.Empty{Text: page.T("villages.index.nothing"), ActionLabel: page.T("villages.index.all"), ActionPath: page.URL("/villages")}
	}
	return nil
}

// listed fills in the villages of a region by name.
func (m *Module) listed(c *fiber.Ctx, page *listPage, region domain.RegionCode, cursor string) error {
	r, err := m.Service.Region(c.UserContext(), region)
	if apperr.Is(err, apperr.NotFound) {
		page.Empty = &web.Empty{Text: page.T("villages.index.unknown_region"), ActionLabel: page.T("villages.index.all"), ActionPath: page.URL("/villages")}
		return nil
	}
	if err != nil {
		return err
	}
	regions, next, err := m.Service.ListByName(c.UserContext(), ListQuery{Within: region, Level: domain.LevelVillage, Cursor: cursor, Limit: pageSize})
	if err != nil {
		return err
	}
	page.Total = int64(r.Villages())
	if r.Level == domain.LevelVillage {
		page.Total = 1
	}
	places := make([]found, 0, len(regions))
	for _, r := range regions {
		places = append(places, found{place: r.Place()})
	}
	page.Found = placeTable(page.Base, page.T("villages.index.villages_of", "name", r.FullName()), places)
	page.Pager = web.NewPager(page.Base, "/villages", page.Filters.Query(), cursor, next)
	return nil
}

// overview fills in the regencies of the one province, or the provinces where there are several.
func (m *Module) overview(c *fiber.Ctx, page *listPage) error {
	regions, err := m.Service.childRegions(c.UserContext(), "")
	if err != nil {
		return err
	}
	caption := page.T("villages.index.provinces")
	if len(regions) == 1 {
		caption = page.T("villages.index.regencies_of", "name", regions[0].FullName())
		if regions, err = m.Service.childRegions(c.UserContext(), regions[0].Code); err != nil {
			return err
		}
	}
	page.Map = tileMap(page.Base, regions)
	page.Regions = regionTable(page.Base, caption, regions)
	if len(regions) == 0 {
		page.Empty = &web.Empty{Text: page.T("villages.index.no_regions")}
	}
	return nil
}

// showRegion is GET /villages/{code}.
func (m *Module) showRegion(c *fiber.Ctx) error {
	ctx := c.UserContext()
	code, err := domain.ParseRegionCode(c.Params("code"))
	if err != nil {
		return apperr.Wrap(err, apperr.NotFound, "villages.error.not_found")
	}
	base := web.NewBase(c, "villages", "")
	if string(code) != c.Params("code") {
		if _, err := m.Service.Region(ctx, code); err != nil {
			return err
		}
		return c.Redirect(base.URL(pathOf(code)), fiber.StatusMovedPermanently)
	}
	path, err := m.Service.Path(ctx, code)
	if err != nil {
		return err
	}
	region := path[len(path)-1]
	children, err := m.Service.childRegions(ctx, code)
	if err != nil {
		return err
	}
	base.Title = domain.PlaceText(region.Place())
	base.Description = base.T("villages.show.description", "place", base.Title)
	base.Crumbs = crumbs(base, path)
	page := showPage{
		Base: base, Heading: region.FullName(), Place: placeLine(region), Code: string(code), Facts: facts(base, region),
		Former: strings.Join(region.Former, ", "), Map: whereMap(base, code),
	}
	picture, err := m.Service.picture(ctx, path)
	if err != nil {
		return err
	}
	page.shows(picture)
	page.tables(web.Get[domain.Actor](c), code)
	if err := m.lineage(ctx, &page, region); err != nil {
		return err
	}
	m.sheetLinks(&page, region)
	page.Children = childTable(base, region, children)
	if region.Level == domain.LevelProvince {
		page.Map = tileMap(base, children)
	}
	request := domain.PanelRequest{Actor: web.Get[domain.Actor](c), Ref: domain.Ref{Kind: domain.KindVillage, ID: string(code)}, Page: base, Region: code}
	page.Panels, page.Demo = domain.LoadPanels(ctx, m.Panels, request, web.Section{Error: base.T("villages.panel_failed")}, m.Service.log)
	page.Demo = page.Demo || picture.demo
	return m.show.Render(c, fiber.StatusOK, page)
}

// placeLine says in which regions a region lies.
func placeLine(r Region) string {
	parts := []string{r.Province}
	if r.Regency != "" {
		parts = append(parts, r.Regency)
	}
	if r.District != "" {
		parts = append(parts, domain.PlaceName(domain.Place{Kind: KindDistrict, Name: r.District}))
	}
	slices.Reverse(parts)
	return strings.Join(slices.DeleteFunc(parts, func(s string) bool { return s == "" }), ", ")
}

func childTable(b web.Base, r Region, children []Region) *web.Table {
	if len(children) == 0 {
		return nil
	}
	var t web.Table
	switch r.Level {
	case domain.LevelProvince:
		t = regionTable(b, b.T("villages.show.regencies"), children)
	case domain.LevelRegency:
		t = districtTable(b, b.T("villages.show.districts"), children)
	default:
		t = web.Table{Caption: b.T("villages.show.villages"), Head: []string{b.T("villages.table.name"), b.T("villages.table.code")}}
		for _, child := range children {
			t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: child.FullName(), Path: b.URL(pathOf(child.Code))}, {Text: string(child.Code)}}})
		}
	}
	return &t
}
