package audit

import (
	"context"
	"log/slog"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
	"gotong/views"
)

type body struct {
	Title string `json:"title"`
	State string `json:"state"`
	Email string `json:"email,omitempty"`
}

type fixture struct {
	t       *testing.T
	records *store.Records[body]
	module  *Module
	app     *fiber.App
	base    web.Base
	actor   domain.Actor
	viewed  int
}

func (f *fixture) Accounts(context.Context, []domain.AccountID) (map[domain.AccountID]string, error) {
	return map[domain.AccountID]string{"a1": "Operator Desa Temajuk"}, nil
}

func (f *fixture) Organizations(context.Context, []domain.OrganizationID) (map[domain.OrganizationID]string, error) {
	return map[domain.OrganizationID]string{"o1": "Pemerintah Desa Temajuk"}, nil
}

func (f *fixture) Resolve(_ context.Context, actor domain.Actor, ref domain.Ref) (domain.Resolved, error) {
	if ref.ID == "hidden" && !mayReadTrail(actor) {
		return domain.Resolved{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	return domain.Resolved{Ref: ref, Title: "Penampung air hujan", Path: "/needs/" + ref.ID, Organization: "o1", Parties: []domain.OrganizationID{"o1", "o2"}}, nil
}

func (f *fixture) Viewed(context.Context, domain.Actor, string) error { f.viewed++; return nil }

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t}
	db := testkit.DB(t)
	f.records = store.NewRecords[body](db, store.Definition[body]{Name: "needs", Schema: 1, Personal: []string{"email"}})
	if err := db.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(views.FS, bundle, web.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	f.module = New(Deps{DB: db, Views: engine, Names: f, Things: f, Access: f, Subjects: []Subject{{Kind: domain.KindNeed, Collection: "needs", History: f.records.History}}})
	f.app = fiber.New(fiber.Config{Immutable: true, ErrorHandler: web.ErrorHandler(engine, slog.New(slog.DiscardHandler))})
	f.app.Use(web.Locale(bundle), func(c *fiber.Ctx) error { web.Put(c, f.actor); f.base = web.NewBase(c, "", ""); return c.Next() })
	f.module.Routes(f.app)
	f.app.Get("/blank", func(c *fiber.Ctx) error { return c.SendString("") })
	f.answer("/blank") // takes a base for panels
	f.write()
	return f
}

func (f *fixture) write() {
	f.t.Helper()
	ctx := f.t.Context()
	change := func(action, reason string) store.Change {
		return store.Change{Action: action, Actor: "a1", Organization: "o1", Reason: reason, Session: "s1"}
	}
	d, err := f.records.Insert(ctx, "n1", body{Title: "Penampung", State: "draft", Email: "rahasia@contoh.invalid"}, change("need.declared", ""))
	if err == nil {
		d, err = f.records.Replace(ctx, d, body{Title: "Penampung <b>air</b>", State: "submitted", Email: "rahasia@contoh.invalid"}, change("need.submitted", ""))
	}
	if err == nil {
		d, err = f.records.Replace(ctx, d, body{Title: "Penampung <b>air</b>", State: "needs-correction"}, change("need.returned", "Lampiran memuat NIK"))
	}
	if err == nil {
		_, err = f.records.Replace(ctx, d, body{Title: "Penampung <b>air</b>", State: "verified"}, store.Change{Action: "need.verified"})
	}
	if err == nil {
		_, err = f.records.Insert(ctx, "hidden", body{Title: "Lain"}, change("need.declared", ""))
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) answer(path string) (int, *goquery.Document) {
	f.t.Helper()
	answer, err := f.app.Test(httptest.NewRequest("GET", path, nil), 20_000)
	if err != nil {
		f.t.Fatal(err)
	}
	defer answer.Body.Close()
	doc, err := goquery.NewDocumentFromReader(answer.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	return answer.StatusCode, doc
}

func TestTrailIsForSecretariatAndAuditorOnly(t *testing.T) {
	f := newFixture(t)
	for name, test := range map[string]struct {
		actor domain.Actor
		want  int
	}{
		"public":      {domain.Actor{}, 404},
		"member":      {domain.Actor{Account: "a2", Memberships: []domain.Membership{{Organization: "o1", Role: domain.OrgOwner}}}, 404},
		"verifier":    {domain.Actor{Account: "a3", Mandates: []domain.Mandate{{Kind: domain.MandateAreaVerifier, Region: "61"}}}, 404},
		"secretariat": {domain.Actor{Account: "a4", Roles: []domain.PlatformRole{domain.RoleSecretariat}}, 200},
		"auditor":     {domain.Actor{Account: "a5", Roles: []domain.PlatformRole{domain.RoleAuditor}}, 200},
	} {
		f.actor, f.viewed = test.actor, 0
		status, doc := f.answer("/audit")
		if status != test.want {
			t.Errorf("%s: %d", name, status)
		}
		if noted := f.viewed == 1; noted != (test.want == 200) {
			t.Errorf("%s: %d views noted", name, f.viewed)
		}
		if test.want == 404 && strings.Contains(doc.Text(), "Penampung") {
			t.Errorf("%s sees the trail", name)
		}
	}
}

func TestTrailShowsWhatChanged(t *testing.T) {
	f := newFixture(t)
	f.actor = domain.Actor{Account: "a5", Roles: []domain.PlatformRole{domain.RoleAuditor}}
	_, doc := f.answer("/audit")
	if n := doc.Find(".trail > li").Length(); n != 5 {
		t.Fatalf("%d entries", n)
	}
	returned := doc.Find(".trail > li").Eq(2)
	text := strings.Join(strings.Fields(returned.Text()), " ")
	for _, want := range []string{"Kebutuhan dikembalikan", "Operator Desa Temajuk", "atas nama Pemerintah Desa Temajuk", "Alasan: Lampiran memuat NIK", "submitted → needs-correction"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q not in %q", want, text)
		}
	}
	if got := returned.Find("del").Text(); got != "submitted" {
		t.Errorf("before %q", got)
	}
	if strings.Contains(doc.Text(), "rahasia@contoh.invalid") {
		t.Error("a personal value is shown")
	}
	if doc.Find(".trail b").Length() > 0 {
		t.Error("a stored text became markup")
	}
	if got := doc.Find(".trail > li").Eq(1).Find(".meta").Text(); !strings.Contains(got, "Sistem") {
		t.Errorf("system %q", got)
	}
	if strings.Contains(doc.Text(), "⟦") {
		t.Error("missing text")
	}
	for path, want := range map[string]int{"/audit?kind=need&id=n1": 4, "/audit?actor=a1": 4, "/audit?kind=document": 0, "/audit?cursor=3": 2, "/en/audit": 5,
		"/audit?action=need.declared": 2, "/audit?organization=o1&action=need.returned": 1, "/audit?organization=o2": 0, "/audit?from=2000-01-01": 5, "/audit?until=2000-01-01": 0, "/audit?from=nonsense": 5} {
		if _, doc := f.answer(path); doc.Find(".trail > li").Length() != want {
			t.Errorf("%s: %d entries, want %d", path, doc.Find(".trail > li").Length(), want)
		}
	}
}

func TestTrailPagesRunOn(t *testing.T) {
	f := newFixture(t)
	f.actor = domain.Actor{Account: "a5", Roles: []domain.PlatformRole{domain.RoleAuditor}}
	for range pageSize * 2 {
		if _, err := f.records.Insert(t.Context(), store.NewID(), body{Title: "x"}, store.Change{Action: "need.declared", Actor: "a9"}); err != nil {
			t.Fatal(err)
		}
	}
	seen, path := map[string]bool{}, "/audit?kind=need"
	for pages := 0; path != "" && pages < 10; pages++ {
		_, doc := f.answer(path)
		doc.Find(".trail > li").Each(func(_ int, s *goquery.Selection) {
			id, _ := s.Attr("id")
			if seen[id] {
				t.Errorf("%s twice", id)
			}
			seen[id] = true
		})
		path, _ = doc.Find(".pager [rel=next]").Attr("href")
	}
	if len(seen) != pageSize*2+5 {
		t.Errorf("%d entries", len(seen))
	}
}

func (f *fixture) history(actor domain.Actor, id string) (string, error) {
	f.t.Helper()
	fragment, err := f.module.History.Load(f.t.Context(), domain.PanelRequest{Actor: actor, Ref: domain.Ref{Kind: domain.KindNeed, ID: id}, Page: f.base})
	return string(fragment.HTML), err
}

func TestHistoryShowsThePublicOnlyPublicActs(t *testing.T) {
	f := newFixture(t)
	html, err := f.history(domain.Actor{}, "n1")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"Kebutuhan diajukan", "Kebutuhan terverifikasi", "Pemerintah Desa Temajuk"} {
		if !strings.Contains(html, want) {
			t.Errorf("%q missing", want)
		}
	}
	for _, never := range []string{"dikembalikan", "NIK", "Operator", "Konsep", "/audit"} {
		if strings.Contains(html, never) {
			t.Errorf("the public sees %q", never)
		}
	}
	if _, err := f.history(domain.Actor{}, "hidden"); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("hidden: %v", err)
	}
}

func TestHistoryIsFullForParties(t *testing.T) {
	f := newFixture(t)
	for name, actor := range map[string]domain.Actor{
		"owner":       {Account: "a1", Memberships: []domain.Membership{{Organization: "o1", Role: domain.OrgViewer}}},
		"other party": {Account: "a2", Memberships: []domain.Membership{{Organization: "o2", Role: domain.OrgViewer}}},
		"secretariat": {Account: "a4", Roles: []domain.PlatformRole{domain.RoleSecretariat}},
	} {
		html, err := f.history(actor, "n1")
		if err != nil || !strings.Contains(html, "Lampiran memuat NIK") || !strings.Contains(html, "Operator Desa Temajuk") {
			t.Errorf("%s: %v %s", name, err, html)
		}
		if strings.Contains(html, "/audit") != mayReadTrail(actor) {
			t.Errorf("%s: link to the trail", name)
		}
	}
	html, err := f.history(domain.Actor{Account: "a9", Memberships: []domain.Membership{{Organization: "o9", Role: domain.OrgOwner}}}, "n1")
	if err != nil || strings.Contains(html, "NIK") {
		t.Errorf("a stranger's organisation reads all: %v", err)
	}
}
