package catalog

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
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
		Filters: map[string][]string{"region": d.Body.Region.Path(), "status": {d.Body.State}, "category": {"clean-water-supply"}}, Public: d.Body.State == "verified", Demo: d.Body.Demo,
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

// Open gives a call of the secretariat with days left and one of an organisation with hours.
func (s *things) Open(context.Context, int) ([]CallCard, error) {
	deadline := i18n.Moment{At: time.Date(2027, 4, 1, 10, 0, 0, 0, time.UTC), Zone: domain.WIB}
	return []CallCard{
		{Title: "Air <pesisir>", Path: "/calls/a", Category: "sanitation", Place: "Kabupaten Sambas", Deadline: deadline, Left: 61 * 24 * time.Hour},
		{Title: "Surya", Path: "/calls/b", By: "Bank Uji", Category: "off-grid-solar", Deadline: deadline, Left: 5 * time.Hour},
	}, nil
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
	f.module = New(Deps{Log: slog.New(slog.DiscardHandler), DB: f.db, Views: engine, Index: f.index, Sources: []Source{f.things}, Needs: f.things, Partners: f.things, Calls: f.things, Places: f.things, Naming: names{}})
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
	for deadline := time.Now().Add(20 * time.Second); f.index.Position() != fmt.Sprintf("%s:%d", epoch, last); {
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
