package needs

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/domain/domaintest"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
	"gotong/views"
)

const temajuk = domain.RegionCode("61.01.08.2007")

type fakePlaces struct{}

func (fakePlaces) Place(_ context.Context, code domain.RegionCode) (domain.Place, error) {
	if !domain.RegionCode("61.01").Contains(code) && !code.Contains("61.01") {
		return domain.Place{}, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	kinds := []string{"", "provinsi", "kabupaten", "kecamatan", "desa"}
	return domain.Place{Code: code, Name: "Temajuk", Kind: kinds[code.Level()], District: "Paloh", Regency: "Kabupaten Sambas", Province: "Kalimantan Barat"}, nil
}

func (fakePlaces) Children(context.Context, domain.RegionCode) ([]domain.Place, error) {
	return nil, nil
}

type fakeOrganizations struct{}

func (fakeOrganizations) Briefs(_ context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error) {
	out := map[domain.OrganizationID]domain.OrganizationBrief{}
	for _, id := range ids {
		out[id] = domain.OrganizationBrief{ID: id, Name: "Organisasi " + string(id)}
	}
	return out, nil
}

func (fakeOrganizations) VillageGovernment(_ context.Context, code domain.RegionCode) (domain.OrganizationBrief, error) {
	if code != temajuk {
		return domain.OrganizationBrief{}, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	return domain.OrganizationBrief{ID: "desa", Village: temajuk}, nil
}

// fakeLedgers is an account book; crash, where set, fails the named call once.
type fakeLedgers struct {
	mu       sync.Mutex
	accounts map[domain.NeedID]*account
	crash    string
}

type account struct {
	ledger domain.Ledger
	closed bool
}

func (l *fakeLedgers) fails(call string) error {
	if l.crash == call {
		l.crash = ""
		return apperr.New(apperr.Unavailable, "error.unavailable.text")
	}
	return nil
}

func (l *fakeLedgers) OpenNeed(_ context.Context, id domain.NeedID, unit domain.UnitID, limit int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.fails("open"); err != nil {
		return err
	}
	if l.accounts[id] == nil {
		l.accounts[id] = &account{}
	}
	l.accounts[id].ledger.Unit, l.accounts[id].ledger.Needed, l.accounts[id].closed = unit, limit, false
	return nil
}

func (l *fakeLedgers) SetNeedLimit(_ context.Context, id domain.NeedID, limit int64) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.fails("limit"); err != nil {
		return err
	}
	a := l.accounts[id]
	if a == nil {
		return apperr.New(apperr.NotFound, "error.not_found.text")
	}
	if limit < a.ledger.Committed {
		return apperr.New(apperr.Conflict, "error.conflict.text")
	}
	a.ledger.Needed = limit
	return nil
}

func (l *fakeLedgers) CloseNeed(_ context.Context, id domain.NeedID) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a := l.accounts[id]; a != nil {
		a.closed = true
	}
	return nil
}

func (l *fakeLedgers) Ledger(_ context.Context, id domain.NeedID) (domain.Ledger, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if a := l.accounts[id]; a != nil {
		return a.ledger, nil
	}
	return domain.Ledger{}, nil
}

func (l *fakeLedgers) Ledgers(ctx context.Context, ids []domain.NeedID) (map[domain.NeedID]domain.Ledger, error) {
	out := map[domain.NeedID]domain.Ledger{}
	for _, id := range ids {
		out[id], _ = l.Ledger(ctx, id)
	}
	return out, nil
}

type fakeMandates struct{ district bool }

func (m *fakeMandates) DistrictHasVerifier(context.Context, domain.RegionCode, domain.RegionCode) (bool, error) {
	return m.district, nil
}

type noFinder struct{}

func (noFinder) Find(context.Context, string, map[string]string, string, int) ([]string, string, error) {
	return nil, "", nil
}

// portal is the module with its pages, on a real store.
type portal struct {
	*Module
	app      *fiber.App
	clock    *clock.Fake
	ledgers  *fakeLedgers
	papers   *domaintest.Papers
	mandates *fakeMandates
	bundle   *i18n.Bundle
}

func open(t *testing.T) *portal {
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
	p := &portal{clock: testkit.Clock(), ledgers: &fakeLedgers{accounts: map[domain.NeedID]*account{}}, papers: domaintest.NewPapers(), mandates: &fakeMandates{district: true}}
	p.Module = New(Deps{
		DB: testkit.DBAt(t, p.clock), Views: engine, Clock: p.clock, Log: log, Places: fakePlaces{}, Organizations: fakeOrganizations{},
		Papers: p.papers, Ledgers: p.ledgers, Mandates: p.mandates, Finder: noFinder{},
	})
	p.bundle = bundle
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

func member(org domain.OrganizationID, role domain.OrganizationRole, village domain.RegionCode) []domain.Membership {
	return []domain.Membership{{Organization: org, Name: "Organisasi " + string(org), Role: role, Verified: true, Village: village}}
}

// people are the actors of the tests, by name.
var people = map[string]domain.Actor{
	"":            {},
	"owner":       {Account: "owner", Memberships: member("desa", domain.OrgOwner, temajuk)},
	"editor":      {Account: "editor", Memberships: member("desa", domain.OrgEditor, temajuk)},
	"viewer":      {Account: "viewer", Memberships: member("desa", domain.OrgViewer, temajuk)},
	"neighbour":   {Account: "neighbour", Memberships: member("desa-lain", domain.OrgOwner, "61.01.08.2001")},
	"ngo":         {Account: "ngo", Memberships: member("ngo", domain.OrgOwner, "")},
	"unverified":  {Account: "unverified", Memberships: []domain.Membership{{Organization: "baru", Role: domain.OrgOwner, Village: "61.01.08.2009"}}},
	"verifier":    {Account: "verifier", Mandates: []domain.Mandate{{Kind: domain.MandateAreaVerifier, Region: "61.01.08", Organization: "kecamatan"}}},
	"regency":     {Account: "regency", Mandates: []domain.Mandate{{Kind: domain.MandateAreaVerifier, Region: "61.01", Organization: "kabupaten"}}},
	"elsewhere":   {Account: "elsewhere", Mandates: []domain.Mandate{{Kind: domain.MandateAreaVerifier, Region: "61.01.03", Organization: "kecamatan-lain"}}},
	"both":        {Account: "both", Memberships: member("desa", domain.OrgViewer, temajuk), Mandates: []domain.Mandate{{Kind: domain.MandateAreaVerifier, Region: "61.01.08"}}},
	"evaluator":   {Account: "evaluator", Mandates: []domain.Mandate{{Kind: domain.MandateEvaluator}}},
	"secretariat": {Account: "secretariat", Roles: []domain.PlatformRole{domain.RoleSecretariat}},
	"auditor":     {Account: "auditor", Roles: []domain.PlatformRole{domain.RoleAuditor}},
	"member":      {Account: "member"},
}

// answer is what the portal said.
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
	defer res.Body.Close()
	raw, _ := io.ReadAll(res.Body)
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return answer{status: res.StatusCode, location: res.Header.Get("Location"), doc: doc, body: string(raw)}
}

func (p *portal) get(t *testing.T, who, path string) answer {
	return p.send(t, who, http.MethodGet, path, nil)
}

func (p *portal) post(t *testing.T, who, path string, form url.Values) answer {
	t.Helper()
	if form.Get("_op") == "" {
		form.Set("_op", store.NewID())
	}
	return p.send(t, who, http.MethodPost, path, form)
}

// filled is a form with everything that a submission needs.
func filled() url.Values {
	return url.Values{
		"organization": {"desa"}, "village": {string(temajuk)}, "category": {"clean-water-supply"}, "title": {"Penampung air hujan"},
		"description": {"Keluarga di dusun pesisir mengandalkan air hujan."}, "summary": {"Tandon untuk 40 keluarga."}, "quantity": {"40"},
		"households": {"40"}, "persons": {"160"}, "divisible": {"1"}, "min_lot": {"5"}, "wanted_by": {"2027-10-01"}, "urgency": {"high"},
		"urgency_reason": {"Kemarau panjang."}, "cost": {"Rp120.000.000"}, "cost_basis": {"Harga satuan kabupaten"}, "meeting_date": {"2027-02-20"},
		"contact_office": {"Kantor Desa Temajuk"},
	}
}

// content is the same as filled, for tests of the service.
func content() Content {
	return Content{
		Category: "clean-water-supply", Title: "Penampung air hujan", Description: "Keluarga mengandalkan air hujan.", Summary: "Tandon untuk 40 keluarga.",
		Quantity: 40, Unit: "", Households: 40, Persons: 160, Divisible: true, MinLot: 5, WantedBy: "2027-10-01", Urgency: UrgencyHigh, UrgencyReason: "Kemarau.",
		MeetingDate: "2027-02-20", ContactOffice: "Kantor Desa",
	}
}

var operations int

func op() store.Operation {
	operations++
	return store.Operation{ID: fmt.Sprintf("op-%d", operations), Digest: "d"}
}

func (p *portal) declare(t *testing.T, who string, org domain.OrganizationID) Doc {
	t.Helper()
	doc, err := p.Service.Create(t.Context(), people[who], op(), Input{Organization: org, Village: temajuk, Content: content()})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func request(who string, doc Doc) Request {
	return Request{Actor: people[who], Operation: op(), ID: domain.NeedID(doc.ID)}
}

func (p *portal) submitted(t *testing.T, who string, org domain.OrganizationID) Doc {
	t.Helper()
	doc := p.declare(t, who, org)
	doc, err := p.Service.Submit(t.Context(), request(who, doc), &Minutes{File: domain.Upload{Name: "ba.pdf", Size: 3, Body: strings.NewReader("pdf")}})
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func allYes() Checklist {
	list := Checklist{Answers: map[Question]bool{}}
	for _, q := range CheckQuestions {
		list.Answers[q] = true
	}
	return list
}

func (p *portal) verified(t *testing.T) Doc {
	t.Helper()
	doc := p.submitted(t, "owner", "desa")
	for _, d := range []Decision{{Action: ActionBegin}, {Action: ActionVerify, Checklist: allYes()}} {
		var err error
		if doc, err = p.Service.Decide(t.Context(), request("verifier", doc), d); err != nil {
			t.Fatal(err)
		}
	}
	return doc
}
