package oidc

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

const redirect = "http://127.0.0.1:8080/sign-in/demo/callback"

func start(t *testing.T, dir string) *Provider {
	t.Helper()
	p, err := Start(t.Context(), Options{Dir: dir, RedirectURIs: []string{redirect}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

var visitor = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

func send(t *testing.T, r *http.Request, err error) (*http.Response, string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	response, err := visitor.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response, string(body)
}

func get(t *testing.T, address string) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	return send(t, r, err)
}

func post(t *testing.T, address, origin string, values url.Values) (*http.Response, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, strings.NewReader(values.Encode()))
	if err == nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if origin != "" {
			r.Header.Set("Origin", origin)
		}
	}
	return send(t, r, err)
}

const verifier = "a-verifier-of-forty-three-characters-or-more-x"

func authorize(p *Provider, bend func(url.Values)) string {
	sum := sha256.Sum256([]byte(verifier))
	q := url.Values{"client_id": {ClientID}, "response_type": {"code"}, "redirect_uri": {redirect}, "scope": {"openid profile email"}, "state": {"st"}, "nonce": {"no"},
		"code_challenge": {base64.RawURLEncoding.EncodeToString(sum[:])}, "code_challenge_method": {"S256"}}
	if bend != nil {
		bend(q)
	}
	return p.Issuer() + "/authorize?" + q.Encode()
}

// code goes through the page and gives the code for that person.
func code(t *testing.T, p *Provider, subject string) string {
	t.Helper()
	r, _ := get(t, authorize(p, nil))
	where, _ := url.Parse(r.Header.Get("Location"))
	r, body := post(t, p.Issuer()+"/choose", p.Issuer(), url.Values{"id": {where.Query().Get("id")}, "subject": {subject}})
	if r.StatusCode != http.StatusSeeOther {
		t.Fatalf("choosing: %d %s", r.StatusCode, body)
	}
	r, body = get(t, p.Issuer()+r.Header.Get("Location"))
	back, err := url.Parse(r.Header.Get("Location"))
	if err != nil || !strings.HasPrefix(back.String(), redirect+"?") || back.Query().Get("state") != "st" {
		t.Fatalf("callback: %d %q %s", r.StatusCode, r.Header.Get("Location"), body)
	}
	return back.Query().Get("code")
}

func exchange(t *testing.T, p *Provider, values url.Values) (int, map[string]any) {
	t.Helper()
	all := url.Values{"grant_type": {"authorization_code"}, "redirect_uri": {redirect}, "client_id": {ClientID}, "client_secret": {p.ClientSecret()}, "code_verifier": {verifier}}
	for k, v := range values {
		all[k] = v
	}
	r, body := post(t, p.Issuer()+"/oauth/token", "", all)
	var answer map[string]any
	_ = json.Unmarshal([]byte(body), &answer)
	return r.StatusCode, answer
}

func TestRefusesOtherAddresses(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "[::]:0", "192.168.1.4:0", "localhost:0", "example.org:80", "127.0.0.1"} {
		if p, err := Start(t.Context(), Options{Listen: address}); err == nil {
			_ = p.Close()
			t.Errorf("it listens on %s", address)
		}
	}
}

func TestCodeFlow(t *testing.T) {
	p := start(t, "")
	status, answer := exchange(t, p, url.Values{"code": {code(t, p, "verifikator-paloh")}})
	token, _ := answer["id_token"].(string)
	parts := strings.Split(token, ".")
	if status != 200 || len(parts) != 3 {
		t.Fatalf("token: %d %v", status, answer)
	}
	var header struct{ Alg, Kid string }
	var claims struct {
		Iss, Sub, Nonce, Name, Email string
		Aud                          any
		Exp                          int64
		EmailVerified                bool `json:"email_verified"`
	}
	for i, into := range []any{&header, &claims} {
		raw, _ := base64.RawURLEncoding.DecodeString(parts[i])
		if err := json.Unmarshal(raw, into); err != nil {
			t.Fatal(err)
		}
	}
	if header.Alg != "RS256" || header.Kid == "" || claims.Iss != p.Issuer() || claims.Sub != "verifikator-paloh" || claims.Nonce != "no" || claims.Exp == 0 ||
		claims.Name != "Verifikator Kecamatan Paloh (contoh)" || claims.Email != "verifikator-paloh@contoh.invalid" || !claims.EmailVerified {
		t.Fatalf("token of %+v %+v", header, claims)
	}
	if _, keys := get(t, p.Issuer()+"/keys"); !strings.Contains(keys, header.Kid) || strings.Contains(keys, `"d":`) {
		t.Fatalf("keys: %s", keys)
	}
}

func TestCodeIsGoodOnceAndOnlyWithItsVerifier(t *testing.T) {
	p := start(t, "")
	used := code(t, p, "anggota")
	if status, _ := exchange(t, p, url.Values{"code": {used}}); status != 200 {
		t.Fatalf("first use: %d", status)
	}
	for name, bend := range map[string]url.Values{
		"used":           {"code": {used}},
		"another's":      {"code": {"x"}},
		"verifier":       {"code": {code(t, p, "anggota")}, "code_verifier": {strings.Repeat("y", 43)}},
		"no verifier":    {"code": {code(t, p, "anggota")}, "code_verifier": {""}},
		"secret":         {"code": {code(t, p, "anggota")}, "client_secret": {"wrong"}},
		"redirect":       {"code": {code(t, p, "anggota")}, "redirect_uri": {"http://127.0.0.1:8080/other"}},
		"refresh tokens": {"grant_type": {"refresh_token"}, "refresh_token": {"x"}},
	} {
		if status, answer := exchange(t, p, bend); status < 400 || status >= 500 || answer["id_token"] != nil {
			t.Errorf("%s: %d %v", name, status, answer)
		}
	}
}

func TestAuthorizeRefuses(t *testing.T) {
	p := start(t, "")
	for name, bend := range map[string]func(url.Values){
		"foreign redirect":   func(q url.Values) { q.Set("redirect_uri", "https://evil.example/callback") },
		"another client":     func(q url.Values) { q.Set("client_id", "evil") },
		"no PKCE":            func(q url.Values) { q.Del("code_challenge"); q.Del("code_challenge_method") },
		"plain PKCE":         func(q url.Values) { q.Set("code_challenge_method", "plain") },
		"implicit flow":      func(q url.Values) { q.Set("response_type", "id_token token") },
		"no interaction":     func(q url.Values) { q.Set("prompt", "none") },
		"without the openid": func(q url.Values) { q.Del("scope") },
	} {
		r, _ := get(t, authorize(p, bend))
		to := r.Header.Get("Location")
		if strings.HasPrefix(to, "/choose") || strings.HasPrefix(to, "https://evil.example") || strings.Contains(to, "code=") {
			t.Errorf("%s: %d to %q", name, r.StatusCode, to)
		}
	}
}

func TestOnlyItsOwnNameAndPaths(t *testing.T) {
	p := start(t, "")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, p.Issuer()+"/.well-known/openid-configuration", nil)
	r.Host = "evil.example"
	if response, _ := send(t, r, err); response.StatusCode != http.StatusMisdirectedRequest {
		t.Errorf("under a foreign name: %d", response.StatusCode)
	}
	for _, path := range []string{"/", "/revoke", "/oauth/introspect", "/device_authorization", "/end_session", "/healthz", "/Choose"} {
		if response, _ := get(t, p.Issuer()+path); response.StatusCode != http.StatusNotFound {
			t.Errorf("%s: %d", path, response.StatusCode)
		}
	}
	if response, _ := get(t, p.Issuer()+"/keys"); response.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Error("any site may read it")
	}
}

func TestChoosePage(t *testing.T) {
	p := start(t, "")
	r, _ := get(t, authorize(p, func(q url.Values) { q.Set("ui_locales", "en") }))
	response, body := get(t, p.Issuer()+r.Header.Get("Location"))
	if policy := response.Header.Get("Content-Security-Policy"); policy != "default-src 'none'; style-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self' http://127.0.0.1:8080" {
		t.Errorf("policy %s", policy)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if doc.Find("html[lang=en]").Length() != 1 || doc.Find("h1").Text() != "Who do you want to be?" || doc.Find("script, style, [style], [onclick]").Length() != 0 {
		t.Errorf("page: %s", body)
	}
	if doc.Find("button[name=subject]").Length() != len(DemoPeople()) || doc.Find("h2").Length() != len(groups) {
		t.Error("somebody is missing")
	}
	other, _ := doc.Find("header a").Attr("href")
	if _, body := get(t, p.Issuer()+other); !strings.Contains(body, "Anda ingin menjadi siapa?") || !strings.Contains(body, `lang="id"`) {
		t.Errorf("in Indonesian: %s", body)
	}
	id, _ := doc.Find("input[name=id]").Attr("value")
	for _, origin := range []string{"", "null", "https://evil.example"} {
		if r, _ := post(t, p.Issuer()+"/choose", origin, url.Values{"id": {id}, "subject": {"anggota"}}); r.StatusCode != http.StatusForbidden {
			t.Errorf("a choice from origin %q: %d", origin, r.StatusCode)
		}
	}
	for _, values := range []url.Values{{"id": {id}, "subject": {"nobody"}}, {"id": {"x"}, "subject": {"anggota"}}} {
		if r, body := post(t, p.Issuer()+"/choose", p.Issuer(), values); r.StatusCode != http.StatusGone || !strings.Contains(body, "kedaluwarsa") {
			t.Errorf("%v: %d", values, r.StatusCode)
		}
	}
	if r, _ := get(t, p.Issuer()+"/choose?id=%3Cscript%3E"); r.StatusCode != http.StatusGone {
		t.Errorf("an unknown request: %d", r.StatusCode)
	}
}

func TestKeyIsKept(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "data")
	first, second := start(t, dir), start(t, dir)
	_, a := get(t, first.Issuer()+"/keys")
	_, b := get(t, second.Issuer()+"/keys")
	if a != b || first.Issuer() == second.Issuer() || first.ClientSecret() == second.ClientSecret() {
		t.Error("the key is another after a restart, or the rest is not")
	}
	info, err := os.Stat(filepath.Join(dir, "oidc-key.pem"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
	entries, _ := os.ReadDir(dir)
	if len(entries) != 1 {
		t.Errorf("left behind: %v", entries)
	}
	if err := os.WriteFile(filepath.Join(dir, "oidc-key.pem"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), Options{Dir: dir}); err == nil || !strings.Contains(err.Error(), "delete it") {
		t.Errorf("a damaged key: %v", err)
	}
}

// There is somebody for each actor of the product and for each kind of organisation, and nobody has a real address.
func TestDemoPeople(t *testing.T) {
	subjects, organizations := map[string]bool{}, map[string]bool{}
	var have []string
	reviewers := map[string]bool{}
	for _, p := range DemoPeople() {
		if subjects[p.Subject] || p.Subject == "" {
			t.Errorf("subject %q twice", p.Subject)
		}
		subjects[p.Subject] = true
		if !strings.HasSuffix(p.Email, "@contoh.invalid") || !strings.HasSuffix(p.Name, "(contoh)") || p.Note == "" || p.NoteEN == "" || !slices.Contains(groups, p.Group) {
			t.Errorf("%+v", p)
		}
		if (p.Organization == "") != (p.OrganizationRole == "") {
			t.Errorf("%s: organisation without role", p.Subject)
		}
		organizations[p.Organization] = true
		have = append(have, p.OrganizationRole)
		have = append(have, p.Roles...)
		for _, m := range p.Mandates {
			have = append(have, m.Kind+m.Region)
			if m.Organization == "" {
				t.Errorf("%s: a mandate on nobody's behalf", p.Subject)
			}
			if m.Kind == "reviewer" {
				reviewers[m.Organization] = true
			}
		}
	}
	for _, want := range []string{"", "viewer", "editor", "owner", "secretariat", "auditor", "reviewer", "evaluator", "area-verifier61.01.08", "area-verifier61.01"} {
		if !slices.Contains(have, want) {
			t.Errorf("nobody is %q", want)
		}
	}
	if len(reviewers) < 2 {
		t.Error("reviewers of one organisation only")
	}
	for _, want := range []string{OrgBalitbang, OrgUniv, OrgAir, OrgCSR, OrgBank, OrgSurya, OrgMedia, OrgKelurahan, OrgKecamatan, OrgKabupaten} {
		if !organizations[want] {
			t.Errorf("nobody of %s", want)
		}
	}
	for _, v := range DemoVillages() {
		if !organizations[v.Organization] {
			t.Errorf("nobody of %s", v.Organization)
		}
	}
}
