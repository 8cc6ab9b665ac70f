package commitments

import (
	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/apperr"
)

func (m *Module) oblige(c *fiber.Ctx, p posted) error {
	var f apperr.Fields
	o := Obligation{Title: p.values.Get("what"), Owner: Side(p.values.Get("owner")), Due: dateOf(&f, p.values, "due")}
	if err := f.Err(); err != nil {
		return err
	}
	return m.Service.Oblige(c.UserContext(), p.actor, p.op, p.id, o)
}

func (m *Module) dropObligation(c *fiber.Ctx, p posted) error {
	return m.Service.Drop(c.UserContext(), p.actor, p.op, p.id, p.values.Get("obligation"))
}

func (m *Module) addItem(c *fiber.Ctx, p posted) error {
	i := Item{What: p.values.Get("what"), Unit: p.values.Get("unit"), Condition: p.values.Get("condition"), Receiver: p.values.Get("receiver")}
	i.Quantity, _ = p.values.Int("quantity")
	return m.Service.AddItem(c.UserContext(), p.actor, p.op, p.id, i)
}

func (m *Module) dropItem(c *fiber.Ctx, p posted) error {
	return m.Service.DropItem(c.UserContext(), p.actor, p.op, p.id, p.values.Get("item"))
}

func (m *Module) fulfilObligation(c *fiber.Ctx, p posted) error {
	return m.Service.Fulfil(c.UserContext(), p.actor, p.op, p.id, p.values.Get("obligation"))
}

func (m *Module) review(c *fiber.Ctx, p posted) error {
	return m.Service.Review(c.UserContext(), p.actor, p.op, p.id,
		Review{Verdict: Verdict(p.values.Get("verdict")), Words: p.values.Get("words"), Maintainer: p.values.Get("maintainer")})
}

func (m *Module) verify(c *fiber.Ctx, p posted) error {
	return m.Service.Verify(c.UserContext(), p.actor, p.op, p.id, p.values.Get("delivery"), p.values.Get("words"))
}

func (m *Module) evaluate(c *fiber.Ctx, p posted) error {
	return m.Service.Evaluate(c.UserContext(), p.actor, p.op, p.id, p.values.Get("reason"))
}
