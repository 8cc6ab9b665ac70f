package initiatives

import (
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Who made the call reads the proposals that answer it, also after a merge; who reviews one of them without names reads
// it as a reviewer does.
func TestWhoMadeTheCallReadsItsAnswers(t *testing.T) {
	p := open(t)
	doc := p.submitted(t)
	id := domain.InitiativeID(doc.ID)
	i := doc.Body
	i.Caller = "dinas"
	if _, err := p.Service.records.Replace(t.Context(), doc, i, store.Change{Action: "test"}); err != nil {
		t.Fatal(err)
	}
	caller := domain.Actor{Account: "caller", Memberships: member("dinas", domain.OrgViewer, "")}
	heir := domain.Actor{Account: "heir", Memberships: member("badan", domain.OrgViewer, "")}
	seated := people["ani"]
	seated.Memberships = member("dinas", domain.OrgViewer, "")
	reads := func(a domain.Actor) bool {
		_, err := p.Service.Show(t.Context(), a, id)
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			t.Fatal(err)
		}
		return err == nil
	}
	called := func(a domain.Actor) bool {
		s, err := p.Service.Standing(t.Context(), a, doc.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range s.Relations {
			if r == domain.RelCaller {
				return true
			}
		}
		return false
	}
	if !reads(caller) || !called(caller) || reads(heir) || called(heir) {
		t.Error("who made the call does not read its answers, or another does")
	}
	if doc, err := p.Service.Get(t.Context(), id); err == nil {
		p.decide(t, "secretariat", doc, ActionReview, "")
	}
	for _, anonymous := range []bool{false, true} {
		p.reviews.anonymous = anonymous
		if reads(seated) == anonymous || called(seated) == anonymous || !reads(caller) {
			t.Errorf("anonymous %t: a reviewer of who made the call reads the names: %t", anonymous, reads(seated))
		}
	}
	for _, want := range []int{1, 0} {
		if n, err := p.Service.MoveAll(t.Context(), "dinas", "badan", store.Change{Action: "organization.merged"}); n != want || err != nil {
			t.Fatal(n, err)
		}
	}
	if reads(caller) || !reads(heir) || !called(heir) {
		t.Error("the answers stayed with who is no more")
	}
}
