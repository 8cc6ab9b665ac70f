package middleware_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"gotong/modules/accounts"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/testkit"
)

// What hurts wants a sign-in of the last ten minutes: the form that was sent is kept meanwhile, another person's
// sign-in does not do, and afterwards one press sends it.
func TestStepUpKeepsTheForm(t *testing.T) {
	c := clock.NewFake(time.Now().Add(-2 * accounts.RecentSignIn)) // the provider says the real time
	p := start(t, testkit.DBAt(t, c), options{provider: startProvider(t), clock: c})
	b := p.browser(t)
	b.signIn("anggota")
	form := func() url.Values {
		return url.Values{"reason": {"pindah tugas & <selesai>"}, "many": {"1", "2"}, "_op": {"op-1"}, "_csrf": {b.csrf()}}
	}
	if done := b.post("/hurts", form()); done.text != "done: pindah tugas & <selesai>" {
		t.Fatalf("right after signing in: %d %s", done.StatusCode, done.text)
	}
	c.Advance(accounts.RecentSignIn + time.Second)
	old := b.cookie("gotong")
	asked := b.post("/hurts", form())
	if asked.StatusCode != http.StatusSeeOther || !strings.HasPrefix(asked.Header.Get("Location"), "/account/again?next=%2Faccount%2Fheld%2F") {
		t.Fatalf("ten minutes later: %d %s", asked.StatusCode, asked.Header.Get("Location"))
	}
	again := b.follow(asked)
	next, _ := again.doc.Find(`form[action="/account/again/demo"] input[name=next]`).Attr("value")
	lead := func() page {
		return b.follow(b.post("/account/again/demo", url.Values{"next": {next}, "_csrf": {b.csrf()}}))
	}
	if chooser := lead(); chooser.Request.URL.Path != "/choose" {
		t.Fatalf("not at the provider: %s", chooser.Request.URL)
	} else if other := b.follow(b.choose(chooser, "media-pengelola")); !strings.Contains(other.doc.Find(".summary").Text(), "orang lain") ||
		other.doc.Find(`form[action="/account/again/demo"]`).Length() != 1 || b.cookie("gotong") != old {
		t.Fatalf("as somebody else: %s", other.text)
	}
	held := b.follow(b.choose(lead(), "anggota"))
	sent := url.Values{}
	for _, input := range held.doc.Find(`form[action="/hurts"] input`).EachIter() {
		name, _ := input.Attr("name")
		value, _ := input.Attr("value")
		sent.Add(name, value)
	}
	if sent.Get("_op") != "op-1" || len(sent["many"]) != 2 || b.cookie("gotong") == old {
		t.Fatalf("the kept form: %v", sent)
	}
	if done := b.post("/hurts", sent); done.text != "done: pindah tugas & <selesai>" {
		t.Fatalf("after signing in again: %d %s", done.StatusCode, done.text)
	}
	thief := p.browser(t)
	thief.signIn("media-pengelola")
	if got := thief.get(held.Request.URL.Path); got.StatusCode != http.StatusNotFound || strings.Contains(got.text, "pindah tugas") {
		t.Fatalf("another person opens the kept form: %d", got.StatusCode)
	}
}
