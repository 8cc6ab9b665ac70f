package documents

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/blob/blobtest"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
)

// site is the module behind HTTP, with the actor named by a header.
type site struct {
	*rig
	m   *Module
	app *fiber.App

	bundle *i18n.Bundle
}

var actors = map[string]domain.Actor{"clerk": clerk, "villager": villager, "helper": helper, "other": other, "secretariat": secretariat, "auditor": auditor, "unverified": unverified, "loner": loner}

func newSite(t *testing.T) *site {
	t.Helper()
	c := testkit.Clock()
	return newSiteOn(t, &rig{clock: c, blobs: blobtest.NewMemory(c), thing: &thing{}}, testkit.DBAt(t, c))
}

// newSiteOn makes a replica on a store, with the clock, the objects and the thing of that rig.
func newSiteOn(t *testing.T, like *rig, db *store.DB) *site {
	t.Helper()
	s := siteAtRest(t, like, db)
	following, stop := context.WithCancel(t.Context())
	followed := make(chan struct{})
	go func() {
		defer close(followed)
		_ = s.m.keeper.Run(following)
	}()
	t.Cleanup(func() { stop(); <-followed })
	return s
}

// siteAtRest is a site whose search index follows nothing.
func siteAtRest(t *testing.T, like *rig, db *store.DB) *site {
	t.Helper()
	files := os.DirFS("../../views")
	bundle, err := i18n.Load(files, "locales")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(files, bundle, web.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	r, c := &rig{clock: like.clock, blobs: like.blobs, thing: like.thing}, like.clock
	log := slog.New(slog.DiscardHandler)
	texts := openTexts(t)
	m := New(Deps{Texts: texts, Things: map[string]string{"things": domain.KindNeed}, DB: db, Blobs: r.blobs, Views: engine, Clock: c, Log: log, Organizations: names{}, Regions: names{},
		Resolvers: map[string]domain.Resolver{domain.KindNeed: r.thing, domain.KindOrganization: &houses{}}, History: brokenPanel{}})
	if err := db.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	r.failer = &failing{Records: m.Service.records}
	m.Service.records = r.failer
	r.Service = m.Service
	app := fiber.New(fiber.Config{Immutable: true, CaseSensitive: true, StrictRouting: true, BodyLimit: 40 << 20, ErrorHandler: web.ErrorHandler(engine, log)})
	app.Use(web.Locale(bundle), web.RequestIDMiddleware(), func(c *fiber.Ctx) error {
		web.Put(c, actors[c.Get("X-Actor")])
		return c.Next()
	})
	m.Routes(app)
	return &site{rig: r, m: m, app: app, bundle: bundle}
}

type brokenPanel struct{}

func (brokenPanel) Load(context.Context, domain.PanelRequest) (domain.Fragment, error) {
	return domain.Fragment{}, errBroken
}

type answer struct {
	*http.Response
	body string
	doc  *goquery.Document
}

func (s *site) do(t *testing.T, actor, method, path string, body io.Reader, headers ...string) answer {
	t.Helper()
	req := httptest.NewRequestWithContext(t.Context(), method, path, body)
	req.Header.Set("X-Actor", actor)
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := s.app.Test(req, int(time.Minute/time.Millisecond))
	if err != nil {
		t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	a := answer{Response: res, body: string(data)}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") {
		if a.doc, err = goquery.NewDocumentFromReader(bytes.NewReader(data)); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(a.body, "⟦") {
			t.Errorf("%s %s misses a text: %s", method, path, regexp.MustCompile("⟦[^⟧]*").FindString(a.body))
		}
	}
	return a
}

func (s *site) get(t *testing.T, actor, path string, headers ...string) answer {
	t.Helper()
	return s.do(t, actor, http.MethodGet, path, nil, headers...)
}

func (s *site) post(t *testing.T, actor, path string, form url.Values) answer {
	t.Helper()
	return s.do(t, actor, http.MethodPost, path, strings.NewReader(form.Encode()), "Content-Type", "application/x-www-form-urlencoded")
}

// upload posts the form as a browser does; file "" sends none.
func (s *site) upload(t *testing.T, actor string, form url.Values, name string, content []byte) answer {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for key, values := range form {
		for _, v := range values {
			_ = w.WriteField(key, v)
		}
	}
	if name != "" {
		part, err := w.CreateFormFile("file", name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = part.Write(content)
	}
	w.Close()
	return s.do(t, actor, http.MethodPost, "/documents", &body, "Content-Type", w.FormDataContentType())
}

func (a answer) want(t *testing.T, status int) answer {
	t.Helper()
	if a.StatusCode != status {
		t.Fatalf("%d, want %d: %.600s", a.StatusCode, status, a.body)
	}
	return a
}

func fill(a answer, changes map[string]string) url.Values {
	form := url.Values{}
	a.doc.Find("form.form input[name], form.form textarea[name], form.form select[name]").Each(func(_ int, in *goquery.Selection) {
		name, _ := in.Attr("name")
		switch kind, _ := in.Attr("type"); {
		case kind == "file":
		case kind == "radio" || kind == "checkbox":
			if _, on := in.Attr("checked"); on {
				form.Add(name, in.AttrOr("value", ""))
			}
		case goquery.NodeName(in) == "select":
			form.Set(name, in.Find("option[selected]").AttrOr("value", ""))
		case goquery.NodeName(in) == "textarea":
			form.Set(name, in.Text())
		default:
			form.Set(name, in.AttrOr("value", ""))
		}
	})
	for name, v := range changes {
		form.Set(name, v)
	}
	return form
}

func TestUploadAndDownload(t *testing.T) {
	s := newSite(t)
	form := s.get(t, "clerk", "/documents/new?for=need:n1&type=minutes").want(t, 200)
	if form.Header.Get("Cache-Control") == "" || form.doc.Find(`input[type=file][name=file]`).Length() != 1 || form.doc.Find(`form[enctype="multipart/form-data"]`).Length() != 1 {
		t.Error("no upload form")
	}
	if form.doc.Find("select[name=type] option[selected]").AttrOr("value", "") != "minutes" {
		t.Error("the type of the address is not chosen")
	}
	values := fill(form, map[string]string{"title": "Musyawarah <b>Temajuk</b>", "visibility": "public", "date": "2026-10-03"})
	large := bytes.Repeat([]byte("Isi berita acara musyawarah desa.\n"), 26<<20/34)
	first := s.upload(t, "clerk", values, "../../berita\u202e acara.txt", large).want(t, 303)
	again := s.upload(t, "clerk", values, "../../berita\u202e acara.txt", large).want(t, 303)
	path := first.Header.Get("Location")
	if path != again.Header.Get("Location") || !strings.HasPrefix(path, "/documents/") {
		t.Fatalf("%s and %s", path, again.Header.Get("Location"))
	}
	if n := len(s.stored()); n != 1 {
		t.Errorf("%d objects", n)
	}
	for _, lang := range []string{"", "/en"} {
		page := s.get(t, "", lang+path).want(t, 200)
		if h1 := page.doc.Find("h1").Text(); h1 != "Musyawarah <b>Temajuk</b>" {
			t.Errorf("heading %q", h1)
		}
		if sum := page.doc.Find("code.sum").Text(); len(sum) != 64 {
			t.Errorf("sum %q", sum)
		}
		for _, not := range []string{"documents/" + path[11:] + "/edit", "clerk", "s-clerk", s.stored()[0], "<b>Temajuk"} {
			if strings.Contains(page.body, not) {
				t.Errorf("the public page has %q", not)
			}
		}
		if page.doc.Find("#history .against").Length() != 1 {
			t.Error("a panel that fails does not say so")
		}
	}
	file := s.get(t, "", path+"/file").want(t, 200)
	if file.body != string(large) {
		t.Errorf("%d bytes came back", len(file.body))
	}
	for name, want := range map[string]string{
		"Content-Type": "text/plain; charset=utf-8", "X-Content-Type-Options": "nosniff", "Accept-Ranges": "bytes",
		"Content-Disposition": `inline; filename="berita acara.txt"; filename*=UTF-8''berita%20acara.txt`,
		"Cache-Control":       "private, no-cache",
	} {
		if got := file.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if csp := file.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "sandbox") || strings.Contains(csp, "allow") {
		t.Errorf("policy %q", csp)
	}
	if s.blobs.Open() != 0 {
		t.Errorf("%d readers are left open", s.blobs.Open())
	}
}

func TestRangeAndResume(t *testing.T) {
	s := newSite(t)
	id := s.add(t, clerk, "op", domain.VisiblePublic)
	path := documentPath(id) + "/file"
	whole := s.get(t, "", path).want(t, 200)
	etag := whole.Header.Get("ETag")
	part := s.get(t, "", path, "Range", "bytes=4-").want(t, 206)
	if part.body != whole.body[4:] || part.Header.Get("Content-Range") != "bytes 4-18/19" || part.Header.Get("Content-Length") != "15" {
		t.Errorf("part %q %s", part.body, part.Header.Get("Content-Range"))
	}
	if a := s.get(t, "", path, "Range", "bytes=4-", "If-Range", etag).want(t, 206); a.body != whole.body[4:] {
		t.Errorf("resumed with %q", a.body)
	}
	if a := s.get(t, "", path, "Range", "bytes=4-", "If-Range", `"other"`).want(t, 200); a.body != whole.body {
		t.Errorf("resumed another version with %q", a.body)
	}
	s.get(t, "", path, "If-None-Match", etag).want(t, 304)
	if a := s.get(t, "", path, "Range", "bytes=19-").want(t, 416); a.Header.Get("Content-Range") != "bytes */19" {
		t.Errorf("out of range: %q", a.Header.Get("Content-Range"))
	}
	s.get(t, "", path, "Range", "bytes=0-1,3-4").want(t, 200)
	head := s.do(t, "", http.MethodHead, path, nil).want(t, 200)
	if head.ContentLength != 19 || head.body != "" || head.Header.Get("ETag") != etag {
		t.Errorf("head says %d bytes, %q", head.ContentLength, head.body)
	}
	if s.blobs.Open() != 0 {
		t.Errorf("%d readers are left open", s.blobs.Open())
	}
}

func TestRefusedUploadKeepsInputs(t *testing.T) {
	s := newSite(t)
	values := fill(s.get(t, "clerk", "/documents/new?for=need:n1").want(t, 200),
		map[string]string{"title": "Judul saya", "type": "photo", "visibility": "public", "date": "kemarin"})
	a := s.upload(t, "clerk", values, "a.txt", []byte("x")).want(t, 422)
	if a.doc.Find("#f-date-error, .field.wrong input[name=date]").Length() == 0 || a.doc.Find(".summary").Length() != 1 {
		t.Errorf("the date's mistake is not shown: %.2000s", a.body)
	}
	values.Set("date", "")
	for name, content := range map[string][]byte{"": nil, "a.exe": []byte("MZ"), "a.pdf": []byte("bukan"), "nik.txt": []byte("NIK " + nik)} {
		a := s.upload(t, "clerk", values, name, content).want(t, 422)
		if got := a.doc.Find("input[name=title]").AttrOr("value", ""); got != "Judul saya" {
			t.Errorf("%s: title %q", name, got)
		}
		if a.doc.Find("input[name=visibility][checked]").AttrOr("value", "") != "public" || a.doc.Find("input[name=_op]").AttrOr("value", "") != values.Get("_op") {
			t.Errorf("%s: inputs were lost", name)
		}
		if a.doc.Find(".field.wrong input[type=file]").Length() != 1 || strings.Contains(a.body, nik) {
			t.Errorf("%s: the mistake is not at the file", name)
		}
	}
	if len(s.stored()) != 0 {
		t.Errorf("objects %v", s.stored())
	}
}

func TestWhoGetsWhichPage(t *testing.T) {
	s := newSite(t)
	id := s.add(t, clerk, "op", domain.VisibleParties)
	path := documentPath(id)
	for _, c := range []struct {
		actor, method, path string
		status              int
	}{
		{"", "GET", path, 404}, {"other", "GET", path, 404}, {"helper", "GET", path, 200}, {"clerk", "GET", path, 200}, {"auditor", "GET", path, 200},
		{"", "GET", path + "/file", 404}, {"other", "GET", path + "/file", 404}, {"helper", "GET", path + "/file", 200},
		{"", "GET", path + "/edit", 404}, {"other", "GET", path + "/edit", 404}, {"helper", "GET", path + "/edit", 403}, {"auditor", "GET", path + "/edit", 403}, {"clerk", "GET", path + "/edit", 200},
		{"", "POST", path + "/edit", 404}, {"helper", "POST", path + "/edit", 403}, {"", "POST", path + "/delete", 404}, {"helper", "POST", path + "/delete", 403},
		{"auditor", "POST", path + "/delete", 403}, {"other", "POST", path + "/restore", 404}, {"helper", "POST", path + "/restore", 403},
		{"", "GET", "/documents/new?for=need:n1", 303}, {"other", "GET", "/documents/new?for=need:n1", 403}, {"clerk", "GET", "/documents/new?for=need:n2", 404},
		{"clerk", "GET", "/documents/new?for=x", 404}, {"clerk", "GET", "/documents/new", 404}, {"", "GET", "/documents", 200}, {"clerk", "GET", "/documents/nothing", 404},
		{"clerk", "GET", "/documents/nothing/file", 404}, {"", "GET", path + "/FILE", 404},
	} {
		values := url.Values{"_op": {"x"}, "_v": {"2"}, "title": {"T"}, "type": {"minutes"}, "visibility": {"public"}, "language": {"id"}, "reason": {"sebab"}}
		a := s.do(t, c.actor, c.method, c.path, strings.NewReader(values.Encode()), "Content-Type", "application/x-www-form-urlencoded")
		if a.StatusCode != c.status {
			t.Errorf("%s %s as %q: %d, want %d", c.method, c.path, c.actor, a.StatusCode, c.status)
		}
		if c.status == 404 && strings.Contains(a.body, "Berita acara op") {
			t.Errorf("%s %s as %q shows what is hidden", c.method, c.path, c.actor)
		}
	}
	if a := s.get(t, "helper", path+"/file").want(t, 200); a.Header.Get("Cache-Control") != "private, no-store" {
		t.Errorf("kept by caches: %q", a.Header.Get("Cache-Control"))
	}
	s.thing.all.Store(true)
	s.get(t, "clerk", path).want(t, 404)
	s.get(t, "clerk", path+"/file").want(t, 404)
}

func TestEditTrashRestorePages(t *testing.T) {
	s := newSite(t)
	id := s.add(t, clerk, "op", domain.VisiblePublic)
	path := documentPath(id)
	form := s.get(t, "clerk", path+"/edit").want(t, 200)
	late := fill(form, map[string]string{"title": "Kalah cepat"})
	s.post(t, "clerk", path+"/edit", fill(form, map[string]string{"_op": "other", "title": "Lebih cepat", "visibility": "parties"})).want(t, 303)
	s.get(t, "", path).want(t, 404)
	a := s.post(t, "clerk", path+"/edit", late).want(t, 409)
	if !strings.Contains(a.body, "Lebih cepat") || !strings.Contains(a.body, "Kalah cepat") {
		t.Error("the conflict does not show both")
	}
	s.post(t, "clerk", path+"/edit", fill(a, map[string]string{"title": "Diputuskan"})).want(t, 303)
	s.post(t, "clerk", path+"/edit", fill(s.get(t, "clerk", path+"/edit"), map[string]string{"title": ""})).want(t, 303)

	show := s.get(t, "clerk", path).want(t, 200)
	version := show.doc.Find(`form[action$="/delete"] input[name=_v]`).AttrOr("value", "")
	a = s.post(t, "clerk", path+"/delete", url.Values{"_op": {"d"}, "_v": {version}}).want(t, 422)
	if a.doc.Find(`form[action$="/delete"] .error`).Length() != 1 {
		t.Error("the missing reason is not shown")
	}
	for range 2 {
		s.post(t, "clerk", path+"/delete", url.Values{"_op": {"d"}, "_v": {version}, "reason": {"salah berkas"}}).want(t, 303)
	}
	s.get(t, "helper", path).want(t, 404)
	trash := s.get(t, "clerk", path).want(t, 200)
	if !strings.Contains(trash.body, "salah berkas") || trash.doc.Find(`form[action$="/restore"]`).Length() != 1 || trash.doc.Find(`a[href$="/file"]`).Length() != 0 {
		t.Error("the trash does not say what happened and how to undo it")
	}
	version = trash.doc.Find(`form[action$="/restore"] input[name=_v]`).AttrOr("value", "")
	s.post(t, "clerk", path+"/restore", url.Values{"_op": {"r"}, "_v": {version}}).want(t, 303)
	s.get(t, "helper", path).want(t, 200)
}

func TestLibrary(t *testing.T) {
	s := newSite(t)
	for i := range pageSize + 2 {
		s.clock.Advance(time.Minute)
		d := minutes(domain.VisiblePublic)
		d.Title = "Dokumen " + string(rune('a'+i))
		if _, err := s.Add(t.Context(), clerk, op(d.Title), need, d, text("a.txt", d.Title+" "+strings.Repeat(string(rune('a'+i)), 6))); err != nil {
			t.Fatal(err)
		}
	}
	s.add(t, clerk, "rahasia", domain.VisibleParties)
	first := s.get(t, "", "/documents").want(t, 200)
	titles := first.doc.Find("article.card h3").Map(func(_ int, h *goquery.Selection) string { return h.Text() })
	if len(titles) != pageSize || titles[0] != "Dokumen v" || strings.Contains(first.body, "rahasia") {
		t.Errorf("first page %v", titles)
	}
	next := first.doc.Find("a[rel=next]").AttrOr("href", "")
	if n := s.get(t, "", next).want(t, 200).doc.Find("article.card").Length(); n != 2 {
		t.Errorf("second page has %d", n)
	}
	s.get(t, "", strings.Replace(next, "/documents?", "/documents?sort=title&", 1)).want(t, 400)
	sorted := s.get(t, "", "/documents?sort=title").want(t, 200)
	if got := sorted.doc.Find("article.card h3").First().Text(); got != "Dokumen a" {
		t.Errorf("sorted by title begins with %q", got)
	}
	for query, want := range map[string]int{"region=61.01": pageSize, "region=61.01.08.2007": pageSize, "region=61.02": 0, "type=minutes": pageSize, "type=photo": 0,
		"type=nonsense": 0, "region=61.01&type=minutes": pageSize, "q=cccccc": 1, "q=nothing": 0, "q=cccccc&type=photo": 0, "region=../": pageSize,
		fmt.Sprintf("kind=need&year=%d&organization=village&language=id", s.clock.Now().Year()): pageSize, "kind=call": 0, "year=2020": 0, "language=en": 0, "organization=ngo": 0} {
		a := s.get(t, "", "/documents?"+query).want(t, 200)
		if n := a.doc.Find("article.card").Length(); n != want {
			t.Errorf("%s gives %d, want %d", query, n, want)
		}
		if want == 0 && a.doc.Find(".empty a").Length() != 1 {
			t.Errorf("%s: nothing tells what to do", query)
		}
	}
	if got := first.doc.Find("main p[role=status]").Text(); got != "22 dokumen" {
		t.Errorf("in all: %q", got)
	}
	if got := s.get(t, "clerk", "/documents?type=minutes").want(t, 200).doc.Find("main p[role=status], option[selected][value=minutes]").Text(); got != "Berita acara musyawarah (23)23 dokumen" {
		t.Errorf("for the owner: %q", got)
	}
	chips := s.get(t, "", "/documents?type=minutes&year=2026").want(t, 200).doc.Find("a.chip")
	if chips.Length() != 2 || chips.First().AttrOr("href", "") != "/documents?year=2026" {
		t.Errorf("chips: %s", chips.Text())
	}
	s.thing.hide("") // the index has not heard of it: no document is shown all the same
	if n := s.get(t, "", "/documents").want(t, 200).doc.Find("article.card").Length(); n != 0 {
		t.Errorf("%d documents of a hidden parent", n)
	}
	if n := s.get(t, "", "/documents?q=cccccc").want(t, 200).doc.Find("article.card").Length(); n != 0 {
		t.Error("the search shows a hidden parent's document")
	}
}

// With the object store down everything but the content goes on, and nothing half done is left.
func TestObjectStoreDown(t *testing.T) {
	s := newSite(t)
	path := documentPath(s.add(t, clerk, "op", domain.VisiblePublic))
	values := fill(s.get(t, "clerk", "/documents/new?for=need:n1").want(t, 200), map[string]string{"title": "T", "type": "photo"})
	s.blobs.Down.Store(true)
	s.get(t, "", "/documents").want(t, 200)
	s.get(t, "", path).want(t, 200)
	s.get(t, "clerk", path+"/edit").want(t, 200)
	s.get(t, "", path+"/file").want(t, 503)
	if a := s.upload(t, "clerk", values, "a.txt", []byte("isi")).want(t, 503); a.Header.Get("Retry-After") == "" {
		t.Error("no word on when to try again")
	}
	s.blobs.Down.Store(false)
	s.upload(t, "clerk", values, "a.txt", []byte("isi")).want(t, 303)
	if n := s.settled(t); n != 2 {
		t.Errorf("%d documents", n)
	}
	for _, key := range s.stored() {
		s.blobs.Lose(key)
	}
	s.get(t, "", path+"/file").want(t, 503)
}

func TestPanel(t *testing.T) {
	s := newSite(t)
	s.add(t, clerk, "terbuka", domain.VisiblePublic)
	s.add(t, clerk, "tertutup", domain.VisibleParties)
	bundle, err := i18n.Load(os.DirFS("../../views"), "locales")
	if err != nil {
		t.Fatal(err)
	}
	load := func(actor domain.Actor) (string, error) {
		var base web.Base
		app := fiber.New()
		app.Get("/", func(c *fiber.Ctx) error {
			web.Put(c, bundle.Localizer("id"))
			base = web.NewBase(c, "", "")
			return nil
		})
		res, err := app.Test(httptest.NewRequest(http.MethodGet, "/", nil))
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		f, err := s.m.Panel().Load(t.Context(), domain.PanelRequest{Actor: actor, Ref: need, Page: base})
		return string(f.HTML), err
	}
	for name, c := range map[string]struct {
		actor  domain.Actor
		cards  int
		upload bool
	}{"public": {public, 1, false}, "clerk": {clerk, 2, true}, "villager": {villager, 2, false}, "other": {other, 1, false}} {
		html, err := load(c.actor)
		if err != nil || strings.Count(html, "<article") != c.cards || strings.Contains(html, "/documents/new?for=need%3An1") != c.upload {
			t.Errorf("%s: %v %s", name, err, html)
		}
	}
	s.thing.all.Store(true)
	if html, err := load(clerk); err == nil || html != "" {
		t.Errorf("of a hidden thing: %q", html)
	}
}
