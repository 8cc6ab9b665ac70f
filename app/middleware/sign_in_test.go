package middleware_test

import (
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gotong/app/embedded/oidc"
	"gotong/modules/accounts"
	"gotong/modules/domain"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/testkit"
)

func demoAccount(subject string) domain.AccountID {
	return accounts.AccountIDFor(oidc.IssuerAlias, subject)
}

func enrol(t *testing.T, p *portal, subject string) domain.AccountID {
	t.Helper()
	for _, d := range oidc.DemoPeople() {
		if d.Subject == subject {
			e := accounts.Enrolment{Issuer: oidc.IssuerAlias, Subject: d.Subject, Provider: "demo", Name: d.Name, Email: d.Email, EmailVerified: true, Demo: true}
			for _, r := range d.Roles {
				e.Roles = append(e.Roles, domain.PlatformRole(r))
			}
			id, err := p.service.Enrol(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			return id
		}
	}
	t.Fatalf("no demo person %q", subject)
	return ""
}

func TestSignInRoundTrip(t *testing.T) {
	p := start(t, testkit.DB(t), options{provider: startProvider(t)})
	b := p.browser(t)
	if got := b.get("/desk"); got.StatusCode != http.StatusSeeOther || got.Header.Get("Location") != "/sign-in?next=%2Fdesk" {
		t.Fatalf("the desk without sign-in: %d %s", got.StatusCode, got.Header.Get("Location"))
	}
	form := b.get("/sign-in?next=%2Fdesk")
	if form.doc.Find(`form[method=post][action="/sign-in/demo"] button`).Length() != 1 || form.Header.Get("Cache-Control") != "no-store" {
		t.Fatalf("sign-in page: %s", form.text)
	}
	if policy := form.Header.Get("Content-Security-Policy"); !strings.Contains(policy, "form-action 'self' http://127.0.0.1:") {
		t.Fatalf("the policy would stop the sign-in: %s", policy)
	}
	chooser := b.chooser("/desk")
	if n := chooser.doc.Find("button[name=subject]").Length(); n != len(oidc.DemoPeople()) {
		t.Fatalf("the chooser offers %d people", n)
	}
	back := b.choose(chooser, "anggota")
	if back.StatusCode != http.StatusSeeOther || back.Header.Get("Location") != "/account/welcome?next=%2Fdesk" {
		t.Fatalf("callback: %d %s", back.StatusCode, back.Header.Get("Location"))
	}
	welcome := b.follow(back)
	if !strings.Contains(welcome.doc.Find("h1").Text(), "Anggota masyarakat (contoh)") || welcome.doc.Find(`main a[href="/organizations/new"]`).Length() == 0 {
		t.Fatalf("welcome: %s", welcome.text)
	}
	desk := b.get("/desk")
	if desk.StatusCode != 200 || desk.Header.Get("Cache-Control") != "no-store" || desk.doc.Find(".empty").Length() == 0 || !strings.Contains(desk.doc.Find("header").Text(), "Anggota masyarakat (contoh)") {
		t.Fatalf("desk: %d %s", desk.StatusCode, desk.text)
	}
	if got := b.get("/en/account"); got.doc.Find("h1").Text() != "My account" || !strings.Contains(got.text, "anggota@contoh.invalid") {
		t.Fatalf("account in English: %s", got.text)
	}
	if strings.Contains(desk.text, "⟦") {
		t.Fatal("a text is missing")
	}
	second := p.browser(t)
	if again := second.signIn("anggota"); again.Header.Get("Location") != "/account" {
		t.Fatalf("the second sign-in leads to %s", again.Header.Get("Location"))
	}
}

func TestLanguageIsKeptThroughSignIn(t *testing.T) {
	p := start(t, testkit.DB(t), options{provider: startProvider(t)})
	b := p.browser(t)
	chooser := b.follow(b.post("/en/sign-in/demo", url.Values{"next": {"/en/desk"}}))
	if got := chooser.doc.Find("h1").Text(); got != "Who do you want to be?" {
		t.Fatalf("chooser: %q", got)
	}
	if back := b.choose(chooser, "anggota"); back.Header.Get("Location") != "/en/account/welcome?next=%2Fen%2Fdesk" {
		t.Fatalf("led to %s", back.Header.Get("Location"))
	}
}

func TestPlantedSessionCookieGetsANewOne(t *testing.T) {
	p := start(t, testkit.DB(t), options{provider: startProvider(t)})
	attacker := p.browser(t)
	attacker.signIn("anggota")
	planted := attacker.cookie("gotong")
	victim := p.browser(t)
	u, _ := url.Parse(p.url)
	for _, value := range []string{strings.Repeat("A", 43), planted} {
		victim.client.Jar.SetCookies(u, []*http.Cookie{{Name: "gotong", Value: value, Path: "/"}})
		victim.signIn("pemeriksa")
		if got := victim.cookie("gotong"); got == value || len(got) != 43 {
			t.Fatalf("after signing in the cookie is %q", got)
		}
	}
	attacker.client.Jar.SetCookies(u, []*http.Cookie{{Name: "gotong", Value: planted, Path: "/"}})
	if got := attacker.get("/account"); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("the planted session lives on: %d", got.StatusCode)
	}
}

func TestCallbackOfAnotherBrowserIsRefused(t *testing.T) {
	p := start(t, testkit.DB(t), options{provider: startProvider(t)})
	attacker, victim := p.browser(t), p.browser(t)
	chooser := attacker.chooser("/desk")
	id, _ := chooser.doc.Find("input[name=id]").Attr("value")
	provider := chooser.Request.URL.Scheme + "://" + chooser.Request.URL.Host
	done := attacker.post(provider+"/choose", url.Values{"id": {id}, "subject": {"anggota"}})
	next, _ := done.Location()
	callback := attacker.get(next.String()).Header.Get("Location")
	if !strings.HasPrefix(callback, p.url+"/sign-in/demo/callback?") {
		t.Fatalf("callback %q", callback)
	}
	got := victim.get(callback)
	if got.Header.Get("Location") != "/sign-in?problem=lapsed&provider=demo" || victim.cookie("gotong") != "" {
		t.Fatalf("a foreign callback: %d %s", got.StatusCode, got.Header.Get("Location"))
	}
	if text := victim.follow(got); text.doc.Find("[role=alert] h2").Text() != "Proses masuk ini sudah tidak berlaku" {
		t.Fatalf("page: %s", text.text)
	}
	if replay := attacker.get(callback); replay.Header.Get("Location") != "/sign-in?problem=lapsed&provider=demo" {
		t.Fatalf("its state can be used again: %s", replay.Header.Get("Location"))
	}
}

func TestRoleTakenAwayCountsOnTheNextRequest(t *testing.T) {
	p := start(t, testkit.DB(t), options{provider: startProvider(t)})
	one, two := enrol(t, p, "sekretariat-1"), enrol(t, p, "sekretariat-2")
	b, chief := p.browser(t), p.browser(t)
	b.signIn("sekretariat-1")
	chief.signIn("sekretariat-2")
	if got := b.get("/people"); got.StatusCode != 200 || !strings.Contains(got.text, "Sekretariat kedua (contoh)") {
		t.Fatalf("people: %d", got.StatusCode)
	}
	own := chief.get("/people/" + string(two))
	if own.doc.Find("form.action, form.form").Length() != 0 {
		t.Fatal("one's own page offers to change one's rights")
	}
	if got := chief.post("/people/"+string(two)+"/roles/secretariat/revoke", url.Values{"_csrf": {chief.csrf()}, "_op": {"x"}, "reason": {"x"}}); got.StatusCode != http.StatusForbidden {
		t.Fatalf("changed their own roles: %d", got.StatusCode)
	}
	person := chief.get("/people/" + string(one))
	revoke := person.doc.Find("#rights form.action")
	path, _ := revoke.Attr("action")
	if path != "/people/"+string(one)+"/roles/secretariat/revoke" {
		t.Fatalf("revoke: %q", path)
	}
	if got := chief.post(path, url.Values{"_csrf": {chief.csrf()}, "_op": {"y"}, "reason": {"selesai"}}); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("revoke: %d %s", got.StatusCode, got.text)
	}
	if got := b.get("/people"); got.StatusCode != http.StatusNotFound || strings.Contains(got.text, "Sekretariat kedua") {
		t.Fatalf("after losing the role: %d", got.StatusCode)
	}
}

func TestGrantsByForm(t *testing.T) {
	p := start(t, testkit.DB(t), options{provider: startProvider(t)})
	enrol(t, p, "sekretariat-1")
	member := enrol(t, p, "verifikator-paloh")
	p.orgs[member] = []domain.Membership{{Organization: "demo-org-kecamatan", Name: "Contoh: Kantor Kecamatan Paloh", Role: domain.OrgOwner, Verified: true}}
	b := p.browser(t)
	b.signIn("sekretariat-1")
	path := "/people/" + string(member)
	csrf := b.csrf()
	wrong := b.post(path+"/mandates", url.Values{"_csrf": {csrf}, "_op": {"a"}, "kind": {"area-verifier"}, "region": {"Paloh"}, "organization": {"demo-org-kecamatan"}, "reason": {"Surat tugas 12"}})
	if wrong.StatusCode != http.StatusUnprocessableEntity || wrong.doc.Find("#i-mandate-region").AttrOr("value", "") != "Paloh" ||
		wrong.doc.Find("#i-mandate-reason").Text() != "Surat tugas 12" || wrong.doc.Find(`.summary a[href="#i-mandate-region"]`).Length() != 1 {
		t.Fatalf("a wrong region: %d %s", wrong.StatusCode, wrong.text)
	}
	right := url.Values{"_csrf": {csrf}, "_op": {"b"}, "kind": {"area-verifier"}, "region": {"610108"}, "organization": {"demo-org-kecamatan"}, "reason": {"Surat tugas 12"}}
	for range 2 {
		if got := b.post(path+"/mandates", right); got.StatusCode != http.StatusSeeOther {
			t.Fatalf("granting: %d %s", got.StatusCode, got.text)
		}
	}
	if got := b.get(path); strings.Count(got.doc.Find("#rights").Text(), "Verifikator wilayah (61.01.08)") != 1 || !strings.Contains(got.doc.Find("#history").Text(), "Mandat diberikan") || strings.Contains(got.text, "⟦") {
		t.Fatalf("person: %s", got.text)
	}
	if got := b.post(path+"/roles", url.Values{"_csrf": {csrf}, "_op": {"c"}, "role": {"auditor"}}); got.StatusCode != http.StatusUnprocessableEntity || got.doc.Find("#i-role-reason-error").Length() != 1 {
		t.Fatalf("without a reason: %d", got.StatusCode)
	}
}

func TestRefusedPosts(t *testing.T) {
	p := start(t, testkit.DB(t), options{provider: startProvider(t)})
	b := p.browser(t)
	b.signIn("anggota")
	csrf := b.csrf()
	good := url.Values{"_csrf": {csrf}}
	cases := map[string]struct {
		values  url.Values
		headers []string
		status  int
	}{
		"same origin":                      {good, []string{"Origin", p.url}, 200},
		"same site by the browser's word":  {good, []string{"Sec-Fetch-Site", "same-origin"}, 200},
		"token in a header":                {nil, []string{"Origin", p.url, "X-CSRF-Token", csrf}, 200},
		"no origin at all":                 {good, []string{"X-Nothing", "1"}, 403},
		"another origin":                   {good, []string{"Origin", "https://evil.example"}, 403},
		"null origin":                      {good, []string{"Origin", "null"}, 403},
		"cross-site":                       {good, []string{"Sec-Fetch-Site", "cross-site", "Origin", p.url}, 403},
		"a sibling site":                   {good, []string{"Sec-Fetch-Site", "same-site", "Origin", p.url}, 403},
		"without the session's value":      {nil, []string{"Origin", p.url}, 403},
		"with another value":               {url.Values{"_csrf": {strings.Repeat("A", 43)}}, []string{"Origin", p.url}, 403},
		"the value in the address":         {nil, []string{"Origin", p.url, "X-Path", "/things?_csrf=" + csrf}, 403},
		"an origin that starts with ours":  {good, []string{"Origin", p.url + ".evil.example"}, 403},
		"another scheme on the same host":  {good, []string{"Origin", strings.Replace(p.url, "http://", "https://", 1)}, 403},
		"another port on the same machine": {good, []string{"Origin", "http://127.0.0.1:1"}, 403},
	}
	for name, c := range cases {
		path := "/things"
		for i, h := range c.headers {
			if h == "X-Path" {
				path = c.headers[i+1]
			}
		}
		if got := b.post(path, c.values, c.headers...); got.StatusCode != c.status {
			t.Errorf("%s: %d, want %d", name, got.StatusCode, c.status)
		}
	}
	for _, method := range []string{http.MethodPut, http.MethodDelete, http.MethodPatch, "TRACE"} {
		r, _ := http.NewRequestWithContext(t.Context(), method, p.url+"/things", nil)
		if got := b.do(r); got.StatusCode < 400 || got.StatusCode >= 500 {
			t.Errorf("%s: %d", method, got.StatusCode)
		}
	}
	if got := p.browser(t).post("/things", nil); got.StatusCode != http.StatusSeeOther {
		t.Errorf("anonymous: %d", got.StatusCode)
	}
	if got := b.get("/sign-out"); got.StatusCode != http.StatusNotFound {
		t.Errorf("GET /sign-out: %d", got.StatusCode)
	}
	if got := b.get("/account"); got.StatusCode != 200 {
		t.Errorf("signed out by GET")
	}
}

func TestOpenRedirectsAreRefused(t *testing.T) {
	p := start(t, testkit.DB(t), options{provider: startProvider(t)})
	b := p.browser(t)
	b.signIn("anggota")
	for _, next := range []string{"https://evil.example", "//evil.example", `/\evil.example`, "/\t/evil.example", "/en//evil.example", "javascript:alert(1)"} {
		got := b.get("/sign-in?next=" + url.QueryEscape(next))
		if to := got.Header.Get("Location"); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(to, "/") || strings.HasPrefix(to, "//") || strings.HasPrefix(to, `/\`) {
			t.Errorf("%q leads to %q", next, to)
		}
		fresh := p.browser(t)
		if to := fresh.choose(fresh.chooser(next), "anggota").Header.Get("Location"); to != "/" && to != "/evil.example" && to != "/desk" {
			t.Errorf("%q leads to %q after signing in", next, to)
		}
	}
}

func TestSignOutEndsTheSessionOnEveryReplica(t *testing.T) {
	path, provider := filepath.Join(t.TempDir(), "portal.db"), startProvider(t)
	a := start(t, testkit.OpenFile(t, path, sqlite.Options{}, store.Options{}), options{provider: provider})
	b := start(t, testkit.OpenFile(t, path, sqlite.Options{}, store.Options{}), options{})
	at := a.browser(t)
	at.signIn("anggota")
	kept := at.cookie("gotong")
	csrf := at.csrf()
	atB := &browser{t, at.client, b}
	if got := atB.post("/things", url.Values{"_csrf": {csrf}}); got.StatusCode != 200 {
		t.Fatalf("signed in at A, posted at B: %d", got.StatusCode)
	}
	out := at.post("/sign-out", url.Values{"_csrf": {csrf}})
	if out.StatusCode != http.StatusSeeOther || !strings.Contains(out.Header.Get("Clear-Site-Data"), `"storage"`) || at.cookie("gotong") != "" {
		t.Fatalf("sign-out: %d %v", out.StatusCode, out.Header)
	}
	if text := at.follow(out); !strings.Contains(text.text, "Anda sudah keluar.") {
		t.Fatalf("after signing out: %s", text.text)
	}
	for _, replica := range []*portal{a, b} {
		u, _ := url.Parse(replica.url)
		thief := replica.browser(t)
		thief.client.Jar.SetCookies(u, []*http.Cookie{{Name: "gotong", Value: kept, Path: "/"}})
		if got := thief.get("/account"); got.StatusCode != http.StatusSeeOther {
			t.Fatalf("the session lives on: %d", got.StatusCode)
		}
		if thief.cookie("gotong") != "" {
			t.Fatal("a dead session's cookie stays")
		}
	}
}

// Signed in at A, the session is ended from the account page of B: the next request at A is the public's.
func TestRevokedOnOneReplicaIsSignedOutOnTheOther(t *testing.T) {
	path, provider := filepath.Join(t.TempDir(), "portal.db"), startProvider(t)
	a := start(t, testkit.OpenFile(t, path, sqlite.Options{}, store.Options{}), options{provider: provider})
	phone, laptop := a.browser(t), a.browser(t)
	phone.signIn("anggota")
	laptop.signIn("anggota")
	b := start(t, testkit.OpenFile(t, path, sqlite.Options{}, store.Options{}), options{})
	atB := &browser{t, laptop.client, b}
	if phone.get("/account").StatusCode != http.StatusOK {
		t.Fatal("not signed in at A")
	}
	end, _ := atB.get("/account").doc.Find("#sessions li form").Attr("action")
	if got := atB.post(end, url.Values{"_csrf": {atB.csrf()}}); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("ending at B: %d", got.StatusCode)
	}
	if got := phone.get("/account"); got.StatusCode != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
		t.Fatalf("the next request at A: %d", got.StatusCode)
	}
	if got := phone.get("/public"); got.text != "public " {
		t.Fatalf("at A as %q", got.text)
	}
}

// A role given or taken changes the session's token on the next request; the old one opens nothing a minute later, the
// form that was open still counts.
func TestNewTokenWhenRightsChange(t *testing.T) {
	c := clock.NewFake(time.Now())
	p := start(t, testkit.DBAt(t, c), options{provider: startProvider(t), clock: c})
	b := p.browser(t)
	b.signIn("anggota")
	csrf, old := b.csrf(), b.cookie("gotong")
	if b.get("/public"); b.cookie("gotong") != old {
		t.Fatal("another token although nothing changed")
	}
	if _, err := p.service.Grant(t.Context(), string(demoAccount("anggota")), domain.RoleAuditor); err != nil {
		t.Fatal(err)
	}
	b.get("/public")
	if b.cookie("gotong") == old {
		t.Fatal("the token stays when rights change")
	}
	if got := b.post("/things", url.Values{"_csrf": {csrf}}); got.StatusCode != http.StatusOK {
		t.Fatalf("the open form: %d", got.StatusCode)
	}
	u, _ := url.Parse(p.url)
	thief := p.browser(t)
	for wait, want := range []string{"public Anggota masyarakat (contoh)", "public "} {
		c.Advance(time.Duration(wait) * 2 * time.Minute)
		thief.client.Jar.SetCookies(u, []*http.Cookie{{Name: "gotong", Value: old, Path: "/"}})
		if got := thief.get("/public"); got.text != want {
			t.Fatalf("the old token, %d times two minutes later: %q", wait, got.text)
		}
	}
	if got := b.get("/account"); got.StatusCode != http.StatusOK || b.cookie("gotong") == old {
		t.Fatalf("the new token: %d", got.StatusCode)
	}
}

func TestSessionsAreListedAndEnded(t *testing.T) {
	p := start(t, testkit.DB(t), options{provider: startProvider(t)})
	phone, laptop, stranger := p.browser(t), p.browser(t), p.browser(t)
	phone.signIn("anggota")
	laptop.signIn("anggota")
	stranger.signIn("pemeriksa")
	account := laptop.get("/account")
	ends := account.doc.Find("#sessions li form")
	if ends.Length() != 1 || account.doc.Find("#sessions li .tag.good").Length() != 1 {
		t.Fatalf("sessions: %s", account.doc.Find("#sessions").Text())
	}
	path, _ := ends.Attr("action")
	if got := stranger.post(path, url.Values{"_csrf": {stranger.csrf()}}); got.StatusCode != http.StatusNotFound {
		t.Fatalf("ended a stranger's session: %d", got.StatusCode)
	}
	if got := laptop.post(path, url.Values{"_csrf": {laptop.csrf()}}); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("ending: %d", got.StatusCode)
	}
	if phone.get("/account").StatusCode != http.StatusSeeOther || laptop.get("/account").StatusCode != 200 {
		t.Fatal("the wrong session ended")
	}
	phone.signIn("anggota")
	if got := laptop.follow(laptop.post("/account/sessions/end-others", url.Values{"_csrf": {laptop.csrf()}})); !strings.Contains(got.text, "1 perangkat lain sudah dikeluarkan.") {
		t.Fatalf("ending the others: %s", got.text)
	}
	if phone.get("/account").StatusCode != http.StatusSeeOther || stranger.get("/account").StatusCode != 200 {
		t.Fatal("ending the others ended the wrong ones")
	}
}
