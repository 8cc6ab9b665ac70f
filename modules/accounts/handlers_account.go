package accounts

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func (m *Module) showWelcome(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	if _, err := m.Service.Account(c.UserContext(), actor); err != nil {
		return err
	}
	page := welcomePage{Base: web.NewBase(c, "account", "accounts.welcome.title"), Name: actor.Name}
	if next := c.Query("next"); next != "" && web.SafeNext(next) != "/" {
		page.Next = nextIn(page.Lang, next)
	}
	page.Steps = nextSteps(page.Base, actor)
	return m.welcome.Render(c, fiber.StatusOK, page)
}

func (m *Module) showAccount(c *fiber.Ctx) error {
	page, err := m.accountPage(c, nil)
	if err != nil {
		return err
	}
	return m.account.Render(c, fiber.StatusOK, page)
}

// accountPage gathers the page; form is the refused one, nil for a fresh one.
func (m *Module) accountPage(c *fiber.Ctx, form *web.Form) (accountPage, error) {
	ctx, actor := c.UserContext(), web.Get[domain.Actor](c)
	page := accountPage{Base: web.NewBase(c, "account", "accounts.account.title"), Form: form}
	doc, err := m.Service.Account(ctx, actor)
	if err != nil {
		return page, err
	}
	page.Base.Demo = doc.Body.Demo
	page.Problem = problemOf(page.Base, c.Query("problem"), m.providerName(page.Base, c.Query("provider")))
	email := emailCell(page.Base, doc.Body)
	page.Facts = append(m.whoFacts(page.Base, actor), web.Fact{Label: page.T("accounts.people.email"), Value: email.Text, Quiet: email.Quiet},
		web.Fact{Label: page.T("accounts.since"), Value: page.Date(doc.Created)})
	if doc.Body.Terms != "" {
		page.Facts = append(page.Facts, web.Fact{Label: page.T("accounts.terms_accepted"), Value: page.DateTime(doc.Body.TermsAt)})
	}
	page.Erasing, page.Erase = privacyOf(page.Base, doc.Body)
	if page.Form == nil {
		page.Form = nameForm(page.Base, doc)
	}
	if page.Identities, err = m.identityRows(ctx, page.Base, actor.Account); err != nil {
		return page, err
	}
	m.Service.Providers.Warm(ctx)
	page.Link = m.buttons(page.Base, "", "/account/identities/")
	page.Organizations, page.HasOrg = membershipTable(page.Base, actor.Memberships), len(actor.Memberships) > 0
	page.NoOrg = web.Empty{Text: page.T("accounts.no_organization"), ActionLabel: page.T("accounts.next.found"), ActionPath: page.URL("/organizations/new")}
	return page, m.sessionRows(ctx, &page, actor)
}

func (m *Module) identityRows(ctx context.Context, b web.Base, account domain.AccountID) ([]identityRow, error) {
	docs, err := m.Service.Identities(ctx, account)
	rows := make([]identityRow, 0, len(docs))
	for i, d := range docs {
		row := identityRow{Provider: m.providerName(b, d.Body.Provider), Since: b.Date(d.Created)}
		if len(docs) > 1 {
			unlink := web.NewAction(b, "accounts.identities.unlink", "/account/identities/"+d.ID+"/unlink")
			unlink.Kind, unlink.ID = "stop", "unlink-"+string(rune('a'+i%26))
			row.Unlink = &unlink
		}
		rows = append(rows, row)
	}
	return rows, err
}

func (m *Module) sessionRows(ctx context.Context, page *accountPage, actor domain.Actor) error {
	views, err := m.Service.Sessions.Of(ctx, actor.Account, actor.Session)
	for i, v := range views {
		end := web.NewAction(page.Base, "accounts.session.end", "/account/sessions/"+v.Public+"/end")
		end.Kind, end.ID = "plain", "end-"+string(rune('a'+i))
		device := v.Device
		if device == "" {
			device = page.T("accounts.session.unknown_device")
		}
		page.Sessions = append(page.Sessions, sessionRow{Device: device, Provider: m.providerName(page.Base, v.Provider), Opened: page.DateTime(v.Created), Used: page.DateTime(v.Seen), From: originText(page.Base, v.Origin), Current: v.Current, End: end})
	}
	if len(views) > 1 {
		all := web.NewAction(page.Base, "accounts.session.end_others", "/account/sessions/end-others")
		all.Kind = "stop"
		page.EndOthers = &all
	}
	return err
}

// originText says where a session began, "" where nothing is known.
func originText(b web.Base, o Origin) string {
	text := ""
	switch o.Network {
	case "":
	case Loopback:
		text = b.T("accounts.session.from_here")
	default:
		text = b.T("accounts.session.from", "network", o.Network)
	}
	if o.Country != "" {
		text = strings.TrimPrefix(text+" · "+b.T("accounts.session.country", "country", o.Country), " · ")
	}
	return text
}

func (m *Module) unlinkIdentity(c *fiber.Ctx) error {
	if err := m.Service.Unlink(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), c.Params("id")); err != nil {
		return err
	}
	web.SetFlashWithUndo(c, web.Undo{Path: "/account/identities/" + c.Params("id") + "/unlink/undo"}, "good", "accounts.flash.unlinked")
	return web.Redirect(c, "/account")
}

// relinkIdentity is POST /account/identities/{id}/unlink/undo.
func (m *Module) relinkIdentity(c *fiber.Ctx) error {
	if err := m.Service.Relink(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), c.Params("id")); err != nil {
		return err
	}
	web.SetFlash(c, "good", "accounts.flash.relinked")
	return web.Redirect(c, "/account")
}

func (m *Module) rename(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), web.Get[domain.Actor](c)
	err := m.Service.Rename(ctx, actor, web.OperationOf(c), web.Version(c), web.ValuesOf(c).Get("name"))
	if err == nil {
		web.SetFlash(c, "good", "accounts.flash.renamed")
		return web.Redirect(c, "/account")
	}
	conflict := apperr.Is(err, apperr.Conflict)
	if !conflict && !apperr.Is(err, apperr.Invalid) {
		return err
	}
	doc, readErr := m.Service.Account(ctx, actor)
	if readErr != nil {
		return readErr
	}
	base := web.NewBase(c, "account", "")
	form, status := nameForm(base, doc).Bind(c), fiber.StatusUnprocessableEntity
	if conflict {
		form, status = form.Conflict(nameForm(base, doc)), fiber.StatusConflict
	} else {
		form.Fail(err)
	}
	page, pageErr := m.accountPage(c, form)
	if pageErr != nil {
		return pageErr
	}
	return m.account.Render(c, status, page)
}

func (m *Module) endSession(c *fiber.Ctx) error {
	ctx, actor := c.UserContext(), web.Get[domain.Actor](c)
	if !actor.SignedIn() {
		return apperr.New(apperr.SignIn, "")
	}
	if c.Params("id") == actor.Session {
		return m.signOut(c)
	}
	if err := m.Service.Sessions.EndOne(ctx, actor.Account, c.Params("id")); err != nil {
		return err
	}
	web.SetFlash(c, "good", "accounts.flash.session_ended")
	return web.Redirect(c, "/account")
}

func (m *Module) endOtherSessions(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	if !actor.SignedIn() {
		return apperr.New(apperr.SignIn, "")
	}
	ended, err := m.Service.Sessions.EndOthers(c.UserContext(), actor.Account, actor.Session)
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "accounts.flash.sessions_ended", "count", ended)
	return web.Redirect(c, "/account")
}
