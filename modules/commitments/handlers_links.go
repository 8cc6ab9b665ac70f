package commitments

import (
	"context"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

func (m *Module) getLinks(c *fiber.Ctx) error { return m.renderLinks(c, fiber.StatusOK, nil) }

func (m *Module) renderLinks(c *fiber.Ctx, status int, refused error) error {
	ctx, actor, id := c.UserContext(), web.Get[domain.Actor](c), idOf(c)
	commitment, err := m.Service.linksFor(ctx, actor, id)
	if err != nil {
		return err
	}
	links, err := m.Service.LinksOf(ctx, &commitment)
	if err != nil {
		return err
	}
	page := m.newLinksPage(web.NewBase(c, "needs", "commitments.link.title").At(linksPath(id)), id, &commitment, links)
	if refused != nil {
		if page.Form == nil {
			return refused
		}
		page.Form.Bind(c).Fail(refused)
	}
	return m.links.Render(c, status, page)
}

func (m *Module) postLinks(c *fiber.Ctx) error {
	id := idOf(c)
	shown, err := m.Service.MakeLink(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, LinkKind(web.ValuesOf(c).Get("kind")))
	if apperr.Is(err, apperr.Invalid) {
		return m.renderLinks(c, fiber.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	return web.Redirect(c, linksPath(id)+"/"+shown)
}

func (m *Module) getLink(c *fiber.Ctx) error {
	ctx, actor, id := c.UserContext(), web.Get[domain.Actor](c), idOf(c)
	commitment, err := m.Service.linksFor(ctx, actor, id)
	if err != nil {
		return err
	}
	show, err := m.Service.ShownLink(ctx, actor, id, strings.Clone(c.Params("shown")))
	if err != nil {
		return err
	}
	web.SecretAddress(c)
	return m.link.Render(c, fiber.StatusOK, m.newLinkPage(web.NewBase(c, "needs", "commitments.link.shown_title"), id, &commitment, show))
}

func (m *Module) onLink(name string, act func(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, link string) error) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id := idOf(c)
		if err := act(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, strings.Clone(c.Params("link"))); err != nil {
			return err
		}
		web.SetFlash(c, "good", "commitments.flash.link_"+name)
		return web.Redirect(c, linksPath(id))
	}
}

func callerOf(c *fiber.Ctx) Caller {
	if web.Get[web.Uncounted](c) {
		return ""
	}
	return Caller(web.Get[web.Network](c))
}

func (m *Module) getCode(c *fiber.Ctx) error {
	b := web.NewBase(c, "", "commitments.code.title")
	return m.closed.Render(c, fiber.StatusOK, newClosedPage(b, b.T("commitments.code.lead")))
}

func (m *Module) postCode(c *fiber.Ctx) error {
	web.SecretAddress(c)
	secret := normalSecret(web.ValuesOf(c).Get("code"))
	if secret == "" {
		b := web.NewBase(c, "", "commitments.code.title")
		page := newClosedPage(b, b.T("commitments.code.lead"))
		page.Form.Fail(apperr.InvalidFields([]apperr.Field{{Name: "code", Message: apperr.Msg("commitments.error.code")}}))
		return m.closed.Render(c, fiber.StatusUnprocessableEntity, page)
	}
	if len(secret) > 2*messageLetters {
		secret = secret[:2*messageLetters] // no secret is as long
	}
	return web.Redirect(c, "/confirm/"+secret)
}

// refuseSecret answers whatever is wrong with a link or code in the same way.
func (m *Module) refuseSecret(c *fiber.Ctx, err error) error {
	if !apperr.Is(err, apperr.NotFound) && !apperr.Is(err, apperr.TooMany) {
		return err
	}
	key := "commitments.code.closed"
	if apperr.Is(err, apperr.TooMany) {
		key = "commitments.code.many"
		c.Set(fiber.HeaderRetryAfter, strconv.Itoa(int(wrongWindow.Seconds())))
	}
	b := web.NewBase(c, "", "commitments.code.closed_title")
	return m.closed.Render(c, web.StatusOf(err), newClosedPage(b, b.T(key)))
}

func secretOf(c *fiber.Ctx) string { return normalSecret(strings.Clone(c.Params("secret"))) }

func (m *Module) getAnswer(c *fiber.Ctx) error {
	web.SecretAddress(c)
	offer, err := m.Service.LinkOffer(c.UserContext(), callerOf(c), secretOf(c))
	if err != nil {
		return m.refuseSecret(c, err)
	}
	return m.answer.Render(c, fiber.StatusOK, newAnswerPage(web.NewBase(c, "", "commitments.answer.title"), secretOf(c), offer))
}

func (m *Module) postAnswer(c *fiber.Ctx) error {
	web.SecretAddress(c)
	ctx, secret := c.UserContext(), secretOf(c)
	said, err := saidOf(web.ValuesOf(c))
	var receipt string
	if err == nil {
		receipt, err = m.Service.AnswerByLink(ctx, callerOf(c), web.OperationOf(c), secret, said)
	}
	if apperr.Is(err, apperr.Invalid) {
		offer, gone := m.Service.LinkOffer(ctx, callerOf(c), secret)
		if gone != nil {
			return m.refuseSecret(c, gone)
		}
		page := newAnswerPage(web.NewBase(c, "", "commitments.answer.title"), secret, offer)
		shown := page.Form.HiddenList[len(page.Form.HiddenList)-1]
		page.Form.Bind(c).Hidden(shown.Name, shown.Value).Fail(err) // what the page asks about is what it shows now
		return m.answer.Render(c, fiber.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return m.refuseSecret(c, err)
	}
	return web.Redirect(c, "/confirmed/"+receipt)
}

// saidOf reads the form. Error: Invalid.
func saidOf(v web.Values) (Said, error) {
	said := Said{Person: Person{Name: v.Get("name"), Position: v.Get("position")}, Yes: v.Get("answer") == "yes", No: v.Get("answer") == "no",
		Shown: strings.Fields(v.Get("shown")), Words: v.Get("words"), Received: map[string]int64{}}
	var f apperr.Fields
	for _, id := range said.Shown {
		if name := "received_" + id; said.No && v.Get(name) != "" {
			n, ok := v.Int(name)
			f.Check(ok, name, "commitments.error.received_number")
			said.Received[id] = n
		}
	}
	return said, f.Err()
}

func (m *Module) getPicture(c *fiber.Ctx) error {
	web.SecretAddress(c)
	picture, err := m.Service.LinkPicture(c.UserContext(), callerOf(c), secretOf(c), domain.DocumentID(strings.Clone(c.Params("document"))))
	if err != nil {
		return m.refuseSecret(c, err)
	}
	c.Set(fiber.HeaderContentType, "image/jpeg")
	c.Set(fiber.HeaderContentSecurityPolicy, "sandbox; default-src 'none'; frame-ancestors 'none'")
	return c.Send(picture)
}

func (m *Module) getReceipt(c *fiber.Ctx) error {
	web.SecretAddress(c)
	link, commitment, err := m.Service.LinkReceipt(c.UserContext(), strings.Clone(c.Params("id")))
	if err != nil {
		return m.refuseSecret(c, err)
	}
	b := web.NewBase(c, "", "commitments.receipt.title")
	b.Path = "/confirm"
	return m.receipt.Render(c, fiber.StatusOK, newReceiptPage(b.At("/confirmed/"+c.Params("id")), link, commitment))
}
