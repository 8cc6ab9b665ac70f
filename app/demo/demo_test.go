package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"image/png"
	"io"
	"log/slog"
	"strings"
	"testing"

	"gotong/app/portal/wire"
	"gotong/modules/accounts"
	"gotong/modules/calls"
	"gotong/modules/commitments"
	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/blob/blobtest"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/testkit/effort"
	"gotong/modules/kit/web"
	"gotong/modules/matching"
	"gotong/modules/moderation"
	"gotong/modules/needs"
	"gotong/modules/organizations"
	generated "gotong/modules/papers"
	"gotong/modules/progress"
	"gotong/modules/reviews"
	"gotong/modules/tokens"
	"gotong/modules/villages"
	"gotong/views"
)

// world is a portal's modules over a real store, without pages being served.
type world struct {
	t     testing.TB
	db    *store.DB
	house *wire.House
	blobs *blobtest.Memory
	demo  *Demo
	clock *clock.Fake
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := &world{t: t, clock: testkit.Clock(), house: &wire.House{}}
	w.db = testkit.DBAt(t, w.clock)
	w.blobs = blobtest.NewMemory(w.clock)
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(views.FS, bundle, web.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	providers, err := accounts.NewProviders(nil)
	if err != nil {
		t.Fatal(err)
	}
	h, log := w.house, slog.New(slog.DiscardHandler)
	places, orgs, papers := wire.Places{House: h}, wire.Organizations{House: h}, wire.Papers{House: h}
	h.Accounts = accounts.New(accounts.Deps{DB: w.db, Views: engine, Clock: w.clock, Log: log, Providers: providers, PublicURL: "http://127.0.0.1", Memberships: orgs, Regions: places})
	h.Villages = villages.New(villages.Deps{DB: w.db, Views: engine, Log: log})
	h.Organizations = organizations.New(organizations.Deps{DB: w.db, Views: engine, Clock: w.clock, Log: log, Regions: h.Villages.Service, Documents: papers, People: h.Accounts.Service})
	h.Needs = needs.New(needs.Deps{DB: w.db, Views: engine, Clock: w.clock, Log: log, Places: places, Organizations: orgs, Papers: papers, Ledgers: wire.Ledgers{House: h}, Mandates: wire.Mandates{House: h}})
	h.Calls = calls.New(calls.Deps{DB: w.db, Views: engine, Clock: w.clock, Log: log, Places: places, Organizations: wire.CallOrganizations{Organizations: orgs}, Answers: wire.CallAnswers{House: h}})
	h.Initiatives = initiatives.New(initiatives.Deps{DB: w.db, Views: engine, Clock: w.clock, Log: log, Places: places, Organizations: orgs, Papers: papers, Offers: wire.Offers{House: h}, Calls: wire.InitiativeCalls{House: h}, Reviews: wire.InitiativeReviews{House: h}})
	h.Reviews = reviews.New(reviews.Deps{DB: w.db, Views: engine, Clock: w.clock, Log: log, Proposals: wire.ReviewProposals{House: h}, People: wire.ReviewPeople{House: h}, Organizations: orgs,
		Agreements: wire.ReviewAgreements{House: h}, Calls: wire.ReviewCalls{House: h}, Reviewers: 2, Spread: 20})
	h.Progress = progress.New(progress.Deps{DB: w.db, Views: engine, Clock: w.clock, Log: log, Initiatives: wire.ProgressInitiatives{House: h}, Organizations: orgs, Papers: papers})
	h.Commitments = commitments.New(commitments.Deps{DB: w.db, Views: engine, Clock: w.clock, Log: log, Needs: wire.CommitmentNeeds{House: h}, Initiatives: wire.CommitmentInitiatives{House: h}, Organizations: orgs, Places: places, Papers: papers})
	h.Documents = documents.New(documents.Deps{DB: w.db, Blobs: w.blobs, Views: engine, Clock: w.clock, Log: log, Organizations: orgs, Regions: places, Resolvers: map[string]domain.Resolver{
		domain.KindNeed: h.Needs.Resolver(), domain.KindInitiative: h.Initiatives.Resolver(), domain.KindCommitment: h.Commitments.Resolver(), domain.KindOrganization: h.Organizations.Resolver(),
	}})
	h.Papers = generated.New(generated.Deps{DB: w.db, Views: engine, Clock: w.clock, Log: log, Commitments: wire.PaperCommitments{House: h}, Library: wire.PaperLibrary{House: h}})
	ranking := matching.New(matching.Deps{DB: w.db, Views: engine, Clock: w.clock, Log: log, Needs: wire.MatchingNeeds{House: h}, Initiatives: wire.MatchingInitiatives{House: h},
		Capacity: wire.MatchingCapacity{House: h}, Places: places, Subjects: wire.MatchingSubjects{House: h}})
	h.Tokens = tokens.New(tokens.Deps{DB: w.db, Views: engine, Clock: w.clock, Log: log, People: h.Accounts.Service, Organizations: orgs})
	h.Moderation = moderation.New(moderation.Deps{DB: w.db, Views: engine, Clock: w.clock, Log: log, Names: wire.Names{House: h},
		Things: wire.Things{domain.KindNeed: h.Needs.Resolver()}})
	w.demo = New(Deps{DB: w.db, Clock: w.clock, Log: log, Services: func() Services {
		return Services{Accounts: h.Accounts.Service, Villages: h.Villages.Service, Organizations: h.Organizations.Service, Needs: h.Needs.Service,
			Calls: h.Calls.Service, Initiatives: h.Initiatives.Service, Reviews: h.Reviews.Service, Progress: h.Progress.Service, Commitments: h.Commitments.Service, Documents: h.Documents.Service,
			Papers: h.Papers.Service, Matching: ranking.Service, Moderation: h.Moderation.Service}
	}})
	if err := w.db.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	within := effort.FewUnderRace[domain.RegionCode]("61.01", "61.71") // where the story is told
	if err := h.Villages.Service.LoadShipped(t.Context(), within...); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) last() int64 {
	w.t.Helper()
	last, err := w.db.Feed().Last(w.t.Context())
	if err != nil {
		w.t.Fatal(err)
	}
	return last
}

func (w *world) needs() map[string]needs.Need {
	w.t.Helper()
	all := map[string]needs.Need{}
	if err := w.house.Needs.Service.Each(w.t.Context(), func(d needs.Doc) error { all[d.ID] = d.Body; return nil }); err != nil {
		w.t.Fatal(err)
	}
	return all
}

func (w *world) initiatives() map[string]initiatives.Initiative {
	w.t.Helper()
	all := map[string]initiatives.Initiative{}
	if err := w.house.Initiatives.Service.Each(w.t.Context(), func(d initiatives.Doc) error { all[d.ID] = d.Body; return nil }); err != nil {
		w.t.Fatal(err)
	}
	return all
}

func TestStory(t *testing.T) {
	w := newWorld(t)
	if err := w.demo.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	states := map[string]needs.State{}
	ledgers := map[string]domain.Ledger{}
	for id, n := range w.needs() {
		if !n.Demo || !strings.HasPrefix(n.Title, "[Contoh] ") {
			t.Errorf("%q is not marked", n.Title)
		}
		states[n.Title[9:20]] = n.State()
		l, err := w.house.Commitments.Service.Ledger(t.Context(), domain.NeedID(id))
		if err == nil {
			ledgers[n.Title[9:20]] = l
		}
	}
	for title, want := range map[string]needs.State{"Penampung a": needs.Verified, "Jamban kelu": needs.Verified, "Listrik sur": needs.Verified, "Perlengkapa": needs.InVerification,
		"Modal bergu": needs.Verified, "Perbaikan t": needs.Planned, "Pelatihan j": needs.Submitted, "Pemutakhira": needs.NeedsCorrection} {
		if states[title] != want {
			t.Errorf("%s: %s, want %s", title, states[title], want)
		}
	}
	for title, want := range map[string]domain.Ledger{
		"Penampung a": {Unit: "unit", Needed: 40, Committed: 40}, "Jamban kelu": {Unit: "unit", Needed: 25, Committed: 25},
		"Listrik sur": {Unit: "household", Needed: 30, Committed: 30, Delivered: 18, Confirmed: 12, Graded: domain.Graded{Documented: 6}},
		"Modal bergu": {Unit: "idr", Needed: 50_000_000, Committed: 30_000_000, Delivered: 20_000_000, Confirmed: 20_000_000},
	} {
		if ledgers[title] != want {
			t.Errorf("%s: %+v, want %+v", title, ledgers[title], want)
		}
	}
	found := map[initiatives.State]int{}
	for _, i := range w.initiatives() {
		found[i.State()]++
		if !i.Demo {
			t.Errorf("%q is not marked", i.Title)
		}
	}
	if found[initiatives.Published] != 2 || found[initiatives.Running] != 1 || found[initiatives.NeedsRevision] != 1 || found[initiatives.Evaluated] != 1 {
		t.Errorf("initiatives %v", found)
	}
	if problems, err := w.house.Commitments.Service.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("accounts: %v %v", problems, err)
	}
}

func TestStoryIsToldOnce(t *testing.T) {
	w := newWorld(t)
	for range 2 {
		if err := w.demo.Story(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	before, files := w.last(), len(w.blobs.Keys())
	w.clock.Advance(40 * 24 * 3600 * 1e9)
	if err := w.demo.Story(t.Context()); err != nil {
		t.Fatal(err)
	}
	if w.last() != before || len(w.blobs.Keys()) != files {
		t.Errorf("told again, %d entries and %d files more", w.last()-before, len(w.blobs.Keys())-files)
	}
	if len(w.needs()) != 14 || len(w.initiatives()) != 9 {
		t.Errorf("%d needs, %d initiatives", len(w.needs()), len(w.initiatives()))
	}
}

func TestStoryGoesOnAfterAnInterruption(t *testing.T) {
	w := newWorld(t)
	for after := int64(40); ; after += 90 * int64(effort.EveryUnderRace(4)) {
		ctx, cancel := context.WithCancel(t.Context())
		base := w.last()
		go func() {
			if w.db.Feed().Wait(ctx, base+after-1) == nil {
				cancel() // the power is gone
			}
		}()
		err := w.demo.Begin(ctx)
		cancel()
		if err == nil {
			break
		}
		if after > 3000 {
			t.Fatalf("never finished: %v", err)
		}
	}
	if len(w.needs()) != 14 || len(w.initiatives()) != 9 {
		t.Errorf("%d needs, %d initiatives", len(w.needs()), len(w.initiatives()))
	}
	if problems, err := w.house.Commitments.Service.Check(t.Context()); err != nil || len(problems) > 0 {
		t.Errorf("accounts: %v %v", problems, err)
	}
}

func TestRemoveLeavesNothingOfTheDemoAndAllElse(t *testing.T) {
	w := newWorld(t)
	if err := w.demo.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	size := Size{Blocks: 1, Needs: 120, Initiatives: 30, Organizations: 20}
	if err := w.demo.Scale(t.Context(), size, nil); err != nil {
		t.Fatal(err)
	}
	id, err := w.house.Accounts.Service.Enrol(t.Context(), accounts.Enrolment{Issuer: "urn:nyata", Subject: "x", Provider: "nyata", Name: "Orang"})
	if err != nil {
		t.Fatal(err)
	}
	actor, err := w.house.Accounts.Service.ActorOf(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	real, err := w.house.Organizations.Service.Found(t.Context(), actor, store.Operation{ID: "real"}, organizations.Profile{
		Type: "community-ngo", Sublevel: "foundation", Name: "Yayasan Nyata", Registration: "AHU-1", Office: "Kantor", Email: "kantor@nyata.example", Region: "61.01", Different: true, Address: "Sambas",
	})
	if err != nil {
		t.Fatal(err)
	}
	for state, want := range map[moderation.ReportState]int{moderation.ReportOpen: 1, moderation.ReportActed: 1, moderation.ReportDismissed: 1} {
		if page, err := w.house.Moderation.Service.List(t.Context(), state, ""); err != nil || len(page.Items) != want || !page.Items[0].Body.Demo {
			t.Errorf("%s reports: %d, %v", state, len(page.Items), err)
		}
	}
	if page, err := w.house.Moderation.Service.Announcements(t.Context(), ""); err != nil || len(page.Items) != 2 || !page.Items[0].Body.Demo {
		t.Errorf("announcements: %d, %v", len(page.Items), err)
	}
	removed, err := w.demo.Remove(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if removed.Needs != 134 || removed.Calls != 2 || removed.Initiatives != 39 || removed.Documents < 10 || removed.Notices != 5 || removed.Commitments < 4 {
		t.Errorf("removed %+v", removed)
	}
	if len(w.needs())+len(w.initiatives())+len(w.blobs.Keys()) != 0 {
		t.Errorf("left: %d needs, %d initiatives, files %v", len(w.needs()), len(w.initiatives()), w.blobs.Keys())
	}
	left := 0
	err = w.house.Organizations.Service.Each(t.Context(), func(o organizations.Indexed) error {
		left++
		if o.Demo || o.ID != real {
			t.Errorf("left: %+v", o)
		}
		return nil
	})
	if err != nil || left != 1 {
		t.Errorf("%d organisations left, %v", left, err)
	}
	if _, err := w.house.Organizations.Service.VillageGovernment(t.Context(), "61.01.08.2007"); err == nil {
		t.Error("a demo village government is left")
	}
	if ledger, err := w.house.Commitments.Service.VillageLedger(t.Context(), "61.01.09.2005"); err != nil || len(ledger) != 0 {
		t.Errorf("sums left: %v %v", ledger, err)
	}
	if _, err := w.house.Accounts.Service.ActorOf(t.Context(), id); err != nil {
		t.Errorf("a real account is gone: %v", err)
	}
	if again, err := w.demo.Remove(t.Context()); err != nil || again.Needs+again.Documents+again.Commitments != 0 {
		t.Errorf("a second removal: %+v %v", again, err)
	}
	if err := w.demo.Begin(t.Context()); err != nil || len(w.needs()) != 0 {
		t.Errorf("the removed story came back: %v", err)
	}
	if _, err := w.db.Feed().Verify(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestScaleIsDeterministicAndConsistent(t *testing.T) {
	fewer := effort.EveryUnderRace(4)
	size := Size{Blocks: 2, Needs: 300 / fewer, Initiatives: 60 / fewer, Organizations: 30}
	var first []byte
	for run := range 2 {
		w := newWorld(t)
		var last Progress
		if err := w.demo.Scale(t.Context(), size, func(p Progress) { last = p }); err != nil {
			t.Fatal(err)
		}
		if last.Done != last.Total || last.PerSecond <= 0 {
			t.Errorf("progress %+v", last)
		}
		content, err := json.Marshal([]any{w.needs(), w.initiatives()})
		if err != nil {
			t.Fatal(err)
		}
		if run == 0 {
			first = content
		} else if !bytes.Equal(first, content) {
			t.Error("two runs differ")
		}
		if len(w.needs()) != 2*size.Needs || len(w.initiatives()) != 2*size.Initiatives {
			t.Errorf("%d needs, %d initiatives", len(w.needs()), len(w.initiatives()))
		}
		before := w.last()
		if err := w.demo.Scale(t.Context(), size, nil); err != nil || w.last() != before {
			t.Errorf("a repeat wrote %d entries: %v", w.last()-before, err)
		}
		w.checkScale(size)
	}
}

func (w *world) checkScale(size Size) {
	w.t.Helper()
	if problems, err := w.house.Commitments.Service.Check(w.t.Context()); err != nil || len(problems) > 0 {
		w.t.Errorf("accounts: %v %v", problems, err)
	}
	states, covered := map[needs.State]int{}, 0
	for id, n := range w.needs() {
		states[n.State()]++
		if n.State() != needs.Verified && n.State() != needs.Fulfilled {
			continue
		}
		l, err := w.house.Commitments.Service.Ledger(w.t.Context(), domain.NeedID(id))
		if err != nil {
			w.t.Fatal(err)
		}
		if l.Needed != n.Quantity || l.Committed > l.Needed || l.Confirmed > l.Delivered || l.Delivered > l.Committed {
			w.t.Errorf("%s: %+v of %d", id, l, n.Quantity)
		}
		if (n.State() == needs.Fulfilled) != (l.Confirmed >= n.Quantity) {
			w.t.Errorf("%s: %s with %d of %d confirmed", id, n.State(), l.Confirmed, n.Quantity)
		}
		if l.Committed > 0 {
			covered++
		}
	}
	if states[needs.Verified] < size.Needs || states[needs.Fulfilled] == 0 || states[needs.Draft] == 0 || covered < size.Needs/6 {
		w.t.Errorf("not plausible: %v, %d covered", states, covered)
	}
}

func TestParseScale(t *testing.T) {
	for s, want := range map[string]int{"kalbar": 1, "nation": 40, "offers": 200, "3": 3, "0": 0, "-1": 0, "x": 0, "": 0, "1001": 0} {
		size, err := ParseScale(s)
		if (err == nil) != (want > 0) || size.Blocks != want {
			t.Errorf("%q: %+v %v", s, size, err)
		}
	}
}

// People in a small number: accounts, organisations in every state, and all of it goes again.
func TestScaleOfPeople(t *testing.T) {
	w := newWorld(t)
	var villages int
	if err := w.house.Villages.Service.Each(t.Context(), func(p domain.Place) error {
		if p.Code.Level() == domain.LevelVillage {
			villages++
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	size := Size{Name: "people", People: 50, Organizations: villages + 60}
	for range 2 {
		var last Progress
		if err := w.demo.Scale(t.Context(), size, func(p Progress) { last = p }); err != nil || last.Done != last.Total {
			t.Fatalf("%+v, %v", last, err)
		}
	}
	made := 0
	if err := w.house.Organizations.Service.Each(t.Context(), func(o organizations.Indexed) error { made++; return nil }); err != nil || made < size.Organizations {
		t.Errorf("%d organisations, %v", made, err)
	}
	if _, err := w.demo.Remove(t.Context()); err != nil {
		t.Fatal(err)
	}
	left := 0
	if err := w.house.Organizations.Service.Each(t.Context(), func(organizations.Indexed) error { left++; return nil }); err != nil || left != 0 {
		t.Errorf("%d organisations are left, %v", left, err)
	}
}

func TestPapersAreRealFiles(t *testing.T) {
	raw, err := io.ReadAll(pdf("x", "Judul (contoh) — é", "baris").Body)
	if err != nil || !bytes.HasPrefix(raw, []byte("%PDF-1.4")) || !bytes.Contains(raw, []byte(`Judul \(contoh\) ? \351`)) {
		t.Errorf("%q %v", raw, err)
	}
	picture := picture("x", tank)
	if _, err := png.Decode(picture.Body); err != nil {
		t.Error(err)
	}
}

// BenchmarkScaleKalbar makes the whole province; it reports records a second.
func BenchmarkScaleKalbar(b *testing.B) {
	size, err := ParseScale("kalbar")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		b.StopTimer()
		w := newWorld(b)
		b.StartTimer()
		var last Progress
		if err := w.demo.Scale(b.Context(), size, func(p Progress) { last = p }); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(last.PerSecond, "records/s")
	}
}
