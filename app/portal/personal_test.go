package portal_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"gotong/app/config"
	"gotong/modules/kit/testkit/effort"
)

// plantedNIK has the structure of a population number and occurs nowhere else.
const plantedNIK = "6101015708919173"

// shownForm is a form of a page, as somebody saw it.
type shownForm struct {
	by      *person
	pattern string // the route that it posts to
	path    string
	values  url.Values
	texts   []string // names of the fields into which anything can be written
}

// readForms gives the forms of a page that change something.
func readForms(doc *goquery.Document) (forms []shownForm) {
	doc.Find("form[method=post]").Each(func(_ int, form *goquery.Selection) {
		action, _ := form.Attr("action")
		f := shownForm{path: action, values: url.Values{}}
		form.Find("input, textarea, select").Each(func(_ int, in *goquery.Selection) {
			name, _ := in.Attr("name")
			kind := in.AttrOr("type", "text")
			switch {
			case name == "":
			case goquery.NodeName(in) == "select":
				option := in.Find("option[selected]").First()
				if option.Length() == 0 || option.AttrOr("value", "") == "" {
					option = in.Find(`option:not([value=""])`).First()
				}
				f.values.Set(name, option.AttrOr("value", ""))
			case goquery.NodeName(in) == "textarea":
				f.values.Set(name, "Contoh isian yang cukup panjang.")
				f.texts = append(f.texts, name)
			case kind == "radio":
				if !f.values.Has(name) || in.AttrOr("checked", "no") != "no" {
					f.values.Set(name, in.AttrOr("value", ""))
				}
			case kind == "checkbox", kind == "hidden":
				f.values.Add(name, in.AttrOr("value", ""))
			case kind == "file", kind == "submit":
			default:
				f.values.Set(name, in.AttrOr("value", ""))
				if kind != "number" && kind != "date" && kind != "month" {
					f.texts = append(f.texts, name)
				}
			}
		})
		if action != "" && len(f.texts) > 0 {
			forms = append(forms, f)
		}
	})
	return forms
}

// pattern gives the route of a path.
func (s *scenery) pattern(patterns map[string]*regexp.Regexp, path string) string {
	path, _, _ = strings.Cut(path, "?")
	best := ""
	for pattern, re := range patterns { // a fixed part goes before a parameter
		if re.MatchString(path) && (best == "" || strings.Count(pattern, ":") < strings.Count(best, ":")) {
			best = pattern
		}
	}
	return best
}

// TestNoPersonalNumberIsKept writes a population number into every text field of every form that the pages show to
// anybody: each is refused at its field in the reader's language, with what was typed, and nothing is stored. Then it
// sends one in every such field to every route that takes a form, whoever shows it.
func TestNoPersonalNumberIsKept(t *testing.T) {
	var data string
	w := openWhole(t, func(cfg *config.Config) { data = cfg.Data })
	s := dress(w, "")
	patterns := map[string]*regexp.Regexp{}
	posts := s.lines(t, http.MethodPost)
	for _, l := range posts {
		patterns[l.pattern] = regexp.MustCompile("^" + regexp.MustCompile(`:[a-z]+`).ReplaceAllString(l.pattern, "[^/]+") + "$")
	}
	forms := map[string]shownForm{} // by route and field
	names := map[string]bool{}
	for _, l := range s.lines(t, http.MethodGet) {
		for _, who := range []string{"public", "anggota", "univ-penyunting", "univ-pengelola", "desa-temajuk", "verifikator-paloh", "penelaah-balitbang", "evaluator-balitbang", "sekretariat-1"} {
			p := s.as(who)
			r := s.ask(p, l.method, l.path(), "")
			if r.status != http.StatusOK || !strings.HasPrefix(r.header.Get("Content-Type"), "text/html") || !strings.Contains(r.body, "<form") {
				continue
			}
			doc, err := goquery.NewDocumentFromReader(strings.NewReader(r.body))
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range readForms(doc) {
				f.by, f.pattern = p, s.pattern(patterns, f.path)
				for _, name := range f.texts {
					names[name] = true
					if key := f.pattern + " " + name; forms[key].by == nil {
						forms[key] = f
					}
				}
			}
		}
	}
	keys := make([]string, 0, len(forms))
	for key := range forms {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	before := w.last()
	every := effort.EveryUnderRace(5)
	for i, key := range keys {
		if i%every != 0 {
			continue
		}
		f := forms[key]
		_, name, _ := strings.Cut(key, " ")
		f.plant(t, s, name, i%2 == 1)
	}
	all := url.Values{}
	for name := range names {
		all.Set(name, plantedNIK)
	}
	for _, l := range posts {
		for _, who := range []string{"public", "univ-pengelola", "desa-temajuk", "sekretariat-1"} {
			r := s.ask(s.as(who), http.MethodPost, strings.TrimSuffix(l.path(), l.subject.query), s.inputs(l)+"&"+all.Encode())
			if word(r) != "in" && r.status < 400 {
				t.Errorf("%s as %s: %d", l.name(), who, r.status)
			}
		}
	}
	if after := w.last(); after != before {
		t.Errorf("%d changes were made", after-before)
	}
	notKept(t, data)
	t.Logf("%d text fields of the forms of %d routes, and %d fields together at %d routes × subjects", len(keys), routesOf(keys), len(names), len(posts))
}

func routesOf(keys []string) int {
	seen := map[string]bool{}
	for _, key := range keys {
		pattern, _, _ := strings.Cut(key, " ")
		seen[pattern] = true
	}
	return len(seen)
}

// plant sends the form with the number in one field, where it must come back with the message.
func (f shownForm) plant(t *testing.T, s *scenery, name string, english bool) {
	t.Helper()
	values := url.Values{}
	for k, v := range f.values {
		values[k] = slices.Clone(v)
	}
	typed := "Milik warga " + plantedNIK + "."
	values.Set(name, typed)
	path, says := f.path, "hapus"
	if english && !strings.HasPrefix(path, "/en/") {
		path, says = "/en"+path, "remove"
	}
	r := s.ask(f.by, http.MethodPost, path, values.Encode())
	if r.status == http.StatusForbidden { // for who they are and what they ask for, with or without the number
		s.frozen.Store(true)
		defer s.frozen.Store(false)
		if again := s.ask(f.by, http.MethodPost, path, f.values.Encode()); again.status == http.StatusForbidden {
			return
		}
	}
	if r.status != http.StatusUnprocessableEntity {
		t.Errorf("%s, field %s: %d, want 422", f.pattern, name, r.status)
		return
	}
	if f.pattern == "/confirm" { // a secret: it does not come back, and says the same whatever was wrong
		return
	}
	doc, err := goquery.NewDocumentFromReader(strings.NewReader(r.body))
	if err != nil {
		t.Fatal(err)
	}
	at := doc.Find(`[name="` + name + `"][aria-invalid=true]`)
	words := ""
	for id := range strings.FieldsSeq(at.AttrOr("aria-describedby", "")) {
		words += doc.Find(`[id="` + id + `"]`).Text()
	}
	if !strings.Contains(words, "NIK") || !strings.Contains(strings.ToLower(words), says) {
		t.Errorf("%s, field %s: no message at the field: %q", f.pattern, name, words)
	}
	if !strings.Contains(at.AttrOr("value", at.Text()), plantedNIK) {
		t.Errorf("%s, field %s: what was typed is lost", f.pattern, name)
	}
}

// notKept looks for the number in everything that lies in the data folder.
func notKept(t *testing.T, data string) {
	t.Helper()
	read := 0
	err := filepath.WalkDir(data, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		read++
		if strings.Contains(string(text), plantedNIK) {
			t.Errorf("the number lies in %s", path)
		}
		return nil
	})
	if err != nil || read == 0 {
		t.Errorf("%d files read: %v", read, err)
	}
}
