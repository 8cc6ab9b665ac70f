package accounts

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Kinds of provider.
const (
	KindOIDC      = "oidc"      // any OpenID provider with discovery
	KindGoogle    = "google"    // OpenID Connect at Google
	KindMicrosoft = "microsoft" // OpenID Connect at Microsoft Entra, one tenant
	KindGitLab    = "gitlab"    // OpenID Connect at GitLab; Issuer names an own server
	KindGitHub    = "github"    // OAuth 2.0 without id token; Issuer names a GitHub Enterprise server
	KindGitea     = "gitea"     // OAuth 2.0 at a Gitea or Forgejo server, which Issuer names
	KindDiscord   = "discord"   // OAuth 2.0 at Discord
)

// Kinds lists the kinds that a configuration may name.
func Kinds() []string {
	kinds := []string{KindOIDC, KindGoogle, KindMicrosoft, KindGitLab}
	for kind := range plainKinds {
		kinds = append(kinds, kind)
	}
	slices.Sort(kinds[4:])
	return kinds
}

// ProviderConfig is one way to sign in, as the configuration names it.
type ProviderConfig struct {
	Key          string // in addresses: letters, digits, hyphens
	Name         string // on the button
	Kind         string
	Issuer       string // discovery address for oidc; the others know theirs
	IssuerAlias  string // under which identities are stored instead of Issuer; for a provider whose address moves
	TenantID     string // microsoft only: the directory's id, never "common"
	ClientID     string
	ClientSecret string
	Demo         bool // the embedded provider: a button of its own and a note
}

// Claims is what a provider vouches for, after verification.
type Claims struct {
	Issuer        string // under which the identity is stored
	Subject       string
	Name          string
	Email         string
	EmailVerified bool
	Proved        time.Time // when the person last showed who they are; zero where the provider does not say
}

// Failure is why a sign-in did not come about; the page says what to do for each.
type Failure string

// Failures, each with its texts under accounts.problem.
const (
	FailureCancelled Failure = "cancelled" // the person or the provider said no
	FailureLapsed    Failure = "lapsed"    // state unknown, used, of another browser, or ten minutes old
	FailureOutage    Failure = "outage"    // the provider does not answer
	FailureUntrusted Failure = "untrusted" // what it answered does not hold
	FailureTaken     Failure = "taken"     // the identity belongs to another account
	FailureUnknown   Failure = "unknown"   // no such provider
	FailureOther     Failure = "other"     // signed in again as somebody else
	FailureStale     Failure = "stale"     // the provider did not ask anew
	FailureDomain    Failure = "domain"    // new accounts only with an address of certain domains
)

// SignInError is a sign-in that failed, with the cause for the log.
type SignInError struct {
	Failure  Failure
	Provider string
	Lang     string // of the page on which it began, "" where unknown
	Again    bool   // of who was signed in already, on the way to Next
	Next     string
	Err      error
}

func (e *SignInError) Error() string {
	return fmt.Sprintf("sign-in by %q: %s: %v", e.Provider, e.Failure, e.Err)
}

// Unwrap gives the cause.
func (e *SignInError) Unwrap() error { return e.Err }

func failed(f Failure, provider string, err error) *SignInError {
	return &SignInError{Failure: f, Provider: provider, Err: err}
}

// authRequest is what one sign-in sends to the provider.
type authRequest struct {
	RedirectURI, State, Nonce, Challenge, Lang string
	Again                                      bool // the person is to show anew who they are
}

// codeAnswer is what came back and what was kept for it.
type codeAnswer struct {
	RedirectURI, Code, Verifier, Nonce, Session string
	Issuer                                      string // the iss parameter of RFC 9207, "" where the provider sends none
}

// connector speaks to one provider.
type connector interface {
	// Begin gives the address to send the browser to, and goth's session to keep. SignInError{FailureOutage}.
	Begin(ctx context.Context, r authRequest) (address, session string, err error)
	// Finish exchanges the code and verifies who it is. SignInError of Outage or Untrusted.
	Finish(ctx context.Context, a codeAnswer) (Claims, error)
	// Origins are the addresses that a sign-in leads to, as far as they are known without asking.
	Origins() []string
}

// Providers are the configured ways to sign in, in their order.
type Providers struct {
	configs    []ProviderConfig
	connectors map[string]connector
}

var providerKey = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,30}$`)

// NewProviders checks the configuration and makes the providers without asking any of them. The error names every
// mistake.
func NewProviders(configs []ProviderConfig) (*Providers, error) {
	p := &Providers{connectors: map[string]connector{}}
	var mistakes []error
	for _, c := range configs {
		if err := c.validate(); err != nil {
			mistakes = append(mistakes, err)
			continue
		}
		if _, twice := p.connectors[c.Key]; twice {
			mistakes = append(mistakes, fmt.Errorf("provider %q is configured twice", c.Key))
			continue
		}
		if c.Name == "" {
			c.Name = c.Key
		}
		p.configs = append(p.configs, c)
		if _, ok := plainKinds[c.Kind]; ok {
			p.connectors[c.Key] = newPlain(c)
		} else {
			p.connectors[c.Key] = newOpenID(c)
		}
	}
	return p, errors.Join(mistakes...)
}

func (c *ProviderConfig) validate() error {
	if !providerKey.MatchString(c.Key) {
		return fmt.Errorf("provider key %q: letters a–z, digits and hyphens, at most 31", c.Key)
	}
	if c.ClientID == "" || c.ClientSecret == "" {
		return fmt.Errorf("provider %q: client_id and client_secret are needed", c.Key)
	}
	switch c.Kind {
	case KindOIDC:
		if c.Issuer == "" {
			return fmt.Errorf("provider %q: issuer is needed", c.Key)
		}
	case KindGoogle:
		c.Issuer = "https://accounts.google.com"
	case KindMicrosoft:
		if c.TenantID == "" || slices.Contains([]string{"common", "organizations", "consumers"}, c.TenantID) {
			return fmt.Errorf("provider %q: tenant must be the directory's own id, not %q: a shared one has no single issuer to check against", c.Key, c.TenantID)
		}
		c.Issuer = "https://login.microsoftonline.com/" + url.PathEscape(c.TenantID) + "/v2.0"
	case KindGitLab:
		if c.Issuer == "" {
			c.Issuer = "https://gitlab.com"
		}
	default:
		kind, ok := plainKinds[c.Kind]
		if !ok {
			return fmt.Errorf("provider %q: kind %q is not one of %s", c.Key, c.Kind, strings.Join(Kinds(), ", "))
		}
		if c.Issuer == "" {
			c.Issuer = kind.issuer
		}
		if c.Issuer == "" {
			return fmt.Errorf("provider %q: issuer is needed: the server's address", c.Key)
		}
	}
	u, err := url.Parse(c.Issuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.Scheme != "https" && !(u.Scheme == "http" && loopbackHost(u.Hostname())) {
		return fmt.Errorf("provider %q: issuer %q must be an https address (http only on loopback)", c.Key, c.Issuer)
	}
	return nil
}

func loopbackHost(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// All lists the configured providers.
func (p *Providers) All() []ProviderConfig { return slices.Clone(p.configs) }

// Get finds a provider by its key.
func (p *Providers) Get(key string) (ProviderConfig, connector, bool) { //nolint:revive // connectors stay in this package
	for _, c := range p.configs {
		if c.Key == key {
			return c, p.connectors[key], true
		}
	}
	return ProviderConfig{}, nil, false
}

// Name gives the name of a provider's button, the key itself where it is no longer configured.
func (p *Providers) Name(key string) string {
	if c, _, ok := p.Get(key); ok {
		return c.Name
	}
	return key
}

// Origins lists the addresses to which a sign-in form may lead, for form-action: browsers hold it against every
// redirect after the form.
func (p *Providers) Origins() []string {
	var all []string
	for _, c := range p.configs {
		all = append(all, p.connectors[c.Key].Origins()...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// warmer is a connector that has to ask before it knows its addresses.
type warmer interface{ Warm(ctx context.Context) }

// Warm has every provider that was not asked yet say where it is, for two seconds at most: the sign-in page does so,
// since its policy must name the addresses. A provider that does not answer stays as it is.
func (p *Providers) Warm(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	var wg sync.WaitGroup
	for _, c := range p.connectors {
		if w, ok := c.(warmer); ok {
			wg.Go(func() { w.Warm(ctx) })
		}
	}
	wg.Wait()
}

func originOf(address string) (string, bool) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" || strings.ContainsAny(u.Host, " ;,'\"") {
		return "", false
	}
	return u.Scheme + "://" + u.Host, true
}
