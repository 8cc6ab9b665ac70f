package moderation

import (
	"context"
	"log/slog"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
)

type things struct{}

func (things) Resolve(_ context.Context, _ domain.Actor, ref domain.Ref) (domain.Resolved, error) {
	if ref.ID == "hidden" {
		return domain.Resolved{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	return domain.Resolved{Ref: ref, Title: "Tandon", Path: "/needs/" + ref.ID}, nil
}

var secretary = domain.Actor{Account: "s", Roles: []domain.PlatformRole{domain.RoleSecretariat}}

func open(t *testing.T) (*Service, *clock.Fake) {
	t.Helper()
	c := testkit.Clock()
	db := testkit.DBAt(t, c)
	s := newService(Deps{DB: db, Clock: c, Log: slog.New(slog.DiscardHandler), Things: things{}})
	if err := db.Ready(t.Context()); err != nil {
		t.Fatal(err)
	}
	return s, c
}

func op(id string) store.Operation { return store.Operation{ID: id, Digest: id} }

func TestReportsAreTakenFromAnybody(t *testing.T) {
	s, _ := open(t)
	good := Report{Path: "/needs/n1", Reason: "wrong", Words: " Jumlahnya keliru. "}
	id, err := s.Report(t.Context(), domain.Actor{}, "10.0.0.0/24", op("a"), good)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := s.Report(t.Context(), domain.Actor{}, "10.0.0.0/24", op("a"), good); err != nil || again != id {
		t.Errorf("the same form again: %s %v", again, err)
	}
	doc, err := s.Get(t.Context(), id)
	if err != nil || doc.Body.Title != "Tandon" || doc.Body.Words != "Jumlahnya keliru." || doc.Body.Subject.Kind != domain.KindNeed || doc.Body.State != ReportOpen {
		t.Fatalf("%+v %v", doc.Body, err)
	}
	entries, err := s.db.Feed().After(t.Context(), 0, 10)
	if err != nil || len(entries) != 1 {
		t.Fatal(entries, err)
	}
	for _, change := range entries[0].Changes {
		if strings.Contains(string(change.After), "keliru") {
			t.Error("the words of a report are in the audit chain")
		}
	}
	for name, c := range map[string]struct {
		r    Report
		kind apperr.Kind
	}{
		"a hidden thing":     {Report{Path: "/needs/hidden", Reason: "wrong", Words: "x"}, apperr.NotFound},
		"no reason":          {Report{Path: "/needs/n1", Words: "x"}, apperr.Invalid},
		"no words":           {Report{Path: "/needs/n1", Reason: "wrong", Words: " "}, apperr.Invalid},
		"an identity number": {Report{Path: "/needs/n1", Reason: "wrong", Words: "NIK 6101085507920003"}, apperr.Invalid},
	} {
		if _, err := s.Report(t.Context(), domain.Actor{}, "net", op(name), c.r); !apperr.Is(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if page, err := s.List(t.Context(), ReportOpen, ""); err != nil || len(page.Items) != 1 {
		t.Errorf("%d reports, %v", len(page.Items), err)
	}
}

func TestReportsAreLimited(t *testing.T) {
	s, c := open(t)
	send := func(n int) error {
		_, err := s.Report(t.Context(), domain.Actor{}, "net", op(store.NewID()), Report{Path: "/about", Reason: "other", Words: "x"})
		return err
	}
	for n := range reportsOfReporter {
		if err := send(n); err != nil {
			t.Fatal(n, err)
		}
	}
	if err := send(0); !apperr.Is(err, apperr.TooMany) {
		t.Errorf("one too many: %v", err)
	}
	if _, err := s.Report(t.Context(), domain.Actor{}, "another", op("x"), Report{Path: "/about", Reason: "other", Words: "x"}); err != nil {
		t.Errorf("another network: %v", err)
	}
	c.Advance(2 * time.Hour)
	if err := send(0); err != nil {
		t.Errorf("an hour later: %v", err)
	}
}

// Every move from every state, and back.
func TestDecisionsOnReports(t *testing.T) {
	s, _ := open(t)
	ctx := t.Context()
	id, err := s.Report(ctx, domain.Actor{Account: "a"}, "", op("r"), Report{Path: "/needs/n1", Reason: "fraud", Words: "x"})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Reopen(ctx, secretary, op("o"), id); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("reopened what is open: %v", err)
	}
	if err := s.Decide(ctx, secretary, op("e"), id, ReportActed, ""); !apperr.Is(err, apperr.Invalid) {
		t.Errorf("decided without words: %v", err)
	}
	for i, state := range []ReportState{ReportActed, ReportDismissed} {
		first := op("d" + string(state))
		for range 2 { // a repeat is a success
			if err := s.Decide(ctx, secretary, first, id, state, "Sudah diperbaiki."); err != nil {
				t.Fatal(state, err)
			}
		}
		for _, other := range []ReportState{ReportActed, ReportDismissed} {
			if err := s.Decide(ctx, secretary, op("again"+string(other)), id, other, "x"); !apperr.Is(err, apperr.Conflict) {
				t.Errorf("%s after %s: %v", other, state, err)
			}
		}
		if doc, _ := s.Get(ctx, id); doc.Body.State != state || doc.Body.Answer.Words != "Sudah diperbaiki." || doc.Body.Answer.By != "s" {
			t.Errorf("%+v", doc.Body)
		}
		if err := s.Reopen(ctx, secretary, op("back"+string(state)), id); err != nil {
			t.Fatal(i, err)
		}
	}
	if err := s.Decide(ctx, secretary, op("n"), "nothing", ReportActed, "x"); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("nothing there: %v", err)
	}
}

func TestAnnouncementsStandOnTheirDays(t *testing.T) {
	s, c := open(t)
	ctx := t.Context()
	today := domain.DateOf(c.Now())
	later := domain.DateOf(c.Now().AddDate(0, 0, 2))
	text := func(s string) domain.Text { return domain.Text{ID: s, EN: s + " (en)"} }
	for _, a := range []Announcement{
		{Title: text("all"), Text: text("x"), From: today, Until: today}, {Title: text("members"), Text: text("x"), From: today, Until: later, SignedIn: true},
		{Title: text("coming"), Text: text("x"), From: later, Until: later},
	} {
		if err := s.Announce(ctx, secretary, op(a.Title.ID), a); err != nil {
			t.Fatal(err)
		}
	}
	titles := func(signedIn bool) string {
		var list []string
		for _, n := range s.Notices("en", signedIn) {
			list = append(list, strings.TrimSuffix(n.Title, " (en)"))
		}
		return strings.Join(list, " ")
	}
	if got := titles(false); got != "all" {
		t.Errorf("the public reads %q", got)
	}
	if got := titles(true); got != "members all" {
		t.Errorf("members read %q", got)
	}
	id := secretary.NewID(op("members"))
	if err := s.Retract(ctx, secretary, op("retract"), id, true); err != nil || titles(true) != "all" {
		t.Errorf("retracted: %q %v", titles(true), err)
	}
	if err := s.Retract(ctx, secretary, op("restore"), id, false); err != nil || titles(true) != "members all" {
		t.Errorf("put back: %q %v", titles(true), err)
	}
	doc, err := s.Announcement(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	changed := doc.Body
	changed.Title = text("changed")
	if err := s.Amend(ctx, secretary, op("amend"), id, doc.Version-1, changed); !apperr.Is(err, apperr.Conflict) {
		t.Errorf("an old version: %v", err)
	}
	if err := s.Amend(ctx, secretary, op("amend"), id, doc.Version, changed); err != nil || titles(true) != "changed all" {
		t.Errorf("amended: %q %v", titles(true), err)
	}
	c.Advance(48 * time.Hour)
	if got := titles(false); got != "coming" {
		t.Errorf("two days later the public reads %q", got)
	}
	for name, a := range map[string]Announcement{
		"one language": {Title: domain.Text{ID: "x"}, Text: text("x"), From: today, Until: today}, "no date": {Title: text("x"), Text: text("x"), From: today},
		"backwards": {Title: text("x"), Text: text("x"), From: later, Until: today}, "too long": {Title: text("x"), Text: text("x"), From: "2027-01-01", Until: "2029-01-01"},
	} {
		if err := s.Announce(ctx, secretary, op(name), a); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Another replica shows what was announced here.
func TestAnnouncementsReachOtherReplicas(t *testing.T) {
	s, c := open(t)
	other := &Service{db: s.db, clock: c, announcements: s.announcements}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- other.Follow(ctx) }()
	today := domain.DateOf(c.Now())
	x := domain.Text{ID: "x", EN: "x"}
	if err := s.Announce(t.Context(), secretary, op("a"), Announcement{Title: x, Text: x, From: today, Until: today}); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); len(other.Notices("id", false)) == 0; time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatal("the other replica does not show it")
		}
	}
	cancel()
	if err := <-done; err != nil {
		t.Fatal(err)
	}
}
