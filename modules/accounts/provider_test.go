package accounts

import (
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"

	"github.com/markbates/goth"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
)

func TestProviderConfigurationIsChecked(t *testing.T) {
	good := ProviderConfig{Key: "a", Kind: KindOIDC, Issuer: "https://id.example", ClientID: "c", ClientSecret: "s"}
	for name, bend := range map[string]func(*ProviderConfig){
		"key":            func(c *ProviderConfig) { c.Key = "A/b" },
		"no secret":      func(c *ProviderConfig) { c.ClientSecret = "" },
		"no issuer":      func(c *ProviderConfig) { c.Issuer = "" },
		"plain http":     func(c *ProviderConfig) { c.Issuer = "http://id.example" },
		"a query":        func(c *ProviderConfig) { c.Issuer = "https://id.example?x=1" },
		"kind":           func(c *ProviderConfig) { c.Kind = "saml" },
		"shared tenant":  func(c *ProviderConfig) { c.Kind, c.TenantID = KindMicrosoft, "common" },
		"without tenant": func(c *ProviderConfig) { c.Kind = KindMicrosoft },
	} {
		c := good
		bend(&c)
		if _, err := NewProviders([]ProviderConfig{c}); err == nil {
			t.Errorf("%s is accepted", name)
		}
	}
	if _, err := NewProviders([]ProviderConfig{good, good}); err == nil {
		t.Error("a key given twice is accepted")
	}
	p, err := NewProviders([]ProviderConfig{good, {Key: "g", Kind: KindGoogle, ClientID: "c", ClientSecret: "s"},
		{Key: "m", Kind: KindMicrosoft, TenantID: "0a1b", ClientID: "c", ClientSecret: "s"}, {Key: "h", Kind: KindGitHub, ClientID: "c", ClientSecret: "s"}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"https://accounts.google.com", "https://github.com", "https://id.example", "https://login.microsoftonline.com"}
	if got := p.Origins(); !slices.Equal(got, want) {
		t.Errorf("origins %v", got)
	}
}

func TestCallbackAddressesOnLoopback(t *testing.T) {
	got := CallbackURLs("http://127.0.0.1:8080/", "demo")
	want := []string{"http://127.0.0.1:8080/sign-in/demo/callback", "http://localhost:8080/sign-in/demo/callback"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if got := CallbackURLs("https://gotong.example", "g"); len(got) != 1 {
		t.Errorf("got %v", got)
	}
	s := &Service{publicURL: "http://127.0.0.1:8080"}
	for host, want := range map[string]string{"localhost:8080": want[1], "127.0.0.1:8080": want[0], "evil.example": want[0], "localhost:9": want[0]} {
		if got := s.callbackURL("demo", host); got != want {
			t.Errorf("%s: %s", host, got)
		}
	}
}

func TestNextStaysHere(t *testing.T) {
	for next, want := range map[string]string{
		"": "/desk", "/needs?q=a": "/needs?q=a", "/en/needs": "/needs", "/en": "/", "//evil.example": "/", "https://evil.example": "/", `/\evil.example`: "/",
		"javascript:alert(1)": "/", "/en//evil.example": "/evil.example", "evil": "/", "/\nx": "/",
	} {
		if got := nextIn("id", next); got != want {
			t.Errorf("%q: %q, want %q", next, got, want)
		}
	}
	if got := nextIn("en", "/needs"); got != "/en/needs" {
		t.Errorf("English: %q", got)
	}
}

func TestIdentityIDsDiffer(t *testing.T) {
	if IdentityID("a", "b\x00c") == IdentityID("a\x00b", "c") || IdentityID("a", "b") == IdentityID("ab", "") {
		t.Error("two identities share an id")
	}
}

// GitHub has no id token: the account hangs on the number, PKCE is sent although goth has no place for it, and only an
// address from the list of verified ones counts.
func TestGitHub(t *testing.T) {
	profile := map[string]any{"id": 4711, "login": "siti", "name": "Siti", "email": nil}
	verifier, challenge := "", ""
	mux := http.NewServeMux()
	mux.HandleFunc("/login/oauth/access_token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		verifier = r.Form.Get("code_verifier")
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "t", "token_type": "bearer"})
	})
	mux.HandleFunc("/api/v3/user", func(w http.ResponseWriter, _ *http.Request) { _ = json.NewEncoder(w).Encode(profile) })
	mux.HandleFunc("/api/v3/user/emails", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode([]map[string]any{{"email": "lain@contoh.invalid", "primary": false, "verified": true}, {"email": "kepala@contoh.invalid", "primary": true, "verified": true}})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s, _ := testService(t, testkit.DB(t), testClock(), ProviderConfig{Key: "uji", Kind: KindGitHub, Issuer: server.URL, ClientID: "c", ClientSecret: "s"})
	signIn := func() (domain.Actor, error) {
		b, err := s.Begin(t.Context(), BeginRequest{Provider: "uji"})
		if err != nil {
			t.Fatal(err)
		}
		u, _ := url.Parse(b.Address)
		challenge = u.Query().Get("code_challenge")
		done, err := s.Finish(t.Context(), finishWith(b, "c"))
		if err != nil {
			return domain.Actor{}, err
		}
		who, _, err := s.Authenticate(t.Context(), done.Token)
		return who.Actor, err
	}
	first, err := signIn()
	if err != nil || first.Account != AccountIDFor(server.URL, "4711") || !first.Secretariat() {
		t.Fatalf("signed in: %+v %v", first, err)
	}
	if challenge == "" || len(verifier) != 43 {
		t.Fatalf("PKCE: challenge %q, verifier %q", challenge, verifier)
	}
	profile["login"], profile["name"] = "nama-baru", ""
	if again, err := signIn(); err != nil || again.Account != first.Account {
		t.Fatalf("after renaming the GitHub account: %+v %v", again, err)
	}
	profile["id"], profile["email"] = 4712, "kepala@contoh.invalid" // public, of which nobody says that it is verified
	if other, err := signIn(); err != nil || other.Secretariat() || other.Account == first.Account {
		t.Fatalf("by a public address: %+v %v", other, err)
	}
	delete(profile, "id")
	if _, err := signIn(); failureOf(err) != FailureUntrusted {
		t.Fatalf("without a number: %v", err)
	}
}

// The table's other rows: the id is the subject, the server the issuer, and an address counts only where the API says so.
func TestPlainProviders(t *testing.T) {
	mux := http.NewServeMux()
	mux.HandleFunc("/login/oauth/access_token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		if len(r.Form.Get("code_verifier")) != 43 {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"access_token": "t", "token_type": "bearer"})
	})
	mux.HandleFunc("/api/v1/user", func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]any{"id": 12, "login": "siti", "full_name": "Siti", "email": "kepala@contoh.invalid", "verified": true})
	})
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	s, _ := testService(t, testkit.DB(t), testClock(), ProviderConfig{Key: "uji", Kind: KindGitea, Issuer: server.URL + "/", ClientID: "c", ClientSecret: "s"})
	b, err := s.Begin(t.Context(), BeginRequest{Provider: "uji"})
	if err != nil {
		t.Fatal(err)
	}
	done, err := s.Finish(t.Context(), finishWith(b, "c"))
	if err != nil {
		t.Fatal(err)
	}
	who, _, err := s.Authenticate(t.Context(), done.Token)
	if err != nil || who.Actor.Account != AccountIDFor(server.URL, "12") || who.Actor.Secretariat() {
		t.Fatalf("signed in: %+v %v", who.Actor, err)
	}
	for kind, p := range plainKinds {
		if (p.issuer == "") != (kind == KindGitea) || p.token == "" || p.build == nil {
			t.Errorf("%s: an incomplete row", kind)
		}
	}
	discord := plainKinds[KindDiscord].verified
	if discord(goth.User{RawData: map[string]any{"verified": "true"}}) || discord(goth.User{}) || !discord(goth.User{RawData: map[string]any{"verified": true}}) {
		t.Error("discord: verified is taken for what it is not")
	}
}

func TestOnlyAllowedDomainsMakeAccounts(t *testing.T) {
	p := newIDP(t)
	s, _ := testService(t, testkit.DB(t), testClock(), p.config())
	s.domains = []string{"kalbarprov.go.id"}
	signIn := func(email string, verified bool) error {
		p.claims = func(c map[string]any) { c["email"], c["email_verified"], c["sub"] = email, verified, "s "+email }
		b := p.begin(t, s, "c", domain.Actor{})
		_, err := s.Finish(t.Context(), finishWith(b, "c"))
		return err
	}
	for email, verified := range map[string]bool{"a@contoh.invalid": true, "a@kalbarprov.go.id": false, "a@jahatkalbarprov.go.id": true, "kalbarprov.go.id": true, "": true} {
		if err := signIn(email, verified); failureOf(err) != FailureDomain {
			t.Errorf("%q, verified %v: %v", email, verified, err)
		}
	}
	nobody(t, s)
	for _, email := range []string{"b@kalbarprov.go.id", "b@Brida.KalbarProv.go.id"} {
		if err := signIn(email, true); err != nil {
			t.Errorf("%q: %v", email, err)
		}
	}
	s.domains = []string{"lain.go.id"}
	if err := signIn("b@kalbarprov.go.id", true); err != nil {
		t.Errorf("who has an account: %v", err)
	}
}

func TestUnlinkingLeavesOne(t *testing.T) {
	p := newIDP(t)
	s, _ := testService(t, testkit.DB(t), testClock(), p.config())
	me, other := newAccount(t, s, "saya", "Saya"), newAccount(t, s, "lain", "Lain")
	me.Session = "sesi"
	b := p.begin(t, s, "c", me)
	r := finishWith(b, "c")
	r.Actor = me
	if _, err := s.Finish(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	mine, _ := s.Identities(t.Context(), me.Account)
	theirs, _ := s.Identities(t.Context(), other.Account)
	if len(mine) != 2 || len(theirs) != 1 {
		t.Fatalf("identities: %d, %d", len(mine), len(theirs))
	}
	if err := s.Unlink(t.Context(), me, testOp("1"), theirs[0].ID); !apperr.Is(err, apperr.NotFound) {
		t.Fatalf("unlinked another's: %v", err)
	}
	errs := make(chan error, 2)
	for _, d := range mine {
		go func() { errs <- s.Unlink(t.Context(), me, testOp(d.ID), d.ID) }()
	}
	first, second := <-errs, <-errs
	if (first == nil) == (second == nil) || !apperr.Is(errors.Join(first, second), apperr.Conflict) {
		t.Fatalf("both at once: %v, %v", first, second)
	}
	left, _ := s.Identities(t.Context(), me.Account)
	if len(left) != 1 {
		t.Fatalf("left: %d", len(left))
	}
	gone := mine[0].ID
	if gone == left[0].ID {
		gone = mine[1].ID
	}
	if err := s.Relink(t.Context(), other, testOp("r0"), gone); !apperr.Is(err, apperr.NotFound) {
		t.Errorf("another took what was unlinked: %v", err)
	}
	if err := s.Relink(t.Context(), me, testOp("r1"), left[0].ID); !apperr.Is(err, apperr.NotFound) && !apperr.Is(err, apperr.Conflict) {
		t.Errorf("relinked what is linked: %v", err)
	}
	for range 2 { // the second is the same form again
		if err := s.Relink(t.Context(), me, testOp("r"), gone); err != nil {
			t.Fatal(err)
		}
	}
	back, _ := s.Identities(t.Context(), me.Account)
	if len(back) != 2 || !slices.ContainsFunc(back, func(d store.Doc[Identity]) bool { return d.ID == gone && d.Body.Subject != "" }) {
		t.Errorf("not as it was: %+v", back)
	}
}

// A provider that changes its key is believed by the new one at once; a key that it publishes no more counts for nothing
// once the new ones are known.
func TestKeyRotation(t *testing.T) {
	p := newIDP(t)
	s, _ := testService(t, testkit.DB(t), testClock(), p.config())
	signIn := func() error {
		b := p.begin(t, s, "c", domain.Actor{})
		_, err := s.Finish(t.Context(), finishWith(b, "c"))
		return err
	}
	if err := signIn(); err != nil {
		t.Fatal(err)
	}
	fresh, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	old := p.key
	p.published, p.kid, p.key = &fresh.PublicKey, "k2", fresh
	if err := signIn(); err != nil {
		t.Fatalf("by the new key: %v", err)
	}
	p.key, p.kid = old, "k1"
	if err := signIn(); failureOf(err) != FailureUntrusted {
		t.Fatalf("by the old key: %v", err)
	}
	p.kid = "k2"
	if err := signIn(); failureOf(err) != FailureUntrusted {
		t.Fatalf("by the old key under the new name: %v", err)
	}
}
