package villages

import (
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// weightPage is /villages/weight: how the deprivation weight is computed, its versions, and for the secretariat the
// form that changes it.
type weightPage struct {
	web.Base
	Parts    web.Table
	Rules    []string
	Versions web.Table
	Pager    web.Pager
	Form     *web.Form
	Preview  *previewView
}

// previewView is what other parameters would do.
type previewView struct {
	Summary string
	Table   web.Table
	Confirm web.Form // the same values again, to decide
}

// previewRows is how many villages a preview lists.
const previewRows = 50

// showWeight is GET /villages/weight.
func (m *Module) showWeight(c *fiber.Ctx) error {
	page, w, err := m.weightPage(c)
	if err != nil {
		return err
	}
	if web.Get[domain.Actor](c).Secretariat() {
		page.Form = weightForm(page.Base, w)
	}
	return m.weight.Render(c, fiber.StatusOK, page)
}

func (m *Module) weightPage(c *fiber.Ctx) (weightPage, Weighting, error) {
	ctx := c.UserContext()
	b := web.NewBase(c, "villages", "villages.weight.title")
	b.Crumbs = []web.Crumb{{Label: b.T("villages.index.title"), Path: "/villages"}, {Label: b.Title}}
	b.Description = b.T("villages.weight.description")
	page := weightPage{Base: b}
	w, err := m.Service.Weighting(ctx)
	if err != nil {
		return page, w, err
	}
	cursor := web.ValuesOf(c).Get("cursor")
	versions, next, err := m.Service.Weightings(ctx, cursor, 10)
	if err != nil {
		return page, w, err
	}
	page.Parts = weightTable(b, w)
	page.Rules = []string{
		b.T("villages.weight.rule_needed", "needed", w.Needed), b.T("villages.weight.rule_age", "years", w.MaxAge),
		b.T("villages.weight.rule_above", "level", b.T("villages.level."+strconv.Itoa(w.Above))),
	}
	page.Versions = versionTable(b, versions)
	page.Pager = web.NewPager(b, "/villages/weight", nil, cursor, next)
	return page, w, nil
}

func weightTable(b web.Base, w Weighting) web.Table {
	t := web.Table{Caption: b.T("villages.weight.parts", "version", w.Version), Numbers: []bool{false, true},
		Head: []string{b.T("villages.weight.part_name"), b.T("villages.weight.points"), b.T("villages.weight.best"), b.T("villages.weight.worst")}}
	for _, p := range w.Parts {
		unit := UnitPercent
		if i, ok := domain.IndicatorByID(p.ID); ok {
			unit = i.Unit
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: weightPartName(b, p.ID)}, {Text: b.Number(int64(p.Points))}, {Text: valueText(b, p.Best, unit)}, {Text: valueText(b, p.Worst, unit)}}})
	}
	return t
}

func versionTable(b web.Base, versions []Weighting) web.Table {
	t := web.Table{Caption: b.T("villages.weight.versions"), Head: []string{b.T("villages.weight.version"), b.T("villages.weight.since"), b.T("villages.weight.reason")}}
	for _, w := range versions {
		since, reason := b.T("villages.weight.from_start"), b.T("villages.weight.first_reason")
		if !w.At.IsZero() {
			since, reason = b.DateTime(w.At), w.Reason
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: b.Number(int64(w.Version))}, {Text: since}, {Text: reason}}})
	}
	return t
}

func weightForm(b web.Base, w Weighting) *web.Form {
	f := web.NewForm(b, "villages.weightform", "/villages/weight").Read(int64(w.Version))
	plain := func(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }
	f.Section("parts")
	for _, p := range w.Parts {
		name := weightPartName(b, p.ID)
		for _, x := range []struct{ suffix, key, value string }{
			{"_points", "villages.weightform.points_of", strconv.Itoa(p.Points)}, {"_best", "villages.weightform.best_of", plain(p.Best)}, {"_worst", "villages.weightform.worst_of", plain(p.Worst)},
		} {
			f.Number(p.ID+x.suffix, web.Label(x.key, "name", name), web.Required(), web.Value(x.value))
		}
	}
	f.Section("rules")
	f.Number("needed", web.Required(), web.Value(strconv.Itoa(w.Needed)))
	f.Number("max_age", web.Required(), web.Value(strconv.Itoa(w.MaxAge)))
	var levels []web.Option
	for level := domain.LevelProvince; level <= domain.LevelVillage; level++ {
		levels = append(levels, web.Option{Value: strconv.Itoa(level), Label: b.T("villages.level." + strconv.Itoa(level))})
	}
	f.Select("above", levels, web.Required(), web.Value(strconv.Itoa(w.Above)))
	f.TextArea("reason", web.Required(), web.Max(maxNote), web.Value(w.Reason))
	return f
}

// weightingOf reads the posted parameters over the ones in force. Invalid where something is no number.
func weightingOf(c *fiber.Ctx, now Weighting) (Weighting, error) {
	values := web.ValuesOf(c)
	var f apperr.Fields
	number := func(name string) float64 {
		n, err := strconv.ParseFloat(strings.Replace(values.Get(name), ",", ".", 1), 64)
		f.Check(err == nil, name, "villages.error.number")
		return n
	}
	whole := func(name string) int {
		n, ok := values.Int(name)
		f.Check(ok && n >= 0 && n < 1000, name, "villages.error.number")
		return int(n)
	}
	w := Weighting{Version: now.Version}
	for _, p := range now.Parts {
		w.Parts = append(w.Parts, WeightingPart{p.ID, whole(p.ID + "_points"), number(p.ID + "_best"), number(p.ID + "_worst")})
	}
	w.Needed, w.MaxAge, w.Above, w.Reason = whole("needed"), whole("max_age"), whole("above"), oneLine(values.Get("reason"))
	if err := f.Err(); err != nil {
		return w, err
	}
	return w, w.Validate()
}

// changeWeight is POST /villages/weight: first it shows what would move, then, confirmed, it decides.
func (m *Module) changeWeight(c *fiber.Ctx) error {
	ctx, actor, values := c.UserContext(), web.Get[domain.Actor](c), web.ValuesOf(c)
	if !actor.SignedIn() {
		return apperr.New(apperr.SignIn, "")
	}
	if !actor.Secretariat() {
		return apperr.New(apperr.Forbidden, "error.forbidden")
	}
	page, now, err := m.weightPage(c)
	if err != nil {
		return err
	}
	again := func(status int, err error) error {
		page.Form = weightForm(page.Base, now).Bind(c).Fail(err)
		return m.weight.Render(c, status, page)
	}
	w, err := weightingOf(c, now)
	if err != nil {
		return again(fiber.StatusUnprocessableEntity, err)
	}
	read := int(web.Version(c))
	if values.Get("step") == "decide" {
		_, err = m.Service.Decide(ctx, actor, web.OperationOf(c), read, w)
		if err == nil {
			undo := web.Undo{Path: "/villages/weight", Reason: true}.Field("step", "decide").Read(int64(read) + 1)
			for _, s := range weightForm(page.Base, now).Sections {
				for _, field := range s.Fields {
					if field.Name != "reason" {
						undo = undo.Field(field.Name, field.Value)
					}
				}
			}
			web.SetFlashWithUndo(c, undo, "good", "villages.weight.decided", "version", read+1)
			return web.Redirect(c, "/villages/weight")
		}
		if !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
	if err != nil || read != now.Version {
		page.Form = weightForm(page.Base, w).Bind(c).Conflict(weightForm(page.Base, now))
		return m.weight.Render(c, fiber.StatusConflict, page)
	}
	moves, err := m.Service.Preview(ctx, w, previewRows)
	if err != nil {
		return err
	}
	page.Form = weightForm(page.Base, now).Bind(c)
	page.Preview = preview(page.Base, moves, page.Form)
	return m.weight.Render(c, fiber.StatusOK, page)
}

func preview(b web.Base, moves Moves, form *web.Form) *previewView {
	v := &previewView{Summary: b.T("villages.weight.moves", "up", moves.Up, "down", moves.Down, "all", moves.Villages, "mean", b.Local().Decimal(moves.Mean, 2))}
	v.Table = web.Table{Caption: b.T("villages.weight.furthest", "most", previewRows), Numbers: []bool{false, true, true, true},
		Head: []string{b.T("villages.table.name"), b.T("villages.weight.was"), b.T("villages.weight.becomes"), b.T("villages.weight.change")}}
	for _, x := range moves.Furthest {
		note := ""
		if x.Demo {
			note = b.T("villages.demo")
		}
		change := b.Local().Decimal(x.To-x.From, 2)
		if x.To > x.From {
			change = "+" + change
		}
		v.Table.Rows = append(v.Table.Rows, web.Row{Cells: []web.Cell{{Text: domain.PlaceText(x.Place), Path: b.URL(pathOf(x.Place.Code)), Note: note},
			{Text: b.Local().Decimal(x.From, 2)}, {Text: b.Local().Decimal(x.To, 2)}, {Text: change}}})
	}
	v.Confirm = form.Confirm("decide", b.T("villages.weight.decide"))
	return v
}
