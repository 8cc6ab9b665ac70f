package initiatives

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
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

type fakePlaces struct{}

func (fakePlaces) Place(_ context.Context, code domain.RegionCode) (domain.Place, error) {
	if !domain.RegionCode("61.01").Contains(code) && !code.Contains("61.01") {
		return domain.Place{}, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	kinds := []string{"", "provinsi", "kabupaten", "kecamatan", "desa"}
	return domain.Place{Code: code, Name: "Temajuk", Kind: kinds[code.Level()], District: "Paloh", Regency: "Kabupaten Sambas", Province: "Kalimantan Barat"}, nil
}

func (fakePlaces) Children(_ context.Context, code domain.RegionCode) ([]domain.Place, error) {
	switch code {
	case "":
		return []domain.Place{{Code: "61", Name: "Kalimantan Barat", Kind: "provinsi"}}, nil
	case "61":
		return []domain.Place{{Code: "61.01", Name: "Sambas", Kind: "kabupaten"}}, nil
	}
	return nil, nil
}

type fakeOrganizations struct{}

func (fakeOrganizations) Briefs(_ context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error) {
	out := map[domain.OrganizationID]domain.OrganizationBrief{}
	for _, id := range ids {
		out[id] = domain.OrganizationBrief{ID: id, Name: "Organisasi " + string(id), Verified: true}
	}
	return out, nil
}

// Named knows those whose name is that of their id.
func (f fakeOrganizations) Named(ctx context.Context, name string) (domain.OrganizationBrief, error) {
	for _, id := range []domain.OrganizationID{"pt", "bumn", "yayasan"} {
		if briefs, _ := f.Briefs(ctx, []domain.OrganizationID{id}); domain.SameName(briefs[id].Name, name) {
			return briefs[id], nil
		}
	}
	return domain.OrganizationBrief{}, apperr.New(apperr.NotFound, "error.not_found.text")
}

// fakeOffers is an account book; crash, where set, fails the named call once.
type fakeOffers struct {
	mu       sync.Mutex
	accounts map[domain.OfferID]*account
	crash    string
}

type account struct {
	limit, used int64
	closed      bool
}

func (o *fakeOffers) fails(call string) error {
	if o.crash == call {
		o.crash = ""
		return apperr.New(apperr.Unavailable, "error.unavailable.text")
	}
	return nil
}

func (o *fakeOffers) OpenOffer(_ context.Context, _ domain.InitiativeID, id domain.OfferID, _ domain.UnitID, limit int64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.fails("open"); err != nil {
		return err
	}
	if o.accounts[id] == nil {
		o.accounts[id] = &account{}
	}
	o.accounts[id].limit, o.accounts[id].closed = limit, false
	return nil
}

func (o *fakeOffers) SetOfferLimit(_ context.Context, id domain.OfferID, limit int64) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if a := o.accounts[id]; a != nil {
		a.limit = limit
	}
	return nil
}

func (o *fakeOffers) CloseOffer(_ context.Context, id domain.OfferID) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	if err := o.fails("close"); err != nil {
		return err
	}
	if a := o.accounts[id]; a != nil {
		a.closed = true
	}
	return nil
}

func (o *fakeOffers) Used(_ context.Context, ids []domain.OfferID) (map[domain.OfferID]int64, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	out := map[domain.OfferID]int64{}
	for _, id := range ids {
		if a := o.accounts[id]; a != nil {
			out[id] = a.used
		}
	}
	return out, nil
}

type noFinder struct{}

func (noFinder) Find(context.Context, string, map[string]string, string, int) ([]string, string, error) {
	return nil, "", nil
}

// fakeReviews has every proposal checked and reviewed by ani and budi, unless it says otherwise.
type fakeReviews struct{ unchecked, missing, anonymous bool }

func (f *fakeReviews) Standing(context.Context, domain.InitiativeID, int64) (ReviewStanding, error) {
	return ReviewStanding{Checked: !f.unchecked, Ready: !f.missing, In: 2, Recused: 1}, nil
}

func (f *fakeReviews) Seated(_ context.Context, actor domain.Actor, _ domain.InitiativeID, _ int64) (seated, anonymous bool, err error) {
	return actor.Account == "ani" || actor.Account == "budi" || actor.Account == "partner", f.anonymous, nil
}

// portal is the module with its pages, on a real store.
type portal struct {
	*Module
	app     *fiber.App
	clock   *clock.Fake
	offers  *fakeOffers
	papers  *domaintest.Papers
	reviews fakeReviews
	bundle  *i18n.Bundle
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
	p := &portal{clock: testkit.Clock(), offers: &fakeOffers{accounts: map[domain.OfferID]*account{}}, papers: domaintest.NewPapers()}
	p.Module = New(Deps{
		DB: testkit.DBAt(t, p.clock), Views: engine, Clock: p.clock, Log: log, Places: fakePlaces{}, Organizations: fakeOrganizations{},
		Papers: p.papers, Offers: p.offers, Finder: noFinder{}, Reviews: &p.reviews, Calls: fakeCalls{},
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

func reviewer(account domain.AccountID, on domain.OrganizationID, memberships ...domain.Membership) domain.Actor {
	return domain.Actor{Account: account, Mandates: []domain.Mandate{{Kind: domain.MandateReviewer, Organization: on}}, Memberships: memberships}
}

// people are the actors of the tests, by name.
var people = map[string]domain.Actor{
	"":               {},
	"owner":          {Account: "owner", Memberships: member("yayasan", domain.OrgOwner, "")},
	"editor":         {Account: "editor", Memberships: member("yayasan", domain.OrgEditor, "")},
	"viewer":         {Account: "viewer", Memberships: member("yayasan", domain.OrgViewer, "")},
	"rival":          {Account: "rival", Memberships: member("pt", domain.OrgOwner, "")},
	"unverified":     {Account: "unverified", Memberships: []domain.Membership{{Organization: "baru", Name: "Baru", Role: domain.OrgOwner}}},
	"ani":            reviewer("ani", "kampus"),
	"budi":           reviewer("budi", "dinas"),
	"cici":           reviewer("cici", "bank"),
	"colleague":      reviewer("colleague", "kampus", member("yayasan", domain.OrgViewer, "")...),
	"partner":        reviewer("partner", "", member("mitra", domain.OrgOwner, "")...),
	"elsewhere":      {Account: "elsewhere", Mandates: []domain.Mandate{{Kind: domain.MandateReviewer, Region: "62"}}},
	"evaluator":      {Account: "evaluator", Mandates: []domain.Mandate{{Kind: domain.MandateEvaluator}}},
	"secretariat":    {Account: "secretariat", Roles: []domain.PlatformRole{domain.RoleSecretariat}},
	"ownsecretariat": {Account: "ownsecretariat", Roles: []domain.PlatformRole{domain.RoleSecretariat}, Memberships: member("yayasan", domain.OrgViewer, "")},
	"auditor":        {Account: "auditor", Roles: []domain.PlatformRole{domain.RoleAuditor}},
	"member":         {Account: "member"},
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
		"organization": {"yayasan"}, "title": {"Air Bersih Pesisir"}, "summary": {"Tandon dan jamban untuk dusun pesisir."}, "summary_en": {"Tanks and toilets."},
		"problem": {"Air hujan tidak cukup."}, "goals": {"Air layak sepanjang tahun."}, "areas": {"61.01"}, "target_group": {"Keluarga pesisir"}, "target_number": {"400"},
		"from": {"2027-04-01"}, "until": {"2028-03-31"}, "offer_1_category": {"clean-water-supply"}, "offer_1_quantity": {"40"},
		"budget_1_item": {"Tandon"}, "budget_1_source": {"own"}, "budget_1_amount": {"Rp120.000.000"},
		"result_1_indicator": {"improved-water-access"}, "result_1_baseline": {"60% (2026, BPS)"}, "result_1_target": {"80%"},
		"risks": {"Banjir"}, "sustainability": {"Kelompok pengelola air"}, "partner_1_name": {"Organisasi mitra"}, "partner_1_role": {"Pemasangan"},
		"rows_offer": {"1"}, "rows_budget": {"1"}, "rows_result": {"1"}, "rows_partner": {"1"},
	}
}

// formOf is what a browser would send of a form, with what somebody typed.
func formOf(page answer, selector string, typed url.Values) url.Values {
	out := url.Values{}
	page.doc.Find(selector + " [name]").Each(func(_ int, s *goquery.Selection) {
		name := s.AttrOr("name", "")
		switch typ := s.AttrOr("type", ""); {
		case typ == "checkbox" || typ == "radio":
			if _, on := s.Attr("checked"); on {
				out.Add(name, s.AttrOr("value", ""))
			}
		case s.Is("select"):
			out.Set(name, s.Find("option[selected]").AttrOr("value", ""))
		case s.Is("textarea"):
			out.Set(name, s.Text())
		case !s.Is("button"):
			out.Set(name, s.AttrOr("value", ""))
		}
	})
	for name, values := range typed {
		out[name] = values
	}
	out.Set("_op", store.NewID())
	return out
}

// propose begins a proposal and writes each part with what the form has for it. It gives the proposal's path.
func (p *portal) propose(t *testing.T, who string, form url.Values) string {
	t.Helper()
	begun := p.post(t, who, "/initiatives", url.Values{"organization": form["organization"], "title": form["title"], "summary": form["summary"], "offer_1_category": form["offer_1_category"]})
	if begun.status != http.StatusSeeOther {
		t.Fatalf("%d %s", begun.status, begun.doc.Find(".summary").Text())
	}
	for _, part := range append(slices.Clone(Parts), PartPartners) {
		path := begun.location + "/parts/" + string(part)
		page := p.get(t, who, path)
		typed := url.Values{}
		page.doc.Find("form[data-autosave] [name]").Each(func(_ int, s *goquery.Selection) {
			if name := s.AttrOr("name", ""); form[name] != nil {
				typed[name] = form[name]
			}
		})
		if a := p.post(t, who, path, formOf(page, "form[data-autosave]", typed)); a.status != http.StatusSeeOther {
			t.Fatalf("%s: %d %s", part, a.status, a.doc.Find(".summary").Text())
		}
	}
	return begun.location
}

// content is the same as filled, for tests of the service.
func content() Content {
	return Content{
		Title: "Air Bersih Pesisir", Summary: "Tandon dan jamban untuk dusun pesisir.", SummaryEN: "Tanks.", Problem: "Air kurang.", Goals: "Air layak.",
		Areas: []domain.RegionCode{"61.01"}, TargetGroup: "Keluarga pesisir", TargetNumber: 400, From: "2027-04-01", Until: "2028-03-31",
		Offers:  []Offer{{Category: "clean-water-supply", Quantity: 40}, {Category: "sanitation", Quantity: 25, Areas: []domain.RegionCode{"61.01.08"}}},
		Budget:  []BudgetLine{{Item: "Tandon", Source: SourceCSR, Amount: 120_000_000}},
		Results: []Result{{Indicator: "improved-water-access", Baseline: "60% (2026)", Target: "80%"}}, Risks: "Banjir", Sustainability: "Kelompok air",
		Partners: []Partner{{Name: "Organisasi  MITRA", Role: "Pemasangan"}},
	}
}

var operations int

func op() store.Operation {
	operations++
	return store.Operation{ID: fmt.Sprintf("op-%d", operations), Digest: "d"}
}

func (p *portal) drafted(t *testing.T) Doc {
	t.Helper()
	doc, err := p.Service.Create(t.Context(), people["owner"], op(), "yayasan", content())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func request(who string, doc Doc, reason string) Request {
	return Request{Actor: people[who], Operation: op(), ID: domain.InitiativeID(doc.ID), Reason: reason, Until: "2027-06-01"}
}

func papers() []Paper {
	return []Paper{{domain.DocTerms, domain.Upload{Name: "kak.pdf", Body: strings.NewReader("x")}}, {domain.DocBudget, domain.Upload{Name: "rab.xlsx", Body: strings.NewReader("x")}}}
}

func (p *portal) submitted(t *testing.T) Doc {
	t.Helper()
	doc, err := p.Service.Submit(t.Context(), request("owner", p.drafted(t), ""), papers())
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

func (p *portal) decide(t *testing.T, who string, doc Doc, a Action, reason string) Doc {
	t.Helper()
	doc, err := p.Service.Decide(t.Context(), request(who, doc, reason), Decision{Action: a, Begin: Begin{WorkPlan: "rencana", Assignment: "SK 1"}})
	if err != nil {
		t.Fatal(a, err)
	}
	return doc
}

func (p *portal) published(t *testing.T) Doc {
	t.Helper()
	doc := p.decide(t, "secretariat", p.submitted(t), ActionReview, "")
	doc = p.decide(t, "secretariat", doc, ActionApprove, "layak")
	return p.decide(t, "owner", doc, ActionPublish, "")
}
