package web_test

import (
	"io"
	"io/fs"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/i18n"
	"gotong/modules/kit/web"
	"gotong/views"
)

// portal is an app as the composition root builds it, with the real templates and texts.
type portal struct {
	*fiber.App
	engine *web.Engine
	bundle *i18n.Bundle
	log    *strings.Builder
}

func newPortal(t testing.TB) *portal { return newPortalOn(t, views.FS) }

func newPortalOn(t testing.TB, files fs.FS) *portal {
	t.Helper()
	assets := testAssets(t)
	bundle, err := i18n.Load(files, "locales")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(files, bundle, web.EngineOptions{Assets: assets})
	if err != nil {
		t.Fatal(err)
	}
	log := &strings.Builder{}
	app := fiber.New(fiber.Config{
		ErrorHandler: web.ErrorHandler(engine, slog.New(slog.NewTextHandler(log, nil))),
		Immutable:    true, CaseSensitive: true, StrictRouting: true, DisableStartupMessage: true,
	})
	app.Use(web.Locale(bundle), web.RequestIDMiddleware(), web.Framing(), web.Recover(), strictPolicy, web.Static(assets))
	return &portal{app, engine, bundle, log}
}

// strictPolicy is the policy that every page must live with.
func strictPolicy(c *fiber.Ctx) error {
	c.Set("Content-Security-Policy", "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'")
	return c.Next()
}

func serveFor(t *testing.T, p *portal, address string, seconds int) {
	t.Helper()
	time.AfterFunc(time.Duration(seconds)*time.Second, func() { _ = p.Shutdown() })
	if err := p.Listen(address); err != nil {
		t.Fatal(err)
	}
}

type answer struct {
	Status int
	Header map[string][]string
	Body   string
	Doc    *goquery.Document
	cookie string
}

func (a answer) get(name string) string {
	if v := a.Header[name]; len(v) > 0 {
		return v[0]
	}
	return ""
}

func (p *portal) ask(t testing.TB, method, target, form string, headers ...string) answer {
	t.Helper()
	request := httptest.NewRequest(method, target, strings.NewReader(form))
	if form != "" {
		request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	response, err := p.Test(request, 10_000)
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(body)))
	if err != nil {
		t.Fatal(err)
	}
	a := answer{Status: response.StatusCode, Header: response.Header, Body: string(body), Doc: doc}
	for _, c := range response.Cookies() {
		a.cookie = c.Name + "=" + c.Value
	}
	return a
}

func TestViewsMatchTheirPages(t *testing.T) {
	p := newPortal(t)
	for _, err := range web.CheckViews(p.engine) {
		t.Error(err)
	}
}

func TestUnknownPageIsFoundInBothLanguages(t *testing.T) {
	p := newPortal(t)
	for target, want := range map[string]string{"/nowhere": "Halaman tidak ditemukan", "/en/nowhere": "Page not found"} {
		a := p.ask(t, "GET", target, "")
		if a.Status != 404 || a.Doc.Find("h1").Text() != want {
			t.Errorf("%s: %d %q", target, a.Status, a.Doc.Find("h1").Text())
		}
		if id := a.get("X-Request-Id"); id == "" || a.Doc.Find("code").Text() != id {
			t.Errorf("%s: request id %q not on the page", target, id)
		}
	}
}

type goqueryS = goquery.Selection

func discard() *slog.Logger { return slog.New(slog.DiscardHandler) }

func readAll(t testing.TB, r io.Reader) string {
	t.Helper()
	raw, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}
