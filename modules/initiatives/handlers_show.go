package initiatives

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func (m *Module) getShow(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	doc, err := m.Service.Show(c.UserContext(), actor, idOf(c))
	if err != nil {
		return err
	}
	return m.renderShow(c, fiber.StatusOK, actor, doc, "", nil)
}

func (m *Module) renderShow(c *fiber.Ctx, status int, actor domain.Actor, doc Doc, failed string, cause error) error {
	ctx, i := c.UserContext(), doc.Body
	page := showPage{Base: web.NewBase(c, "initiatives", "")}
	page.Title, page.Description, page.Demo = i.Title, i.summaryIn(page.Lang), i.Demo
	page.Private = page.Private || !i.Public()
	crumbs(&page.Base, "", "")
	b := page.Base
	names, err := m.Service.organizationsOf(ctx, i)
	if err != nil {
		return err
	}
	all := CanReadAll(actor, i)
	page.Tag, page.Lead, page.Intro = stateTag(b, i.State()), names[i.Organization].Name, i.summaryIn(b.Lang)
	page.Readings, page.Facts = readingsOf(b, i.Content), m.Service.factsOf(ctx, b, i, names)
	if i.Call != "" {
		call, err := m.Service.calls.Rules(ctx, i.Call)
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			return err
		}
		page.Facts = append(page.Facts, web.Fact{Label: b.T("initiatives.fact.call"), Value: call.Title, Path: b.URL("/calls/" + string(i.Call))})
	}
	page.Facts = append(page.Facts, evaluatedBy(b, i, all)...)
	page.Verdicts = verdictsOf(b, i)
	if i.Invitation != "" && all {
		page.Facts = append(page.Facts, web.Fact{Label: b.T("initiatives.fact.invitation"), Value: b.T("initiatives.fact.invitation_see"), Path: b.URL(invitePath(i.Invitation))})
	}
	page.Taken = takenViews(b, actor, doc, names)
	page.Steps, page.Notices = stepsOf(b, i, names, all), noticesOf(b, i, all)
	used := map[domain.OfferID]int64{}
	if i.Public() {
		if used, err = m.Service.used(ctx, i); err != nil {
			return err
		}
	}
	page.Tables = m.Service.tablesOf(ctx, b, i, used)
	if CanEdit(actor, i) {
		page.Tasks, page.Done = tasksOf(b, doc, "")
	}
	if err := m.offerMoves(ctx, &page, actor, doc, failed, cause, web.ValuesOf(c).Get("reason")); err != nil {
		return err
	}
	request := domain.PanelRequest{Actor: actor, Ref: ref(domain.InitiativeID(doc.ID)), Page: b}
	if len(i.Areas) > 0 {
		request.Region = i.Areas[0]
	}
	page.Sections, _ = domain.LoadPanels(ctx, m.panels, request, web.Section{Error: b.T("web.panel_error")}, m.log)
	return m.show.Render(c, status, page)
}

// offered are the buttons of the page, by action: under which address, and whether a reason is asked.
var offered = []struct {
	action Action
	path   string
	reason bool
	kind   string
}{
	{ActionTakeBack, "take-back", false, "plain"}, {ActionWithdraw, "withdraw", true, "stop"},
	{ActionResume, "resume", false, "main"}, {ActionCancel, "cancel", true, "stop"},
	{ActionReopen, "reopen", true, "plain"}, {ActionEvaluate, "evaluate", true, "main"}, {ActionArchive, "archive", false, "plain"},
}

// offerMoves puts the links and buttons on the page that this actor may use now.
func (m *Module) offerMoves(ctx context.Context, page *showPage, actor domain.Actor, doc Doc, failed string, cause error, reason string) error {
	i, b, path := doc.Body, page.Base, "/initiatives/"+doc.ID
	open := func(name string, quiet bool) {
		page.Links = append(page.Links, link{Label: b.T("initiatives.action." + name), Path: b.URL(path + "/" + name), Plain: quiet})
	}
	button := func(name, key string, adjust func(*web.Action)) {
		a := web.NewAction(b, key, path+"/"+name)
		a.Version = doc.Version
		adjust(&a)
		if name == failed {
			a = a.Fail(cause, reason)
		}
		page.Actions = append(page.Actions, a)
	}
	if i.Can(ActionSubmit) && actor.Has(i.Organization, domain.OrgOwner) {
		open("submit", false)
	}
	open("answers", true)
	page.Actions = append(page.Actions, partnerActions(b, actor, doc)...)
	if len(CanTakeUp(actor, i)) > 0 {
		open("take-up", true)
	}
	if CanEdit(actor, i) {
		if i.State() == Draft && i.Round == 0 {
			button("delete", "initiatives.action.delete", func(a *web.Action) { a.Kind = "stop" })
		}
	}
	if i.Round > 1 {
		may, err := m.Service.mayCompare(ctx, actor, doc)
		if err != nil {
			return err
		}
		if may {
			page.Links = append(page.Links, link{Label: b.T("initiatives.link.changes"), Path: b.URL(path + "/changes"), Plain: true})
		}
	}
	for _, x := range []struct {
		action Action
		name   string
		quiet  bool
	}{{ActionPublish, "publish", false}, {ActionStart, "start", false}, {ActionSuspend, "suspend", true}} {
		if _, err := mayDecide(actor, i, x.action); err == nil && i.Can(x.action) && i.Pending == nil {
			open(x.name, x.quiet)
		}
	}
	for _, o := range offered {
		if _, err := mayDecide(actor, i, o.action); err != nil || !i.Can(o.action) || i.Pending != nil {
			continue
		}
		if o.action == ActionResume && i.lastSuspension().Office == actor.Has(i.Organization, domain.OrgOwner) {
			continue
		}
		button(o.path, "initiatives.action."+o.path, func(a *web.Action) { a.Reason, a.Kind = o.reason, o.kind })
	}
	if actor.Has(i.Organization, domain.OrgEditor) {
		page.Links = append(page.Links, link{Label: b.T("initiatives.action.copy"), Path: b.URL("/initiatives/new?copy=" + doc.ID), Plain: true})
	}
	if MayTemplate(actor) && i.Public() {
		open("template", true)
	}
	return nil
}

// button runs a decision that has no page of its own; refused input is shown at the button.
func (m *Module) button(action Action) fiber.Handler {
	name := string(action)
	return func(c *fiber.Ctx) error {
		actor, err := signedIn(c)
		if err != nil {
			return err
		}
		r := requestOf(c, actor)
		_, err = m.Service.Decide(c.UserContext(), r, Decision{Action: action})
		if apperr.Is(err, apperr.Invalid) {
			doc, readErr := m.Service.Show(c.UserContext(), actor, r.ID)
			if readErr != nil {
				return readErr
			}
			return m.renderShow(c, fiber.StatusUnprocessableEntity, actor, doc, name, err)
		}
		if err != nil {
			return err
		}
		return settled(c, r.ID, name)
	}
}
