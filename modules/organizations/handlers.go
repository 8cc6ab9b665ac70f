package organizations

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func idOf(c *fiber.Ctx) domain.OrganizationID { return domain.OrganizationID(c.Params("id")) }

func actorOf(c *fiber.Ctx) domain.Actor { return web.Get[domain.Actor](c) }

// list is GET /organizations.
func (m *Module) list(c *fiber.Ctx) error {
	ctx, v := c.UserContext(), web.ValuesOf(c)
	page := indexPage{Base: web.NewBase(c, "organizations", "organizations.index.title")}
	page.Description = page.T("organizations.index.intro")
	q := ListQuery{Text: v.Get("q"), Region: domain.RegionCode(v.Get("region")), Type: v.Get("type"), Sort: v.Get("sort"), Cursor: v.Get("cursor"), Limit: pageSize}
	regions, err := m.regionOptions(ctx)
	if err != nil {
		return err
	}
	page.Filters = web.NewFilters(page.Base, "/organizations", "organizations.filter").Q(q.Text).Select("region", string(q.Region), regions).
		Select("type", q.Type, domain.TypeOptions(page.Lang))
	read := m.Service.List
	if actor := actorOf(c); seesRegister(actor) {
		q.Standing = v.Get("state")
		page.Filters.Select("state", q.Standing, stateOptions(page.Base))
		if q.Standing != "" {
			read = func(ctx context.Context, q ListQuery) (Found, error) { return m.Service.Register(ctx, actor, q) }
		}
	}
	if q.Standing == "" {
		page.Filters.Sort(q.Sort, []web.Option{{Value: "name", Label: page.T("organizations.filter.sort_name")}, {Value: "new", Label: page.T("organizations.filter.sort_new")}})
	}
	found, err := read(ctx, q)
	if err != nil {
		return err
	}
	var codes []domain.RegionCode
	for _, doc := range found.Items {
		codes = append(codes, doc.Body.Region)
	}
	page.Cards, page.Demo = cards(page.Base, found.Items, m.Service.placeTexts(ctx, codes), m.Service.now(), q.Standing != "")
	if page.Total = found.Total; found.Least {
		page.Total = 0
	}
	page.Pager = web.NewPager(page.Base, "/organizations", page.Filters.Query(), q.Cursor, found.Next)
	if q.Standing == "" {
		page.Table = web.NewDownloads(page.Base, "/exports/organizations", page.Filters.Query())
	}
	if len(page.Cards) == 0 {
		key := "organizations.index.none"
		if page.Filters.Active() {
			key = "organizations.index.nothing"
		}
		page.Empty = &web.Empty{Text: page.T(key), ActionLabel: page.T("organizations.index.found"), ActionPath: page.URL("/organizations/new")}
	}
	return m.index.Render(c, fiber.StatusOK, page)
}

// regionOptions lists provinces and regencies for filters and forms.
func (m *Module) regionOptions(ctx context.Context) ([]web.Option, error) {
	provinces, err := m.Service.regions.Children(ctx, "")
	if err != nil {
		return nil, err
	}
	regencies, err := m.Service.regions.RegencyOptions(ctx)
	if err != nil {
		return nil, err
	}
	options := make([]web.Option, 0, len(provinces)+len(regencies))
	for _, p := range provinces {
		options = append(options, web.Option{Value: string(p.Code), Label: domain.PlaceName(p)})
	}
	return append(options, regencies...), nil
}

// placeTexts names regions; one that cannot be named is left out, since a list can do without.
func (s *Service) placeTexts(ctx context.Context, codes []domain.RegionCode) map[domain.RegionCode]string {
	texts := map[domain.RegionCode]string{}
	for _, code := range codes {
		if _, done := texts[code]; done || code == "" {
			continue
		}
		if p, err := s.regions.Place(ctx, code); err == nil {
			texts[code] = domain.PlaceText(p)
		}
	}
	return texts
}

func hasField(err error, name string) bool {
	for _, f := range fieldsOf(err) {
		if f.Name == name {
			return true
		}
	}
	return false
}

// profile is GET /organizations/{id}.
func (m *Module) profile(c *fiber.Ctx) error {
	ctx, actor, id, now := c.UserContext(), actorOf(c), idOf(c), m.Service.now()
	doc, err := m.Service.get(ctx, actor, id)
	if err != nil {
		return m.forward(c, err, "")
	}
	o := doc.Body
	base := web.NewBase(c, "organizations", "")
	base.Title, base.Demo = o.Name, o.Demo
	base.Description = typeText(base, o)
	base.Crumbs = []web.Crumb{{Label: base.T("organizations.index.title"), Path: "/organizations"}, {Label: o.Name}}
	places := m.Service.placeTexts(ctx, append([]domain.RegionCode{o.Region}, o.Areas...))
	place := places[o.Region]
	page := showPage{Base: base, Heading: o.Name, Tag: badge(base, o, now), Meta: typeText(base, o), About: o.About, Facts: publicFacts(base, o, place, now), Contact: contactFacts(base, o)}
	if from := web.ValuesOf(c).Get("from"); from != "" {
		if name, at := m.Service.MovedHere(ctx, domain.OrganizationID(from), id); name != "" {
			page.Moved = base.T("organizations.moved", "name", name, "into", o.Name, "date", at)
		}
	}
	if o.Public(now) {
		page.Passport = base.URL(pathOf(id) + "/passport")
		text, _ := badgeText(base, o, now)
		page.Badge, page.BadgeText = base.URL(pathOf(id)+"/badge.svg"), "Gotong: "+text
	}
	for _, code := range o.Areas {
		if places[code] != "" {
			page.Areas = append(page.Areas, web.Cell{Text: places[code], Path: base.URL("/villages/" + string(code))})
		}
	}
	if place != "" {
		page.Meta += " · " + place
	}
	m.inner(&page, actor, id, o)
	request := domain.PanelRequest{Actor: actor, Ref: domain.Ref{Kind: domain.KindOrganization, ID: string(id)}, Page: base, Region: o.Region}
	var demo bool
	page.Panels, demo = domain.LoadPanels(ctx, m.Panels, request, web.Section{Error: base.T("organizations.panel_failed")}, m.Service.log)
	page.Demo = page.Demo || demo
	return m.show.Render(c, fiber.StatusOK, page)
}

// inner adds what members, secretariat and people with an account see beside the public profile.
func (m *Module) inner(page *showPage, actor domain.Actor, id domain.OrganizationID, o Organization) {
	link := func(key, path string) {
		page.Links = append(page.Links, web.Cell{Text: page.T(key), Path: page.URL(pathOf(id) + path)})
	}
	if actor.Program != nil {
		return // a program follows no such links
	}
	if MayEdit(actor, id) {
		link("organizations.show.edit", "/edit")
	}
	if MaySeeInside(actor, id) {
		link("organizations.show.verification", "/verification")
		link("organizations.show.members", "/members")
		if MayManage(actor, id) || actor.Secretariat() || actor.Auditor() {
			link("organizations.show.tokens", "/tokens")
		}
	} else if actor.SignedIn() {
		a := web.NewAction(page.Base, "organizations.join", pathOf(id)+"/join")
		a.Kind = "plain"
		page.Join = &a
	}
	if now := m.Service.now(); actor.Has(id, domain.OrgViewer) {
		switch {
		case !o.InForce(now):
			page.Notice = page.T("organizations.notice." + string(o.StateAt(now)))
		case o.Blocked(now):
			page.Notice = page.T("organizations.notice.blocked")
		}
	}
}

// editForm is GET /organizations/{id}/edit.
func (m *Module) editForm(c *fiber.Ctx) error {
	page, err := m.editPage(c)
	if err != nil {
		return err
	}
	return m.form.Render(c, fiber.StatusOK, page)
}

func (m *Module) editPage(c *fiber.Ctx) (formPage, error) {
	ctx, actor, id := c.UserContext(), actorOf(c), idOf(c)
	if !actor.SignedIn() {
		return formPage{}, apperr.New(apperr.SignIn, "")
	}
	doc, err := m.Service.get(ctx, actor, id)
	if err != nil {
		return formPage{}, err
	}
	if !MayEdit(actor, id) {
		return formPage{}, apperr.New(apperr.Forbidden, "organizations.error.editor_only")
	}
	regions, err := m.regionOptions(ctx)
	if err != nil {
		return formPage{}, err
	}
	base := web.NewBase(c, "organizations", "organizations.edit.title", "name", doc.Body.Name)
	base.Demo = doc.Body.Demo
	base.Crumbs = []web.Crumb{{Label: base.T("organizations.index.title"), Path: "/organizations"}, {Label: doc.Body.Name, Path: pathOf(id)}, {Label: base.T("organizations.show.edit")}}
	f := profileForm(base, doc.Body, pathOf(id)+"/edit", regions).Read(doc.Version).Back(pathOf(id))
	return formPage{Base: base, Form: f}, nil
}

// edit is POST /organizations/{id}/edit.
func (m *Module) edit(c *fiber.Ctx) error {
	id := idOf(c)
	err := m.Service.Edit(c.UserContext(), actorOf(c), web.OperationOf(c), id, web.Version(c), profileOf(c))
	switch {
	case apperr.Is(err, apperr.Invalid):
		page, e := m.editPage(c)
		if e != nil {
			return e
		}
		page.Form.Bind(c).Fail(err)
		return m.form.Render(c, fiber.StatusUnprocessableEntity, page)
	case apperr.Is(err, apperr.Conflict):
		page, e := m.editPage(c)
		if e != nil {
			return e
		}
		current, e := m.editPage(c)
		if e != nil {
			return e
		}
		page.Form.Bind(c).Conflict(current.Form)
		return m.form.Render(c, fiber.StatusConflict, page)
	case err != nil:
		return err
	}
	web.SetFlashWithUndo(c, web.Undo{Path: pathOf(id) + "/edit/undo"}, "good", "organizations.flash.saved")
	return web.Redirect(c, pathOf(id))
}

// unedit is POST /organizations/{id}/edit/undo.
func (m *Module) unedit(c *fiber.Ctx) error {
	return m.takenBack(c, m.Service.TakeBackEdit(c.UserContext(), actorOf(c), web.OperationOf(c), idOf(c)), pathOf(idOf(c)), pathOf(idOf(c)))
}

// join is POST /organizations/{id}/join.
func (m *Module) join(c *fiber.Ctx) error {
	id := idOf(c)
	if err := m.Service.AskToJoin(c.UserContext(), actorOf(c), web.OperationOf(c), id, strings.TrimSpace(web.ValuesOf(c).Get("reason"))); err != nil {
		return err
	}
	web.SetFlash(c, "good", "organizations.flash.asked")
	return web.Redirect(c, pathOf(id))
}
