// Package browser walks the portal's loop in a real browser at phone width, without JavaScript and with it, each person
// in a session of its own, and holds every page that was met against axe.
package browser

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/app/config"
	"gotong/app/portal"
	"gotong/app/walk"
	"gotong/modules/domain"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/testkit/effort"
)

//go:embed testdata/axe-core/axe.min.js
var axe string

const width, height = 360, 740

// ways are those in which a walk is taken: without JavaScript and with it; under the race detector, which slows the portal
// beside the browser, with it only.
func ways() []bool {
	if effort.Race {
		return []bool{true}
	}
	return []bool{false, true}
}

// longWays are those of a walk of many minutes' reading: with JavaScript, unless GOTONG_TEST_WALKS=without asks for the
// other way, as `.ci/run` does in a step of its own, so that the package stays within the ten minutes that Go gives it.
func longWays() []bool { return []bool{os.Getenv("GOTONG_TEST_WALKS") != "without"} }

func browser(t *testing.T) *walk.Browser {
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

// serve runs the shipped portal on a free port and an empty folder.
func serve(t *testing.T) string {
	t.Helper()
	return serveWith(t, func(*config.Config) {})
}

// serveWith does so with a changed configuration, and options beyond the usual.
func serveWith(t *testing.T, change func(*config.Config), others ...func(*portal.Options)) string {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Data = testkit.FreeAddress(t), t.TempDir()
	change(&cfg)
	options := portal.Options{SignIn: true, Regions: effort.FewUnderRace[domain.RegionCode]("61.01", "61.71"),
		Log: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))}
	for _, set := range others {
		set(&options)
	}
	p, err := portal.New(t.Context(), cfg, options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- p.Serve(ctx, func(address string) { ready <- address }) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, p.Close()); err != nil {
			t.Errorf("portal: %v", err)
		}
	})
	select {
	case address := <-ready:
		return address
	case err := <-done:
		done <- nil
		t.Fatal(err)
	case <-time.After(time.Minute):
		t.Fatal("not ready within a minute")
	}
	return ""
}

// judged are the pieces of structure that one of the walks met already; they run one after the other.
var judged = map[string]bool{}

// inspector holds a page against axe where something stands in it, or two headings follow each other, as on no page
// before, and keeps a picture of it.
type inspector struct {
	t        *testing.T
	out      string // folder for pictures, "" for none
	kinds    map[string]bool
	name     string
	shots    int
	sessions map[string]*walk.Chromium // by subject, of once
}

// ids in addresses, so that one page of a kind is inspected once.
var id = regexp.MustCompile(`[a-z2-7]{26}|demo-org-[a-z-]+`)

func (i *inspector) meet(c *walk.Chromium) {
	kind := id.ReplaceAllString(c.Path(), "ID")
	doc, err := c.Document()
	if err != nil {
		i.t.Errorf("%s: %v", kind, err)
		return
	}
	if doc.Find("h1").Length() != 1 {
		i.t.Errorf("%s: %d h1", kind, doc.Find("h1").Length())
	}
	i.kinds[kind] = true
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
func (i *inspector) check(c *walk.Chromium, kind string) {
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

// inspect makes an inspector. Pictures are kept where GOTONG_TEST_OUT says.
func inspect(t *testing.T, name string) *inspector {
	t.Helper()
	i := &inspector{t: t, kinds: map[string]bool{}, name: name}
	if dir := os.Getenv("GOTONG_TEST_OUT"); dir != "" {
		i.out = filepath.Join(dir, "screenshots")
		if err := os.MkdirAll(i.out, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	return i
}

// visit opens a session of its own, whose every page is inspected, as one of the demo people; "" is the public.
func (i *inspector) visit(b *walk.Browser, base string, script bool, subject string) *walk.Chromium {
	i.t.Helper()
	v, err := b.Visit(base, width, height, script, i.t.TempDir())
	if err != nil {
		i.t.Fatal(err)
	}
	i.t.Cleanup(v.Close)
	v.Met = i.meet
	if subject != "" {
		if err := walk.SignIn(v, subject); err != nil {
			i.t.Fatal(err)
		}
	}
	return v
}

// once gives every one of the demo people one session; asked again, the same with scripts or without.
func (i *inspector) once(b *walk.Browser, base string, script bool) func(subject string) (walk.Visitor, error) {
	if i.sessions == nil {
		i.sessions = map[string]*walk.Chromium{}
	}
	return func(subject string) (walk.Visitor, error) {
		if i.sessions[subject] == nil {
			i.sessions[subject] = i.visit(b, base, script, subject)
		}
		return i.sessions[subject], i.sessions[subject].Script(script)
	}
}

func TestLoopInTheBrowser(t *testing.T) {
	b := browser(t)
	base := serve(t)
	for _, script := range ways() {
		name := "with-javascript"
		if !script {
			name = "without-javascript"
		}
		t.Run(name, func(t *testing.T) {
			i := inspect(t, name)
			as := i.once(b, base, script)
			loop := walk.Loop{As: as, Mark: name}
			if err := loop.Walk(t.Logf); err != nil {
				t.Fatal(err)
			}
			if err := publicPages(as); err != nil {
				t.Error(err)
			}
			if len(i.sessions) < 8 {
				t.Errorf("only %d sessions", len(i.sessions))
			}
			t.Logf("%d kinds of page met, %d structures inspected so far, %d sessions", len(i.kinds), len(judged), len(i.sessions))
		})
	}
}

// publicPages opens what the loop did not meet, in both languages, as the public and as those who have a desk.
func publicPages(as func(string) (walk.Visitor, error)) error {
	for subject, paths := range map[string][]string{
		"": {"/", "/en/", "/needs", "/en/needs", "/initiatives", "/en/initiatives", "/villages", "/villages/61", "/villages/61.01", "/villages/61.01.08", "/en/villages/61.01.08.2007",
			"/organizations", "/en/organizations", "/documents", "/en/documents", "/search?q=air", "/en/search?q=zzzz", "/about", "/en/about", "/licences", "/matching", "/en/matching", "/sign-in"},
		"desa-temajuk":       {"/desk", "/account", "/en/desk", "/needs/new", "/en/needs/new"},
		"verifikator-paloh":  {"/desk"},
		"univ-pengelola":     {"/desk", "/en/initiatives/new"},
		"penelaah-balitbang": {"/desk"},
		"sekretariat-1":      {"/desk", "/people", "/audit", "/en/audit"},
	} {
		v, err := as(subject)
		if err != nil {
			return err
		}
		for _, path := range paths {
			if err := v.Open(path); err != nil {
				return fmt.Errorf("%s as %q: %w", path, subject, err)
			}
		}
	}
	return nil
}
