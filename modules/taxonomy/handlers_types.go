package taxonomy

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// editType is GET /taxonomy/types/{type}.
func (m *Module) editType(c *fiber.Ctx) error {
	doc, err := m.Service.Type(c.UserContext(), c.Params("type"))
	if err != nil {
		return err
	}
	return m.renderType(c, fiber.StatusOK, doc, nil)
}

func (m *Module) renderType(c *fiber.Ctx, status int, doc store.Doc[TypeEdit], change func(*formPage, TypeUses)) error {
	uses, err := m.Service.uses.TypeUses(c.UserContext(), doc.ID)
	if err != nil {
		return err
	}
	p := newTypePage(web.NewBase(c, "desk", ""), web.Get[domain.Actor](c), doc, uses)
	if change != nil && p.Form != nil {
		change(&p, uses)
	}
	return m.form.Render(c, status, p)
}

// amendType is POST /taxonomy/types/{type}: first what would change, then, confirmed, it is so.
func (m *Module) amendType(c *fiber.Ctx) error {
	ctx, id := c.UserContext(), c.Params("type")
	doc, err := m.Service.Type(ctx, id)
	if err != nil {
		return err
	}
	to, at := wantedType(web.ValuesOf(c), doc.Body.TypeEdit)
	if saves(c) && len(at.wrong) == 0 {
		err = m.Service.AmendType(ctx, web.Get[domain.Actor](c), web.OperationOf(c), id, web.Version(c), to)
	} else {
		err = at.or(m.Service.CheckType(ctx, id, to))
	}
	invalid, conflict := apperr.Is(err, apperr.Invalid), apperr.Is(err, apperr.Conflict)
	switch {
	case err != nil && !invalid && !conflict:
		return err
	case err == nil && saves(c):
		return m.typeDone(c, id, "amended")
	case invalid:
		return m.renderType(c, fiber.StatusUnprocessableEntity, doc, func(p *formPage, _ TypeUses) { p.Form.Bind(c).Fail(at.named(err)) })
	case conflict || web.Version(c) != doc.Version:
		if doc, err = m.Service.Type(ctx, id); err != nil {
			return err
		}
		return m.renderType(c, fiber.StatusConflict, doc, func(p *formPage, _ TypeUses) {
			p.Form.Bind(c).Conflict(typeForm(web.NewBase(c, "desk", ""), doc))
		})
	}
	return m.renderType(c, fiber.StatusOK, doc, func(p *formPage, uses TypeUses) {
		p.Form.Bind(c)
		used := p.T("taxonomy.preview_uses", "uses", typeUsesText(p.Base, uses))
		p.Preview = previewOf(p.Base, p.T("taxonomy.type_preview_text"), used, false, typeChanges(p.Base, doc.Body.TypeEdit, to), p.Form)
	})
}

// newTypeForm is GET /taxonomy/types/new.
func (m *Module) newTypeForm(c *fiber.Ctx) error {
	return m.form.Render(c, fiber.StatusOK, addTypePage(web.NewBase(c, "desk", "taxonomy.type_new")))
}

// addType is POST /taxonomy/types/new: first how it will be, then, confirmed, it is there.
func (m *Module) addType(c *fiber.Ctx) error {
	ctx, id := c.UserContext(), web.ValuesOf(c).Get("id")
	to, at := wantedType(web.ValuesOf(c), domain.TypeEdit{})
	var err error
	if saves(c) && len(at.wrong) == 0 {
		if err = m.Service.AddType(ctx, web.Get[domain.Actor](c), web.OperationOf(c), id, to); err == nil {
			return m.typeDone(c, id, "added")
		}
	} else {
		err = at.or(m.Service.CheckNewType(ctx, id, to))
	}
	p := addTypePage(web.NewBase(c, "desk", "taxonomy.type_new"))
	p.Form.Bind(c)
	switch {
	case apperr.Is(err, apperr.Invalid):
		p.Form.Fail(at.named(err))
		return m.form.Render(c, fiber.StatusUnprocessableEntity, p)
	case err != nil:
		return err
	}
	p.Preview = previewOf(p.Base, p.T("taxonomy.type_preview_new"), "", true, typeChanges(p.Base, domain.TypeEdit{}, to), p.Form)
	return m.form.Render(c, fiber.StatusOK, p)
}

// retireType is POST /taxonomy/types/{type}/retire and restore.
func (m *Module) retireType(retired bool) fiber.Handler {
	flash := "restored"
	if retired {
		flash = "retired"
	}
	return func(c *fiber.Ctx) error {
		if err := m.Service.RetireType(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), c.Params("type"), retired); err != nil {
			return err
		}
		return m.typeDone(c, c.Params("type"), flash)
	}
}

// undoType is POST /taxonomy/types/{type}/undo.
func (m *Module) undoType(c *fiber.Ctx) error {
	if err := m.Service.UndoType(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), c.Params("type"), web.Version(c)); err != nil {
		return err
	}
	return m.typeDone(c, c.Params("type"), "undone")
}

// typeDone shows the type, with the way to take back what was done.
func (m *Module) typeDone(c *fiber.Ctx, id, flash string) error {
	undo := web.Undo{}
	if flash == "added" {
		undo = web.Undo{Path: typePath(id) + "/retire"}
	} else if doc, err := m.Service.Type(c.UserContext(), id); err == nil && doc.Body.Before != nil {
		undo = web.Undo{Path: typePath(id) + "/undo"}.Read(doc.Version)
	}
	web.SetFlashWithUndo(c, undo, "good", "taxonomy.flash.type_"+flash)
	return web.Redirect(c, typePath(id))
}
