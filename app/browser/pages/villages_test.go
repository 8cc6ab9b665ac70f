// Package pages walks in a real browser what one person does on the portal's pages.
package pages

import (
	"strings"
	"testing"

	"gotong/app/browser"
	"gotong/app/walk"
)

// TestVillagesInTheBrowser reads a village's figures, the maps and the typology on a phone, each page held against axe,
// and changes the deprivation weight as the secretariat: what would move is shown before anything changes.
func TestVillagesInTheBrowser(t *testing.T) {
	b := browser.Start(t)
	base := browser.Serve(t)
	for _, script := range browser.Ways() {
		name := map[bool]string{false: "villages-without-javascript", true: "villages-with-javascript"}[script]
		t.Run(name, func(t *testing.T) {
			i := browser.Inspect(t, name)
			visit := func(subject string) *walk.Chromium { return i.Visit(b, base, script, subject) }
			public := visit("")
			for path, wants := range map[string][]string{
				"/villages/" + walk.Village:        {"#weight .why", "#years .plot svg", "#compare table", `a[href$="/sheet.pdf"]`},
				"/en/villages/61.01":               {"#compare table"},
				"/map":                             {"svg.points a circle", "table"},
				"/en/map?region=61.01&show=weight": {"svg.tiles a rect", "table"},
				"/villages/typology?class=middle":  {"table a", `a[href$="typology.csv"]`},
				"/en/villages/weight":              {"table"},
				"/villages?q=temajok":              {`a[href="/villages/` + walk.Village + `"]`},
			} {
				if err := public.Open(path); err != nil {
					t.Fatal(err)
				}
				for _, selector := range wants {
					if has, err := walk.Has(public, selector); err != nil || !has {
						t.Errorf("%s: no %s (%v)", path, selector, err)
					}
				}
			}
			zooms(t, public, script)
			records(t, visit("desa-temajuk"), name)
			decides(t, visit("sekretariat-1"), map[bool]string{false: "90", true: "80"}[script])
		})
	}
}

// zooms presses the buttons that the script adds to a map; without it the map stands as a whole.
func zooms(t *testing.T, v *walk.Chromium, script bool) {
	t.Helper()
	if err := v.Open("/map"); err != nil {
		t.Fatal(err)
	}
	if has, err := walk.Has(v, ".map-buttons"); err != nil || has != script {
		t.Errorf("buttons: %v, script: %v (%v)", has, script, err)
	}
	if !script {
		return
	}
	var boxes []string
	err := v.Eval(`(()=>{const s=document.querySelector("svg.map-drawing"),b=document.querySelectorAll(".map-buttons button"),out=[s.getAttribute("viewBox")];b[0].click();out.push(s.getAttribute("viewBox"));b[2].click();out.push(s.getAttribute("viewBox"));return JSON.stringify(out)})()`, &boxes)
	if err != nil || len(boxes) != 3 || boxes[0] == boxes[1] || strings.Fields(boxes[1])[2] >= strings.Fields(boxes[0])[2] || !strings.HasPrefix(boxes[2], strings.Fields(boxes[0])[0]) {
		t.Errorf("zoom: %v, %v", boxes, err)
	}
}

// records writes down what a village has, as its government on a phone: wrong input stays, what is saved shows on the
// village's page, a change is undone, what is removed comes back.
func records(t *testing.T, v *walk.Chromium, mark string) {
	t.Helper()
	step := func(name string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	says := func(selector, want string) {
		t.Helper()
		if text := walk.Text(v, selector); !strings.Contains(text, want) {
			t.Fatalf("%s does not say %q: %q", selector, want, text)
		}
	}
	step("village", v.Open("/villages/"+walk.Village))
	if has, err := walk.Has(v, `a[href="/villages/`+walk.Village+`/potentials"]`); err != nil || !has {
		t.Fatalf("no way to the potentials: %v", err)
	}
	step("potentials", v.Open("/villages/"+walk.Village+"/potentials"))
	step("form", v.Open("/villages/"+walk.Village+"/potentials/new"))
	step("wrong", v.Submit("#form", walk.Values{"kind": "crops", "name": "Lada " + mark, "quantity": "banyak", "unit": "ha", "year": "2025", "source": "Profil desa"}, nil))
	says(".summary", "Isi dengan angka")
	step("saved", v.Submit("#form", walk.Values{"quantity": "12,5"}, nil))
	potential := v.Path()
	says("h1", "Lada "+mark)
	step("changed", v.Submit("#form", walk.Values{"note": "Kebun warga di dua dusun."}, nil))
	says("#history ~ *", "Kebun warga di dua dusun.")
	step("undone", v.Submit(`form[action$="/undo"]`, nil, nil))
	says(".flash", "sudah diurungkan")
	if text := walk.Text(v, "#i-note"); text != "" {
		t.Errorf("the note is still there: %q", text)
	}
	step("removed", v.Submit(`form[action$="/remove"]`, nil, nil))
	says(".flash", "Dihapus")
	step("list", v.Open("/villages/"+walk.Village+"/potentials"))
	says("#removed ~ *", "Lada "+mark)
	step("removed page", v.Open(potential))
	step("put back", v.Submit(`form[action$="/undo"]`, nil, nil))
	step("village again", v.Open("/villages/"+walk.Village))
	says("#potentials", "Lada "+mark)
	for _, path := range []string{"/en" + potential, "/en/villages/" + walk.Village + "/potentials/new"} {
		step(path, v.Open(path))
	}
}

// decides changes a parameter of the weight: wrong points are refused, then what moves is shown, then it is decided.
func decides(t *testing.T, v *walk.Chromium, needed string) {
	t.Helper()
	if err := v.Open("/villages/weight"); err != nil {
		t.Fatal(err)
	}
	const form = "#change form.form"
	if err := v.Submit(form, walk.Values{"village-index_points": "21", "reason": "Uji peramban"}, nil); err != nil {
		t.Fatal(err)
	}
	if summary := walk.Text(v, ".summary"); !strings.Contains(summary, "101") {
		t.Errorf("points that make 101: %q", summary)
	}
	if err := v.Submit(form, walk.Values{"village-index_points": "20", "needed": needed, "reason": "Uji peramban"}, nil); err != nil {
		t.Fatal(err)
	}
	if preview := walk.Text(v, "#preview"); !strings.Contains(preview, "Desa Temajuk") {
		t.Errorf("preview: %q", preview)
	}
	if err := v.Submit("#preview form.form", nil, nil); err != nil {
		t.Fatal(err)
	}
	if flash := walk.Text(v, ".flash"); !strings.Contains(flash, "berlaku mulai sekarang") {
		t.Errorf("decided: %q", flash)
	}
	if versions := walk.Text(v, "section:last-of-type table"); !strings.Contains(versions, "Uji peramban") {
		t.Errorf("versions: %q", versions)
	}
}
