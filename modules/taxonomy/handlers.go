package taxonomy

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

func idOf(c *fiber.Ctx) domain.CategoryID { return domain.CategoryID(c.Params("category")) }

// show is GET /taxonomy.
func (m *Module) show(c *fiber.Ctx) error {
	return m.list.Render(c, fiber.StatusOK, newListPage(web.NewBase(c, "desk", "taxonomy.title"), web.Get[domain.Actor](c)))
}

// edit is GET /taxonomy/{category}.
func (m *Module) edit(c *fiber.Ctx) error {
	doc, err := m.Service.Get(c.UserContext(), idOf(c))
	if err != nil {
		return err
	}
	return m.render(c, fiber.StatusOK, doc, nil)
}

func (m *Module) render(c *fiber.Ctx, status int, doc store.Doc[Edit], change func(*formPage)) error {
	uses, err := m.Service.uses.CategoryUses(c.UserContext(), domain.CategoryID(doc.ID))
	if err != nil {
		return err
	}
	p := newFormPage(web.NewBase(c, "desk", ""), web.Get[domain.Actor](c), doc, uses)
	if change != nil && p.Form != nil {
		change(&p)
	}
	return m.form.Render(c, status, p)
}

// wanted reads how the posted form wants the category.
func wanted(c *fiber.Ctx) domain.CategoryEdit {
	v := web.ValuesOf(c)
	to := domain.CategoryEdit{
		Name: textOf(v, "name"), Description: textOf(v, "description"), Ask: textOf(v, "ask"), Order: orderOf(v),
	}
	if first := domain.UnitID(v.Get("unit")); first != "" {
		to.Units = append(to.Units, first)
	}
	for _, u := range v.All("units") {
		if unit := domain.UnitID(u); len(to.Units) == 0 || unit != to.Units[0] {
			to.Units = append(to.Units, unit)
		}
	}
	return to
}

func textOf(v web.Values, field string) domain.Text {
	return domain.Text{ID: v.Get(field + "_id"), EN: v.Get(field + "_en")}
}

// orderOf reads the place among others, -1 for what is none.
func orderOf(v web.Values) int {
	if n, ok := v.Int("order"); ok && n >= 0 && n <= maxOrder {
		return int(n)
	}
	return -1
}

// saves tells whether what was posted was seen in the preview.
func saves(c *fiber.Ctx) bool { return web.ValuesOf(c).Get("step") == "save" }

// amend is POST /taxonomy/{category}: first what would change, then, confirmed, it is so.
func (m *Module) amend(c *fiber.Ctx) error {
	ctx, id, to := c.UserContext(), idOf(c), wanted(c)
	var err error
	if saves(c) {
		err = m.Service.Amend(ctx, web.Get[domain.Actor](c), web.OperationOf(c), id, web.Version(c), to)
	} else {
		err = m.Service.Check(ctx, id, to)
	}
	invalid, conflict := apperr.Is(err, apperr.Invalid), apperr.Is(err, apperr.Conflict)
	if err != nil && !invalid && !conflict {
		return err
	}
	if err == nil && saves(c) {
		return m.done(c, id, "amended")
	}
	doc, readErr := m.Service.Get(ctx, id)
	if readErr != nil {
		return readErr
	}
	switch {
	case invalid:
		return m.render(c, fiber.StatusUnprocessableEntity, doc, func(p *formPage) { p.Form.Bind(c).Fail(err) })
	case conflict || web.Version(c) != doc.Version:
		return m.render(c, fiber.StatusConflict, doc, func(p *formPage) {
			p.Form.Bind(c).Conflict(categoryForm(web.NewBase(c, "desk", ""), doc))
		})
	}
	uses, err := m.Service.uses.CategoryUses(ctx, id)
	if err != nil {
		return err
	}
	return m.render(c, fiber.StatusOK, doc, func(p *formPage) {
		p.Form.Bind(c)
		p.Preview = previewOf(p.Base, p.T("taxonomy.preview_text"), p.T("taxonomy.preview_uses", "uses", categoryUsesText(p.Base, uses)), false, categoryChanges(p.Base, doc.Body.CategoryEdit, to), p.Form)
	})
}

// newForm is GET /taxonomy/new.
func (m *Module) newForm(c *fiber.Ctx) error {
	return m.form.Render(c, fiber.StatusOK, addPage(web.NewBase(c, "desk", "taxonomy.new"), web.ValuesOf(c).Get("group")))
}

// add is POST /taxonomy/new: first how it will be, then, confirmed, it is there.
func (m *Module) add(c *fiber.Ctx) error {
	ctx, v, to := c.UserContext(), web.ValuesOf(c), wanted(c)
	id := domain.CategoryID(v.Get("id"))
	to.Group = v.Get("group")
	var err error
	if saves(c) {
		if err = m.Service.Add(ctx, web.Get[domain.Actor](c), web.OperationOf(c), id, to); err == nil {
			return m.done(c, id, "added")
		}
	} else {
		err = m.Service.CheckNew(ctx, id, to)
	}
	p := addPage(web.NewBase(c, "desk", "taxonomy.new"), "")
	p.Form.Bind(c)
	switch {
	case apperr.Is(err, apperr.Invalid):
		p.Form.Fail(err)
		return m.form.Render(c, fiber.StatusUnprocessableEntity, p)
	case err != nil:
		return err
	}
	p.Preview = previewOf(p.Base, p.T("taxonomy.preview_new"), "", true, categoryChanges(p.Base, domain.CategoryEdit{}, to), p.Form)
	return m.form.Render(c, fiber.StatusOK, p)
}

// retire is POST /taxonomy/{category}/retire and restore.
func (m *Module) retire(retired bool) fiber.Handler {
	flash := "restored"
	if retired {
		flash = "retired"
	}
	return func(c *fiber.Ctx) error {
		if err := m.Service.Retire(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), idOf(c), retired); err != nil {
			return err
		}
		return m.done(c, idOf(c), flash)
	}
}

// undo is POST /taxonomy/{category}/undo.
func (m *Module) undo(c *fiber.Ctx) error {
	if err := m.Service.Undo(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), idOf(c), web.Version(c)); err != nil {
		return err
	}
	return m.done(c, idOf(c), "undone")
}

// done shows the category, with the way to take back what was done: a new one is taken out of use, since it may have
// been chosen already.
func (m *Module) done(c *fiber.Ctx, id domain.CategoryID, flash string) error {
	path, undo := "/taxonomy/"+string(id), web.Undo{}
	if flash == "added" {
		undo = web.Undo{Path: path + "/retire"}
	} else if doc, err := m.Service.Get(c.UserContext(), id); err == nil && doc.Body.Before != nil {
		undo = web.Undo{Path: path + "/undo"}.Read(doc.Version)
	}
	web.SetFlashWithUndo(c, undo, "good", "taxonomy.flash."+flash)
	return web.Redirect(c, path)
}
