package accounts

import (
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Other terms are asked for once, and what was accepted before stays known.
func TestTermsAreAskedAgain(t *testing.T) {
	p := newIDP(t)
	db, c := fakeDB(t)
	s, _ := testService(t, db, c, p.config())
	finished, err := s.Finish(t.Context(), finishWith(p.begin(t, s, "c", domain.Actor{}), "c"))
	if err != nil {
		t.Fatal(err)
	}
	owes := func() (Signed, bool) {
		t.Helper()
		signed, ok, err := s.Authenticate(t.Context(), finished.Token)
		if err != nil || !ok {
			t.Fatal(ok, err)
		}
		return signed, signed.Owes
	}
	me, due := owes()
	if due {
		t.Fatal("asked for right after signing in")
	}
	first := c.Now()
	c.Advance(time.Hour)
	s.terms = "2027-01"
	if _, due := owes(); !due {
		t.Fatal("other terms are not asked for")
	}
	if err := s.AgreeTerms(t.Context(), me.Actor, testOp("a"), TermsVersion); !apperr.Is(err, apperr.Conflict) {
		t.Error("the old version was accepted:", err)
	}
	if err := s.AgreeTerms(t.Context(), domain.Actor{}, testOp("b"), "2027-01"); !apperr.Is(err, apperr.SignIn) {
		t.Error("nobody accepted:", err)
	}
	for range 2 { // the second changes nothing
		if err := s.AgreeTerms(t.Context(), me.Actor, testOp("c"), "2027-01"); err != nil {
			t.Fatal(err)
		}
	}
	if _, due := owes(); due {
		t.Error("asked for after they were accepted")
	}
	doc, err := s.Account(t.Context(), me.Actor)
	if err != nil {
		t.Fatal(err)
	}
	got := doc.Body.consents()
	if len(got) != 2 || got[0] != (Consent{"2027-01", c.Now()}) || got[1] != (Consent{TermsVersion, first}) {
		t.Errorf("%+v", got)
	}
	if list := (Account{Terms: "2026-01", TermsAt: first}).consents(); len(list) != 1 || list[0].Version != "2026-01" {
		t.Errorf("of an account without history: %+v", list)
	}
	if newAccount(t, s, "contoh", "Contoh"); s.owesTerms(Account{}) {
		t.Error("who never signed in is asked")
	}
}

// What was done with one's data is told to oneself, and nobody else's is.
func TestProcessingLog(t *testing.T) {
	db, c := fakeDB(t)
	s, _ := testService(t, db, c)
	chief := newAccount(t, s, "sekretariat", "Sekretariat", domain.RoleSecretariat)
	me, other := newAccount(t, s, "saya", "Saya"), newAccount(t, s, "lain", "Lain")
	for _, a := range []domain.Actor{me, other} {
		if err := s.noteExport(t.Context(), a); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.GrantRole(t.Context(), chief, testOp("g"), me.Account, domain.RoleAuditor, "Diminta inspektorat."); err != nil {
		t.Fatal(err)
	}
	if err := s.AskErasure(t.Context(), me, testOp("e")); err != nil {
		t.Fatal(err)
	}
	if err := db.Relay(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := s.Processing(t.Context(), me, 0)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range page.Entries {
		if e.ID != string(me.Account) {
			t.Errorf("of another account: %+v", e)
		}
		got = append(got, e.Action)
	}
	if copies, err := s.Copies(t.Context(), me); err != nil || len(copies) != 1 || !copies[0].Equal(c.Now()) {
		t.Errorf("copies: %v %v", copies, err)
	}
	want := []string{"account.erasure-asked", "account.role-granted", "account.enrolled"}
	if len(got) != len(want) {
		t.Fatal(got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatal(got)
		}
	}
	for _, a := range []domain.Actor{{}, {Account: me.Account, Program: &domain.Program{}}} {
		if _, err := s.Processing(t.Context(), a, 0); !apperr.Is(err, apperr.SignIn) {
			t.Errorf("%+v: %v", a, err)
		}
	}
}
