package needs

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// signedIn gives the actor of a page that is not for the public.
func signedIn(c *fiber.Ctx) (domain.Actor, error) {
	actor := web.Get[domain.Actor](c)
	if !actor.SignedIn() {
		return actor, apperr.New(apperr.SignIn, "error.sign_in.text")
	}
	return actor, nil
}

func idOf(c *fiber.Ctx) domain.NeedID { return domain.NeedID(strings.Clone(c.Params("id"))) }

func crumbs(b *web.Base, title, path string) {
	b.Crumbs = []web.Crumb{{Label: b.T("needs.title"), Path: "/needs"}}
	if path != "" {
		b.Crumbs = append(b.Crumbs, web.Crumb{Label: title, Path: path})
	}
}

func (m *Module) getList(c *fiber.Ctx) error {
	actor, v := web.Get[domain.Actor](c), web.ValuesOf(c)
	region, _ := domain.ParseRegionCode(v.Get("region"))
	f := Filter{Q: v.Get("q"), Region: region, Category: v.Get("category"), Status: State(v.Get("status")), Sort: v.Get("sort"), Cursor: v.Get("cursor")}
	docs, err := m.Service.Public(c.UserContext(), f)
	if err != nil {
		return err
	}
	page := listPage{Base: web.NewBase(c, "needs", "needs.title")}
	b := page.Base
	page.Description = b.T("needs.list_description")
	var states, orders []web.Option
	for _, s := range PublicStates {
		states = append(states, web.Option{Value: string(s), Label: b.T("needs.state." + string(s))})
	}
	for _, o := range []string{"newest", "oldest", "wanted-by"} {
		orders = append(orders, web.Option{Value: o, Label: b.T("needs.sort." + o)})
	}
	page.Filters = web.NewFilters(b, "/needs", "needs.filter").Q(f.Q).
		Select("region", string(f.Region), m.Service.regionOptions(c.UserContext(), f.Region)).
		Select("category", f.Category, domain.CategoryOptions(b.Lang)).
		Select("status", string(f.Status), states)
	if f.Q == "" {
		page.Filters.Sort(f.Sort, orders)
	}
	if page.Cards, err = m.Service.cardsOf(c.UserContext(), b, docs.Items); err != nil {
		return err
	}
	page.Demo = anyDemo(docs.Items)
	page.Pager = web.NewPager(b, "/needs", page.Filters.Query(), f.Cursor, docs.Next)
	if len(CanDeclare(actor)) > 0 {
		page.NewPath = b.URL("/needs/new")
	}
	page.Table = web.NewDownloads(b, "/exports/needs", page.Filters.Query())
	if len(page.Cards) == 0 {
		page.Table = nil
		page.Empty = &web.Empty{Text: b.T("needs.empty")}
		if page.Filters.Active() {
			page.Empty = &web.Empty{Text: b.T("needs.empty_filtered"), ActionLabel: b.T("needs.all"), ActionPath: b.URL("/needs")}
		}
	}
	return m.list.Render(c, fiber.StatusOK, page)
}

func (m *Module) getNew(c *fiber.Ctx) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	if len(CanDeclare(actor)) == 0 {
		return apperr.New(apperr.Forbidden, "needs.refuse.not_editor")
	}
	v := web.ValuesOf(c)
	village, _ := domain.ParseRegionCode(v.Get("village"))
	in := Input{Village: village, Content: Content{Category: domain.CategoryID(v.Get("category"))}}
	if _, ok := domain.Taxonomy().Category(in.Content.Category); !ok {
		return m.choose.Render(c, fiber.StatusOK, newChoosePage(c, village))
	}
	page, err := m.newPage(c, actor, in)
	if err != nil {
		return err
	}
	return m.form.Render(c, fiber.StatusOK, page)
}

func (m *Module) newPage(c *fiber.Ctx, actor domain.Actor, in Input) (formPage, error) {
	page := formPage{Base: web.NewBase(c, "needs", "needs.new_title")}
	crumbs(&page.Base, "", "")
	page.Form = contentForm(page.Base, actor, "/needs", in, true).Back("/needs")
	if cat, ok := domain.Taxonomy().Category(in.Content.Category); ok {
		page.Category, page.Change = cat.Name.In(page.Lang), page.URL("/needs/new")
		page.CategoryText = cat.Description.In(page.Lang)
	}
	page.Live = page.URL("/needs/similar")
	if in.Village == "" && len(actor.Memberships) == 1 {
		in.Village = actor.Memberships[0].Village
	}
	if in.Village != "" {
		page.Lead = m.Service.placeText(c.UserContext(), in.Village)
	}
	return page, m.addSimilar(c, &page, actor, in.Village, in.Content, "")
}

func (m *Module) addSimilar(c *fiber.Ctx, page *formPage, actor domain.Actor, village domain.RegionCode, content Content, except string) error {
	docs, err := m.Service.Similar(c.UserContext(), actor, village, content.Category, content.Title, except)
	if err != nil {
		return err
	}
	page.Demo = page.Demo || anyDemo(docs)
	page.Similar, err = m.Service.cardsOf(c.UserContext(), page.Base, docs)
	return err
}

func (m *Module) postNew(c *fiber.Ctx) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	if len(CanDeclare(actor)) == 0 {
		return apperr.New(apperr.Forbidden, "needs.refuse.not_editor")
	}
	v := web.ValuesOf(c)
	content, wrong := readContent(v)
	village, bad := domain.ParseRegionCode(v.Get("village"))
	if bad != nil {
		wrong.Add("village", "needs.error.village")
	}
	in := Input{Organization: domain.OrganizationID(v.Get("organization")), Village: village, Content: content}
	if in.Organization == "" {
		wrong.Add("organization", "needs.error.required")
	}
	err = refused(wrong, content)
	var doc Doc
	if err == nil {
		doc, err = m.Service.Create(c.UserContext(), actor, web.OperationOf(c), in)
	}
	if apperr.Is(err, apperr.Invalid) {
		page, pageErr := m.newPage(c, actor, in)
		if pageErr != nil {
			return pageErr
		}
		page.Form.Bind(c).Fail(err)
		return m.form.Render(c, fiber.StatusUnprocessableEntity, page)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "needs.flash.saved")
	return web.Redirect(c, "/needs/"+doc.ID)
}

func (m *Module) editPage(c *fiber.Ctx, actor domain.Actor, doc Doc) (formPage, error) {
	n := doc.Body
	page := formPage{Base: web.NewBase(c, "needs", "needs.edit_title", "title", n.Title), Lead: m.Service.placeText(c.UserContext(), n.Village)}
	page.Demo = n.Demo
	crumbs(&page.Base, n.Title, "/needs/"+doc.ID)
	page.Form = contentForm(page.Base, actor, "/needs/"+doc.ID+"/edit", Input{Content: n.Content}, false).Read(doc.Version).Back("/needs/" + doc.ID)
	if n.State() == NeedsCorrection {
		for _, r := range n.Returned {
			page.Facts = append(page.Facts, web.Fact{Label: page.T("needs.fact." + r.Field), Value: r.Reason})
			page.Form.Note(r.Field, page.T("needs.correct_hint", "reason", r.Reason))
		}
	}
	return page, m.addSimilar(c, &page, actor, n.Village, n.Content, doc.ID)
}

func (m *Module) getEdit(c *fiber.Ctx) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	doc, err := m.Service.Show(c.UserContext(), actor, idOf(c))
	if err != nil {
		return err
	}
	if !CanEdit(actor, doc.Body) {
		return apperr.New(apperr.Forbidden, "needs.refuse.edit")
	}
	page, err := m.editPage(c, actor, doc)
	if err != nil {
		return err
	}
	return m.form.Render(c, fiber.StatusOK, page)
}

func (m *Module) postEdit(c *fiber.Ctx) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	id := idOf(c)
	content, wrong := readContent(web.ValuesOf(c))
	if err = refused(wrong, content); err == nil {
		_, err = m.Service.Edit(c.UserContext(), actor, web.OperationOf(c), id, web.Version(c), content)
	} else if _, hidden := m.Service.Show(c.UserContext(), actor, id); hidden != nil {
		return hidden
	}
	if err == nil {
		web.SetFlash(c, "good", "needs.flash.saved")
		return web.Redirect(c, "/needs/"+string(id))
	}
	if !apperr.Is(err, apperr.Invalid) && !apperr.Is(err, apperr.Conflict) {
		return err
	}
	doc, readErr := m.Service.Show(c.UserContext(), actor, id)
	if readErr != nil {
		return readErr
	}
	if !CanEdit(actor, doc.Body) {
		return apperr.New(apperr.Forbidden, "needs.refuse.edit")
	}
	page, pageErr := m.editPage(c, actor, doc)
	if pageErr != nil {
		return pageErr
	}
	if apperr.Is(err, apperr.Conflict) {
		current := page.Form
		page.Form = contentForm(page.Base, actor, "/needs/"+doc.ID+"/edit", Input{}, false).Bind(c).Conflict(current).Back("/needs/" + doc.ID)
		return m.form.Render(c, fiber.StatusConflict, page)
	}
	page.Form.Bind(c).Fail(err)
	return m.form.Render(c, fiber.StatusUnprocessableEntity, page)
}

func (m *Module) postDelete(c *fiber.Ctx) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	if err := m.Service.Delete(c.UserContext(), actor, web.OperationOf(c), idOf(c), web.Version(c)); err != nil {
		return err
	}
	web.SetFlash(c, "good", "needs.flash.deleted")
	return web.Redirect(c, "/desk")
}

func (m *Module) postCopy(c *fiber.Ctx) error {
	actor, err := signedIn(c)
	if err != nil {
		return err
	}
	doc, err := m.Service.Copy(c.UserContext(), actor, web.OperationOf(c), idOf(c))
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "needs.flash.copied")
	return web.Redirect(c, "/needs/"+doc.ID)
}
