package documents

import (
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Every state × answer: what is answered is noted, everything else is refused and changes nothing.
func TestAnswersToRequests(t *testing.T) {
	now := time.Date(2027, 3, 1, 3, 0, 0, 0, time.UTC)
	for _, from := range []AskState{AskWaiting, AskGranted, AskRefused, AskRevoked} {
		for _, to := range []AskState{AskWaiting, AskGranted, AskRefused, AskRevoked} {
			a := Ask{State: from, Until: "2027-02-01"}
			got, err := a.answer(to, "2027-04-01", "Alasan.", now)
			want := from == AskWaiting && (to == AskGranted || to == AskRefused) || from == AskGranted && to == AskRevoked
			if want != (err == nil) || !want && (got != a || !apperr.Is(err, apperr.Conflict)) || want && (got.State != to || got.Answered != now) {
				t.Errorf("%s to %s: %+v %v", from, to, got, err)
			}
		}
	}
	for name, try := range map[string]struct {
		to    AskState
		until domain.Date
		why   string
	}{"no day": {AskGranted, "", ""}, "a past day": {AskGranted, "2027-02-28", ""}, "too far": {AskGranted, "2029-01-01", ""}, "no reason": {AskRefused, "", " "}, "a personal number": {AskRefused, "", "NIK 6101084107850003"}} {
		if _, err := (Ask{State: AskWaiting}).answer(try.to, try.until, try.why, now); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A document that is not listed cannot be asked for; a listed one can be known of but not opened; a grant opens it for that person on
// the next request, until its day or its revocation; who may not change it answers nothing.
func TestAccessOnRequest(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	id := r.add(t, clerk, "surat", domain.VisibleParties)
	opens := func(actor domain.Actor) bool {
		_, err := r.Get(ctx, actor, id)
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			t.Fatal(err)
		}
		standing, err := r.Standing(ctx, actor, string(id))
		if err != nil {
			t.Fatal(err)
		}
		reads := false
		for _, rel := range standing.Relations {
			reads = reads || rel == domain.RelReader
		}
		if got, err := r.Get(ctx, actor, id); (err == nil) != reads {
			t.Errorf("the table of rights and the service differ: %v, %v", reads, got.ID)
		}
		return reads
	}
	kind := func(what string, err error, want apperr.Kind) {
		t.Helper()
		if !apperr.Is(err, want) {
			t.Errorf("%s: %v", what, err)
		}
	}
	kind("not listed", r.Ask(ctx, other, op("1"), id, "Untuk riset."), apperr.NotFound)
	kind("listed by somebody else", r.List(ctx, other, op("2"), id, 0, true), apperr.NotFound)
	if err := r.List(ctx, clerk, op("3"), id, 0, true); err != nil {
		t.Fatal(err)
	}
	kind("the public", r.Ask(ctx, public, op("4"), id, "Untuk riset."), apperr.SignIn)
	kind("an owner", r.Ask(ctx, clerk, op("5"), id, "Untuk riset."), apperr.Conflict)
	kind("no reason", r.Ask(ctx, other, op("6"), id, " "), apperr.Invalid)
	for range 2 {
		if err := r.Ask(ctx, other, op("7"), id, "Untuk riset."); err != nil {
			t.Fatal(err)
		}
	}
	if opens(other) {
		t.Error("asking opens it")
	}
	_, list, _, err := r.Asks(ctx, clerk, id, "", 10)
	if err != nil || len(list) != 1 || list[0].Body.Reason != "Untuk riset." || list[0].Body.State != AskWaiting {
		t.Fatalf("%+v %v", list, err)
	}
	until := domain.DateOf(r.clock.Now().AddDate(0, 0, 7))
	kind("who asked answers", r.AnswerAsk(ctx, other, op("8"), id, list[0].ID, AskGranted, until, ""), apperr.NotFound)
	for range 2 {
		if err := r.AnswerAsk(ctx, clerk, op("9"), id, list[0].ID, AskGranted, until, ""); err != nil {
			t.Fatal(err)
		}
	}
	if !opens(other) || opens(public) || opens(unverified) {
		t.Error("a grant opens it for who asked, and for nobody else")
	}
	kind("asked again while it opens", r.Ask(ctx, other, op("10"), id, "Lagi."), apperr.Conflict)
	r.clock.Advance(8 * 24 * time.Hour)
	if opens(other) {
		t.Error("the grant did not end by itself")
	}
	if err := r.Ask(ctx, other, op("11"), id, "Masih perlu."); err != nil {
		t.Fatal(err)
	}
	if err := r.AnswerAsk(ctx, clerk, op("12"), id, list[0].ID, AskGranted, domain.DateOf(r.clock.Now().AddDate(0, 0, 7)), ""); err != nil || !opens(other) {
		t.Fatal(err)
	}
	if err := r.AnswerAsk(ctx, clerk, op("13"), id, list[0].ID, AskRevoked, "", "Riset selesai."); err != nil || opens(other) {
		t.Errorf("revoked, and still open: %v", err)
	}
	if able, err := r.Askable(ctx, other, id); err != nil || able.Opens || able.Asked == nil || able.Asked.Body.Answer != "Riset selesai." {
		t.Errorf("%+v %v", able, err)
	}
	if err := r.List(ctx, clerk, op("14"), id, 0, false); err != nil {
		t.Fatal(err)
	}
	_, err = r.Askable(ctx, other, id)
	kind("hidden again", err, apperr.NotFound)
}
