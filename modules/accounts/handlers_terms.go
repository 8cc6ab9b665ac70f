package accounts

import (
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// TermsDue says of a request that its person has not accepted the terms in force.
type TermsDue bool

// withoutTerms are the pages that stay open to who has not accepted the terms: to read them, to leave, to take one's
// data along.
var withoutTerms = []string{"/account/terms", "/sign-out", "/account/export", "/account/erase", "/account/erase/cancel", "/account/privacy", "/about", "/privacy"}

// onTheWay are the pages by which one signs in again, which some of those ask for.
var onTheWay = []string{"/sign-in/", "/account/again", "/account/held/"}

// AskTerms leads who has not accepted the terms in force to them, and afterwards on to where they were going; a form
// that was sent is kept. It stands before every route.
func (m *Module) AskTerms(c *fiber.Ctx) error {
	path := c.Path()
	open := slices.Contains(withoutTerms, path) || slices.ContainsFunc(onTheWay, func(prefix string) bool { return strings.HasPrefix(path, prefix) })
	if open || !bool(web.Get[TermsDue](c)) {
		return c.Next()
	}
	next, err := m.hold(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return web.Redirect(c, "/account/terms?"+url.Values{"next": {next}}.Encode())
}

// termsPage is views/accounts/terms.html.
type termsPage struct {
	web.Base
	Form    *web.Form
	Before  string // when which version was accepted before
	Erasing string
	Erase   web.Action
}

func (m *Module) showTerms(c *fiber.Ctx) error { return m.renderTerms(c, fiber.StatusOK, nil) }

func (m *Module) renderTerms(c *fiber.Ctx, status int, refused error) error {
	doc, err := m.Service.Account(c.UserContext(), web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	p := termsPage{Base: web.NewBase(c, "account", "accounts.terms.title")}
	p.Private = true
	p.Form = web.NewForm(p.Base, "accounts.terms", "/account/terms").Hidden("next", web.SafeNext(web.ValuesOf(c).Get("next"))).Hidden("version", m.Service.terms)
	p.Before = p.T("accounts.terms.before", "version", doc.Body.Terms, "date", doc.Body.TermsAt)
	p.Erasing, p.Erase = privacyOf(p.Base, doc.Body)
	if refused != nil {
		p.Form.Fail(refused)
	}
	return m.terms.Render(c, status, p)
}

func (m *Module) agreeTerms(c *fiber.Ctx) error {
	v := web.ValuesOf(c)
	err := m.Service.AgreeTerms(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), v.Get("version"))
	if apperr.Is(err, apperr.Conflict) {
		return m.renderTerms(c, fiber.StatusConflict, err)
	}
	if err != nil {
		return err
	}
	return c.Redirect(nextOf(c, v.Get("next")), fiber.StatusSeeOther)
}

// processingPageView is views/accounts/processing.html: what was done with one's own data.
type processingView struct {
	web.Base
	Consents web.Table
	Copies   []string // when they were taken
	Steps    []web.Step
	Pager    web.Pager
}

// showProcessing is GET /account/privacy.
func (m *Module) showProcessing(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), web.Get[domain.Actor](c)
	doc, err := m.Service.Account(ctx, actor)
	if err != nil {
		return err
	}
	before, _ := strconv.ParseInt(c.Query("cursor"), 10, 64) // what is no number begins at the newest
	page, err := m.Service.Processing(ctx, actor, max(0, before))
	if err != nil {
		return err
	}
	p := processingView{Base: web.NewBase(c, "account", "accounts.processing.own_title")}
	p.Private = true
	p.Crumbs = []web.Crumb{{Label: p.T("accounts.account.title"), Path: "/account"}, {Label: p.Title}}
	p.Consents = web.Table{Head: []string{p.T("accounts.processing.version"), p.T("accounts.processing.accepted")}}
	for _, consent := range doc.Body.consents() {
		p.Consents.Rows = append(p.Consents.Rows, web.Row{Cells: []web.Cell{{Text: consent.Version}, {Text: p.DateTime(consent.At)}}})
	}
	copies, err := m.Service.Copies(ctx, actor)
	if err != nil {
		return err
	}
	for _, at := range copies {
		p.Copies = append(p.Copies, p.DateTime(at))
	}
	for i, e := range page.Entries {
		p.Steps = append(p.Steps, processingStep(p.Base, actor, e, i == 0 && before == 0))
	}
	next := ""
	if page.Next > 0 {
		next = strconv.FormatInt(page.Next, 10)
	}
	p.Pager = web.NewPager(p.Base, "/account/privacy", nil, c.Query("cursor"), next)
	return m.processing.Render(c, fiber.StatusOK, p)
}

// processingStep names who did it by what they are to the person, not by name: that others have data too.
func processingStep(b web.Base, actor domain.Actor, e store.Entry, newest bool) web.Step {
	step := web.Step{State: "done", Label: e.Action, When: b.DateTime(e.At), Note: e.Reason}
	if newest {
		step.State = "now"
	}
	if key := "audit.action." + e.Action; b.Local().Has(key) {
		step.Label = b.T(key)
	}
	switch domain.AccountID(e.Actor) {
	case actor.Account:
		step.Who = b.T("accounts.processing.you")
	case "":
		step.Who = b.T("accounts.processing.system")
	default:
		step.Who = b.T("accounts.processing.office")
	}
	return step
}
