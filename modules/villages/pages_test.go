package villages

import (
	"context"
	"errors"
	"html/template"
	"log/slog"
	"net/http/httptest"
	"os"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/web"
)

type site struct {
	t   *testing.T
	m   *Module
	app *fiber.App
}

func newSite(t *testing.T) *site {
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
	m := New(Deps{DB: shippedDB(t), Views: engine, Works: works{}, PublicURL: "https://contoh.invalid/"})
	app := fiber.New(fiber.Config{Immutable: true, CaseSensitive: true, StrictRouting: true, ErrorHandler: web.ErrorHandler(engine, slog.New(slog.DiscardHandler))})
	app.Use(web.Locale(bundle))
	m.Routes(app)
	return &site{t, m, app}
}

// base is a page's base in Indonesian.
func (s *site) base() web.Base {
	bundle, err := i18n.Load(os.DirFS("../../views"), "locales")
	if err != nil {
		s.t.Fatal(err)
	}
	return web.NewBaseFor(bundle.Localizer("id"))
}

func (s *site) get(path string) (*goquery.Document, int, string) {
	s.t.Helper()
	response, err := s.app.Test(httptest.NewRequest("GET", path, nil), -1)
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	doc, err := goquery.NewDocumentFromReader(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	if strings.Contains(doc.Text(), "⟦") {
		s.t.Errorf("%s: a text is missing", path)
	}
	return doc, response.StatusCode, response.Header.Get("Location")
}

func text(s *goquery.Selection) string { return strings.Join(strings.Fields(s.Text()), " ") }

func TestListShowsTheProvince(t *testing.T) {
	s := newSite(t)
	doc, status, _ := s.get("/villages")
	if status != 200 || doc.Find("h1").Length() != 1 || doc.Find("table tbody tr").Length() != 14 || doc.Find("svg.tiles a").Length() != 14 {
		t.Fatalf("status %d, %d rows, %d tiles", status, doc.Find("table tbody tr").Length(), doc.Find("svg.tiles a").Length())
	}
	if row := text(doc.Find("table tbody tr").First()); !strings.Contains(row, "Kabupaten Sambas") || !strings.Contains(row, "195") {
		t.Errorf("first row: %s", row)
	}
	if !strings.Contains(text(doc.Selection), "Data wilayah: idn-area-data (ODbL), bersumber dari Kementerian Dalam Negeri.") {
		t.Error("no attribution")
	}
	if doc, _, _ := s.get("/en/villages"); !strings.Contains(text(doc.Find("h1")), "Villages") || doc.Find(`table a[href="/en/villages/61.01"]`).Length() != 1 {
		t.Error("the English page does not lead to English pages")
	}
}

func TestSearchAndFilterPages(t *testing.T) {
	s := newSite(t)
	doc, _, _ := s.get("/villages?q=temajok")
	if first := doc.Find("table tbody tr").First(); text(first.Find("th a")) != "Desa Temajuk" || !strings.Contains(text(first), "Kec. Paloh, Kab. Sambas") {
		t.Errorf("first found: %s", text(first))
	}
	doc, _, _ = s.get("/villages?region=61.01")
	if n := doc.Find("table tbody tr").Length(); n != pageSize {
		t.Errorf("%d rows", n)
	}
	seen := map[string]bool{}
	for path := "/villages?region=61.01"; path != ""; {
		doc, _, _ := s.get(path)
		doc.Find("table tbody th a").Each(func(_ int, a *goquery.Selection) { seen[a.AttrOr("href", "")] = true })
		path = doc.Find(".pager a[rel=next]").AttrOr("href", "")
	}
	if len(seen) != 195 {
		t.Errorf("%d villages over all pages", len(seen))
	}
	if doc, status, _ := s.get("/villages?q=qqqxyz"); status != 200 || doc.Find(".empty").Length() != 1 || doc.Find("table").Length() != 0 {
		t.Error("no empty state")
	}
	for path, want := range map[string]int{"/villages?region=x'": 400, "/villages?q=sambas&cursor=zz": 400, "/villages?region=61.01&cursor=zz": 400, "/villages?region=99": 200, "/villages?q=" + strings.Repeat("sungai%20", 300): 200} {
		if _, status, _ := s.get(path); status != want {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestProvincePageTellsTheArticlesFigures(t *testing.T) {
	s := newSite(t)
	doc, status, _ := s.get("/villages/61")
	all := text(doc.Find("#indicators"))
	if status != 200 || !strings.Contains(all, "0,57 %") || !strings.Contains(all, "sekitar 1.915 jiwa") || !strings.Contains(all, "2024 · Artikel seminar") || !strings.Contains(all, "sasaran 80 %") {
		t.Errorf("%s", all)
	}
	if doc.Find(".figure-value.none").Length() != 4 {
		t.Errorf("%d figures without data, want four", doc.Find(".figure-value.none").Length())
	}
	if doc.Find("svg.tiles a").Length() != 14 || doc.Find("#below tbody tr").Length() != 14 {
		t.Error("the regencies are not all there")
	}
}

func TestVillagePage(t *testing.T) {
	s := newSite(t)
	s.m.Panels = []domain.Panel{panel{html: "<p id=p1>satu</p>"}, panel{err: errors.New("broken")}, panel{}}
	doc, status, _ := s.get("/villages/61.01.08.2007")
	page := text(doc.Find("main"))
	if status != 200 || text(doc.Find("h1")) != "Desa Temajuk" || doc.Find("h1").Length() != 1 {
		t.Fatalf("status %d: %s", status, text(doc.Find("h1")))
	}
	for _, want := range []string{"61.01.08.2007", "Kecamatan Paloh, Kabupaten Sambas, Kalimantan Barat", "1 · belum ada data", "belum ada data", "sasaran provinsi 80 %"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is not there", want)
		}
	}
	for _, not := range []string{"0,57", "1.915"} { // the province's figures stand beside, never as the village's
		doc.Find("#compare tbody tr").Each(func(_ int, row *goquery.Selection) {
			if cells := row.Find("td"); strings.Contains(text(cells.Slice(0, 3)), not) {
				t.Errorf("the province's figure %s stands in another column: %s", not, text(row))
			}
		})
		if strings.Contains(text(doc.Find(".figure")), not) || !strings.Contains(text(doc.Find("#compare td:last-child")), not) {
			t.Errorf("%s: figures %s", not, text(doc.Find(".figure")))
		}
	}
	var crumbs []string
	doc.Find(".crumbs a").Each(func(_ int, a *goquery.Selection) { crumbs = append(crumbs, a.AttrOr("href", "")) })
	if got := strings.Join(crumbs, " "); got != "/villages /villages/61 /villages/61.01 /villages/61.01.08" {
		t.Errorf("crumbs: %s", got)
	}
	if doc.Find("#p1").Length() != 1 || doc.Find("section.panel").Length() != 2 || strings.Contains(page, "broken") {
		t.Errorf("%d panels", doc.Find("section.panel").Length())
	}
	if doc.Find("svg.tiles .t3").Length() != 1 || doc.Find("[style]").Length() != 0 {
		t.Error("the map does not mark the regency, or there is an inline style")
	}
}

func TestDistrictPageHasNoData(t *testing.T) {
	doc, status, _ := newSite(t).get("/villages/61.01.08")
	if status != 200 || doc.Find(".figure-value:not(.none)").Length() != 0 || doc.Find("#below tbody tr").Length() != 8 || doc.Find("#weight").Length() != 0 {
		t.Errorf("status %d, %d figures, %d villages", status, doc.Find(".figure").Length(), doc.Find("#below tbody tr").Length())
	}
}

func TestCodesLeadToOnePage(t *testing.T) {
	s := newSite(t)
	if _, status, to := s.get("/villages/6101082007"); status != 301 || to != "/villages/61.01.08.2007" {
		t.Errorf("%d to %s", status, to)
	}
	if _, status, to := s.get("/en/villages/6101"); status != 301 || to != "/en/villages/61.01" {
		t.Errorf("%d to %s", status, to)
	}
	for _, path := range []string{"/villages/99", "/villages/6199", "/villages/abc", "/villages/61.01.08.9999", "/villages/..%2f", "/villages/61.1"} {
		if _, status, _ := s.get(path); status != 404 {
			t.Errorf("%s: %d", path, status)
		}
	}
}

func TestResolver(t *testing.T) {
	s := newSite(t)
	r := s.m.Resolver()
	verifier := domain.Actor{Account: "v", Mandates: []domain.Mandate{{Kind: domain.MandateAreaVerifier, Region: "61.01"}}}
	village := domain.Actor{Account: "k", Memberships: []domain.Membership{{Organization: "o", Role: domain.OrgEditor, Village: "61.01.08.2007"}}}
	for _, c := range []struct {
		actor domain.Actor
		code  string
		may   bool
	}{
		{domain.Actor{}, "61.01.08.2007", false}, {verifier, "61.01.08.2007", true}, {verifier, "61.71", false}, {village, "61.01.08.2007", true}, {village, "61.01.08.2006", false},
		{domain.Actor{Account: "s", Roles: []domain.PlatformRole{domain.RoleSecretariat}}, "61", true},
	} {
		got, err := r.Resolve(t.Context(), c.actor, c.code)
		if err != nil || got.MayAttach != c.may || !got.Public || got.Path != "/villages/"+c.code {
			t.Errorf("%s: %+v, %v", c.code, got, err)
		}
	}
	if _, err := r.Resolve(t.Context(), domain.Actor{}, "61.99"); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("%v", err)
	}
}

type panel struct {
	html template.HTML
	err  error
}

func (p panel) Load(context.Context, domain.PanelRequest) (domain.Fragment, error) {
	return domain.Fragment{ID: "p", Title: "Panel", HTML: p.html}, p.err
}
