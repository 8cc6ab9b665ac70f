package portal_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/reviews"
)

// TestReviewsAreBlindEverywhere: while one of two reviews is in, what it says stands on no page, in no export, in no
// search, on no desk and on no page of the trail, whoever asks; not even for the office and the auditor.
func TestReviewsAreBlindEverywhere(t *testing.T) {
	s := &scenery{whole: openWhole(t, nil), ctx: context.Background(), works: map[string]domain.InitiativeID{}, order: map[string][]string{}}
	id := s.initiative("telaah buta", initiatives.ActionSubmit, initiatives.ActionReview)
	review := reviews.Review{Scores: map[string]reviews.Score{}, Recommendation: "reject", Words: "KATAPENELAAH"}
	for _, c := range reviews.OwnCriteria() {
		review.Scores[c.ID] = reviews.Score{Value: 2, Reason: "ALASANPENELAAH"}
	}
	s.must(s.house().Reviews.Service.Write(s.ctx, s.who(judges[0]), s.op(), id, review))
	path := "/initiatives/" + string(id)
	own := s.ask(s.as(judges[0]), http.MethodGet, path+"/review", "")
	if own.status != http.StatusOK || !strings.Contains(own.body, "KATAPENELAAH") || !strings.Contains(own.body, "ALASANPENELAAH") {
		t.Fatal("the reviewer does not read the own review:", own.status)
	}
	paths := []string{path, path + "/review", path + "/panel", path + "/decide", path + "/changes", path + "/timeline", path + "/work", "/en" + path, "/en" + path + "/panel",
		"/audit", "/audit?kind=initiative&id=" + string(id), "/audit?actor=" + string(s.as(judges[0]).account), "/audit?action=review.written", "/audit/export.csv",
		"/desk", "/desk/review-steer", "/desk/review-review", "/search?q=KATAPENELAAH", "/initiatives?q=KATAPENELAAH", "/exports/initiatives?format=csv", "/organizations/demo-org-univ"}
	opened := 0
	for _, subject := range []string{judges[1], "penelaah-univ", "sekretariat-1", "sekretariat-2", "pemeriksa", "univ-pengelola", "univ-pembaca", "bank-pengelola", "anggota", "public"} {
		for _, p := range paths {
			for _, accept := range []string{"text/html", "application/json"} {
				r := s.ask(s.as(subject), http.MethodGet, p, "", "Accept", accept)
				if r.status == http.StatusOK {
					opened++
				}
				text := strings.ReplaceAll(r.body, "q=KATAPENELAAH", "")
				if strings.HasPrefix(p, "/search") || strings.HasPrefix(p, "/initiatives?q") {
					text = strings.ReplaceAll(text, "KATAPENELAAH", "") // what was asked stands in the form; the reason must not
				}
				if strings.Contains(text, "KATAPENELAAH") || strings.Contains(text, "ALASANPENELAAH") {
					t.Errorf("%s reads at %s (%s) what is blind", subject, p, accept)
				}
			}
		}
	}
	if opened < 80 {
		t.Errorf("only %d answers were read", opened)
	}
	// Who has a tie finds nothing at any address of the review.
	for _, subject := range []string{"univ-pengelola", "penelaah-univ"} {
		for _, p := range []string{"/review", "/panel"} {
			if r := s.ask(s.as(subject), http.MethodGet, path+p, ""); r.status != http.StatusNotFound {
				t.Errorf("%s at %s: %d", subject, p, r.status)
			}
		}
		if r := s.ask(s.as(subject), http.MethodGet, "/reviewing/"+s.processOf("telaah buta"), ""); r.status != http.StatusNotFound {
			t.Errorf("%s at the declaration: %d", subject, r.status)
		}
	}
}
