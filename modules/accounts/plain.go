package accounts

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/markbates/goth"
	"github.com/markbates/goth/providers/discord"
	"github.com/markbates/goth/providers/gitea"
	"github.com/markbates/goth/providers/github"
)

// plainKind is a provider without id token. Its identities have the server's fixed address as issuer and the account's
// immutable id as subject; who it is comes from its API over TLS, by the token that the code was exchanged for.
type plainKind struct {
	issuer string // where everybody's server is; "" where the configuration names it
	token  string // path of the token endpoint
	pkce   bool
	build  func(c ProviderConfig, redirect string, client *http.Client) goth.Provider
	// verified tells whether the API says that the e-mail address is confirmed; nil: it does not say, so it is not.
	verified func(goth.User) bool
	// partial is an error after which the rest of the profile still holds. May be nil.
	partial error
}

const githubPublic = "https://github.com"

// plainKinds is the one table of providers that sign in through goth without an id token. Another goth provider becomes
// one more row; those with discovery (GitLab, Keycloak, Okta, Auth0, Zitadel …) need none, kind oidc serves them.
var plainKinds = map[string]plainKind{
	KindGitHub: {
		issuer: githubPublic, token: "/login/oauth/access_token", pkce: true,
		build: func(c ProviderConfig, redirect string, client *http.Client) goth.Provider {
			api := c.Issuer + "/api/v3"
			if c.Issuer == githubPublic {
				api = "https://api.github.com"
			}
			g := github.NewCustomisedURL(c.ClientID, c.ClientSecret, redirect, c.Issuer+"/login/oauth/authorize", c.Issuer+"/login/oauth/access_token",
				api+"/user", api+"/user/emails", "read:user", "user:email")
			g.HTTPClient = client
			return g
		},
		// Only the list of addresses says which one is verified; goth asks for it where the profile shows none.
		verified: func(u goth.User) bool {
			public, _ := u.RawData["email"].(string)
			return public == "" && u.Email != ""
		},
		partial: github.ErrNoVerifiedGitHubPrimaryEmail,
	},
	KindGitea: {
		token: "/login/oauth/access_token", pkce: true,
		build: func(c ProviderConfig, redirect string, client *http.Client) goth.Provider {
			g := gitea.NewCustomisedURL(c.ClientID, c.ClientSecret, redirect, c.Issuer+"/login/oauth/authorize", c.Issuer+"/login/oauth/access_token", c.Issuer+"/api/v1/user")
			g.HTTPClient = client
			return g
		},
	},
	KindDiscord: {
		issuer: "https://discord.com", token: "/api/oauth2/token", pkce: true,
		build: func(c ProviderConfig, redirect string, client *http.Client) goth.Provider {
			g := discord.New(c.ClientID, c.ClientSecret, redirect, discord.ScopeIdentify, discord.ScopeEmail)
			g.HTTPClient = client
			return g
		},
		verified: func(u goth.User) bool { return u.RawData["verified"] == true },
	},
}

// plain signs in by a row of plainKinds.
type plain struct {
	config ProviderConfig
	kind   plainKind
}

func newPlain(c ProviderConfig) *plain {
	c.Issuer = strings.TrimSuffix(c.Issuer, "/")
	return &plain{config: c, kind: plainKinds[c.Kind]}
}

// Origins is the server's own.
func (p *plain) Origins() []string {
	if origin, ok := originOf(p.config.Issuer); ok {
		return []string{origin}
	}
	return nil
}

// Begin implements connector.
func (p *plain) Begin(ctx context.Context, r authRequest) (string, string, error) {
	var more url.Values
	if p.kind.pkce {
		more = url.Values{"code_challenge": {r.Challenge}, "code_challenge_method": {"S256"}}
	}
	return begin(p.kind.build(p.config, r.RedirectURI, callClient(ctx)), p.config.Key, r.State, more)
}

// Finish implements connector.
func (p *plain) Finish(ctx context.Context, a codeAnswer) (Claims, error) {
	return guarded(p.config.Key, func() (Claims, error) {
		key, transport := p.config.Key, callTransport{ctx: ctx}
		if p.kind.pkce {
			transport.tokenURL, transport.verifier = p.config.Issuer+p.kind.token, a.Verifier
		}
		g := p.kind.build(p.config, a.RedirectURI, clientOf(transport))
		session, err := g.UnmarshalSession(a.Session)
		if err != nil {
			return Claims{}, failed(FailureUntrusted, key, err)
		}
		if _, err := session.Authorize(g, url.Values{"code": {a.Code}}); err != nil {
			return Claims{}, exchangeFailure(key, err)
		}
		user, err := g.FetchUser(session)
		if err != nil && (p.kind.partial == nil || !errors.Is(err, p.kind.partial)) {
			return Claims{}, failed(FailureOutage, key, err)
		}
		if user.UserID == "" || user.UserID == "0" || len(user.UserID) > maxSubject {
			return Claims{}, failed(FailureUntrusted, key, errors.New("no account id"))
		}
		claims := Claims{Issuer: p.config.Issuer, Subject: user.UserID, Name: user.Name, Email: user.Email}
		claims.EmailVerified = p.kind.verified != nil && p.kind.verified(user)
		if claims.Name == "" {
			claims.Name = user.NickName
		}
		return claims, nil
	})
}
