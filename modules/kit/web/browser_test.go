package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/web"
)

// browser starts Chromium with nothing that calls home; the test is skipped where there is none. Complaint is told of
// each uncaught exception.
func browser(t *testing.T, complaint func(string)) context.Context {
	t.Helper()
	binary, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no chromium")
	}
	if testing.Short() {
		t.Skip("browser test")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(binary), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.WSURLReadTimeout(time.Minute))
	allocator, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, cancel := chromedp.NewContext(allocator, chromedp.WithListener(func(event any) {
		if thrown, ok := event.(*runtime.EventExceptionThrown); ok {
			raw, _ := json.Marshal(thrown.ExceptionDetails)
			complaint(string(raw))
		}
	}))
	t.Cleanup(cancel)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int]("1")); err != nil {
		t.Fatal("start the browser:", err)
	}
	return ctx
}

// serve has the portal answer on a loopback address until the test ends.
func serve(t *testing.T, p *portal) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.Listener(listener) }()
	t.Cleanup(func() { _ = p.Shutdown() })
	return "http://" + listener.Addr().String()
}

const (
	watchPolicy = `document.addEventListener("securitypolicyviolation", e => { (window.violations ||= []).push(e.violatedDirective + " " + e.blockedURI) })`
	findWide    = `document.documentElement.scrollWidth > innerWidth ? [...document.querySelectorAll("main *, footer *, header > *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1).map(e => e.outerHTML.slice(0, 120)).slice(0, 5) : []`
	runAxe      = `axe.run(document, {resultTypes: ["violations"]}).then(r => r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.map(n => n.html.slice(0, 160) + " " + n.failureSummary).join(" | ")))`
)

// TestPartsInABrowser opens the style guide at phone and desk width, light and dark: axe finds nothing, nothing is
// wider than the screen, and no script or style breaks the strict policy. GOTONG_STYLE_OUT keeps the pictures.
func TestPartsInABrowser(t *testing.T) {
	axe, err := os.ReadFile("../../../app/browser/testdata/axe-core/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	ctx := browser(t, func(c string) { t.Error("script:", c) })
	root := serve(t, stylePortal(t))

	if _, err := chromedp.Call(ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{Source: watchPolicy}); err != nil {
		t.Fatal(err)
	}
	visit := func(name, target string, width int64, scheme, act string, submits bool) {
		t.Helper()
		where := fmt.Sprintf("%s %d %s", name, width, scheme)
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatalf("%s: %v", where, err)
			}
		}
		_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: 900, DeviceScaleFactor: 1, Mobile: width < 500})
		must(err)
		media := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}}
		if scheme == "print" {
			media = emulation.SetEmulatedMediaParams{Media: "print"}
		}
		_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, media)
		must(err)
		_, err = chromedp.RunResponse(ctx, chromedp.Navigate(root+target))
		must(err)
		if act != "" {
			_, err = chromedp.Run(ctx, chromedp.Evaluate[any](act+";null"))
			must(err)
		}
		if submits {
			_, err = chromedp.RunResponse(ctx, chromedp.Click(chromedp.CSS("form.form .actions button")))
			must(err)
		}
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
				t.Errorf("%s: %s: %s", where, kind, line)
			}
		}
		if out := os.Getenv("GOTONG_STYLE_OUT"); out != "" {
			picture, err := chromedp.Run(ctx, chromedp.FullScreenshot(100))
			must(err)
			must(os.WriteFile(filepath.Join(out, fmt.Sprintf("%s-%d-%s.png", name, width, scheme)), picture, 0o600))
		}
	}
	for _, width := range []int64{360, 1280} {
		for _, scheme := range []string{"light", "dark"} {
			visit("list", "/list?q=air&region=61.01", width, scheme, "", false)
			visit("show", "/show?user=1", width, scheme, `document.querySelector(".confirm").open = true`, false)
			visit("form", "/form", width, scheme, `document.querySelector("#i-quantity").value = "banyak"`, true)
		}
	}
	visit("error", "/en/nowhere", 360, "dark", "", false)
	visit("show", "/show?user=1", 780, "print", "", false)
	visit("list", "/list", 780, "print", "", false)
	visit("conflict", "/form", 360, "light", `document.querySelector("[name=_v]").value = "2"; document.querySelector("#i-title").value = "Judul saya"`, true)
}

// TestScriptsHelp uses the forms as a reader with scripts does: a counter, suggestions, a button that sends once, an
// upload whose answer takes the page's place, and a summary that leads to its fields.
func TestScriptsHelp(t *testing.T) {
	ctx := browser(t, func(c string) { t.Error("script:", c) })
	p := stylePortal(t)
	var posts atomic.Int32
	hold := make(chan struct{})
	p.Post("/slow", func(c *fiber.Ctx) error {
		posts.Add(1)
		<-hold
		return web.Redirect(c, "/list")
	})
	p.Get("/villages/suggest", func(c *fiber.Ctx) error {
		return web.Suggestions(c, []web.Option{{Value: "Desa " + c.Query("village") + " <x>", Label: "Kec. Paloh"}})
	})
	root := serve(t, p)
	open := func(path string) {
		t.Helper()
		if _, err := chromedp.RunResponse(ctx, chromedp.Navigate(root+path)); err != nil {
			t.Fatal(err)
		}
	}
	// until waits for an expression to become true; say runs one. A page that leaves meanwhile may take the answer with it, so it is asked again.
	until := func(what, expression string) {
		t.Helper()
		ok, err := false, error(nil)
		for range 3 {
			within, cancel := context.WithTimeout(ctx, 20*time.Second)
			ok, err = chromedp.Run(within, chromedp.Evaluate[bool](`new Promise(done => { let left = 400; (function look() { let ok = false; try { ok = !!(`+expression+`) } catch {} if (ok || !left--) done(ok); else setTimeout(look, 25) })() })`, chromedp.EvalAwaitPromise))
			cancel()
			if err == nil {
				break
			}
		}
		if err != nil || !ok {
			now, _ := chromedp.Run(ctx, chromedp.Evaluate[string](`document.activeElement.outerHTML.slice(0, 200) + document.title + location.href`))
			t.Fatalf("%s: %v %v; %s", what, ok, err, now)
		}
	}
	say := func(expression string) {
		t.Helper()
		if _, err := chromedp.Run(ctx, chromedp.Evaluate[any](expression+";null")); err != nil {
			t.Fatal(err)
		}
	}

	open("/form")
	say(`window.typed = (selector, text) => { const e = document.querySelector(selector); e.value = text; e.dispatchEvent(new Event("input", {bubbles: true})) }; typed("#i-title", "é".repeat(121))`)
	until("counter", `document.querySelector("#i-title-max .count.over").textContent.trim() === "121/120"`)
	say(`typed("#i-village", "Tema")`)
	until("suggestions", `document.querySelector("#i-village-list option").value === "Desa Tema <x>"`)

	// A file makes the form go by XMLHttpRequest; the refused form comes back with the cursor in its summary.
	say(`(() => { const d = new DataTransfer(); d.items.add(new File(["x".repeat(300000)], "a.pdf")); document.querySelector("#i-file").files = d.files; document.querySelector("form.form .actions button").click() })()`)
	until("refused upload", `document.activeElement === document.querySelector(".summary") && document.title.startsWith("Galat:")`)
	until("typed text", `document.querySelector("#i-title").value.length === 121`)
	say(`document.querySelector(".summary a").click()`)
	until("field of the summary", `document.activeElement === document.querySelector("#i-quantity")`)
	say(`(() => { document.querySelector("#i-quantity").value = "5"; document.querySelector("#i-urgency").click(); const d = new DataTransfer(); d.items.add(new File(["x"], "a.pdf")); document.querySelector("#i-file").files = d.files; document.querySelector("form.form .actions button").click() })()`)
	until("accepted upload", `location.pathname === "/list" && document.querySelector(".flash.good") && !document.querySelector("form.form")`)

	open("/form")
	say(`(() => { const form = document.querySelector("form.form"), button = form.querySelector(".actions button"); form.action = "/slow"; setInterval(() => sessionStorage.setItem("button", button.textContent), 10); for (let i = 0; i < 5; i++) button.click() })()`)
	// The browser may answer nothing while the form is on its way, so the page itself notes what stands on the button.
	for deadline := time.Now().Add(20 * time.Second); posts.Load() == 0 && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	time.Sleep(200 * time.Millisecond)
	close(hold)
	until("sent", `location.pathname === "/list" && sessionStorage.getItem("button") === "Mengirim…"`)
	if n := posts.Load(); n != 1 {
		t.Errorf("sent %d times", n)
	}
	violations, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`window.violations || []`))
	if err != nil || len(violations) > 0 {
		t.Error(violations, err)
	}
}
