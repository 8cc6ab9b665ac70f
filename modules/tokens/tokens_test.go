package tokens

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
)

const org = domain.OrganizationID("org-satu")

// people and organizations stand in for the other modules.
type people map[domain.AccountID]domain.Actor

func (p people) ActorOf(_ context.Context, id domain.AccountID) (domain.Actor, error) {
	a, ok := p[id]
	if !ok {
		return a, apperr.New(apperr.NotFound, "")
	}
	return a, nil
}

func (p people) Names(_ context.Context, ids []domain.AccountID) (map[domain.AccountID]string, error) {
	names := map[domain.AccountID]string{}
	for _, id := range ids {
		if a, ok := p[id]; ok {
			names[id] = a.Name
		}
	}
	return names, nil
}

type organizationsOf map[domain.OrganizationID]bool

func (o organizationsOf) Acts(_ context.Context, id domain.OrganizationID) (string, bool, error) {
	acts, ok := o[id]
	if !ok {
		return "", false, apperr.New(apperr.NotFound, "")
	}
	return "Yayasan Contoh", acts, nil
}

type rig struct {
	*Service
	t      *testing.T
	db     *store.DB
	clock  *clock.Fake
	people people
	orgs   organizationsOf
	owner  domain.Actor
	n      int
}

func person(id, name string, role domain.OrganizationRole) domain.Actor {
	return domain.Actor{Account: domain.AccountID(id), Name: name, Session: "s", Memberships: []domain.Membership{
		{Organization: org, Name: "Yayasan Contoh", Role: role, Verified: true, Village: "61.01.08.2001"}, {Organization: "org-lain", Role: domain.OrgOwner}}}
}

func newRig(t *testing.T) *rig {
	c := testkit.Clock()
	db := testkit.DBAt(t, c)
	r := &rig{t: t, db: db, clock: c, people: people{}, orgs: organizationsOf{org: true}, owner: person("siti", "Siti", domain.OrgOwner)}
	r.people["siti"] = r.owner
	r.Service = newService(Deps{DB: db, Clock: c, Log: slog.New(slog.DiscardHandler), People: r.people, Organizations: r.orgs})
	return r
}

func (r *rig) op() store.Operation {
	r.n++
	return store.Operation{ID: "op-" + string(rune('a'+r.n))}
}

func (r *rig) mustMake(scopes ...string) (string, store.Doc[Token]) {
	r.t.Helper()
	text, doc, err := r.Make(r.t.Context(), r.owner, r.op(), org, Wish{Name: "Papan data", Scopes: scopes, Days: 90})
	if err != nil {
		r.t.Fatal(err)
	}
	return text, doc
}

func (r *rig) refused(text, why string) {
	r.t.Helper()
	actor, err := r.Authenticate(r.t.Context(), text)
	if !apperr.Is(err, apperr.SignIn) || actor.SignedIn() {
		r.t.Errorf("%s: %v, %+v", why, err, actor)
	}
}

func TestTokenReadsAsItsOrganization(t *testing.T) {
	r := newRig(t)
	text, doc := r.mustMake("documents", "needs")
	actor, err := r.Authenticate(t.Context(), text)
	if err != nil {
		t.Fatal(err)
	}
	if actor.Account == r.owner.Account || actor.Account.TokenOf() != doc.ID || actor.Session != "" || !actor.Proved.IsZero() || len(actor.Roles)+len(actor.Mandates) > 0 {
		t.Errorf("a program is nobody's person: %+v", actor)
	}
	if len(actor.Memberships) != 1 || actor.Memberships[0].Organization != org || actor.Has(org, domain.OrgEditor) || !actor.Has(org, domain.OrgViewer) || actor.Memberships[0].Village != "" {
		t.Errorf("it reads for one organisation and does nothing for it: %+v", actor.Memberships)
	}
	for scope, want := range map[domain.Scope]bool{domain.ScopeNeeds: true, domain.ScopeDocuments: true, domain.ScopeInitiatives: false, "": false} {
		if actor.Reaches(scope) != want {
			t.Errorf("reaches %q: %v", scope, !want)
		}
	}
	if _, _, err := r.Make(t.Context(), domain.Actor{Account: actor.Account, Program: actor.Program, Memberships: r.owner.Memberships}, r.op(), org, Wish{Name: "x", Scopes: []string{"needs"}, Days: 30}); !apperr.Is(err, apperr.Forbidden) {
		t.Error("a program makes tokens:", err)
	}
}

func TestOnlyAHashIsKept(t *testing.T) {
	r := newRig(t)
	text, doc := r.mustMake("needs")
	_, secret, _ := split(text)
	var kept strings.Builder
	entries, err := r.tokens.History(t.Context(), doc.ID, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range []any{doc, entries} {
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		kept.Write(raw)
	}
	if secret == "" || strings.Contains(kept.String(), secret) || !strings.Contains(kept.String(), hashOf(secret)) {
		t.Error("the secret itself is kept:", kept.String())
	}
	if len(entries) != 1 || entries[0].Action != "token.made" || entries[0].Actor != "siti" || entries[0].Organization != string(org) {
		t.Errorf("%+v", entries)
	}
	for range 3 { // using it is no entry of the trail
		if _, err := r.Authenticate(t.Context(), text); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := r.db.Feed().Last(t.Context()); err != nil || n != 1 {
		t.Error(n, err)
	}
}

func TestTheSameFormMakesOneToken(t *testing.T) {
	r := newRig(t)
	op, wish := r.op(), Wish{Name: "Papan", Scopes: []string{"needs"}, Days: 30}
	first, _, err := r.Make(t.Context(), r.owner, op, org, wish)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := r.Make(t.Context(), r.owner, op, org, wish)
	if !apperr.Is(err, apperr.Conflict) || again != "" {
		t.Error(again, err)
	}
	if n, err := r.CountOf(t.Context(), org); n != 1 || err != nil {
		t.Error(n, err)
	}
	if _, err := r.Authenticate(t.Context(), first); err != nil {
		t.Error("the first one does not open any more:", err)
	}
}

func TestWhatATokenWants(t *testing.T) {
	r := newRig(t)
	for field, w := range map[string]Wish{
		"name":   {Scopes: []string{"needs"}, Days: 30},
		"scopes": {Name: "Papan", Days: 30},
		"days":   {Name: "Papan", Scopes: []string{"needs"}, Days: 3650},
	} {
		_, _, err := r.Make(t.Context(), r.owner, r.op(), org, w)
		var e *apperr.Error
		if !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%s: %v", field, err)
		} else if errors.As(err, &e); len(e.Fields) != 1 || e.Fields[0].Name != field {
			t.Errorf("%s: %v", field, e)
		}
	}
	if _, _, err := r.Make(t.Context(), r.owner, r.op(), org, Wish{Name: "x", Scopes: []string{"needs", "everything"}, Days: 30}); !apperr.Is(err, apperr.Invalid) {
		t.Error("an unknown scope:", err)
	}
	if _, _, err := r.Make(t.Context(), r.owner, r.op(), org, Wish{Name: "NIK 6101081708450001", Scopes: []string{"needs"}, Days: 30}); !apperr.Is(err, apperr.Invalid) {
		t.Error("a NIK in the name:", err)
	}
	for _, role := range []domain.OrganizationRole{domain.OrgViewer, domain.OrgEditor} {
		if _, _, err := r.Make(t.Context(), person("budi", "Budi", role), r.op(), org, Wish{Name: "x", Scopes: []string{"needs"}, Days: 30}); !apperr.Is(err, apperr.Forbidden) {
			t.Error(role, err)
		}
	}
	for range maxLive {
		r.mustMake("needs")
	}
	if _, _, err := r.Make(t.Context(), r.owner, r.op(), org, Wish{Name: "x", Scopes: []string{"needs"}, Days: 30}); !apperr.Is(err, apperr.Conflict) {
		t.Error("no bound:", err)
	}
}

// TestCutOff: each thing that must hold, taken away, ends it at the next request, and nothing else does.
func TestCutOff(t *testing.T) {
	for name, c := range map[string]struct {
		cut  func(r *rig, doc store.Doc[Token]) string // gives what is sent then; "" for the same
		back func(r *rig)                              // nil where nothing brings it back
	}{
		"revoked": {cut: func(r *rig, doc store.Doc[Token]) string {
			if err := r.Revoke(r.t.Context(), r.owner, r.op(), org, doc.ID); err != nil {
				r.t.Fatal(err)
			}
			return ""
		}},
		"expired": {cut: func(r *rig, _ store.Doc[Token]) string { r.clock.Advance(90 * 24 * time.Hour); return "" }},
		"suspended organisation": {cut: func(r *rig, _ store.Doc[Token]) string { r.orgs[org] = false; return "" },
			back: func(r *rig) { r.orgs[org] = true }},
		"organisation gone": {cut: func(r *rig, _ store.Doc[Token]) string { delete(r.orgs, org); return "" },
			back: func(r *rig) { r.orgs[org] = true }},
		"maker an editor": {cut: func(r *rig, _ store.Doc[Token]) string {
			r.people["siti"] = person("siti", "Siti", domain.OrgEditor)
			return ""
		},
			back: func(r *rig) { r.people["siti"] = r.owner }},
		"maker left": {cut: func(r *rig, _ store.Doc[Token]) string { r.people["siti"] = domain.Actor{Account: "siti"}; return "" },
			back: func(r *rig) { r.people["siti"] = r.owner }},
		"maker erased or suspended": {cut: func(r *rig, _ store.Doc[Token]) string { delete(r.people, "siti"); return "" },
			back: func(r *rig) { r.people["siti"] = r.owner }},
		"another secret": {cut: func(_ *rig, doc store.Doc[Token]) string { return text(doc.ID, newSecret()) }},
		"another id":     {cut: func(_ *rig, _ store.Doc[Token]) string { return text(store.NewID(), newSecret()) }},
		"no token":       {cut: func(*rig, store.Doc[Token]) string { return "abc" }},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			good, doc := r.mustMake("needs")
			other, _ := r.mustMake("documents")
			if _, err := r.Authenticate(t.Context(), good); err != nil {
				t.Fatal("before:", err)
			}
			sent := c.cut(r, doc)
			if sent == "" {
				sent = good
			}
			r.refused(sent, "after")
			if c.back != nil {
				c.back(r)
				if _, err := r.Authenticate(t.Context(), good); err != nil {
					t.Error("when it holds again:", err)
				}
			}
			if name == "revoked" {
				if _, err := r.Authenticate(t.Context(), other); err != nil {
					t.Error("another token went with it:", err)
				}
			}
		})
	}
}

func TestRevoking(t *testing.T) {
	r := newRig(t)
	text, doc := r.mustMake("needs")
	if err := r.Revoke(t.Context(), person("budi", "Budi", domain.OrgEditor), r.op(), org, doc.ID); !apperr.Is(err, apperr.Forbidden) {
		t.Error("an editor:", err)
	}
	stranger := domain.Actor{Account: "x", Memberships: []domain.Membership{{Organization: "org-lain", Role: domain.OrgOwner}}}
	if err := r.Revoke(t.Context(), stranger, r.op(), "org-lain", doc.ID); !apperr.Is(err, apperr.NotFound) {
		t.Error("under another organisation:", err)
	}
	if _, err := r.Authenticate(t.Context(), text); err != nil {
		t.Error("refused ones took effect:", err)
	}
	office := domain.Actor{Account: "kantor", Roles: []domain.PlatformRole{domain.RoleSecretariat}}
	for range 2 { // the second changes nothing
		if err := r.Revoke(t.Context(), office, r.op(), org, doc.ID); err != nil {
			t.Fatal(err)
		}
	}
	history, err := r.tokens.History(t.Context(), doc.ID, 10)
	if err != nil || len(history) != 2 || !slices.ContainsFunc(history, func(e store.Entry) bool { return e.Action == "token.revoked" && e.Actor == "kantor" }) {
		t.Error(history, err)
	}
}

func TestListSaysWhatOpens(t *testing.T) {
	r := newRig(t)
	text, _ := r.mustMake("needs")
	if _, _, err := r.List(t.Context(), person("budi", "Budi", domain.OrgEditor), org, ""); !apperr.Is(err, apperr.NotFound) {
		t.Error("an editor:", err)
	}
	views, _, err := r.List(t.Context(), r.owner, org, "")
	if err != nil || len(views) != 1 || !views[0].Seen.IsZero() || views[0].Cut || views[0].Maker != "Siti" {
		t.Fatalf("%+v %v", views, err)
	}
	r.clock.Advance(time.Hour)
	if _, err := r.Authenticate(t.Context(), text); err != nil {
		t.Fatal(err)
	}
	r.people["siti"] = person("siti", "Siti", domain.OrgEditor)
	office := domain.Actor{Account: "kantor", Roles: []domain.PlatformRole{domain.RoleAuditor}}
	views, _, err = r.List(t.Context(), office, org, "")
	if err != nil || !views[0].Seen.Equal(r.clock.Now()) || !views[0].Cut {
		t.Errorf("%+v %v", views, err)
	}
}

func TestRateOfATokenIsBounded(t *testing.T) {
	r := newRig(t)
	text, _ := r.mustMake("needs")
	for i := range perMinute {
		if _, err := r.Authenticate(t.Context(), text); err != nil {
			t.Fatal(i, err)
		}
	}
	if _, err := r.Authenticate(t.Context(), text); !apperr.Is(err, apperr.TooMany) {
		t.Error(err)
	}
	r.clock.Advance(time.Minute)
	if _, err := r.Authenticate(t.Context(), text); err != nil {
		t.Error("in the next minute:", err)
	}
}

func TestTokensMoveWithAMergedOrganization(t *testing.T) {
	r := newRig(t)
	text, _ := r.mustMake("needs")
	r.mustMake("documents")
	r.orgs["org-baru"] = true
	n, err := r.MoveAll(t.Context(), org, "org-baru", store.Change{Action: "organization.moved"})
	if n != 2 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := r.MoveAll(t.Context(), org, "org-baru", store.Change{Action: "organization.moved"}); n != 0 || err != nil {
		t.Error("again:", n, err)
	}
	r.refused(text, "its maker owns the old one only")
	moved := r.owner
	moved.Memberships = []domain.Membership{{Organization: "org-baru", Role: domain.OrgOwner}}
	r.people["siti"] = moved
	actor, err := r.Authenticate(t.Context(), text)
	if err != nil || !actor.Has("org-baru", domain.OrgViewer) || actor.Has(org, domain.OrgViewer) {
		t.Errorf("%+v %v", actor, err)
	}
}

func TestEndedTokensAreLetGo(t *testing.T) {
	r := newRig(t)
	_, revoked := r.mustMake("needs")
	if err := r.Revoke(t.Context(), r.owner, r.op(), org, revoked.ID); err != nil {
		t.Fatal(err)
	}
	r.mustMake("needs")
	drop := func(dry bool) int {
		t.Helper()
		n, err := r.DropEnded(t.Context(), r.clock.Now().Add(-90*24*time.Hour), dry)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	if n := drop(false); n != 0 {
		t.Error("just ended:", n)
	}
	r.clock.Advance(91 * 24 * time.Hour) // the other one ended a day ago
	if n := drop(true); n != 1 {
		t.Error("counted:", n)
	}
	if n := drop(false); n != 1 {
		t.Error("let go:", n)
	}
	if left, _ := r.CountOf(t.Context(), org); left != 1 {
		t.Error("left:", left)
	}
}
