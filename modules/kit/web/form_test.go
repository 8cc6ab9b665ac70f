package web_test

import (
	"net/url"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

func TestRefusedFormKeepsWhatWasTypedAndSaysWhereToChange(t *testing.T) {
	p := stylePortal(t)
	typed := url.Values{
		"_op": {"OPERATION1"}, "_v": {"3"}, "title": {`  "><script>alert(1)</script>  `}, "story": {"baris satu\r\nbaris dua"}, "category": {"power"},
		"quantity": {"banyak"}, "money": {"Rp 2.000.000"}, "date": {"2027-04-01"}, "areas": {"61.01", "61.02"}, "agree": {"1"},
	}
	a := p.ask(t, "POST", "/form", typed.Encode())
	if a.Status != 422 {
		t.Fatal(a.Status)
	}
	doc := a.Doc
	if title := doc.Find("title").Text(); !strings.HasPrefix(title, "Galat: ") {
		t.Errorf("title %q", title)
	}
	for selector, want := range map[string]string{
		"input[name=title]": `"><script>alert(1)</script>`, "input[name=quantity]": "banyak", "input[name=money]": "Rp 2.000.000",
		"input[name=date]": "2027-04-01", "input[name=_op]": "OPERATION1", "input[name=_v]": "3",
	} {
		if got, _ := doc.Find(selector).Attr("value"); got != want {
			t.Errorf("%s holds %q, want %q", selector, got, want)
		}
	}
	if got := doc.Find("textarea[name=story]").Text(); got != "baris satu\nbaris dua" {
		t.Errorf("story %q", got)
	}
	if got, _ := doc.Find("select[name=category] option[selected]").Attr("value"); got != "power" {
		t.Errorf("category %q", got)
	}
	if n := doc.Find("input[name=areas][checked]").Length(); n != 2 {
		t.Errorf("%d areas checked", n)
	}
	if doc.Find("input[name=agree][checked]").Length() != 1 || doc.Find("input[name=urgency][checked]").Length() != 0 {
		t.Error("boxes differ from what was sent")
	}
	if strings.Contains(a.Body, "<script>alert") {
		t.Error("typed text became markup")
	}
	links := doc.Find(".summary a")
	if links.Length() != 2 || doc.Find(".summary[role=alert][tabindex='-1']").Length() != 1 {
		t.Fatalf("summary: %s", doc.Find(".summary").Text())
	}
	links.Each(func(_ int, link *goquery.Selection) {
		href, _ := link.Attr("href")
		if doc.Find(href).Length() != 1 {
			t.Errorf("summary leads to %s, which is not there", href)
		}
	})
	if got := strings.TrimSpace(doc.Find("#i-quantity-error").Text()); got != "Galat: Isi jumlah sebagai bilangan bulat di atas 0." {
		t.Errorf("message at the field: %q", got)
	}
	if v, _ := doc.Find("#i-quantity").Attr("aria-invalid"); v != "true" {
		t.Error("the field is not marked as wrong")
	}
	if a.get("Cache-Control") != "no-store" {
		t.Error("a form may be stored")
	}
}

func TestEveryFieldIsLabelledAndDescribed(t *testing.T) {
	p := stylePortal(t)
	for _, a := range []answer{p.ask(t, "GET", "/form", ""), p.ask(t, "POST", "/form", "_v=2&title=x&story=y&category=boat"), p.ask(t, "GET", "/show?user=1", ""), p.ask(t, "GET", "/list", "")} {
		ids := map[string]int{}
		a.Doc.Find("[id]").Each(func(_ int, s *goquery.Selection) { id, _ := s.Attr("id"); ids[id]++ })
		for id, n := range ids {
			if n > 1 {
				t.Errorf("id %q is given %d times", id, n)
			}
		}
		a.Doc.Find("input:not([type=hidden]), select, textarea").Each(func(_ int, s *goquery.Selection) {
			id, _ := s.Attr("id")
			if a.Doc.Find("label[for='"+id+"']").Length() != 1 {
				t.Errorf("input %q has no label", id)
			}
		})
		a.Doc.Find("[aria-describedby]").Each(func(_ int, s *goquery.Selection) {
			described, _ := s.Attr("aria-describedby")
			for _, id := range strings.Fields(described) {
				if ids[id] != 1 {
					t.Errorf("described by %q, which is not there", id)
				}
			}
		})
	}
}

func TestConflictShowsBothTextsAndTakesTheNewerVersion(t *testing.T) {
	p := stylePortal(t)
	a := p.ask(t, "POST", "/form", url.Values{"_op": {"OLD"}, "_v": {"2"}, "title": {"Judul saya"}, "quantity": {"7"}, "money": {"1.500.000"}}.Encode())
	if a.Status != 409 {
		t.Fatal(a.Status)
	}
	if got, _ := a.Doc.Find("input[name=title]").Attr("value"); got != "Judul saya" {
		t.Errorf("mine: %q", got)
	}
	if got := a.Doc.Find("#i-title-theirs blockquote").Text(); got != "Judul dari orang lain" {
		t.Errorf("theirs: %q", got)
	}
	if got := a.Doc.Find("#i-quantity-theirs blockquote").Text(); got != "(kosong)" {
		t.Errorf("theirs, empty: %q", got)
	}
	if a.Doc.Find("#i-money-theirs").Length() != 0 {
		t.Error("an equal field is shown as different")
	}
	if v, _ := a.Doc.Find("input[name=_v]").Attr("value"); v != "3" {
		t.Errorf("version %q", v)
	}
	if op, _ := a.Doc.Find("input[name=_op]").Attr("value"); op == "OLD" || len(op) < 26 {
		t.Errorf("operation %q", op)
	}
}

func TestFlashIsShownOnceInTheReadersLanguage(t *testing.T) {
	p := stylePortal(t)
	a := p.ask(t, "POST", "/en/form", "quantity=1.500&urgency=2&title=Air <b>")
	if a.Status != 303 || a.get("Location") != "/en/list" {
		t.Fatal(a.Status, a.get("Location"))
	}
	if c := a.get("Set-Cookie"); !strings.Contains(c, "HttpOnly") || !strings.Contains(c, "SameSite=Lax") {
		t.Errorf("cookie %q", c)
	}
	b := p.ask(t, "GET", "/en/list", "", "Cookie", a.cookie)
	if got := strings.TrimSpace(b.Doc.Find(".flash.good").Text()); got != "Kebutuhan Air <b> sudah disimpan." {
		t.Errorf("flash %q", got)
	}
	if b.get("Cache-Control") != "no-store" || !strings.Contains(b.get("Set-Cookie"), web.FlashCookie+"=;") {
		t.Errorf("cache %q, cookie %q", b.get("Cache-Control"), b.get("Set-Cookie"))
	}
	for _, bad := range []string{"flash=x", "flash=eyJrIjoiZ29vZCIsIm0iOiJubyJ9", "flash=e30"} {
		if c := p.ask(t, "GET", "/list", "", "Cookie", bad); c.Status != 200 || c.Doc.Find(".flash").Length() != 0 {
			t.Errorf("%s: %d %s", bad, c.Status, c.Doc.Find(".flash").Text())
		}
	}
}

func TestActionsCarrySessionValueOperationAndVersion(t *testing.T) {
	p := stylePortal(t)
	a := p.ask(t, "GET", "/show?user=1", "")
	a.Doc.Find("form[method=post]").Each(func(_ int, s *goquery.Selection) {
		if v, _ := s.Find("input[name=_csrf]").Attr("value"); v != "csrf-value" {
			t.Errorf("a form without the session's value: %s", s.AttrOr("action", ""))
		}
	})
	back := a.Doc.Find("details.confirm").First()
	if back.Find("textarea[name=reason][required]").Length() != 1 || back.Find("input[name=_v]").AttrOr("value", "") != "4" {
		t.Error("the action asks no reason or has no version")
	}
	if a.Doc.Find("details.confirm.stop p").First().Text() == "" {
		t.Error("what hurts does not say so first")
	}
	if name := a.Doc.Find(".who b").Text(); name != "Sari Wulandari" || a.Doc.Find(".sign-out button").Text() != "Keluar" {
		t.Errorf("signed in as %q", name)
	}
}

func TestFailNeverShowsACause(t *testing.T) {
	p := stylePortal(t)
	form := web.NewForm(web.NewBaseFor(p.bundle.Localizer("id")), "style.form", "/x")
	form.Text("title").Fail(apperr.Wrap(errSecret{}, apperr.Conflict, "error.conflict"))
	form.Fail(errSecret{})
	for _, e := range form.Errors {
		if strings.Contains(e.Text, "geheim") || strings.Contains(e.Text, "⟦") || e.Text == "" {
			t.Errorf("%q", e.Text)
		}
	}
	if len(form.Errors) != 2 {
		t.Error(form.Errors)
	}
}

type errSecret struct{}

func (errSecret) Error() string { return "mongodb://geheim@host" }

func TestCoverageNeverLeavesItsBar(t *testing.T) {
	b := web.NewBaseFor(stylePortal(t).bundle.Localizer("id"))
	text := func(n int64) string { return b.Number(n) }
	for _, c := range []struct {
		needed, committed, delivered, confirmed int64
		done, given, promised                   string
	}{
		{40, 30, 20, 10, "25%", "25%", "25%"}, {0, 5, 5, 5, "0%", "0%", "0%"}, {10, 30, 0, 0, "0%", "0%", "100%"},
		{10, 10, 12, 12, "100%", "0%", "0%"}, {-1, 1, 1, 1, "0%", "0%", "0%"}, {3, 1, 0, 0, "0%", "0%", "33.333332%"},
	} {
		got := web.NewCoverage(b, c.needed, c.committed, c.delivered, c.confirmed, text)
		if got.DoneWidth() != c.done || got.GivenWidth() != c.given || got.PromisedWidth() != c.promised {
			t.Errorf("%+v: %s %s %s", c, got.DoneWidth(), got.GivenWidth(), got.PromisedWidth())
		}
	}
}
