package accounts

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

func (m *Module) cookie(c *fiber.Ctx, name, value string, life time.Duration) {
	cookie := &fiber.Cookie{Name: name, Value: value, Path: "/", HTTPOnly: true, Secure: m.Cookies.Secure, SameSite: fiber.CookieSameSiteLaxMode, MaxAge: int(life.Seconds())}
	if life <= 0 {
		cookie.MaxAge, cookie.Expires = -1, time.Unix(1, 0)
	}
	c.Cookie(cookie)
}

func (m *Module) showSignIn(c *fiber.Ctx) error {
	next := nextOf(c, c.Query("next"))
	if web.Get[domain.Actor](c).SignedIn() && c.Query("problem") == "" {
		return c.Redirect(next, fiber.StatusSeeOther)
	}
	m.Service.Providers.Warm(c.UserContext())
	page := signInPage{Base: web.NewBase(c, "sign-in", "accounts.sign_in.title")}
	page.Private = true
	page.Heading, page.Next = page.Title, c.Query("next")
	page.Problem = problemOf(page.Base, c.Query("problem"), m.providerName(page.Base, c.Query("provider")))
	if c.Query("done") == "signed-out" && page.Problem == nil {
		page.Done = page.T("accounts.sign_in.signed_out")
	}
	page.Buttons = m.buttons(page.Base, c.Cookies(m.Cookies.last()), "/sign-in/")
	page.Has = len(page.Buttons) > 0
	return m.signIn.Render(c, fiber.StatusOK, page)
}

// nextOf makes a safe path in the request's language of where one wanted to go; one's desk without any.
func nextOf(c *fiber.Ctx, next string) string { return nextIn(web.NewBase(c, "", "").Lang, next) }

func nextIn(lang, next string) string {
	if next == "" {
		return web.LocalURL(lang, "/desk")
	}
	next = web.SafeNext(next)
	if next == "/en" || strings.HasPrefix(next, "/en/") || strings.HasPrefix(next, "/en?") {
		next = "/" + strings.TrimLeft(strings.TrimPrefix(next, "/en"), "/")
	}
	return web.LocalURL(lang, web.SafeNext(next))
}

func (m *Module) beginSignIn(c *fiber.Ctx) error {
	return m.begin(c, BeginRequest{Provider: c.Params("provider"), Next: web.ValuesOf(c).Get("next")}, "/sign-in")
}

func (m *Module) linkIdentity(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	if _, err := m.Service.Account(c.UserContext(), actor); err != nil {
		return err
	}
	return m.begin(c, BeginRequest{Provider: c.Params("provider"), Next: "/account", Link: actor}, "/account")
}

func (m *Module) begin(c *fiber.Ctx, r BeginRequest, page string) error {
	base := web.NewBase(c, "", "")
	r.Lang, r.Host = base.Lang, string(c.Context().Host())
	begun, err := m.Service.Begin(c.UserContext(), r)
	if err != nil {
		return m.explain(c, err, base.Lang, page)
	}
	m.cookie(c, m.Cookies.attempt(begun.State), begun.Browser, attemptLifetime)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(begun.Address, fiber.StatusSeeOther)
}

// explain leads a failed sign-in to a page that says what to do, out of the address that holds code and state. Other
// errors go their way.
func (m *Module) explain(c *fiber.Ctx, err error, lang, page string) error {
	var failure *SignInError
	if !errors.As(err, &failure) {
		return err
	}
	if failure.Lang != "" {
		lang = failure.Lang
	}
	m.log.Warn("sign-in failed", "request", string(web.Get[web.RequestID](c)), "provider", failure.Provider, "failure", string(failure.Failure), "error", failure.Err)
	query := url.Values{"problem": {string(failure.Failure)}}
	if _, _, ok := m.Service.Providers.Get(failure.Provider); ok {
		query.Set("provider", failure.Provider)
	}
	page, kept := pathOnly(page)
	if more, err := url.ParseQuery(kept); err == nil && more.Get("next") != "" {
		query.Set("next", more.Get("next"))
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.Redirect(web.LocalURL(lang, page)+"?"+query.Encode(), fiber.StatusSeeOther)
}

func (m *Module) finishSignIn(c *fiber.Ctx) error {
	state := c.Query("state")
	cookie := m.Cookies.attempt(state)
	browser := c.Cookies(cookie)
	if browser != "" {
		m.cookie(c, cookie, "", 0)
	}
	c.Set(fiber.HeaderCacheControl, "no-store")
	ctx, cancel := context.WithTimeout(c.UserContext(), finishTimeout+time.Second)
	defer cancel()
	finished, err := m.Service.Finish(ctx, FinishRequest{Provider: c.Params("provider"), State: state, Code: c.Query("code"), Error: c.Query("error"), Issuer: c.Query("iss"),
		Browser: browser, Actor: web.Get[domain.Actor](c), Origin: m.originOf(c), Device: deviceOf(c.Get(fiber.HeaderUserAgent)), OldToken: c.Cookies(m.Cookies.Session())})
	if err != nil {
		page := "/sign-in"
		var failure *SignInError
		switch {
		case errors.As(err, &failure) && failure.Again:
			page = "/account/again?" + url.Values{"next": {failure.Next}}.Encode()
		case web.Get[domain.Actor](c).SignedIn():
			page = "/account"
		}
		return m.explain(c, err, web.NewBase(c, "", "").Lang, page)
	}
	next := nextIn(finished.Lang, finished.Next)
	if finished.Linked {
		web.SetFlash(c, "good", "accounts.flash.linked")
		return c.Redirect(next, fiber.StatusSeeOther)
	}
	if finished.Closed != "" {
		return c.Redirect(web.LocalURL(finished.Lang, "/account/closed/"+finished.Closed), fiber.StatusSeeOther)
	}
	m.cookie(c, m.Cookies.Session(), finished.Token, SessionAbsolute)
	m.cookie(c, m.Cookies.last(), finished.Provider, lastLifetime)
	if finished.First {
		next = web.LocalURL(finished.Lang, "/account/welcome") + "?" + url.Values{"next": {finished.Next}}.Encode()
	}
	return c.Redirect(next, fiber.StatusSeeOther)
}

// signOut ends the session for every replica. It clears what the browser kept of this portal, but not "cookies": that
// would sign the person out of every other service under the same registered domain. Ours is taken back by name.
func (m *Module) signOut(c *fiber.Ctx) error {
	if err := m.Service.Sessions.End(c.UserContext(), c.Cookies(m.Cookies.Session())); err != nil {
		return err
	}
	m.cookie(c, m.Cookies.Session(), "", 0)
	c.Set("Clear-Site-Data", `"cache", "storage"`)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return web.Redirect(c, "/sign-in?done=signed-out")
}

func (m *Module) showDesk(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	if _, err := m.Service.Account(c.UserContext(), actor); err != nil {
		return err
	}
	page := deskPage{Base: web.NewBase(c, "desk", "accounts.desk.title")}
	var demo bool
	page.Sections, demo = m.loadDesk(c.UserContext(), domain.PanelRequest{Actor: actor, Ref: domain.Ref{Kind: KindDesk, ID: string(actor.Account)}, Page: page.Base})
	queues, shown := m.loadQueues(c.UserContext(), page.Base, actor)
	page.Queues, page.Find = queues, newDeskFind(page.Base, actor)
	page.Demo, page.Waiting = demo || shown, len(page.Sections)+len(page.Queues) > 0
	page.Steps = nextSteps(page.Base, actor)
	page.Facts = m.whoFacts(page.Base, actor)
	return m.desk.Render(c, fiber.StatusOK, page)
}

func (m *Module) whoFacts(b web.Base, actor domain.Actor) []web.Fact {
	facts := []web.Fact{{Label: b.T("accounts.signed_in_as"), Value: actor.Name, Path: b.URL("/account")}}
	for _, r := range rightsText(b, actor) {
		facts = append(facts, web.Fact{Label: b.T("accounts.right"), Value: r})
	}
	for _, o := range actor.Memberships {
		facts = append(facts, web.Fact{Label: b.T("accounts.role." + string(o.Role)), Value: o.Name, Path: b.URL("/organizations/" + string(o.Organization))})
	}
	return facts
}

func (m *Module) originOf(c *fiber.Ctx) Origin {
	if m.Origin == nil {
		return Origin{}
	}
	return m.Origin(c)
}

func (m *Module) showQueue(c *fiber.Ctx) error {
	b := web.NewBase(c, "desk", "accounts.desk.title")
	page, err := m.queuePageOf(c.UserContext(), b, web.Get[domain.Actor](c), c.Params("queue"), web.ValuesOf(c).Get("cursor"))
	if err != nil {
		return err
	}
	return m.queue.Render(c, fiber.StatusOK, page)
}
