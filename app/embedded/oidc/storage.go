package oidc

import (
	"context"
	"crypto/subtle"
	"errors"
	"sync"
	"time"

	jose "github.com/go-jose/go-jose/v4"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	requestLifetime = 10 * time.Minute
	tokenLifetime   = 5 * time.Minute
	maxRequests     = 1000 // under way at once; the oldest gives way
)

var errUnknown = errors.New("unknown or expired")

// storage keeps what is under way in memory: a restart of the demo provider asks people to choose again.
type storage struct {
	key    *signingKey
	secret string

	mu        sync.Mutex
	redirects []string
	requests  map[string]*request
	codes     map[string]string // code → request id
	tokens    map[string]token
}

type token struct {
	subject string
	scopes  []string
	until   time.Time
}

var (
	_ op.Storage                   = (*storage)(nil)
	_ op.CanSetUserinfoFromRequest = (*storage)(nil)
)

func newStorage(key *signingKey, secret string, redirects []string) *storage {
	return &storage{key: key, secret: secret, redirects: redirects, requests: map[string]*request{}, codes: map[string]string{}, tokens: map[string]token{}}
}

func (s *storage) setRedirects(uris []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.redirects = uris
}

func (s *storage) redirectURIs() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.redirects...)
}

func (s *storage) sweep(now time.Time) {
	var oldest string
	for id, r := range s.requests {
		if now.Sub(r.created) > requestLifetime {
			s.drop(id)
		} else if oldest == "" || r.created.Before(s.requests[oldest].created) {
			oldest = id
		}
	}
	if len(s.requests) >= maxRequests {
		s.drop(oldest)
	}
	for id, t := range s.tokens {
		if now.After(t.until) {
			delete(s.tokens, id)
		}
	}
}

func (s *storage) drop(id string) {
	delete(s.requests, id)
	for code, request := range s.codes {
		if request == id {
			delete(s.codes, code)
		}
	}
}

// CreateAuthRequest accepts only what the portal sends: code flow with PKCE S256.
func (s *storage) CreateAuthRequest(_ context.Context, r *oidc.AuthRequest, _ string) (op.AuthRequest, error) {
	if r.CodeChallenge == "" || r.CodeChallengeMethod != oidc.CodeChallengeMethodS256 {
		return nil, oidc.ErrInvalidRequest().WithDescription("PKCE with S256 is required")
	}
	if len(r.Prompt) == 1 && r.Prompt[0] == oidc.PromptNone {
		return nil, oidc.ErrLoginRequired()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	s.sweep(now)
	english := false
	if len(r.UILocales) > 0 {
		base, _ := r.UILocales[0].Base()
		english = base.String() == "en"
	}
	req := &request{id: random(), created: now, redirect: r.RedirectURI, state: r.State, nonce: r.Nonce, scopes: r.Scopes, mode: r.ResponseMode,
		challenge: &oidc.CodeChallenge{Challenge: r.CodeChallenge, Method: r.CodeChallengeMethod}, english: english}
	s.requests[req.id] = req
	return req, nil
}

func (s *storage) find(id string) (*request, error) {
	r, ok := s.requests[id]
	if !ok || time.Since(r.created) > requestLifetime {
		return nil, errUnknown
	}
	copied := *r
	return &copied, nil
}

// Choose notes who is signing in.
func (s *storage) choose(id, subject string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, ok := s.requests[id]
	if _, known := personOf(subject); !ok || !known {
		return errUnknown
	}
	r.subject, r.at = subject, time.Now()
	return nil
}

func (s *storage) AuthRequestByID(_ context.Context, id string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r, err := s.find(id)
	if err != nil {
		return nil, err
	}
	return r, nil
}

// AuthRequestByCode gives the request once: a code is good for one exchange, also when that one fails.
func (s *storage) AuthRequestByCode(_ context.Context, code string) (op.AuthRequest, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, ok := s.codes[code]
	if !ok {
		return nil, errUnknown
	}
	delete(s.codes, code)
	r, err := s.find(id)
	if err != nil {
		return nil, err
	}
	return r, nil
}

func (s *storage) SaveAuthCode(_ context.Context, id, code string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, ok := s.requests[id]; !ok {
		return errUnknown
	}
	s.codes[code] = id
	return nil
}

func (s *storage) DeleteAuthRequest(_ context.Context, id string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop(id)
	return nil
}

func (s *storage) CreateAccessToken(_ context.Context, r op.TokenRequest) (string, time.Time, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	id, until := random(), time.Now().Add(tokenLifetime)
	s.tokens[id] = token{subject: r.GetSubject(), scopes: r.GetScopes(), until: until}
	return id, until, nil
}

func (s *storage) CreateAccessAndRefreshTokens(context.Context, op.TokenRequest, string) (string, string, time.Time, error) {
	return "", "", time.Time{}, oidc.ErrUnsupportedGrantType()
}

func (s *storage) TokenRequestByRefreshToken(context.Context, string) (op.RefreshTokenRequest, error) {
	return nil, op.ErrInvalidRefreshToken
}

func (s *storage) TerminateSession(context.Context, string, string) error { return nil }

func (s *storage) RevokeToken(context.Context, string, string, string) *oidc.Error { return nil }

func (s *storage) GetRefreshTokenInfo(context.Context, string, string) (string, string, error) {
	return "", "", op.ErrInvalidRefreshToken
}

func (s *storage) SigningKey(context.Context) (op.SigningKey, error) { return s.key, nil }

func (s *storage) SignatureAlgorithms(context.Context) ([]jose.SignatureAlgorithm, error) {
	return []jose.SignatureAlgorithm{jose.RS256}, nil
}

func (s *storage) KeySet(context.Context) ([]op.Key, error) { return []op.Key{publicKey{s.key}}, nil }

func (s *storage) GetClientByClientID(_ context.Context, id string) (op.Client, error) {
	if id != ClientID {
		return nil, errUnknown
	}
	return client{redirects: s.redirectURIs()}, nil
}

func (s *storage) AuthorizeClientIDSecret(_ context.Context, id, secret string) error {
	if id != ClientID || subtle.ConstantTimeCompare([]byte(secret), []byte(s.secret)) != 1 {
		return errUnknown
	}
	return nil
}

func (s *storage) SetUserinfoFromScopes(context.Context, *oidc.UserInfo, string, string, []string) error {
	return nil
}

// SetUserinfoFromRequest fills the id token.
func (s *storage) SetUserinfoFromRequest(_ context.Context, info *oidc.UserInfo, r op.IDTokenRequest, scopes []string) error {
	return describe(info, r.GetSubject(), scopes)
}

// SetUserinfoFromToken fills the answer of the userinfo endpoint.
func (s *storage) SetUserinfoFromToken(_ context.Context, info *oidc.UserInfo, id, _, _ string) error {
	s.mu.Lock()
	t, ok := s.tokens[id]
	s.mu.Unlock()
	if !ok || time.Now().After(t.until) {
		return errUnknown
	}
	return describe(info, t.subject, t.scopes)
}

func describe(info *oidc.UserInfo, subject string, scopes []string) error {
	p, ok := personOf(subject)
	if !ok {
		return errUnknown
	}
	for _, scope := range scopes {
		switch scope {
		case oidc.ScopeOpenID:
			info.Subject = p.Subject
		case oidc.ScopeProfile:
			info.Name, info.PreferredUsername = p.Name, p.Subject
		case oidc.ScopeEmail:
			info.Email, info.EmailVerified = p.Email, true
		}
	}
	return nil
}

func (s *storage) SetIntrospectionFromToken(context.Context, *oidc.IntrospectionResponse, string, string, string) error {
	return errUnknown
}

func (s *storage) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	return nil, nil
}

func (s *storage) GetKeyByIDAndClientID(context.Context, string, string) (*jose.JSONWebKey, error) {
	return nil, errUnknown
}

func (s *storage) ValidateJWTProfileScopes(context.Context, string, []string) ([]string, error) {
	return nil, errUnknown
}

func (s *storage) Health(context.Context) error { return nil }
