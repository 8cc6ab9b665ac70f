package middleware_test

import (
	"bufio"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/accounts"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/testkit"
)

// startForeign runs npm's oidc-provider, a provider that shares no code with ours, and gives its issuer.
func startForeign(t *testing.T, callback string) string {
	t.Helper()
	folder := os.Getenv("GOTONG_TEST_OIDC_PROVIDER")
	if folder == "" {
		t.Skip("GOTONG_TEST_OIDC_PROVIDER names no folder with npm's oidc-provider; .ci/oidc installs it and runs this test")
	}
	folder, err := filepath.Abs(folder)
	if err != nil {
		t.Fatal(err)
	}
	node := exec.CommandContext(t.Context(), "node", "testdata/foreign.mjs", folder, callback)
	out, err := node.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := node.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = node.Process.Kill(); _ = node.Wait() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if line := lines.Text(); strings.HasPrefix(line, "http://") {
			return line
		}
	}
	t.Fatal("the provider did not start")
	return ""
}

// at the provider: fills in its forms as the person does until it leads back to the portal, and gives that address.
func (b *browser) throughForeign(issuer string, begun page, login string) string {
	b.t.Helper()
	p := begun
	for range 12 {
		if p.StatusCode >= 300 && p.StatusCode < 400 {
			next, err := p.Location()
			if err != nil {
				b.t.Fatal(err)
			}
			if !strings.HasPrefix(next.String(), issuer) {
				return next.String()
			}
			p = b.get(next.String())
			continue
		}
		form := p.doc.Find("form").First()
		action, _ := form.Attr("action")
		to, err := p.Request.URL.Parse(action)
		if form.Length() == 0 || err != nil {
			b.t.Fatalf("the provider shows no form: %d %s", p.StatusCode, p.text)
		}
		values := url.Values{}
		form.Find("input").Each(func(_ int, input *goquery.Selection) {
			name, _ := input.Attr("name")
			value, _ := input.Attr("value")
			switch name {
			case "login":
				value = login
			case "password":
				value = "apa saja"
			}
			if name != "" {
				values.Set(name, value)
			}
		})
		p = b.post(to.String(), values)
	}
	b.t.Fatal("never came back")
	return ""
}

// A provider that is neither ours nor of its library signs people in, links, and confirms them anew.
func TestForeignProvider(t *testing.T) {
	c := clock.NewFake(time.Now().Add(-2 * accounts.RecentSignIn))
	const public = "http://127.0.0.1:18099" // the callback is taken by hand from the provider's answer
	issuer := startForeign(t, public+"/sign-in/asing/callback")
	p := start(t, testkit.DBAt(t, c), options{publicURL: public, clock: c, provider: nil, more: []accounts.ProviderConfig{
		{Key: "asing", Name: "Asing", Kind: accounts.KindOIDC, Issuer: issuer, ClientID: "portal", ClientSecret: "rahasia-uji"}}})
	origin := []string{"Sec-Fetch-Site", "same-origin"}
	back := func(b *browser, address string) page { return b.get(strings.Replace(address, public, p.url, 1)) }

	b := p.browser(t)
	form := b.get("/sign-in")
	if !strings.Contains(form.Header.Get("Content-Security-Policy"), issuer) || form.doc.Find(`form[action="/sign-in/asing"]`).Length() != 1 {
		t.Fatalf("sign-in page: %s", form.text)
	}
	callback := b.throughForeign(issuer, b.post("/sign-in/asing", url.Values{"next": {"/account"}}, origin...), "siti")
	if got := p.browser(t); got.follow(back(got, callback)).doc.Find(".summary").Length() != 1 {
		t.Fatal("another browser finished the sign-in")
	}
	callback = b.throughForeign(issuer, b.post("/sign-in/asing", url.Values{"next": {"/account"}}, origin...), "siti")
	if got := b.follow(back(b, callback)); !strings.Contains(got.doc.Find("h1").Text(), "Orang siti") {
		t.Fatalf("not signed in: %s", got.text)
	}
	if got := b.follow(back(b, callback)); got.doc.Find(".summary").Length() != 1 {
		t.Fatal("an answer was taken twice")
	}
	me, _, err := p.service.Authenticate(t.Context(), b.cookie("gotong"))
	if err != nil || me.Actor.Account != accounts.AccountIDFor(issuer, "siti") {
		t.Fatalf("signed in as %+v, %v", me.Actor, err)
	}
	doc, err := p.service.Account(t.Context(), me.Actor)
	if err != nil || doc.Body.Email != "siti@asing.invalid" || !doc.Body.EmailVerified {
		t.Fatalf("profile: %+v %v", doc.Body, err)
	}

	c.Advance(accounts.RecentSignIn + time.Second)
	csrf, _ := b.get("/account").doc.Find("input[name=_csrf]").First().Attr("value")
	asked := b.post("/hurts", url.Values{"reason": {"uji"}, "_csrf": {csrf}}, origin...)
	next, _ := b.follow(asked).doc.Find("input[name=next]").Attr("value")
	begun := b.post("/account/again/asing", url.Values{"next": {next}, "_csrf": {csrf}}, origin...)
	if to, err := begun.Location(); err != nil || to.Query().Get("prompt") != "login" || to.Query().Get("max_age") == "" {
		t.Fatalf("no fresh sign-in is asked for: %v", to)
	}
	held := b.follow(back(b, b.throughForeign(issuer, begun, "siti")))
	if held.StatusCode != http.StatusOK || held.doc.Find(`form[action="/hurts"]`).Length() != 1 {
		t.Fatalf("after the fresh sign-in: %d %s", held.StatusCode, held.text)
	}

	thief := p.browser(t)
	callback = thief.throughForeign(issuer, thief.post("/sign-in/asing", url.Values{}, origin...), "penyerang")
	thief.follow(back(thief, callback))
	other, _, err := p.service.Authenticate(t.Context(), thief.cookie("gotong"))
	if err != nil || other.Actor.Account == me.Actor.Account {
		t.Fatalf("another subject: %+v %v", other.Actor, err)
	}
	if doc, err := p.service.Account(t.Context(), other.Actor); err != nil || doc.Body.EmailVerified {
		t.Fatalf("an unverified address counts: %+v %v", doc.Body, err)
	}
}
