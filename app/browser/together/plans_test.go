// Package together walks in a real browser what several partners do with each other.
package together

import (
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/app/browser"
	"gotong/app/walk"
)

// The secretariat has a plan searched for Kabupaten Sambas on the demonstration's data, leaves a line out and has it searched again,
// compares the two, and shares the second; a partner turns three of its lines into proposals, which their villages then have before
// them.
func TestPlansInTheBrowser(t *testing.T) {
	b := browser.Start(t)
	base := browser.Serve(t)
	for _, script := range browser.Ways() {
		name := map[bool]string{false: "without-javascript", true: "with-javascript"}[script]
		t.Run(name, func(t *testing.T) {
			i := browser.Inspect(t, "plans-"+name)
			person := func(subject string) *walk.Chromium { return i.Visit(b, base, script, subject) }
			open := func(v walk.Visitor, path string) *goquery.Document {
				t.Helper()
				if err := v.Open(path); err != nil {
					t.Fatal(err)
				}
				doc, err := v.Document()
				if err != nil {
					t.Fatal(err)
				}
				return doc
			}
			send := func(v walk.Visitor, form string, values walk.Values) {
				t.Helper()
				if err := v.Submit(form, values, nil); err != nil {
					t.Fatal(err)
				}
			}
			office := person("sekretariat-1")
			// answered waits for the end of a search, as a person does who looks again.
			answered := func(path string) *goquery.Document {
				t.Helper()
				for deadline := time.Now().Add(time.Minute); ; time.Sleep(500 * time.Millisecond) {
					doc := open(office, path)
					if doc.Find("#lines").Length() > 0 {
						return doc
					}
					if time.Now().After(deadline) {
						t.Fatalf("no result: %s", strings.Join(strings.Fields(doc.Find("main").Text()), " "))
					}
				}
			}
			open(office, "/plans/new?region=61.01")
			send(office, `form[action$="/plans"]`, walk.Values{"title": "", "region": "61.01"})
			doc, err := office.Document()
			if err != nil || doc.Find(".summary a[href='#i-title']").Length() != 1 {
				t.Fatalf("a plan without a name is taken: %v", err)
			}
			send(office, `form[action$="/plans"]`, walk.Values{"title": "Sambas " + name, "region": "61.01"})
			first := office.Path()
			if script {
				for deadline := time.Now().Add(time.Minute); walk.Text(office, "#lines") == ""; time.Sleep(200 * time.Millisecond) {
					if time.Now().After(deadline) {
						t.Fatal("the page does not follow its search")
					}
				}
			}
			doc = answered(first)
			if text := doc.Find(".page-head .lead").Text(); !strings.Contains(text, "terbaik") && !strings.Contains(text, "lebih baik") {
				t.Errorf("the certificate is not in words: %q", text)
			}
			lines := doc.Find("#lines ~ form li")
			if lines.Length() < 4 {
				t.Fatalf("%d lines: %s", lines.Length(), doc.Find("#plan").Text())
			}
			if script {
				return // the progress took the result in by itself; everything else is the same without it
			}
			if doc.Find("#left").Length() != 1 || doc.Find("svg.tiles a").Length() != 14 || doc.Find("#fifths ~ h3").Length() < 2 {
				t.Error("what stays open, the map or the fifths are not shown")
			}
			out, _ := lines.First().Find("input[name=drop]").Attr("value")
			send(office, `form[action$="/again"]`, walk.Values{"drop": out})
			second := office.Path()
			if second == first {
				t.Fatal("no new plan")
			}
			doc = answered(second)
			if doc.Find(`#plan input[name=keep][value="`+out+`"]`).Length() != 0 || doc.Find(`input[name=free][value="`+out+`"]`).Length() != 1 {
				t.Error("the line that was left out is in the plan again")
			}
			open(office, "/en"+second)
			doc = open(office, second+"/compare?with="+strings.TrimPrefix(first, "/plans/"))
			if doc.Find("table").Length() != 2 || doc.Find("tbody").Last().Find("tr").Length() < 1 {
				t.Errorf("the comparison shows no difference: %s", doc.Find("main").Text())
			}

			partner := person("air-pengelola")
			if err := partner.Open(second); err == nil {
				if text := walk.Text(partner, "main"); strings.Contains(text, "Sambas "+name) {
					t.Error("a partner reads a plan that is not shared")
				}
			}
			open(office, second)
			send(office, `form[action$="/share"]`, nil)
			doc = open(partner, second)
			mine := doc.Find("input[name=line]")
			if mine.Length() < 1 {
				t.Fatal("no line is the partner's")
			}
			if mine.Length() < 3 {
				t.Fatalf("%d lines are the partner's", mine.Length())
			}
			chosen := []string{}
			mine.Slice(0, 3).Each(func(_ int, s *goquery.Selection) { chosen = append(chosen, s.AttrOr("value", "")) })
			send(partner, `form[action$="/propose"]`, walk.Values{"line": strings.Join(chosen, "|")})
			doc, err = partner.Document()
			if err != nil {
				t.Fatal(err)
			}
			made := doc.Find(`#receipt ~ ul a[href^="/commitments/"]`)
			if made.Length() != 3 {
				t.Fatalf("%d proposals: %s", made.Length(), doc.Find("#receipt ~ ul").Text())
			}
			doc = open(partner, made.First().AttrOr("href", ""))
			if !strings.Contains(doc.Find("main").Text(), "Diusulkan") {
				t.Errorf("not proposed: %s", doc.Find("main").Text())
			}
		})
	}
}
