package pages

import (
	"bytes"
	"strconv"
	"strings"
	"testing"
	"time"

	"codeberg.org/go-pdf/fpdf"
	"github.com/PuerkitoBio/goquery"

	"gotong/app/browser"
	"gotong/app/embedded/oidc"
	"gotong/app/walk"
)

// report of three pages, whose words are found and shown.
func threePages(t *testing.T) walk.File {
	t.Helper()
	f := fpdf.New("P", "mm", "A4", "")
	f.SetFont("Helvetica", "", 14)
	for _, text := range []string{"Laporan tandon air", "Cara merawat penyaring keramik", "Daftar suku cadang"} {
		f.AddPage()
		f.MultiCell(0, 8, text, "", "L", false)
	}
	var out bytes.Buffer
	if err := f.Output(&out); err != nil {
		t.Fatal(err)
	}
	return walk.File{Name: "perawatan.pdf", Body: out.Bytes()}
}

// TestDocumentsInTheBrowser reads a report on a phone: found by a word on its second page, drawn page by page with zoom and
// keyboard where there is JavaScript, as text where there is none; each page held against axe.
func TestDocumentsInTheBrowser(t *testing.T) {
	b := browser.Start(t)
	base := browser.Serve(t)
	for way, script := range browser.Ways() {
		name := map[bool]string{false: "documents-without-javascript", true: "documents-with-javascript"}[script]
		t.Run(name, func(t *testing.T) {
			i := browser.Inspect(t, name)
			v := i.Visit(b, base, script, "univ-penyunting")
			step := func(what string, err error) {
				t.Helper()
				if err != nil {
					t.Fatalf("%s: %v", what, err)
				}
			}
			if way == 0 {
				step("by the plain form", v.Script(false))
				step("form", v.Open("/documents/new?for=organization:"+oidc.OrgUniv))
				step("upload", v.Submit("form.form", walk.Values{"type": "report", "title": "Perawatan", "visibility": "public", "language": "id"}, map[string]walk.File{"file": threePages(t)}))
				step("as before", v.Script(script))
			}
			reader := i.Visit(b, base, script, "")
			shares(t, v, reader, script)
			found := func() bool {
				step("search", reader.Open("/documents?q=penyaring"))
				has, err := walk.Has(reader, ".quote mark")
				step("search", err)
				return has
			}
			for deadline := time.Now().Add(20 * time.Second); !found(); time.Sleep(200 * time.Millisecond) {
				if time.Now().After(deadline) {
					t.Fatal("the word is not found")
				}
			}
			if !script {
				curates(t, v, reader)
			}
			doc, err := reader.Document()
			step("found", err)
			place, _ := doc.Find(".quote a").Attr("href")
			if !strings.Contains(place, "page=2") {
				t.Fatalf("found at %q", place)
			}
			step("viewer", reader.Open(place))
			if text := walk.Text(reader, "[data-page-text]"); !strings.Contains(text, "Cara merawat penyaring") {
				t.Errorf("the page says %q", text)
			}
			if !script {
				step("next page", reader.Open(strings.Replace(place, "page=2", "page=3", 1)))
				if text := walk.Text(reader, "[data-page-text]"); !strings.Contains(text, "suku cadang") {
					t.Errorf("the page says %q", text)
				}
				return
			}
			step("drawn", reader.Until(`document.querySelector('.viewer-sheet[data-drawn="2"]') !== null`, 20*time.Second))
			var dark, narrow float64
			step("ink", reader.Eval(`(()=>{const c=document.querySelector("canvas"),d=c.getContext("2d").getImageData(0,0,c.width,c.height).data;let n=0;for(let i=0;i<d.length;i+=4)if(d[i]+d[i+1]+d[i+2]<200)n++;return JSON.stringify(n)})()`, &dark))
			if dark < 5 { // thin letters of a small page
				t.Errorf("%v dark dots are drawn", dark)
			}
			const size = `document.querySelector("canvas").getBoundingClientRect().width`
			step("width", reader.Eval(`JSON.stringify(`+size+`)`, &narrow))
			step("zoom", reader.Do(`document.dispatchEvent(new KeyboardEvent("keydown",{key:"+",bubbles:true}))`))
			step("zoomed", reader.Until(size+` > `+"1.2*"+strings.TrimSpace(number(narrow)), 10*time.Second))
			step("next", reader.Do(`document.dispatchEvent(new KeyboardEvent("keydown",{key:"ArrowRight",bubbles:true}))`))
			step("third page", reader.Until(`document.querySelector('.viewer-sheet[data-drawn="3"]') !== null && location.search.includes("page=3")`, 20*time.Second))
			step("its text", reader.Until(`document.querySelector("[data-page-text]").textContent.includes("suku cadang")`, 10*time.Second))
			step("back", reader.Do(`document.querySelector("a[rel=prev]").click()`))
			step("second page again", reader.Until(`document.querySelector('.viewer-sheet[data-drawn="2"]') !== null && !document.querySelector("a[rel=next]").hidden`, 20*time.Second))
			reader.Look()
		})
	}
}

// curates puts the report into a collection, as its owner, gives it a newer version, and reads both as somebody else: the
// collection, what its ZIP will hold, the older version and what differs.
func curates(t *testing.T, owner, reader *walk.Chromium) {
	t.Helper()
	step := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	doc, err := reader.Document()
	step("found", err)
	path, _ := doc.Find("article.card h3 a").First().Attr("href")
	step("new collection", owner.Open("/collections/new?organization="+oidc.OrgUniv))
	step("create", owner.Submit("form.form", walk.Values{"title": "Merawat air", "public": "1"}, nil))
	collection := owner.Path()
	step("collect", owner.Open(path+"/collect"))
	step("add", owner.Submit(`form[action="`+collection+`/documents"]`, nil, nil))
	step("versions", owner.Open(path+"/versions"))
	newer := walk.File{Name: "perawatan.txt", Body: []byte("Laporan tandon air\nCara merawat penyaring pasir\n")}
	step("renew", owner.Submit("form.form", walk.Values{"why": "Penyaring diganti"}, map[string]walk.File{"file": newer}))
	for _, page := range []struct{ path, selector string }{
		{"/collections", "article.card"}, {collection, "ol.collected li"}, {"/documents/bundle?collection=" + collection[len("/collections/"):], `main p.actions a[href*="/documents/zip"]`},
		{path + "/versions", `a[href$="/compare"]`},
	} {
		step(page.path, reader.Open(page.path))
		if has, err := walk.Has(reader, page.selector); err != nil || !has {
			t.Errorf("%s lacks %s: %v", page.path, page.selector, err)
		}
	}
	doc, err = reader.Document()
	step("versions", err)
	compare, _ := doc.Find(`a[href$="/compare"]`).First().Attr("href")
	step("compare", reader.Open(compare))
	if text := walk.Text(reader, ".card ins"); !strings.Contains(text, "pasir") {
		t.Errorf("what came is %q", text)
	}
	step("older", reader.Open(strings.TrimSuffix(compare, "/compare")+"/view"))
	if text := walk.Text(reader, "[data-page-text]"); !strings.Contains(text, "Laporan tandon") {
		t.Errorf("the older version says %q", text)
	}
	step("restore", owner.Open(path+"/versions"))
	step("reinstate", owner.Submit(`form[action$="/restore"]`, walk.Values{"reason": "PDF lebih baik"}, nil))
	step("back", reader.Open("/documents?q=penyaring"))
}

func number(f float64) string { return strconv.FormatFloat(f, 'f', 2, 64) }

// shares makes a link with a password, as the report's owner, and opens it as somebody who has only the link; a wrong
// password is said at its field; then the link is revoked and leads nowhere.
func shares(t *testing.T, owner, reader *walk.Chromium, script bool) {
	t.Helper()
	step := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	step("organisation", owner.Open("/organizations/"+oidc.OrgUniv))
	doc, err := owner.Document()
	step("organisation", err)
	path, ok := doc.Find(`#documents a[href^="/documents/"]`).FilterFunction(func(_ int, a *goquery.Selection) bool { return a.Text() == "Perawatan" }).Attr("href")
	if !ok {
		t.Fatal("the report is not on its owner's page")
	}
	step("sharing", owner.Open(path+"/sharing"))
	step("make", owner.Submit(`form[action="`+path+`/sharing"]`, walk.Values{"password": "tandon air hujan"}, nil))
	doc, err = owner.Document()
	step("made", err)
	_, link, ok := strings.Cut(doc.Find("a.sum").First().Text(), "/shared/")
	if !ok {
		t.Fatal("no address of the link is shown")
	}
	link = "/shared/" + link
	step("open", reader.Open(link))
	if !script { // with scripts the file would be saved instead of shown
		step("wrong", reader.Submit("main form", walk.Values{"password": "keliru sekali"}, nil))
		if has, err := walk.Has(reader, ".error-summary, [aria-invalid=true]"); err != nil || !has {
			t.Errorf("a wrong password is not said: %v", err)
		}
	}
	step("sharing", owner.Open(path+"/sharing"))
	step("revoke", owner.Submit(`form[action$="/revoke"]`, nil, nil))
	if err := reader.Open(link); err == nil {
		if text := walk.Text(reader, "h1"); strings.Contains(text, "Perawatan") {
			t.Error("a revoked link still opens")
		}
	}
}
