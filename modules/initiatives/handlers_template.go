package initiatives

import (
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// templatesPage lists the templates to begin with.
type templatesPage struct {
	web.Base
	Filters *web.Filters
	Carried []web.HiddenInput // what a new draft answers
	Cards   []web.Card
	Empty   *web.Empty
	Pager   web.Pager
	Retired *link
}

// templatePage is one template, to be read before one begins with it.
type templatePage struct {
	web.Base
	Tag     *web.Tag
	About   string
	Leaves  string
	Facts   []web.Fact
	Parts   []part
	Links   []link
	Actions []web.Action
}

func templatePath(id string) string { return "/initiatives/templates/" + id }

const templatesLimit = 20

func (m *Module) getTemplates(c *fiber.Ctx) error {
	actor, v := web.Get[domain.Actor](c), web.ValuesOf(c)
	category, retired := v.Get("category"), v.Get("status") == stateRetired && MayTemplate(actor)
	list, err := m.Service.Templates(c.UserContext(), category, retired, v.Get("cursor"), templatesLimit)
	if err != nil {
		return err
	}
	page := templatesPage{Base: web.NewBase(c, "initiatives", "initiatives.templates_title")}
	b := page.Base
	page.Description = b.T("initiatives.templates_lead")
	crumbs(&page.Base, "", "")
	page.Filters = web.NewFilters(b, "/initiatives/templates", "initiatives.filter").Select("category", category, domain.CategoryOptions(b.Lang))
	query := page.Filters.Query()
	if retired {
		query["status"] = stateRetired
	}
	for _, doc := range list.Items {
		page.Cards = append(page.Cards, templateCard(b, doc, carried(v)))
		page.Demo = page.Demo || doc.Body.Demo
	}
	for _, name := range []string{"call", "invitation"} {
		if value := v.Get(name); value != "" {
			page.Carried = append(page.Carried, web.HiddenInput{Name: name, Value: value})
			query[name] = value
		}
	}
	page.Pager = web.NewPager(b, "/initiatives/templates", query, v.Get("cursor"), list.Next)
	if MayTemplate(actor) {
		page.Retired = &link{Label: b.T("initiatives.templates_retired"), Path: b.URL("/initiatives/templates?status=" + stateRetired)}
		if retired {
			page.Retired = &link{Label: b.T("initiatives.templates_offered"), Path: b.URL("/initiatives/templates")}
		}
	}
	if len(page.Cards) == 0 {
		page.Empty = &web.Empty{Text: b.T("initiatives.templates_empty"), ActionLabel: b.T("initiatives.new"), ActionPath: b.URL("/initiatives/new" + carried(v))}
		if page.Filters.Active() {
			page.Empty = &web.Empty{Text: b.T("initiatives.templates_empty_filtered"), ActionLabel: b.T("initiatives.templates_all"), ActionPath: b.URL("/initiatives/templates" + carried(v))}
		}
	}
	return m.templates.Render(c, fiber.StatusOK, page)
}

// carried is what a new draft answers, as a query of the next page.
func carried(v web.Values, more ...string) string {
	return start{call: CallBrief{ID: domain.CallID(v.Get("call"))}, invited: InvitationDoc{ID: v.Get("invitation")}}.query(more...)
}

func templateCard(b web.Base, doc TemplateDoc, query string) web.Card {
	t := doc.Body
	card := web.Card{Title: t.Name, Path: b.URL(templatePath(doc.ID) + query), Lines: []string{t.About, b.T("initiatives.template_fills", "parts", strings.Join(partNames(b, t.Content), ", "))}, Demo: t.Demo}
	if t.Demo {
		card.DemoText = b.T("web.demo.tag")
	}
	var names []string
	for _, o := range t.Content.Offers {
		names = append(names, domain.Taxonomy().CategoryName(o.Category, b.Lang))
	}
	card.Meta = strings.Join(slices.Compact(names), " · ")
	return card
}

// partNames names the parts in which something stands.
func partNames(b web.Base, c Content) (names []string) {
	for _, p := range templateParts {
		if c.Holds(p) {
			names = append(names, b.T("initiatives.part."+string(p)))
		}
	}
	return names
}

func templateOf(c *fiber.Ctx) string { return strings.Clone(c.Params("template")) }

func (m *Module) getTemplate(c *fiber.Ctx) error {
	actor, v := web.Get[domain.Actor](c), web.ValuesOf(c)
	doc, err := m.Service.Template(c.UserContext(), actor, templateOf(c))
	if err != nil {
		return err
	}
	t := doc.Body
	page := templatePage{Base: web.NewBase(c, "initiatives", ""), About: t.About}
	page.Title, page.Description, page.Demo = t.Name, t.About, t.Demo
	b := page.Base
	page.Crumbs = []web.Crumb{{Label: b.T("initiatives.title"), Path: "/initiatives"}, {Label: b.T("initiatives.templates_title"), Path: "/initiatives/templates" + carried(v)}}
	page.Leaves = b.T("initiatives.begin.template_leaves")
	page.Parts = m.Service.heldParts(c.UserContext(), b, t.Content)
	page.Facts = []web.Fact{{Label: b.T("initiatives.template_from"), Value: b.T("initiatives.template_see"), Path: b.URL("/initiatives/" + string(t.From))}, {Label: b.T("initiatives.template_kept"), Value: b.Date(t.At)}}
	if t.Retired {
		page.Tag = &web.Tag{Kind: "stop", Text: b.T("initiatives.template_retired")}
	} else if !actor.SignedIn() || len(editing(actor)) > 0 {
		page.Links = append(page.Links, link{Label: b.T("initiatives.template_begin"), Path: b.URL("/initiatives/new" + carried(v, "template", doc.ID))})
	}
	if MayTemplate(actor) {
		page.Links = append(page.Links, link{Label: b.T("initiatives.template_edit"), Path: b.URL(templatePath(doc.ID) + "/edit"), Plain: true})
		name := "retire"
		if t.Retired {
			name = "offer"
		}
		a := web.NewAction(b, "initiatives.template_"+name, templatePath(doc.ID)+"/"+name)
		a.Version, a.Kind = doc.Version, "plain"
		page.Actions = append(page.Actions, a)
	}
	return m.template.Render(c, fiber.StatusOK, page)
}

// templateForm asks what the secretariat writes of a template; held is what it could fill.
func templateForm(b web.Base, path, back string, t Template, held Content) *web.Form {
	f := web.NewForm(b, "initiatives.template_form", path)
	f.Text("name", web.Required(), web.Max(maxTitle), web.Value(t.Name))
	f.TextArea("about", web.Required(), web.Rows(2), web.Max(maxShort), web.Value(t.About))
	var lists []web.Option
	var on []string
	for _, p := range templateLists {
		if !held.Holds(p) {
			continue
		}
		lists = append(lists, web.Option{Value: string(p), Label: b.T("initiatives.part." + string(p))})
		if t.Content.Holds(p) {
			on = append(on, string(p))
		}
	}
	f.Checkboxes("parts", lists, web.ValueList(on))
	f.TextArea("problem", web.Label("initiatives.form.problem"), web.Max(maxText), web.Value(t.Content.Problem))
	f.TextArea("goals", web.Label("initiatives.form.goals"), web.Max(maxText), web.Value(t.Content.Goals))
	f.TextArea("risks", web.Label("initiatives.form.risks"), web.Max(maxText), web.Value(t.Content.Risks))
	f.TextArea("sustainability", web.Label("initiatives.form.sustainability"), web.Max(maxText), web.Value(t.Content.Sustainability))
	return f.Back(back)
}

// templateLists are the parts that are lists; the others are texts, which are kept where something is written.
var templateLists = []Part{PartOffers, PartBudget, PartTimeline, PartResults}

func templateInput(v web.Values) TemplateInput {
	in := TemplateInput{
		Name: v.Get("name"), About: v.Get("about"), Parts: []Part{PartProblem, PartRisks},
		Texts: Content{Problem: v.Get("problem"), Goals: v.Get("goals"), Risks: v.Get("risks"), Sustainability: v.Get("sustainability")},
	}
	for _, p := range v.All("parts") {
		if slices.Contains(templateLists, Part(p)) {
			in.Parts = append(in.Parts, Part(p))
		}
	}
	return in
}

func (m *Module) keepPage(c *fiber.Ctx, actor domain.Actor) (formPage, error) {
	doc, err := m.Service.templatable(c.UserContext(), actor, idOf(c))
	if err != nil {
		return formPage{}, err
	}
	page := formPage{Base: web.NewBase(c, "initiatives", "initiatives.template_keep_title", "title", doc.Body.Title)}
	page.Private, page.Demo = true, doc.Body.Demo
	page.Lead = page.T("initiatives.template_keep_lead")
	crumbs(&page.Base, doc.Body.Title, "/initiatives/"+doc.ID)
	held := doc.Body.pattern()
	page.Form = templateForm(page.Base, "/initiatives/"+doc.ID+"/template", "/initiatives/"+doc.ID, Template{Content: held}, held)
	return page, nil
}

func (m *Module) getKeepTemplate(c *fiber.Ctx) error {
	page, err := m.keepPage(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return m.form.Render(c, fiber.StatusOK, page)
}

func (m *Module) postKeepTemplate(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	doc, err := m.Service.KeepTemplate(c.UserContext(), actor, web.OperationOf(c), idOf(c), templateInput(web.ValuesOf(c)))
	if err != nil {
		return m.refused(c, err, func() (formPage, error) { return m.keepPage(c, actor) })
	}
	web.SetFlash(c, "good", "initiatives.flash.template_kept")
	return web.Redirect(c, templatePath(doc.ID))
}

func (m *Module) editTemplatePage(c *fiber.Ctx, actor domain.Actor) (formPage, error) {
	doc, err := m.Service.Template(c.UserContext(), actor, templateOf(c))
	if err != nil {
		return formPage{}, err
	}
	page := formPage{Base: web.NewBase(c, "initiatives", "initiatives.template_edit_title", "title", doc.Body.Name)}
	page.Private, page.Demo = true, doc.Body.Demo
	page.Lead = page.T("initiatives.template_edit_lead")
	page.Crumbs = []web.Crumb{{Label: page.T("initiatives.templates_title"), Path: "/initiatives/templates"}, {Label: doc.Body.Name, Path: templatePath(doc.ID)}}
	page.Form = templateForm(page.Base, templatePath(doc.ID)+"/edit", templatePath(doc.ID), doc.Body, doc.Body.Content).Read(doc.Version)
	return page, nil
}

func (m *Module) getEditTemplate(c *fiber.Ctx) error {
	page, err := m.editTemplatePage(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	return m.form.Render(c, fiber.StatusOK, page)
}

func (m *Module) postEditTemplate(c *fiber.Ctx) error {
	actor, id := web.Get[domain.Actor](c), templateOf(c)
	if err := m.Service.EditTemplate(c.UserContext(), actor, web.OperationOf(c), id, web.Version(c), templateInput(web.ValuesOf(c))); err != nil {
		return m.refused(c, err, func() (formPage, error) { return m.editTemplatePage(c, actor) })
	}
	web.SetFlash(c, "good", "initiatives.flash.template_kept")
	return web.Redirect(c, templatePath(id))
}

// retiring no longer offers a template, or offers it again.
func (m *Module) retiring(retired bool) fiber.Handler {
	flash := "initiatives.flash.template_retired"
	if !retired {
		flash = "initiatives.flash.template_offered"
	}
	return func(c *fiber.Ctx) error {
		id := templateOf(c)
		if err := m.Service.RetireTemplate(c.UserContext(), web.Get[domain.Actor](c), web.OperationOf(c), id, web.Version(c), retired); err != nil {
			return err
		}
		web.SetFlash(c, "wait", flash)
		return web.Redirect(c, templatePath(id))
	}
}

// refused shows a form again that was refused by its fields, with what was typed; another error is given back, and so is
// what hides the form.
func (m *Module) refused(c *fiber.Ctx, err error, again func() (formPage, error)) error {
	if !apperr.Is(err, apperr.Invalid) {
		return err
	}
	page, hidden := again()
	if hidden != nil {
		return hidden
	}
	page.Form.Bind(c).Fail(err)
	return m.form.Render(c, fiber.StatusUnprocessableEntity, page)
}
