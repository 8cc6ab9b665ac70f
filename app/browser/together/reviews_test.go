package together

import (
	"testing"

	"gotong/app/browser"
	"gotong/app/walk"
)

// Proposals on a phone: an organisation makes a call and the secretariat releases it, three answer, one goes through
// check, blind reviews, a third, a revision, the decision, and runs to its end; two are rejected and appeal.
func TestProposalsAreJudgedInTheBrowser(t *testing.T) {
	b := browser.Start(t)
	base := browser.Serve(t)
	people := map[string]walk.Visitor{}
	aside := func(subject string) (walk.Visitor, error) {
		if people[subject] != nil {
			return people[subject], nil
		}
		v, err := walk.NewHTTP(base)
		if err == nil {
			err = walk.SignIn(v, subject)
		}
		people[subject] = v
		return v, err
	}
	i := browser.Inspect(t, "reviews")
	for _, script := range browser.LongWays() {
		name := map[bool]string{false: "without-javascript", true: "with-javascript"}[script]
		t.Run(name, func(t *testing.T) {
			judging := walk.Judging{As: i.Once(b, base, script), Aside: aside, Mark: name, Other: map[bool]int{false: 1, true: 2}[script]}
			if err := judging.Walk(t.Logf); err != nil {
				t.Fatal(err)
			}
			t.Logf("%d kinds of page met, %d sessions", len(i.Kinds), len(i.Sessions))
		})
	}
}
