package accounts

import (
	"path/filepath"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/testkit"
)

func alive(t *testing.T, s *Sessions, token string) bool {
	t.Helper()
	_, err := s.Find(t.Context(), token)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		t.Fatal(err)
	}
	return err == nil
}

func open(t *testing.T, s *Sessions, account domain.AccountID) (string, Session) {
	t.Helper()
	token, session, err := s.Open(t.Context(), Opening{Account: account, Provider: "uji", Device: "Firefox"})
	if err != nil {
		t.Fatal(err)
	}
	return token, session
}

func TestSessionLapsesByIdlenessAndByAge(t *testing.T) {
	db, c := fakeDB(t)
	s := newSessions(db, c)
	token, _ := open(t, s, "a")
	c.Advance(SessionIdle - time.Minute)
	if !alive(t, s, token) {
		t.Fatal("lapsed while in use")
	}
	c.Advance(SessionIdle)
	if alive(t, s, token) {
		t.Fatal("alive after twelve idle hours")
	}
	token, _ = open(t, s, "a")
	for used := time.Duration(0); used < SessionAbsolute-time.Hour; used += time.Hour {
		c.Advance(time.Hour)
		if !alive(t, s, token) {
			t.Fatalf("lapsed after %s of steady use", used)
		}
	}
	c.Advance(time.Hour)
	if alive(t, s, token) {
		t.Fatal("alive after seven days")
	}
}

func TestSessionIsTouchedSeldom(t *testing.T) {
	db, c := fakeDB(t)
	s := newSessions(db, c)
	token, session := open(t, s, "a")
	c.Advance(time.Minute)
	alive(t, s, token)
	views, err := s.Of(t.Context(), "a", session.Public)
	if err != nil || len(views) != 1 || !views[0].Seen.Equal(session.Created) || !views[0].Current {
		t.Fatalf("after a minute: %+v %v", views, err)
	}
	c.Advance(touchEvery)
	alive(t, s, token)
	if views, _ = s.Of(t.Context(), "a", ""); !views[0].Seen.Equal(c.Now()) {
		t.Fatal("its use was not noted")
	}
}

func TestForeignTokensFindNothing(t *testing.T) {
	db, c := fakeDB(t)
	s := newSessions(db, c)
	token, session := open(t, s, "a")
	for _, wrong := range []string{"", "x", session.Public, hashToken(token), token[:42], token + "A", secretToken()} {
		if alive(t, s, wrong) {
			t.Fatalf("%q opens a session", wrong)
		}
	}
}

func TestSessionsAreBounded(t *testing.T) {
	db, c := fakeDB(t)
	s := newSessions(db, c)
	var tokens []string
	for range MaxSessions + 2 {
		token, _ := open(t, s, "a")
		tokens = append(tokens, token)
		c.Advance(time.Minute)
	}
	for i, token := range tokens {
		if want := i >= 2; alive(t, s, token) != want {
			t.Fatalf("session %d alive: %v", i, !want)
		}
	}
}

// Ending counts for every replica: two handles on one file.
func TestEndedOnEveryReplica(t *testing.T) {
	path, c := filepath.Join(t.TempDir(), "portal.db"), testkit.Clock()
	a := newSessions(testkit.OpenFile(t, path, sqlite.Options{}, store.Options{Clock: c}), c)
	b := newSessions(testkit.OpenFile(t, path, sqlite.Options{}, store.Options{Clock: c}), c)
	token, _ := open(t, a, "a")
	other, session := open(t, b, "a")
	stranger, _ := open(t, b, "z")
	if !alive(t, b, token) || !alive(t, a, other) {
		t.Fatal("a session of one replica is unknown to the other")
	}
	if err := b.End(t.Context(), token); err != nil {
		t.Fatal(err)
	}
	if alive(t, a, token) || !alive(t, a, other) {
		t.Fatal("ending one at b")
	}
	third, _ := open(t, a, "a")
	if n, err := b.EndOthers(t.Context(), "a", session.Public); err != nil || n != 1 {
		t.Fatalf("ended %d, %v", n, err)
	}
	if alive(t, a, third) || !alive(t, a, other) || !alive(t, a, stranger) {
		t.Fatal("ending the others")
	}
	if err := a.EndOne(t.Context(), "a", "of-somebody-else"); !apperr.Is(err, apperr.NotFound) {
		t.Fatalf("ended a foreign session: %v", err)
	}
	if err := a.EndOne(t.Context(), "a", session.Public); err != nil || alive(t, b, other) {
		t.Fatalf("ending by id: %v", err)
	}
	if err := a.End(t.Context(), token); err != nil {
		t.Fatalf("ending what is gone: %v", err)
	}
}
