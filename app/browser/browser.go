// Package browser is what walks in a real browser share: the shipped portal behind a socket, sessions at phone width with
// JavaScript and without, and an inspector that holds every page that was met against axe. The walks stand in packages below,
// several, since Go gives each ten minutes.
package browser

import (
	_ "embed"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/app/config"
	"gotong/app/portal"
	"gotong/app/program"
	"gotong/app/walk"
	"gotong/modules/kit/testkit/effort"
)

//go:embed testdata/axe-core/axe.min.js
var axe string

// Screen of a phone, in CSS pixels.
const (
	Width  = 360
	Height = 740
)

// Ways are those in which a walk is taken: without JavaScript and with it; under the race detector, which slows the portal
// beside the browser, with it only.
func Ways() []bool {
	if effort.Race {
		return []bool{true}
	}
	return []bool{false, true}
}

// LongWays are those of a walk of many minutes' reading: with JavaScript, unless GOTONG_TEST_WALKS=without asks for the
// other way, as `.ci/run` does in a step of its own, so that the package stays within the ten minutes that Go gives it.
func LongWays() []bool { return []bool{os.Getenv("GOTONG_TEST_WALKS") != "without"} }

// Start starts Chromium for a test; without one it skips, unless GOTONG_TEST_BROWSER=required.
func Start(t *testing.T) *walk.Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser is slow")
	}
	b, err := walk.NewBrowser()
	if errors.Is(err, walk.ErrNoBrowser) && os.Getenv("GOTONG_TEST_BROWSER") != "required" {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(b.Close)
	return b
}

// Serve runs the shipped portal on a free port and an empty folder.
func Serve(t *testing.T) string {
	t.Helper()
	return ServeWith(t, func(*config.Config) {})
}

// ServeWith does so with a changed configuration, and options beyond the usual.
func ServeWith(t *testing.T, change func(*config.Config), others ...func(*portal.Options)) string {
	t.Helper()
	cfg, options := program.Config(t), portal.Options{}
	change(&cfg)
	for _, set := range others {
		set(&options)
	}
	return program.Serve(t, cfg, options, time.Minute)
}

// judged are the pieces of structure that one of a package's walks met already; they run one after the other.
var judged = map[string]bool{}

// Judged is how many pieces of structure were held against axe so far.
func Judged() int { return len(judged) }

// Inspector holds a page against axe where something stands in it, or two headings follow each other, as on no page
// before, and keeps a picture of it.
type Inspector struct {
	t        *testing.T
	out      string          // folder for pictures, "" for none
	Kinds    map[string]bool // of page met: paths without ids
	name     string
	shots    int
	Sessions map[string]*walk.Chromium // by subject, of Once
}

// ids in addresses, so that one page of a kind is inspected once.
var id = regexp.MustCompile(`[a-z2-7]{26}|demo-org-[a-z-]+`)

// Meet inspects the page that a visitor sees.
func (i *Inspector) Meet(c *walk.Chromium) {
	kind := id.ReplaceAllString(c.Path(), "ID")
	doc, err := c.Document()
	if err != nil {
		i.t.Errorf("%s: %v", kind, err)
		return
	}
	if doc.Find("h1").Length() != 1 {
		i.t.Errorf("%s: %d h1", kind, doc.Find("h1").Length())
	}
	i.Kinds[kind] = true
	for _, id := range walk.RepeatedIDs(doc) {
		i.t.Errorf("%s: two elements have the id %q", kind, id)
	}
	fresh := false
	for _, piece := range structure(doc) {
		fresh = fresh || !judged[piece]
		judged[piece] = true
	}
	if !fresh {
		return
	}
	i.check(c, kind)
	if wide, err := c.TooWide(); err != nil || wide != "" {
		i.t.Errorf("%s is wider than the screen: %s %v", kind, wide, err)
	}
	if i.out == "" {
		return
	}
	i.shots++
	shot, err := c.Screenshot()
	if err == nil {
		err = os.WriteFile(filepath.Join(i.out, fmt.Sprintf("%s-%03d%s.png", i.name, i.shots, strings.ReplaceAll(kind, "/", "-"))), shot, 0o600)
	}
	if err != nil {
		i.t.Errorf("%s: picture: %v", kind, err)
	}
}

// structure gives what axe judges of a page apart from its words: which elements with which states stand in which others,
// and which headings follow each other. Ten cards of one make are like one.
func structure(doc *goquery.Document) (pieces []string) {
	last := ""
	doc.Find("*").Each(func(_ int, s *goquery.Selection) {
		piece := signature(s.Parent()) + ">" + signature(s)
		if s.Children().Length() == 0 && strings.TrimSpace(s.Text()) == "" {
			piece += " empty"
		}
		pieces = append(pieces, piece)
		if node := goquery.NodeName(s); len(node) == 2 && node[0] == 'h' && node != "hr" {
			pieces = append(pieces, last+" then "+node)
			last = node
		}
	})
	return pieces
}

// seen are the attributes that axe judges by.
var seen = []string{"class", "role", "type", "lang", "open", "checked", "disabled", "aria-current", "aria-invalid", "aria-describedby", "aria-live", "tabindex"}

func signature(s *goquery.Selection) string {
	text := goquery.NodeName(s)
	for _, a := range seen {
		if v, ok := s.Attr(a); ok {
			text += " " + a + "=" + id.ReplaceAllString(v, "ID")
		}
	}
	return text
}

// check runs axe in the page.
func (i *Inspector) check(c *walk.Chromium, kind string) {
	var violations []struct {
		ID    string `json:"id"`
		Help  string `json:"help"`
		Nodes []struct {
			HTML string `json:"html"`
		} `json:"nodes"`
	}
	err := c.Eval(axe+`;axe.run(document,{resultTypes:["violations"]}).then(r=>JSON.stringify(r.violations.map(v=>({id:v.id,help:v.help,nodes:v.nodes.slice(0,3).map(n=>({html:n.html}))}))))`, &violations)
	if err != nil {
		i.t.Errorf("%s: axe: %v", kind, err)
		return
	}
	for _, v := range violations {
		var where []string
		for _, n := range v.Nodes {
			where = append(where, n.HTML)
		}
		i.t.Errorf("%s: axe %s: %s\n\t%s", kind, v.ID, v.Help, strings.Join(where, "\n\t"))
	}
}

// Inspect makes an inspector. Pictures are kept where GOTONG_TEST_OUT says.
func Inspect(t *testing.T, name string) *Inspector {
	t.Helper()
	i := &Inspector{t: t, Kinds: map[string]bool{}, name: name}
	if dir := os.Getenv("GOTONG_TEST_OUT"); dir != "" {
		i.out = filepath.Join(dir, "screenshots")
		if err := os.MkdirAll(i.out, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return i
}

// Visit opens a session of its own, whose every page is inspected, as one of the demo people; "" is the public.
func (i *Inspector) Visit(b *walk.Browser, base string, script bool, subject string) *walk.Chromium {
	i.t.Helper()
	v, err := b.Visit(base, Width, Height, script, i.t.TempDir())
	if err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(v.Close)
	v.Met = i.Meet
	if subject != "" {
		if err := walk.SignIn(v, subject); err != nil {
			i.t.Fatal(err)
		}
	}
	return v
}

// Once gives every one of the demo people one session; asked again, the same with scripts or without.
func (i *Inspector) Once(b *walk.Browser, base string, script bool) func(subject string) (walk.Visitor, error) {
	if i.Sessions == nil {
		i.Sessions = map[string]*walk.Chromium{}
	}
	return func(subject string) (walk.Visitor, error) {
		if i.Sessions[subject] == nil {
			i.Sessions[subject] = i.Visit(b, base, script, subject)
		}
		return i.Sessions[subject], i.Sessions[subject].Script(script)
	}
}
