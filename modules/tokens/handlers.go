package tokens

import (
	"strconv"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func idOf(c *fiber.Ctx) domain.OrganizationID { return domain.OrganizationID(c.Params("id")) }

// show is GET /organizations/{id}/tokens.
func (m *Module) show(c *fiber.Ctx) error { return m.render(c, fiber.StatusOK, func(*tokensPage) {}) }

func (m *Module) render(c *fiber.Ctx, status int, change func(*tokensPage)) error {
	ctx, actor, id, cursor := c.UserContext(), web.Get[domain.Actor](c), idOf(c), c.Query("cursor")
	views, next, err := m.Service.List(ctx, actor, id, cursor)
	if err != nil {
		return err
	}
	name, acts, err := m.Service.organizations.Acts(ctx, id)
	if err != nil {
		return err
	}
	p := newTokensPage(web.NewBase(c, "organizations", "tokens.title", "name", name), actor, id, name, views, m.Service.clock.Now())
	p.Pager = web.NewPager(p.Base, pathOf(id), nil, cursor, next)
	if !acts {
		p.Stopped = p.T("tokens.stopped")
	}
	change(&p)
	return m.page.Render(c, status, p)
}

// make is POST /organizations/{id}/tokens. The page that answers is the only one that ever shows the token.
func (m *Module) make(c *fiber.Ctx) error {
	v, id := web.ValuesOf(c), idOf(c)
	days, _ := strconv.Atoi(v.Get("days")) // what is no number is no life that can be chosen
	text, doc, err := m.Service.Make(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, Wish{Name: v.Get("name"), Scopes: v.All("scopes"), Days: days})
	switch {
	case apperr.Is(err, apperr.Invalid):
		return m.render(c, fiber.StatusUnprocessableEntity, func(p *tokensPage) { p.Form.Bind(c).Fail(err) })
	case apperr.Is(err, apperr.Conflict):
		return m.render(c, fiber.StatusConflict, func(p *tokensPage) { p.Form.Fail(err) })
	case err != nil:
		return err
	}
	return m.render(c, fiber.StatusCreated, func(p *tokensPage) {
		p.Made = &madePart{Token: text, Note: p.T("tokens.made_note", "name", doc.Body.Name, "date", doc.Body.Until), Example: "curl -H 'Authorization: Bearer " + text + "' '" + m.publicURL + example(id, doc.Body) + "'"}
	})
}

// revoke is POST /organizations/{id}/tokens/{token}/revoke.
func (m *Module) revoke(c *fiber.Ctx) error {
	id := idOf(c)
	if err := m.Service.Revoke(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, c.Params("token")); err != nil {
		return err
	}
	web.SetFlash(c, "good", "tokens.flash.revoked")
	return web.Redirect(c, pathOf(id))
}
