package oidc

import (
	"bytes"
	_ "embed"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

//go:embed choose.html
var pageSource string

//go:embed style.css
var style []byte

// chooser is the page on which one picks a demo person; it works without JavaScript and has nothing inline.
type chooser struct {
	storage  *storage
	callback func(id string) string
	page     *template.Template
}

type choosePage struct {
	English bool
	ID      string
	Other   string // address of this page in the other language
	Expired bool
	Groups  []chooseGroup
}

type chooseGroup struct {
	ID, Title string
	People    []choosePerson
}

type choosePerson struct{ Subject, Name, Note string }

var groupTitles = map[string][2]string{
	groupPublic:    {"Masyarakat", "The public"},
	groupVillage:   {"Pemerintah desa dan kelurahan", "Village governments and urban village offices"},
	groupVerifier:  {"Verifikator wilayah", "Area verifiers"},
	groupPartner:   {"Organisasi mitra", "Partner organisations"},
	groupReviewer:  {"Penelaah dan evaluator", "Reviewers and evaluator"},
	groupOperation: {"Sekretariat dan pemeriksa", "Secretariat and auditor"},
}

func newChooser(s *storage, callback func(string) string) (*chooser, error) {
	page, err := template.New("choose").Parse(pageSource)
	if err != nil {
		return nil, err
	}
	return &chooser{storage: s, callback: callback, page: page}, nil
}

// policy allows the form to lead back to the portal: browsers hold form-action against each redirect that follows.
func (c *chooser) policy() string {
	origins := []string{"'self'"}
	for _, uri := range c.storage.redirectURIs() {
		if u, err := url.Parse(uri); err == nil && !slices.Contains(origins, u.Scheme+"://"+u.Host) {
			origins = append(origins, u.Scheme+"://"+u.Host)
		}
	}
	return "default-src 'none'; style-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action " + strings.Join(origins, " ")
}

func (c *chooser) show(w http.ResponseWriter, r *http.Request) {
	id := r.URL.Query().Get("id")
	c.storage.mu.Lock()
	req, err := c.storage.find(id)
	c.storage.mu.Unlock()
	page := choosePage{ID: id, Expired: err != nil}
	if err == nil {
		page.English = req.english
	}
	if lang := r.URL.Query().Get("lang"); lang != "" {
		page.English = lang == "en"
	}
	lang := "en"
	if page.English {
		lang = "id"
	}
	page.Other = "/choose?" + url.Values{"id": {id}, "lang": {lang}}.Encode()
	if !page.Expired {
		page.Groups = grouped(page.English)
	}
	c.write(w, page)
}

func grouped(english bool) []chooseGroup {
	language := 0
	if english {
		language = 1
	}
	var result []chooseGroup
	for _, id := range groups {
		group := chooseGroup{ID: id, Title: groupTitles[id][language]}
		for _, p := range DemoPeople() {
			if p.Group == id {
				group.People = append(group.People, choosePerson{p.Subject, p.Name, [2]string{p.Note, p.NoteEN}[language]})
			}
		}
		result = append(result, group)
	}
	return result
}

func (c *chooser) write(w http.ResponseWriter, page choosePage) {
	var b bytes.Buffer
	if err := c.page.Execute(&b, page); err != nil {
		http.Error(w, "page", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	if page.Expired {
		w.WriteHeader(http.StatusGone)
	}
	_, _ = w.Write(b.Bytes())
}

func (c *chooser) choose(w http.ResponseWriter, r *http.Request) {
	if !sameOrigin(r) {
		http.Error(w, "this form came from another site", http.StatusForbidden)
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, 1<<12)
	id := r.FormValue("id")
	if err := c.storage.choose(id, r.FormValue("subject")); err != nil {
		c.write(w, choosePage{ID: id, Expired: true, English: r.FormValue("lang") == "en", Other: "/choose"})
		return
	}
	http.Redirect(w, r, c.callback(id), http.StatusSeeOther)
}

// sameOrigin refuses a form that neither header places on this page.
func sameOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	return r.Header.Get("Origin") == "http://"+r.Host
}

func (c *chooser) css(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/css; charset=utf-8")
	_, _ = w.Write(style)
}
