package taxonomy

import (
	"slices"
	"strconv"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// listPage is views/taxonomy/list.html.
type listPage struct {
	web.Base
	Groups []groupPart
	New    string // address of the form for a new category; "" for those who only read
}

type groupPart struct {
	ID, Title, Text string
	Table           web.Table
}

func newListPage(b web.Base, actor domain.Actor) listPage {
	b.Private = true
	b.Crumbs = []web.Crumb{{Label: b.T("accounts.desk.title"), Path: "/desk"}, {Label: b.Title}}
	p, t := listPage{Base: b}, domain.Taxonomy()
	if actor.Secretariat() {
		p.New = b.URL("/taxonomy/" + newID)
	}
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
	Preview *previewPart
	Heading string    // of the form
	Form    *web.Form // nil for those who only read
	Actions []web.Action
}

// previewPart shows what a change will do, and asks for it.
type previewPart struct {
	Title, Text string
	Table       web.Table
	Confirm     web.Form
}

func newFormPage(b web.Base, actor domain.Actor, doc store.Doc[Edit]) formPage {
	e := doc.Body
	b.Private, b.Title = true, e.Name.In(b.Lang)
	b.Crumbs = []web.Crumb{{Label: b.T("accounts.desk.title"), Path: "/desk"}, {Label: b.T("taxonomy.title"), Path: "/taxonomy"}, {Label: b.Title}}
	p := formPage{Base: b, Tag: stateTag(b, e.Retired)}
	shipped, is := domain.ShippedTaxonomy().Category(domain.CategoryID(doc.ID))
	from := shipped.Name.In(b.Lang)
	if !is {
		shipped.Parent, from = e.Group, b.T("taxonomy.fact.added")
	}
	group, _ := domain.Taxonomy().Group(shipped.Parent)
	p.Facts = []web.Fact{{Label: b.T("taxonomy.fact.id"), Value: doc.ID}, {Label: b.T("taxonomy.fact.group"), Value: group.Name.In(b.Lang)},
		{Label: b.T("taxonomy.fact.shipped"), Value: from}}
	if len(e.Former) > 0 {
		p.Facts = append(p.Facts, web.Fact{Label: b.T("taxonomy.fact.former"), Value: unitsText(b, e.Former)})
	}
	if !actor.Secretariat() {
		return p
	}
	p.Form, p.Heading = categoryForm(b, doc), b.T("taxonomy.edit")
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

// addPage is the form for a new category, of which the group may be chosen already.
func addPage(b web.Base, group string) formPage {
	b.Private = true
	b.Crumbs = []web.Crumb{{Label: b.T("accounts.desk.title"), Path: "/desk"}, {Label: b.T("taxonomy.title"), Path: "/taxonomy"}, {Label: b.Title}}
	var groups []web.Option
	for _, g := range domain.Taxonomy().Groups() {
		groups = append(groups, web.Option{Value: g.ID, Label: g.Name.In(b.Lang)})
	}
	f := web.NewForm(b, "taxonomy.form", "/taxonomy/"+newID).Select("group", groups, web.Required(), web.Value(group)).
		Text("id", web.Required(), web.Max(maxID), web.Placeholder("solar-lighting"))
	f = fields(f, b, domain.CategoryEdit{Order: maxOrder}).Back("/taxonomy")
	return formPage{Base: b, Tag: web.Tag{Kind: "plain", Text: b.T("taxonomy.state.new")}, Form: f, Heading: b.T("taxonomy.new_form")}
}

func categoryForm(b web.Base, doc store.Doc[Edit]) *web.Form {
	return fields(web.NewForm(b, "taxonomy.form", "/taxonomy/"+doc.ID), b, doc.Body.CategoryEdit).Read(doc.Version).Back("/taxonomy")
}

func fields(f *web.Form, b web.Base, e domain.CategoryEdit) *web.Form {
	options := domain.UnitOptions(b.Lang, "")
	first, offered := "", make([]string, len(e.Units))
	for i, u := range e.Units {
		offered[i] = string(u)
	}
	if len(offered) > 0 {
		first = offered[0]
	}
	return f.Text("name_id", web.Required(), web.Value(e.Name.ID), web.Max(maxName)).Text("name_en", web.Required(), web.Value(e.Name.EN), web.Max(maxName)).
		TextArea("description_id", web.Required(), web.Value(e.Description.ID), web.Max(maxDescription), web.Rows(3)).
		TextArea("description_en", web.Required(), web.Value(e.Description.EN), web.Max(maxDescription), web.Rows(3)).
		Select("unit", options, web.Required(), web.Value(first)).Checkboxes("units", options, web.ValueList(offered)).
		Number("order", web.Required(), web.ValueInt(int64(e.Order)))
}

// previewOf shows what is different from what is, or all of it where nothing is.
func previewOf(b web.Base, is, to domain.CategoryEdit, form *web.Form) *previewPart {
	p := &previewPart{Title: b.T("taxonomy.preview"), Text: b.T("taxonomy.preview_text")}
	isNew := is.Name == domain.Text{}
	p.Table.Head = []string{b.T("taxonomy.preview_what"), b.T("taxonomy.preview_is"), b.T("taxonomy.preview_becomes")}
	if isNew {
		p.Text, p.Table.Head = b.T("taxonomy.preview_new"), []string{b.T("taxonomy.preview_what"), b.T("taxonomy.preview_becomes")}
	}
	for _, x := range [][3]string{
		{"name_id", is.Name.ID, to.Name.ID}, {"name_en", is.Name.EN, to.Name.EN}, {"description_id", is.Description.ID, to.Description.ID},
		{"description_en", is.Description.EN, to.Description.EN}, {"units", unitsText(b, is.Units), unitsText(b, to.Units)}, {"order", strconv.Itoa(is.Order), strconv.Itoa(to.Order)},
	} {
		cells := []web.Cell{{Text: b.T("taxonomy.form." + x[0])}, {Text: x[1]}, {Text: x[2]}}
		if isNew {
			cells = slices.Delete(cells, 1, 2)
		} else if x[1] == x[2] {
			continue
		}
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: cells})
	}
	if len(p.Table.Rows) == 0 {
		p.Text = b.T("taxonomy.preview_nothing")
		return p
	}
	p.Confirm = web.Form{ID: "save", Action: form.Action, Submit: b.T("taxonomy.save"), SendLabel: form.SendLabel, HiddenList: append([]web.HiddenInput{}, form.HiddenList...)}
	for _, s := range form.Sections {
		for _, field := range s.Fields {
			if field.Kind == "checkboxes" {
				for _, v := range field.Values {
					p.Confirm.HiddenList = append(p.Confirm.HiddenList, web.HiddenInput{Name: field.Name, Value: v})
				}
				continue
			}
			p.Confirm.HiddenList = append(p.Confirm.HiddenList, web.HiddenInput{Name: field.Name, Value: field.Value})
		}
	}
	p.Confirm.Hidden("_op", web.NewOperationID()).Hidden("step", "save")
	return p
}
