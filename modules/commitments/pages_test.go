package commitments

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
	"gotong/views"
)

// site is the module behind a Fiber app; the header X-As names the actor.
type site struct {
	*bench
	app    *fiber.App
	module *Module
	engine *web.Engine
}

func newSite(t *testing.T) *site {
	t.Helper()
	s := &site{bench: newBench(t, bothModes["transaction"])}
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	if s.engine, err = web.NewEngine(views.FS, bundle, web.EngineOptions{}); err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(t.Output(), nil))
	s.module = newModule(s.Service, Deps{Views: s.engine, PublicURL: "https://gotong.test"})
	s.app = fiber.New(fiber.Config{Immutable: true, ErrorHandler: web.ErrorHandler(s.engine, log)})
	s.app.Use(web.Locale(bundle), func(c *fiber.Ctx) error {
		web.Put(c, people[c.Get("X-As")])
		return c.Next()
	})
	s.module.Routes(s.app)
	return s
}

var people = map[string]domain.Actor{"giver": giver, "taker": taker, "verifier": verifier, "stranger": stranger,
	"secretariat": {Account: "s", Roles: []domain.PlatformRole{domain.RoleSecretariat}}, "auditor": {Account: "u", Roles: []domain.PlatformRole{domain.RoleAuditor}}}

func (s *site) do(t *testing.T, as string, request *http.Request) (*http.Response, *goquery.Document) {
	t.Helper()
	request.Header.Set("X-As", as)
	response, err := s.app.Test(request, -1)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	if text := string(body); strings.Contains(text, "⟦") || strings.Contains(text, "<no value>") {
		t.Errorf("%s %s: a missing text: %s", request.Method, request.URL, text[max(0, strings.Index(text, "⟦")-100):])
	}
	doc, err := goquery.NewDocumentFromReader(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	return response, doc
}

func (s *site) get(t *testing.T, as, path string) (*http.Response, *goquery.Document) {
	t.Helper()
	return s.do(t, as, httptest.NewRequest(http.MethodGet, path, nil))
}

func (s *site) post(t *testing.T, as, path string, values url.Values) (*http.Response, *goquery.Document) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(values.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return s.do(t, as, r)
}

func (s *site) upload(t *testing.T, as, path string, values url.Values) (*http.Response, *goquery.Document) {
	t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	for k, v := range values {
		_ = w.WriteField(k, v[0])
	}
	part, _ := w.CreateFormFile("file", "bast.pdf")
	_, _ = part.Write([]byte("%PDF-1.7"))
	_ = w.Close()
	r := httptest.NewRequest(http.MethodPost, path, &body)
	r.Header.Set("Content-Type", w.FormDataContentType())
	return s.do(t, as, r)
}

// The whole way through the pages, as each side, and what the others must not see of it.
func TestPagesFromProposalToConfirmation(t *testing.T) {
	s := newSite(t)
	s.need(t, "need", 40)
	s.initiative(t, "init", "giver-org", 60)
	want := func(response *http.Response, status int, what string) {
		t.Helper()
		if response.StatusCode != status {
			t.Fatalf("%s: %d", what, response.StatusCode)
		}
	}
	r, _ := s.get(t, "", "/commitments/new?need=need&initiative=init")
	want(r, http.StatusSeeOther, "the public is asked to sign in")
	r, _ = s.get(t, "stranger", "/commitments/new?need=need&initiative=init")
	want(r, http.StatusForbidden, "a stranger's form")
	r, page := s.get(t, "giver", "/commitments/new?need=need&initiative=init")
	want(r, http.StatusOK, "the form")
	if page.Find("form input[name=quantity]").AttrOr("value", "") != "40" || page.Find("h1").Length() != 1 {
		t.Error("the form does not offer what is possible")
	}
	form := url.Values{"_op": {"op-new"}, "need": {"need"}, "initiative": {"init"}, "offer": {"init-offer"}, "quantity": {"41"}, "from": {"2027-03-01"},
		"until": {"30/06/2027"}, "message": {"Kami sanggup membantu."}, "conditions": {"Warga menyiapkan lokasi."}}
	r, page = s.post(t, "giver", "/commitments", form)
	want(r, http.StatusUnprocessableEntity, "too much")
	if page.Find("textarea[name=message]").Text() != "Kami sanggup membantu." || page.Find("#i-quantity-error").Length() != 1 {
		t.Error("what was typed is gone, or the field has no message")
	}
	form.Set("quantity", "30")
	r, _ = s.post(t, "giver", "/commitments", form)
	want(r, http.StatusSeeOther, "proposed")
	path := r.Header.Get("Location")
	for _, as := range []string{"", "stranger"} {
		r, page = s.get(t, as, path)
		want(r, http.StatusNotFound, "a proposal seen by "+as)
		if strings.Contains(page.Text(), "Kami sanggup") {
			t.Error("the message leaks")
		}
	}
	for _, as := range []string{"giver", "taker", "verifier", "secretariat", "auditor"} {
		r, page = s.get(t, as, path)
		want(r, http.StatusOK, as)
		if !strings.Contains(page.Text(), "Warga menyiapkan lokasi.") {
			t.Errorf("%s does not read the conditions", as)
		}
		if got := page.Find("form[action$=accept]").Length(); (got == 1) != (as == "taker") {
			t.Errorf("%s has %d buttons to accept", as, got)
		}
	}
	r, _ = s.post(t, "giver", path+"/accept", url.Values{"_op": {"a"}})
	want(r, http.StatusForbidden, "the giver accepts")
	r, _ = s.post(t, "", path+"/accept", url.Values{"_op": {"a"}})
	want(r, http.StatusNotFound, "the public accepts")
	r, page = s.post(t, "taker", path+"/decline", url.Values{"_op": {"d"}})
	want(r, http.StatusUnprocessableEntity, "declined without a reason")
	if page.Find("details[open] textarea[name=reason]").Length() != 1 {
		t.Error("the reason is not asked for")
	}
	r, _ = s.post(t, "taker", path+"/accept", url.Values{"_op": {"a"}})
	want(r, http.StatusSeeOther, "accepted")
	r, page = s.get(t, "", path)
	want(r, http.StatusOK, "the public's page")
	for _, secret := range []string{"Warga menyiapkan lokasi.", "Kami sanggup"} {
		if strings.Contains(page.Text(), secret) {
			t.Errorf("the public reads %q", secret)
		}
	}
	if page.Find("form[method=post]").Length() != 0 || !strings.Contains(page.Find("h1").Text(), "30 unit") {
		t.Errorf("the public's page: %s", page.Find("h1").Text())
	}
	for _, as := range []string{"giver", "taker"} {
		r, _ = s.post(t, as, path+"/sign", url.Values{"_op": {"s" + as}, "kind": {"statement"}, "position": {"Ketua"}})
		want(r, http.StatusSeeOther, as+" signs")
	}
	delivery := url.Values{"_op": {"del"}, "quantity": {"30"}, "date": {"2027-02-28"}, "place": {"Balai desa"}, "condition": {"Baik"}, "type": {"handover"}}
	r, page = s.post(t, "giver", path+"/deliver", delivery)
	want(r, http.StatusUnprocessableEntity, "a delivery without a document")
	if page.Find("input[name=place]").AttrOr("value", "") != "Balai desa" {
		t.Error("what was typed is gone")
	}
	r, _ = s.upload(t, "giver", path+"/deliver", delivery)
	want(r, http.StatusSeeOther, "delivered")
	_, page = s.get(t, "taker", path)
	field := page.Find("input[name^=received_]")
	if field.AttrOr("value", "") != "30" {
		t.Fatalf("the village is not asked: %s", page.Find("main").Text())
	}
	r, page = s.post(t, "taker", path+"/confirm", url.Values{"_op": {"c"}, field.AttrOr("name", ""): {"28"}})
	want(r, http.StatusUnprocessableEntity, "denied without words")
	if page.Find("textarea[name=words][aria-invalid]").Length() != 1 {
		t.Error("the words are not asked for")
	}
	r, _ = s.post(t, "taker", path+"/confirm", url.Values{"_op": {"c"}, field.AttrOr("name", ""): {"28"}, "words": {"Dua retak."}})
	want(r, http.StatusSeeOther, "disputed")
	_, page = s.get(t, "verifier", path)
	if page.Find("input[name=decision]").Length() != 3 {
		t.Error("the verifier has nothing to decide with")
	}
	_, page = s.get(t, "", path)
	if strings.Contains(page.Text(), "Dua retak.") {
		t.Error("the public reads the dispute")
	}
	r, _ = s.post(t, "verifier", path+"/settle", url.Values{"_op": {"v"}, "decision": {"confirmed"}, "reason": {"Sudah diganti."}})
	want(r, http.StatusSeeOther, "settled")
	r, page = s.get(t, "", "/en"+path)
	want(r, http.StatusOK, "in English")
	if !strings.Contains(page.Find(".tag").First().Text(), "Confirmed") {
		t.Error(page.Find(".tag").First().Text())
	}
	s.sound(t)
}

func TestPanels(t *testing.T) {
	s := newSite(t)
	s.need(t, "need", 40)
	s.initiative(t, "init", "giver-org", 60)
	id := s.propose(t, "need", "init", "p", 30)
	base := func() web.Base {
		var b web.Base
		app := fiber.New()
		bundle, _ := i18n.Load(views.FS, "locales")
		app.Use(web.Locale(bundle))
		app.Get("/", func(c *fiber.Ctx) error { b = web.NewBase(c, "", ""); return nil })
		_, _ = app.Test(httptest.NewRequest(http.MethodGet, "/", nil), -1)
		return b
	}
	load := func(p domain.Panel, actor domain.Actor, kind, id string) string {
		t.Helper()
		f, err := p.Load(context.Background(), domain.PanelRequest{Actor: actor, Ref: domain.Ref{Kind: kind, ID: id}, Page: base(), Region: testVillage})
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(f.HTML), "⟦") || strings.Contains(f.Title, "⟦") {
			t.Errorf("a missing text: %s", f.HTML)
		}
		return string(f.HTML)
	}
	if html := load(s.module.NeedPanel(), public, "need", "need"); html != "" {
		t.Errorf("the public sees a proposal: %s", html)
	}
	if html := load(s.module.NeedPanel(), taker, "need", "need"); !strings.Contains(html, string(id)) {
		t.Error("the village does not see its proposal")
	}
	waiting := func(actor domain.Actor) (paths []string) {
		t.Helper()
		for _, q := range s.module.Queues() {
			if !q.For(actor) {
				continue
			}
			w, err := q.Read(t.Context(), domain.QueueRequest{Actor: actor, Page: base(), Limit: 5})
			if err != nil {
				t.Fatal(err)
			}
			for _, item := range w.Items {
				paths = append(paths, item.Path)
			}
		}
		return paths
	}
	if got := waiting(taker); len(got) != 1 || got[0] != pathOf(id) {
		t.Errorf("the village's desk: %v", got)
	}
	for _, actor := range []domain.Actor{public, stranger, giver, verifier} {
		if got := waiting(actor); len(got) != 0 {
			t.Errorf("it waits for %s too: %v", actor.Account, got)
		}
	}
	if err := s.Accept(t.Context(), taker, operation("a"), id); err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]domain.Panel{"need": s.module.NeedPanel(), "initiative": s.module.InitiativePanel()} {
		subject := map[string]string{"need": "need", "initiative": "init"}[name]
		if html := load(p, public, name, subject); !strings.Contains(html, string(id)) {
			t.Errorf("%s: the public does not see the commitment", name)
		}
	}
	if html := load(s.module.VillagePanel(), public, "village", string(testVillage)); !strings.Contains(html, "30 unit") {
		t.Errorf("village: %s", html)
	}
	if html := load(s.module.OrganizationPanel(), public, "organization", "giver-org"); !strings.Contains(html, "30 unit") {
		t.Errorf("organisation: %s", html)
	}
	r := s.module.Resolver()
	if got, err := r.Resolve(t.Context(), public, string(id)); err != nil || got.MayAttach || got.ReadsParties || !got.Public {
		t.Errorf("%+v %v", got, err)
	}
	if got, err := r.Resolve(t.Context(), giver, string(id)); err != nil || !got.MayAttach || len(got.Parties) != 2 {
		t.Errorf("%+v %v", got, err)
	}
	if _, err := r.Resolve(t.Context(), stranger, "none"); !apperr.Is(err, apperr.NotFound) {
		t.Error(err)
	}
}

func TestTemplatesFitTheirPages(t *testing.T) {
	s := newSite(t)
	for _, err := range web.CheckViews(s.engine) {
		t.Error(err)
	}
}

// The follower brings the accounts in line when the process that changed a commitment stopped before it could.
func TestFollowerSettles(t *testing.T) {
	b := newBench(t, bothModes["transaction"])
	b.need(t, "need", 40)
	b.initiative(t, "init", "giver-org", 60)
	id := b.propose(t, "need", "init", "p", 30)
	if err := b.Accept(t.Context(), taker, operation("a"), id); err != nil {
		t.Fatal(err)
	}
	doc, _ := b.records.Get(t.Context(), string(id))
	c := doc.Body
	if err := c.Cancel(Hand{Side: SideVillage, At: b.clock.Now()}, "Tidak jadi."); err != nil {
		t.Fatal(err)
	}
	if _, err := b.records.Replace(t.Context(), doc, c, store.Change{Action: "commitment.cancelled"}); err != nil {
		t.Fatal(err)
	}
	if l, _ := b.Ledger(t.Context(), "need"); l.Committed != 30 {
		t.Fatalf("settled without the follower: %+v", l)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- b.Follow(ctx) }()
	last, err := b.db.Feed().Last(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The account's own entry is the next one in the feed.
	if err := b.db.Feed().Wait(t.Context(), last+1); err != nil {
		t.Fatal(err)
	}
	stop()
	<-done
	if l, _ := b.Ledger(t.Context(), "need"); l.Committed != 0 {
		t.Fatalf("%+v", l)
	}
	b.sound(t)
}
