package middleware_test

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	cdp "github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"gotong/modules/domain"
	"gotong/modules/kit/testkit"
)

const (
	watchPolicy = `document.addEventListener("securitypolicyviolation", e => { (window.violations ||= []).push(e.violatedDirective + " " + e.blockedURI) })`
	findWide    = `document.documentElement.scrollWidth > innerWidth ? [...document.querySelectorAll("body *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120)).slice(0, 5) : []`
	runAxe      = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.map(n => n.html.slice(0, 160) + " " + n.failureSummary).join(" | ")))`
)

// TestSignInInABrowser signs in as one does, at phone width: the strict policy lets the form lead through the provider
// and back, axe finds nothing, nothing is wider than the screen. GOTONG_ACCOUNTS_OUT keeps the pictures.
func TestSignInInABrowser(t *testing.T) {
	binary, err := exec.LookPath("chromium")
	if err != nil || testing.Short() {
		t.Skip("no chromium, or a short run")
	}
	axe, err := os.ReadFile("../browser/testdata/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	p := start(t, testkit.DB(t), options{provider: startProvider(t)})
	enrol(t, p, "sekretariat-1")
	member := enrol(t, p, "verifikator-paloh")
	p.orgs[member] = []domain.Membership{{Organization: "demo-org-kecamatan", Name: "Contoh: Kantor Kecamatan Paloh", Role: domain.OrgOwner, Verified: true}}

	flags := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(binary), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.WSURLReadTimeout(time.Minute))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), flags...)
	defer stop()
	ctx, cancel := chromedp.NewContext(allocator)
	defer cancel()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int]("1")); err != nil {
		t.Fatal("start the browser:", err)
	}
	_, err = chromedp.Call(ctx, cdp.AddScriptToEvaluateOnNewDocument, cdp.AddScriptToEvaluateOnNewDocumentParams{Source: watchPolicy})
	must(err)
	look := func(name, scheme string) {
		t.Helper()
		_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 360, Height: 740, DeviceScaleFactor: 1, Mobile: true})
		must(err)
		_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		must(err)
		wide, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](findWide))
		must(err)
		violations, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`window.violations || []`))
		must(err)
		_, err = chromedp.Run(ctx, chromedp.Evaluate[any](string(axe)+";null"))
		must(err)
		found, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](runAxe, chromedp.EvalAwaitPromise))
		must(err)
		for kind, list := range map[string][]string{"axe": found, "wider than the screen": wide, "policy": violations} {
			for _, line := range list {
				t.Errorf("%s %s: %s: %s", name, scheme, kind, line)
			}
		}
		if out := os.Getenv("GOTONG_ACCOUNTS_OUT"); out != "" {
			picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			must(err)
			must(os.WriteFile(filepath.Join(out, fmt.Sprintf("%s-%s.png", name, scheme)), picture, 0o600))
		}
	}
	visit := func(name, target string) {
		t.Helper()
		_, err := chromedp.RunResponse(ctx, chromedp.Navigate(p.url+target))
		must(err)
		look(name, "light")
	}
	click := func(selector string) {
		t.Helper()
		_, err := chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS(selector)))
		must(err)
	}
	at := func(want string) {
		t.Helper()
		got, err := chromedp.Run(ctx, chromedp.Evaluate[string]("location.pathname + location.search"))
		must(err)
		if got != want {
			t.Fatalf("at %s, not at %s", got, want)
		}
	}
	visit("sign-in", "/sign-in?next=/people")
	visit("outage", "/sign-in?problem=outage&provider=demo")
	visit("sign-in", "/sign-in?next=/people")
	click(`form[action="/sign-in/demo"] button`)
	look("choose", "light")
	look("choose", "dark")
	click(`button[value="sekretariat-1"]`)
	at("/account/welcome?next=%2Fpeople")
	look("welcome", "light")
	visit("desk", "/desk")
	visit("account", "/en/account")
	visit("again", "/account/again?next=/desk")
	visit("people", "/people?q=contoh")
	visit("person", "/people/"+string(member))
	look("person", "dark")
	click(`form.sign-out button`)
	at("/sign-in?done=signed-out")
}
