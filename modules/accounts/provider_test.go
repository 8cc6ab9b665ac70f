package accounts

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"testing"

	"gotong/modules/domain"
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
	if IdentityID("a", "b\x00c") == IdentityID("a\x00b", "c") || IdentityID("a", "b") == IdentityID("ab", "") || AccountIDFor("a", "b") != AccountIDFor("a", "b") {
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
