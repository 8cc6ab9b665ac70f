package middleware_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"testing"
	"time"

	"gotong/app/embedded/oidc"
	"gotong/app/middleware"
	"gotong/modules/accounts"
	"gotong/modules/kit/testkit"
)

func TestHeadersOnEveryAnswer(t *testing.T) {
	p := start(t, testkit.DB(t), options{provider: startProvider(t)})
	b := p.browser(t)
	for path, status := range map[string]int{"/public": 200, "/nothing": 404, "/panic": 500, "/desk": 303, "/healthz": 200, "/en": 301, "/en/public": 200, "/sign-in": 200, "/static/none.css": 404} {
		got := b.get(path)
		if got.StatusCode != status {
			t.Errorf("%s: %d", path, got.StatusCode)
		}
		policy := got.Header.Get("Content-Security-Policy")
		for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "base-uri 'none'", "object-src 'none'", "frame-ancestors 'none'", "form-action 'self'"} {
			if !strings.Contains(policy, want) {
				t.Errorf("%s: policy lacks %s: %s", path, want, policy)
			}
		}
		if strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %s", path, policy)
		}
		for name, want := range map[string]string{"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Strict-Transport-Security": ""} {
			if value := got.Header.Get(name); value != want {
				t.Errorf("%s: %s is %q", path, name, value)
			}
		}
		if got.Header.Get("Permissions-Policy") == "" {
			t.Errorf("%s: no permissions policy", path)
		}
		if strings.Contains(got.text, "on purpose") {
			t.Errorf("%s shows its cause", path)
		}
	}
}

func TestCookiesUnderHTTPS(t *testing.T) {
	p := start(t, testkit.DB(t), options{provider: startProvider(t), publicURL: "https://gotong.example"})
	got := p.browser(t).post("/sign-in/demo", nil, "Origin", "https://gotong.example")
	cookie := got.Header.Get("Set-Cookie")
	lower := strings.ToLower(cookie)
	if !strings.HasPrefix(cookie, "__Host-gotong_sign_in_") || !strings.Contains(lower, "secure") || !strings.Contains(lower, "httponly") || !strings.Contains(lower, "samesite=lax") ||
		!strings.Contains(lower, "path=/") || strings.Contains(lower, "domain=") || got.Header.Get("Strict-Transport-Security") == "" {
		t.Fatalf("cookie %q, headers %v", cookie, got.Header)
	}
	if to := got.Header.Get("Location"); !strings.Contains(to, url.QueryEscape("https://gotong.example/sign-in/demo/callback")) || !strings.Contains(to, "code_challenge_method=S256") {
		t.Fatalf("authorization request %s", to)
	}
	if p.module.Cookies.Session() != "__Host-gotong" {
		t.Fatal(p.module.Cookies.Session())
	}
}

func TestPublicReadsTouchNoSession(t *testing.T) {
	p := start(t, testkit.DB(t), options{provider: startProvider(t)})
	b := p.browser(t)
	for _, path := range []string{"/public", "/en/public", "/nothing", "/healthz", "/sign-in"} {
		b.get(path)
	}
	if n := p.reads.Load(); n != 0 {
		t.Fatalf("%d sessions looked up for the public", n)
	}
	b.signIn("anggota")
	if p.reads.Store(0); b.get("/public").text != "public Anggota masyarakat (contoh)" || p.reads.Load() != 1 {
		t.Fatal("a session is looked up once")
	}
}

func TestLimits(t *testing.T) {
	proxies := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	p := start(t, testkit.DB(t), options{provider: startProvider(t), proxies: proxies, limits: middleware.Limits{SignIn: 2, Posts: 2, Reading: 5}})
	from := func(path, method, forwarded string) page {
		b := p.browser(t)
		r, _ := http.NewRequestWithContext(t.Context(), method, p.url+path, nil)
		r.Header.Set("Origin", p.url)
		r.Header.Set("X-Forwarded-For", forwarded)
		return b.do(r)
	}
	for i := range 3 {
		got := from("/things", http.MethodPost, "198.51.100.7")
		if want := i == 2; (got.StatusCode == http.StatusTooManyRequests) != want {
			t.Fatalf("post %d: %d", i, got.StatusCode)
		} else if want && got.Header.Get("Retry-After") != "60" {
			t.Fatalf("retry after %q", got.Header.Get("Retry-After"))
		}
	}
	// What the client itself wrote before the proxy's word does not help.
	if got := from("/things", http.MethodPost, "203.0.113.9, 198.51.100.7"); got.StatusCode != http.StatusTooManyRequests {
		t.Fatalf("a forged address: %d", got.StatusCode)
	}
	if got := from("/things", http.MethodPost, "198.51.100.8"); got.StatusCode == http.StatusTooManyRequests {
		t.Fatal("a neighbour is limited")
	}
	for i := range 3 {
		if got := from("/sign-in/demo", http.MethodPost, "198.51.100.20"); (got.StatusCode == http.StatusTooManyRequests) != (i == 2) {
			t.Fatalf("sign-in %d: %d", i, got.StatusCode)
		}
	}
	for i := range 6 {
		address := fmt.Sprintf("2001:db8:1:2::%x", i+1) // one household
		if got := from("/public", http.MethodGet, address); (got.StatusCode == http.StatusTooManyRequests) != (i == 5) {
			t.Fatalf("read %d: %d", i, got.StatusCode)
		}
	}
}

func TestForwardedForWithoutProxyIsIgnored(t *testing.T) {
	p := start(t, testkit.DB(t), options{limits: middleware.Limits{Reading: 1, Posts: 1}})
	for range 4 { // this machine itself is not limited, whatever it claims
		r, _ := http.NewRequestWithContext(t.Context(), http.MethodGet, p.url+"/public", nil)
		r.Header.Set("X-Forwarded-For", "198.51.100.7")
		if got := p.browser(t).do(r); got.StatusCode != 200 {
			t.Fatalf("status %d", got.StatusCode)
		}
	}
}

func TestProviderOutageEndsOnAPage(t *testing.T) {
	provider := startProvider(t)
	p := start(t, testkit.DB(t), options{provider: provider, more: []accounts.ProviderConfig{{Key: "mati", Name: "Penyedia Mati", Kind: accounts.KindOIDC, Issuer: "http://127.0.0.1:1", ClientID: "c", ClientSecret: "s"}}})
	b := p.browser(t)
	got := b.follow(b.post("/sign-in/mati", nil))
	if got.StatusCode != 200 || got.doc.Find("[role=alert] h2").Text() != "Penyedia akun tidak menjawab" || !strings.Contains(got.doc.Find("[role=alert]").Text(), "Penyedia Mati") || got.doc.Find(`form[action="/sign-in/demo"]`).Length() != 1 {
		t.Fatalf("dead provider: %s", got.text)
	}
	if got := b.follow(b.post("/sign-in/tidak-ada", nil)); got.doc.Find("[role=alert] h2").Text() != "Cara masuk itu tidak ada" {
		t.Fatalf("unknown provider: %s", got.text)
	}
	if got := b.get("/sign-in?problem=%3Cscript%3E&provider=%3Cscript%3E"); got.doc.Find("[role=alert]").Length() != 0 {
		t.Fatal("an invented problem is shown")
	}
	b.signIn("anggota")
	other := p.browser(t)
	chooser := other.chooser("/desk")
	id, _ := chooser.doc.Find("input[name=id]").Attr("value")
	done := other.post(provider.Issuer()+"/choose", url.Values{"id": {id}, "subject": {"anggota"}})
	next, _ := done.Location()
	callback := other.get(next.String()).Header.Get("Location")
	if err := provider.Close(); err != nil {
		t.Fatal(err)
	}
	begin := time.Now()
	if got := other.get(callback); got.Header.Get("Location") != "/sign-in?problem=outage&provider=demo" || other.cookie("gotong") != "" {
		t.Fatalf("callback without provider: %d %s", got.StatusCode, got.Header.Get("Location"))
	}
	if took := time.Since(begin); took > 10*time.Second {
		t.Fatalf("the callback took %s", took)
	}
	if b.get("/account").StatusCode != 200 {
		t.Fatal("a session ended with the provider")
	}
}

func TestDemoAccountIsStable(t *testing.T) {
	db := testkit.DB(t)
	first := start(t, db, options{provider: startProvider(t)})
	first.browser(t).signIn("anggota")
	second, err := oidc.Start(t.Context(), oidc.Options{Dir: t.TempDir()}) // another port, another key
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = second.Close() })
	if _, err := first.service.ActorOf(t.Context(), demoAccount("anggota")); err != nil {
		t.Fatalf("the account is not under the alias: %v", err)
	}
}
