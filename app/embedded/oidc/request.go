package oidc

import (
	"time"

	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

// request is one sign-in under way at the provider.
type request struct {
	id, redirect, state, nonce string
	scopes                     []string
	mode                       oidc.ResponseMode
	challenge                  *oidc.CodeChallenge
	english                    bool
	created                    time.Time

	subject string // "" until a person is chosen
	at      time.Time
}

var (
	_ op.AuthRequest = (*request)(nil)
	_ op.Client      = client{}
)

func (r *request) GetID() string                         { return r.id }
func (r *request) GetACR() string                        { return "" }
func (r *request) GetAMR() []string                      { return nil }
func (r *request) GetAudience() []string                 { return []string{ClientID} }
func (r *request) GetAuthTime() time.Time                { return r.at }
func (r *request) GetClientID() string                   { return ClientID }
func (r *request) GetCodeChallenge() *oidc.CodeChallenge { return r.challenge }
func (r *request) GetNonce() string                      { return r.nonce }
func (r *request) GetRedirectURI() string                { return r.redirect }
func (r *request) GetResponseType() oidc.ResponseType    { return oidc.ResponseTypeCode }
func (r *request) GetResponseMode() oidc.ResponseMode    { return r.mode }
func (r *request) GetScopes() []string                   { return r.scopes }
func (r *request) GetState() string                      { return r.state }
func (r *request) GetSubject() string                    { return r.subject }
func (r *request) Done() bool                            { return r.subject != "" }

// client is the portal: a confidential web client of the code flow.
type client struct{ redirects []string }

func (c client) GetID() string                       { return ClientID }
func (c client) RedirectURIs() []string              { return c.redirects }
func (c client) PostLogoutRedirectURIs() []string    { return nil }
func (c client) ApplicationType() op.ApplicationType { return op.ApplicationTypeWeb }
func (c client) AuthMethod() oidc.AuthMethod         { return oidc.AuthMethodBasic }
func (c client) ResponseTypes() []oidc.ResponseType {
	return []oidc.ResponseType{oidc.ResponseTypeCode}
}
func (c client) GrantTypes() []oidc.GrantType        { return []oidc.GrantType{oidc.GrantTypeCode} }
func (c client) LoginURL(id string) string           { return "/choose?id=" + id }
func (c client) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeBearer }
func (c client) IDTokenLifetime() time.Duration      { return tokenLifetime }
func (c client) DevMode() bool                       { return false }
func (c client) RestrictAdditionalIdTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}
func (c client) RestrictAdditionalAccessTokenScopes() func([]string) []string {
	return func(scopes []string) []string { return scopes }
}
func (c client) IsScopeAllowed(string) bool           { return false }
func (c client) IDTokenUserinfoClaimsAssertion() bool { return true }
func (c client) ClockSkew() time.Duration             { return 0 }
