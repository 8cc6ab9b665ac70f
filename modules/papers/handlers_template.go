package papers

import (
	"bytes"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func kindOf(c *fiber.Ctx) (Kind, error) {
	k := Kind(strings.Clone(c.Params("kind")))
	if !slices.Contains(Kinds, k) {
		return k, apperr.New(apperr.NotFound, "error.not_found")
	}
	return k, nil
}

func (m *Module) getTemplates(c *fiber.Ctx) error {
	b := web.NewBase(c, "desk", "papers.templates.title")
	b.Crumbs = []web.Crumb{{Label: b.T("accounts.desk.title"), Path: "/desk"}, {Label: b.Title}}
	page := templatesPage{Base: b}
	for _, k := range Kinds {
		t, err := m.Service.Template(c.UserContext(), k, 0)
		if err != nil {
			return err
		}
		since := b.T("papers.template.from_start")
		if !t.At.IsZero() {
			since = b.DateTime(t.At)
		}
		page.Kinds = append(page.Kinds, web.Card{Title: b.T("papers.kind." + string(k)), Path: b.URL(templatePath(k)),
			Meta: b.T("papers.template.in_force", "version", t.Version, "since", since), Lines: []string{b.T("papers.kind_hint." + string(k))}})
	}
	return m.list.Render(c, fiber.StatusOK, page)
}

// templatePage makes the page of a kind without its form: the version that the address names, else the one in force.
func (m *Module) templatePage(c *fiber.Ctx, k Kind) (page templatePage, shown Template, inForce int, err error) {
	ctx, v := c.UserContext(), web.ValuesOf(c)
	b := web.NewBase(c, "desk", "papers.kind."+string(k))
	b.Crumbs = []web.Crumb{{Label: b.T("accounts.desk.title"), Path: "/desk"}, {Label: b.T("papers.templates.title"), Path: "/papers/templates"}, {Label: b.Title}}
	now, err := m.Service.Template(ctx, k, 0)
	if err != nil {
		return page, now, 0, err
	}
	shown = now
	if n, ok := v.Int("version"); ok && n > 0 && c.Method() == fiber.MethodGet {
		if shown, err = m.Service.Template(ctx, k, int(n)); err != nil {
			return page, now, 0, err
		}
	}
	list, next, err := m.Service.Templates(ctx, k, v.Get("cursor"), 10)
	if err != nil {
		return page, now, 0, err
	}
	page = templatePage{Base: b, Sample: b.URL(templatePath(k)) + "/sample.pdf?version=" + digits(shown.Version), Now: b.T("papers.template.shown", "version", shown.Version),
		Blocks: m.shown(b, &shown), Versions: versionTable(b, k, list), Pager: web.NewPager(b, templatePath(k), nil, v.Get("cursor"), next)}
	for _, name := range Placeholders {
		page.Placeholders = append(page.Placeholders, web.Fact{Label: "{" + name + "}", Value: b.T("papers.placeholder." + name)})
	}
	return page, shown, now.Version, nil
}

func (m *Module) getTemplate(c *fiber.Ctx) error {
	k, err := kindOf(c)
	if err != nil {
		return err
	}
	page, shown, inForce, err := m.templatePage(c, k)
	if err != nil {
		return err
	}
	if web.Get[domain.Actor](c).Secretariat() {
		page.Form = templateForm(page.Base, &shown, inForce)
	}
	return m.template.Render(c, fiber.StatusOK, page)
}

// postTemplate first shows what a text makes, then, confirmed, puts it in force.
func (m *Module) postTemplate(c *fiber.Ctx) error {
	k, err := kindOf(c)
	if err != nil {
		return err
	}
	page, now, inForce, err := m.templatePage(c, k)
	if err != nil {
		return err
	}
	v, read := web.ValuesOf(c), int(web.Version(c))
	t := Template{Kind: k, Version: read, Number: v.Get("number"), Text: v.Get("text"), Reason: v.Get("reason")}
	form := templateForm(page.Base, &now, inForce)
	if err = t.Validate(); err == nil && v.Get("step") == "decide" {
		if _, err = m.Service.Decide(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), read, t); err == nil {
			web.SetFlash(c, "good", "papers.flash.decided", "version", read+1)
			return web.Redirect(c, templatePath(k))
		}
	}
	switch {
	case apperr.Is(err, apperr.Conflict) || err == nil && read != inForce:
		page.Form = templateForm(page.Base, &t, inForce).Bind(c).Conflict(form)
		return m.template.Render(c, fiber.StatusConflict, page)
	case apperr.Is(err, apperr.Invalid):
		page.Form = form.Bind(c).Fail(err)
		return m.template.Render(c, fiber.StatusUnprocessableEntity, page)
	case err != nil:
		return err
	}
	page.Form = form.Bind(c)
	page.Preview = &previewView{Blocks: m.shown(page.Base, &t), Number: t.number(1, domain.DateOf(m.Service.clock.Now())),
		Confirm: page.Form.Confirm("decide", page.T("papers.template.decide"))}
	return m.template.Render(c, fiber.StatusOK, page)
}

func (m *Module) getSample(c *fiber.Ctx) error {
	k, err := kindOf(c)
	if err != nil {
		return err
	}
	n, _ := web.ValuesOf(c).Int("version")
	t, err := m.Service.Template(c.UserContext(), k, max(0, int(n)))
	if err != nil {
		return err
	}
	var file bytes.Buffer
	if err := m.Service.Sample(&file, t); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderContentDisposition, web.Disposition("inline", string(k)+".pdf"))
	return c.SendStream(&file, file.Len())
}
