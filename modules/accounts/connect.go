package accounts

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"time"

	goidc "github.com/coreos/go-oidc/v3/oidc"
	"github.com/markbates/goth"
	"github.com/markbates/goth/providers/openidConnect"
	"golang.org/x/oauth2"
)

const (
	callTimeout = 4 * time.Second // one call to a provider
	answerLimit = 1 << 20         // bytes of one answer
	retryOutage = 5 * time.Second // how long a failed discovery is believed by the sign-in page
	rediscovery = 24 * time.Hour
	maxSubject  = 255 // OpenID Connect Core, section 2
)

// callTransport bounds every call by the request's own deadline and by size: goth takes no context. It can add a PKCE
// verifier where a goth provider has no place for it.
type callTransport struct {
	ctx      context.Context //nolint:containedctx // lives as long as one sign-in request; goth has no other way in
	tokenURL string
	verifier string
}

func (t callTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	if err := t.ctx.Err(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(t.ctx, callTimeout)
	r = r.Clone(ctx)
	if t.verifier != "" && r.Method == http.MethodPost && r.URL.String() == t.tokenURL && r.Body != nil {
		body, err := io.ReadAll(io.LimitReader(r.Body, answerLimit))
		if err != nil {
			cancel()
			return nil, err
		}
		body = append(body, []byte("&code_verifier="+url.QueryEscape(t.verifier))...)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
		r.GetBody = nil
	}
	response, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		cancel()
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(response.Body, answerLimit))
	_ = response.Body.Close()
	cancel()
	if err != nil {
		return nil, err
	}
	response.Body = io.NopCloser(bytes.NewReader(body))
	return response, nil
}

func callClient(ctx context.Context) *http.Client { return clientOf(callTransport{ctx: ctx}) }

// clientOf follows no redirects: what holds a code or a secret goes where the configuration and discovery say.
func clientOf(t callTransport) *http.Client {
	return &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// guarded turns a panic of goth (it trusts the shape of what it is sent) into an untrusted answer.
func guarded(key string, call func() (Claims, error)) (claims Claims, err error) {
	defer func() {
		if r := recover(); r != nil {
			claims, err = Claims{}, failed(FailureUntrusted, key, fmt.Errorf("panic: %v\n%s", r, debug.Stack()))
		}
	}()
	return call()
}

// exchangeFailure tells an outage from a refusal, and keeps the provider's answer (which may hold secrets) out of the
// log.
func exchangeFailure(key string, err error) *SignInError {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response != nil {
		cause := fmt.Errorf("token endpoint answered %d %s", refused.Response.StatusCode, refused.ErrorCode)
		if refused.Response.StatusCode >= 500 {
			return failed(FailureOutage, key, cause)
		}
		return failed(FailureUntrusted, key, cause)
	}
	var network *url.Error
	if errors.As(err, &network) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled) {
		return failed(FailureOutage, key, err)
	}
	return failed(FailureUntrusted, key, err)
}

// openID is a provider with id tokens. goth sends and exchanges; the id token is verified here, by go-oidc: goth reads
// it without looking at the signature.
type openID struct {
	config ProviderConfig

	mu       sync.Mutex
	provider *goidc.Provider
	asked    time.Time // last discovery
	failed   time.Time // last one that failed
}

func newOpenID(c ProviderConfig) *openID { return &openID{config: c} }

// discover asks the provider where its endpoints are, once a day. The lock is not held while it asks.
func (o *openID) discover(ctx context.Context) (*goidc.Provider, error) {
	o.mu.Lock()
	known, asked := o.provider, o.asked
	o.mu.Unlock()
	if known != nil && time.Since(asked) < rediscovery {
		return known, nil
	}
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	provider, err := goidc.NewProvider(goidc.ClientContext(ctx, callClient(ctx)), o.config.Issuer)
	o.mu.Lock()
	defer o.mu.Unlock()
	if err != nil {
		o.failed = time.Now()
		if known != nil {
			return known, nil
		}
		return nil, failed(FailureOutage, o.config.Key, fmt.Errorf("discovery: %w", err))
	}
	o.provider, o.asked = provider, time.Now()
	return provider, nil
}

// Warm discovers unless that failed a moment ago.
func (o *openID) Warm(ctx context.Context) {
	o.mu.Lock()
	fresh := o.provider != nil || time.Since(o.failed) < retryOutage
	o.mu.Unlock()
	if !fresh {
		_, _ = o.discover(ctx)
	}
}

// Origins are those of the issuer and, once known, of its authorization endpoint.
func (o *openID) Origins() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var origins []string
	if origin, ok := originOf(o.config.Issuer); ok {
		origins = append(origins, origin)
	}
	if o.provider != nil {
		if origin, ok := originOf(o.provider.Endpoint().AuthURL); ok {
			origins = append(origins, origin)
		}
	}
	return origins
}

func (o *openID) goth(ctx context.Context, p *goidc.Provider, redirectURI string) (*openidConnect.Provider, error) {
	e := p.Endpoint()
	g, err := openidConnect.NewCustomisedURL(o.config.ClientID, o.config.ClientSecret, redirectURI, e.AuthURL, e.TokenURL, o.config.Issuer, "", "", "profile", "email")
	if err != nil {
		return nil, failed(FailureOutage, o.config.Key, err)
	}
	g.HTTPClient = callClient(ctx)
	return g, nil
}

func (o *openID) Begin(ctx context.Context, r authRequest) (string, string, error) {
	p, err := o.discover(ctx)
	if err != nil {
		return "", "", err
	}
	g, err := o.goth(ctx, p, r.RedirectURI)
	if err != nil {
		return "", "", err
	}
	options := map[string]string{"nonce": r.Nonce, "code_challenge": r.Challenge, "code_challenge_method": "S256", "ui_locales": r.Lang}
	if r.Again {
		options["prompt"], options["max_age"] = "login", strconv.Itoa(int(RecentSignIn.Seconds()))
	}
	g.SetAuthCodeOptions(options)
	return begin(g, o.config.Key, r.State, nil)
}

func begin(g goth.Provider, key, state string, more url.Values) (string, string, error) {
	session, err := g.BeginAuth(state)
	if err != nil {
		return "", "", failed(FailureOutage, key, err)
	}
	address, err := session.GetAuthURL()
	if err != nil {
		return "", "", failed(FailureOutage, key, err)
	}
	if len(more) > 0 {
		address += "&" + more.Encode()
	}
	return address, session.Marshal(), nil
}

func (o *openID) Finish(ctx context.Context, a codeAnswer) (Claims, error) {
	return guarded(o.config.Key, func() (Claims, error) { return o.finish(ctx, a) })
}

func (o *openID) finish(ctx context.Context, a codeAnswer) (Claims, error) {
	key := o.config.Key
	if a.Issuer != "" && a.Issuer != o.config.Issuer {
		return Claims{}, failed(FailureUntrusted, key, fmt.Errorf("answer of issuer %q", a.Issuer))
	}
	p, err := o.discover(ctx)
	if err != nil {
		return Claims{}, err
	}
	g, err := o.goth(ctx, p, a.RedirectURI)
	if err != nil {
		return Claims{}, err
	}
	kept, err := g.UnmarshalSession(a.Session)
	if err != nil {
		return Claims{}, failed(FailureUntrusted, key, err)
	}
	if _, err := kept.Authorize(g, url.Values{"code": {a.Code}, "code_verifier": {a.Verifier}}); err != nil {
		return Claims{}, exchangeFailure(key, err)
	}
	session, ok := kept.(*openidConnect.Session)
	if !ok || session.IDToken == "" {
		return Claims{}, failed(FailureUntrusted, key, errors.New("no id token"))
	}
	ctx = goidc.ClientContext(ctx, callClient(ctx))
	verified, err := p.VerifierContext(ctx, &goidc.Config{ClientID: o.config.ClientID}).Verify(ctx, session.IDToken)
	if err != nil {
		if strings.Contains(err.Error(), "fetching keys") {
			return Claims{}, failed(FailureOutage, key, err)
		}
		return Claims{}, failed(FailureUntrusted, key, err)
	}
	return o.claims(ctx, p, verified, session.AccessToken, a.Nonce)
}

// claims checks what go-oidc leaves to its caller: nonce, authorized party, token hash, the subject's bounds.
func (o *openID) claims(ctx context.Context, p *goidc.Provider, t *goidc.IDToken, access, nonce string) (Claims, error) {
	key := o.config.Key
	var c struct {
		Name          string `json:"name"`
		Preferred     string `json:"preferred_username"`
		Email         string `json:"email"`
		EmailVerified any    `json:"email_verified"`
		Party         string `json:"azp"`
		AuthTime      any    `json:"auth_time"`
	}
	if err := t.Claims(&c); err != nil {
		return Claims{}, failed(FailureUntrusted, key, err)
	}
	switch {
	case nonce == "" || !sameSecret(t.Nonce, nonce):
		return Claims{}, failed(FailureUntrusted, key, errors.New("nonce is another"))
	case t.Subject == "" || len(t.Subject) > maxSubject:
		return Claims{}, failed(FailureUntrusted, key, errors.New("subject is empty or too long"))
	case c.Party != "" && c.Party != o.config.ClientID, len(t.Audience) > 1 && c.Party == "":
		return Claims{}, failed(FailureUntrusted, key, fmt.Errorf("authorized party is %q", c.Party))
	}
	if t.AccessTokenHash != "" {
		if err := t.VerifyAccessToken(access); err != nil {
			return Claims{}, failed(FailureUntrusted, key, err)
		}
	}
	claims := Claims{Issuer: o.config.Issuer, Subject: t.Subject, Name: c.Name, Email: c.Email, EmailVerified: isTrue(c.EmailVerified)}
	if at, ok := c.AuthTime.(float64); ok && at > 0 {
		claims.Proved = time.Unix(int64(at), 0)
	}
	if o.config.IssuerAlias != "" {
		claims.Issuer = o.config.IssuerAlias
	}
	if claims.Name == "" || claims.Email == "" {
		o.complete(ctx, p, access, &claims)
	}
	if claims.Name == "" {
		claims.Name = c.Preferred
	}
	return claims, nil
}

// complete asks the userinfo endpoint for what the id token leaves out; what it says of another subject is not used,
// and without it the sign-in goes on.
func (o *openID) complete(ctx context.Context, p *goidc.Provider, access string, claims *Claims) {
	if p.UserInfoEndpoint() == "" || access == "" {
		return
	}
	info, err := p.UserInfo(ctx, oauth2.StaticTokenSource(&oauth2.Token{AccessToken: access}))
	if err != nil || info.Subject != claims.Subject {
		return
	}
	var more struct {
		Name string `json:"name"`
	}
	if info.Claims(&more) == nil && claims.Name == "" {
		claims.Name = more.Name
	}
	if claims.Email == "" {
		claims.Email, claims.EmailVerified = info.Email, info.EmailVerified
	}
}

// isTrue reads email_verified, which some providers send as text. Anything but a clear yes is no.
func isTrue(v any) bool { return v == true || v == "true" }
