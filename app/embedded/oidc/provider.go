// Package oidc is the embedded demo provider: a real OpenID provider (authorization code, PKCE S256, RS256) on a
// loopback listener of its own, where one signs in by choosing one of the demo people. It has no passwords, so it
// refuses every address that is not loopback.
package oidc

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"time"

	"github.com/zitadel/oidc/v3/pkg/op"
	"golang.org/x/text/language"
)

// IssuerAlias is the issuer under which accounts of the demo provider are stored. The real issuer holds the port,
// which another process may have taken at the next start; tokens are checked against the real one.
const IssuerAlias = "urn:gotong:demo"

// ClientID is the portal's client id at the demo provider.
const ClientID = "gotong"

// Options say where the provider listens and for whom.
type Options struct {
	Dir          string   // where its key is kept (mode 0600); "" keeps it in memory
	Listen       string   // a loopback address with port; "" is 127.0.0.1 with any free port
	RedirectURIs []string // the portal's callback addresses
	Log          *slog.Logger
}

// Provider is the running demo provider.
type Provider struct {
	issuer  string
	secret  string
	storage *storage
	server  *http.Server
	done    chan struct{}
}

// Start listens and serves until Close. It fails on an address that is not loopback.
func Start(ctx context.Context, options Options) (*Provider, error) {
	if options.Listen == "" {
		options.Listen = "127.0.0.1:0"
	}
	if err := loopback(options.Listen); err != nil {
		return nil, err
	}
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	key, err := loadKey(options.Dir)
	if err != nil {
		return nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", options.Listen)
	if err != nil {
		return nil, fmt.Errorf("demo provider: %w", err)
	}
	issuer := "http://" + listener.Addr().String()
	p := &Provider{issuer: issuer, secret: random(), done: make(chan struct{})}
	p.storage = newStorage(key, p.secret, options.RedirectURIs)
	handler, err := p.handler(listener.Addr().String())
	if err != nil {
		_ = listener.Close()
		return nil, err
	}
	p.server = &http.Server{Handler: handler, ReadHeaderTimeout: 5 * time.Second, ReadTimeout: 10 * time.Second, WriteTimeout: 10 * time.Second,
		IdleTimeout: time.Minute, ErrorLog: slog.NewLogLogger(options.Log.Handler(), slog.LevelDebug)}
	go func() {
		defer close(p.done)
		if err := p.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			options.Log.Error("demo provider stopped", "error", err)
		}
	}()
	return p, nil
}

// Issuer is the provider's address, http://127.0.0.1:PORT.
func (p *Provider) Issuer() string { return p.issuer }

// ClientSecret is the portal's secret, made at each start.
func (p *Provider) ClientSecret() string { return p.secret }

// SetRedirectURIs names the portal's callback addresses where they are known only after Start.
func (p *Provider) SetRedirectURIs(uris ...string) { p.storage.setRedirects(uris) }

// Close stops listening and waits for the requests under way, five seconds at most.
func (p *Provider) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	err := p.server.Shutdown(ctx)
	if err != nil {
		err = p.server.Close()
	}
	<-p.done
	return err
}

// paths of the protocol that the demo needs; all others of the library (device code, introspection, revocation, end
// of session) are not served.
var served = map[string]bool{
	"/.well-known/openid-configuration": true, "/authorize": true, "/authorize/callback": true, "/oauth/token": true, "/userinfo": true, "/keys": true,
}

func (p *Provider) handler(host string) (http.Handler, error) {
	var crypto [32]byte
	if _, err := rand.Read(crypto[:]); err != nil {
		return nil, err
	}
	config := &op.Config{CryptoKey: crypto, CodeMethodS256: true, AuthMethodPost: true,
		SupportedUILocales: []language.Tag{language.Indonesian, language.English}, SupportedScopes: []string{"openid", "profile", "email"}}
	provider, err := op.NewProvider(config, p.storage, op.StaticIssuer(p.issuer), op.WithAllowInsecure(), op.WithCORSOptions(nil))
	if err != nil {
		return nil, fmt.Errorf("demo provider: %w", err)
	}
	page, err := newChooser(p.storage, func(id string) string { return "/authorize/callback?id=" + url.QueryEscape(id) })
	if err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /choose", page.show)
	mux.HandleFunc("POST /choose", page.choose)
	mux.HandleFunc("GET /style.css", page.css)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		if !served[r.URL.Path] {
			http.NotFound(w, r)
			return
		}
		provider.ServeHTTP(w, r)
	})
	return guard(host, page, mux), nil
}

// guard answers only under the provider's own address (a foreign name that resolves to loopback gets nothing) and
// sets the headers of every answer.
func guard(host string, page *chooser, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Host != host {
			http.Error(w, "unknown host", http.StatusMisdirectedRequest)
			return
		}
		h := w.Header()
		h.Set("Content-Security-Policy", page.policy())
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		next.ServeHTTP(w, r)
	})
}

func loopback(address string) error {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return fmt.Errorf("demo provider: %q is not an address with a port", address)
	}
	if ip := net.ParseIP(host); ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("demo provider: it has no passwords and listens on a loopback address only, not on %q; name a real provider in config.yaml", address)
	}
	return nil
}

func random() string {
	var b [32]byte
	_, _ = rand.Read(b[:])
	return base64.RawURLEncoding.EncodeToString(b[:])
}
