package calls

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
	"gotong/views"
)

type fakePlaces struct{}

func (fakePlaces) Place(_ context.Context, code domain.RegionCode) (domain.Place, error) {
	if !domain.RegionCode("61").Contains(code) {
		return domain.Place{}, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	kinds := []string{"", "provinsi", "kabupaten", "kecamatan", "desa"}
	return domain.Place{Code: code, Name: "Paloh", Kind: kinds[code.Level()], District: "Paloh", Regency: "Kabupaten Sambas", Province: "Kalimantan Barat"}, nil
}

func (fakePlaces) Children(_ context.Context, code domain.RegionCode) ([]domain.Place, error) {
	switch code {
	case "":
		return []domain.Place{{Code: "61", Name: "Kalimantan Barat", Kind: "provinsi"}}, nil
	case "61":
		return []domain.Place{{Code: "61.01", Name: "Sambas", Kind: "kabupaten"}, {Code: "61.02", Name: "Mempawah", Kind: "kabupaten"}}, nil
	}
	return nil, nil
}

// fakeOrganizations are an NGO with papers, a company, and one whose verification has run out.
type fakeOrganizations struct{}

var applicants = map[domain.OrganizationID]Applicant{
	"yayasan": {OrganizationBrief: domain.OrganizationBrief{ID: "yayasan", Name: "Yayasan", Type: "community-ngo", Verified: true}, Region: "61.01", Areas: []domain.RegionCode{"61.01"},
		Papers: map[string]bool{"surat-kuasa": true}},
	"pt":     {OrganizationBrief: domain.OrganizationBrief{ID: "pt", Name: "PT", Type: "private-sector", Verified: true}, Region: "61.02"},
	"lapsed": {OrganizationBrief: domain.OrganizationBrief{ID: "lapsed", Name: "Lapsed", Type: "community-ngo"}, Region: "61.01", Papers: map[string]bool{"surat-kuasa": false}},
	"dinas":  {OrganizationBrief: domain.OrganizationBrief{ID: "dinas", Name: "Dinas", Type: "government", Verified: true}, Region: "61.71"},
}

func (fakeOrganizations) Briefs(_ context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error) {
	out := map[domain.OrganizationID]domain.OrganizationBrief{}
	for _, id := range ids {
		out[id] = applicants[id].OrganizationBrief
	}
	return out, nil
}

func (fakeOrganizations) Applicant(_ context.Context, id domain.OrganizationID) (Applicant, error) {
	a, ok := applicants[id]
	if !ok {
		return a, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	return a, nil
}

// fakeAnswers are initiatives that were handed in, by id.
type fakeAnswers struct {
	handed    map[domain.InitiativeID]Handed
	undecided int64
}

func (f *fakeAnswers) Handed(_ context.Context, ids []domain.InitiativeID) (out []Handed, err error) {
	for _, id := range ids {
		if h, ok := f.handed[id]; ok {
			out = append(out, h)
		}
	}
	return out, nil
}

func (f *fakeAnswers) Undecided(context.Context, domain.CallID) (int64, error) {
	return f.undecided, nil
}

type portal struct {
	*Module
	db      *store.DB
	app     *fiber.App
	clock   *clock.Fake
	answers *fakeAnswers
	bundle  *i18n.Bundle
}

func open(t *testing.T) *portal { return openOn(t, testkit.DBAt) }

func openOn(t *testing.T, db func(testing.TB, clock.Clock) *store.DB) *portal {
	t.Helper()
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(views.FS, bundle, web.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	p := &portal{clock: testkit.Clock(), answers: &fakeAnswers{handed: map[domain.InitiativeID]Handed{}}, bundle: bundle}
	p.db = db(t, p.clock)
	p.Module = New(Deps{DB: p.db, Views: engine, Clock: p.clock, Log: log, Places: fakePlaces{}, Organizations: fakeOrganizations{}, Answers: p.answers})
	p.app = fiber.New(fiber.Config{Immutable: true, ErrorHandler: web.ErrorHandler(engine, log)})
	p.app.Use(web.Locale(bundle))
	p.app.Use(func(c *fiber.Ctx) error {
		actor := people[c.Get("X-Actor")]
		web.Put(c, actor)
		if actor.SignedIn() {
			web.Put(c, &web.User{Name: actor.Name})
		}
		return c.Next()
	})
	p.Routes(p.app)
	return p
}

func member(org domain.OrganizationID, role domain.OrganizationRole, verified bool) []domain.Membership {
	return []domain.Membership{{Organization: org, Name: applicants[org].Name, Role: role, Verified: verified}}
}

func office(account domain.AccountID, roles ...domain.PlatformRole) domain.Actor {
	return domain.Actor{Account: account, Roles: roles}
}

// people are the actors of the tests, by name.
var people = map[string]domain.Actor{
	"":             {},
	"member":       {Account: "member"},
	"secretariat":  office("secretariat", domain.RoleSecretariat),
	"secretariat2": office("secretariat2", domain.RoleSecretariat),
	"auditor":      office("auditor", domain.RoleAuditor),
	"owner":        {Account: "owner", Memberships: member("dinas", domain.OrgOwner, true)},
	"owner2":       {Account: "owner2", Memberships: member("dinas", domain.OrgOwner, true)},
	"editor":       {Account: "editor", Memberships: member("dinas", domain.OrgEditor, true)},
	"viewer":       {Account: "viewer", Memberships: member("dinas", domain.OrgViewer, true)},
	"unverified":   {Account: "unverified", Memberships: member("lapsed", domain.OrgOwner, false)},
	"applicant":    {Account: "applicant", Memberships: member("yayasan", domain.OrgOwner, true)},
	"rival":        {Account: "rival", Memberships: member("pt", domain.OrgOwner, true)},
}

var operations int

func op() store.Operation {
	operations++
	return store.Operation{ID: fmt.Sprintf("op-%d", operations), Digest: "d"}
}

// content is a call that is complete: it closes ten days from the epoch of the tests.
func content() Content {
	return Content{
		Title: "Air bersih untuk dusun pesisir", Theme: "Air dan sanitasi", Summary: "Usulan penyediaan air.", SummaryEN: "Proposals for water.", Expected: "Dirawat warga.",
		Categories: []domain.CategoryID{"clean-water-supply"}, Areas: []domain.RegionCode{"61.01"}, Budget: 500_000_000, Least: 10_000_000, Most: 200_000_000,
		Types: []string{"community-ngo"}, Local: true, OrgPapers: []string{"surat-kuasa"}, Papers: []domain.DocumentType{domain.DocStudy},
		Criteria: []Criterion{{Name: "Sesuai kebutuhan", Guidance: "1: tidak; 5: persis", Weight: 60, Minimum: 3}, {Name: "Biaya", Guidance: "1: mahal; 5: wajar", Weight: 40}},
		Deadline: testkit.Epoch.Add(10 * 24 * time.Hour), Zone: WITA, QuestionsUntil: testkit.Epoch.Add(5 * 24 * time.Hour), DecideBy: domain.DateOf(testkit.Epoch.AddDate(0, 0, 60)),
		Reviewers: 2, Spread: 20, Contact: "Sekretariat",
	}
}

func (p *portal) drafted(t *testing.T, who string, organization domain.OrganizationID) Doc {
	t.Helper()
	doc, err := p.Service.Create(t.Context(), people[who], op(), organization, content())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func request(who string, doc Doc, reason string) Request {
	return Request{Actor: people[who], Operation: op(), ID: domain.CallID(doc.ID), Reason: reason}
}

func (p *portal) decide(t *testing.T, who string, doc Doc, d Decision, reason string) Doc {
	t.Helper()
	doc, err := p.Service.Decide(t.Context(), request(who, doc, reason), d)
	if err != nil {
		t.Fatal(d.Action, err)
	}
	return doc
}

func (p *portal) opened(t *testing.T) Doc {
	t.Helper()
	doc := p.decide(t, "owner", p.drafted(t, "owner", "dinas"), Decision{Action: ActionAsk}, "")
	return p.decide(t, "owner2", doc, Decision{Action: ActionRelease}, "")
}

// closed lets the deadline pass and takes the snapshot.
func (p *portal) closed(t *testing.T, doc Doc) Doc {
	t.Helper()
	p.clock.Advance(doc.Body.Deadline.Sub(p.clock.Now()))
	if n, err := p.Service.Sweep(t.Context()); n != 1 || err != nil {
		t.Fatal("sweep:", n, err)
	}
	p.clock.Advance(settleAfter)
	if n, err := p.Service.Reconcile(t.Context()); n != 1 || err != nil {
		t.Fatal("reconcile:", n, err)
	}
	return p.get(t, doc)
}

func (p *portal) get(t *testing.T, doc Doc) Doc {
	t.Helper()
	again, err := p.Service.Get(t.Context(), domain.CallID(doc.ID))
	if err != nil {
		t.Fatal(err)
	}
	return again
}

type answer struct {
	status   int
	location string
	doc      *goquery.Document
	body     string
}

func (p *portal) send(t *testing.T, who, method, path string, form url.Values) answer {
	t.Helper()
	var body io.Reader
	if form != nil {
		if form.Get("_op") == "" {
			form.Set("_op", store.NewID())
		}
		body = strings.NewReader(form.Encode())
	}
	req := httptest.NewRequest(method, path, body)
	req.Header.Set("X-Actor", who)
	req.Header.Set("Accept", "text/html")
	if form != nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := p.app.Test(req, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	raw, _ := io.ReadAll(res.Body)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return answer{status: res.StatusCode, location: res.Header.Get("Location"), doc: doc, body: string(raw)}
}

func (p *portal) get200(t *testing.T, who, path string) answer {
	t.Helper()
	a := p.send(t, who, http.MethodGet, path, nil)
	if a.status != http.StatusOK {
		t.Fatalf("%s as %q: %d", path, who, a.status)
	}
	return a
}
