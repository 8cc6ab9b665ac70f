package walk

import (
	"context"
	"fmt"
	"time"

	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

// Touch gives the visitor's screen to fingers, as a phone's is.
func (c *Chromium) Touch() error {
	_, err := chromedp.Call(c.ctx, emulation.SetTouchEmulationEnabled, emulation.SetTouchEmulationEnabledParams{Enabled: true, MaxTouchPoints: 1})
	return err
}

// Drop drags files of this machine over an element and lets them go there.
func (c *Chromium) Drop(selector string, paths ...string) error {
	var at struct{ X, Y float64 }
	err := c.Eval(`(async()=>{const e=document.querySelector(`+js(selector)+`);e.scrollIntoView({block:"center"});const r=e.getBoundingClientRect();return JSON.stringify({X:r.x+r.width/2,Y:r.y+r.height/2})})()`, &at)
	if err != nil {
		return fmt.Errorf("drop on %s: %w", selector, err)
	}
	data := &input.DragData{Items: []*input.DragDataItem{}, Files: paths, DragOperationsMask: 1}
	for _, kind := range []input.DispatchDragEventType{"dragEnter", "dragOver", "drop"} {
		if err := c.call(func(ctx context.Context) error {
			_, err := chromedp.Call(ctx, input.DispatchDragEvent, input.DispatchDragEventParams{Type: kind, X: at.X, Y: at.Y, Data: data})
			return err
		}); err != nil {
			return fmt.Errorf("%s on %s: %w", kind, selector, err)
		}
	}
	return nil
}

func (c *Chromium) call(do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(c.ctx, within)
	defer cancel()
	return do(ctx)
}

// PastePicture pastes a picture of that width into the page, as it comes from the clipboard after a screenshot.
func (c *Chromium) PastePicture(width int) error {
	var ok bool
	return c.Eval(fmt.Sprintf(`new Promise(done=>{const p=document.createElement("canvas");p.width=p.height=%d;p.getContext("2d").fillRect(9,9,20,20);p.toBlob(b=>{const d=new DataTransfer();d.items.add(new File([b],"image.png",{type:"image/png"}));document.body.dispatchEvent(new ClipboardEvent("paste",{clipboardData:d,bubbles:true,cancelable:true}));done("true")},"image/png")})`, width), &ok)
}

// Shoot presses a button that opens the camera, or a dialog of files, and gives it a file. It tells what the page asked for.
func (c *Chromium) Shoot(selector, path string) (asked []string, err error) {
	opened := make(chan *page.EventFileChooserOpened, 1)
	ctx, cancel := context.WithTimeout(c.ctx, within)
	defer cancel()
	if err := chromedp.Listen(ctx, func(event any) {
		if e, ok := event.(*page.EventFileChooserOpened); ok {
			select {
			case opened <- e:
			default:
			}
		}
	}); err != nil {
		return nil, err
	}
	if _, err := chromedp.Call(ctx, page.SetInterceptFileChooserDialog, page.SetInterceptFileChooserDialogParams{Enabled: true}); err != nil {
		return nil, err
	}
	if err := c.do(chromedp.ScrollIntoView(chromedp.CSS(selector)), chromedp.Click(chromedp.CSS(selector))); err != nil {
		return nil, fmt.Errorf("press %s: %w", selector, err)
	}
	select {
	case e := <-opened:
		node, err := chromedp.Call(ctx, dom.DescribeNode, dom.DescribeNodeParams{BackendNodeID: e.BackendNodeID})
		if err != nil {
			return nil, err
		}
		_, err = chromedp.Call(ctx, dom.SetFileInputFiles, dom.SetFileInputFilesParams{Files: []string{path}, BackendNodeID: e.BackendNodeID})
		return node.Node.Attributes, err
	case <-time.After(10 * time.Second):
		return nil, fmt.Errorf("%s opens nothing", selector)
	}
}
