package initiatives

import (
	"bytes"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// answersPage is a whole proposal to be checked and printed.
type answersPage struct {
	web.Base
	Tag     web.Tag
	Lead    string
	Missing string
	Ready   string
	Papers  []string // that a submission still needs
	Parts   []part
	Links   []link
}

func (m *Module) getAnswers(c *fiber.Ctx) error {
	actor := web.Get[domain.Actor](c)
	doc, err := m.Service.Show(c.UserContext(), actor, idOf(c))
	if err != nil {
		return err
	}
	i, edits := doc.Body, CanEdit(actor, doc.Body)
	page := answersPage{Base: web.NewBase(c, "initiatives", "initiatives.answers_title", "title", i.Title), Tag: stateTag(web.NewBase(c, "", ""), i.State())}
	page.Demo, page.Private = i.Demo, page.Private || !i.Public()
	crumbs(&page.Base, i.Title, "/initiatives/"+doc.ID)
	b := page.Base
	var missing apperr.Fields
	if edits {
		if missing, err = m.Service.lacking(c.UserContext(), doc); err != nil {
			return err
		}
		page.Lead = b.T("initiatives.answers_lead")
	}
	page.Parts = m.Service.partsOf(c.UserContext(), b, doc, edits, missing)
	for _, f := range missing {
		if partOfField(f.Name) == "" {
			page.Papers = append(page.Papers, b.Local().Message(f.Message))
		}
	}
	switch {
	case len(missing) > 0:
		page.Missing = b.T("initiatives.answers_missing", "count", int64(len(missing)))
	case edits:
		page.Ready = b.T("initiatives.answers_ready")
	}
	if i.Can(ActionSubmit) && actor.Has(i.Organization, domain.OrgOwner) {
		page.Links = append(page.Links, link{Label: b.T("initiatives.action.submit"), Path: b.URL("/initiatives/" + doc.ID + "/submit"), Plain: len(missing) > 0})
	}
	page.Links = append(page.Links, link{Label: b.T("initiatives.answers_pdf"), Path: b.URL("/initiatives/" + doc.ID + "/proposal.pdf"), Plain: true})
	return m.answers.Render(c, fiber.StatusOK, page)
}

func (m *Module) getPDF(c *fiber.Ctx) error {
	doc, err := m.Service.Show(c.UserContext(), web.Get[domain.Actor](c), idOf(c))
	if err != nil {
		return err
	}
	b := web.NewBase(c, "initiatives", "")
	var file bytes.Buffer
	if err := m.Service.writePDF(c.UserContext(), b, doc, b.URL("/initiatives/"+doc.ID), &file); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "application/pdf")
	c.Set(fiber.HeaderCacheControl, "private, no-store")
	c.Set(fiber.HeaderContentDisposition, web.Disposition("inline", doc.Body.Title+".pdf"))
	return c.SendStream(&file, file.Len())
}
