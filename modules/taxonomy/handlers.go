package taxonomy

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// show is GET /taxonomy.
func (m *Module) show(c *fiber.Ctx) error {
	return m.list.Render(c, fiber.StatusOK, newListPage(web.NewBase(c, "desk", "taxonomy.title"), web.Get[domain.Actor](c)))
}

// desk shows the things of one kind and takes the forms that change them.
type desk[I ~string, E edit[E, W], W any] struct {
	*kind[I, E, W]
	view *web.View[formPage]

	path        string // addresses of the things begin so
	title       string // key: of the page for a new one
	flash       string // what the keys of the answers begin with
	previewText string // key: what a change means
	previewNew  string // key: what adding means

	uses    func(ctx context.Context, b web.Base, id I) (string, error) // what has the thing, in words
	page    func(b web.Base, actor domain.Actor, doc store.Doc[E], uses string) formPage
	blank   func(b web.Base, v web.Values) formPage
	form    func(b web.Base, doc store.Doc[E]) *web.Form
	read    func(v web.Values, is W) (W, *rows)
	changes func(b web.Base, is, to W) []change
}

// routes registers the pages; param names the thing.
func (d *desk[I, E, W]) routes(r fiber.Router, param string) {
	r.Get(d.path+newID, d.blankForm)
	r.Post(d.path+newID, d.add)
	one := d.path + ":" + param
	at := func(fn func(c *fiber.Ctx, id I) error) fiber.Handler {
		return func(c *fiber.Ctx) error { return fn(c, I(c.Params(param))) }
	}
	r.Get(one, at(d.show))
	r.Post(one, at(d.amend))
	r.Post(one+"/retire", at(func(c *fiber.Ctx, id I) error { return d.retire(c, id, true) }))
	r.Post(one+"/restore", at(func(c *fiber.Ctx, id I) error { return d.retire(c, id, false) }))
	r.Post(one+"/undo", at(d.undo))
}

// show is GET of a thing.
func (d *desk[I, E, W]) show(c *fiber.Ctx, id I) error {
	doc, err := d.Get(c.UserContext(), id)
	if err != nil {
		return err
	}
	return d.render(c, fiber.StatusOK, doc, nil)
}

func (d *desk[I, E, W]) render(c *fiber.Ctx, status int, doc store.Doc[E], change func(p *formPage, uses string)) error {
	b := web.NewBase(c, "desk", "")
	uses, err := d.uses(c.UserContext(), b, I(doc.ID))
	if err != nil {
		return err
	}
	p := d.page(b, web.Get[domain.Actor](c), doc, uses)
	if change != nil && p.Form != nil {
		change(&p, uses)
	}
	return d.view.Render(c, status, p)
}

// saves tells whether what was posted was seen in the preview.
func saves(c *fiber.Ctx) bool { return web.ValuesOf(c).Get("step") == "save" }

// amend is POST of a thing: first what would change, then, confirmed, it is so.
func (d *desk[I, E, W]) amend(c *fiber.Ctx, id I) error {
	ctx := c.UserContext()
	doc, err := d.Get(ctx, id)
	if err != nil {
		return err
	}
	is := doc.Body.wanted()
	to, at := d.read(web.ValuesOf(c), is)
	if saves(c) && len(at.wrong) == 0 {
		err = d.Amend(ctx, web.Get[domain.Actor](c), web.OperationOf(c), id, web.Version(c), to)
	} else {
		err = at.or(d.Check(ctx, id, to))
	}
	invalid, conflict := apperr.Is(err, apperr.Invalid), apperr.Is(err, apperr.Conflict)
	switch {
	case err != nil && !invalid && !conflict:
		return err
	case err == nil && saves(c):
		return d.done(c, id, "amended")
	case invalid:
		return d.render(c, fiber.StatusUnprocessableEntity, doc, func(p *formPage, _ string) { p.Form.Bind(c).Fail(at.named(err)) })
	case conflict || web.Version(c) != doc.Version:
		if doc, err = d.Get(ctx, id); err != nil {
			return err
		}
		return d.render(c, fiber.StatusConflict, doc, func(p *formPage, _ string) { p.Form.Bind(c).Conflict(d.form(p.Base, doc)) })
	}
	return d.render(c, fiber.StatusOK, doc, func(p *formPage, uses string) {
		p.Form.Bind(c)
		p.Preview = previewOf(p.Base, p.T(d.previewText), p.T("taxonomy.preview_uses", "uses", uses), false, d.changes(p.Base, is, to), p.Form)
	})
}

// blankForm is GET of the form for a new thing.
func (d *desk[I, E, W]) blankForm(c *fiber.Ctx) error {
	return d.view.Render(c, fiber.StatusOK, d.blank(web.NewBase(c, "desk", d.title), web.ValuesOf(c)))
}

// add is POST of the form for a new thing: first how it will be, then, confirmed, it is there.
func (d *desk[I, E, W]) add(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), web.ValuesOf(c)
	var none W
	id := I(v.Get("id"))
	to, at := d.read(v, none)
	var err error
	if saves(c) && len(at.wrong) == 0 {
		if err = d.Add(ctx, web.Get[domain.Actor](c), web.OperationOf(c), id, to); err == nil {
			return d.done(c, id, "added")
		}
	} else {
		err = at.or(d.CheckNew(ctx, id, to))
	}
	p := d.blank(web.NewBase(c, "desk", d.title), v)
	p.Form.Bind(c)
	switch {
	case apperr.Is(err, apperr.Invalid):
		p.Form.Fail(at.named(err))
		return d.view.Render(c, fiber.StatusUnprocessableEntity, p)
	case err != nil:
		return err
	}
	p.Preview = previewOf(p.Base, p.T(d.previewNew), "", true, d.changes(p.Base, none, to), p.Form)
	return d.view.Render(c, fiber.StatusOK, p)
}

// retire is POST of a thing's retire and restore.
func (d *desk[I, E, W]) retire(c *fiber.Ctx, id I, retired bool) error {
	if err := d.Retire(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, retired); err != nil {
		return err
	}
	if retired {
		return d.done(c, id, "retired")
	}
	return d.done(c, id, "restored")
}

// undo is POST of a thing's undo.
func (d *desk[I, E, W]) undo(c *fiber.Ctx, id I) error {
	if err := d.Undo(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, web.Version(c)); err != nil {
		return err
	}
	return d.done(c, id, "undone")
}

// done shows the thing, with the way to take back what was done: a new one is taken out of use, since it may have been
// chosen already.
func (d *desk[I, E, W]) done(c *fiber.Ctx, id I, flash string) error {
	path, undo := d.path+string(id), web.Undo{}
	if flash == "added" {
		undo = web.Undo{Path: path + "/retire"}
	} else if doc, err := d.Get(c.UserContext(), id); err == nil && doc.Body.before() != nil {
		undo = web.Undo{Path: path + "/undo"}.Read(doc.Version)
	}
	web.SetFlashWithUndo(c, undo, "good", d.flash+flash)
	return web.Redirect(c, path)
}

// wantedCategory reads how the posted form wants a category.
func wantedCategory(v web.Values, _ domain.CategoryEdit) (domain.CategoryEdit, *rows) {
	to := domain.CategoryEdit{
		Group: v.Get("group"), Name: textOf(v, "name"), Description: textOf(v, "description"), Ask: textOf(v, "ask"), Order: orderOf(v),
	}
	if first := domain.UnitID(v.Get("unit")); first != "" {
		to.Units = append(to.Units, first)
	}
	for _, u := range v.All("units") {
		if unit := domain.UnitID(u); len(to.Units) == 0 || unit != to.Units[0] {
			to.Units = append(to.Units, unit)
		}
	}
	return to, &rows{}
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
