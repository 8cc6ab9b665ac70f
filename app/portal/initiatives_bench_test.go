package portal_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/app/embedded/oidc"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/store"
	"gotong/modules/reviews"
)

// manyInitiatives is how many BenchmarkInitiatives makes.
const manyInitiatives = 100_000

// waitingReviews is how many of its proposals under review were checked and wait for reviewers, a hundred of them with
// reviewers who are to declare.
const waitingReviews = 300

// BenchmarkInitiatives opens the list of initiatives, the list under filters, and the desks of the secretariat, of a
// reviewer and of the owner whose organisation proposed them all, on the embedded database with 100,000 initiatives in
// all states that a proposal passes and the demo story. In process, over HTTP. What the pages show is looked at before
// their time is taken. It reports medians and 99th percentiles in ms:
//
//	go test -run '^$' -bench Initiatives -benchtime 300x -timeout 30m ./app/portal
func BenchmarkInitiatives(b *testing.B) {
	w := openWhole(b, nil)
	begin := time.Now()
	proposals(b, w)
	b.Logf("%d initiatives made in %d s", manyInitiatives, int(time.Since(begin).Seconds()))
	public, secretary, owner, reviewer := w.as("public"), w.as("sekretariat-1"), w.as("air-pengelola"), w.as(judges[0])
	for _, page := range []struct {
		name, path string
		who        *person
		rows       int    // at least so many of the 100,000 stand on it, beside those of the demo story
		words      string // in each of them
	}{
		{"list", "/initiatives", public, 12, "Inisiatif "}, {"list-next-page", nextOf(b, w, "/initiatives"), public, 20, "Inisiatif "},
		{"by-region", "/initiatives?region=61.05", public, 20, "Inisiatif "},
		{"by-category-and-state", "/initiatives?category=clean-water-supply&status=running", public, 20, "Sedang berjalan"},
		{"by-region-and-state", "/initiatives?region=61.05&status=published", public, 20, "Terbit"},
		{"secretariats-desk", "/desk", secretary, 12, ""}, {"waiting-for-the-check", "/desk/initiative-begin", secretary, 25, "Inisiatif "},
		{"waiting-for-reviewers", "/desk/review-steer", secretary, 20, "Tugaskan penelaah"},
		{"reviewers-desk", "/desk", reviewer, 5, ""}, {"owners-desk", "/desk", owner, 20, ""}, {"owners-drafts", "/desk/initiative-draft", owner, 25, "Inisiatif "},
	} {
		shows(b, w, page.who, page.path, page.rows, page.words)
		b.Run(page.name, func(b *testing.B) { w.time(b, page.who, page.path) })
	}
}

// shows holds what a page shows: so many different ones of the initiatives, each in a card or row with the words.
func shows(b *testing.B, w *whole, who *person, path string, rows int, words string) {
	b.Helper()
	doc := w.document(b, who, path)
	seen := map[string]bool{}
	doc.Find(`main a[href*="/initiatives/many-"], main a[href*="/reviewing/"]`).Each(func(_ int, a *goquery.Selection) {
		if around := a.Closest("tr, .card, article, li").Text(); strings.Contains(a.Text(), "Inisiatif ") && strings.Contains(around, words) {
			seen[a.Text()] = true
		}
	})
	if len(seen) < rows {
		b.Fatalf("%s shows %d of the initiatives, want %d with %q: %s", path, len(seen), rows, words, strings.Join(strings.Fields(doc.Find("main").Text()), " "))
	}
}

func (w *whole) document(b *testing.B, who *person, path string) *goquery.Document {
	b.Helper()
	r := w.ask(who, http.MethodGet, path, "")
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(r.body))
	if err != nil || r.status != http.StatusOK {
		b.Fatal(path, r.status, err)
	}
	return doc
}

// nextOf gives where the page leads on.
func nextOf(b *testing.B, w *whole, path string) string {
	b.Helper()
	next, ok := w.document(b, w.as("public"), path).Find(`main a[href*="cursor="]`).Last().Attr("href")
	if !ok {
		b.Fatal(path, "has no next page")
	}
	return next
}

// proposals fills the portal: of twenty initiatives one is a draft, two wait for their check, two are under review, one
// is to be revised, one approved, six are published, seven run, spread over the regencies and three categories.
func proposals(b testing.TB, w *whole) {
	b.Helper()
	ctx, start := b.Context(), time.Now().AddDate(0, -3, 0)
	categories := []domain.CategoryID{"clean-water-supply", "sanitation", "off-grid-solar"}
	var items []store.Item[initiatives.Initiative]
	var reviewed []domain.InitiativeID
	for n := range manyInitiatives {
		at := start.Add(time.Duration(n) * time.Minute)
		i := initiatives.Initiative{Content: initiativeContent(fmt.Sprintf("Inisiatif %06d", n), ""), Organization: oidc.OrgAir, DraftedAt: at}
		i.Areas = []domain.RegionCode{domain.RegionCode(fmt.Sprintf("61.%02d", 1+n%12))}
		i.Offers[0].Category, i.Offers[0].Unit = categories[n%3], ""
		i.Normalise()
		id := fmt.Sprintf("many-%06d", n)
		step := initiatives.Step{At: at.Add(time.Hour), By: "bench", Organization: oidc.OrgAir, Reason: "alasan", Until: domain.DateOf(at.AddDate(0, 9, 0))}
		fate := n / 12 % 20 // so that every state is met in every regency and category
		if fate > 0 {
			w.must(i.Submit(step, true, true))
		}
		if fate == 3 && len(reviewed) < waitingReviews {
			reviewed = append(reviewed, domain.InitiativeID(id)) // it is checked below
		} else if fate > 2 {
			w.must(i.Review(step, true))
		}
		switch {
		case fate == 5:
			w.must(i.Revise(step, true))
		case fate > 5:
			w.must(i.Approve(step, true, initiatives.Verdict{Reviews: 2}))
		}
		if fate > 6 {
			w.must(i.Publish(step, ""))
			i.LimitDue = false
		}
		if fate > 12 {
			w.must(i.Start(step, initiatives.Begin{WorkPlan: "rencana", Assignment: "ST"}, true))
		}
		items = append(items, store.Item[initiatives.Initiative]{ID: id, At: at, Body: i})
	}
	for part := range slices.Chunk(items, 1000) {
		w.must(w.house().Initiatives.Service.Seed(ctx, part))
	}
	check := reviews.Check{Passed: true, Answers: map[reviews.Item]reviews.Answer{}}
	for _, item := range reviews.Items {
		check.Answers[item] = reviews.Answer{OK: true}
	}
	service, office := w.house().Reviews.Service, w.as("sekretariat-2").actor
	for n, id := range reviewed {
		op := func(act string) store.Operation { return store.Operation{ID: act + string(id)} }
		w.must(service.CheckUp(ctx, office, op("check"), id, check, "", ""))
		if n%3 == 0 {
			w.must(service.Assign(ctx, office, op("assign"), id, []domain.AccountID{w.as(judges[0]).account, w.as(judges[1]).account}))
		}
	}
}
