package accounts

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// finishTimeout bounds all that a callback waits for at the provider; the page must come within ten seconds.
const finishTimeout = 8 * time.Second

// BeginRequest starts a sign-in.
type BeginRequest struct {
	Provider string
	Next     string // path to go to afterwards
	Lang     string
	Host     string       // of the request: on loopback, localhost and 127.0.0.1 both lead back to where one came from
	Link     domain.Actor // signed in: the identity is added to this account
	Again    bool         // Link signs in once more, nothing is added
}

// Begun is where to send the browser and what it must bring back.
type Begun struct {
	Address string // at the provider
	State   string
	Browser string // for the cookie that binds the answer to this browser
}

// Begin makes state, nonce and PKCE verifier, keeps them for ten minutes and gives the provider's address.
// *SignInError of Unknown or Outage; Unavailable.
func (s *Service) Begin(ctx context.Context, r BeginRequest) (Begun, error) {
	_, connector, ok := s.Providers.Get(r.Provider)
	if !ok {
		return Begun{}, failed(FailureUnknown, r.Provider, errors.New("not configured"))
	}
	begun := Begun{State: secretToken(), Browser: secretToken()}
	a := attempt{Provider: r.Provider, Browser: hashToken(begun.Browser), Verifier: secretToken(), Nonce: secretToken(),
		RedirectURI: s.callbackURL(r.Provider, r.Host), Next: web.SafeNext(r.Next), Lang: r.Lang, Account: r.Link.Account, Session: r.Link.Session, Again: r.Again}
	challenge := sha256.Sum256([]byte(a.Verifier))
	var err error
	begun.Address, a.Goth, err = connector.Begin(ctx, authRequest{RedirectURI: a.RedirectURI, State: begun.State, Nonce: a.Nonce,
		Challenge: base64.RawURLEncoding.EncodeToString(challenge[:]), Lang: r.Lang, Again: r.Again})
	if err != nil {
		return Begun{}, err
	}
	return begun, s.attempts.Put(ctx, hashToken(begun.State), a, attemptLifetime)
}

// CallbackURLs are the addresses to register at a provider: on loopback both names of the machine.
func CallbackURLs(publicURL, provider string) []string {
	publicURL = strings.TrimSuffix(publicURL, "/")
	urls := []string{publicURL + "/sign-in/" + provider + "/callback"}
	if u, err := url.Parse(publicURL); err == nil && loopbackHost(u.Hostname()) {
		for _, name := range []string{"127.0.0.1", "localhost"} {
			host := name
			if u.Port() != "" {
				host += ":" + u.Port()
			}
			if other := u.Scheme + "://" + host + "/sign-in/" + provider + "/callback"; !slices.Contains(urls, other) {
				urls = append(urls, other)
			}
		}
	}
	return urls
}

func (s *Service) callbackURL(provider, host string) string {
	urls := CallbackURLs(s.publicURL, provider)
	for _, u := range urls[1:] {
		if strings.HasPrefix(u, "http://"+host+"/") {
			return u
		}
	}
	return urls[0]
}

// FinishRequest is what the callback brought.
type FinishRequest struct {
	Provider, State, Code, Error, Issuer string
	Browser                              string       // from the cookie
	Actor                                domain.Actor // who is signed in now, for linking
	Device                               string
	Origin                               Origin
	OldToken                             string // of the session before, which ends
}

// Finished is a sign-in that came about. Token is "" where an identity was linked.
type Finished struct {
	Token    string
	Provider string
	Next     string
	Lang     string
	Linked   bool
	First    bool   // the person's first sign-in
	Closed   string // where not "", no session was opened, and under this the person reads why
}

// Finish takes the kept attempt (once), exchanges the code, verifies who it is, finds or makes the account and opens a
// session under a new token. *SignInError; Unavailable.
func (s *Service) Finish(ctx context.Context, r FinishRequest) (Finished, error) {
	a, err := s.take(ctx, r)
	if err != nil {
		return Finished{}, err
	}
	finished, err := s.finish(ctx, r, a)
	var failure *SignInError
	if errors.As(err, &failure) {
		failure.Lang, failure.Again, failure.Next = a.Lang, a.Again, a.Next
	}
	return finished, err
}

func (s *Service) take(ctx context.Context, r FinishRequest) (attempt, error) {
	lapsed := func(why string) error { return failed(FailureLapsed, r.Provider, errors.New(why)) }
	if r.State == "" || len(r.State) > 200 {
		return attempt{}, lapsed("no state")
	}
	a, err := s.attempts.Take(ctx, hashToken(r.State))
	if apperr.Is(err, apperr.NotFound) {
		return attempt{}, lapsed("state unknown, used or old")
	}
	if err != nil {
		return attempt{}, err
	}
	switch {
	case r.Browser == "" || !sameSecret(hashToken(r.Browser), a.Browser):
		return attempt{}, lapsed("another browser")
	case a.Provider != r.Provider:
		return attempt{}, lapsed("begun at " + a.Provider)
	case a.Account != "" && (r.Actor.Account != a.Account || r.Actor.Session != a.Session):
		return attempt{}, lapsed("no longer signed in as who asked to link")
	}
	return a, nil
}

func (s *Service) finish(ctx context.Context, r FinishRequest, a attempt) (Finished, error) {
	config, connector, ok := s.Providers.Get(a.Provider)
	switch {
	case !ok:
		return Finished{}, failed(FailureUnknown, a.Provider, errors.New("not configured any more"))
	case r.Error != "":
		return Finished{}, refusal(a.Provider, r.Error)
	case r.Code == "" || len(r.Code) > 4096:
		return Finished{}, failed(FailureUntrusted, a.Provider, errors.New("no code"))
	}
	asking, cancel := context.WithTimeout(ctx, finishTimeout)
	defer cancel()
	claims, err := connector.Finish(asking, codeAnswer{RedirectURI: a.RedirectURI, Code: r.Code, Verifier: a.Verifier, Nonce: a.Nonce, Session: a.Goth, Issuer: r.Issuer})
	if err != nil {
		return Finished{}, err
	}
	finished := Finished{Provider: a.Provider, Next: a.Next, Lang: a.Lang}
	account := a.Account
	switch {
	case a.Again:
		err = s.confirm(ctx, a, config, claims)
	case a.Account != "":
		finished.Linked = true
		return finished, s.link(ctx, r.Actor, config, claims)
	default:
		account, finished.First, err = s.signIn(ctx, config, claims)
	}
	if err != nil {
		return Finished{}, err
	}
	if finished.Closed, err = s.closed(ctx, account); err != nil || finished.Closed != "" {
		return finished, err
	}
	if finished.Token, _, err = s.Sessions.Open(ctx, Opening{Account: account, Provider: a.Provider, Device: r.Device, Origin: r.Origin, Proved: s.proved(claims)}); err != nil {
		return Finished{}, err
	}
	if r.OldToken != "" {
		if err := s.Sessions.End(ctx, r.OldToken); err != nil {
			s.log.Warn("the session before could not be ended", "error", err)
		}
	}
	return finished, nil
}

// refusal tells a person's or provider's no from a provider that is out of order.
func refusal(provider, code string) error {
	if len(code) > 60 {
		code = code[:60]
	}
	failure := FailureCancelled
	if code == "server_error" || code == "temporarily_unavailable" {
		failure = FailureOutage
	}
	return failed(failure, provider, fmt.Errorf("provider answered %q", code))
}

func (s *Service) identity(config ProviderConfig, claims Claims, account domain.AccountID) Identity {
	return Identity{Issuer: claims.Issuer, Subject: claims.Subject, Provider: config.Key, Account: account, Demo: config.Demo}
}

// link adds an identity to the account of who asked for it. An identity that opens another account stays there.
func (s *Service) link(ctx context.Context, actor domain.Actor, config ProviderConfig, claims Claims) error {
	id := IdentityID(claims.Issuer, claims.Subject)
	_, err := s.identities.Insert(ctx, id, s.identity(config, claims, actor.Account), actor.Change("identity.linked", "", store.Operation{}))
	if !apperr.Is(err, apperr.Conflict) {
		return err
	}
	doc, err := s.identities.Get(ctx, id)
	if err == nil && doc.Body.Account != actor.Account {
		return failed(FailureTaken, config.Key, errors.New("the identity opens another account"))
	}
	return err
}

// signIn finds the identity's account or makes it. Each step can be repeated: an account that was made before its
// identity is found again, since its id is derived from the identity's.
func (s *Service) signIn(ctx context.Context, config ProviderConfig, claims Claims) (domain.AccountID, bool, error) {
	id := IdentityID(claims.Issuer, claims.Subject)
	account := AccountIDFor(claims.Issuer, claims.Subject)
	known, err := s.identities.Get(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		if account, err = s.lifeOf(ctx, account); err != nil {
			return "", false, err
		}
		if err := s.register(ctx, config, claims, account); err != nil {
			return "", false, err
		}
		known, err = s.identities.Get(ctx, id)
	}
	if err != nil {
		return "", false, err
	}
	account = known.Body.Account
	first, err := s.welcome(ctx, account, claims)
	return account, first, err
}

// admits tells whether a new account may be made: where the configuration names domains, a verified address of one.
func (s *Service) admits(claims Claims) bool {
	if len(s.domains) == 0 {
		return true
	}
	_, domain, ok := strings.Cut(strings.ToLower(strings.TrimSpace(claims.Email)), "@")
	return ok && claims.EmailVerified && slices.ContainsFunc(s.domains, func(d string) bool { return domain == d || strings.HasSuffix(domain, "."+d) })
}

func (s *Service) register(ctx context.Context, config ProviderConfig, claims Claims, account domain.AccountID) error {
	if !config.Demo && !s.admits(claims) {
		return failed(FailureDomain, config.Key, errors.New("no verified address of an allowed domain"))
	}
	body := Account{Name: CleanName(claims.Name), Email: strings.TrimSpace(claims.Email), EmailVerified: claims.EmailVerified, Demo: config.Demo}
	if len(domain.FindPersonalNumbers(body.Name)) > 0 {
		body.Name = ""
	}
	if body.Name == "" {
		body.Name = "Anggota " + strings.ToUpper(string(account)[:6])
	}
	if len(body.Email) > 254 || strings.ContainsFunc(body.Email, func(r rune) bool { return r <= ' ' }) {
		body.Email, body.EmailVerified = "", false
	}
	if s.approve && !s.configured(claims) {
		body.Asked = s.clock.Now()
	}
	change := store.Change{Action: "account.created", Actor: string(account)}
	if _, err := s.accounts.Insert(ctx, string(account), body, change); err != nil && !apperr.Is(err, apperr.Conflict) {
		return err
	}
	change.Action = "identity.linked"
	_, err := s.identities.Insert(ctx, IdentityID(claims.Issuer, claims.Subject), s.identity(config, claims, account), change)
	if apperr.Is(err, apperr.Conflict) { // by a sign-in at the same moment
		return nil
	}
	return err
}

// configured tells whether the configuration names this verified address as one of the secretariat's.
func (s *Service) configured(claims Claims) bool {
	return claims.EmailVerified && slices.Contains(s.secretariat, strings.ToLower(strings.TrimSpace(claims.Email)))
}

// welcome records the terms at the first sign-in, and gives the configuration's secretariat role once, for an address
// that the provider verified.
func (s *Service) welcome(ctx context.Context, account domain.AccountID, claims Claims) (first bool, err error) {
	now := s.clock.Now()
	err = s.change(ctx, account, store.Change{Action: "account.terms-accepted", Actor: string(account)}, func(a *Account) (bool, error) {
		first = a.Terms == ""
		if !first {
			return false, nil
		}
		return a.Agree(s.terms, now), nil
	})
	if err != nil || !s.configured(claims) {
		return first, err
	}
	return first, s.change(ctx, account, store.Change{Action: "account.role-granted"}, func(a *Account) (bool, error) {
		if a.Configured {
			return false, nil
		}
		a.Configured = true
		a.GrantRole(RoleGrant{Role: domain.RoleSecretariat, At: now})
		return true, nil
	})
}
