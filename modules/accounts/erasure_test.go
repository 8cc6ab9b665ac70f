package accounts

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

func trailText(t *testing.T, db *store.DB, s *Service, id domain.AccountID) string {
	t.Helper()
	if err := db.Relay(t.Context()); err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	out := json.NewEncoder(&text)
	history, err := s.accounts.History(t.Context(), string(id), 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range history {
		changes, err := s.accounts.PersonalChanges(t.Context(), e)
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			t.Fatal(err)
		}
		_, _ = out.Encode(e), out.Encode(changes)
	}
	if _, err := db.Feed().Verify(t.Context()); err != nil {
		t.Fatalf("the chain: %v", err)
	}
	return text.String()
}

// An erasure waits a week, can be taken back, and then leaves nothing that names the person; the chain still holds, and
// a later sign-in is another account.
func TestErasure(t *testing.T) {
	db, c := fakeDB(t)
	p := newIDP(t)
	s, orgs := testService(t, db, c, p.config())
	signIn := func() Signed {
		b := p.begin(t, s, "c", domain.Actor{})
		done, err := s.Finish(t.Context(), finishWith(b, "c"))
		if err != nil {
			t.Fatal(err)
		}
		who, ok, err := s.Authenticate(t.Context(), done.Token)
		if err != nil || !ok {
			t.Fatal("not signed in", err)
		}
		return who
	}
	me := signIn().Actor
	orgs[me.Account] = []domain.Membership{{Organization: "o", Name: "Yayasan Uji", Role: domain.OrgOwner}}
	if err := s.AskErasure(t.Context(), me, testOp("1")); !apperr.Is(err, apperr.Conflict) {
		t.Fatalf("the last owner: %v", err)
	}
	delete(orgs, me.Account)
	ask := func(op string) {
		if err := s.AskErasure(t.Context(), me, testOp(op)); err != nil {
			t.Fatal(err)
		}
	}
	due := func(want int) {
		t.Helper()
		if n, err := s.EraseDue(t.Context()); err != nil || n != want {
			t.Fatalf("erased %d, not %d: %v", n, want, err)
		}
	}
	ask("2")
	c.Advance(ErasureWait - time.Minute)
	due(0)
	if err := s.CancelErasure(t.Context(), me, testOp("3")); err != nil {
		t.Fatal(err)
	}
	c.Advance(time.Hour)
	due(0)
	if text := trailText(t, db, s, me.Account); !strings.Contains(text, "Siti Contoh") {
		t.Fatal("the trail should know the name until then")
	}
	ask("4")
	c.Advance(ErasureWait)
	open := signIn()
	due(1)
	if who, ok, err := s.Authenticate(t.Context(), "x"); ok || err != nil {
		t.Fatal(who, err)
	}
	if left, err := s.Sessions.Of(t.Context(), me.Account, ""); err != nil || len(left) != 0 {
		t.Fatalf("sessions left: %d %v, %s", len(left), err, open.Session.Public)
	}
	if text := trailText(t, db, s, me.Account); strings.Contains(text, "Siti") || strings.Contains(text, "siti@") || !strings.Contains(text, "account.erased") {
		t.Fatalf("the trail: %s", text)
	}
	doc, err := s.accounts.Get(t.Context(), string(me.Account))
	if raw, _ := json.Marshal(doc.Body); err != nil || bytes.Contains(bytes.ToLower(raw), []byte("siti")) {
		t.Fatalf("the account: %s %v", raw, err)
	}
	due(0)
	if again := signIn().Actor; again.Account == me.Account || again.Name != "Siti Contoh" {
		t.Fatalf("after the erasure: %+v", again)
	}
}

// The export holds what is kept of the person and of nobody else, and no secret.
func TestExport(t *testing.T) {
	db, c := fakeDB(t)
	s, _ := testService(t, db, c)
	me, other := newAccount(t, s, "saya", "Saya Sendiri"), newAccount(t, s, "lain", "Orang Lain")
	token, session, err := s.Sessions.Open(t.Context(), Opening{Account: me.Account, Provider: "uji", Device: "Firefox", Origin: Origin{Network: "103.28.0.0/16"}})
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range []domain.Actor{me, other} {
		doc, _ := s.Account(t.Context(), a)
		if err := s.Rename(t.Context(), a, testOp("r"+string(a.Account)), doc.Version, a.Name+" Baru"); err != nil {
			t.Fatal(err)
		}
	}
	if err := db.Relay(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.papers = uploads{me.Account: {
		{ID: "d1", Title: "Berita acara", Name: "berita acara.pdf", Size: 5, Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader("bytes")), nil }},
		{ID: "d2", Title: "Hilang", Name: "hilang.pdf", Size: 5, Open: func() (io.ReadCloser, error) { return nil, apperr.New(apperr.Unavailable, "") }},
	}, other.Account: {{ID: "d3", Title: "Punya orang lain"}}}
	export, err := s.Export(t.Context(), me)
	if err != nil {
		t.Fatal(err)
	}
	var raw bytes.Buffer
	if err := export.Write(t.Context(), &raw); err != nil {
		t.Fatal(err)
	}
	z, err := zip.NewReader(bytes.NewReader(raw.Bytes()), int64(raw.Len()))
	if err != nil {
		t.Fatal(err)
	}
	all, names := "", ""
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		all, names = all+string(text), names+" "+f.Name
	}
	if names != " account.json sign-ins.json sessions.json organizations.json files/d1.pdf files.json acts.jsonl" {
		t.Fatalf("files:%s", names)
	}
	for _, want := range []string{"Saya Sendiri Baru", "saya@contoh.invalid", "103.28.0.0/16", "account.renamed", `"subject": "saya"`, "bytes", `"missing": true`, `"file": "files/d1.pdf"`} {
		if !strings.Contains(all, want) {
			t.Errorf("%q is missing", want)
		}
	}
	for _, secret := range []string{token, hashToken(token), session.CSRF, "Orang Lain", string(other.Account), "Punya orang lain"} {
		if strings.Contains(all, secret) {
			t.Errorf("%q is in the export", secret)
		}
	}
}

// uploads stand in for the documents.
type uploads map[domain.AccountID][]Upload

func (u uploads) Uploads(_ context.Context, id domain.AccountID, fn func(Upload) error) error {
	for _, one := range u[id] {
		if err := fn(one); err != nil {
			return err
		}
	}
	return nil
}

// endless gives that many bytes without holding them.
type endless struct{ left int64 }

func (e *endless) Read(p []byte) (int, error) {
	if e.left == 0 {
		return 0, io.EOF
	}
	n := min(int64(len(p)), e.left)
	e.left -= n
	return int(n), nil
}

// A large file goes through a small memory; one that is cut short breaks the export off, so that it does not open.
func TestExportStreamsFiles(t *testing.T) {
	db, c := fakeDB(t)
	s, _ := testService(t, db, c)
	me := newAccount(t, s, "saya", "Saya")
	const size = 256 << 20
	file := Upload{ID: "d1", Name: "besar.mp4", Size: size, Open: func() (io.ReadCloser, error) { return io.NopCloser(&endless{size}), nil }}
	s.papers = uploads{me.Account: {file}}
	write := func() (int64, error) {
		export, err := s.Export(t.Context(), me)
		if err != nil {
			t.Fatal(err)
		}
		out := &counter{}
		return out.n, errors.Join(export.Write(t.Context(), out), out.enough(size))
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	if _, err := write(); err != nil {
		t.Fatal(err)
	}
	runtime.ReadMemStats(&after)
	if used := after.TotalAlloc - before.TotalAlloc; used > 16<<20 {
		t.Errorf("%d MB were allocated for a file of %d MB", used>>20, size>>20)
	}
	file.Open = func() (io.ReadCloser, error) { return io.NopCloser(&endless{size / 2}), nil }
	s.papers = uploads{me.Account: {file}}
	if _, err := write(); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Error("half a file passes for the whole:", err)
	}
}

type counter struct{ n int64 }

func (c *counter) Write(p []byte) (int, error) { c.n += int64(len(p)); return len(p), nil }

func (c *counter) enough(n int64) error {
	if c.n < n {
		return fmt.Errorf("%d bytes", c.n)
	}
	return nil
}
