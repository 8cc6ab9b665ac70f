// Package rights is the one table that says who may use which route: the guard asks it before a handler runs, a page
// shows it to people, and the authorisation test is made from it.
package rights

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"gotong/modules/domain"
)

//go:embed table.txt
var tableText string

// Table is the table of rights, read and checked.
type Table struct {
	rows  map[string]*Row // by method and pattern
	order []*Row
	sight []Sight
	acts  map[string]*Row // the first row of each

	section string // while it is read
}

// Row says for one pattern who may do what.
type Row struct {
	Methods    []string
	Pattern    string
	Section    string // of the help page
	Act        string // what it does, in the words of the help page: rights.act.ACT
	Subject    string // kind of thing that the first parameter names; "" for none
	Parameter  string // of the pattern, the subject's id
	Who        Who
	Conditions []string // what the service decides beyond
	Hidden     bool     // refusal is 404
	Scope      string   // programs with a token of this scope may ask too; ":name" takes it from that parameter; "" for none
}

// Sight says who knows of things of a kind in some states.
type Sight struct {
	Subject string
	States  []string // "public", "*" or names of states
	Who     Who
}

// Who is a set of relations: those of In, without those who are in Out.
type Who struct{ In, Out []domain.Relation }

// Relations that follow from who the actor is, whatever the subject.
const (
	Anyone      domain.Relation = "anyone"
	Member      domain.Relation = "member"
	AnEditor    domain.Relation = "an-editor"
	AnOwner     domain.Relation = "an-owner"
	Secretariat domain.Relation = "secretariat"
	Auditor     domain.Relation = "auditor"
	Evaluator   domain.Relation = "evaluator"
	Nobody      domain.Relation = "nobody"
)

// words are all relations, in the order in which pages name them.
var words = []domain.Relation{
	Anyone, Member, domain.RelSelf, domain.RelOther, domain.RelViewer, domain.RelEditor, domain.RelOwner, AnEditor, AnOwner,
	domain.RelVillageViewer, domain.RelVillageEditor, domain.RelVillageOwner, domain.RelReader, domain.RelVerifier, domain.RelReviewer, domain.RelCaller, domain.RelPartner, Evaluator,
	Secretariat, Auditor, Nobody,
}

// Conditions that a row may name.
const (
	hidden = "hidden"
	stepUp = "step-up"
)

var conditions = []string{hidden, "own", "mine", "state", "nearest", "form", "link", stepUp}

// Of gives the relations that the actor has to every thing.
func Of(a domain.Actor) []domain.Relation {
	list := []domain.Relation{Anyone}
	if !a.SignedIn() {
		return list
	}
	list = append(list, Member)
	for _, m := range a.Memberships {
		if a.Has(m.Organization, domain.OrgEditor) {
			list = append(list, AnEditor)
		}
		if a.Has(m.Organization, domain.OrgOwner) {
			list = append(list, AnOwner)
		}
	}
	for _, r := range []struct {
		relation domain.Relation
		ok       bool
	}{{Secretariat, a.Secretariat()}, {Auditor, a.Auditor()}, {Evaluator, a.HasMandate(domain.MandateEvaluator)}} {
		if r.ok {
			list = append(list, r.relation)
		}
	}
	return list
}

// Has tells whether one with these relations is meant.
func (w Who) Has(relations []domain.Relation) bool {
	in := func(r domain.Relation) bool { return slices.Contains(relations, r) }
	return slices.ContainsFunc(w.In, in) && !slices.ContainsFunc(w.Out, in)
}

// Everybody tells whether people without an account are meant too.
func (w Who) Everybody() bool { return slices.Contains(w.In, Anyone) }

// Load reads the table. The error names each line that makes no sense.
func Load() (*Table, error) { return parse(tableText) }

// Rows gives the rows in their order.
func (t *Table) Rows() []*Row { return t.order }

// Sights gives who knows of what.
func (t *Table) Sights() []Sight { return t.sight }

// Row gives the row of a route, nil where there is none. HEAD goes with GET.
func (t *Table) Row(method, pattern string) *Row {
	if method == "HEAD" {
		method = "GET"
	}
	return t.rows[method+" "+pattern]
}

// Sees tells whether one with these relations knows of a thing of the kind that is in that state.
func (t *Table) Sees(subject, state string, public bool, relations []domain.Relation) bool {
	for _, s := range t.sight {
		if s.Subject == subject && (public && slices.Contains(s.States, "public") || slices.Contains(s.States, state) || slices.Contains(s.States, "*")) {
			return s.Who.Has(relations)
		}
	}
	return false
}

func parse(text string) (*Table, error) {
	t := &Table{rows: map[string]*Row{}, acts: map[string]*Row{}}
	var wrong []string
	for n, line := range strings.Split(text, "\n") {
		if line = strings.TrimSpace(line); line == "" || line[0] == '#' {
			continue
		}
		if err := t.line(line); err != nil {
			wrong = append(wrong, fmt.Sprintf("line %d: %v", n+1, err))
		}
	}
	for _, r := range t.order {
		if r.Subject != "" && !slices.ContainsFunc(t.sight, func(s Sight) bool { return s.Subject == r.Subject }) {
			wrong = append(wrong, fmt.Sprintf("%s: nobody says who sees a %s", r.Pattern, r.Subject))
		}
	}
	if len(wrong) > 0 {
		return nil, fmt.Errorf("table of rights: %s", strings.Join(wrong, "; "))
	}
	return t, nil
}

func (t *Table) line(line string) error {
	cells := strings.Split(line, "|")
	for i := range cells {
		cells[i] = strings.TrimSpace(cells[i])
	}
	head := strings.Fields(cells[0])
	switch head[0] {
	case "see":
		return t.sightLine(head, cells)
	case "section":
		t.section = strings.Join(head[1:], " ")
		return nil
	}
	if len(head) != 2 || len(cells) < 4 || len(cells) > 5 || cells[1] == "" {
		return fmt.Errorf("not METHODS PATTERN | act | subject | who | conditions: %q", line)
	}
	r := &Row{Section: t.section, Methods: strings.Split(head[0], ","), Pattern: head[1], Act: cells[1]}
	if cells[2] != "-" {
		r.Subject = cells[2]
		_, after, ok := strings.Cut(r.Pattern, ":")
		if r.Parameter, _, _ = strings.Cut(after, "/"); !ok {
			return fmt.Errorf("%s names no %s", r.Pattern, r.Subject)
		}
	}
	var err error
	if r.Who, err = who(cells[3]); err != nil {
		return err
	}
	if len(cells) == 5 {
		for _, c := range strings.Fields(cells[4]) {
			scope, token := strings.CutPrefix(c, "token=")
			switch {
			case token && !strings.HasPrefix(scope, ":") && !slices.Contains(domain.Scopes(), domain.Scope(scope)):
				return fmt.Errorf("scope %q is not known", scope)
			case token:
				r.Scope = scope
			case !slices.Contains(conditions, c):
				return fmt.Errorf("condition %q is not known", c)
			case c == hidden:
				r.Hidden = true
			default:
				r.Conditions = append(r.Conditions, c)
			}
		}
	}
	if r.Scope != "" && !slices.Equal(r.Methods, []string{"GET"}) {
		return fmt.Errorf("%s: a token only reads", r.Pattern)
	}
	for _, m := range r.Methods {
		if !slices.Contains([]string{"GET", "POST", "PUT", "PATCH", "DELETE"}, m) {
			return fmt.Errorf("method %q", m)
		}
		if t.rows[m+" "+r.Pattern] != nil {
			return fmt.Errorf("%s %s stands there twice", m, r.Pattern)
		}
		t.rows[m+" "+r.Pattern] = r
	}
	t.order = append(t.order, r)
	if first := t.acts[r.Act]; first == nil {
		t.acts[r.Act] = r
	} else if !slices.Equal(first.Who.In, r.Who.In) || !slices.Equal(first.Who.Out, r.Who.Out) || first.Hidden != r.Hidden {
		return fmt.Errorf("%s lets in others than %s, with the same act %q", r.Pattern, first.Pattern, r.Act)
	}
	return nil
}

func (t *Table) sightLine(head, cells []string) error {
	if len(head) != 3 || len(cells) != 2 {
		return fmt.Errorf("not see SUBJECT STATES | who: %q", strings.Join(head, " "))
	}
	w, err := who(cells[1])
	if err != nil {
		return err
	}
	t.sight = append(t.sight, Sight{Subject: head[1], States: strings.Split(head[2], ","), Who: w})
	return nil
}

func who(cell string) (w Who, err error) {
	for _, f := range strings.Fields(cell) {
		out := strings.HasPrefix(f, "!")
		r := domain.Relation(strings.TrimPrefix(f, "!"))
		switch {
		case !slices.Contains(words, r):
			return w, fmt.Errorf("relation %q is not known", f)
		case out:
			w.Out = append(w.Out, r)
		default:
			w.In = append(w.In, r)
		}
	}
	if len(w.In) == 0 {
		return w, fmt.Errorf("nobody may")
	}
	return w, nil
}
