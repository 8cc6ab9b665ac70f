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
	return m.list.Render(c, fiber.StatusOK, newListPage(web.NewBase(c, "desk", "taxonomy.title")))
}

// edit is GET /taxonomy/{category}.
func (m *Module) edit(c *fiber.Ctx) error {
	doc, err := m.Service.Get(c.UserContext(), idOf(c))
	if err != nil {
		return err
	}
	return m.render(c, fiber.StatusOK, doc, nil)
}

func (m *Module) render(c *fiber.Ctx, status int, doc store.Doc[Edit], change func(*web.Form)) error {
	p := newFormPage(web.NewBase(c, "desk", ""), web.Get[domain.Actor](c), doc)
	if change != nil && p.Form != nil {
		change(p.Form)
	}
	return m.form.Render(c, status, p)
}

// amend is POST /taxonomy/{category}.
func (m *Module) amend(c *fiber.Ctx) error {
	v, ctx, id := web.ValuesOf(c), c.UserContext(), idOf(c)
	to := domain.CategoryEdit{
		Name: domain.Text{ID: v.Get("name_id"), EN: v.Get("name_en")}, Description: domain.Text{ID: v.Get("description_id"), EN: v.Get("description_en")}, Order: -1,
	}
	if n, ok := v.Int("order"); ok && n >= 0 && n <= maxOrder {
		to.Order = int(n)
	}
	if first := domain.UnitID(v.Get("unit")); first != "" {
		to.Units = append(to.Units, first)
	}
	for _, u := range v.All("units") {
		if unit := domain.UnitID(u); len(to.Units) == 0 || unit != to.Units[0] {
			to.Units = append(to.Units, unit)
		}
	}
	err := m.Service.Amend(ctx, web.Get[domain.Actor](c), web.OperationOf(c), id, web.Version(c), to)
	invalid, conflict := apperr.Is(err, apperr.Invalid), apperr.Is(err, apperr.Conflict)
	if !invalid && !conflict {
		return m.done(c, err, "amended")
	}
	doc, readErr := m.Service.Get(ctx, id)
	if readErr != nil {
		return readErr
	}
	if invalid {
		return m.render(c, fiber.StatusUnprocessableEntity, doc, func(f *web.Form) { f.Bind(c).Fail(err) })
	}
	return m.render(c, fiber.StatusConflict, doc, func(f *web.Form) {
		f.Bind(c).Conflict(categoryForm(web.NewBase(c, "desk", ""), doc))
	})
}

// retire is POST /taxonomy/{category}/retire and restore.
func (m *Module) retire(retired bool) fiber.Handler {
	flash := "restored"
	if retired {
		flash = "retired"
	}
	return func(c *fiber.Ctx) error {
		return m.done(c, m.Service.Retire(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), idOf(c), retired), flash)
	}
}

// undo is POST /taxonomy/{category}/undo.
func (m *Module) undo(c *fiber.Ctx) error {
	return m.done(c, m.Service.Undo(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), idOf(c), web.Version(c)), "undone")
}

func (m *Module) done(c *fiber.Ctx, err error, flash string) error {
	if err != nil {
		return err
	}
	path, undo := "/taxonomy/"+string(idOf(c)), web.Undo{}
	if doc, err := m.Service.Get(c.UserContext(), idOf(c)); err == nil && doc.Body.Before != nil {
		undo = web.Undo{Path: path + "/undo"}.Read(doc.Version)
	}
	web.SetFlashWithUndo(c, undo, "good", "taxonomy.flash."+flash)
	return web.Redirect(c, path)
}
