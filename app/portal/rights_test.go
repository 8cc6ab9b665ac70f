package portal_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/rights"
)

// facts are what the table of rights asks of a subject, as the scenery made it: its state, whether everybody may see
// it, and what each kind of actor is to it. They are written down here and not asked of the portal.
type facts struct {
	state  string
	public bool
	stands map[string]relations
	apart  bool // who is nothing to it does not see what it belongs to
}

type relations []domain.Relation

var (
	staff        = relations{domain.RelViewer, domain.RelEditor, domain.RelOwner}
	villageStaff = relations{domain.RelVillageViewer, domain.RelVillageEditor, domain.RelVillageOwner}
	verifies     = relations{domain.RelVerifier}

	ofUniversity = map[string]relations{"viewer": staff[:1], "editor": staff[:2], "owner": staff, "tied-reviewer": staff[:1]}
	ofTemajuk    = map[string]relations{"village": slices.Concat(staff, villageStaff), "verifier": verifies, "regency-verifier": verifies}
	onBehalf     = with(ofUniversity, map[string]relations{"village": villageStaff, "verifier": verifies, "regency-verifier": verifies})
)

func with(maps ...map[string]relations) map[string]relations {
	all := map[string]relations{}
	for _, m := range maps {
		for k, v := range m {
			all[k] = slices.Concat(all[k], v)
		}
	}
	return all
}

// partners are the kinds of actor that belong to a verified organisation.
var partners = []string{"other-owner", "viewer", "editor", "owner", "village", "other-village", "verifier", "regency-verifier", "reviewer", "tied-reviewer", "evaluator"}

// everywhere are the relations of each kind of actor to everything.
var everywhere = map[string]relations{
	"other-owner": {rights.AnEditor, rights.AnOwner}, "editor": {rights.AnEditor}, "owner": {rights.AnEditor, rights.AnOwner},
	"village": {rights.AnEditor, rights.AnOwner}, "other-village": {rights.AnEditor, rights.AnOwner},
	"verifier": {rights.AnEditor, rights.AnOwner}, "regency-verifier": {rights.AnEditor, rights.AnOwner},
	"evaluator": {rights.Evaluator}, "secretariat": {rights.Secretariat}, "auditor": {rights.Auditor},
}

// factsOf gives the facts of a subject; false where there is no such thing.
func factsOf(kind, name string) (facts, bool) {
	if name == "missing" {
		return facts{}, false
	}
	in := func(list ...string) bool { return slices.Contains(list, name) }
	switch kind {
	case domain.KindNeed:
		f := facts{state: strings.TrimPrefix(name, "behalf-"), public: in("verified", "planned", "withdrawn", "fulfilled"), stands: ofTemajuk}
		switch {
		case name == "elsewhere":
			f.state, f.stands = "in-verification", map[string]relations{"regency-verifier": verifies}
		case f.state != name:
			f.stands = onBehalf
		}
		return f, true
	case domain.KindCall:
		f := facts{state: name, public: name != "draft" && name != "asked", stands: ofUniversity}
		if name == "asked" {
			f.state = "draft"
		}
		return f, true
	case domain.KindInitiative:
		f := facts{state: name, public: in("published", "running", "suspended", "completed", "evaluated"),
			stands: with(ofUniversity, map[string]relations{"reviewer": {domain.RelReviewer}})}
		if name == "called" { // it answers a call of the other owner's organisation
			f.state, f.stands = "under-review", with(f.stands, map[string]relations{"other-owner": {domain.RelCaller}})
		}
		return f, true
	case domain.KindCommitment:
		return facts{state: name, public: name != "proposed", stands: onBehalf}, true
	case domain.KindOrganization:
		f := facts{state: name, public: in("public", "verified"), stands: ofUniversity}
		if name != "verified" { // the tied reviewer is of the university only
			f.stands = map[string]relations{"viewer": staff[:1], "editor": staff[:2], "owner": staff}
		}
		return f, true
	case domain.KindDocument:
		f := facts{state: "shared", public: in("public", "of-draft"), stands: ofUniversity, apart: in("of-draft", "organization", "parties")}
		switch name {
		case "of-need":
			reads := relations{domain.RelReader}
			f.stands = map[string]relations{"village": staff, "verifier": reads, "regency-verifier": reads}
		case "trashed":
			f.state, f.apart = name, false
		}
		return f, true
	case "collection":
		f := facts{state: "shared", public: name == "public", stands: ofUniversity}
		if name == "trashed" {
			f.state = name
		}
		return f, true
	case "region":
		return facts{state: "region", public: true, stands: map[string]relations{"village": villageStaff, "verifier": verifies, "regency-verifier": verifies}}, true
	case "plan":
		f := facts{state: name, stands: map[string]relations{}}
		for _, kind := range partners {
			f.stands[kind] = relations{domain.RelReader}
		}
		return f, true
	case "report":
		return facts{state: name, public: true}, true
	case "import":
		return facts{state: "import", stands: map[string]relations{"editor": {domain.RelSelf}}}, true
	case "account":
		f := facts{state: "account", stands: map[string]relations{"member": {domain.RelSelf}}}
		if name == "sekretariat-1" {
			f.stands = map[string]relations{"secretariat": {domain.RelSelf}}
		}
		return f, true
	}
	return facts{}, false
}

// class says what the table of rights makes of a line and a kind of actor: in, -, no, or pass.
func class(table *rights.Table, row *rights.Row, l line, kind string) string {
	have := relations{rights.Anyone}
	if kind != "public" {
		have = append(have, rights.Member)
	} else if !slices.Contains(row.Who.In, rights.Anyone) {
		return "in"
	}
	have = append(have, everywhere[kind]...)
	if row.Subject != "" {
		f, there := factsOf(row.Subject, l.subject.name)
		have = append(have, f.stands[kind]...)
		outside := f.apart && len(f.stands[kind]) == 0 && kind != "secretariat" && kind != "auditor"
		if !there || outside || !table.Sees(row.Subject, f.state, f.public, have) {
			return "-"
		}
	}
	switch {
	case row.Who.Has(have):
		return "pass"
	case row.Hidden:
		return "-"
	}
	return "no"
}

// againstTable holds every answer against the table: what it refuses is refused so, what it lets pass is refused only
// under a condition that its row names.
func againstTable(t *testing.T, lines []line, got [][]string) {
	t.Helper()
	table, err := rights.Load()
	if err != nil {
		t.Fatal(err)
	}
	refused := 0
	for i, l := range lines {
		row := table.Row(l.method, l.pattern)
		for n, c := range cast {
			want, have := class(table, row, l, c.kind), got[i][n]
			switch {
			case have == "": // not asked
			case want != "pass" && have != want:
				t.Errorf("%s as %s: %s, the table of rights says %s", l.name(), c.kind, have, want)
			case want == "pass" && (have == "no" || have == "-" || have == "in") && len(row.Conditions) == 0 && !strings.HasPrefix(row.Act, "sign-") && l.subject.name != "missing":
				t.Errorf("%s as %s: %s, the table of rights lets pass without a condition", l.name(), c.kind, have)
			case want != "pass":
				refused++
			}
		}
	}
	t.Logf("the table of rights: %d rows, of the answers %d refused by it", len(table.Rows()), refused)
}

var changing = regexp.MustCompile(`[A-Z2-7]{16}|[A-Za-z0-9_-]{22,}`)

// TestHiddenIsAbsent: what somebody may not know of is answered as what is not there, letter by letter but for ids, and
// asks the storage the same questions in the same order.
func TestHiddenIsAbsent(t *testing.T) {
	w := openWhole(t, nil)
	s := dress(w, "")
	table, err := rights.Load()
	if err != nil {
		t.Fatal(err)
	}
	answer := func(p *person, l line) (reply, []string) {
		log := &callLog{}
		w.count.Store(log)
		r := s.ask(p, l.method, l.path(), "_op=x")
		w.count.Store(nil)
		r.body = changing.ReplaceAllString(strings.ReplaceAll(r.body, l.subject.params["id"], "ID"), "…")
		return r, log.calls
	}
	compared := 0
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, l := range s.lines(t, method) {
			row := table.Row(l.method, l.pattern)
			// Of some things that may be hidden the service alone decides whom it shows them to.
			alone := row.Subject == "" && row.Hidden && strings.Contains(l.pattern, "/:id")
			if row.Subject == "" && !alone || l.subject.name == "missing" || strings.Count(l.pattern, ":") > 1 {
				continue
			}
			for _, c := range cast {
				if made := class(table, row, l, c.kind); made != "-" && (!alone || made != "pass") {
					continue
				}
				p := s.as(c.subject)
				s.ask(p, l.method, l.path(), "_op=x") // what a session does once an hour is done
				hidden, asked := answer(p, l)
				missing := l
				missing.subject.params = map[string]string{"id": "nothinghere"}
				if alone && hidden.status != http.StatusNotFound {
					continue // seen
				}
				absent, askedToo := answer(p, missing)
				compared++
				if hidden.status != http.StatusNotFound || hidden.status != absent.status || hidden.body != absent.body {
					t.Errorf("%s as %s: hidden %d, absent %d, or other words:\n%s\n%s", l.name(), c.kind, hidden.status, absent.status, hidden.body, absent.body)
				}
				if !slices.Equal(asked, askedToo) {
					t.Errorf("%s as %s: hidden asks %v, absent %v", l.name(), c.kind, asked, askedToo)
				}
				if compared%50 == 0 && t.Failed() {
					t.FailNow()
				}
			}
		}
	}
	t.Logf("%d answers compared", compared)
}
