package web_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
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
	p := stylePortal(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = p.Listener(listener) }()
	t.Cleanup(func() { _ = p.Shutdown() })
	root := "http://" + listener.Addr().String()

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
		_, err = chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
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
			visit("error", "/en/nowhere", width, scheme, "", false)
		}
	}
	visit("conflict", "/form", 360, "light", `document.querySelector("[name=_v]").value = "2"; document.querySelector("#i-title").value = "Judul saya"`, true)
}
