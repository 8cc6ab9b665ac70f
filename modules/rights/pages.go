package rights

import (
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// permissionsPage is views/rights/permissions.html.
type permissionsPage struct {
	web.Base
	Sections []section
	Yours    []string // what the reader is, beside anyone
}

// section is one kind of thing: who knows of it, who may do what.
type section struct {
	ID, Title, Note string
	Sights          web.Table
	Acts            web.Table
}

func newPermissionsPage(b web.Base, t *Table, actor domain.Actor) permissionsPage {
	b.Crumbs = []web.Crumb{{Label: b.T("rights.title")}}
	p := permissionsPage{Base: b}
	for _, r := range slices.Compact(slices.Sorted(slices.Values(Of(actor)))) {
		if r != Anyone {
			p.Yours = append(p.Yours, b.T("rights.who."+string(r)))
		}
	}
	for _, row := range t.order {
		if !slices.ContainsFunc(p.Sections, func(s section) bool { return s.ID == row.Section }) {
			p.Sections = append(p.Sections, t.sectionOf(b, row.Section))
		}
	}
	return p
}

func (t *Table) sectionOf(b web.Base, name string) section {
	s := section{ID: name, Title: b.T("rights.section." + name)}
	s.Acts = web.Table{Caption: b.T("rights.acts"), Head: []string{b.T("rights.column.act"), b.T("rights.column.who"), b.T("rights.column.conditions")}}
	s.Sights = web.Table{Caption: b.T("rights.sights"), Head: []string{b.T("rights.column.state"), b.T("rights.column.sees")}}
	var seen []string
	for _, row := range t.order {
		if row.Section != name || slices.Contains(seen, row.Act) {
			continue
		}
		seen = append(seen, row.Act)
		when := t.conditions(b, row.Act)
		if when == "" {
			when = "–"
		}
		s.Acts.Rows = append(s.Acts.Rows, web.Row{Cells: []web.Cell{{Text: b.T("rights.act." + row.Act)}, {Text: row.Who.text(b)}, {Text: when, Quiet: true}}})
	}
	first := true
	for _, sight := range t.sight {
		if sight.Subject == name {
			s.Sights.Rows = append(s.Sights.Rows, web.Row{Cells: []web.Cell{{Text: sight.states(b, first)}, {Text: sight.Who.text(b)}}})
			first = false
		}
	}
	return s
}

// conditions are those of all rows of the act.
func (t *Table) conditions(b web.Base, act string) string {
	var list []string
	for _, c := range conditions {
		if slices.ContainsFunc(t.order, func(r *Row) bool {
			return r.Act == act && (slices.Contains(r.Conditions, c) || c == hidden && r.Hidden)
		}) {
			list = append(list, b.T("rights.condition."+c))
		}
	}
	var scopes []string
	for _, r := range t.order {
		if r.Act != act || r.Scope == "" {
			continue
		}
		name := b.T("rights.scope_of_address")
		if !strings.HasPrefix(r.Scope, ":") {
			name = b.T("tokens.scope." + r.Scope)
		}
		if !slices.Contains(scopes, name) {
			scopes = append(scopes, name)
		}
	}
	if len(scopes) > 0 {
		list = append(list, b.T("rights.condition.token", "scopes", strings.Join(scopes, ", ")))
	}
	return strings.Join(list, " ")
}

// states names the states of one kind of thing, in the words that its pages use; first: no state was named before.
func (s Sight) states(b web.Base, first bool) string {
	list := make([]string, len(s.States))
	for i, state := range s.States {
		switch state {
		case "public":
			list[i] = b.T("rights.state.public")
		case "*":
			if list[i] = b.T("rights.state.other"); first {
				list[i] = b.T("rights.state.every")
			}
		default:
			list[i] = b.T("rights.state." + s.Subject + "." + state)
		}
	}
	return strings.Join(list, ", ")
}

func (w Who) text(b web.Base) string {
	list := make([]string, len(w.In))
	for i, r := range w.In {
		list[i] = b.T("rights.who." + string(r))
	}
	text := strings.Join(list, ", ")
	for _, r := range w.Out {
		text += " · " + b.T("rights.without", "who", b.T("rights.who."+string(r)))
	}
	return text
}
