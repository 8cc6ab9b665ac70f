package documents

import (
	"net/http"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// listed gives a page of the library as cards: the list, or what was found by words.
func (m *Module) listed(c *fiber.Ctx, b web.Base, f Filter) (cards []foundCard, next string, err error) {
	small := func(v View) foundCard {
		f := foundCard{Card: card(b, v, true)}
		if v.Document.picture() && v.public() {
			f.Picture = picturePath(b, v.ID, widths[0])
		}
		return f
	}
	if f.Text == "" || m.Service.find == nil {
		var views []View
		views, next, err = m.Service.Library(c.UserContext(), actorOf(c), f)
		for _, v := range views {
			cards = append(cards, small(v))
		}
		return cards, next, err
	}
	found, next, err := m.Service.Search(c.UserContext(), actorOf(c), f)
	for _, hit := range found {
		one := small(hit.View)
		one.Quote = hit.Quote
		if hit.Page > 0 {
			one.QuotePath = web.ListURL(b, documentPath(hit.ID)+"/view", map[string]string{"page": strconv.Itoa(hit.Page), "q": f.Text}, "")
			one.QuoteText = b.T("documents.view.page", "n", hit.Page)
		}
		cards = append(cards, one)
	}
	return cards, next, err
}

func (m *Module) viewer(c *fiber.Ctx) error {
	p, err := m.Service.Preview(c.UserContext(), actorOf(c), idOf(c))
	if err != nil {
		return err
	}
	if !mayShow(p.Document) {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	v := web.ValuesOf(c)
	number, _ := strconv.Atoi(v.Get("page"))
	return m.viewerView.Render(c, http.StatusOK, m.viewerPage(web.NewBase(c, "documents", ""), p, number, v.Get("q")))
}

// picture answers with a smaller size of a picture. Whether it may be seen is asked anew each time.
func (m *Module) picture(c *fiber.Ctx) error {
	side, err := strconv.Atoi(c.Params("width"))
	if err != nil {
		return apperr.New(apperr.NotFound, "error.not_found")
	}
	raw, view, err := m.Service.Picture(c.UserContext(), actorOf(c), idOf(c), side)
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

// atom answers with the newest public documents as a feed.
func (m *Module) atom(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	f := Filter{Type: domain.DocumentType(v.Get("type"))}
	if code, err := domain.ParseRegionCode(v.Get("region")); err == nil {
		f.Region = code
	}
	b := web.NewBase(c, "documents", "documents.list.title")
	raw, err := m.feed(c.UserContext(), b, f, web.ListURL(b, "/documents/feed.atom", map[string]string{"type": string(f.Type), "region": string(f.Region)}, ""))
	if err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/atom+xml; charset=utf-8")
	c.Set(fiber.HeaderCacheControl, "private, no-cache")
	return c.Send(raw)
}
