package accounts

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
)

func failureOf(err error) Failure {
	var f *SignInError
	if errors.As(err, &f) {
		return f.Failure
	}
	return ""
}

func nobody(t *testing.T, s *Service) {
	t.Helper()
	if n, err := s.accounts.Count(t.Context(), listPeople, ""); err != nil || n != 0 {
		t.Fatalf("an account was made: %d, %v", n, err)
	}
}

func TestSignInMakesOneAccount(t *testing.T) {
	p := newIDP(t)
	s, _ := testService(t, testkit.DB(t), testClock(), p.config())
	b := p.begin(t, s, "c1", domain.Actor{})
	u, _ := url.Parse(b.Address)
	q := u.Query()
	if q.Get("code_challenge_method") != "S256" || q.Get("nonce") == "" || q.Get("redirect_uri") != publicURL+"/sign-in/uji/callback" {
		t.Fatalf("authorization request: %v", q)
	}
	done, err := s.Finish(t.Context(), finishWith(b, "c1"))
	if err != nil {
		t.Fatal(err)
	}
	if !done.First || done.Next != "/needs" || len(done.Token) != 43 || p.verifier == "" || strings.Contains(b.Address, p.verifier) {
		t.Fatalf("finished: %+v", done)
	}
	signed, ok, err := s.Authenticate(t.Context(), done.Token)
	if err != nil || !ok || signed.Actor.Name != "Siti Contoh" || signed.Actor.Account != AccountIDFor(p.URL, "s-1") || signed.Actor.Session == "" || signed.Session.CSRF == "" {
		t.Fatalf("authenticated: %+v %v %v", signed, ok, err)
	}
	again := p.begin(t, s, "c2", domain.Actor{})
	second, err := s.Finish(t.Context(), finishWith(again, "c2"))
	if err != nil || second.First || second.Token == done.Token {
		t.Fatalf("second sign-in: %+v %v", second, err)
	}
	if n, _ := s.accounts.Count(t.Context(), listPeople, ""); n != 1 {
		t.Fatalf("accounts: %d", n)
	}
}

// The store holds neither token nor state as they are in the browser.
func TestSecretsAreStoredHashed(t *testing.T) {
	db := testkit.DB(t)
	s, _ := testService(t, db, testClock())
	token, _, err := s.Sessions.Open(t.Context(), Opening{Account: "a", Provider: "uji"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sessions.sessions.Get(t.Context(), token); err == nil {
		t.Fatal("the session lies under its token")
	}
}

func TestHostileProviderSignsNobodyIn(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	raw := func(header string, claims map[string]any) string {
		body, _ := json.Marshal(claims)
		return base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString(body) + "."
	}
	cases := map[string]struct {
		bend   func(p *idp)
		answer func(r *FinishRequest)
		want   Failure
	}{
		"no state":                 {answer: func(r *FinishRequest) { r.State = "" }, want: FailureLapsed},
		"a state of its own":       {answer: func(r *FinishRequest) { r.State = secretToken() }, want: FailureLapsed},
		"another browser":          {answer: func(r *FinishRequest) { r.Browser = secretToken() }, want: FailureLapsed},
		"a browser without cookie": {answer: func(r *FinishRequest) { r.Browser = "" }, want: FailureLapsed},
		"another provider's":       {answer: func(r *FinishRequest) { r.Provider = "lain" }, want: FailureLapsed},
		"refused":                  {answer: func(r *FinishRequest) { r.Code, r.Error = "", "access_denied" }, want: FailureCancelled},
		"out of order":             {answer: func(r *FinishRequest) { r.Code, r.Error = "", "server_error" }, want: FailureOutage},
		"no code":                  {answer: func(r *FinishRequest) { r.Code = "" }, want: FailureUntrusted},
		"mixed-up issuer":          {answer: func(r *FinishRequest) { r.Issuer = "https://elsewhere.example" }, want: FailureUntrusted},
		"alg none":                 {bend: func(p *idp) { p.sign = func(c map[string]any) any { return raw(`{"alg":"none"}`, c) } }, want: FailureUntrusted},
		"no signature":             {bend: func(p *idp) { p.sign = func(c map[string]any) any { return raw(`{"alg":"RS256","kid":"k1"}`, c) } }, want: FailureUntrusted},
		"another key":              {bend: func(p *idp) { p.key = other }, want: FailureUntrusted},
		"HS256 by the public key": {bend: func(p *idp) {
			p.sign = func(c map[string]any) any { return signed(t, signKey().PublicKey.N.Bytes(), jose.HS256, "k1", c) }
		}, want: FailureUntrusted},
		"another audience":    {bend: claim("aud", "someone-else"), want: FailureUntrusted},
		"no audience":         {bend: claim("aud", nil), want: FailureUntrusted},
		"two audiences":       {bend: claim("aud", []string{"portal", "someone-else"}), want: FailureUntrusted},
		"another party":       {bend: claim("azp", "someone-else"), want: FailureUntrusted},
		"another issuer":      {bend: claim("iss", "https://accounts.google.com"), want: FailureUntrusted},
		"another nonce":       {bend: claim("nonce", "of-yesterday"), want: FailureUntrusted},
		"no nonce":            {bend: claim("nonce", nil), want: FailureUntrusted},
		"expired":             {bend: claim("exp", time.Now().Add(-time.Hour).Unix()), want: FailureUntrusted},
		"no expiry":           {bend: claim("exp", nil), want: FailureUntrusted},
		"expiry in words":     {bend: claim("exp", "tomorrow"), want: FailureUntrusted},
		"no subject":          {bend: claim("sub", ""), want: FailureUntrusted},
		"a very long subject": {bend: claim("sub", strings.Repeat("x", 5000)), want: FailureUntrusted},
		"id token no text":    {bend: func(p *idp) { p.sign = func(map[string]any) any { return 42 } }, want: FailureUntrusted},
		"no id token":         {bend: func(p *idp) { p.sign = func(map[string]any) any { return nil } }, want: FailureUntrusted},
		"refused code": {bend: func(p *idp) {
			p.onToken = func(w http.ResponseWriter, _ *http.Request) bool {
				http.Error(w, `{"error":"invalid_grant"}`, http.StatusBadRequest)
				return true
			}
		}, want: FailureUntrusted},
		"broken token endpoint": {bend: func(p *idp) {
			p.onToken = func(w http.ResponseWriter, _ *http.Request) bool {
				w.WriteHeader(http.StatusInternalServerError)
				return true
			}
		}, want: FailureOutage},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			p := newIDP(t)
			elsewhere := p.config()
			elsewhere.Key = "lain"
			s, _ := testService(t, testkit.DB(t), testClock(), p.config(), elsewhere)
			b := p.begin(t, s, "c", domain.Actor{})
			if c.bend != nil {
				c.bend(p)
			}
			r := finishWith(b, "c")
			if c.answer != nil {
				c.answer(&r)
			}
			done, err := s.Finish(t.Context(), r)
			if failureOf(err) != c.want || done.Token != "" {
				t.Fatalf("got %v (%+v), want %s", err, done, c.want)
			}
			nobody(t, s)
		})
	}
}

func claim(name string, value any) func(*idp) {
	return func(p *idp) {
		p.claims = func(claims map[string]any) {
			if value == nil {
				delete(claims, name)
				return
			}
			claims[name] = value
		}
	}
}

func TestStateIsTakenOnce(t *testing.T) {
	p := newIDP(t)
	s, _ := testService(t, testkit.DB(t), testClock(), p.config())
	b := p.begin(t, s, "c", domain.Actor{})
	if _, err := s.Finish(t.Context(), finishWith(b, "c")); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Finish(t.Context(), finishWith(b, "c")); failureOf(err) != FailureLapsed {
		t.Fatalf("replayed: %v", err)
	}
}

func TestStateLapses(t *testing.T) {
	p := newIDP(t)
	db, c := fakeDB(t)
	s, _ := testService(t, db, c, p.config())
	b := p.begin(t, s, "c", domain.Actor{})
	c.Advance(attemptLifetime + time.Second)
	if _, err := s.Finish(t.Context(), finishWith(b, "c")); failureOf(err) != FailureLapsed {
		t.Fatalf("after ten minutes: %v", err)
	}
}

// A provider that claims the victim's address gets an account of its own, and no role by it unless the address is
// verified.
func TestVictimsAddressOpensNothing(t *testing.T) {
	p := newIDP(t)
	s, _ := testService(t, testkit.DB(t), testClock(), p.config())
	victim := newAccount(t, s, "kepala", "Kepala", domain.RoleSecretariat)
	for i, verified := range []any{nil, false, "false", 1} {
		p.claims = func(c map[string]any) {
			c["sub"] = "penyerang"
			c["email"] = "kepala@contoh.invalid"
			c["email_verified"] = verified
		}
		b := p.begin(t, s, "c", domain.Actor{})
		done, err := s.Finish(t.Context(), finishWith(b, "c"))
		if err != nil {
			t.Fatal(i, err)
		}
		who, _, err := s.Authenticate(t.Context(), done.Token)
		if err != nil || who.Actor.Account == victim.Account || who.Actor.Secretariat() {
			t.Fatalf("%d: signed in as %+v, %v", i, who.Actor, err)
		}
	}
}

func TestConfiguredSecretariatOnce(t *testing.T) {
	p := newIDP(t)
	s, _ := testService(t, testkit.DB(t), testClock(), p.config())
	p.claims = func(c map[string]any) { c["email"] = "kepala@contoh.invalid" }
	signIn := func() domain.Actor {
		b := p.begin(t, s, "c", domain.Actor{})
		done, err := s.Finish(t.Context(), finishWith(b, "c"))
		if err != nil {
			t.Fatal(err)
		}
		who, _, _ := s.Authenticate(t.Context(), done.Token)
		return who.Actor
	}
	first := signIn()
	if !first.Secretariat() {
		t.Fatal("the configured address is not secretariat")
	}
	colleague := newAccount(t, s, "rekan", "Rekan", domain.RoleSecretariat)
	if err := s.RevokeRole(t.Context(), colleague, testOp("1"), first.Account, domain.RoleSecretariat, "pindah tugas"); err != nil {
		t.Fatal(err)
	}
	if signIn().Secretariat() {
		t.Fatal("a revoked role came back by signing in")
	}
}

func TestLinkingOnlyWhileSignedIn(t *testing.T) {
	p := newIDP(t)
	s, _ := testService(t, testkit.DB(t), testClock(), p.config())
	me := newAccount(t, s, "saya", "Saya")
	me.Session = "sesi-1"
	b := p.begin(t, s, "c", me)
	gone := finishWith(b, "c") // signed out meanwhile
	if _, err := s.Finish(t.Context(), gone); failureOf(err) != FailureLapsed {
		t.Fatalf("linked without being signed in: %v", err)
	}
	b = p.begin(t, s, "c", me)
	other := newAccount(t, s, "lain", "Orang lain")
	other.Session = "sesi-2"
	r := finishWith(b, "c")
	r.Actor = other
	if _, err := s.Finish(t.Context(), r); failureOf(err) != FailureLapsed {
		t.Fatalf("linked to another account: %v", err)
	}
	b = p.begin(t, s, "c", me)
	r = finishWith(b, "c")
	r.Actor = me
	if done, err := s.Finish(t.Context(), r); err != nil || !done.Linked || done.Token != "" {
		t.Fatalf("linking: %+v %v", done, err)
	}
	b = p.begin(t, s, "c", domain.Actor{})
	done, err := s.Finish(t.Context(), finishWith(b, "c"))
	if err != nil {
		t.Fatal(err)
	}
	if who, _, _ := s.Authenticate(t.Context(), done.Token); who.Actor.Account != me.Account {
		t.Fatalf("the linked identity opens %q", who.Actor.Account)
	}
	b = p.begin(t, s, "c", other)
	r = finishWith(b, "c")
	r.Actor = other
	if _, err := s.Finish(t.Context(), r); failureOf(err) != FailureTaken {
		t.Fatalf("took another's identity: %v", err)
	}
}

func TestDeadAndSlowProvider(t *testing.T) {
	p := newIDP(t)
	dead := p.config()
	dead.Key = "mati"
	dead.Issuer = "http://127.0.0.1:1"
	s, _ := testService(t, testkit.DB(t), testClock(), p.config(), dead) // starts although one provider is down
	if _, err := s.Begin(t.Context(), BeginRequest{Provider: "mati"}); failureOf(err) != FailureOutage {
		t.Fatalf("dead provider: %v", err)
	}
	b := p.begin(t, s, "c", domain.Actor{})
	release := make(chan struct{})
	p.onToken = func(_ http.ResponseWriter, r *http.Request) bool {
		select {
		case <-release:
		case <-r.Context().Done():
		}
		return true
	}
	defer close(release)
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := s.finish(ctx, finishWith(b, "c"), attempt{Provider: "uji", Goth: "{}"})
	if failureOf(err) != FailureOutage {
		t.Fatalf("slow provider: %v", err)
	}
	if finishTimeout+time.Second >= 10*time.Second {
		t.Fatal("a callback may take longer than ten seconds")
	}
	nobody(t, s)
}

func TestProfileFromUserinfoOnlyOfTheSameSubject(t *testing.T) {
	for subject, want := range map[string]string{"s-1": "Dari userinfo", "s-2": "Anggota "} {
		p := newIDP(t)
		s, _ := testService(t, testkit.DB(t), testClock(), p.config())
		p.claims = func(c map[string]any) { delete(c, "name"); delete(c, "email") }
		p.userinfo = map[string]any{"sub": subject, "name": "Dari userinfo", "email": "x@contoh.invalid", "email_verified": true}
		b := p.begin(t, s, "c", domain.Actor{})
		done, err := s.Finish(t.Context(), finishWith(b, "c"))
		if err != nil {
			t.Fatal(err)
		}
		if who, _, _ := s.Authenticate(t.Context(), done.Token); !strings.HasPrefix(who.Actor.Name, want) {
			t.Fatalf("userinfo of %s: name %q", subject, who.Actor.Name)
		}
	}
}

func testOp(id string) store.Operation { return store.Operation{ID: id, Digest: id} }
