package documents

import (
	"bytes"
	"maps"
	"net/http"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/testkit/effort"
)

// what a way of reading is tried with.
type asked struct {
	text, photo domain.DocumentID // the one of type report, the other of type photo; both with two versions
	oldText     string            // sums of their first versions
	oldPhoto    string
	collection  string
	link        string
}

// way is one way to a document: path asks for it, shows tells from the answer whether the document is there.
type way struct {
	path   string
	shows  func(t *testing.T, a answer) bool
	header []string
	public bool // answers what the public may read, whoever asks
}

func there(_ *testing.T, a answer) bool {
	return a.StatusCode == http.StatusOK || a.StatusCode == http.StatusPartialContent
}

const (
	textTitle  = "Laporan pemanen hujan"
	photoTitle = "Foto pemanen hujan"
)

func named(title string) func(*testing.T, answer) bool {
	return func(_ *testing.T, a answer) bool { return strings.Contains(a.body, title) }
}

// zipped tells whether a ZIP holds both documents, which it does together or not at all.
func zippedBoth(t *testing.T, a answer) bool {
	if a.StatusCode == http.StatusNotFound {
		return false
	}
	n := len(unpack(t, []byte(a.want(t, http.StatusOK).body)))
	if n != 4 {
		t.Errorf("a ZIP of %d entries", n)
	}
	return n == 4
}

// ways lists, for each route by which something of a document can be read, how it is asked. A route that is in neither list
// fails the test: whoever adds one says here how it is held to the reader's rights, or why it reads nothing.
func ways(x asked) map[string][]way {
	text, photo := documentPath(x.text), documentPath(x.photo)
	oldText, oldPhoto := versionPath(x.text, x.oldText), versionPath(x.photo, x.oldPhoto)
	count := func(_ *testing.T, a answer) bool { return a.doc.Find("main p[role=status]").Text() == "1 dokumen" }
	facet := func(_ *testing.T, a answer) bool {
		return strings.Contains(a.doc.Find("#f-type option[value=report]").Text(), "(1)")
	}
	return map[string][]way{
		"/documents": {
			{path: "/documents", shows: named(textTitle)}, {path: "/documents?q=pemanen", shows: named(photoTitle)}, {path: "/documents?q=kapasitas", shows: named(textTitle)},
			{path: "/documents?type=report", shows: count}, {path: "/documents?q=kapasitas", shows: count}, {path: "/documents?type=photo", shows: facet}, {path: "/documents", shows: facet},
		},
		"/documents/bundle":                           {{path: "/documents/bundle?for=need:n1", shows: there}, {path: "/documents/bundle?q=pemanen", shows: there}, {path: "/documents/bundle?collection=" + x.collection, shows: there}},
		"/documents/zip":                              {{path: "/documents/zip?for=need:n1", shows: zippedBoth}, {path: "/documents/zip?q=pemanen", shows: zippedBoth}, {path: "/documents/zip?collection=" + x.collection, shows: zippedBoth}},
		"/documents/feed.atom":                        {{path: "/documents/feed.atom", shows: named(textTitle), public: true}},
		"/documents/:id":                              {{path: text, shows: there}, {path: photo, shows: there}},
		"/documents/:id/file":                         {{path: text + "/file", shows: there}, {path: text + "/file", shows: there, header: []string{"Range", "bytes=0-3"}}, {path: photo + "/file", shows: there}},
		"/documents/:id/view":                         {{path: text + "/view", shows: there}, {path: photo + "/view", shows: there}},
		"/documents/:id/picture/:width":               {{path: photo + "/picture/320", shows: there}, {path: photo + "/picture/640", shows: there}, {path: photo + "/picture/1280", shows: there}},
		"/documents/:id/versions":                     {{path: text + "/versions", shows: there}},
		"/documents/:id/versions/:sum/file":           {{path: oldText + "/file", shows: there}, {path: oldText + "/file", shows: there, header: []string{"Range", "bytes=1-"}}},
		"/documents/:id/versions/:sum/view":           {{path: oldText + "/view", shows: there}, {path: oldPhoto + "/view", shows: there}},
		"/documents/:id/versions/:sum/picture/:width": {{path: oldPhoto + "/picture/320", shows: there}},
		"/documents/:id/versions/:sum/compare":        {{path: oldText + "/compare", shows: there}},
		"/collections/:id":                            {{path: collectionPath(x.collection), shows: named(textTitle)}},
		"/collections/:id/feed.atom":                  {{path: collectionPath(x.collection) + "/feed.atom", shows: named(textTitle), public: true}},
	}
}

// noWays are routes that read nothing of a document, with the reason, and those of people who may change it, which the
// authorisation matrix holds to the table of rights.
var noWays = map[string]string{
	"/documents/new": "a form", "/uploads/:id": "one's own upload", "/documents/:id/sharing": "who may change it", "/documents/:id/edit": "who may change it",
	"/documents/:id/collect": "names the document only to its reader: asked below", "/shared/:secret": "who holds the link: asked below",
	"/documents/:id/access": "names what its owner lists to those who may ask for it", "/documents/:id/requests": "who may change it", "/documents/:id/readings": "who may change it, and auditors",
	"/collections": "names collections", "/collections/new": "a form", "/collections/:id/edit": "says what a collection is called",
}

// TestEveryWayIsHeldToTheReadersRights flips what a document is on one replica and asks on another, with the very next
// request, each way to it as each kind of reader: what may be read is there, and nothing else.
func TestEveryWayIsHeldToTheReadersRights(t *testing.T) {
	path := filepath.Join(t.TempDir(), "portal.db")
	first := newSite(t)
	open := func() (*site, *store.Records[struct{ Closed bool }]) {
		db := testkit.OpenFile(t, path, sqlite.Options{}, store.Options{Clock: first.clock})
		things := store.NewRecords(db, store.Definition[struct{ Closed bool }]{Name: "things"})
		return newSiteOn(t, first.rig, db), things
	}
	a, things := open()
	b, _ := open()
	thing, err := things.Insert(t.Context(), need.ID, struct{ Closed bool }{}, store.Change{Action: "thing.made"})
	if err != nil {
		t.Fatal(err)
	}
	x := a.spread(t)
	routes := map[string]bool{}
	for _, r := range b.app.GetRoutes(true) {
		if r.Method == fiber.MethodGet {
			routes[r.Path] = true
		}
	}
	all := ways(x)
	for _, route := range slices.Sorted(maps.Keys(routes)) {
		if len(all[route]) == 0 == (noWays[route] == "") {
			t.Errorf("%s is a new way to documents (or in both lists): say in ways_test.go how it is held to the reader's rights", route)
		}
	}
	everybody := []string{"", "clerk", "villager", "helper", "other", "unverified", "loner", "secretariat", "auditor"}
	partners := []string{"clerk", "villager", "helper", "other", "secretariat", "auditor"}
	parties := []string{"clerk", "villager", "helper", "secretariat", "auditor"}
	own := []string{"clerk", "villager", "secretariat", "auditor"}
	see := func(v domain.Visibility, embargo domain.Date) func(domain.DocumentID) {
		return func(id domain.DocumentID) {
			d, err := a.records.Get(t.Context(), string(id))
			if err != nil {
				t.Fatal(err)
			}
			details := Details{Type: d.Body.Type, Title: d.Body.Title, Visibility: v, Language: "id", Embargo: embargo}
			if err := a.Describe(t.Context(), clerk, op(string(v)+string(embargo)+strconv.FormatInt(d.Version, 10)), id, d.Version, details); err != nil {
				t.Fatal(err)
			}
		}
	}
	shut := func(closed bool) func(domain.DocumentID) {
		return func(domain.DocumentID) {
			a.thing.closed.Store(closed)
			if thing, err = things.Replace(t.Context(), thing, struct{ Closed bool }{closed}, store.Change{Action: "thing.changed"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	for n, flip := range []struct {
		name  string
		do    func(domain.DocumentID)
		reads []string
		link  bool
	}{
		{"public", see(domain.VisiblePublic, ""), everybody, true},
		{"for the parties", see(domain.VisibleParties, ""), parties, true},
		{"for partners", see(domain.VisiblePartners, ""), partners, true},
		{"for its organisation", see(domain.VisibleOrganization, ""), own, true},
		{"public again", see(domain.VisiblePublic, ""), everybody, true},
		{"public after an embargo", see(domain.VisiblePublic, "2099-01-01"), own, false},
		{"public once more", see(domain.VisiblePublic, ""), everybody, true},
		{"of a thing that is hidden", shut(true), parties, true},
		{"of a thing that is shown again", shut(false), everybody, true},
		{"thrown away", func(id domain.DocumentID) {
			if err := a.Trash(t.Context(), clerk, op("weg"+string(id)), id, 0, "keliru"); err != nil {
				t.Fatal(err)
			}
		}, nil, false},
		{"taken back", func(id domain.DocumentID) {
			if err := a.Restore(t.Context(), clerk, op("her"+string(id)), id, 0); err != nil {
				t.Fatal(err)
			}
		}, everybody, true},
	} {
		flip.do(x.text)
		flip.do(x.photo)
		for i, actor := range everybody {
			may := slices.Contains(flip.reads, actor)
			b.tryWays(t, flip.name, actor, may, slices.Contains(flip.reads, ""), all, effort.Small() && (n+i)%3 != 0)
			if got := b.get(t, actor, documentPath(x.text)+"/collect").StatusCode == http.StatusOK; got != may {
				t.Errorf("%s, %q: /collect answers %v", flip.name, actor, got)
			}
		}
		if got := b.get(t, "", linkPath(x.link)).StatusCode == http.StatusOK; got != flip.link {
			t.Errorf("%s: the share link leads there %v", flip.name, got)
		}
	}
}

// tryWays asks every way as one reader, on this replica.
func (s *site) tryWays(t *testing.T, state, actor string, may, public bool, all map[string][]way, few bool) {
	t.Helper()
	for _, route := range slices.Sorted(maps.Keys(all)) {
		for i, w := range all[route] {
			if few && i > 0 {
				continue
			}
			want := may
			if w.public {
				want = public
			}
			a := s.get(t, actor, w.path, w.header...)
			if route == "/documents/:id" && state == "thrown away" { // its page says so to those who can take it back
				want = actor == "clerk" || actor == "secretariat"
			}
			if route == "/documents/:id/versions" && state == "thrown away" {
				want = actor == "clerk" || actor == "secretariat"
			}
			if got := w.shows(t, a); got != want {
				t.Errorf("%s, %q: %s (%d) shows it %v, may be read %v", state, actor, w.path, i, got, want)
			}
		}
	}
	if few {
		return
	}
	_, ready, _, err := s.Of(t.Context(), actors[actor], need)
	if got := err == nil && len(ready) == 2; got != may {
		t.Errorf("%s, %q: the panel of what it belongs to shows %d", state, actor, len(ready))
	}
	rows := 0
	err = NewTable(s.Service, s.bundle).Rows(t.Context(), actors[actor], "id", map[string]string{}, func([]sheet.Cell) error { rows++; return nil })
	if err != nil || (rows == 2) != may {
		t.Errorf("%s, %q: the spreadsheet has %d rows, %v", state, actor, rows, err)
	}
	if _, err := (resolver{s.Service}).Resolve(t.Context(), actors[actor], string(s.first(t))); (err == nil) != may && state != "thrown away" {
		t.Errorf("%s, %q: other modules may name it: %v", state, actor, err)
	}
	if _, ok, err := s.Indexed(t.Context(), s.first(t)); err != nil || ok != public {
		t.Errorf("%s: the search over everything may know it: %v %v", state, ok, err)
	}
}

// first is the report.
func (s *site) first(t *testing.T) (id domain.DocumentID) {
	t.Helper()
	err := s.records.Each(t.Context(), func(d store.Doc[Document]) error {
		if d.Body.Type == domain.DocReport {
			id = domain.DocumentID(d.ID)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// spread makes the two documents, a collection of them and a link.
func (s *site) spread(t *testing.T) (x asked) {
	t.Helper()
	add := func(title string, typ domain.DocumentType, one, two domain.Upload) (domain.DocumentID, string) {
		id, err := s.Add(t.Context(), clerk, op(title), need, Details{Type: typ, Title: title, Visibility: domain.VisibleParties, Language: "id"}, one)
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Renew(t.Context(), clerk, op("baru "+title), id, 0, Renewal{Why: "Diperbaiki", File: two}); err != nil {
			t.Fatal(err)
		}
		return id, s.doc(t, id).Document.History()[0].SHA256
	}
	x.text, x.oldText = add(textTitle, domain.DocReport, text("a.txt", "Isi lama"), text("a.txt", "Kapasitas seribu liter"))
	picture := func(width int) domain.Upload {
		return domain.Upload{Name: "a.jpg", Body: bytes.NewReader(pixels(t, width, 300))}
	}
	x.photo, x.oldPhoto = add(photoTitle, domain.DocPhoto, picture(500), picture(700))
	var err error
	if x.collection, err = s.Collections.Create(t.Context(), clerk, op("kumpulan"), village, CollectionDetails{Title: "Kumpulan", Public: true}); err != nil {
		t.Fatal(err)
	}
	for _, id := range []domain.DocumentID{x.text, x.photo} {
		if err := s.Collections.Put(t.Context(), clerk, op("ke "+string(id)), x.collection, 0, id); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Share(t.Context(), clerk, op("tautan"), x.text, 0, domain.DateOf(s.clock.Now().AddDate(0, 0, 30)), ""); err != nil {
		t.Fatal(err)
	}
	_, links, err := s.Shared(t.Context(), clerk, x.text)
	if err != nil {
		t.Fatal(err)
	}
	x.link = links[0].Secret
	return x
}
