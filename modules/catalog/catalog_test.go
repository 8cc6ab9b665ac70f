package catalog

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

var (
	rain   = thing{Title: "Penampung air hujan", Text: "Tandon untuk keluarga di dusun pesisir.", State: "verified", Region: "61.01.08.2007", Uncovered: 40}
	solar  = thing{Title: "[Contoh] Listrik surya", Text: "Paket surya untuk rumah.", State: "verified", Region: "61.01.09.2005", Uncovered: 12, Demo: true}
	hidden = thing{Title: "Konsep rahasia", Text: "Tandon yang belum diajukan.", State: "draft", Region: "61.01.08.2007", Uncovered: 9}
	full   = thing{Title: "Jamban keluarga", Text: "Semua sudah dijanjikan.", State: "verified", Region: "61.01.03.2001"}
)

func (f *fixture) fill() {
	f.put("rain", rain)
	f.put("solar", solar)
	f.put("hidden", hidden)
	f.put("full", full)
	f.settle()
}

func TestFrontPage(t *testing.T) {
	f := newFixture(t)
	f.fill()
	doc := f.get("/", 200)
	text := func(selector string) string {
		return strings.Join(strings.Fields(doc.Find(selector).Text()), " ")
	}
	if got := text(".hero .lead"); !strings.Contains(got, "2.145 desa") {
		t.Errorf("lead %q", got)
	}
	if got := text(".figure"); !strings.Contains(got, "0,57") || !strings.Contains(got, "2024 · Artikel seminar") || !strings.Contains(got, "sekitar 1.915 jiwa") || !strings.Contains(got, "belum ada data") {
		t.Errorf("figures %q", got)
	}
	if n := doc.Find(".figure-value.none").Length(); n != 4 {
		t.Errorf("%d figures without data", n)
	}
	if n := doc.Find("svg.tiles a").Length(); n != 14 {
		t.Errorf("%d tiles", n)
	}
	sambas := doc.Find(`svg.tiles a[href="/needs?region=61.01"]`)
	if label := sambas.Find("title").Text(); label != "Sambas: 1 belum tertangani, ditambah 1 contoh" {
		t.Errorf("tile %q", label)
	}
	if sambas.Find("g.t3").Length() != 1 || doc.Find("svg.tiles g.t0").Length() != 13 {
		t.Error("shades")
	}
	if got := text("section[aria-labelledby=needs] .cards"); !strings.Contains(got, "Penampung air hujan") || !strings.Contains(got, "40 unit dibutuhkan") || strings.Contains(got, "rahasia") || strings.Contains(got, "Jamban") {
		t.Errorf("needs %q", got)
	}
	if got := text("section[aria-labelledby=partners]"); !strings.Contains(got, "Yayasan <Air>") {
		t.Errorf("partners %q", got)
	}
	for _, want := range []string{"61 hari lagi", "Air <pesisir>", "Sekretariat · Kabupaten Sambas", "5 jam lagi", "Bank Uji", "Menerima usulan sebelum 1 April 2027"} {
		if got := text("section[aria-labelledby=calls]"); !strings.Contains(got, want) {
			t.Errorf("open calls %q lack %q", got, want)
		}
	}
	if doc.Find(".front-steps > li").Length() != 4 || doc.Find(".front-how > li").Length() != 6 {
		t.Error("steps")
	}
	if doc.Find(".demo").Length() != 1 {
		t.Error("no demo banner although demo records show")
	}
	if got := text("body"); strings.Contains(got, "336") {
		t.Error("a figure was computed from two others")
	}
	if got := f.get("/en/", 200).Find(".hero .lead").Text(); !strings.Contains(got, "2,145 villages") {
		t.Errorf("English %q", got)
	}
}

func TestFrontPageWithoutDemoHasNoBanner(t *testing.T) {
	f := newFixture(t)
	f.put("rain", rain)
	f.settle()
	doc := f.get("/", 200)
	if doc.Find(".demo, .demo-tag").Length() != 0 || strings.Contains(doc.Text(), "di samping itu") {
		t.Error("demo marks without demo data")
	}
}

func TestFrontPageOfAnEmptyPortal(t *testing.T) {
	f := newFixture(t)
	f.settle()
	doc := f.get("/", 200)
	if doc.Find("section[aria-labelledby=needs] .empty a").Length() != 1 || doc.Find("svg.tiles g.t0").Length() != 14 {
		t.Error("empty portal")
	}
}

func TestSearchPage(t *testing.T) {
	f := newFixture(t)
	f.fill()
	titles := func(path string) string {
		var found []string
		f.get(path, 200).Find(".found h2").Each(func(_ int, s *goquery.Selection) { found = append(found, s.Text()) })
		return strings.Join(found, "|")
	}
	for path, want := range map[string]string{
		"/search?q=tandon":            "Penampung air hujan", // never the draft
		"/search?q=penampng":          "Penampung air hujan",
		"/search?q=rahasia":           "",
		"/search?q=rumah&kind=need":   "[Contoh] Listrik surya",
		"/search?q=clean+water+hujan": "Penampung air hujan", // the category's English name
	} {
		if got := titles(path); got != want {
			t.Errorf("%s: %q, want %q", path, got, want)
		}
	}
	doc := f.get("/search?q=tandon", 200)
	if got := doc.Find(".found mark").First().Text(); got != "Tandon" {
		t.Errorf("marked %q", got)
	}
	if got := doc.Find(`a[href="/needs/rain"]`).Length(); got != 1 {
		t.Errorf("%d links", got)
	}
	if got := f.get("/search?q=zzzqqq", 200).Find(".empty").Text(); !strings.Contains(got, "zzzqqq") {
		t.Errorf("empty %q", got)
	}
	f.get("/search?kind=secret", 404)
	f.get("/search?q=tandon&cursor=bad", 400)
	f.get("/search?q=%3Cscript%3Ealert(1)%3C/script%3E", 200)
}

func TestWhatIsWithdrawnIsNotFound(t *testing.T) {
	f := newFixture(t)
	f.fill()
	gone := rain
	gone.State = "withdrawn"
	f.put("rain", gone)
	f.settle()
	if got := f.get("/search?q=tandon", 200).Find(".found li").Length(); got != 0 {
		t.Errorf("%d found", got)
	}
	// and also while the index is behind
	f.stopRun()
	<-f.done
	gone = solar
	gone.State = "withdrawn"
	f.put("solar", gone)
	if got := f.get("/search?q=surya", 200).Find(".found li").Length(); got != 0 {
		t.Errorf("%d found behind the feed", got)
	}
}

func TestIndexIsBuiltAgainAfterDeletion(t *testing.T) {
	f := newFixture(t)
	f.fill()
	f.stop()
	f.put("late", thing{Title: "Sumur bor", State: "verified", Region: "61.02.01.2001", Uncovered: 1})
	if err := os.RemoveAll(f.folder); err != nil {
		t.Fatal(err)
	}
	f.start()
	f.settle()
	if got := f.get("/search?q=sumur", 200).Find(".found li").Length(); got != 1 {
		t.Errorf("%d found", got)
	}
	if got := f.module.Service.Uncovered(""); got != (Tally{Real: 2, Demo: 1}) {
		t.Errorf("counts %+v", got)
	}
}

func TestIndexFollowsOnAfterRestartAndNewEpoch(t *testing.T) {
	f := newFixture(t)
	f.fill()
	f.stop()
	f.put("late", thing{Title: "Sumur bor", State: "verified", Region: "61.02.01.2001", Uncovered: 1})
	f.start()
	f.settle()
	if got := f.module.Service.Uncovered("61.02"); got.Real != 1 {
		t.Errorf("counts %+v", got)
	}
	f.stop()
	if _, err := f.db.Feed().NewEpoch(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.start()
	f.settle()
	if got := f.module.Service.Uncovered(""); got.Real != 2 {
		t.Errorf("counts after a restore %+v", got)
	}
}

func TestTallyEqualsRecount(t *testing.T) {
	f := newFixture(t)
	regions := []domain.RegionCode{"61.01.08.2007", "61.02.01.2001", "61.71.01.1001"}
	states := []string{"draft", "verified", "withdrawn"}
	for i := range 120 { // the same few records change again and again, by a fixed pattern
		f.put("t"+string(rune('a'+i%17)), thing{Title: "Kebutuhan", State: states[(i*7)%3], Region: regions[(i*5)%3], Uncovered: int64(i % 4), Demo: i%5 == 0})
	}
	f.settle()
	want := map[domain.RegionCode]Tally{}
	err := f.things.records.Each(t.Context(), func(d store.Doc[thing]) error {
		if d.Body.State != "verified" || d.Body.Uncovered == 0 {
			return nil
		}
		for _, r := range append([]string{""}, d.Body.Region.Path()...) {
			tally := want[domain.RegionCode(r)]
			if d.Body.Demo {
				tally.Demo++
			} else {
				tally.Real++
			}
			want[domain.RegionCode(r)] = tally
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, region := range append(regions, "", "61", "61.01", "61.02", "61.71", "61.03") {
		if got := f.module.Service.Uncovered(region); got != want[region] {
			t.Errorf("%q: %+v, recounted %+v", region, got, want[region])
		}
	}
}

func TestUnreadableSourceStopsNothing(t *testing.T) {
	f := newFixture(t)
	f.fill()
	f.things.mu.Lock()
	f.things.down = apperr.New(apperr.Internal, "error.internal")
	f.things.mu.Unlock()
	f.put("rain", rain)
	f.settle()
	f.things.mu.Lock()
	f.things.down = nil
	f.things.mu.Unlock()
	if got := f.get("/search?q=hujan", 200).Find(".found li").Length(); got != 0 {
		t.Error("what could not be read is still found")
	}
}

func TestAboutAndLicences(t *testing.T) {
	f := newFixture(t)
	for _, path := range []string{"/about", "/en/about"} {
		doc := f.get(path, 200)
		for _, id := range []string{"#what", "#data", "#privacy", "#licences"} {
			if doc.Find(id).Length() != 1 {
				t.Errorf("%s has no %s", path, id)
			}
		}
	}
	if got := f.get("/licences", 200).Text(); !strings.Contains(got, "ODbL") || !strings.Contains(got, "github.com/gofiber/fiber/v2") {
		t.Error("licences")
	}
}

func TestEveryModuleHasALicence(t *testing.T) {
	raw, err := os.ReadFile("../../go.mod")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, m := range regexp.MustCompile(`(?m)^(?:require )?\s*(\S+\.\S+/\S+) v\S+`).FindAllStringSubmatch(string(raw), -1) {
		n++
		if licenceOf()[m[1]] == "" {
			t.Errorf("data/modules.tsv names no licence of %s", m[1])
		}
	}
	if n < 50 {
		t.Errorf("only %d modules read from go.mod", n)
	}
}
