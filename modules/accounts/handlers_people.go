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
	err := m.Service.GrantRole(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, domain.PlatformRole(values.Get("role")), values.Get("reason"))
	if apperr.Is(err, apperr.Invalid) {
		return m.renderPerson(c, fiber.StatusUnprocessableEntity, func(b web.Base, v PersonView) personForms {
			return personForms{role: roleForm(b, v.ID).Bind(c).Fail(err)}
		})
	}
	return m.granted(c, id, err)
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
	return m.granted(c, id, err)
}

func (m *Module) revokeRole(c *fiber.Ctx) error {
	id := domain.AccountID(c.Params("id"))
	err := m.Service.RevokeRole(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, domain.PlatformRole(c.Params("role")), web.ValuesOf(c).Get("reason"))
	return m.revoked(c, id, err)
}

func (m *Module) revokeMandate(c *fiber.Ctx) error {
	id := domain.AccountID(c.Params("id"))
	err := m.Service.RevokeMandate(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, c.Params("mandate"), web.ValuesOf(c).Get("reason"))
	return m.revoked(c, id, err)
}

func (m *Module) granted(c *fiber.Ctx, id domain.AccountID, err error) error {
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "accounts.flash.granted")
	return web.Redirect(c, "/people/"+string(id))
}

func (m *Module) revoked(c *fiber.Ctx, id domain.AccountID, err error) error {
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "accounts.flash.revoked")
	return web.Redirect(c, "/people/"+string(id))
}
