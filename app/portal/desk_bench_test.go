package portal_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"gotong/modules/accounts"
	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/organizations"
)

// How many people and organisations BenchmarkDesk makes, and how many of the organisations wait for verification.
const (
	deskAccounts      = 20_000
	deskOrganizations = 5_000
	deskPending       = 2_000
)

// BenchmarkDesk opens the secretariat's desk, a page of its longest queue, the people and a search among them, and the
// trail of one person, on the embedded database with 20,000 accounts, 5,000 organisations (2,000 waiting) and the demo
// story. Over HTTP, signed in. It reports medians and 99th percentiles in ms:
//
//	go test -run '^$' -bench Desk -benchtime 300x ./app/portal
func BenchmarkDesk(b *testing.B) {
	w := openWhole(b, nil)
	begin := time.Now()
	crowd(b, w)
	b.Logf("%d accounts and %d organisations made in %d s", deskAccounts, deskOrganizations, int(time.Since(begin).Seconds()))
	secretary, owner := w.as("sekretariat-1"), w.as("univ-pengelola")
	if desk := w.ask(secretary, http.MethodGet, "/desk", "").body; !strings.Contains(desk, "Lembaga 0000") || !strings.Contains(desk, "/desk/organization-verify") {
		b.Fatal("the desk does not show who has waited longest, or no way to the rest")
	}
	for _, page := range []struct {
		name, path string
		who        *person
	}{
		{"desk", "/desk", secretary}, {"queue", "/desk/organization-verify", secretary}, {"people", "/people", secretary},
		{"people-search", "/people?q=orang+19999", secretary}, {"trail-of-one", "/audit?actor=" + string(owner.account), secretary}, {"owners-desk", "/desk", owner},
	} {
		b.Run(page.name, func(b *testing.B) { w.time(b, page.who, page.path) })
	}
}

// time opens a page again and again and reports median and 99th percentile in ms.
func (w *whole) time(b *testing.B, who *person, path string) {
	b.Helper()
	var took []time.Duration
	for b.Loop() {
		begin := time.Now()
		r := w.ask(who, http.MethodGet, path, "")
		took = append(took, time.Since(begin))
		if r.status != http.StatusOK {
			b.Fatalf("%s: %d", path, r.status)
		}
	}
	slices.Sort(took)
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(ms(took[len(took)/2]), "p50-ms")
	b.ReportMetric(ms(took[len(took)*99/100]), "p99-ms")
	b.ReportMetric(0, "ns/op")
}

// crowd fills the portal.
func crowd(b testing.TB, w *whole) {
	b.Helper()
	ctx, day := b.Context(), time.Now().AddDate(0, 0, -300)
	var people []store.Item[accounts.Account]
	for i := range deskAccounts {
		people = append(people, store.Item[accounts.Account]{ID: fmt.Sprintf("crowd-%05d", i), At: day.Add(time.Duration(i) * time.Minute),
			Body: accounts.Account{Name: fmt.Sprintf("Orang %05d Contoh", i), Email: fmt.Sprintf("orang%05d@contoh.invalid", i), EmailVerified: true}})
	}
	w.must(w.house().Accounts.Service.Seed(ctx, people))
	var seeds []organizations.Seed
	for i := range deskOrganizations {
		o := organizations.Organization{Name: fmt.Sprintf("Contoh: Lembaga %04d", i), Type: "academia", Sublevel: "university", Region: "61.71", Office: "Sekretariat",
			About: "Lembaga contoh.", Registration: fmt.Sprintf("C/%04d", i), VerifiedAt: day}
		if i < deskPending {
			o.State, o.VerifiedAt, o.SubmittedAt = organizations.StatePending, time.Time{}, day.Add(time.Duration(i)*time.Hour)
		}
		members := map[domain.AccountID]domain.OrganizationRole{}
		for n, role := range []domain.OrganizationRole{domain.OrgOwner, domain.OrgEditor, domain.OrgViewer, domain.OrgViewer} {
			members[domain.AccountID(people[(4*i+n)%len(people)].ID)] = role
		}
		seeds = append(seeds, organizations.Seed{ID: domain.OrganizationID(fmt.Sprintf("crowd-org-%04d", i)), Organization: o, Members: members})
	}
	for part := range slices.Chunk(seeds, 1000) {
		w.must(w.house().Organizations.Service.Plant(ctx, part))
	}
}
