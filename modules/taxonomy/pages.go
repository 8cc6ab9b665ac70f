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
	Groups  []groupPart
	Types   web.Table
	New     string // address of the form for a new category; "" for those who only read
	NewType string
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
		p.New, p.NewType = b.URL(categoryPath(newID)), b.URL(typePath(newID))
	}
	for _, g := range t.Groups() {
		part := groupPart{ID: g.ID, Title: g.Name.In(b.Lang), Text: g.Description.In(b.Lang)}
		part.Table = web.Table{Head: []string{b.T("taxonomy.column.category"), b.T("taxonomy.column.units"), b.T("taxonomy.column.state")}}
		for _, c := range t.Categories() {
			if c.Parent == g.ID {
				tag := stateTag(b, c.Retired)
				part.Table.Rows = append(part.Table.Rows, web.Row{Cells: []web.Cell{
					{Text: c.Name.In(b.Lang), Path: b.URL(categoryPath(string(c.ID))), Note: string(c.ID)}, {Text: unitsText(b, c.Units)}, {Tag: &tag}}})
			}
		}
		p.Groups = append(p.Groups, part)
	}
	p.Types = typesTable(b)
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
	Uses        string // what has it already
	Table       web.Table
	Confirm     web.Form
}

// pageOf is the page of a thing of that name.
func pageOf(b web.Base, name string, tag web.Tag) formPage {
	b.Private, b.Title = true, name
	b.Crumbs = []web.Crumb{{Label: b.T("accounts.desk.title"), Path: "/desk"}, {Label: b.T("taxonomy.title"), Path: "/taxonomy"}, {Label: b.Title}}
	return formPage{Base: b, Tag: tag}
}

// offer puts the form and what else can be done on the page.
func (p *formPage) offer(f *web.Form, path, edit, retire string, retired, back bool, version int64) {
	p.Form, p.Heading = f, p.T(edit)
	move := web.NewAction(p.Base, retire, path+"/retire")
	move.Kind = "stop"
	if retired {
		move = web.NewAction(p.Base, "taxonomy.restore", path+"/restore")
	}
	p.Actions = append(p.Actions, move)
	if back {
		undo := web.NewAction(p.Base, "taxonomy.undo", path+"/undo")
		undo.Kind, undo.Version = "plain", version
		p.Actions = append(p.Actions, undo)
	}
}

func categoryPath(id string) string { return "/taxonomy/" + id }

func newCategoryPage(b web.Base, actor domain.Actor, doc store.Doc[Edit], uses string) formPage {
	e := doc.Body
	p := pageOf(b, e.Name.In(b.Lang), stateTag(b, e.Retired))
	shipped, is := domain.ShippedTaxonomy().Category(domain.CategoryID(doc.ID))
	from := shipped.Name.In(b.Lang)
	if !is {
		shipped.Parent, from = e.Group, b.T("taxonomy.fact.added")
	}
	group, _ := domain.Taxonomy().Group(shipped.Parent)
	p.Facts = []web.Fact{{Label: b.T("taxonomy.fact.id"), Value: doc.ID}, {Label: b.T("taxonomy.fact.group"), Value: group.Name.In(b.Lang)},
		{Label: b.T("taxonomy.fact.shipped"), Value: from}, {Label: b.T("taxonomy.fact.uses"), Value: uses}}
	if len(e.Former) > 0 {
		p.Facts = append(p.Facts, web.Fact{Label: b.T("taxonomy.fact.former"), Value: unitsText(b, e.Former)})
	}
	if !actor.Secretariat() {
		return p
	}
	p.offer(categoryForm(b, doc), categoryPath(doc.ID), "taxonomy.edit", "taxonomy.retire", e.Retired, e.Before != nil, doc.Version)
	return p
}

func categoryUsesText(b web.Base, u CategoryUses) string {
	return b.T("taxonomy.uses", "needs", b.Number(u.Needs), "initiatives", b.Number(u.Initiatives))
}

// addCategoryPage is the form for a new category, of which the group may be chosen already.
func addCategoryPage(b web.Base, v web.Values) formPage {
	p := pageOf(b, b.Title, web.Tag{Kind: "plain", Text: b.T("taxonomy.state.new")})
	var groups []web.Option
	for _, g := range domain.Taxonomy().Groups() {
		groups = append(groups, web.Option{Value: g.ID, Label: g.Name.In(b.Lang)})
	}
	f := web.NewForm(b, "taxonomy.form", categoryPath(newID)).Select("group", groups, web.Required(), web.Value(v.Get("group"))).
		Text("id", web.Required(), web.Max(maxID), web.Placeholder("solar-lighting"))
	f = fields(f, b, domain.CategoryEdit{Order: maxOrder}).Back("/taxonomy")
	p.Form, p.Heading = f, b.T("taxonomy.new_form")
	return p
}

func categoryForm(b web.Base, doc store.Doc[Edit]) *web.Form {
	return fields(web.NewForm(b, "taxonomy.form", categoryPath(doc.ID)), b, doc.Body.CategoryEdit).Read(doc.Version).Back("/taxonomy")
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
		TextArea("ask_id", web.Value(e.Ask.ID), web.Max(maxDescription), web.Rows(2)).TextArea("ask_en", web.Value(e.Ask.EN), web.Max(maxDescription), web.Rows(2)).
		Select("unit", options, web.Required(), web.Value(first)).Checkboxes("units", options, web.ValueList(offered)).
		Number("order", web.Required(), web.ValueInt(int64(e.Order)))
}

// change is one line of a preview: the key of its name, what it is and what it becomes.
type change struct{ key, is, to string }

func categoryChanges(b web.Base, is, to domain.CategoryEdit) []change {
	return []change{
		{"name_id", is.Name.ID, to.Name.ID}, {"name_en", is.Name.EN, to.Name.EN}, {"description_id", is.Description.ID, to.Description.ID},
		{"description_en", is.Description.EN, to.Description.EN}, {"ask_id", is.Ask.ID, to.Ask.ID}, {"ask_en", is.Ask.EN, to.Ask.EN},
		{"units", unitsText(b, is.Units), unitsText(b, to.Units)}, {"order", strconv.Itoa(is.Order), strconv.Itoa(to.Order)},
	}
}

// previewOf shows what is different from what is, or all of it where nothing is.
func previewOf(b web.Base, text, uses string, isNew bool, changes []change, form *web.Form) *previewPart {
	p := &previewPart{Title: b.T("taxonomy.preview"), Text: text, Uses: uses}
	p.Table.Head = []string{b.T("taxonomy.preview_what"), b.T("taxonomy.preview_is"), b.T("taxonomy.preview_becomes")}
	if isNew {
		p.Table.Head = slices.Delete(p.Table.Head, 1, 2)
	}
	for _, x := range changes {
		if x.is == x.to {
			continue
		}
		cells := []web.Cell{{Text: b.T("taxonomy.form." + x.key)}, {Text: x.is}, {Text: x.to}}
		if isNew {
			cells = slices.Delete(cells, 1, 2)
		}
		for i := range cells {
			if cells[i].Text == "" {
				cells[i] = web.Cell{Text: "–", Quiet: true}
			}
		}
		p.Table.Rows = append(p.Table.Rows, web.Row{Cells: cells})
	}
	if len(p.Table.Rows) == 0 {
		p.Text, p.Uses = b.T("taxonomy.preview_nothing"), ""
		return p
	}
	p.Confirm = form.Confirm("save", b.T("taxonomy.save"))
	return p
}
