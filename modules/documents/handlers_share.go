package documents

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func (m *Module) sharing(c *fiber.Ctx) error { return m.renderSharing(c, http.StatusOK, nil, false) }

func (m *Module) renderSharing(c *fiber.Ctx, status int, refused error, moving bool) error {
	v, links, err := m.Service.Shared(c.UserContext(), actorOf(c), idOf(c))
	if err != nil {
		return err
	}
	p := m.sharingPage(web.NewBase(c, "documents", "documents.sharing.title"), v, links)
	form := p.Form
	if moving {
		form = p.Move
	}
	if refused != nil && form == nil {
		return refused
	}
	if refused != nil {
		form.Bind(c).Fail(refused)
	}
	return m.sharingView.Render(c, status, p)
}

func (m *Module) share(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	until, err := domain.ParseDate(v.Get("until"))
	if err != nil {
		var f apperr.Fields
		f.Add("until", "documents.error.date")
		err = f.Err()
	} else {
		err = m.Service.Share(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c), until, v.Get("password"))
	}
	return m.afterSharing(c, err, "documents.flash.shared", false)
}

func (m *Module) unshare(c *fiber.Ctx) error {
	err := m.Service.Unshare(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c), c.Params("link"))
	return m.afterSharing(c, err, "documents.flash.unshared", false)
}

func (m *Module) move(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	err := m.Service.Move(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c), web.Version(c), parsePlace(v.Get("to")), v.Get("name"))
	return m.afterSharing(c, err, "documents.flash.moved", true)
}

func (m *Module) afterSharing(c *fiber.Ctx, err error, flash string, moving bool) error {
	if apperr.Is(err, apperr.Invalid) {
		return m.renderSharing(c, http.StatusUnprocessableEntity, err, moving)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", flash)
	if moving {
		return web.Redirect(c, documentPath(idOf(c)))
	}
	return web.Redirect(c, documentPath(idOf(c))+"/sharing")
}

// byLink shows what a link leads to. Opening it counts nothing: programs that look at messages open links too.
func (m *Module) byLink(c *fiber.Ctx) error { return m.renderShared(c, http.StatusOK, nil) }

func (m *Module) renderShared(c *fiber.Ctx, status int, refused error) error {
	secret := c.Params("secret")
	_, d, link, err := m.Service.ByLink(c.UserContext(), secret)
	if err != nil {
		return err
	}
	p := sharedPageOf(web.NewBase(c, "documents", ""), secret, d, link)
	if refused != nil {
		p.Form.Bind(c).Fail(refused)
		p.Form.Field("password").Value = ""
	}
	web.SecretAddress(c)
	return m.sharedView.Render(c, status, p)
}

func (m *Module) openByLink(c *fiber.Ctx) error {
	f, err := m.Service.OpenByLink(c.UserContext(), c.Params("secret"), web.ValuesOf(c).Get("password"))
	if apperr.Is(err, apperr.Invalid) {
		return m.renderShared(c, http.StatusUnprocessableEntity, err)
	}
	if err != nil {
		return err
	}
	sandbox(c, false)
	c.Set(fiber.HeaderContentType, f.Document.MediaType)
	c.Set(fiber.HeaderContentDisposition, web.Disposition("attachment", f.Document.FileName))
	c.Set("X-Content-SHA256", f.Document.SHA256)
	c.Context().SetBodyStream(f.Body, int(f.Length))
	return nil
}
