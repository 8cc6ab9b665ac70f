package portal_test

import (
	"net/http"
	"strings"
	"testing"

	"gotong/app/embedded/oidc"
	"gotong/modules/domain"
	"gotong/modules/kit/testkit/effort"
	"gotong/modules/rights"
	"gotong/modules/tokens"
)

// program makes a token of the university with these scopes; what it asks is asked without a cookie.
func (s *scenery) program(scopes ...domain.Scope) (headers []string, id string) {
	s.t.Helper()
	names := make([]string, len(scopes))
	for i, scope := range scopes {
		names[i] = string(scope)
	}
	text, doc, err := s.house().Tokens.Service.Make(s.ctx, s.who("univ-pengelola"), s.op(), oidc.OrgUniv, tokens.Wish{Name: "Papan data", Scopes: names, Days: 30})
	s.must(err)
	return []string{"Authorization", "Bearer " + text, "Sec-Fetch-Site", "same-origin"}, doc.ID
}

// TestProgramsReadTheirScopesAndNothingElse asks every route, with things in every state, with a token of all scopes:
// where the table of rights names a scope the answer is a viewer's of that organisation, everywhere else a refusal.
func TestProgramsReadTheirScopesAndNothingElse(t *testing.T) {
	w := openWhole(t, nil)
	s := dress(w, "")
	table, err := rights.Load()
	if err != nil {
		t.Fatal(err)
	}
	var programs [][]string // several, since each may ask only so often in a minute
	for range 8 {
		headers, _ := s.program(domain.Scopes()...)
		programs = append(programs, headers)
	}
	none, public, viewer := []string{"Authorization", "Bearer gotong_wrong", "Accept", "application/json"}, s.as("public"), s.as("univ-pembaca")
	w.frozen.Store(true)
	read, refused := 0, 0
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		for _, l := range s.lines(t, method) {
			row := table.Row(l.method, l.pattern)
			if row.Act == "health" {
				continue
			}
			got := s.ask(public, l.method, l.path(), s.inputs(l), programs[(read+refused)%len(programs)]...)
			scope := row.Scope
			if strings.HasPrefix(scope, ":") {
				scope = l.subject.params[scope[1:]]
			}
			if !scoped(scope) {
				if got.status != http.StatusForbidden {
					t.Errorf("%s: a program gets %d", l.name(), got.status)
				}
				refused++
				continue
			}
			reader := viewer
			if strings.HasPrefix(l.pattern, "/organizations/:id") && l.subject.params["id"] != oidc.OrgUniv {
				reader = public // the token is the university's, whatever else its viewers belong to
			}
			if want := s.ask(reader, l.method, l.path(), ""); got.status != want.status {
				t.Errorf("%s: a program gets %d, a viewer %d", l.name(), got.status, want.status)
			}
			read++
		}
	}
	w.frozen.Store(false)
	if every := effort.EveryUnderRace(linesUnderRace); read < 40/every || refused < 500/every { // as lines gives them
		t.Errorf("%d read, %d refused", read, refused)
	}
	t.Logf("%d answers as a viewer's, %d refused", read, refused)
	if r := s.ask(public, http.MethodGet, "/needs", "", none...); r.status != http.StatusUnauthorized || !strings.Contains(r.header.Get("WWW-Authenticate"), "invalid_token") || r.header.Get("Location") != "" {
		t.Errorf("a wrong token: %d %v", r.status, r.header)
	}
	if r := s.ask(viewer, http.MethodGet, "/account", "", none...); r.status != http.StatusUnauthorized {
		t.Errorf("a cookie counts beside a wrong token: %d", r.status)
	}
}

func scoped(name string) bool {
	for _, s := range domain.Scopes() {
		if string(s) == name {
			return true
		}
	}
	return false
}

// TestOneScopeShowsOneKind: what lies outside a token's scope is neither given at its own address nor on a page of
// another kind.
func TestOneScopeShowsOneKind(t *testing.T) {
	s := dress(openWhole(t, nil), "")
	const draft = "Inisiatif draft"
	page := "/organizations/" + oidc.OrgUniv
	if r := s.ask(s.as("univ-pembaca"), http.MethodGet, page, ""); !strings.Contains(r.body, draft) {
		t.Fatal("a viewer does not see the draft on the organisation's page")
	}
	profile, _ := s.program(domain.ScopeOrganizations)
	works, _ := s.program(domain.ScopeOrganizations, domain.ScopeInitiatives)
	if r := s.ask(s.as("public"), http.MethodGet, page, "", profile...); r.status != http.StatusOK || strings.Contains(r.body, draft) {
		t.Errorf("the page of the organisation, %d, tells a program of drafts that it may not read", r.status)
	}
	if r := s.ask(s.as("public"), http.MethodGet, page, "", works...); r.status != http.StatusOK || !strings.Contains(r.body, draft) {
		t.Errorf("%d, or the draft is missing", r.status)
	}
	for path, want := range map[string]int{
		"/initiatives/" + string(s.works["draft"]): http.StatusForbidden, "/exports/needs": http.StatusForbidden, "/needs": http.StatusForbidden, page: http.StatusOK,
	} {
		if r := s.ask(s.as("public"), http.MethodGet, path, "", profile...); r.status != want {
			t.Errorf("%s: %d, want %d", path, r.status, want)
		}
	}
	needs, _ := s.program(domain.ScopeNeeds)
	table := "/exports/needs?format=csv&organization=" + oidc.OrgUniv
	if r := s.ask(s.as("public"), http.MethodGet, table, "", needs...); r.status != http.StatusOK || !strings.Contains(r.body, string(s.needs["behalf-draft"])) {
		t.Errorf("the table of the organisation's needs, %d, lacks the draft", r.status)
	}
	if r := s.ask(s.as("public"), http.MethodGet, table, ""); strings.Contains(r.body, string(s.needs["behalf-draft"])) {
		t.Error("the public sees the draft in the table")
	}
}

// TestSuspendedOrganizationStopsItsPrograms goes through the whole portal: suspend, ask, restore, ask.
func TestSuspendedOrganizationStopsItsPrograms(t *testing.T) {
	s := dress(openWhole(t, nil), "")
	headers, _ := s.program(domain.ScopeInitiatives)
	path, office := "/initiatives/"+string(s.works["draft"]), s.who("sekretariat-1")
	expect := func(when string, want int) {
		t.Helper()
		if r := s.ask(s.as("public"), http.MethodGet, path, "", headers...); r.status != want {
			t.Errorf("%s: %d, want %d", when, r.status, want)
		}
	}
	expect("before", http.StatusOK)
	register := s.house().Organizations.Service
	s.must(register.Suspend(s.ctx, office, s.op(), oidc.OrgUniv, "Diperiksa karena laporan."))
	expect("suspended", http.StatusUnauthorized)
	s.must(register.Restore(s.ctx, office, s.op(), oidc.OrgUniv, "Laporan tidak terbukti."))
	expect("restored", http.StatusOK)
	other := s.who("univ-penyunting")
	s.must(register.SetRole(s.ctx, s.who("univ-pengelola"), s.op(), oidc.OrgUniv, other.Account, domain.OrgOwner))
	s.must(register.SetRole(s.ctx, s.enter(other.Account).actor, s.op(), oidc.OrgUniv, s.who("univ-pengelola").Account, domain.OrgEditor))
	expect("its maker is an editor now", http.StatusUnauthorized)
}
