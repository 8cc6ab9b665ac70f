package documents

import (
	"net/http"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// readingsPage lists who read a document.
type readingsPage struct {
	web.Base
	Name  string
	Back  string
	Table *web.Table
	Empty *web.Empty
	Pager web.Pager
}

func (m *Module) readings(c *fiber.Ctx) error {
	ctx, cursor := c.UserContext(), web.ValuesOf(c).Get("cursor")
	v, list, next, err := m.Service.Readings(ctx, actorOf(c), idOf(c), cursor, 50)
	if err != nil {
		return err
	}
	b := web.NewBase(c, "documents", "documents.readings.title")
	b.Private, b.Demo = true, v.Document.Demo
	b.Crumbs = []web.Crumb{{Label: v.Parent.Title, Path: v.Parent.Path}, {Label: v.Document.Title, Path: documentPath(v.ID)}}
	page := readingsPage{Base: b, Name: v.Document.Title, Back: b.URL(documentPath(v.ID)), Pager: web.NewPager(b, documentPath(v.ID)+"/readings", nil, cursor, next)}
	if len(list) == 0 {
		page.Empty = &web.Empty{Text: b.T("documents.readings.empty"), ActionLabel: b.T("documents.readings.back"), ActionPath: page.Back}
		return m.readingsView.Render(c, http.StatusOK, page)
	}
	var ids []domain.OrganizationID
	for _, r := range list {
		ids = append(ids, r.For...)
	}
	briefs, err := m.Service.orgs.Briefs(ctx, ids)
	if err != nil {
		return err
	}
	number := map[string]int{}
	for i, version := range v.Document.History() {
		number[version.SHA256] = i + 1
	}
	t := &web.Table{Caption: b.T("documents.readings.caption"), Head: []string{b.T("documents.readings.when"), b.T("documents.readings.who"), b.T("documents.readings.version")}}
	for _, r := range list {
		who := web.Cell{Note: b.T("documents.readings.how_" + r.How)}
		for i, id := range r.For {
			if i > 0 {
				who.Text += ", "
			}
			who.Text += briefs[id].Name
		}
		if who.Text == "" {
			who.Text, who.Note = who.Note, ""
		}
		version := web.Cell{Text: b.T("documents.versions.number", "n", number[r.SHA256])}
		if number[r.SHA256] == 0 {
			version.Text = r.SHA256[:min(12, len(r.SHA256))]
		}
		if r.Part {
			version.Note = b.T("documents.readings.part")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: b.DateTime(r.At)}, who, version}})
	}
	page.Table = t
	return m.readingsView.Render(c, http.StatusOK, page)
}
