package portal_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"gotong/app/config"
	"gotong/app/embedded/oidc"
	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/tokens"
)

var oneFound = regexp.MustCompile(`\b1 hasil`)

// TestFlipsAreSeenByTheOtherReplicasSearchAndPrograms flips a document on one replica and asks another with the very next
// request: the search over everything, whose index there was filled before and follows nothing any more, and programs with
// tokens of the organisation itself and of another one.
func TestFlipsAreSeenByTheOtherReplicasSearchAndPrograms(t *testing.T) {
	data, regions := "", []domain.RegionCode{"61.01"}
	a := openWholeIn(t, regions, func(c *config.Config) { data = c.Data })
	b := openWholeIn(t, regions, func(c *config.Config) { c.Data = data })
	library, editor, ctx := a.house().Documents.Service, a.as("univ-penyunting").actor, t.Context()
	n := 0
	op := func() store.Operation { n++; return store.Operation{ID: fmt.Sprintf("flip-%d", n)} }
	const word, title = "piezometer", "Kajian piezometer pesisir"
	details := documents.Details{Type: domain.DocReport, Title: title, Visibility: domain.VisiblePublic, Language: "id"}
	id, err := library.Add(ctx, editor, op(), domain.Ref{Kind: domain.KindOrganization, ID: oidc.OrgUniv}, details, paper("piezometer"))
	if err != nil {
		t.Fatal(err)
	}
	program := func(owner string, organization domain.OrganizationID) []string {
		text, _, err := a.house().Tokens.Service.Make(ctx, a.as(owner).actor, op(), organization, tokens.Wish{Name: "Papan data", Scopes: []string{string(domain.ScopeDocuments)}, Days: 30})
		if err != nil {
			t.Fatal(err)
		}
		return []string{"Authorization", "Bearer " + text, "Sec-Fetch-Site", "same-origin"}
	}
	own, other, nobody := program("univ-pengelola", oidc.OrgUniv), program("air-pengelola", oidc.OrgAir), b.as("public")
	page := "/documents/" + string(id)
	search := func(path string) (shown, counted bool) {
		got := b.ask(nobody, http.MethodGet, path, "")
		if got.status != http.StatusOK {
			t.Errorf("%s: %d", path, got.status)
		}
		return strings.Contains(got.body, title) || strings.Contains(got.body, page+`"`), oneFound.MatchString(got.body)
	}

	following, stop := context.WithCancel(ctx)
	filled := make(chan error, 1)
	go func() { filled <- b.FollowSearch(following) }()
	for began := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		if shown, _ := search("/search?q=" + word); shown {
			break
		}
		if time.Since(began) > time.Minute {
			t.Fatal("the search of the other replica never found the document")
		}
	}
	stop()
	if err := <-filled; err != nil {
		t.Fatal(err)
	}

	version := func() int64 {
		v, err := library.Get(ctx, editor, id)
		if err != nil {
			t.Fatal(err)
		}
		return v.Version
	}
	see := func(v domain.Visibility, embargo domain.Date) func() error {
		return func() error {
			details.Visibility, details.Embargo = v, embargo
			return library.Describe(ctx, editor, op(), id, version(), details)
		}
	}
	const everybody, programOfOther, programOfOwn = "everybody", "a program of another organisation", "a program of the organisation"
	for _, flip := range []struct {
		name  string
		do    func() error
		reads []string
	}{
		{"public", func() error { return nil }, []string{everybody, programOfOther, programOfOwn}},
		{"for its organisation", see(domain.VisibleOrganization, ""), []string{programOfOwn}},
		{"for partners", see(domain.VisiblePartners, ""), []string{programOfOther, programOfOwn}},
		{"public again", see(domain.VisiblePublic, ""), []string{everybody, programOfOther, programOfOwn}},
		{"after an embargo", see(domain.VisiblePublic, "2099-01-01"), []string{programOfOwn}},
		{"public once more", see(domain.VisiblePublic, ""), []string{everybody, programOfOther, programOfOwn}},
		{"thrown away", func() error { return library.Trash(ctx, editor, op(), id, version(), "keliru") }, nil},
		{"taken back", func() error { return library.Restore(ctx, editor, op(), id, 0) }, []string{everybody, programOfOther, programOfOwn}},
	} {
		if err := flip.do(); err != nil {
			t.Fatalf("%s: %v", flip.name, err)
		}
		for _, path := range []string{"/search?q=" + word, "/search?q=" + word + "&kind=document", "/search?q=Kajian+pesisir"} {
			shown, counted := search(path)
			if may := slices.Contains(flip.reads, everybody); shown != may || counted != may && strings.Contains(path, word) {
				t.Errorf("%s: %s shows it %v, counts it %v, may be read %v", flip.name, path, shown, counted, may)
			}
		}
		for name, headers := range map[string][]string{programOfOwn: own, programOfOther: other} {
			may := slices.Contains(flip.reads, name)
			for _, path := range []string{page, page + "/file"} {
				if got := b.ask(nobody, http.MethodGet, path, "", headers...).status; got == http.StatusOK != may || got != http.StatusOK && got != http.StatusNotFound {
					t.Errorf("%s: %s gets %s with %d, may %v", flip.name, name, path, got, may)
				}
			}
			if got := b.ask(nobody, http.MethodGet, "/documents", "", headers...); got.status != http.StatusOK || strings.Contains(got.body, title) && !may {
				t.Errorf("%s: the library tells %s of it, %d", flip.name, name, got.status)
			}
		}
	}
}
