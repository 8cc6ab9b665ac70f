package pages

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"gotong/app/browser"
	"gotong/app/config"
	"gotong/app/walk"
)

// What is typed while the line is away stays on the device: the page says so, its button does not lose it, a page that
// was closed gets it back, and once the line is there it is saved. Where somebody else was faster, both texts are shown.
func TestTypingOutlivesTheLine(t *testing.T) {
	b := browser.Start(t)
	var way *line
	inner := browser.ServeWith(t, func(cfg *config.Config) {
		way = newLine(t, cfg.Listen)
		cfg.PublicURL = "http://" + way.Addr().String()
	})
	public := "http://" + way.Addr().String()
	v, err := b.Visit(public, browser.Width, browser.Height, true, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(v.Close)
	i := browser.Inspect(t, "authoring")
	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	aside, err := walk.NewHTTP(public)
	must("another", err)
	must("sign in", walk.SignIn(v, "univ-pengelola"))
	must("sign in aside", walk.SignIn(aside, "univ-penyunting"))
	must("new", v.Open("/initiatives/new"))
	i.Meet(v)
	must("begin", v.Submit("#form", walk.Values{"title": "Air saat putus", "summary": "Ringkasan.", "offer_1_category": "clean-water-supply"}, nil))
	initiative := v.Path()
	part := initiative + "/parts/problem"
	type typing struct{ field, text string }
	write := func(x typing) error {
		return v.Do(fmt.Sprintf(`(()=>{const e=document.querySelector("#i-%s");e.focus();e.value=%q;e.dispatchEvent(new Event("input",{bubbles:true}))})()`, x.field, x.text))
	}
	says := func(words string) error {
		return v.Until(fmt.Sprintf(`document.querySelector(".autosave").textContent.includes(%q)`, words), 20*time.Second)
	}
	stands := func(field, want string) {
		t.Helper()
		must("read aside", aside.Open(part))
		doc, err := aside.Document()
		must("page aside", err)
		if got := doc.Find("#i-" + field).Text(); got != want {
			t.Errorf("%s holds %q, want %q", field, got, want)
		}
	}
	must("part", v.Open(part))
	must("type", write(typing{"problem", "Tersimpan dahulu."}))
	must("saved while typing", says("Tersimpan "))
	stands("problem", "Tersimpan dahulu.")

	way.drop(true)
	must("type without a line", write(typing{"problem", "Ditulis tanpa sambungan."}))
	must("kept on this device", says("disimpan di perangkat ini"))
	i.Meet(v)
	must("press the button", v.Do(`document.querySelector("form[data-autosave] .actions button").click()`))
	must("still kept", says("disimpan di perangkat ini"))
	if v.Path() != part {
		t.Fatalf("the button left the page without a line, for %s", v.Path())
	}
	way.drop(false)
	must("saved once the line is back", v.Until(`location.hash==="#tasks"||document.querySelector(".autosave").textContent.includes("Tersimpan ")`, 20*time.Second))
	stands("problem", "Ditulis tanpa sambungan.")

	// The page is closed while the line is away: the browser says so to its pages, but what one sends while it closes goes out all the
	// same, so the line is broken too.
	must("part again", v.Open(part))
	must("offline", v.Offline(true))
	way.drop(true)
	must("type", write(typing{"goals", "Ditulis lalu ditutup."}))
	must("kept", says("disimpan di perangkat ini"))
	must("close the page", v.Do(`location.replace("about:blank")`))
	must("closed", v.Until(`location.href==="about:blank"`, 5*time.Second))
	must("look past the line", aside.Move(inner))
	stands("goals", "")
	must("look along the line", aside.Move(public))
	way.drop(false)
	must("online", v.Offline(false))
	must("open it again", v.Open(part))
	must("restored and saved", says("Tersimpan "))
	stands("goals", "Ditulis lalu ditutup.")

	// Somebody else was faster with the same field.
	must("offline", v.Offline(true))
	must("type", write(typing{"problem", "Tulisan saya."}))
	must("kept", says("disimpan di perangkat ini"))
	must("another saves", aside.Open(part))
	must("another saves", aside.Submit("form[data-autosave]", walk.Values{"problem": "Tulisan orang lain."}, nil))
	must("online", v.Offline(false))
	must("told of the conflict", says("Orang lain mengubah isian yang sama"))
	must("press the button", v.Press("form[data-autosave] .actions button"))
	i.Meet(v)
	doc, err := v.Document()
	must("page", err)
	if theirs := doc.Find(".theirs").Text(); !strings.Contains(theirs, "Tulisan orang lain.") {
		t.Errorf("the other text is not shown: %q", theirs)
	}
	mine, err := eval(v, `document.querySelector("#i-problem").value`)
	if must("mine", err); mine != "Tulisan saya." {
		t.Errorf("the own text is gone: %q", mine)
	}
	must("decide", v.Press("form[data-autosave] .actions button"))
	stands("problem", "Tulisan saya.")
	if left, err := eval(v, `String(Object.keys(localStorage).filter(k=>k.startsWith("gotong.kept:")).length)`); err != nil || left != "0" {
		t.Errorf("%s texts are left on the device: %v", left, err)
	}
}

// eval gives a text from the page.
func eval(v *walk.Chromium, expression string) (text string, err error) {
	err = v.Eval("Promise.resolve(JSON.stringify("+expression+"))", &text)
	return text, err
}
