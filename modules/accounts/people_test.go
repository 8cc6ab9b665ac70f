package accounts

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
)

func TestRightsAreGivenBySecretariatToOthers(t *testing.T) {
	s, orgs := testService(t, testkit.DB(t), testClock())
	chief := newAccount(t, s, "sekretariat", "Sekretariat", domain.RoleSecretariat)
	auditor := newAccount(t, s, "pemeriksa", "Pemeriksa", domain.RoleAuditor)
	member := newAccount(t, s, "anggota", "Anggota")
	orgs[member.Account] = []domain.Membership{{Organization: "org", Name: "Kantor", Role: domain.OrgOwner}}
	verifier := domain.Mandate{Kind: domain.MandateAreaVerifier, Region: "61.01.08", Organization: "org"}

	cases := []struct {
		name   string
		err    error
		kind   apperr.Kind
		fields string
	}{
		{"public", s.GrantRole(t.Context(), domain.Actor{}, testOp("1"), member.Account, domain.RoleAuditor, "x"), apperr.SignIn, ""},
		{"member", s.GrantRole(t.Context(), member, testOp("2"), auditor.Account, domain.RoleSecretariat, "x"), apperr.NotFound, ""},
		{"member to themselves", s.GrantRole(t.Context(), member, testOp("3"), member.Account, domain.RoleSecretariat, "x"), apperr.NotFound, ""},
		{"auditor", s.GrantRole(t.Context(), auditor, testOp("4"), member.Account, domain.RoleAuditor, "x"), apperr.Forbidden, ""},
		{"their own", s.RevokeRole(t.Context(), chief, testOp("5"), chief.Account, domain.RoleSecretariat, "x"), apperr.Forbidden, ""},
		{"own mandate", s.GrantMandate(t.Context(), chief, testOp("6"), chief.Account, verifier, "x"), apperr.Forbidden, ""},
		{"no reason", s.GrantRole(t.Context(), chief, testOp("7"), member.Account, domain.RoleAuditor, "  "), apperr.Invalid, "reason"},
		{"no such role", s.GrantRole(t.Context(), chief, testOp("8"), member.Account, "owner", "x"), apperr.Invalid, "role"},
		{"a NIK in the reason", s.GrantRole(t.Context(), chief, testOp("9"), member.Account, domain.RoleAuditor, "NIK 6101085203900001"), apperr.Invalid, "reason"},
		{"nobody", s.GrantRole(t.Context(), chief, testOp("10"), "nobody", domain.RoleAuditor, "x"), apperr.NotFound, ""},
		{"a foreign organisation", s.GrantMandate(t.Context(), chief, testOp("11"), member.Account, domain.Mandate{Kind: domain.MandateReviewer, Organization: "lain"}, "x"), apperr.Invalid, "organization"},
		{"no organisation", s.GrantMandate(t.Context(), chief, testOp("12"), member.Account, domain.Mandate{Kind: domain.MandateReviewer}, "x"), apperr.Invalid, "organization"},
		{"verifier of a province", s.GrantMandate(t.Context(), chief, testOp("13"), member.Account, domain.Mandate{Kind: domain.MandateAreaVerifier, Region: "61", Organization: "org"}, "x"), apperr.Invalid, "region"},
		{"verifier of no region", s.GrantMandate(t.Context(), chief, testOp("14"), member.Account, domain.Mandate{Kind: domain.MandateAreaVerifier, Region: "99.99", Organization: "org"}, "x"), apperr.Invalid, "region"},
		{"no such mandate", s.GrantMandate(t.Context(), chief, testOp("15"), member.Account, domain.Mandate{Kind: "king", Organization: "org"}, "x"), apperr.Invalid, "kind"},
		{"revoked by a member", s.RevokeMandate(t.Context(), member, testOp("16"), auditor.Account, "m", "x"), apperr.NotFound, ""},
	}
	for _, c := range cases {
		var e *apperr.Error
		if !errors.As(c.err, &e) || e.Kind != c.kind {
			t.Errorf("%s: %v, want kind %d", c.name, c.err, c.kind)
			continue
		}
		var names []string
		for _, f := range e.Fields {
			names = append(names, f.Name)
		}
		if got := strings.Join(names, ","); got != c.fields {
			t.Errorf("%s: fields %q, want %q", c.name, got, c.fields)
		}
	}
	if got, _ := s.ActorOf(t.Context(), member.Account); len(got.Roles)+len(got.Mandates) != 0 {
		t.Fatalf("a refused grant counts: %+v", got)
	}

	if err := s.GrantMandate(t.Context(), chief, testOp("20"), member.Account, verifier, "surat tugas 7"); err != nil {
		t.Fatal(err)
	}
	if err := s.GrantMandate(t.Context(), chief, testOp("20"), member.Account, verifier, "surat tugas 7"); err != nil {
		t.Fatalf("repeated: %v", err)
	}
	got, _ := s.ActorOf(t.Context(), member.Account)
	if m, ok := got.AreaVerifier("61.01.08.2007"); !ok || m.Organization != "org" || len(got.Mandates) != 1 {
		t.Fatalf("verifier: %+v", got)
	}
	doc, _ := s.accounts.Get(t.Context(), string(member.Account))
	if err := s.RevokeMandate(t.Context(), chief, testOp("21"), member.Account, doc.Body.Mandates[0].ID, "masa tugas selesai"); err != nil {
		t.Fatal(err)
	}
	if got, _ = s.ActorOf(t.Context(), member.Account); len(got.Mandates) != 0 {
		t.Fatal("the mandate is still there")
	}
	view, err := s.Person(t.Context(), chief, member.Account)
	if err != nil || len(view.History) != 3 || view.History[0].Action != "account.mandate-revoked" || view.History[0].Reason != "masa tugas selesai" || view.History[0].Actor != string(chief.Account) {
		t.Fatalf("history: %+v %v", view.History, err)
	}
	for _, e := range view.History {
		for _, c := range e.Changes {
			if strings.Contains(string(c.Before)+string(c.After), "contoh.invalid") {
				t.Fatalf("the trail holds an address: %s", c.After)
			}
		}
	}
}

func TestConcurrentGrantsAllCount(t *testing.T) {
	s, orgs := testService(t, testkit.DB(t), testClock())
	chief := newAccount(t, s, "sekretariat", "Sekretariat", domain.RoleSecretariat)
	member := newAccount(t, s, "anggota", "Anggota")
	orgs[member.Account] = []domain.Membership{{Organization: "org"}}
	results := make(chan error, 4)
	go func() {
		results <- s.GrantRole(t.Context(), chief, testOp("r1"), member.Account, domain.RoleAuditor, "x")
	}()
	for i, kind := range mandateKinds {
		m := domain.Mandate{Kind: kind, Organization: "org"}
		if kind == domain.MandateAreaVerifier {
			m.Region = "61.01"
		}
		go func() {
			results <- s.GrantMandate(t.Context(), chief, testOp(fmt.Sprint("m", i)), member.Account, m, "x")
		}()
	}
	for range 4 {
		if err := <-results; err != nil {
			t.Fatal(err)
		}
	}
	if got, _ := s.ActorOf(t.Context(), member.Account); len(got.Mandates) != 3 || len(got.Roles) != 1 {
		t.Fatalf("rights: %+v", got)
	}
}

func TestPeopleAreFoundByWordAndRole(t *testing.T) {
	s, _ := testService(t, testkit.DB(t), testClock())
	chief := newAccount(t, s, "sekretariat", "Sekretariat Pusat", domain.RoleSecretariat)
	member := newAccount(t, s, "operator", "Operator Desa Temajuk")
	for i := range 30 {
		newAccount(t, s, fmt.Sprintf("warga%02d", i), fmt.Sprintf("Warga Desa %02d", i))
	}
	names := func(q PeopleQuery) string {
		page, err := s.People(t.Context(), chief, q)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range page.Items {
			got = append(got, d.Body.Name)
		}
		return strings.Join(got, "|")
	}
	for q, want := range map[PeopleQuery]string{
		{Q: "temajuk"}:               "Operator Desa Temajuk",
		{Q: "desa tema"}:             "Operator Desa Temajuk",
		{Q: "OPERATOR@contoh"}:       "Operator Desa Temajuk",
		{Q: "majuk"}:                 "",
		{Q: "?"}:                     "",
		{Role: "secretariat"}:        "Sekretariat Pusat",
		{Role: "reviewer"}:           "",
		{Q: "se", Role: "auditor"}:   "",
		{Q: "pusat sekretariat"}:     "Sekretariat Pusat",
		{Q: `{"$gt":""}`, Role: "x"}: "",
	} {
		if got := names(q); got != want {
			t.Errorf("%+v: %q, want %q", q, got, want)
		}
	}
	first, err := s.People(t.Context(), chief, PeopleQuery{Q: "warga"})
	if err != nil || len(first.Items) < peoplePerPage || first.Next == "" {
		t.Fatalf("first page: %d, %v", len(first.Items), err)
	}
	second, err := s.People(t.Context(), chief, PeopleQuery{Q: "warga", Cursor: first.Next})
	if err != nil || len(first.Items)+len(second.Items) != 30 {
		t.Fatalf("pages: %d + %d, %v", len(first.Items), len(second.Items), err)
	}
	if _, err := s.People(t.Context(), member, PeopleQuery{}); !apperr.Is(err, apperr.NotFound) {
		t.Fatalf("a member sees the people: %v", err)
	}
	if _, err := s.People(t.Context(), domain.Actor{}, PeopleQuery{}); !apperr.Is(err, apperr.SignIn) {
		t.Fatalf("the public sees the people: %v", err)
	}
}

func TestOperatorGrants(t *testing.T) {
	s, _ := testService(t, testkit.DB(t), testClock())
	a := newAccount(t, s, "satu", "Satu")
	if id, err := s.Grant(t.Context(), " SATU@contoh.invalid", domain.RoleSecretariat); err != nil || id != a.Account {
		t.Fatalf("by address: %q %v", id, err)
	}
	if got, _ := s.ActorOf(t.Context(), a.Account); !got.Secretariat() {
		t.Fatal("not secretariat")
	}
	if _, err := s.Grant(t.Context(), "tidak-ada@contoh.invalid", domain.RoleSecretariat); !apperr.Is(err, apperr.NotFound) {
		t.Fatalf("unknown address: %v", err)
	}
	if _, err := s.Grant(t.Context(), string(a.Account), "raja"); !apperr.Is(err, apperr.Invalid) {
		t.Fatalf("unknown role: %v", err)
	}
	if _, err := s.Enrol(t.Context(), Enrolment{Issuer: "urn:lain", Subject: "x", Name: "Tak terbukti", Email: "bukan@contoh.invalid"}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Grant(t.Context(), "bukan@contoh.invalid", domain.RoleSecretariat); !apperr.Is(err, apperr.NotFound) {
		t.Fatalf("an unverified address was believed: %v", err)
	}
	if _, err := s.Enrol(t.Context(), Enrolment{Issuer: "urn:lain", Subject: "y", Name: "Dua", Email: "satu@contoh.invalid", EmailVerified: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Grant(t.Context(), "satu@contoh.invalid", domain.RoleAuditor); !errors.Is(err, ErrAmbiguous) {
		t.Fatalf("two accounts of one address: %v", err)
	}
}

func TestEnrolAndUnenrol(t *testing.T) {
	s, _ := testService(t, testkit.DB(t), testClock())
	e := Enrolment{Issuer: "urn:gotong:demo", Subject: "verifikator", Provider: "demo", Name: "Verifikator (contoh)", Demo: true,
		Mandates: []domain.Mandate{{Kind: domain.MandateAreaVerifier, Region: "61.01.08", Organization: "demo-org-kecamatan"}}}
	for range 2 {
		id, err := s.Enrol(t.Context(), e)
		if err != nil || id != AccountIDFor(e.Issuer, e.Subject) {
			t.Fatalf("enrol: %q %v", id, err)
		}
	}
	id := AccountIDFor(e.Issuer, e.Subject)
	if got, _ := s.ActorOf(t.Context(), id); len(got.Mandates) != 1 {
		t.Fatalf("mandates: %+v", got)
	}
	token, _ := open(t, s.Sessions, id)
	for range 2 {
		if err := s.Unenrol(t.Context(), e.Issuer, e.Subject); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok, err := s.Authenticate(t.Context(), token); ok || err != nil {
		t.Fatalf("a removed account is signed in: %v", err)
	}
	real := newAccount(t, s, "nyata", "Nyata")
	if err := s.Unenrol(t.Context(), "urn:uji", "nyata"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ActorOf(t.Context(), real.Account); err != nil {
		t.Fatalf("a real account was removed: %v", err)
	}
}

func TestRename(t *testing.T) {
	s, _ := testService(t, testkit.DB(t), testClock())
	a := newAccount(t, s, "satu", "Satu")
	doc, err := s.Account(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]apperr.Kind{" ": apperr.Invalid, strings.Repeat("x", 121): apperr.Invalid, "Siti 6101085203900001": apperr.Invalid} {
		if err := s.Rename(t.Context(), a, testOp(name), doc.Version, name); !apperr.Is(err, want) {
			t.Errorf("%q: %v", name, err)
		}
	}
	if err := s.Rename(t.Context(), a, testOp("1"), doc.Version, " Siti\u202e\n Contoh "); err != nil {
		t.Fatal(err)
	}
	if got, _ := s.Names(t.Context(), []domain.AccountID{a.Account, "nobody", a.Account, ""}); len(got) != 1 || got[a.Account] != "Siti Contoh" {
		t.Fatalf("names: %v", got)
	}
	if err := s.Rename(t.Context(), a, testOp("2"), doc.Version, "Dari bacaan lama"); !apperr.Is(err, apperr.Conflict) {
		t.Fatalf("an old version: %v", err)
	}
	if err := s.Rename(t.Context(), domain.Actor{}, store.Operation{}, 1, "x"); !apperr.Is(err, apperr.SignIn) {
		t.Fatalf("the public: %v", err)
	}
}
