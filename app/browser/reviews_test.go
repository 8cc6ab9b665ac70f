package browser

import (
	"testing"

	"gotong/app/walk"
)

// A call's proposals on a phone: three answer, one goes through check, blind reviews, a third, a revision, the decision,
// and runs to its end.
func TestProposalsAreJudgedInTheBrowser(t *testing.T) {
	b := browser(t)
	base := serve(t)
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
	for _, script := range ways() {
		name := map[bool]string{false: "without-javascript", true: "with-javascript"}[script]
		t.Run(name, func(t *testing.T) {
			i := inspect(t, "reviews-"+name)
			judging := walk.Judging{As: i.once(b, base, script), Aside: aside, Mark: name, Other: map[bool]int{false: 1, true: 2}[script]}
			if err := judging.Walk(t.Logf); err != nil {
				t.Fatal(err)
			}
			t.Logf("%d kinds of page met, %d sessions", len(i.kinds), len(i.sessions))
		})
	}
}
