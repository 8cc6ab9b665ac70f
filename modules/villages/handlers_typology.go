package villages

import (
	"bytes"
	"encoding/csv"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// typologyPage is /villages/typology: villages by what they lack and what they have.
type typologyPage struct {
	web.Base
	Filters *web.Filters
	Groups  web.Table
	Found   *web.Table // the villages of one group
	Pager   web.Pager
	CSV     string
}

// showTypology is GET /villages/typology.
func (m *Module) showTypology(c *fiber.Ctx) error {
	ctx, values := c.UserContext(), web.ValuesOf(c)
	b := web.NewBase(c, "villages", "villages.typology.title")
	b.Description = b.T("villages.typology.description")
	b.Crumbs = []web.Crumb{{Label: b.T("villages.index.title"), Path: "/villages"}, {Label: b.Title}}
	within, err := regionFilter(values.Get("region"))
	if err != nil {
		return err
	}
	options, err := m.Service.RegencyOptions(ctx)
	if err != nil {
		return err
	}
	class, kind := values.Get("class"), values.Get("potential")
	from := 0
	if cursor := values.Get("cursor"); cursor != "" {
		if from, err = strconv.Atoi(cursor); err != nil || from < 0 {
			return apperr.New(apperr.BadRequest, "villages.error.cursor")
		}
	}
	page := typologyPage{Base: b}
	classes, kinds := typologyOptions(b)
	page.Filters = web.NewFilters(b, "/villages/typology", "villages.typologyfilter").Select("region", string(within), options).Select("class", class, classes).Select("potential", kind, kinds)
	page.CSV = web.ListURL(b, "/villages/typology.csv", map[string]string{"region": string(within)}, "")
	var g groups
	var found []typed
	at := 0
	err = m.Service.typology(ctx, within, func(t typed) {
		g.add(t)
		if (class == "" || t.class == class) && (kind == "" || t.main == kind) {
			if at++; at > from && len(found) <= pageSize {
				found = append(found, t)
			}
		}
	})
	if err != nil {
		return err
	}
	g.order()
	page.Demo = g.demo
	page.Groups = groupTable(b, &g, string(within))
	if class != "" || kind != "" {
		next := ""
		if len(found) > pageSize {
			found, next = found[:pageSize], strconv.Itoa(from+pageSize)
		}
		t := typedTable(b, found)
		page.Found = &t
		page.Pager = web.NewPager(b, "/villages/typology", page.Filters.Query(), values.Get("cursor"), next)
	}
	return m.types.Render(c, fiber.StatusOK, page)
}

func typologyOptions(b web.Base) (classes, kinds []web.Option) {
	for _, class := range deprivationClasses {
		classes = append(classes, web.Option{Value: class, Label: b.T("villages.class." + class)})
	}
	for _, kind := range append(slices.Clone(PotentialKinds), noPotential) {
		kinds = append(kinds, web.Option{Value: kind, Label: kindName(b, kind)})
	}
	return classes, kinds
}

func kindName(b web.Base, kind string) string {
	if kind == noPotential {
		return b.T("villages.typology.no_potential")
	}
	return b.T("villages.potential." + kind)
}

// groupTable has a row for each class and a column for each main potential; every count leads to its villages.
func groupTable(b web.Base, g *groups, within string) web.Table {
	t := web.Table{Caption: b.T("villages.typology.groups", "count", g.all), Head: []string{b.T("villages.typology.class")}, Numbers: []bool{false}}
	for _, kind := range g.kinds {
		t.Head, t.Numbers = append(t.Head, kindName(b, kind)), append(t.Numbers, true)
	}
	for _, class := range deprivationClasses {
		row := web.Row{Cells: []web.Cell{{Text: b.T("villages.class." + class)}}}
		for _, kind := range g.kinds {
			n := g.counts[[2]string{class, kind}]
			cell := web.Cell{Text: b.Number(int64(n)), Quiet: n == 0}
			if n > 0 {
				cell.Path = web.ListURL(b, "/villages/typology", map[string]string{"region": within, "class": class, "potential": kind}, "")
			}
			row.Cells = append(row.Cells, cell)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func typedTable(b web.Base, list []typed) web.Table {
	t := web.Table{Caption: b.T("villages.typology.found"), Numbers: []bool{false, true},
		Head: []string{b.T("villages.table.name"), b.T("villages.weight.label"), b.T("villages.typology.lack"), b.T("villages.potentials.title")}}
	for _, x := range list {
		weight := web.Cell{Text: b.T("villages.no_data"), Quiet: true}
		if !x.weight.NoData() {
			weight = web.Cell{Text: b.Local().Decimal(x.weight.Value, 2)}
		}
		note := ""
		if x.demo {
			note = b.T("villages.demo")
		}
		lack := web.Cell{Text: b.T("villages.no_data"), Quiet: true}
		if x.lack != "" {
			lack = web.Cell{Text: weightPartName(b, x.lack)}
		}
		var names []string
		for _, k := range x.kinds {
			names = append(names, kindName(b, k))
		}
		has := web.Cell{Text: strings.Join(names, ", ")}
		if len(names) == 0 {
			has = web.Cell{Text: b.T("villages.no_data"), Quiet: true}
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: domain.PlaceText(x.place), Path: b.URL(pathOf(x.place.Code)), Note: note}, weight, lack, has}})
	}
	return t
}

// typologyFile is GET /villages/typology.csv: every village of a region with its group.
func (m *Module) typologyFile(c *fiber.Ctx) error {
	within, err := regionFilter(web.ValuesOf(c).Get("region"))
	if err != nil {
		return err
	}
	var file bytes.Buffer
	file.WriteString("\ufeff")
	w := csv.NewWriter(&file)
	_ = w.Write([]string{"code", "name", "district", "regency", "province", "weight", "known_points", "class", "greatest_lack", "main_potential", "potentials", "demo"})
	err = m.Service.typology(c.UserContext(), within, func(t typed) {
		weight := ""
		if !t.weight.NoData() {
			weight = strconv.FormatFloat(t.weight.Value, 'f', 2, 64)
		}
		p := t.place
		_ = w.Write([]string{string(p.Code), csvText(domain.PlaceName(p)), csvText(p.District), csvText(p.Regency), csvText(p.Province), weight,
			strconv.Itoa(t.weight.Known), t.class, t.lack, t.main, strings.Join(t.kinds, " "), strconv.FormatBool(t.demo)})
	})
	if err != nil {
		return err
	}
	w.Flush()
	name := "gotong-typology"
	if within != "" {
		name += "-" + string(within)
	}
	c.Set(fiber.HeaderContentType, "text/csv; charset=utf-8")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="`+name+`.csv"`)
	return c.Send(file.Bytes())
}
