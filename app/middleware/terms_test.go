package middleware_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"gotong/modules/accounts"
	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/testkit"
)

// When the terms change, who accepted the ones before is led to them from wherever they go, keeps where that was and
// what they sent, and is asked once. What one's data is owed stays open.
func TestNewTermsStandInTheWayOnce(t *testing.T) {
	path, provider := filepath.Join(t.TempDir(), "portal.db"), startProvider(t)
	before := start(t, testkit.OpenFile(t, path, sqlite.Options{}, store.Options{}), options{provider: provider})
	b := before.browser(t)
	b.signIn("anggota")
	if got := b.get("/account"); got.StatusCode != http.StatusOK {
		t.Fatalf("with the terms that were accepted: %d", got.StatusCode)
	}
	after := start(t, testkit.OpenFile(t, path, sqlite.Options{}, store.Options{}), options{terms: "2027-01"})
	at := &browser{t, b.client, after}
	csrf := at.get("/account/terms").doc.Find("form.form input[name=_csrf]").AttrOr("value", "")
	led := func(got page, next string) {
		t.Helper()
		if want := "/account/terms?next=" + url.QueryEscape(next); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(strings.TrimPrefix(got.Header.Get("Location"), "/en"), want) {
			t.Fatalf("%d %s, want %s", got.StatusCode, got.Header.Get("Location"), want)
		}
	}
	led(at.get("/desk?x=1"), "/desk?x=1")
	led(at.get("/en/people"), "/people")
	led(at.post("/hurts", url.Values{"reason": {"pindah"}, "_csrf": {csrf}}), "/account/held/")
	for _, open := range []string{"/account/terms", "/privacy", "/account/export", "/account/privacy"} {
		if got := at.get(open); got.StatusCode != http.StatusOK {
			t.Errorf("%s: %d", open, got.StatusCode)
		}
	}
	asked := at.get("/account/terms?next=%2Fdesk%3Fx%3D1")
	if !strings.Contains(asked.text, accounts.TermsVersion) || asked.doc.Find(`form[action="/account/erase"]`).Length() != 1 || asked.doc.Find(`form[action="/sign-out"]`).Length() == 0 {
		t.Fatal(asked.text)
	}
	send := func(version string) page {
		return at.post("/account/terms", url.Values{"_csrf": {csrf}, "_op": {"t"}, "version": {version}, "next": {"/desk?x=1"}})
	}
	if got := send(accounts.TermsVersion); got.StatusCode != http.StatusConflict || got.doc.Find(".summary").Length() != 1 {
		t.Fatalf("accepted what is in force no more: %d", got.StatusCode)
	}
	if got := send("2027-01"); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/desk?x=1" {
		t.Fatalf("accepted: %d %s", got.StatusCode, got.Header.Get("Location"))
	}
	if got := at.get("/desk"); got.StatusCode != http.StatusOK {
		t.Fatalf("asked again: %d", got.StatusCode)
	}
	log := at.get("/account/privacy")
	for _, want := range []string{accounts.TermsVersion, "2027-01", "Salinan data yang diambil", "Ketentuan disetujui"} {
		if !strings.Contains(log.text, want) {
			t.Errorf("%q is not told", want)
		}
	}
	if got := before.browser(t).get("/account/terms"); got.StatusCode != http.StatusUnauthorized && got.StatusCode != http.StatusSeeOther {
		t.Errorf("the public is asked: %d", got.StatusCode)
	}
}
