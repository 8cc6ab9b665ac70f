package catalog

import (
	"context"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/search"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
	"gotong/views"
)

// thing is a record of the tests: a need with its state.
type thing struct {
	Title, Text, State string
	Region             domain.RegionCode
	Uncovered          int64
	Demo               bool
}

type things struct {
	kind    string
	records *store.Records[thing]
	mu      sync.Mutex
	down    error
}

func (s *things) Kind() string       { return s.kind }
func (s *things) Collection() string { return "things" }

func (s *things) entry(d store.Doc[thing]) Entry {
	e := Entry{
		ID: d.ID, Title: d.Body.Title, Text: d.Body.Text, Path: "/needs/" + d.ID, Category: "clean-water-supply", Order: store.SortTime(d.Created),
		Filters: map[string][]string{"region": d.Body.Region.Path(), "status": {d.Body.State}}, Public: d.Body.State == "verified", Demo: d.Body.Demo,
	}
	if e.Public && d.Body.Uncovered > 0 {
		e.Counts = UncoveredNeed(d.Body.Region, d.Body.Demo)
	}
	return e
}

func (s *things) Each(ctx context.Context, fn func(Entry) error) error {
	return s.records.Each(ctx, func(d store.Doc[thing]) error { return fn(s.entry(d)) })
}

func (s *things) Get(ctx context.Context, id string) (Entry, error) {
	s.mu.Lock()
	down := s.down
	s.mu.Unlock()
	if down != nil {
		return Entry{}, down
	}
	d, err := s.records.Get(ctx, id)
	if err != nil {
		return Entry{}, err
	}
	return s.entry(d), nil
}

func (s *things) Uncovered(ctx context.Context, limit int) (cards []NeedCard, err error) {
	err = s.records.Each(ctx, func(d store.Doc[thing]) error {
		if d.Body.State == "verified" && d.Body.Uncovered > 0 && len(cards) < limit {
			cards = append(cards, NeedCard{Title: d.Body.Title, Path: "/needs/" + d.ID, Place: "Desa Temajuk", Category: "clean-water-supply", Demo: d.Body.Demo,
				Ledger: domain.Ledger{Unit: "unit", Needed: 40, Committed: 40 - d.Body.Uncovered}})
		}
		return nil
	})
	return cards, err
}

func (s *things) Latest(context.Context, int) ([]Partner, error) {
	return []Partner{{Kind: domain.KindInitiative, Title: "Air Bersih Pesisir", Path: "/initiatives/i", By: "Yayasan <Air>", Type: "community-ngo", Category: "sanitation"}}, nil
}

func (s *things) Villages(context.Context) (int64, error) { return 2145, nil }

type fixture struct {
	t       *testing.T
	db      *store.DB
	things  *things
	index   *search.Index
	module  *Module
	app     *fiber.App
	folder  string
	stopRun context.CancelFunc
	done    chan struct{}
}

func newFixture(t *testing.T) *fixture {
	t.Helper()
	f := &fixture{t: t, db: testkit.DB(t), folder: t.TempDir()}
	f.things = &things{kind: domain.KindNeed, records: store.NewRecords[thing](f.db, store.Definition[thing]{Name: "things", Schema: 1})}
	if err := f.db.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	f.start()
	return f
}

func (f *fixture) start() {
	f.t.Helper()
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		f.t.Fatal(err)
	}
	engine, err := web.NewEngine(views.FS, bundle, web.EngineOptions{})
	if err != nil {
		f.t.Fatal(err)
	}
	if f.index, err = OpenIndex(f.folder, search.Options{}); err != nil {
		f.t.Fatal(err)
	}
	f.module = New(Deps{Log: slog.New(slog.DiscardHandler), DB: f.db, Views: engine, Index: f.index, Sources: []Source{f.things}, Needs: f.things, Partners: f.things, Places: f.things})
	f.app = fiber.New(fiber.Config{Immutable: true, ErrorHandler: web.ErrorHandler(engine, slog.New(slog.DiscardHandler))})
	f.app.Use(web.Locale(bundle))
	f.module.Routes(f.app)
	ctx, cancel := context.WithCancel(context.Background())
	f.done, f.stopRun = make(chan struct{}), cancel
	go func() { defer close(f.done); _ = f.module.Run(ctx) }()
	f.t.Cleanup(f.stop)
}

func (f *fixture) stop() {
	f.stopRun()
	<-f.done
	_ = f.index.Close()
}

func (f *fixture) put(id string, v thing) {
	f.t.Helper()
	ctx := f.t.Context()
	old, err := f.things.records.Get(ctx, id)
	if err == nil {
		_, err = f.things.records.Replace(ctx, old, v, store.Change{Action: "thing.changed"})
	} else {
		_, err = f.things.records.Insert(ctx, id, v, store.Change{Action: "thing.made"})
	}
	if err != nil {
		f.t.Fatal(err)
	}
}

// settle waits until the index has followed everything.
func (f *fixture) settle() {
	f.t.Helper()
	epoch, err := f.db.Feed().Epoch(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	last, err := f.db.Feed().Last(f.t.Context())
	if err != nil {
		f.t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); f.index.Position() != position(epoch, last); {
		if time.Now().After(deadline) {
			f.t.Fatalf("index stays at %q, the feed is at %d", f.index.Position(), last)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

func (f *fixture) get(path string, status int) *goquery.Document {
	f.t.Helper()
	answer, err := f.app.Test(httptest.NewRequest("GET", path, nil), 20_000)
	if err != nil {
		f.t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != status {
		body, _ := io.ReadAll(answer.Body)
		f.t.Fatalf("%s: %d, want %d\n%s", path, answer.StatusCode, status, body)
	}
	doc, err := goquery.NewDocumentFromReader(answer.Body)
	if err != nil {
		f.t.Fatal(err)
	}
	if missing := doc.Find("body").Text(); strings.Contains(missing, "⟦") {
		f.t.Errorf("%s: missing text %s", path, regexp.MustCompile(`⟦[^⟧]*⟧`).FindString(missing))
	}
	if n := doc.Find("h1").Length(); n != 1 {
		f.t.Errorf("%s: %d h1", path, n)
	}
	if doc.Find("[style], style, script:not([src])").Length() > 0 {
		f.t.Errorf("%s: inline style or script", path)
	}
	return doc
}

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
	if label, _ := sambas.Attr("aria-label"); label != "Sambas: 1 belum tertangani, di samping itu 1 contoh" {
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
