package needs

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

// renderShow shows a need; where a button was refused, its form says why and keeps the reason that was typed.
func (m *Module) renderShow(c *fiber.Ctx, status int, actor domain.Actor, doc Doc, failed string, cause error) error {
	ctx, n := c.UserContext(), doc.Body
	page := showPage{Base: web.NewBase(c, "needs", "")}
	page.Title, page.Description, page.Demo = n.Title, n.Summary, n.Demo
	page.Private = page.Private || !n.Public()
	b := page.Base
	page.Crumbs = m.Service.placeCrumbs(ctx, b, n.Village)
	page.Tag = stateTag(b, n.State())
	page.Lead = m.Service.placeText(ctx, n.Village) + " · " + domain.Taxonomy().CategoryName(n.Category, b.Lang)
	page.Amount, page.Summary = amountText(b, n), n.Summary
	all := CanReadAll(actor, n)
	if all {
		page.History = b.URL("/needs/" + doc.ID + "/history")
		page.Detail = n.Description
	}
	names, err := m.Service.organizationsOf(ctx, n)
	if err != nil {
		return err
	}
	page.Notices, page.Facts, page.Steps = noticesOf(b, n, all), m.Service.factsOf(ctx, b, n, names), stepsOf(b, n, names, all)
	if n.Public() && n.Quantity > 0 {
		ledger, err := m.Service.ledgerOf(ctx, doc)
		if err != nil {
			return err
		}
		page.Coverage = coverageOf(b, n, ledger)
	}
	if err := m.offerMoves(ctx, &page, actor, doc, failed, cause, web.ValuesOf(c).Get("reason")); err != nil {
		return err
	}
	page.Sections, _ = domain.LoadPanels(ctx, m.panels, domain.PanelRequest{Actor: actor, Ref: domain.Ref{Kind: domain.KindNeed, ID: doc.ID}, Page: b, Region: n.Village}, web.Section{Error: b.T("web.panel_error")}, m.log)
	return m.show.Render(c, status, page)
}

// offerMoves puts the links and buttons on the page that this actor may use now.
func (m *Module) offerMoves(ctx context.Context, page *showPage, actor domain.Actor, doc Doc, failed string, cause error, reason string) error {
	n, b, path := doc.Body, page.Base, "/needs/"+doc.ID
	add := func(name string, adjust func(*web.Action)) {
		a := web.NewAction(b, "needs.action."+name, path+"/"+name)
		a.Version = doc.Version
		if adjust != nil {
			adjust(&a)
		}
		if name == failed {
			a = a.Fail(cause, reason)
		}
		page.Actions = append(page.Actions, a)
	}
	withReason := func(a *web.Action) { a.Kind, a.Reason = "plain", true }
	plain := func(a *web.Action) { a.Kind = "plain" }
	open := func(name string, quiet bool) {
		page.Links = append(page.Links, link{Label: b.T("needs.action." + name), Path: b.URL(path + "/" + name), Plain: quiet})
	}
	if CanSubmit(actor, n) {
		open("submit", false)
	}
	if CanEdit(actor, n) {
		open("edit", n.State() == Draft && CanSubmit(actor, n))
		docs, err := m.Service.Similar(ctx, actor, n.Village, n.Category, n.Title, doc.ID)
		if err != nil {
			return err
		}
		if page.Similar, err = m.Service.cardsOf(ctx, b, docs); err != nil {
			return err
		}
		if n.State() == Draft {
			add("delete", func(a *web.Action) { a.Kind = "stop" })
		}
	}
	if n.Can(ActionTakeBack) && actor.Has(n.Organization, domain.OrgOwner) {
		add("take-back", plain)
	}
	if CanAdopt(actor, n) {
		add("adopt", nil)
		add("decline", withReason)
	}
	if CanWithdraw(actor, n) {
		open("quantity", true)
		open("withdraw", true)
	}
	if _, err := n.Copy(""); err == nil && actor.Has(n.Organization, domain.OrgEditor) {
		add("copy", plain)
	}
	if n.Can(ActionEvaluate) && actor.HasMandate(domain.MandateEvaluator) && !ofVillage(actor, n) {
		open("evaluate", false)
	}
	_, _, err := m.Service.Mandate(ctx, actor, n)
	if apperr.Is(err, apperr.Forbidden) {
		return nil
	}
	if err != nil {
		return err
	}
	switch {
	case n.Can(ActionBegin) && (!n.OnBehalf || n.Adoption == Adopted):
		add("begin", nil)
	case n.Can(ActionVerify):
		open("verify", false)
	case n.Can(ActionPlan) && n.Pending == nil:
		open("plan", true)
		open("quantity", true)
	case n.Can(ActionDropPlan):
		add("drop-plan", withReason)
	case n.Can(ActionReopen):
		add("reopen", withReason)
	}
	return nil
}

// placeCrumbs leads from the province down to the village.
func (s *Service) placeCrumbs(ctx context.Context, b web.Base, village domain.RegionCode) []web.Crumb {
	out := []web.Crumb{{Label: b.T("needs.title"), Path: "/needs"}}
	for _, code := range village.Path() {
		if place, err := s.places.Place(ctx, domain.RegionCode(code)); err == nil {
			out = append(out, web.Crumb{Label: domain.PlaceName(place), Path: "/villages/" + code})
		}
	}
	return out
}

// regionOptions offers the region that is chosen and those above it; narrowing further is done on the region's page.
func (s *Service) regionOptions(ctx context.Context, chosen domain.RegionCode) []web.Option {
	var out []web.Option
	seen := map[domain.RegionCode]bool{}
	add := func(code domain.RegionCode) {
		if code == "" || seen[code] {
			return
		}
		seen[code] = true
		if place, err := s.places.Place(ctx, code); err == nil {
			out = append(out, web.Option{Value: string(code), Label: domain.PlaceName(place)})
		}
	}
	for _, code := range chosen.Path() {
		add(domain.RegionCode(code))
	}
	parent := chosen
	if chosen.Level() == domain.LevelVillage {
		parent = chosen.Parent()
	}
	children, err := s.places.Children(ctx, parent)
	if err != nil {
		return out
	}
	for _, p := range children {
		add(p.Code)
	}
	if parent == "" { // one province serves alone: offer its regencies at once
		if len(children) == 1 {
			more, _ := s.places.Children(ctx, children[0].Code)
			for _, p := range more {
				add(p.Code)
			}
		}
	}
	return out
}
