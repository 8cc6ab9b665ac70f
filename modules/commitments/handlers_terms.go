package commitments

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// versionOf reads the terms of a form. Error: Invalid.
func versionOf(v web.Values) (Version, error) {
	var f apperr.Fields
	version := Version{From: dateOf(&f, v, "from"), Until: dateOf(&f, v, "until"), Conditions: v.Get("conditions"), Words: v.Get("words")}
	version.Quantity, _ = v.Int("quantity")
	return version, f.Err()
}

func seenVersion(v web.Values) int {
	n, _ := v.Int("version")
	return int(n)
}

func (m *Module) propose(c *fiber.Ctx, p posted) error {
	version, err := versionOf(p.values)
	if err != nil {
		return err
	}
	return m.Service.State(c.UserContext(), p.actor, p.op, p.id, version)
}

func (m *Module) counter(c *fiber.Ctx, p posted) error {
	version, err := versionOf(p.values)
	if err != nil {
		return err
	}
	return m.Service.Counter(c.UserContext(), p.actor, p.op, p.id, seenVersion(p.values), version)
}

func (m *Module) message(c *fiber.Ctx, p posted) error {
	return m.Service.Say(c.UserContext(), p.actor, p.op, p.id, p.values.Get("message"))
}

func (m *Module) reply(c *fiber.Ctx, p posted) error {
	return m.Service.Reply(c.UserContext(), p.actor, p.op, p.id, p.values.Get("reply"))
}

func (m *Module) postConversation(c *fiber.Ctx) error {
	actor, v := web.Get[domain.Actor](c), web.ValuesOf(c)
	p := Proposal{Need: domain.NeedID(v.Get("need")), Initiative: domain.InitiativeID(v.Get("initiative")), Offer: domain.OfferID(v.Get("offer")), Message: v.Get("message")}
	id, err := m.Service.Converse(c.UserContext(), actor, web.OperationOf(c), p)
	if apperr.Is(err, apperr.Invalid) {
		possible, side, cause := m.Service.Opening(c.UserContext(), actor, p)
		if cause != nil {
			return cause
		}
		page := newFormPage(web.NewBase(c, "needs", "commitments.new.title"), possible, side)
		page.Talk.Bind(c).Fail(err)
		return m.form.Render(c, fiber.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "commitments.flash.opened")
	return web.Redirect(c, pathOf(id))
}
