package accounts

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func (m *Module) listPeople(c *fiber.Ctx) error {
	values := web.ValuesOf(c)
	q := PeopleQuery{Q: values.Get("q"), Role: values.Get("role"), Cursor: values.Get("cursor")}
	page, err := m.Service.People(c.UserContext(), web.Get[domain.Actor](c), q)
	if err != nil {
		return err
	}
	return m.people.Render(c, fiber.StatusOK, m.peoplePage(web.NewBase(c, "people", "accounts.people.title"), q, page))
}

func (m *Module) showPerson(c *fiber.Ctx) error { return m.renderPerson(c, fiber.StatusOK, nil) }

// renderPerson shows the page; refused fills in the form that was not accepted.
func (m *Module) renderPerson(c *fiber.Ctx, status int, refused func(web.Base, PersonView) personForms) error {
	actor := web.Get[domain.Actor](c)
	view, err := m.Service.Person(c.UserContext(), actor, domain.AccountID(c.Params("id")))
	if err != nil {
		return err
	}
	base, forms := web.NewBase(c, "people", ""), personForms{}
	if refused != nil {
		forms = refused(base, view)
	}
	page, err := m.personPage(c.UserContext(), base, actor, view, forms)
	if err != nil {
		return err
	}
	return m.person.Render(c, status, page)
}

func (m *Module) grantRole(c *fiber.Ctx) error {
	id, values := domain.AccountID(c.Params("id")), web.ValuesOf(c)
	role := domain.PlatformRole(values.Get("role"))
	had := m.Service.holds(c.UserContext(), id, role)
	err := m.Service.GrantRole(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, role, values.Get("reason"))
	if apperr.Is(err, apperr.Invalid) {
		return m.renderPerson(c, fiber.StatusUnprocessableEntity, func(b web.Base, v PersonView) personForms {
			return personForms{role: roleForm(b, v.ID).Bind(c).Fail(err)}
		})
	}
	back := web.Undo{}
	if !had {
		back = web.Undo{Path: "/people/" + string(id) + "/roles/" + string(role) + "/revoke", Reason: true}
	}
	return m.changed(c, id, err, back, "accounts.flash.granted")
}

func (m *Module) grantMandate(c *fiber.Ctx) error {
	id, values := domain.AccountID(c.Params("id")), web.ValuesOf(c)
	mandate := domain.Mandate{Kind: values.Get("kind"), Organization: domain.OrganizationID(values.Get("organization"))}
	if code, err := domain.ParseRegionCode(values.Get("region")); err == nil {
		mandate.Region = code
	}
	err := m.Service.GrantMandate(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, mandate, values.Get("reason"))
	if apperr.Is(err, apperr.Invalid) {
		return m.renderPerson(c, fiber.StatusUnprocessableEntity, func(b web.Base, v PersonView) personForms {
			return personForms{mandate: mandateForm(b, v.ID, v.Memberships).Bind(c).Fail(err)}
		})
	}
	made := web.Get[domain.Actor](c).NewID(web.OperationOf(c))
	return m.changed(c, id, err, web.Undo{Path: "/people/" + string(id) + "/mandates/" + made + "/revoke", Reason: true}, "accounts.flash.granted")
}

func (m *Module) revokeRole(c *fiber.Ctx) error {
	id, role := domain.AccountID(c.Params("id")), domain.PlatformRole(c.Params("role"))
	had := m.Service.holds(c.UserContext(), id, role)
	err := m.Service.RevokeRole(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, role, web.ValuesOf(c).Get("reason"))
	back := web.Undo{}
	if had {
		back = web.Undo{Path: "/people/" + string(id) + "/roles", Reason: true}.Field("role", string(role))
	}
	return m.changed(c, id, err, back, "accounts.flash.revoked")
}

// revokeMandate takes back a mandate; its form says which one it is, so that it can be given again.
func (m *Module) revokeMandate(c *fiber.Ctx) error {
	id, v := domain.AccountID(c.Params("id")), web.ValuesOf(c)
	err := m.Service.RevokeMandate(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, c.Params("mandate"), v.Get("reason"))
	back := web.Undo{}
	if v.Get("kind") != "" {
		back = web.Undo{Path: "/people/" + string(id) + "/mandates", Reason: true}.Field("kind", v.Get("kind")).Field("region", v.Get("region")).Field("organization", v.Get("organization"))
	}
	return m.changed(c, id, err, back, "accounts.flash.revoked")
}

// changed goes back to the person, with the way to take it back where there is one.
func (m *Module) changed(c *fiber.Ctx, id domain.AccountID, err error, undo web.Undo, flash string) error {
	if err != nil {
		return err
	}
	web.SetFlashWithUndo(c, undo, "good", flash)
	return web.Redirect(c, "/people/"+string(id))
}
