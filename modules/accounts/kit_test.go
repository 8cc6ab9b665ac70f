package accounts

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"sync"
	"testing"
	"time"

	jose "github.com/go-jose/go-jose/v4"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
)

// memberships and regions stand in for the other modules.
type memberships map[domain.AccountID][]domain.Membership

func (m memberships) MembershipsOf(_ context.Context, id domain.AccountID) ([]domain.Membership, error) {
	return m[id], nil
}

func (m memberships) LastOwnerOf(_ context.Context, id domain.AccountID) (names []string, err error) {
	for _, o := range m[id] {
		if o.Role == domain.OrgOwner {
			names = append(names, o.Name)
		}
	}
	return names, nil
}

func (m memberships) LeaveAll(_ context.Context, id domain.AccountID) error {
	delete(m, id)
	return nil
}

type regions map[domain.RegionCode]string

func (r regions) Place(_ context.Context, code domain.RegionCode) (domain.Place, error) {
	name, ok := r[code]
	if !ok {
		return domain.Place{}, apperr.New(apperr.NotFound, "")
	}
	return domain.Place{Code: code, Name: name}, nil
}

const publicURL = "http://127.0.0.1:8080"

func testService(t *testing.T, db *store.DB, c clock.Clock, configs ...ProviderConfig) (*Service, memberships) {
	t.Helper()
	providers, err := NewProviders(configs)
	if err != nil {
		t.Fatal(err)
	}
	known := memberships{}
	return newService(Deps{DB: db, Clock: c, Log: slog.New(slog.DiscardHandler), Providers: providers, PublicURL: publicURL,
		Secretariat: []string{"Kepala@Contoh.invalid"}, Memberships: known, Departure: known, Regions: regions{"61.01": "Sambas", "61.01.08": "Paloh"}}), known
}

var signKey = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return key
})

// idp is an OpenID provider whose every answer a test may bend.
type idp struct {
	*httptest.Server
	key    *rsa.PrivateKey
	nonces map[string]string // code → nonce of the authorization request

	claims   func(claims map[string]any)     // bends the id token
	sign     func(claims map[string]any) any // makes the id_token member; nil: properly
	onToken  func(w http.ResponseWriter, r *http.Request) bool
	verifier string // of the last token request
	userinfo map[string]any

	published *rsa.PublicKey // at /keys
	kid       string
}

func newIDP(t *testing.T) *idp {
	t.Helper()
	p := &idp{key: signKey(), published: &signKey().PublicKey, kid: "k1", nonces: map[string]string{}}
	mux := http.NewServeMux()
	answer := func(w http.ResponseWriter, v any) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(v)
	}
	mux.HandleFunc("/.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, map[string]any{"issuer": p.URL, "authorization_endpoint": p.URL + "/authorize", "token_endpoint": p.URL + "/token", "jwks_uri": p.URL + "/keys",
			"userinfo_endpoint": p.URL + "/userinfo", "id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"}})
	})
	mux.HandleFunc("/keys", func(w http.ResponseWriter, _ *http.Request) {
		answer(w, jose.JSONWebKeySet{Keys: []jose.JSONWebKey{{Key: p.published, KeyID: p.kid, Algorithm: "RS256", Use: "sig"}}})
	})
	mux.HandleFunc("/userinfo", func(w http.ResponseWriter, _ *http.Request) { answer(w, p.userinfo) })
	mux.HandleFunc("/token", func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		p.verifier = r.Form.Get("code_verifier")
		if p.onToken != nil && p.onToken(w, r) {
			return
		}
		claims := map[string]any{"iss": p.URL, "sub": "s-1", "aud": "portal", "exp": time.Now().Add(time.Hour).Unix(), "iat": time.Now().Unix(),
			"nonce": p.nonces[r.Form.Get("code")], "name": "Siti Contoh", "email": "siti@contoh.invalid", "email_verified": true}
		if p.claims != nil {
			p.claims(claims)
		}
		var token any
		if p.sign != nil {
			token = p.sign(claims)
		} else {
			token = signed(t, p.key, jose.RS256, p.kid, claims)
		}
		answer(w, map[string]any{"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": token})
	})
	p.Server = httptest.NewServer(mux)
	t.Cleanup(p.Close)
	return p
}

func signed(t *testing.T, key any, alg jose.SignatureAlgorithm, kid string, claims map[string]any) string {
	t.Helper()
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: jose.JSONWebKey{Key: key, KeyID: kid}}, nil)
	if err != nil {
		t.Error(err)
		return ""
	}
	raw, _ := json.Marshal(claims)
	object, err := signer.Sign(raw)
	if err != nil {
		t.Error(err)
		return ""
	}
	token, _ := object.CompactSerialize()
	return token
}

func (p *idp) config() ProviderConfig {
	return ProviderConfig{Key: "uji", Name: "Uji", Kind: KindOIDC, Issuer: p.URL, ClientID: "portal", ClientSecret: "rahasia"}
}

// begin starts a sign-in and has the provider note the nonce under the code.
func (p *idp) begin(t *testing.T, s *Service, code string, link domain.Actor) Begun {
	t.Helper()
	begun, err := s.Begin(t.Context(), BeginRequest{Provider: "uji", Next: "/needs", Lang: "id", Host: "127.0.0.1:8080", Link: link})
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(begun.Address)
	if err != nil {
		t.Fatal(err)
	}
	p.nonces[code] = u.Query().Get("nonce")
	return begun
}

func finishWith(b Begun, code string) FinishRequest {
	return FinishRequest{Provider: "uji", State: b.State, Code: code, Browser: b.Browser, Device: "Firefox · Linux"}
}

// fakeDB opens a store with a fake clock.
func fakeDB(t *testing.T) (*store.DB, *clock.Fake) {
	t.Helper()
	c := testkit.Clock()
	return testkit.DBAt(t, c), c
}

func newAccount(t *testing.T, s *Service, subject, name string, roles ...domain.PlatformRole) domain.Actor {
	t.Helper()
	id, err := s.Enrol(t.Context(), Enrolment{Issuer: "urn:uji", Subject: subject, Provider: "uji", Name: name, Email: subject + "@contoh.invalid", EmailVerified: true, Roles: roles})
	if err != nil {
		t.Fatal(err)
	}
	actor, err := s.ActorOf(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return actor
}

// testEngine is the real view engine over the project's own views.
func testEngine(t *testing.T) *web.Engine {
	t.Helper()
	files := os.DirFS("../../views")
	bundle, err := i18n.Load(files, "locales")
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(files, bundle, web.EngineOptions{})
	if err != nil {
		t.Fatal(err)
	}
	return engine
}

func testClock() clock.Clock { return clock.System{} }
