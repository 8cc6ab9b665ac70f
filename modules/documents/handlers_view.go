package documents

import (
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func (m *Module) viewer(c *fiber.Ctx) error { return m.showViewer(c, "") }

// showViewer shows what is in a document: the version with that sum, "" the current one.
func (m *Module) showViewer(c *fiber.Ctx, version string) error {
	p, err := m.Service.Preview(c.UserContext(), actorOf(c), idOf(c), version)
	if err != nil {
		return err
	}
	if !mayShow(p.Document) {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	v := web.ValuesOf(c)
	number, _ := strconv.Atoi(v.Get("page"))
	return m.viewerView.Render(c, http.StatusOK, m.viewerPage(web.NewBase(c, "documents", ""), p, version, number, v.Get("q")))
}

// picture answers with a smaller size of a picture. Whether it may be seen is asked anew each time.
func (m *Module) picture(c *fiber.Ctx) error { return m.sendPicture(c, "") }

func (m *Module) sendPicture(c *fiber.Ctx, version string) error {
	side, err := strconv.Atoi(c.Params("width"))
	if err != nil {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	raw, view, err := m.Service.Picture(c.UserContext(), actorOf(c), idOf(c), version, side)
	if err != nil {
		return err
	}
	sandbox(c, view.public())
	tag := `"` + view.Document.SHA256[:32] + "-" + strconv.Itoa(side) + `"`
	c.Set(fiber.HeaderETag, tag)
	if matches(c.Get(fiber.HeaderIfNoneMatch), tag) {
		return c.SendStatus(http.StatusNotModified)
	}
	c.Set(fiber.HeaderContentType, "image/jpeg")
	c.Set(fiber.HeaderContentDisposition, "inline")
	return c.Send(raw)
}

// sandbox sets the headers of content that came from people: it runs nothing, whatever it is taken for.
func sandbox(c *fiber.Ctx, public bool) {
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderContentSecurityPolicy, "sandbox; default-src 'none'; frame-ancestors 'none'")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderVary, "Cookie")
	if public {
		c.Set(fiber.HeaderCacheControl, "private, no-cache")
	} else {
		c.Set(fiber.HeaderCacheControl, "private, no-store")
	}
}
