package middleware_test

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/cookiejar"
	"net/netip"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/gofiber/fiber/v2"

	"gotong/app/embedded/oidc"
	"gotong/app/middleware"
	"gotong/modules/accounts"
	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
	"gotong/static"
	"gotong/views"
)

// portal is a portal of one module, with the real middleware, views and demo provider, on a real socket.
type portal struct {
	url     string
	service *accounts.Service
	module  *accounts.Module
	reads   *atomic.Int64 // of sessions
	orgs    map[domain.AccountID][]domain.Membership
}

func (p *portal) MembershipsOf(_ context.Context, id domain.AccountID) ([]domain.Membership, error) {
	return p.orgs[id], nil
}

func (p *portal) LastOwnerOf(context.Context, domain.AccountID) ([]string, error) { return nil, nil }

func (p *portal) LeaveAll(_ context.Context, id domain.AccountID) error {
	delete(p.orgs, id)
	return nil
}

type anywhere struct{}

func (anywhere) Place(_ context.Context, code domain.RegionCode) (domain.Place, error) {
	return domain.Place{Code: code}, nil
}

// counted counts how often a session is looked up.
type counted struct {
	middleware.Authenticator
	n *atomic.Int64
}

func (c counted) Authenticate(ctx context.Context, token string) (accounts.Signed, bool, error) {
	c.n.Add(1)
	return c.Authenticator.Authenticate(ctx, token)
}

type options struct {
	publicURL string // "" for the socket's own address
	limits    middleware.Limits
	proxies   []netip.Prefix
	provider  *oidc.Provider // nil: none
	more      []accounts.ProviderConfig
	clock     clock.Clock // nil: the machine's
	terms     string      // version in force; "" for the shipped one
}

func startProvider(t *testing.T) *oidc.Provider {
	t.Helper()
	p, err := oidc.Start(t.Context(), oidc.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	return p
}

func start(t *testing.T, db *store.DB, o options) *portal {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &portal{url: "http://" + listener.Addr().String(), reads: new(atomic.Int64), orgs: map[domain.AccountID][]domain.Membership{}}
	if o.publicURL == "" {
		o.publicURL = p.url
	}
	configs := o.more
	if o.provider != nil {
		o.provider.SetRedirectURIs(accounts.CallbackURLs(o.publicURL, "demo")...)
		configs = append(configs, accounts.ProviderConfig{Key: "demo", Kind: accounts.KindOIDC, Issuer: o.provider.Issuer(), IssuerAlias: oidc.IssuerAlias,
			ClientID: oidc.ClientID, ClientSecret: o.provider.ClientSecret(), Demo: true})
	}
	providers, err := accounts.NewProviders(configs)
	if err != nil {
		t.Fatal(err)
	}
	bundle, err := i18n.Load(views.FS, "locales")
	if err != nil {
		t.Fatal(err)
	}
	assets, err := static.Load()
	if err != nil {
		t.Fatal(err)
	}
	engine, err := web.NewEngine(views.FS, bundle, web.EngineOptions{Assets: assets})
	if err != nil {
		t.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	if o.clock == nil {
		o.clock = clock.System{}
	}
	p.module = accounts.New(accounts.Deps{DB: db, Views: engine, Clock: o.clock, Log: log, Providers: providers, PublicURL: o.publicURL, Memberships: p, Departure: p, Regions: anywhere{}, Terms: o.terms})
	p.service = p.module.Service
	headers := middleware.Headers{HTTPS: strings.HasPrefix(o.publicURL, "https://"), FormOrigins: providers.Origins}
	app := fiber.New(fiber.Config{Immutable: true, CaseSensitive: true, StrictRouting: true, DisableStartupMessage: true,
		ErrorHandler: headers.ErrorHandler(web.ErrorHandler(engine, log))})
	middleware.Register(app, middleware.Options{Headers: headers, Bundle: bundle, Static: assets, Log: log, PublicURL: o.publicURL, Proxies: o.proxies, Limits: o.limits, Counter: db,
		Auth: counted{p.service, p.reads}, Cookies: p.module.Cookies, Open: func(r fiber.Router) { r.Get("/healthz", func(c *fiber.Ctx) error { return c.SendString("ok") }) }})
	app.Use(p.module.AskTerms)
	app.Get("/public", func(c *fiber.Ctx) error { return c.SendString("public " + web.Get[domain.Actor](c).Name) })
	app.Get("/panic", func(*fiber.Ctx) error { panic("on purpose") })
	app.Post("/things", func(c *fiber.Ctx) error {
		if !web.Get[domain.Actor](c).SignedIn() {
			return apperr.New(apperr.SignIn, "")
		}
		return c.SendString("done by " + web.Get[domain.Actor](c).Name)
	})
	app.Post("/hurts", func(c *fiber.Ctx) error {
		if recent, err := p.module.Recent(c); err != nil || !recent {
			return err
		}
		return c.SendString("done: " + web.ValuesOf(c).Get("reason"))
	})
	p.module.Routes(app)
	go func() { _ = app.Listener(listener) }()
	t.Cleanup(func() { _ = app.ShutdownWithTimeout(3 * time.Second) })
	return p
}

// browser keeps cookies, sends what browsers send, and follows redirects only when told.
type browser struct {
	t      *testing.T
	client *http.Client
	portal *portal
}

func (p *portal) browser(t *testing.T) *browser {
	t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return &browser{t, &http.Client{Jar: jar, Timeout: 20 * time.Second, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}, p}
}

type page struct {
	*http.Response
	text string
	doc  *goquery.Document
}

func (b *browser) do(r *http.Request) page {
	b.t.Helper()
	response, err := b.client.Do(r)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(string(raw)))
	if err != nil {
		b.t.Fatal(err)
	}
	return page{response, string(raw), doc}
}

func (b *browser) address(path string) string {
	if strings.HasPrefix(path, "http") {
		return path
	}
	return b.portal.url + path
}

func (b *browser) get(path string) page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodGet, b.address(path), nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return b.do(r)
}

func (b *browser) post(path string, values url.Values, headers ...string) page {
	b.t.Helper()
	r, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.address(path), strings.NewReader(values.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if headers == nil {
		headers = []string{"Origin", r.URL.Scheme + "://" + r.URL.Host}
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.do(r)
}

// follow goes on through redirects to a page.
func (b *browser) follow(p page) page {
	b.t.Helper()
	for range 8 {
		if p.StatusCode < 300 || p.StatusCode > 399 {
			return p
		}
		next, err := p.Location()
		if err != nil {
			b.t.Fatal(err)
		}
		p = b.get(next.String())
	}
	b.t.Fatal("redirects without end")
	return p
}

// chooser goes to the demo provider's page.
func (b *browser) chooser(next string) page {
	b.t.Helper()
	form := b.get("/sign-in")
	csrf := ""
	if form.StatusCode != http.StatusOK { // signed in already
		csrf = b.csrf()
	}
	return b.follow(b.post("/sign-in/demo", url.Values{"next": {next}, "_csrf": {csrf}}))
}

// choose picks a person there and gives the portal's answer to the callback.
func (b *browser) choose(chooser page, subject string) page {
	b.t.Helper()
	id, _ := chooser.doc.Find("input[name=id]").Attr("value")
	to := chooser.Request.URL.Scheme + "://" + chooser.Request.URL.Host + "/choose"
	p := b.post(to, url.Values{"id": {id}, "subject": {subject}})
	for range 4 {
		next, err := p.Location()
		if err != nil {
			b.t.Fatalf("the provider did not lead on: %d %s", p.StatusCode, p.text)
		}
		p = b.get(next.String())
		if strings.HasPrefix(next.String(), b.portal.url) {
			return p
		}
	}
	b.t.Fatal("never came back")
	return p
}

func (b *browser) signIn(subject string) page {
	b.t.Helper()
	return b.choose(b.chooser("/account"), subject)
}

func (b *browser) cookie(name string) string {
	u, _ := url.Parse(b.portal.url)
	for _, c := range b.client.Jar.Cookies(u) {
		if c.Name == name {
			return c.Value
		}
	}
	return ""
}

func (b *browser) csrf() string {
	b.t.Helper()
	token, _ := b.get("/account").doc.Find("input[name=_csrf]").First().Attr("value")
	return token
}
