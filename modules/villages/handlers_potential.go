package villages

import (
	"encoding/json"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	grid "gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// potentialsPage is /villages/{code}/potentials: what a region has, for those who write it.
type potentialsPage struct {
	web.Base
	Table   *web.Table
	Empty   web.Empty
	NewPath string
	Removed *web.Table
}

// potentialPage is the form of one potential, with what happened to it.
type potentialPage struct {
	web.Base
	Facts   []web.Fact
	Form    *web.Form // nil where it is gone
	Gone    string
	Remove  *web.Action
	History *web.Table
	Undo    *web.Action
}

func potentialsPath(code domain.RegionCode) string { return pathOf(code) + "/potentials" }

func potentialPath(id string) string {
	code, rest, _ := strings.Cut(id, ":")
	return potentialsPath(domain.RegionCode(code)) + "/" + rest
}

// regionAt gives the region of the address; the table of rights has let the actor through.
func (m *Module) regionAt(c *fiber.Ctx) (Region, error) {
	code, err := domain.ParseRegionCode(c.Params("code"))
	if err != nil {
		return Region{}, apperr.Wrap(err, apperr.NotFound, "villages.error.not_found")
	}
	return m.Service.Region(c.UserContext(), code)
}

func potentialID(c *fiber.Ctx, r Region) string {
	return string(r.Code) + ":" + strings.Clone(c.Params("potential"))
}

func (m *Module) potentialBase(c *fiber.Ctx, r Region, title string, args ...any) web.Base {
	b := web.NewBase(c, "villages", title, args...)
	b.Private = true
	b.Crumbs = []web.Crumb{{Label: b.T("villages.index.title"), Path: "/villages"}, {Label: r.FullName(), Path: pathOf(r.Code)}, {Label: b.T("villages.potentials.title"), Path: potentialsPath(r.Code)}}
	return b
}

func (m *Module) getPotentials(c *fiber.Ctx) error {
	r, err := m.regionAt(c)
	if err != nil {
		return err
	}
	b := m.potentialBase(c, r, "villages.potentials.page", "place", r.FullName())
	b.Crumbs = b.Crumbs[:2]
	page := potentialsPage{Base: b, NewPath: b.URL(potentialsPath(r.Code) + "/new"), Empty: web.Empty{Text: b.T("villages.potentials.none")}}
	list, err := m.Service.Potentials(c.UserContext(), r.Code)
	if err != nil {
		return err
	}
	if len(list) > 0 {
		page.Table = (&picture{potentials: list}).potentialTable(b)
		for i, p := range list {
			page.Demo = page.Demo || p.Demo
			page.Table.Rows[i].Cells[0].Path = b.URL(potentialPath(p.ID()))
		}
	}
	removed, err := m.Service.RemovedPotentials(c.UserContext(), r.Code)
	if err != nil {
		return err
	}
	if len(removed) > 0 {
		page.Removed = &web.Table{Caption: b.T("villages.potentials.removed"), Head: []string{b.T("villages.potentials.name"), b.T("villages.potentials.kind")}}
		for _, x := range removed {
			page.Removed.Rows = append(page.Removed.Rows, web.Row{Cells: []web.Cell{{Text: x.Name, Path: b.URL(potentialPath(x.ID))}, {Text: b.T("villages.potential." + x.Kind)}}})
		}
	}
	return m.potentials.Render(c, fiber.StatusOK, page)
}

// potentialForm is the form of a new potential (kind and name can be said) or of a stored one.
func potentialForm(b web.Base, action string, p Potential, fresh bool) *web.Form {
	f := web.NewForm(b, "villages.potentialform", action)
	if fresh {
		kinds := make([]web.Option, 0, len(PotentialKinds))
		for _, k := range PotentialKinds {
			kinds = append(kinds, web.Option{Value: k, Label: b.T("villages.potential." + k)})
		}
		f.Select("kind", kinds, web.Required(), web.Value(p.Kind))
		f.Text("name", web.Required(), web.Max(maxHeading), web.Value(p.Name))
	}
	quantity, year := "", ""
	if p.Quantity != nil {
		quantity = decimals(b, *p.Quantity, 2)
	}
	if p.Year != 0 {
		year = itoa(p.Year)
	}
	f.Text("quantity", web.Value(quantity))
	f.Text("unit", web.Max(40), web.Value(p.Unit))
	f.TextArea("note", web.Max(maxNote), web.Value(p.Note), web.Rows(3))
	f.Number("year", web.Required(), web.Value(year))
	f.Text("source", web.Required(), web.Max(maxSource), web.Value(p.Source))
	return f
}

// readPotential reads the form. wrong says what is no number.
func readPotential(c *fiber.Ctx, b web.Base) (p Potential, wrong apperr.Fields) {
	v := web.ValuesOf(c)
	p = Potential{Kind: v.Get("kind"), Name: v.Get("name"), Note: v.Get("note"), Unit: v.Get("unit"), Source: v.Get("source")}
	if text := v.Get("quantity"); text != "" {
		mark := ','
		if b.Lang == "en" {
			mark = '.'
		}
		q, problem := grid.OfText(text).Float(mark)
		if wrong.Check(problem == "", "quantity", "villages.error.number"); problem == "" {
			p.Quantity = &q
		}
	}
	if year, ok := v.Int("year"); ok && year < 10000 {
		p.Year = int(year)
	}
	return p, wrong
}

func (m *Module) getNewPotential(c *fiber.Ctx) error {
	r, err := m.regionAt(c)
	if err != nil {
		return err
	}
	b := m.potentialBase(c, r, "villages.potentials.new", "place", r.FullName())
	page := potentialPage{Base: b, Form: potentialForm(b, potentialsPath(r.Code), Potential{Year: m.Service.thisYear()}, true).Back(potentialsPath(r.Code))}
	return m.potential.Render(c, fiber.StatusOK, page)
}

func (m *Module) postNewPotential(c *fiber.Ctx) error {
	r, err := m.regionAt(c)
	if err != nil {
		return err
	}
	b := m.potentialBase(c, r, "villages.potentials.new", "place", r.FullName())
	p, wrong := readPotential(c, b)
	p.Region = r.Code
	if err = wrong.Err(); err == nil {
		err = m.Service.AddPotential(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), p)
	}
	if apperr.Is(err, apperr.Invalid) {
		page := potentialPage{Base: b, Form: potentialForm(b, potentialsPath(r.Code), p, true).Back(potentialsPath(r.Code))}
		page.Form.Bind(c).Fail(err)
		return m.potential.Render(c, fiber.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	m.flashPotential(c, p.Normal().ID(), "villages.potentials.saved")
	return web.Redirect(c, potentialPath(p.Normal().ID()))
}

func (m *Module) getPotential(c *fiber.Ctx) error {
	r, err := m.regionAt(c)
	if err != nil {
		return err
	}
	page, err := m.potentialPage(c, r, potentialID(c, r))
	if err != nil {
		return err
	}
	return m.potential.Render(c, fiber.StatusOK, page)
}

// potentialPage shows a potential that is there, or was; NotFound where there never was one.
func (m *Module) potentialPage(c *fiber.Ctx, r Region, id string) (potentialPage, error) {
	ctx := c.UserContext()
	entries, err := m.Service.PotentialHistory(ctx, id, 20)
	if err != nil {
		return potentialPage{}, err
	}
	doc, err := m.Service.PotentialAt(ctx, id)
	gone := apperr.Is(err, apperr.NotFound)
	if err != nil && (!gone || len(entries) == 0) {
		return potentialPage{}, err
	}
	p := doc.Body
	if gone {
		if p, _, err = m.Service.potentials.records.Before(ctx, doc, entries[0]); err != nil {
			return potentialPage{}, err
		}
	}
	b := m.potentialBase(c, r, "villages.potentials.one", "name", p.Name, "place", r.FullName())
	b.Demo = p.Demo
	page := potentialPage{Base: b, Facts: []web.Fact{{Label: b.T("villages.potentials.kind"), Value: b.T("villages.potential." + p.Kind)}, {Label: b.T("villages.potentials.name"), Value: p.Name}}}
	if gone {
		page.Gone = b.T("villages.potentials.gone")
	} else {
		page.Form = potentialForm(b, potentialPath(id), p, false).Read(doc.Version).Back(potentialsPath(r.Code))
		remove := web.NewAction(b, "villages.potentials.remove", potentialPath(id)+"/remove")
		remove.Version, remove.Kind = doc.Version, "stop"
		page.Remove = &remove
	}
	if len(entries) > 0 {
		page.History = potentialHistory(b, entries)
		undo := web.NewAction(b, "villages.potentials.undo", potentialPath(id)+"/undo")
		undo.Version, undo.Kind = entries[0].Version, "plain"
		page.Undo = &undo
	}
	return page, nil
}

// potentialHistory lists what happened to a potential, with each field before and after.
func potentialHistory(b web.Base, entries []store.Entry) *web.Table {
	t := &web.Table{Caption: b.T("villages.potentials.history"), Head: []string{b.T("villages.potentials.when"), b.T("villages.potentials.what"), b.T("villages.potentials.change")}}
	for _, e := range entries {
		var changes []string
		for _, x := range e.Changes {
			if !slices.Contains([]string{"note", "quantity", "unit", "year", "source"}, x.Path) {
				continue
			}
			text := b.T("villages.potentials.from_to", "from", plainValue(b, x.Before), "to", plainValue(b, x.After))
			switch {
			case e.Deleted:
				text = plainValue(b, x.Before)
			case len(x.Before) == 0:
				text = plainValue(b, x.After)
			}
			changes = append(changes, b.T("villages.potentialform."+x.Path)+": "+text)
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: b.DateTime(e.At)}, {Text: b.T("audit.action." + e.Action)}, {Text: strings.Join(changes, "; ")}}})
	}
	return t
}

// plainValue writes a stored text or number.
func plainValue(b web.Base, raw json.RawMessage) string {
	var text string
	var number float64
	switch {
	case len(raw) == 0 || string(raw) == "null":
		return "–"
	case json.Unmarshal(raw, &text) == nil:
		return text
	case json.Unmarshal(raw, &number) == nil && number == float64(int64(number)):
		return itoa(int(number))
	case json.Unmarshal(raw, &number) == nil:
		return decimals(b, number, 2)
	}
	return string(raw)
}

func (m *Module) postPotential(c *fiber.Ctx) error {
	r, err := m.regionAt(c)
	if err != nil {
		return err
	}
	id := potentialID(c, r)
	p, wrong := readPotential(c, web.NewBase(c, "", ""))
	if err = wrong.Err(); err == nil {
		err = m.Service.ChangePotential(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, web.Version(c), p)
	}
	if err == nil {
		m.flashPotential(c, id, "villages.potentials.saved")
		return web.Redirect(c, potentialPath(id))
	}
	if !apperr.Is(err, apperr.Invalid) && !apperr.Is(err, apperr.Conflict) {
		return err
	}
	page, pageErr := m.potentialPage(c, r, id)
	if pageErr != nil {
		return pageErr
	}
	if page.Form == nil { // removed meanwhile
		return err
	}
	if apperr.Is(err, apperr.Conflict) {
		current := page.Form
		page.Form = potentialForm(page.Base, potentialPath(id), Potential{}, false).Bind(c).Conflict(current).Back(potentialsPath(r.Code))
		return m.potential.Render(c, fiber.StatusConflict, page)
	}
	page.Form.Bind(c).Fail(err)
	return m.potential.Render(c, fiber.StatusUnprocessableEntity, page)
}

func (m *Module) postRemovePotential(c *fiber.Ctx) error {
	r, err := m.regionAt(c)
	if err != nil {
		return err
	}
	id := potentialID(c, r)
	if err := m.Service.DropPotential(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, web.Version(c)); err != nil {
		return err
	}
	m.flashPotential(c, id, "villages.potentials.removed_now")
	return web.Redirect(c, potentialPath(id))
}

// flashPotential tells what was done, with the way to take it back.
func (m *Module) flashPotential(c *fiber.Ctx, id, key string) {
	undo := web.Undo{}
	if last, err := m.Service.PotentialHistory(c.UserContext(), id, 1); err == nil && len(last) > 0 {
		undo = web.Undo{Path: potentialPath(id) + "/undo"}.Read(last[0].Version)
	}
	web.SetFlashWithUndo(c, undo, "good", key)
}

func (m *Module) postUndoPotential(c *fiber.Ctx) error {
	r, err := m.regionAt(c)
	if err != nil {
		return err
	}
	id := potentialID(c, r)
	if err := m.Service.UndoPotential(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, web.Version(c)); err != nil {
		return err
	}
	m.flashPotential(c, id, "villages.potentials.undone")
	return web.Redirect(c, potentialPath(id))
}
