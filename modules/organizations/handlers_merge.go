package organizations

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// mergeForm is GET /organizations/{id}/merge: which one it is the same as; with one chosen, what would move.
func (m *Module) mergeForm(c *fiber.Ctx) error {
	into := organizationIn(web.ValuesOf(c).Get("into"))
	if other := web.ValuesOf(c).Get("other"); other != "" {
		into = organizationIn(other)
	}
	page, err := m.mergePage(c, into)
	if err != nil {
		return err
	}
	return m.merging.Render(c, fiber.StatusOK, page)
}

// organizationIn reads an id, or the address of an organisation's page.
func organizationIn(s string) domain.OrganizationID {
	if _, after, ok := strings.Cut(s, "/organizations/"); ok {
		s = after
	}
	s, _, _ = strings.Cut(s, "/")
	s, _, _ = strings.Cut(s, "?")
	return domain.OrganizationID(s)
}

func (m *Module) mergePage(c *fiber.Ctx, into domain.OrganizationID) (mergePage, error) {
	ctx, actor, id := c.UserContext(), actorOf(c), idOf(c)
	if !actor.SignedIn() {
		return mergePage{}, apperr.New(apperr.SignIn, "")
	}
	doc, err := m.Service.judged(ctx, actor, id)
	if err != nil {
		return mergePage{}, err
	}
	base := web.NewBase(c, "organizations", "organizations.merge.title", "name", doc.Body.Name)
	base.Demo = doc.Body.Demo
	base.Crumbs = []web.Crumb{{Label: base.T("organizations.index.title"), Path: "/organizations"}, {Label: doc.Body.Name, Path: pathOf(id)}, {Label: base.T("organizations.merge.crumb")}}
	page := mergePage{Base: base, Heading: base.Title, Back: base.URL(pathOf(id) + "/verification")}
	if into != "" {
		preview, err := m.Service.PreviewMerge(ctx, actor, id, into)
		if err == nil {
			page.Preview = previewPart(base, preview)
			page.Preview.Form.Back(pathOf(id) + "/merge").CancelText = base.T("organizations.merge.other_choice")
			return page, nil
		}
		if !apperr.Is(err, apperr.NotFound) && !apperr.Is(err, apperr.Forbidden) {
			return page, err
		}
		page.Pick, err = m.pickForm(c, base, id)
		if err == nil {
			page.Pick.Bind(c).Fail(apperr.InvalidFields([]apperr.Field{{Name: "other", Message: apperr.Msg("organizations.error.merge_unknown")}}))
		}
		return page, err
	}
	page.Pick, err = m.pickForm(c, base, id)
	return page, err
}

// pickForm offers the look-alikes, and takes the address of any other.
func (m *Module) pickForm(c *fiber.Ctx, b web.Base, id domain.OrganizationID) (*web.Form, error) {
	candidates, err := m.Service.Candidates(c.UserContext(), actorOf(c), id)
	if err != nil {
		return nil, err
	}
	f := web.NewForm(b, "organizations.pick", pathOf(id)+"/merge").Named("pick")
	options := make([]web.Option, 0, len(candidates))
	for _, doc := range candidates {
		options = append(options, web.Option{Value: doc.ID, Label: doc.Body.Name, Hint: typeText(b, doc.Body) + " · " + b.T("organizations.state."+string(doc.Body.StateAt(m.Service.now())))})
	}
	if len(options) > 0 {
		f.Radio("into", options)
	}
	return f.Text("other", web.Max(maxShort)), nil
}

// previewPart shows both side by side and what would move, then asks for the reason.
func previewPart(b web.Base, p Preview) *mergePreview {
	from, into := p.From.Body, p.Into.Body
	part := &mergePreview{Lead: b.T("organizations.merge.lead", "from", from.Name, "into", into.Name)}
	part.Compare = web.Table{Caption: b.T("organizations.merge.compare"), Head: []string{b.T("organizations.merge.what"), b.T("organizations.merge.goes"), b.T("organizations.merge.stays")}}
	row := func(key, a, z string) {
		cell := func(v string) web.Cell {
			if v == "" {
				return web.Cell{Text: b.T("organizations.new.empty"), Quiet: true}
			}
			return web.Cell{Text: v}
		}
		part.Compare.Rows = append(part.Compare.Rows, web.Row{Cells: []web.Cell{{Text: b.T(key)}, cell(a), cell(z)}})
	}
	row("organizations.form.name", from.Name, into.Name)
	row("organizations.fact.type", typeText(b, from), typeText(b, into))
	row("organizations.fact.registration", from.Registration, into.Registration)
	row("organizations.fact.office", from.Office, into.Office)
	row("organizations.fact.place", string(from.Region), string(into.Region))
	row("organizations.papers.state", b.T("organizations.state."+string(from.State)), b.T("organizations.state."+string(into.State)))
	part.Moves = web.Table{Caption: b.T("organizations.merge.moves"), Numbers: []bool{false, true}, Head: []string{b.T("organizations.merge.kind"), b.T("organizations.merge.count")}}
	for _, k := range p.Counts {
		part.Moves.Rows = append(part.Moves.Rows, web.Row{Cells: []web.Cell{{Text: b.T("organizations.kind." + k.Kind)}, {Text: b.Number(k.Count), Quiet: k.Count == 0}}})
	}
	f := web.NewForm(b, "organizations.merge", pathOf(domain.OrganizationID(p.From.ID))+"/merge").Read(p.From.Version).Hidden("into", p.Into.ID).Hidden("confirmed", "1").Named("merge")
	part.Form = f.TextArea("reason", web.Required(), web.Max(maxLong), web.Rows(3)).Hurts()
	if p.Refusal != nil {
		part.Refusal = b.T(messageOf(p.Refusal))
	}
	return part
}

// merge is POST /organizations/{id}/merge: the choice leads to the preview, the preview's form does it.
func (m *Module) merge(c *fiber.Ctx) error {
	ctx, actor, id, v := c.UserContext(), actorOf(c), idOf(c), web.ValuesOf(c)
	into := organizationIn(v.Get("into"))
	if other := v.Get("other"); other != "" {
		into = organizationIn(other)
	}
	if !v.Has("confirmed") {
		page, err := m.mergePage(c, into)
		if err != nil {
			return err
		}
		if page.Preview != nil {
			return c.Redirect(web.ListURL(page.Base, pathOf(id)+"/merge", map[string]string{"into": string(into)}, ""), fiber.StatusSeeOther)
		}
		if into == "" {
			page.Pick.Fail(apperr.InvalidFields([]apperr.Field{{Name: "other", Message: apperr.Msg("organizations.error.merge_pick")}}))
		}
		return m.merging.Render(c, fiber.StatusUnprocessableEntity, page)
	}
	err := m.Service.Merge(ctx, actor, web.OperationOf(c), id, into, web.Version(c), v.Get("reason"))
	if apperr.Is(err, apperr.Invalid) || apperr.Is(err, apperr.Conflict) {
		page, e := m.mergePage(c, into)
		if e != nil {
			return e
		}
		status := fiber.StatusUnprocessableEntity
		if apperr.Is(err, apperr.Conflict) {
			status = fiber.StatusConflict
		}
		if page.Preview != nil {
			page.Preview.Form.Fail(err)
			page.Preview.Form.Field("reason").Value = v.Get("reason")
		}
		return m.merging.Render(c, status, page)
	}
	if err != nil {
		return err
	}
	web.SetFlash(c, "good", "organizations.flash.merged")
	return web.Redirect(c, pathOf(into))
}
