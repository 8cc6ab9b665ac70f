package walk

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/PuerkitoBio/goquery"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// ErrNoBrowser says that no Chromium was found on this machine.
var ErrNoBrowser = errors.New("no Chromium found (Debian: chromium)")

// Browser is one running Chromium; each visitor gets a browser context, a session, of its own.
type Browser struct {
	ctx    context.Context
	cancel []context.CancelFunc
}

// NewBrowser starts Chromium.
func NewBrowser() (*Browser, error) {
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		return nil, ErrNoBrowser
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true), chromedp.NoFirstRun,
		chromedp.WSURLReadTimeout(time.Minute))
	alloc, stopAlloc := chromedp.NewExecAllocator(context.Background(), options...)
	ctx, stop := chromedp.NewContext(alloc)
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int]("1")); err != nil {
		stop()
		stopAlloc()
		return nil, err
	}
	return &Browser{ctx: ctx, cancel: []context.CancelFunc{stop, stopAlloc}}, nil
}

// Close ends Chromium.
func (b *Browser) Close() {
	for _, cancel := range b.cancel {
		cancel()
	}
}

// Chromium is a visitor in a real browser.
type Chromium struct {
	base    string
	ctx     context.Context
	cancel  context.CancelFunc
	script  bool
	scratch string
	// Met is called after each page that was met, if set.
	Met func(*Chromium)
}

// Visit opens a session of its own at the given screen size; script says whether pages may run JavaScript.
func (b *Browser) Visit(base string, width, height int64, script bool, scratch string) (*Chromium, error) {
	ctx, cancel := chromedp.NewContext(b.ctx, chromedp.WithNewBrowserContext())
	c := &Chromium{base: base, ctx: ctx, cancel: cancel, script: script, scratch: scratch}
	if _, err := chromedp.Run(ctx, chromedp.Evaluate[int]("1")); err != nil { // without a deadline: it starts the tab
		cancel()
		return nil, err
	}
	_, err := chromedp.Call(ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 600,
	})
	if err == nil {
		err = c.allow(script)
	}
	return c, err
}

// allow lets pages run scripts, or not.
func (c *Chromium) allow(script bool) error {
	_, err := chromedp.Call(c.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !script})
	return err
}

// Script lets the visitor's pages run JavaScript from the next one on, or not.
func (c *Chromium) Script(on bool) error {
	if c.script == on {
		return nil
	}
	c.script = on
	return c.allow(on)
}

// within bounds one step in the browser.
const within = 30 * time.Second

func (c *Chromium) do(steps ...chromedp.Action[chromedp.Void]) error {
	ctx, cancel := context.WithTimeout(c.ctx, within)
	defer cancel()
	return chromedp.Do(ctx, steps...)
}

func evaluate[T any](c *Chromium, expression string, options ...chromedp.EvaluateOption) (T, error) {
	ctx, cancel := context.WithTimeout(c.ctx, within)
	defer cancel()
	return chromedp.Run(ctx, chromedp.Evaluate[T](expression, options...))
}

// Open implements Visitor.
func (c *Chromium) Open(path string) error {
	target := path
	if strings.HasPrefix(path, "/") {
		target = c.base + path
	}
	ctx, cancel := context.WithTimeout(c.ctx, 30*time.Second)
	defer cancel()
	res, err := chromedp.RunResponse(ctx, chromedp.Navigate(target))
	if err != nil {
		return fmt.Errorf("open %s: %w", path, err)
	}
	c.met()
	if res != nil && res.Status >= 400 {
		doc, derr := c.Document()
		if derr != nil {
			return derr
		}
		return fmt.Errorf("open %s: %d %s", path, res.Status, Summary(doc))
	}
	return nil
}

func (c *Chromium) met() {
	if c.Met != nil {
		c.Met(c)
	}
}

// Submit implements Visitor: it fills in the inputs and presses the form's first submit button.
func (c *Chromium) Submit(form string, values Values, files map[string]File) error {
	mark := fmt.Sprintf("w%d", time.Now().UnixNano())
	found, err := evaluate[bool](c, fmt.Sprintf(`(()=>{const f=document.querySelector(%s);if(!f)return false;f.setAttribute("data-walk",%q);for(const d of document.querySelectorAll("details"))if(d.contains(f))d.open=true;for(const d of f.querySelectorAll("details"))d.open=true;return true})()`, js(form), mark))
	if err != nil {
		return err
	}
	if !found {
		doc, err := c.Document()
		if err != nil {
			return err
		}
		return fmt.Errorf("no form %s at %s: %s", form, c.Path(), Summary(doc))
	}
	scope := fmt.Sprintf(`form[data-walk=%q]`, mark)
	button := scope + ` button:not([type=button]):not([name]), ` + scope + ` input[type=submit]`
	pressed, err := c.fill(scope, values)
	if err != nil {
		return fmt.Errorf("form %s at %s: %w", form, c.Path(), err)
	}
	if pressed != "" {
		button = fmt.Sprintf(`%s button[name=%q][value=%q]`, scope, pressed, values[pressed])
	}
	for name, file := range files {
		path := filepath.Join(c.scratch, file.Name)
		if err := os.WriteFile(path, file.Body, 0o600); err != nil {
			return err
		}
		if err := c.do(chromedp.SetUploadFiles(chromedp.CSS(fmt.Sprintf(`%s input[type=file][name=%q]`, scope, name)), []string{path})); err != nil {
			return fmt.Errorf("file %s: %w", name, err)
		}
	}
	return c.press(button)
}

// fill sets the inputs, in the order of their names; it gives the name that is a button's, to be pressed later.
func (c *Chromium) fill(scope string, values Values) (button string, err error) {
	if len(values) == 0 {
		return "", nil
	}
	told, err := evaluate[string](c, fmt.Sprintf(`(()=>{const f=document.querySelector(%s),values=%s;let button="";
for(const [name,value] of Object.entries(values)){const es=[...f.elements].filter(e=>e.name===name),e=es[0];
if(!e)return "!no input "+JSON.stringify(name);
if(e.tagName==="BUTTON"){button=name;continue}
if(e.type==="checkbox"||e.type==="radio"){const want=value.split("|"),is=x=>want.includes(x.value)||x.type==="checkbox"&&want.includes("on");for(const x of es)if(is(x)!==x.checked&&(x.type==="checkbox"||is(x)))x.click();continue}
if(e.tagName==="SELECT"&&![...e.options].some(o=>o.value===value))return "!select "+JSON.stringify(name)+" has no option "+JSON.stringify(value);
e.focus();e.value=value;e.dispatchEvent(new Event("input",{bubbles:true}));e.dispatchEvent(new Event("change",{bubbles:true}))}
return button})()`, js(scope), js(values)))
	if refused, ok := strings.CutPrefix(told, "!"); ok {
		err = errors.New(refused)
	}
	return told, err
}

// press clicks and waits until another page stands, loaded anew or put in place by the upload script.
func (c *Chromium) press(selector string) error {
	if _, err := evaluate[string](c, `document.body.dataset.walk="left"`); err != nil {
		return err
	}
	if err := c.do(chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector))); err != nil {
		return fmt.Errorf("press %s at %s: %w", selector, c.Path(), err)
	}
	deadline := time.Now().Add(30 * time.Second)
	for time.Now().Before(deadline) {
		if fresh, err := evaluate[bool](c, `document.readyState==="complete" && !!document.body && !document.body.dataset.walk`); err == nil && fresh {
			c.met()
			return nil
		}
		time.Sleep(20 * time.Millisecond)
	}
	return fmt.Errorf("press %s at %s: no new page", selector, c.Path())
}

// Eval runs an expression that gives a promise of a JSON text (for axe). Promises need scripts: where the visitor has
// none, they are allowed for just this call; those of the page were not loaded and do not run.
func (c *Chromium) Eval(expression string, result any) error {
	if !c.script {
		if err := c.allow(true); err != nil {
			return err
		}
		defer func() { _ = c.allow(false) }()
	}
	text, err := evaluate[string](c, expression, chromedp.EvalAwaitPromise)
	if err != nil {
		return err
	}
	return json.Unmarshal([]byte(text), result)
}

// TooWide names an element that makes the page wider than the screen, "" where there is none.
func (c *Chromium) TooWide() (string, error) {
	return evaluate[string](c, `(()=>{const w=document.documentElement.clientWidth;if(document.documentElement.scrollWidth<=w)return "";for(const e of document.querySelectorAll("body *")){const r=e.getBoundingClientRect();if(r.right>w+1)return e.outerHTML.slice(0,200)}return "scrolls sideways"})()`)
}

// Screenshot takes the whole page as PNG.
func (c *Chromium) Screenshot() ([]byte, error) {
	ctx, cancel := context.WithTimeout(c.ctx, within)
	defer cancel()
	whole := true
	shot, err := chromedp.Call(ctx, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &whole})
	if err != nil {
		return nil, err
	}
	return shot.Data, nil
}

// Document implements Visitor.
func (c *Chromium) Document() (*goquery.Document, error) {
	html, err := evaluate[string](c, `document.documentElement.outerHTML`)
	if err != nil {
		return nil, err
	}
	return goquery.NewDocumentFromReader(bytes.NewReader([]byte(html)))
}

// Path implements Visitor.
func (c *Chromium) Path() string {
	address, err := evaluate[string](c, `location.href`)
	if err != nil {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.TrimPrefix(u.Path, "/en")
}

// Status implements Visitor: a browser does not tell it.
func (c *Chromium) Status() int { return 0 }

// Close implements Visitor.
func (c *Chromium) Close() { c.cancel() }

func js(v any) string {
	b, _ := json.Marshal(v)
	return string(b)
}

var _ Visitor = (*Chromium)(nil)
