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
		Select("type", q.Type, domain.TypeOptions(page.Lang)).
		Sort(q.Sort, []web.Option{{Value: "name", Label: page.T("organizations.filter.sort_name")}, {Value: "new", Label: page.T("organizations.filter.sort_new")}})
	found, err := m.Service.List(ctx, q)
	if err != nil {
		return err
	}
	var codes []domain.RegionCode
	for _, doc := range found.Items {
		codes = append(codes, doc.Body.Region)
	}
	page.Cards, page.Demo = cards(page.Base, found.Items, m.Service.placeTexts(ctx, codes), m.Service.now())
	page.Total = found.Total
	page.Pager = web.NewPager(page.Base, "/organizations", page.Filters.Query(), q.Cursor, found.Next)
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

// newForm is GET /organizations/new: first the type, then the form of that type.
func (m *Module) newForm(c *fiber.Ctx) error {
	if !actorOf(c).SignedIn() {
		return apperr.New(apperr.SignIn, "")
	}
	base := web.NewBase(c, "organizations", "organizations.new.title")
	base.Crumbs = []web.Crumb{{Label: base.T("organizations.index.title"), Path: "/organizations"}, {Label: base.Title}}
	chosen, ok := domain.Stakeholders().Type(web.ValuesOf(c).Get("type"))
	if !ok {
		page := typesPage{Base: base}
		for _, t := range domain.Stakeholders().Types() {
			page.Types = append(page.Types, typeChoice{Name: t.Name.In(base.Lang), Description: t.Description.In(base.Lang), Path: web.ListURL(base, "/organizations/new", map[string]string{"type": t.ID}, "")})
		}
		return m.types.Render(c, fiber.StatusOK, page)
	}
	regions, err := m.regionOptions(c.UserContext())
	if err != nil {
		return err
	}
	return m.form.Render(c, fiber.StatusOK, foundingPage(base, chosen, regions))
}

func foundingPage(base web.Base, t domain.StakeholderType, regions []web.Option) formPage {
	f := profileForm(base, Organization{Type: t.ID}, "/organizations", regions, true).Back("/organizations/new")
	return formPage{Base: base, Form: f, Note: base.T("organizations.new.chosen", "type", t.Name.In(base.Lang))}
}

// found is POST /organizations.
func (m *Module) found(c *fiber.Ctx) error {
	ctx := c.UserContext()
	p := profileOf(c)
	id, err := m.Service.Found(ctx, actorOf(c), web.OperationOf(c), p)
	if apperr.Is(err, apperr.Invalid) {
		base := web.NewBase(c, "organizations", "organizations.new.title")
		t, ok := domain.Stakeholders().Type(p.Type)
		if !ok {
			return web.Redirect(c, "/organizations/new")
		}
		regions, e := m.regionOptions(ctx)
		if e != nil {
			return e
		}
		page := foundingPage(base, t, regions)
		if hasField(err, "different") || p.Different {
			withDifferent(page.Form)
		}
		page.Form.Bind(c).Fail(err)
		return m.form.Render(c, fiber.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "organizations.flash.founded")
	return web.Redirect(c, pathOf(id)+"/verification")
}

func hasField(err error, name string) bool {
	for _, f := range fieldsOf(err) {
		if f.Name == name {
			return true
		}
	}
	return false
}

// places is GET /organizations/places: suggestions while one types.
func (m *Module) places(c *fiber.Ctx) error {
	if !actorOf(c).SignedIn() {
		return apperr.New(apperr.SignIn, "")
	}
	v := web.ValuesOf(c)
	var options []web.Option
	if text := v.Get("place"); len(text) >= 3 {
		found, err := m.Service.regions.SearchPlaces(c.UserContext(), text, "", 0, 12)
		if err != nil {
			return err
		}
		for _, p := range found {
			fits := p.Kind == "desa"
			if v.Get("type") == domain.TypeGovernment {
				fits = p.Kind == "kelurahan" || p.Kind == "kecamatan"
			}
			if fits {
				options = append(options, web.Option{Value: domain.PlaceText(p) + " (" + string(p.Code) + ")"})
			}
		}
	}
	return web.Suggestions(c, options)
}

// profile is GET /organizations/{id}.
func (m *Module) profile(c *fiber.Ctx) error {
	ctx, actor, id, now := c.UserContext(), actorOf(c), idOf(c), m.Service.now()
	doc, err := m.Service.get(ctx, actor, id)
	if err != nil {
		return err
	}
	o := doc.Body
	base := web.NewBase(c, "organizations", "")
	base.Title, base.Demo = o.Name, o.Demo
	base.Description = typeText(base, o)
	base.Crumbs = []web.Crumb{{Label: base.T("organizations.index.title"), Path: "/organizations"}, {Label: o.Name}}
	place := m.Service.placeTexts(ctx, []domain.RegionCode{o.Region})[o.Region]
	page := showPage{Base: base, Heading: o.Name, Tag: badge(base, o, now), Meta: typeText(base, o), About: o.About, Facts: publicFacts(base, o, place, now), Statement: pathOf(id) + "/statement.json"}
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
	if MayEdit(actor, id) {
		link("organizations.show.edit", "/edit")
	}
	if MaySeeInside(actor, id) {
		link("organizations.show.verification", "/verification")
		link("organizations.show.members", "/members")
	} else if actor.SignedIn() {
		a := web.NewAction(page.Base, "organizations.join", pathOf(id)+"/join")
		a.Kind = "plain"
		page.Join = &a
	}
	if actor.Has(id, domain.OrgViewer) && !o.InForce(m.Service.now()) {
		page.Notice = page.T("organizations.notice." + string(o.StateAt(m.Service.now())))
	}
}

// statement is GET /organizations/{id}/statement.json: what others can check.
func (m *Module) statement(c *fiber.Ctx) error {
	doc, err := m.Service.get(c.UserContext(), domain.Actor{}, idOf(c)) // what the public sees, whoever asks
	if err != nil {
		return err
	}
	o, now := doc.Body, m.Service.now()
	out := struct {
		ID         string `json:"id"`
		Name       string `json:"name"`
		Type       string `json:"type"`
		Sublevel   string `json:"sublevel"`
		Region     string `json:"region"`
		Verified   bool   `json:"verified"`
		State      State  `json:"state"`
		VerifiedAt string `json:"verified_at"`
		ValidUntil string `json:"valid_until"`
		CheckedAt  string `json:"checked_at"`
		Page       string `json:"page"`
		Demo       bool   `json:"demo"`
	}{
		doc.ID, o.Name, o.Type, o.Sublevel, string(o.Region), o.InForce(now), o.StateAt(now), string(domain.DateOf(o.VerifiedAt)), string(domain.DateOf(o.VerifiedUntil)),
		now.UTC().Format("2006-01-02T15:04:05Z"), m.publicURL + pathOf(idOf(c)), o.Demo,
	}
	c.Set(fiber.HeaderCacheControl, "no-cache")
	return c.JSON(out)
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
	f := profileForm(base, doc.Body, pathOf(id)+"/edit", regions, false).Read(doc.Version).Back(pathOf(id))
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
	web.SetFlash(c, "good", "organizations.flash.saved")
	return web.Redirect(c, pathOf(id))
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
