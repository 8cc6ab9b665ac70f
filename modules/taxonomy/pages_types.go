package taxonomy

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/web"
)

// Rows for what is new in a form; more fit when it was saved.
const (
	newKinds  = 4
	newPapers = 3
)

// needs are how a paper may be asked for; "" is not at all.
var paperNeeds = []string{"required", "one-of", "supporting"}

func listOf(v *domain.VerificationPapers, need string) *[]domain.Paper {
	switch need {
	case "required":
		return &v.Required
	case "one-of":
		return &v.OneOf
	case "supporting":
		return &v.Supporting
	}
	return nil
}

func needOf(v domain.VerificationPapers, id string) string {
	for _, need := range paperNeeds {
		if slices.ContainsFunc(*listOf(&v, need), func(p domain.Paper) bool { return p.ID == id }) {
			return need
		}
	}
	return ""
}

// knownPapers are those that a type asks for, then every other.
func knownPapers(e domain.TypeEdit) []domain.Paper {
	all := append(e.Papers.All(), e.Papers.Former...)
	for _, p := range domain.Stakeholders().Papers() {
		if !slices.ContainsFunc(all, func(have domain.Paper) bool { return have.ID == p.ID }) {
			all = append(all, p)
		}
	}
	return all
}

func typePath(id string) string { return "/taxonomy/" + typesID + "/" + id }

func typesTable(b web.Base) web.Table {
	t := web.Table{Head: []string{b.T("taxonomy.column.type"), b.T("taxonomy.column.papers"), b.T("taxonomy.column.state")}}
	for _, x := range domain.Stakeholders().Types() {
		tag := stateTag(b, x.Retired)
		papers := papersText(b, x.Verification.Required)
		if len(x.Verification.OneOf) > 0 {
			papers += "; " + b.T("taxonomy.one_of", "papers", papersText(b, x.Verification.OneOf))
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{{Text: x.Name.In(b.Lang), Path: b.URL(typePath(x.ID)), Note: x.ID}, {Text: papers}, {Tag: &tag}}})
	}
	return t
}

func papersText(b web.Base, papers []domain.Paper) string {
	names := make([]string, len(papers))
	for i, p := range papers {
		names[i] = p.Name.In(b.Lang)
	}
	return strings.Join(names, "; ")
}

func kindsText(b web.Base, kinds []domain.Sublevel) string {
	var names []string
	for _, s := range kinds {
		name := s.Name.ID + " / " + s.Name.EN
		if s.Retired {
			name = b.T("taxonomy.kind_retired", "name", name)
		}
		names = append(names, name)
	}
	return strings.Join(names, "; ")
}

func offersText(b web.Base, offers []string) string {
	var names []string
	for _, r := range domain.Stakeholders().Resources() {
		if slices.Contains(offers, r.ID) {
			names = append(names, r.Name.In(b.Lang))
		}
	}
	return strings.Join(names, ", ")
}

func typeUsesText(b web.Base, u TypeUses) string {
	return b.T("taxonomy.type_uses", "organizations", b.Number(u.Organizations), "waiting", b.Number(u.Waiting))
}

func newTypePage(b web.Base, actor domain.Actor, doc store.Doc[TypeEdit], uses string) formPage {
	e := doc.Body
	p := pageOf(b, e.Name.In(b.Lang), stateTag(b, e.Retired))
	from := b.T("taxonomy.fact.added")
	if shipped, is := domain.ShippedStakeholders().Type(doc.ID); is {
		from = shipped.Name.In(b.Lang)
	}
	p.Facts = []web.Fact{{Label: b.T("taxonomy.fact.id"), Value: doc.ID}, {Label: b.T("taxonomy.fact.shipped"), Value: from},
		{Label: b.T("taxonomy.fact.checklist"), Value: strconv.Itoa(e.Checklist)}, {Label: b.T("taxonomy.fact.uses"), Value: uses}}
	if !actor.Secretariat() {
		for _, list := range []struct {
			key   string
			value string
		}{{"kinds", kindsText(b, e.Sublevels)}, {"required", papersText(b, e.Papers.Required)}, {"one_of", papersText(b, e.Papers.OneOf)}, {"supporting", papersText(b, e.Papers.Supporting)}} {
			if list.value != "" {
				p.Facts = append(p.Facts, web.Fact{Label: b.T("taxonomy.form." + list.key), Value: list.value})
			}
		}
		return p
	}
	p.offer(typeForm(b, doc), typePath(doc.ID), "taxonomy.type_edit", "taxonomy.type_retire", e.Retired, e.Before != nil, doc.Version)
	return p
}

// addTypePage is the form for a new type.
func addTypePage(b web.Base, _ web.Values) formPage {
	p := pageOf(b, b.Title, web.Tag{Kind: "plain", Text: b.T("taxonomy.state.new")})
	f := web.NewForm(b, "taxonomy.form", typePath(newID)).Text("id", web.Required(), web.Max(maxID), web.Placeholder("faith-body"))
	p.Form, p.Heading = typeFields(f, b, domain.TypeEdit{Order: maxOrder}).Back("/taxonomy"), b.T("taxonomy.type_new_form")
	return p
}

func typeForm(b web.Base, doc store.Doc[TypeEdit]) *web.Form {
	return typeFields(web.NewForm(b, "taxonomy.form", typePath(doc.ID)), b, doc.Body.TypeEdit).Read(doc.Version).Back("/taxonomy")
}

func typeFields(f *web.Form, b web.Base, e domain.TypeEdit) *web.Form {
	f.Text("name_id", web.Required(), web.Value(e.Name.ID), web.Max(maxName)).Text("name_en", web.Required(), web.Value(e.Name.EN), web.Max(maxName)).
		TextArea("description_id", web.Required(), web.Value(e.Description.ID), web.Max(maxDescription), web.Rows(3)).
		TextArea("description_en", web.Required(), web.Value(e.Description.EN), web.Max(maxDescription), web.Rows(3)).
		Number("order", web.Required(), web.ValueInt(int64(e.Order)), web.Label("taxonomy.form.type_order"))
	kindFields(f, b, e.Sublevels)
	paperFields(f, b, e)
	var resources []web.Option
	for _, r := range domain.Stakeholders().Resources() {
		resources = append(resources, web.Option{Value: r.ID, Label: r.Name.In(b.Lang), Hint: r.Examples.In(b.Lang)})
	}
	return f.Section("offers").Checkboxes("offers", resources, web.ValueList(e.Offers))
}

func kindFields(f *web.Form, b web.Base, kinds []domain.Sublevel) {
	f.Section("kinds")
	for n, s := range kinds {
		f.Text(kindField(s.ID, "id"), web.Required(), web.Value(s.Name.ID), web.Label("taxonomy.form.kind_id", "number", n+1)).
			Text(kindField(s.ID, "en"), web.Required(), web.Value(s.Name.EN), web.Label("taxonomy.form.kind_en", "number", n+1)).
			Checkbox(kindField(s.ID, "stop"), web.Checked(s.Retired), web.Label("taxonomy.form.kind_stop", "name", s.Name.In(b.Lang)))
	}
	for n := range newKinds {
		row := "new" + strconv.Itoa(n+1)
		f.Text(kindField(row, "id"), web.Label("taxonomy.form.kind_id", "number", len(kinds)+n+1)).
			Text(kindField(row, "en"), web.Label("taxonomy.form.kind_en", "number", len(kinds)+n+1))
	}
}

func paperFields(f *web.Form, b web.Base, e domain.TypeEdit) {
	var needs []web.Option
	for _, need := range paperNeeds {
		needs = append(needs, web.Option{Value: need, Label: b.T("taxonomy.need." + need)})
	}
	ask := func(name, label, value string) {
		f.Select(name, needs, web.Value(value), web.Label("taxonomy.form.paper", "name", label))
		field := f.Field(name)
		field.Optional, field.Choose = "", b.T("taxonomy.need.none")
	}
	f.Section("papers")
	for _, p := range knownPapers(e) {
		ask(paperField(p.ID, "need"), p.Name.In(b.Lang), needOf(e.Papers, p.ID))
	}
	f.Section("new_papers")
	for n := range newPapers {
		row := "new" + strconv.Itoa(n+1)
		f.Text(paperField(row, "id"), web.Label("taxonomy.form.paper_id", "number", n+1)).Text(paperField(row, "en"), web.Label("taxonomy.form.paper_en", "number", n+1))
		ask(paperField(row, "need"), b.T("taxonomy.form.paper_need", "number", n+1), "")
		f.Checkbox(paperField(row, "words"), web.Label("taxonomy.form.paper_words", "number", n+1))
	}
}

func typeChanges(b web.Base, is, to domain.TypeEdit) []change {
	return []change{
		{"name_id", is.Name.ID, to.Name.ID}, {"name_en", is.Name.EN, to.Name.EN}, {"description_id", is.Description.ID, to.Description.ID},
		{"description_en", is.Description.EN, to.Description.EN}, {"type_order", strconv.Itoa(is.Order), strconv.Itoa(to.Order)}, {"kinds", kindsText(b, is.Sublevels), kindsText(b, to.Sublevels)},
		{"required", papersText(b, is.Papers.Required), papersText(b, to.Papers.Required)}, {"one_of", papersText(b, is.Papers.OneOf), papersText(b, to.Papers.OneOf)},
		{"supporting", papersText(b, is.Papers.Supporting), papersText(b, to.Papers.Supporting)}, {"offers", offersText(b, is.Offers), offersText(b, to.Offers)},
	}
}

// rows are the rows for what is new: which ids were made for them, so that what is wrong is told where it was typed, and
// what is wrong with them.
type rows struct {
	of    map[string]string // input by the name under which the service knows it
	wrong apperr.Fields
}

// named gives a refusal with the names of the inputs.
func (r *rows) named(err error) error {
	fields := slices.Clone(r.wrong)
	for _, field := range apperr.FieldsOf(err) {
		if at, ok := r.of[field.Name]; ok {
			field.Name = at
		}
		fields = append(fields, field)
	}
	return apperr.InvalidFields(fields)
}

// or gives what a check says of what could be read, Invalid where something could not.
func (r *rows) or(err error) error {
	if err == nil {
		return r.wrong.Err()
	}
	return err
}

// wantedType reads how the posted form wants a type that is so now. Ids of new kinds and papers are made of their English
// names; one that cannot be made is wrong at once.
func wantedType(v web.Values, is domain.TypeEdit) (domain.TypeEdit, *rows) {
	at := &rows{of: map[string]string{}}
	to := domain.TypeEdit{Name: textOf(v, "name"), Description: textOf(v, "description"), Order: orderOf(v), Offers: v.All("offers"), Checklist: is.Checklist}
	for _, s := range is.Sublevels {
		s.Name, s.Retired = textOf(v, "kind_"+s.ID), v.Has(kindField(s.ID, "stop"))
		to.Sublevels = append(to.Sublevels, s)
	}
	for n := range newKinds {
		row := fmt.Sprintf("new%d", n+1)
		if name := textOf(v, "kind_"+row); name != (domain.Text{}) {
			id := at.id("kind_", row, name.EN)
			to.Sublevels = append(to.Sublevels, domain.Sublevel{ID: id, Name: name})
		}
	}
	for _, p := range knownPapers(is) {
		if list := listOf(&to.Papers, v.Get(paperField(p.ID, "need"))); list != nil {
			*list = append(*list, p)
		}
	}
	for n := range newPapers {
		row := fmt.Sprintf("new%d", n+1)
		name, need := textOf(v, "paper_"+row), v.Get(paperField(row, "need"))
		if name == (domain.Text{}) && need == "" {
			continue
		}
		p := domain.Paper{ID: at.id("paper_", row, name.EN), Name: name, Words: v.Has(paperField(row, "words"))}
		at.wrong.Check(!slices.ContainsFunc(domain.Stakeholders().Papers(), func(have domain.Paper) bool { return have.ID == p.ID }), paperField(row, "en"), "taxonomy.error.same_name")
		if list := listOf(&to.Papers, need); list != nil {
			*list = append(*list, p)
		} else {
			at.wrong.Add(paperField(row, "need"), "taxonomy.error.paper_need")
		}
	}
	return to, at
}

// id makes the id of a new thing of its English name, and notes in which row it was typed. Without one it is the row's,
// which is refused.
func (r *rows) id(kind, row, english string) string {
	id := slug(english)
	if id == "" {
		r.wrong.Check(english == "", kind+row+"_en", "taxonomy.error.english")
		return row
	}
	for _, part := range []string{"_id", "_en"} {
		r.of[kind+id+part] = kind + row + part
	}
	return id
}

// slug writes a name as an id: small letters and digits with hyphens between. "" where nothing is left.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	id := strings.TrimLeft(strings.Join(words, "-"), "0123456789-")
	if len(id) > maxID {
		id = strings.TrimRight(id[:maxID], "-")
	}
	return id
}
