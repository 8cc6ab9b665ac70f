package walk

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// Choose puts files of this machine into a file input, as a person does in the dialog.
func (c *Chromium) Choose(input string, paths ...string) error {
	if err := c.do(chromedp.SetUploadFiles(chromedp.CSS(input), paths)); err != nil {
		return fmt.Errorf("choose for %s: %w", input, err)
	}
	return nil
}

// Until waits until an expression is true in the page.
func (c *Chromium) Until(expression string, within time.Duration) error {
	var last error
	for deadline := time.Now().Add(within); time.Now().Before(deadline); time.Sleep(30 * time.Millisecond) {
		yes, err := evaluate[bool](c, "!!("+expression+")")
		if err == nil && yes {
			return nil
		}
		last = err
	}
	text, _ := evaluate[string](c, `document.body.innerText.slice(0,1500)`)
	return fmt.Errorf("not within %s: %s %w\n%s", within, expression, last, text)
}

// Do runs an expression in the page, whatever it gives.
func (c *Chromium) Do(expression string) error {
	_, err := evaluate[bool](c, "("+expression+",true)")
	return err
}

// Fetch gives what the portal answers to a page's own request for a path, as bytes.
func (c *Chromium) Fetch(path string) (body []byte, err error) {
	err = c.Eval(`fetch(`+js(path)+`).then(r=>r.ok?r.arrayBuffer():Promise.reject(Error("status "+r.status))).then(b=>JSON.stringify(btoa(Array.from(new Uint8Array(b),x=>String.fromCharCode(x)).join(""))))`, &body)
	return body, err
}

// Press presses a button or link and waits for the page that it leads to.
func (c *Chromium) Press(selector string) error { return c.press(selector) }

// Look tells the visitor's Met that the page as it is now was met: after it changed without a new one.
func (c *Chromium) Look() { c.met() }

// Offline takes the visitor's network away, as a lost line does, or gives it back; the browser tells its pages.
func (c *Chromium) Offline(on bool) error {
	ctx, cancel := context.WithTimeout(c.ctx, within)
	defer cancel()
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		return err
	}
	conditions := []*network.Conditions{{Offline: on, DownloadThroughput: -1, UploadThroughput: -1}}
	if _, err := chromedp.Call(ctx, network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: conditions}); err != nil {
		return err
	}
	_, err := chromedp.Call(ctx, network.OverrideNetworkState, network.OverrideNetworkStateParams{Offline: on, DownloadThroughput: -1, UploadThroughput: -1})
	return err
}
