package portal_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"gotong/app/embedded/oidc"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/store"
)

// manyInitiatives is how many BenchmarkInitiatives makes.
const manyInitiatives = 100_000

// BenchmarkInitiatives opens the list of initiatives, the list under filters, and the desks of the secretariat and of an
// organisation's owner, on the embedded database with 100,000 initiatives in all states that a proposal passes and the
// demo story. In process, over HTTP. It reports medians and 99th percentiles in ms:
//
//	go test -run '^$' -bench Initiatives -benchtime 300x -timeout 30m ./app/portal
func BenchmarkInitiatives(b *testing.B) {
	w := openWhole(b, nil)
	begin := time.Now()
	proposals(b, w)
	b.Logf("%d initiatives made in %d s", manyInitiatives, int(time.Since(begin).Seconds()))
	public, secretary, owner := w.as("public"), w.as("sekretariat-1"), w.as("univ-pengelola")
	for _, page := range []struct {
		name, path string
		who        *person
	}{
		{"list", "/initiatives", public}, {"by-region", "/initiatives?region=61.05", public}, {"by-category-and-state", "/initiatives?category=clean-water-supply&status=running", public},
		{"by-region-and-state", "/initiatives?region=61.05&status=published", public}, {"secretariats-desk", "/desk", secretary}, {"waiting-for-the-check", "/desk/initiative-begin", secretary}, {"owners-desk", "/desk", owner},
	} {
		b.Run(page.name, func(b *testing.B) { w.time(b, page.who, page.path) })
	}
}

// proposals fills the portal: of ten initiatives one waits for its check, one is under review, four are published, four
// run, spread over the regencies and three categories.
func proposals(b testing.TB, w *whole) {
	b.Helper()
	ctx, start := b.Context(), time.Now().AddDate(-2, 0, 0)
	categories := []domain.CategoryID{"clean-water-supply", "sanitation", "off-grid-solar"}
	var items []store.Item[initiatives.Initiative]
	for n := range manyInitiatives {
		at := start.Add(time.Duration(n) * time.Minute)
		i := initiatives.Initiative{Content: initiativeContent(fmt.Sprintf("Inisiatif %06d", n), ""), Organization: oidc.OrgAir, DraftedAt: at}
		i.Areas = []domain.RegionCode{domain.RegionCode(fmt.Sprintf("61.%02d", 1+n%12))}
		i.Offers[0].Category, i.Offers[0].Unit = categories[n%3], ""
		i.Normalise()
		step := initiatives.Step{At: at.Add(time.Hour), By: "bench", Organization: oidc.OrgAir, Reason: "alasan"}
		w.must(i.Submit(step, true, true))
		if fate := n % 10; fate > 0 {
			w.must(i.Review(step, true))
			if fate > 1 {
				w.must(i.Approve(step, true, initiatives.Verdict{Reviews: 2}))
				w.must(i.Publish(step, ""))
				i.LimitDue = false
			}
			if fate > 5 {
				w.must(i.Start(step, initiatives.Begin{WorkPlan: "rencana", Assignment: "ST"}, true))
			}
		}
		items = append(items, store.Item[initiatives.Initiative]{ID: fmt.Sprintf("many-%06d", n), At: at, Body: i})
	}
	for part := range slices.Chunk(items, 1000) {
		w.must(w.house().Initiatives.Service.Seed(ctx, part))
	}
}
