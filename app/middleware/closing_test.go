package middleware_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/testkit"
)

// Signed in at A, the account is suspended at B: the next request at A is the public's, signing in leads to why, and
// restoring opens it again.
func TestSuspendedOnOneReplicaIsShutOnTheOther(t *testing.T) {
	path, provider := filepath.Join(t.TempDir(), "portal.db"), startProvider(t)
	a := start(t, testkit.OpenFile(t, path, sqlite.Options{}, store.Options{}), options{provider: provider})
	enrol(t, a, "sekretariat-1")
	member, office := a.browser(t), a.browser(t)
	member.signIn("anggota")
	office.signIn("sekretariat-1")
	b := start(t, testkit.OpenFile(t, path, sqlite.Options{}, store.Options{}), options{})
	atB := &browser{t, office.client, b}
	page := "/people/" + string(demoAccount("anggota"))
	person := atB.get(page)
	if person.doc.Find(`#access form[action="`+page+`/suspend"]`).Length() != 1 || person.doc.Find(`#access form[action$="/restore"]`).Length() != 0 {
		t.Fatal(person.text)
	}
	if got := atB.post(page+"/suspend", url.Values{"_csrf": {atB.csrf()}, "_op": {"s0"}, "reason": {" "}}); got.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(got.doc.Find("#access").Text(), "alasan") {
		t.Fatalf("without a reason: %d", got.StatusCode)
	}
	if got := member.get("/account"); got.StatusCode != http.StatusOK {
		t.Fatal("the refused form took effect")
	}
	if got := atB.post(page+"/suspend", url.Values{"_csrf": {atB.csrf()}, "_op": {"s1"}, "reason": {"Akun dipakai bersama."}}); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("suspending at B: %d %s", got.StatusCode, got.text)
	}
	if got := member.get("/account"); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
		t.Fatalf("the next request at A: %d", got.StatusCode)
	}
	shut := member.follow(member.choose(member.chooser("/desk"), "anggota"))
	if !strings.Contains(shut.text, "Akun dipakai bersama.") || shut.doc.Find("h1").Text() != "Akun Anda dinonaktifkan" {
		t.Fatalf("at sign-in: %s", shut.text)
	}
	if got := member.get("/public"); got.text != "public " {
		t.Fatalf("at A as %q", got.text)
	}
	if got := atB.post(page+"/restore", url.Values{"_csrf": {atB.csrf()}, "_op": {"s2"}, "reason": {"Sudah jelas."}}); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("restoring at B: %d", got.StatusCode)
	}
	member.signIn("anggota")
	if got := member.get("/account"); got.StatusCode != http.StatusOK {
		t.Fatalf("restored: %d", got.StatusCode)
	}
}
