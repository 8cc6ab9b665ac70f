package accounts

import (
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/testkit"
)

// TestAccessMoves tries every move in every state, and in an erased account.
func TestAccessMoves(t *testing.T) {
	at := time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	states := map[Access]Account{
		AccessOpen: {}, AccessWaiting: {Asked: at}, AccessDeclined: {Asked: at, Declined: &Closure{At: at}}, AccessSuspended: {Suspended: &Closure{At: at}},
	}
	want := map[string]Access{
		"waiting approve": AccessOpen, "declined approve": AccessOpen, "waiting decline": AccessDeclined, "open suspend": AccessSuspended, "suspended restore": AccessOpen,
	}
	for state, a := range states {
		if a.Access() != state {
			t.Fatalf("%s reads as %s", state, a.Access())
		}
		for _, move := range []string{"approve", "decline", "suspend", "restore", "delete", ""} {
			moved := a
			err := moved.Move(move, Closure{By: "x", At: at, Reason: "sebab"})
			to, may := want[string(state)+" "+move]
			switch {
			case may && (err != nil || moved.Access() != to):
				t.Errorf("%s %s: %s, %v", state, move, moved.Access(), err)
			case !may && (!apperr.Is(err, apperr.Conflict) || moved.Access() != state):
				t.Errorf("%s %s: %s, %v", state, move, moved.Access(), err)
			}
			gone := a
			gone.Erased = at
			if err := gone.Move(move, Closure{}); !apperr.Is(err, apperr.Conflict) {
				t.Errorf("erased %s: %v", move, err)
			}
		}
	}
}

func TestSuspendedAccountOpensNothing(t *testing.T) {
	p := newIDP(t)
	db, clock := fakeDB(t)
	s, _ := testService(t, db, clock, p.config())
	chief := newAccount(t, s, "sekretariat", "Sekretariat", domain.RoleSecretariat)
	auditor := newAccount(t, s, "pemeriksa", "Pemeriksa", domain.RoleAuditor)
	signIn := func() Finished {
		t.Helper()
		f, err := s.Finish(t.Context(), finishWith(p.begin(t, s, "c", domain.Actor{}), "c"))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	first := signIn()
	id := AccountIDFor(p.URL, "s-1")
	signed, ok, err := s.Authenticate(t.Context(), first.Token)
	if !ok || err != nil {
		t.Fatal(err)
	}
	member := signed.Actor
	for name, c := range map[string]struct {
		actor  domain.Actor
		id     domain.AccountID
		reason string
		want   apperr.Kind
	}{
		"the public": {domain.Actor{}, id, "x", apperr.SignIn}, "a member": {member, chief.Account, "x", apperr.NotFound}, "an auditor": {auditor, id, "x", apperr.Forbidden},
		"oneself": {chief, chief.Account, "x", apperr.Forbidden}, "no reason": {chief, id, " ", apperr.Invalid}, "a NIK": {chief, id, "NIK 6101085203900001", apperr.Invalid},
		"nobody": {chief, "nobody", "x", apperr.NotFound},
	} {
		if err := s.MoveAccess(t.Context(), c.actor, testOp(name), c.id, "suspend", c.reason); !apperr.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, ok, _ := s.Authenticate(t.Context(), first.Token); !ok {
		t.Fatal("what was refused took effect")
	}
	for range 2 { // a repeat of the form changes nothing more
		if err := s.MoveAccess(t.Context(), chief, testOp("suspend"), id, "suspend", "Akun dipakai bersama."); err != nil {
			t.Fatal(err)
		}
	}
	if _, ok, err := s.Authenticate(t.Context(), first.Token); ok || err != nil {
		t.Fatal("the session goes on", err)
	}
	if left, _ := s.Sessions.Of(t.Context(), id, ""); len(left) != 0 {
		t.Errorf("%d sessions are kept", len(left))
	}
	if _, err := s.ActorOf(t.Context(), id); !apperr.Is(err, apperr.NotFound) {
		t.Error("acts through what it made:", err)
	}
	shut := signIn()
	if shut.Token != "" || shut.Closed == "" {
		t.Fatalf("let in: %+v", shut)
	}
	n, err := s.Notice(t.Context(), shut.Closed)
	if err != nil || n.Access != AccessSuspended || n.Reason != "Akun dipakai bersama." {
		t.Fatalf("%+v %v", n, err)
	}
	if _, err := s.Notice(t.Context(), "another"); !apperr.Is(err, apperr.NotFound) {
		t.Error("a guessed notice:", err)
	}
	found, err := s.People(t.Context(), chief, PeopleQuery{Role: string(AccessSuspended)})
	if err != nil || len(found.Items) != 1 || found.Items[0].ID != string(id) {
		t.Errorf("found %d, %v", len(found.Items), err)
	}
	if err := s.MoveAccess(t.Context(), chief, testOp("restore"), id, "restore", "Sudah dijelaskan."); err != nil {
		t.Fatal(err)
	}
	if back := signIn(); back.Token == "" {
		t.Error("not let in again")
	}
	if _, ok, _ := s.Authenticate(t.Context(), first.Token); ok {
		t.Error("the ended session came back")
	}
	var acts []string
	history, _ := s.accounts.History(t.Context(), string(id), 10)
	for _, e := range history {
		acts = append(acts, e.Action)
	}
	if got := strings.Join(acts, " "); got != "account.restored account.suspended account.terms-accepted account.created" {
		t.Error(got)
	}
}

func TestNewAccountsWaitForApproval(t *testing.T) {
	p := newIDP(t)
	s, _ := testService(t, testkit.DB(t), testClock(), p.config())
	s.approve = true
	chief := newAccount(t, s, "sekretariat", "Sekretariat", domain.RoleSecretariat)
	signIn := func(subject, email string) Finished {
		t.Helper()
		p.claims = func(c map[string]any) { c["sub"], c["email"] = subject, email }
		f, err := s.Finish(t.Context(), finishWith(p.begin(t, s, subject, domain.Actor{}), subject))
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	queue := func() []domain.Wait {
		t.Helper()
		m := &Module{Service: s}
		q := m.Own()[0]
		if q.For(domain.Actor{Account: "x"}) || !q.For(chief) {
			t.Error("the queue is not the secretariat's alone")
		}
		waits, err := q.Read(t.Context(), domain.QueueRequest{Actor: chief, Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		return waits.Items
	}
	if f := signIn("kepala", "kepala@contoh.invalid"); f.Token == "" {
		t.Error("whom the configuration names waits for nobody")
	}
	budi := AccountIDFor(p.URL, "budi")
	for range 2 {
		f := signIn("budi", "budi@contoh.invalid")
		if f.Token != "" || f.Closed == "" {
			t.Fatalf("let in: %+v", f)
		}
		if n, err := s.Notice(t.Context(), f.Closed); err != nil || n.Access != AccessWaiting || n.Since.IsZero() {
			t.Errorf("%+v %v", n, err)
		}
	}
	waits := queue()
	if len(waits) != 1 || waits[0].Path != "/people/"+string(budi) || !waits[0].Due.Equal(waits[0].Since.AddDate(0, 0, domain.DaysToApproveAccount.Days())) {
		t.Fatalf("%+v", waits)
	}
	if err := s.MoveAccess(t.Context(), chief, testOp("d0"), budi, "decline", ""); !apperr.Is(err, apperr.Invalid) {
		t.Error("declined without a reason:", err)
	}
	if err := s.MoveAccess(t.Context(), chief, testOp("d"), budi, "decline", "Bukan dari lembaga di provinsi ini."); err != nil {
		t.Fatal(err)
	}
	if f := signIn("budi", "budi@contoh.invalid"); f.Token != "" {
		t.Error("a declined account is let in")
	} else if n, _ := s.Notice(t.Context(), f.Closed); n.Access != AccessDeclined || n.Reason == "" {
		t.Errorf("%+v", n)
	}
	if len(queue()) != 0 {
		t.Error("a declined one waits")
	}
	undo := func(op string) error {
		return s.TakeBackApproval(t.Context(), chief, testOp(op), budi, "Orang yang salah.")
	}
	if err := s.MoveAccess(t.Context(), chief, testOp("a0"), budi, "approve", ""); err != nil {
		t.Fatal(err)
	}
	for range 2 { // the second is the same form again
		if err := undo("u0"); err != nil {
			t.Fatal(err)
		}
	}
	if f := signIn("budi", "budi@contoh.invalid"); f.Token != "" {
		t.Error("let in after the approval was taken back")
	} else if n, _ := s.Notice(t.Context(), f.Closed); n.Access != AccessDeclined {
		t.Errorf("not as it was: %+v", n)
	}
	if err := s.MoveAccess(t.Context(), chief, testOp("a"), budi, "approve", ""); err != nil {
		t.Fatal(err)
	}
	if f := signIn("budi", "budi@contoh.invalid"); f.Token == "" {
		t.Error("an approved account is not let in")
	}
	doc, err := s.Account(t.Context(), domain.Actor{Account: budi})
	if err == nil {
		err = s.Rename(t.Context(), domain.Actor{Account: budi}, testOp("n"), doc.Version, "Budi Santoso")
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := undo("u1"); !apperr.Is(err, apperr.Conflict) {
		t.Error("taken back although the account changed since:", err)
	}
	s.approve = false
	if f := signIn("cici", "cici@contoh.invalid"); f.Token == "" {
		t.Error("waits although nobody asks for approval")
	}
}

// Who was not approved is erased when the time is over, and nobody else is.
func TestDeclinedAccountsAreErased(t *testing.T) {
	p := newIDP(t)
	db, c := fakeDB(t)
	s, _ := testService(t, db, c, p.config())
	s.approve = true
	chief := newAccount(t, s, "sekretariat", "Sekretariat", domain.RoleSecretariat)
	for _, who := range []string{"budi", "cici", "dedi"} {
		p.claims = func(claims map[string]any) { claims["sub"], claims["email"] = who, who+"@contoh.invalid" }
		if _, err := s.Finish(t.Context(), finishWith(p.begin(t, s, who, domain.Actor{}), who)); err != nil {
			t.Fatal(err)
		}
	}
	budi, cici := AccountIDFor(p.URL, "budi"), AccountIDFor(p.URL, "cici")
	for _, id := range []domain.AccountID{budi, cici} {
		if err := s.MoveAccess(t.Context(), chief, testOp(string(id)), id, "decline", "Bukan dari provinsi ini."); err != nil {
			t.Fatal(err)
		}
		c.Advance(time.Hour)
	}
	drop := func(dry bool) int {
		t.Helper()
		n, err := s.EraseDeclined(t.Context(), c.Now().Add(-90*24*time.Hour), dry)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	c.Advance(90*24*time.Hour - 90*time.Minute) // the first one's time is over
	if n := drop(true); n != 1 {
		t.Error("counted", n)
	}
	if n := drop(false); n != 1 {
		t.Error("erased", n)
	}
	doc, err := s.accounts.Get(t.Context(), string(budi))
	if err != nil || doc.Body.Erased.IsZero() || doc.Body.Name+doc.Body.Email != "" || doc.Body.Declined != nil {
		t.Errorf("%+v %v", doc.Body, err)
	}
	if left, err := s.Identities(t.Context(), budi); err != nil || len(left) != 0 {
		t.Error("identities are left", err)
	}
	for _, id := range []domain.AccountID{cici, AccountIDFor(p.URL, "dedi"), chief.Account} {
		if doc, err := s.accounts.Get(t.Context(), string(id)); err != nil || !doc.Body.Erased.IsZero() {
			t.Errorf("%s: %+v %v", id, doc.Body, err)
		}
	}
}
