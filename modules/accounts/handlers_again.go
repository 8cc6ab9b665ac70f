package accounts

import (
	"context"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

const (
	// RecentSignIn is how long a sign-in counts as fresh: what hurts wants one within it.
	RecentSignIn = 10 * time.Minute
	clockSkew    = time.Minute // between the portal and a provider
	heldLife     = 15 * time.Minute
	heldLimit    = 64 << 10 // bytes of a form that is kept while its sender signs in again
)

// heldForm is a form that waits until its sender has signed in again. Its session's value is not kept.
type heldForm struct {
	Account domain.AccountID    `json:"account"`
	Path    string              `json:"path"` // with the language's prefix
	Values  map[string][]string `json:"values"`
}

func newHeldForms(db *store.DB) *store.State[heldForm] {
	return store.NewState[heldForm](db, "held_forms")
}

// provedRecently tells whether the actor's session began, or was confirmed, within RecentSignIn.
func (s *Service) provedRecently(actor domain.Actor) bool {
	return !actor.Proved.IsZero() && s.clock.Now().Sub(actor.Proved) < RecentSignIn
}

// Recent tells whether who asks signed in within the last ten minutes; the guard asks before every act that the table of
// rights marks step-up. Where not, it has answered with the way to sign in again: a page that was asked for is shown
// afterwards, a form that was sent is kept and offered again, so that nothing is typed twice. SignIn, Forbidden for a
// token, which nobody can sign in again; Unavailable.
func (m *Module) Recent(c *fiber.Ctx) (bool, error) {
	actor := web.Get[domain.Actor](c)
	switch {
	case !actor.SignedIn():
		return false, apperr.New(apperr.SignIn, "")
	case m.Service.provedRecently(actor):
		return true, nil
	case apperr.Refused(c.UserContext()) != nil: // nothing will come of it, and its text may not be kept either
		return true, nil //nolint:nilerr // the store refuses whatever the act would change
	case actor.Session == "":
		return false, apperr.New(apperr.Forbidden, "accounts.error.person_only")
	}
	next, err := m.hold(c, actor)
	if err != nil {
		return false, err
	}
	return false, web.Redirect(c, "/account/again?"+url.Values{"next": {next}}.Encode())
}

// hold gives where to go on after signing in again.
func (m *Module) hold(c *fiber.Ctx, actor domain.Actor) (string, error) {
	base := web.NewBase(c, "", "")
	if c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead {
		if len(base.Query) > 0 {
			return base.Path + "?" + base.Query, nil
		}
		return base.Path, nil
	}
	if _, err := c.MultipartForm(); err == nil || len(c.Body()) > heldLimit { // a file has to be chosen again
		return web.RefererPath(c, "/desk"), nil
	}
	held := heldForm{Account: actor.Account, Path: base.URL(c.Path()), Values: map[string][]string{}}
	for name, value := range c.Context().PostArgs().All() {
		if key := string(name); key != "_csrf" {
			held.Values[key] = append(held.Values[key], string(value))
		}
	}
	id := secretToken()
	return "/account/held/" + id, m.Service.held.Put(c.UserContext(), hashToken(id), held, heldLife)
}

type againPage struct {
	web.Base
	Problem *problem
	Next    string
	Buttons []providerButton
	Has     bool
}

// showAgain offers the providers that open this account, and says why.
func (m *Module) showAgain(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), web.Get[domain.Actor](c)
	docs, err := m.Service.Identities(ctx, actor.Account)
	if err != nil {
		return err
	}
	m.Service.Providers.Warm(ctx)
	page := againPage{Base: web.NewBase(c, "account", "accounts.again.title"), Next: c.Query("next")}
	page.Private = true
	page.Problem = problemOf(page.Base, c.Query("problem"), m.providerName(page.Base, c.Query("provider")))
	for _, b := range m.buttons(page.Base, "", "/account/again/") {
		if slices.ContainsFunc(docs, func(d store.Doc[Identity]) bool { return d.Body.Provider == b.Key }) {
			page.Buttons = append(page.Buttons, b)
		}
	}
	page.Has = len(page.Buttons) > 0
	return m.again.Render(c, fiber.StatusOK, page)
}

func (m *Module) beginAgain(c *fiber.Ctx) error {
	next := web.ValuesOf(c).Get("next")
	page := "/account/again"
	if next != "" {
		page += "?" + url.Values{"next": {next}}.Encode()
	}
	return m.begin(c, BeginRequest{Provider: c.Params("provider"), Next: next, Link: web.Get[domain.Actor](c), Again: true}, page)
}

type heldPage struct {
	web.Base
	Action string
	Inputs []web.HiddenInput
	Back   string
}

// showHeld offers the form that was kept. It is sent by its reader's own press of a button, never by itself.
func (m *Module) showHeld(c *fiber.Ctx) error {
	held, err := m.Service.held.Get(c.UserContext(), hashToken(c.Params("id")))
	if err == nil && held.Account != web.Get[domain.Actor](c).Account {
		err = apperr.New(apperr.NotFound, "")
	}
	if apperr.Is(err, apperr.NotFound) {
		return apperr.New(apperr.NotFound, "accounts.error.held_gone")
	}
	if err != nil {
		return err
	}
	page := heldPage{Base: web.NewBase(c, "account", "accounts.held.title"), Action: held.Path}
	page.Private, page.Back = true, page.URL("/desk")
	if page.CSRF != "" {
		page.Inputs = append(page.Inputs, web.HiddenInput{Name: "_csrf", Value: page.CSRF})
	}
	names := make([]string, 0, len(held.Values))
	for name := range held.Values {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		for _, value := range held.Values[name] {
			page.Inputs = append(page.Inputs, web.HiddenInput{Name: name, Value: value})
		}
	}
	return m.heldView.Render(c, fiber.StatusOK, page)
}

// confirm finishes a fresh sign-in of who is signed in: by an identity of the same account, and recently where the
// provider says when.
func (s *Service) confirm(ctx context.Context, a attempt, config ProviderConfig, claims Claims) error {
	known, err := s.identities.Get(ctx, IdentityID(claims.Issuer, claims.Subject))
	switch {
	case apperr.Is(err, apperr.NotFound), err == nil && known.Body.Account != a.Account:
		return failed(FailureOther, config.Key, errors.New("signed in again as somebody else"))
	case err != nil:
		return err
	case !claims.Proved.IsZero() && s.clock.Now().Sub(claims.Proved) > RecentSignIn+clockSkew:
		return failed(FailureStale, config.Key, errors.New("the provider asked for no fresh sign-in"))
	}
	return nil
}

// proved is when the person showed the provider who they are: what the provider says, else now.
func (s *Service) proved(claims Claims) time.Time {
	now := s.clock.Now()
	if claims.Proved.IsZero() || claims.Proved.After(now) {
		return now
	}
	return claims.Proved
}

// pathOnly gives the path of an address that may carry a query.
func pathOnly(address string) (path, query string) {
	path, query, _ = strings.Cut(address, "?")
	return path, query
}
