package portal_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"
)

// TestUndoStandsBesideTheMessage does what can be taken back and presses the button beside the message that tells of
// it: everything is as it was.
func TestUndoStandsBesideTheMessage(t *testing.T) {
	w := openWhole(t, nil)
	s := dress(w, "")
	secretary, editor := s.as("sekretariat-1"), s.as("univ-penyunting")
	document := "/documents/" + string(s.documents["public"])
	for _, step := range []struct {
		by             *person
		act, shown     string
		gone, restored string // what the page says before and after the undo
	}{
		{editor, document + "/delete", document, "/restore", "/delete"},
		{secretary, "/announcements/" + s.announced + "/retract", "/announcements", "/restore", "/retract"},
		{secretary, "/reports/" + s.reports["open"] + "/dismiss", "/reports/" + s.reports["open"], "/reopen", "/dismiss"},
	} {
		form := url.Values{"_op": {"undo-test"}, "reason": {"Alasan yang cukup panjang."}}
		done := s.ask(step.by, http.MethodPost, step.act, form.Encode())
		if done.status != http.StatusSeeOther {
			t.Errorf("%s: %d", step.act, done.status)
			continue
		}
		flash, _, _ := strings.Cut(done.header.Get("Set-Cookie"), ";")
		page := s.ask(step.by, http.MethodGet, step.shown, "", "Cookie", step.by.cookie+"; "+flash)
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(page.body))
		if err != nil {
			t.Fatal(err)
		}
		undo := doc.Find(".flash form")
		to, has := undo.Attr("action")
		if !has || !strings.HasSuffix(to, step.gone) || strings.TrimSpace(undo.Find("button").Text()) == "" {
			t.Errorf("%s: no way back beside the message: %q %q", step.act, to, doc.Find(".flash").Text())
			continue
		}
		values := url.Values{}
		undo.Find("input").Each(func(_ int, in *goquery.Selection) { values.Set(in.AttrOr("name", ""), in.AttrOr("value", "")) })
		if back := s.ask(step.by, http.MethodPost, to, values.Encode()); back.status != http.StatusSeeOther {
			t.Errorf("%s: %d", to, back.status)
		}
		if after := s.ask(step.by, http.MethodGet, step.shown, ""); !strings.Contains(after.body, step.restored+`"`) || strings.Contains(after.body, `class="flash`) {
			t.Errorf("%s: not as it was", step.act)
		}
	}
}
