package middleware_test

import (
	"io"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"gotong/app/middleware"
	"gotong/modules/kit/web"
)

func TestCompressOnlyPagesWithoutASession(t *testing.T) {
	app := fiber.New()
	app.Use(middleware.Compress())
	page := strings.Repeat("<p>Penampung air hujan</p>", 200)
	answer := func(c *fiber.Ctx) error { c.Type("html"); return c.SendString(page) }
	app.Get("/", answer)
	app.Get("/session", func(c *fiber.Ctx) error { web.Put(c, web.CSRFToken("secret")); return answer(c) })
	app.Get("/short", func(c *fiber.Ctx) error { c.Type("html"); return c.SendString("<p>ok</p>") })
	app.Get("/file", func(c *fiber.Ctx) error { c.Type("pdf"); return c.SendString(page) })
	for _, c := range []struct{ path, accept, encoding, vary string }{
		{"/", "gzip, deflate, br", "br", "Accept-Encoding"}, {"/", "gzip", "gzip", "Accept-Encoding"},
		{"/", "", "", "Accept-Encoding"}, {"/", "identity", "", "Accept-Encoding"},
		{"/session", "gzip, br", "", "Accept-Encoding"}, {"/short", "br", "", "Accept-Encoding"}, {"/file", "br", "", ""},
	} {
		request := httptest.NewRequest("GET", c.path, nil)
		if c.accept != "" {
			request.Header.Set("Accept-Encoding", c.accept)
		}
		res, err := app.Test(request, -1)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		if got := res.Header.Get("Content-Encoding"); got != c.encoding || res.Header.Get("Vary") != c.vary {
			t.Errorf("%s for %q: encoding %q, vary %q", c.path, c.accept, got, res.Header.Get("Vary"))
		}
		if c.encoding != "" && len(body) > len(page)/10 {
			t.Errorf("%s for %q: %d bytes of %d", c.path, c.accept, len(body), len(page))
		}
	}
}
