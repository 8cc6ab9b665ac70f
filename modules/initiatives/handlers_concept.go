package initiatives

import (
	"bytes"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/web"
)

// conceptPage gives out the file for working without a line, and takes it back.
type conceptPage struct {
	web.Base
	Lead     string
	Steps    []string
	File     link
	Form     *web.Form
	Mistakes *web.Table
}

func (m *Module) conceptPage(c *fiber.Ctx, actor domain.Actor, s start) conceptPage {
	page := conceptPage{Base: web.NewBase(c, "initiatives", "initiatives.concept_title")}
	b := page.Base
	crumbs(&page.Base, b.T("initiatives.new_title"), "/initiatives/new"+s.query())
	page.Lead = b.T("initiatives.concept_lead")
	for _, key := range []string{"download", "write", "upload", "check"} {
		page.Steps = append(page.Steps, b.T("initiatives.concept_step."+key))
	}
	page.File = link{Label: b.T("initiatives.concept_download"), Path: b.URL("/initiatives/concept.xlsx" + s.query())}
	if s.call.ID != "" {
		page.File.Label = b.T("initiatives.concept_download_call", "call", s.call.Title)
	}
	f := web.NewForm(b, "initiatives.concept_form", "/initiatives/concept")
	members := editing(actor)
	if len(members) == 1 {
		f.Hidden("organization", string(members[0].Organization))
	} else {
		chosen := web.ValuesOf(c).Get("organization")
		if chosen == "" {
			chosen = string(members[0].Organization)
		}
		f.Select("organization", memberOptions(members), web.Required(), web.Label("initiatives.form.organization"), web.Value(chosen))
	}
	for name, value := range map[string]string{"call": string(s.call.ID), "invitation": s.invited.ID} {
		if value != "" {
			f.Hidden(name, value)
		}
	}
	page.Form = f.File("file", ".xlsx", web.Required()).Back("/initiatives/new" + s.query())
	return page
}

func (m *Module) getConcept(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	s, err := m.startOf(c, actor)
	if err != nil {
		return err
	}
	return m.concept.Render(c, fiber.StatusOK, m.conceptPage(c, actor, s))
}

func (m *Module) getConceptFile(c *fiber.Ctx) error {
	s, err := m.startOf(c, web.Get[domain.Actor](c))
	if err != nil {
		return err
	}
	b := web.NewBase(c, "initiatives", "")
	var file bytes.Buffer
	if err := m.Service.WriteConcept(c.UserContext(), b.Local(), s.call, b.URL("/initiatives/concept"), &file); err != nil {
		return err
	}
	name := b.T("initiatives.concept_file")
	if s.call.ID != "" {
		name += " " + s.call.Title
	}
	c.Set(fiber.HeaderContentType, sheet.MediaType(sheet.XLSX))
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	c.Set(fiber.HeaderContentDisposition, web.Disposition("attachment", name+".xlsx"))
	return c.SendStream(&file, file.Len())
}

func (m *Module) postConcept(c *fiber.Ctx) error {
	actor, v := web.Get[domain.Actor](c), web.ValuesOf(c)
	s, err := m.startOf(c, actor)
	if err != nil {
		return err
	}
	organization := domain.OrganizationID(strings.Clone(v.Get("organization"))) // the form always says for whom
	var up domain.Upload
	if header, err := c.FormFile("file"); err == nil {
		f, err := header.Open()
		if err != nil {
			return apperr.Wrap(err, apperr.BadRequest, "error.bad_request")
		}
		defer func() { _ = f.Close() }()
		up = domain.Upload{Name: strings.Clone(header.Filename), Size: header.Size, Body: f}
	}
	b := web.NewBase(c, "initiatives", "")
	id, mistakes, err := m.Service.ReadConcept(c.UserContext(), actor, web.OperationOf(c), organization, b.Lang, up)
	switch {
	case err == nil && len(mistakes) == 0:
		concept, err := m.Service.Concept(c.UserContext(), actor, id)
		if err != nil {
			return err
		}
		if concept.Call != "" {
			s.call.ID = concept.Call
		}
		return web.Redirect(c, "/initiatives/new"+s.query("concept", id))
	case err != nil && !apperr.Is(err, apperr.Invalid):
		return err
	}
	page := m.conceptPage(c, actor, s)
	page.Form.Bind(c)
	if err != nil {
		page.Form.Fail(err)
	} else {
		var f apperr.Fields
		f.Add("file", "initiatives.error.concept_mistakes", "count", int64(len(mistakes)))
		page.Form.Fail(f.Err())
		page.Mistakes = mistakesTable(b, mistakes)
	}
	return m.concept.Render(c, fiber.StatusUnprocessableEntity, page)
}

// mistakesTable says at which cell what has to be changed.
func mistakesTable(b web.Base, mistakes []Mistake) *web.Table {
	t := func(key string) string { return b.T("initiatives.concept_table." + key) }
	table := &web.Table{Caption: t("caption"), Head: []string{t("cell"), t("written"), t("why")}}
	for _, x := range mistakes {
		at := b.T("initiatives.concept_at_cell", "sheet", x.Sheet, "cell", x.Cell())
		if x.Column < 0 {
			at = b.T("initiatives.concept_at_row", "sheet", x.Sheet, "row", x.Cell())
		}
		written := web.Cell{Text: x.Value}
		if x.Value == "" {
			written = web.Cell{Text: t("empty"), Quiet: true}
		}
		table.Rows = append(table.Rows, web.Row{Cells: []web.Cell{{Text: at}, written, {Text: b.Local().Message(apperr.Msg(x.Key, x.Args...))}}})
	}
	return table
}
