package web_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/web"
	"gotong/views"
)

func TestLanguageIsTakenOffThePath(t *testing.T) {
	p := newPortal(t)
	runs := 0
	p.Use(func(c *fiber.Ctx) error { runs++; return c.Next() })
	p.Get("/needs/:id", func(c *fiber.Ctx) error {
		return c.SendString(web.Get[*i18n.Localizer](c).Lang() + " " + c.Path() + " " + c.Params("id") + " " + c.Query("q"))
	})
	for target, want := range map[string]string{
		"/needs/abc?q=air":    "id /needs/abc abc air",
		"/en/needs/abc?q=air": "en /needs/abc abc air",
	} {
		runs = 0
		if a := p.ask(t, "GET", target, ""); a.Body != want || runs != 1 {
			t.Errorf("%s: %q, middleware ran %d times", target, a.Body, runs)
		}
	}
	if a := p.ask(t, "GET", "/en?q=1", ""); a.Status != 301 || a.get("Location") != "/en/?q=1" {
		t.Errorf("/en: %d %s", a.Status, a.get("Location"))
	}
	for _, target := range []string{"/EN/needs/abc", "/needs/abc/", "/NEEDS/abc", "/english", "/en//needs/abc", "//needs/abc", "/en/en/needs/abc"} {
		if a := p.ask(t, "GET", target, ""); a.Status != 404 {
			t.Errorf("%s: %d", target, a.Status)
		}
	}
}

func TestLanguageLinkKeepsPageAndFilters(t *testing.T) {
	p := stylePortal(t)
	a := p.ask(t, "GET", "/en/list?q=air&region=61.01", "")
	if href := a.Doc.Find(".account .language").AttrOr("href", ""); href != "/list?q=air&region=61.01" {
		t.Error(href)
	}
	if a.Doc.Find("html").AttrOr("lang", "") != "en" || a.get("Content-Language") != "en" {
		t.Error("not marked as English")
	}
	evil := p.ask(t, "GET", "//evil.example/x", "")
	evil.Doc.Find("a[href]").Each(func(_ int, s *goqueryS) {
		if href := s.AttrOr("href", ""); strings.HasPrefix(href, "//") || strings.HasPrefix(href, "/\\") {
			t.Errorf("a link leaves the portal: %s", href)
		}
	})
}

func TestChipsTakeAwayOneFilter(t *testing.T) {
	a := stylePortal(t).ask(t, "GET", "/en/list?q=air&region=61.01&sort=due", "")
	var hrefs []string
	a.Doc.Find(".chip").Each(func(_ int, s *goqueryS) { hrefs = append(hrefs, s.AttrOr("href", "")) })
	if fmt.Sprint(hrefs) != "[/en/list?region=61.01&sort=due /en/list?q=air&sort=due]" {
		t.Error(hrefs)
	}
	if next := a.Doc.Find(".pager [rel=next]").AttrOr("href", ""); next != "/en/list?cursor=def&region=61.01" {
		t.Error(next)
	}
}

func TestEachKindHasItsAnswer(t *testing.T) {
	p := newPortal(t)
	var failure error
	handle := func(c *fiber.Ctx) error { return failure }
	p.Get("/fail", handle)
	p.Post("/fail", handle)
	for _, c := range []struct {
		err    error
		status int
		text   string
	}{
		{apperr.New(apperr.Internal, ""), 500, "Ada kesalahan pada sistem kami"},
		{errors.New("mongodb://secret@db"), 500, "Ada kesalahan pada sistem kami"},
		{apperr.New(apperr.Invalid, "error.invalid"), 422, "Ada isian yang perlu diperbaiki"},
		{apperr.New(apperr.BadRequest, ""), 400, "Permintaan tidak dipahami"},
		{apperr.New(apperr.Forbidden, ""), 403, "Anda tidak berwenang melakukan ini"},
		{apperr.New(apperr.NotFound, "needs.nokey"), 404, "Halaman tidak ditemukan"},
		{fmt.Errorf("read: %w", apperr.New(apperr.Conflict, "error.conflict")), 409, "Isinya sudah berubah"},
		{apperr.New(apperr.TooLarge, ""), 413, "Kiriman terlalu besar"},
		{apperr.New(apperr.UnsupportedMedia, ""), 415, "Jenis berkas tidak diterima"},
		{&apperr.Error{Kind: apperr.TooMany, RetryAfter: 1500 * time.Millisecond}, 429, "Terlalu banyak permintaan"},
		{apperr.New(apperr.Unavailable, ""), 503, "Sedang tidak dapat dilayani"},
		{fiber.ErrRequestEntityTooLarge, 413, "Kiriman terlalu besar"},
		{fiber.ErrMethodNotAllowed, 404, "Halaman tidak ditemukan"},
		{fiber.NewError(418, "teapot"), 400, "Permintaan tidak dipahami"},
	} {
		failure = c.err
		a := p.ask(t, "GET", "/fail", "")
		if a.Status != c.status || a.Doc.Find("h1").Text() != c.text {
			t.Errorf("%v: %d %q", c.err, a.Status, a.Doc.Find("h1").Text())
		}
		if strings.Contains(a.Body, "secret") || strings.Contains(a.Body, "⟦") || strings.Contains(a.Body, "teapot") {
			t.Errorf("%v: the page shows what it must not", c.err)
		}
		if a.get("Cache-Control") != "no-store" || a.get("X-Request-Id") == "" || a.get("Content-Security-Policy") == "" {
			t.Errorf("%v: headers %v", c.err, a.Header)
		}
		if retry := a.get("Retry-After"); (c.status == 429 && retry != "2") || (c.status == 503 && retry != "10") || (c.status < 429 && retry != "") {
			t.Errorf("%v: Retry-After %q", c.err, retry)
		}
		j := p.ask(t, "GET", "/en/fail", "", "Accept", "application/json")
		var body struct {
			Status                 int
			Title, Detail, Request string
		}
		if err := json.Unmarshal([]byte(j.Body), &body); err != nil || body.Status != c.status || j.Status != c.status || body.Request != j.get("X-Request-Id") || body.Detail == "" {
			t.Errorf("%v as JSON: %s", c.err, j.Body)
		}
	}
	if !strings.Contains(p.log.String(), "mongodb://secret@db") || strings.Count(p.log.String(), "request failed") != 28 {
		t.Error("each cause belongs into the log once")
	}
}

func TestTooLargeAnswersBeforeAnyMiddleware(t *testing.T) {
	root := serve(t, stylePortal(t))
	conn, err := net.DialTimeout("tcp", strings.TrimPrefix(root, "http://"), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	fmt.Fprintf(conn, "POST /en/form HTTP/1.1\r\nHost: a\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n", 5<<20)
	response, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	page := readAll(t, response.Body)
	if id := response.Header.Get("X-Request-Id"); response.StatusCode != http.StatusRequestEntityTooLarge || id == "" || !strings.Contains(page, id) || !strings.Contains(page, "<h1>Too large</h1>") && !strings.Contains(page, "<h1>Kiriman terlalu besar</h1>") {
		t.Errorf("%d %q %.300s", response.StatusCode, id, page)
	}
}

func TestLanguageLinkOfAnAnsweredPostLeadsToItsForm(t *testing.T) {
	p := stylePortal(t)
	a := p.ask(t, "POST", "/en/form", "quantity=x", "Referer", "http://example.com/en/form?from=desk")
	if href := a.Doc.Find(".account .language").AttrOr("href", ""); a.Status != 422 || href != "/form?from=desk" {
		t.Error(a.Status, href)
	}
	a = p.ask(t, "POST", "/form", "quantity=x", "Referer", "http://evil.example/x")
	if href := a.Doc.Find(".account .language").AttrOr("href", ""); href != "/en/form" {
		t.Error(href)
	}
}

func TestSignInComesBackToThePage(t *testing.T) {
	p := newPortal(t)
	handle := func(c *fiber.Ctx) error { return apperr.New(apperr.SignIn, "error.sign_in") }
	p.Get("/desk", handle)
	p.Post("/needs", handle)
	if a := p.ask(t, "GET", "/en/desk?page=2&x=%2F", ""); a.Status != 303 || a.get("Location") != "/en/sign-in?next=%2Fen%2Fdesk%3Fpage%3D2%26x%3D%252F" {
		t.Errorf("%d %s", a.Status, a.get("Location"))
	}
	if a := p.ask(t, "POST", "/needs", "a=b", "Referer", "http://example.com/needs/new?x=1"); a.get("Location") != "/sign-in?next=%2Fneeds%2Fnew%3Fx%3D1" {
		t.Error(a.get("Location"))
	}
	if a := p.ask(t, "POST", "/needs", "a=b", "Referer", "http://evil.example/x"); a.get("Location") != "/sign-in?next=%2Fdesk" {
		t.Error(a.get("Location"))
	}
	if a := p.ask(t, "GET", "/desk", "", "Accept", "application/json"); a.Status != 401 || a.get("Location") != "" {
		t.Errorf("%d %s", a.Status, a.get("Location"))
	}
	for next, want := range map[string]string{
		"/needs?a=b": "/needs?a=b", "//evil": "/", `/\evil`: "/", "https://evil": "/", "": "/", "needs": "/", "/a\r\nSet-Cookie: x": "/", "javascript:alert(1)": "/",
	} {
		if got := web.SafeNext(next); got != want {
			t.Errorf("SafeNext(%q) = %q", next, got)
		}
	}
}

func TestPanicsAndBrokenPagesAreAnswered(t *testing.T) {
	p := newPortal(t)
	p.Get("/panic", func(*fiber.Ctx) error { panic("kata sandi 123") })
	if a := p.ask(t, "GET", "/panic", ""); a.Status != 500 || strings.Contains(a.Body, "123") || !strings.Contains(p.log.String(), "kata sandi 123") {
		t.Errorf("%d", a.Status)
	}

	// An error page that fails itself: a plain page made at start.
	files := fstest.MapFS{}
	for _, name := range []string{"layouts/base.html", "partials/form.html", "partials/parts.html", "partials/sprite.html"} {
		raw, err := views.FS.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		files[name] = &fstest.MapFile{Data: raw}
	}
	files["errors/error.html"] = &fstest.MapFile{Data: []byte(`{{define "content"}}{{index .Lines 99}}{{end}}`)}
	engine, err := web.NewEngine(files, p.bundle, web.EngineOptions{Assets: testAssets(t)})
	if err != nil {
		t.Fatal(err)
	}
	app := fiber.New(fiber.Config{ErrorHandler: web.ErrorHandler(engine, discard()), Immutable: true})
	app.Use(web.Locale(p.bundle), web.RequestIDMiddleware())
	response, err := app.Test(httptest.NewRequest(http.MethodGet, "/en/nowhere", nil))
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	page := readAll(t, response.Body)
	if response.StatusCode != http.StatusInternalServerError || !strings.Contains(page, "Something went wrong on our side") || !strings.Contains(page, response.Header.Get("X-Request-Id")) {
		t.Errorf("%d %s", response.StatusCode, page)
	}
}

func TestMissingViewStopsTheStartWithItsName(t *testing.T) {
	p := newPortal(t)
	defer func() {
		if r := fmt.Sprint(recover()); !strings.Contains(r, "needs/nowhere") {
			t.Error(r)
		}
	}()
	web.NewView[formPage](p.engine, "needs/nowhere")
}

func TestCheckViewsFindsAWrongField(t *testing.T) {
	p := newPortalOn(t, styleFS{fstest.MapFS{"style/wrong.html": {Data: []byte(`{{define "content"}}{{.Titel}}{{end}}`)}}})
	web.NewView[formPage](p.engine, "style/wrong")
	if errs := web.CheckViews(p.engine); len(errs) != 1 || !strings.Contains(errs[0].Error(), "Titel") {
		t.Error(errs)
	}
}

func TestPublicPagesAreConditional(t *testing.T) {
	p := stylePortal(t)
	a := p.ask(t, "GET", "/list", "")
	etag := a.get("Etag")
	if etag == "" || a.get("Cache-Control") != "private, no-cache" {
		t.Fatal(a.Header)
	}
	if b := p.ask(t, "GET", "/list", "", "If-None-Match", `"x", W/`+etag); b.Status != 304 || b.Body != "" {
		t.Errorf("%d", b.Status)
	}
	if c := p.ask(t, "GET", "/list", "", "X-Test-User", "1"); c.get("Cache-Control") != "no-store" || c.get("Etag") != "" {
		t.Error("a signed-in reader's page may be stored")
	}
	if h := p.ask(t, "HEAD", "/list", ""); h.Status != 200 || h.Body != "" {
		t.Error("HEAD", h.Status, len(h.Body))
	}
}

func TestStaticFiles(t *testing.T) {
	p := newPortal(t)
	css := testAssets(t).URL("css/site.css")
	plain := p.ask(t, "GET", css, "")
	if plain.Status != 200 || plain.get("Content-Type") != "text/css; charset=utf-8" || plain.get("Cache-Control") != "public, max-age=31536000, immutable" || plain.get("Content-Encoding") != "" {
		t.Fatal(plain.Status, plain.Header)
	}
	for accept, want := range map[string]string{"gzip, deflate, br": "br", "gzip": "gzip", "br;q=0, gzip": "gzip", "identity": ""} {
		a := p.ask(t, "GET", css, "", "Accept-Encoding", accept)
		if a.get("Content-Encoding") != want || a.get("Vary") != "Accept-Encoding" {
			t.Errorf("%s: %q", accept, a.get("Content-Encoding"))
		}
		if b := p.ask(t, "GET", css, "", "Accept-Encoding", accept, "If-None-Match", a.get("Etag")); b.Status != 304 || b.Body != "" {
			t.Errorf("%s: conditional %d", accept, b.Status)
		}
	}
	for ranges, want := range map[string]string{"bytes=0-9": plain.Body[:10], "bytes=-5": plain.Body[len(plain.Body)-5:], "bytes=10-": plain.Body[10:], "bytes=0-999999999": plain.Body} {
		a := p.ask(t, "GET", css, "", "Range", ranges, "Accept-Encoding", "br")
		if a.Status != 206 || a.Body != want || a.get("Content-Encoding") != "" {
			t.Errorf("%s: %d %d bytes %s", ranges, a.Status, len(a.Body), a.get("Content-Range"))
		}
	}
	if a := p.ask(t, "GET", css, "", "Range", "bytes=99999999-"); a.Status != 416 || a.get("Content-Range") != fmt.Sprintf("bytes */%d", len(plain.Body)) {
		t.Errorf("%d %s", a.Status, a.get("Content-Range"))
	}
	for _, ranges := range []string{"bytes=5-2", "bytes=a-b", "bytes=0-1,3-4", "lines=1-2", "bytes=-0"} {
		if a := p.ask(t, "GET", css, "", "Range", ranges); a.Status != 200 || a.Body != plain.Body {
			t.Errorf("%s: %d", ranges, a.Status)
		}
	}
	if a := p.ask(t, "GET", "/static/css/site.css", ""); a.get("Cache-Control") != "public, no-cache" {
		t.Error("a name without hash is cached for good")
	}
	if a := p.ask(t, "GET", "/favicon.ico", ""); a.get("Content-Type") != "image/svg+xml" {
		t.Error(a.Status, a.get("Content-Type"))
	}
	for _, target := range []string{"/static/", "/static/fs.go", "/static/../go.mod", "/static/%2e%2e/go.mod", "/static/..%5cgo.mod", "/static/vendor/manifest.tsv", "/static/css/site.00000000.css", "/static/%2561"} {
		if a := p.ask(t, "GET", target, ""); a.Status != 404 {
			t.Errorf("%s: %d", target, a.Status)
		}
	}
	if a := p.ask(t, "POST", css, "a=b"); a.Status != 404 {
		t.Error("POST", a.Status)
	}
}

// TestHostsAreStrict speaks to the server as the wire does: none of these may reach a handler twice or at all.
func TestHostsAreStrict(t *testing.T) {
	p := newPortal(t)
	served := make(chan string, 10)
	p.All("/x", func(c *fiber.Ctx) error { served <- c.Method(); return c.SendString("ok") })
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.Listener(listener) }()
	t.Cleanup(func() { _ = p.Shutdown() })
	for name, c := range map[string]struct {
		raw    string
		status int
		calls  int
	}{
		"plain":               {"GET /x HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n", 200, 1},
		"no host":             {"GET /x HTTP/1.1\r\nConnection: close\r\n\r\n", 400, 0},
		"two hosts":           {"GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n", 400, 0},
		"two lengths":         {"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nContent-Length: 5\r\nConnection: close\r\n\r\nabcd", 400, 0},
		"length and chunks":   {"POST /x HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", 400, 0},
		"two codings":         {"POST /x HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\nConnection: close\r\n\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: a\r\n\r\n", 400, 0},
		"space before colon":  {"GET /x HTTP/1.1\r\nHost : a\r\nConnection: close\r\n\r\n", 400, 0},
		"a line inside field": {"GET /x HTTP/1.1\r\nHost: a\r\nX: 1\r\n 2\r\nConnection: close\r\n\r\n", 200, 1}, // a folded line of one field, as RFC 9112 allows
	} {
		conn, err := net.DialTimeout("tcp", listener.Addr().String(), 5*time.Second)
		if err != nil {
			t.Fatal(err)
		}
		_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
		fmt.Fprint(conn, c.raw)
		response, err := http.ReadResponse(bufio.NewReader(conn), nil)
		status := 400 // a closed connection is a refusal too
		if err == nil {
			status = response.StatusCode
			_ = response.Body.Close()
		}
		_, _ = io.Copy(io.Discard, conn) // until the server has no more to say
		_ = conn.Close()
		if calls := len(served); status != c.status || calls != c.calls {
			t.Errorf("%s: status %d, served %d times", name, status, calls)
		}
		for len(served) > 0 {
			<-served
		}
	}
}

func TestValuesAreReadFromTheBodyOnly(t *testing.T) {
	p := newPortal(t)
	var got web.Values
	var op, digest string
	handle := func(c *fiber.Ctx) error {
		got = web.ValuesOf(c)
		o := web.OperationOf(c)
		op, digest = o.ID, o.Digest
		return c.SendStatus(204)
	}
	p.Post("/x", handle)
	p.Get("/x", handle)
	p.ask(t, "POST", "/x?title=fromlink&_op=LINK", "title=+a+&_op=O&n=1.500&m=Rp+1.250.000,00&list=a&list=&list=b&bad=1.5&_csrf=one")
	first := digest
	if got.Get("title") != "a" || op != "O" || len(got.All("list")) != 2 || got.Has("none") {
		t.Errorf("%q %q %v", got.Get("title"), op, got.All("list"))
	}
	if n, ok := got.Int("n"); !ok || n != 1500 {
		t.Error("n", n)
	}
	if n, ok := got.Rupiah("m"); !ok || n != 1250000 {
		t.Error("m", n)
	}
	for _, name := range []string{"bad", "none", "title"} {
		if _, ok := got.Int(name); ok {
			t.Error(name, "is a number")
		}
	}
	p.ask(t, "POST", "/x", "list=a&list=&list=b&bad=1.5&_csrf=two&title=+a+&_op=O&n=1.500&m=Rp+1.250.000,00")
	if digest != first {
		t.Error("the digest depends on the session's value or the order")
	}
	p.ask(t, "POST", "/x", "title=b&_op=O")
	if digest == first {
		t.Error("the digest does not see the inputs")
	}
	p.ask(t, "GET", "/x?title=fromlink", "")
	if got.Get("title") != "fromlink" {
		t.Error("a list reads its address")
	}
}
