package taxonomy

import (
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// listPage is views/taxonomy/list.html.
type listPage struct {
	web.Base
	Groups []groupPart
}

type groupPart struct {
	ID, Title, Text string
	Table           web.Table
}

func newListPage(b web.Base) listPage {
	b.Private = true
	b.Crumbs = []web.Crumb{{Label: b.T("accounts.desk.title"), Path: "/desk"}, {Label: b.Title}}
	p, t := listPage{Base: b}, domain.Taxonomy()
	for _, g := range t.Groups() {
		part := groupPart{ID: g.ID, Title: g.Name.In(b.Lang), Text: g.Description.In(b.Lang)}
		part.Table = web.Table{Head: []string{b.T("taxonomy.column.category"), b.T("taxonomy.column.units"), b.T("taxonomy.column.state")}}
		for _, c := range t.Categories() {
			if c.Parent == g.ID {
				tag := stateTag(b, c.Retired)
				part.Table.Rows = append(part.Table.Rows, web.Row{Cells: []web.Cell{
					{Text: c.Name.In(b.Lang), Path: b.URL("/taxonomy/" + string(c.ID)), Note: string(c.ID)}, {Text: unitsText(b, c.Units)}, {Tag: &tag}}})
			}
		}
		p.Groups = append(p.Groups, part)
	}
	return p
}

func stateTag(b web.Base, retired bool) web.Tag {
	if retired {
		return web.Tag{Kind: "stop", Text: b.T("taxonomy.state.retired")}
	}
	return web.Tag{Kind: "good", Text: b.T("taxonomy.state.live")}
}

func unitsText(b web.Base, units []domain.UnitID) string {
	names := make([]string, len(units))
	for i, id := range units {
		u, _ := domain.Taxonomy().Unit(id)
		names[i] = u.Name.In(b.Lang)
	}
	return strings.Join(names, ", ")
}

// formPage is views/taxonomy/form.html.
type formPage struct {
	web.Base
	Tag     web.Tag
	Facts   []web.Fact
	Form    *web.Form // nil for those who only read
	Actions []web.Action
}

func newFormPage(b web.Base, actor domain.Actor, doc store.Doc[Edit]) formPage {
	e := doc.Body
	b.Private, b.Title = true, e.Name.In(b.Lang)
	b.Crumbs = []web.Crumb{{Label: b.T("accounts.desk.title"), Path: "/desk"}, {Label: b.T("taxonomy.title"), Path: "/taxonomy"}, {Label: b.Title}}
	p := formPage{Base: b, Tag: stateTag(b, e.Retired)}
	shipped, _ := domain.ShippedTaxonomy().Category(domain.CategoryID(doc.ID))
	group, _ := domain.Taxonomy().Group(shipped.Parent)
	p.Facts = []web.Fact{{Label: b.T("taxonomy.fact.id"), Value: doc.ID}, {Label: b.T("taxonomy.fact.group"), Value: group.Name.In(b.Lang)},
		{Label: b.T("taxonomy.fact.shipped"), Value: shipped.Name.In(b.Lang)}}
	if len(e.Former) > 0 {
		p.Facts = append(p.Facts, web.Fact{Label: b.T("taxonomy.fact.former"), Value: unitsText(b, e.Former)})
	}
	if !actor.Secretariat() {
		return p
	}
	p.Form = categoryForm(b, doc)
	path := "/taxonomy/" + doc.ID
	move := web.NewAction(b, "taxonomy.retire", path+"/retire")
	move.Kind = "stop"
	if e.Retired {
		move = web.NewAction(b, "taxonomy.restore", path+"/restore")
	}
	p.Actions = append(p.Actions, move)
	if e.Before != nil {
		undo := web.NewAction(b, "taxonomy.undo", path+"/undo")
		undo.Kind, undo.Version = "plain", doc.Version
		p.Actions = append(p.Actions, undo)
	}
	return p
}

func categoryForm(b web.Base, doc store.Doc[Edit]) *web.Form {
	e := doc.Body
	options := domain.UnitOptions(b.Lang, "")
	first, offered := "", make([]string, len(e.Units))
	for i, u := range e.Units {
		offered[i] = string(u)
	}
	if len(offered) > 0 {
		first = offered[0]
	}
	return web.NewForm(b, "taxonomy.form", "/taxonomy/"+doc.ID).
		Text("name_id", web.Required(), web.Value(e.Name.ID), web.Max(maxName)).Text("name_en", web.Required(), web.Value(e.Name.EN), web.Max(maxName)).
		TextArea("description_id", web.Required(), web.Value(e.Description.ID), web.Max(maxDescription), web.Rows(3)).
		TextArea("description_en", web.Required(), web.Value(e.Description.EN), web.Max(maxDescription), web.Rows(3)).
		Select("unit", options, web.Required(), web.Value(first)).Checkboxes("units", options, web.ValueList(offered)).
		Number("order", web.Required(), web.ValueInt(int64(e.Order))).Read(doc.Version).Back("/taxonomy")
}
