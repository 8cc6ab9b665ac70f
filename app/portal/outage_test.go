package portal_test

import (
	"bytes"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gotong/app/config"
	"gotong/app/embedded/s3"
	"gotong/app/walk"
	"gotong/modules/documents"
	"gotong/modules/kit/testkit"
)

// withoutDatabase are pages that ask the database nothing and so are answered while it is down.
var withoutDatabase = []string{"/search", "/about", "/licences", "/matching", "/papers", "/help/permissions", "/privacy", "/confirm", "/reports/new", "/sign-in", "/healthz"}

// TestDatabaseDown: every page answers 503 within three seconds, with its request id; nothing is half written; and all
// is well again as soon as the database is.
func TestDatabaseDown(t *testing.T) {
	w := openWhole(t, nil)
	s := dress(w, "")
	people := []string{"public", "univ-pengelola", "desa-temajuk", "sekretariat-1"}
	for _, who := range people {
		s.as(who)
	}
	before := w.last()
	gets, posts := s.lines(t, http.MethodGet), s.lines(t, http.MethodPost)
	bodies := map[string]string{} // some name the version that is there, so they are made before
	for _, l := range posts {
		bodies[l.name()] = s.inputs(l)
	}
	w.down.Store(true)
	ask := func(who string, l line) {
		body, path := bodies[l.name()], l.path()
		start := time.Now()
		r := s.ask(s.as(who), l.method, path, body)
		took := time.Since(start)
		free := slices.Contains(withoutDatabase, l.pattern) || l.method == http.MethodPost && l.pattern == "/sign-out"
		switch {
		case who == "public" && (r.status == http.StatusOK && free || r.status == http.StatusSeeOther || r.status == http.StatusNotFound || r.status == http.StatusForbidden || r.status == http.StatusBadRequest || r.status == http.StatusUnprocessableEntity):
			// answered without asking: a page of words, the way to the sign-in page, an address that can be nothing, an empty form
		case l.pattern == "/healthz" && r.status == http.StatusOK:
		case r.status != http.StatusServiceUnavailable:
			t.Errorf("%s %s as %s: %d", l.method, path, who, r.status)
		}
		if took > 3*time.Second {
			t.Errorf("%s %s: %s", l.method, path, took)
		}
		if wrong := guarded(r); wrong != nil {
			t.Errorf("%s %s: without %v", l.method, path, wrong)
		}
		if id := r.header.Get("X-Request-Id"); r.status == http.StatusServiceUnavailable && l.pattern != "/readyz" && (!strings.Contains(r.body, id) || r.header.Get("Retry-After") == "") {
			t.Errorf("%s %s: the page names no request id, or no time to wait", l.method, path)
		}
	}
	for _, who := range people {
		for i, l := range gets {
			if i == 0 || l.pattern != gets[i-1].pattern || who == "public" {
				ask(who, l)
			}
		}
		for i, l := range posts {
			if i == 0 || l.pattern != posts[i-1].pattern {
				ask(who, l)
			}
		}
	}
	if r := s.ask(s.as("public"), "GET", "/readyz", ""); r.status != http.StatusServiceUnavailable || !strings.Contains(r.body, "database unavailable") {
		t.Errorf("readyz: %d %q", r.status, r.body)
	}
	if r := s.ask(s.as("public"), "GET", "/static/css/site.css", ""); r.status != http.StatusOK {
		t.Errorf("static files: %d", r.status)
	}
	w.down.Store(false)
	if after := w.last(); after != before {
		t.Errorf("%d changes were made", after-before)
	}
	for _, path := range []string{"/readyz", "/", "/needs/" + string(s.needs["verified"]), "/desk"} {
		if r := s.ask(s.as("univ-pengelola"), "GET", path, ""); r.status != http.StatusOK {
			t.Errorf("%s after the outage: %d", path, r.status)
		}
	}
	var words bytes.Buffer
	if err := w.Check(t.Context(), documents.Care{}, &words); err != nil {
		t.Errorf("%v\n%s", err, &words)
	}
}

// cable is a proxy before a server that can be cut.
type cable struct {
	listener net.Listener
	target   string
	mu       sync.Mutex
	cut      bool
	open     []net.Conn
}

func newCable(t *testing.T, target string) *cable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c := &cable{listener: l, target: target}
	t.Cleanup(func() { _ = l.Close(); c.set(true) })
	go c.serve()
	return c
}

func (c *cable) serve() {
	for {
		from, err := c.listener.Accept()
		if err != nil {
			return
		}
		c.mu.Lock()
		cut := c.cut
		c.mu.Unlock()
		to, err := net.Dial("tcp", c.target)
		if cut || err != nil {
			_ = from.Close()
			continue
		}
		c.mu.Lock()
		c.open = append(c.open, from, to)
		c.mu.Unlock()
		go func() { _, _ = io.Copy(to, from); _ = to.Close() }()
		go func() { _, _ = io.Copy(from, to); _ = from.Close() }()
	}
}

func (c *cable) set(cut bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cut = cut
	if cut {
		for _, conn := range c.open {
			_ = conn.Close()
		}
		c.open = nil
	}
}

// TestObjectStoreDown: browsing goes on, uploads and downloads answer 503, and nothing of a failed upload is shown.
func TestObjectStoreDown(t *testing.T) {
	server, err := s3.Start(t.Context(), s3.Config{Folder: filepath.Join(t.TempDir(), "objects"), Listen: testkit.FreeAddress(t)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = server.Close() })
	where := server.Blob("gotong")
	line := newCable(t, where.Endpoint)
	w := openWhole(t, func(c *config.Config) {
		c.Storage = config.Storage{Engine: "s3", Endpoint: line.listener.Addr().String(), Bucket: "gotong", Region: where.Region, AccessKey: config.Secret(where.AccessKey), SecretKey: config.Secret(where.SecretKey)}
	})
	s := dress(w, "")
	line.set(true)
	owner := s.as("univ-pengelola")
	for _, path := range []string{"/", "/needs", "/needs/" + string(s.needs["verified"]), "/initiatives/" + string(s.works["published"]), "/documents", "/documents/" + string(s.documents["public"]), "/desk", "/villages/" + walk.Village} {
		if r := s.ask(owner, "GET", path, ""); r.status != http.StatusOK {
			t.Errorf("%s: %d", path, r.status)
		}
	}
	if r := s.ask(owner, "GET", "/readyz", ""); r.status != http.StatusOK || !strings.Contains(r.body, "storage unavailable") {
		t.Errorf("readyz: %d %q", r.status, r.body)
	}
	upload := func(title string) reply {
		body, kind := uploadForm(map[string]string{"for": "initiative:" + string(s.works["published"]), "type": "report", "title": title, "visibility": "public", "language": "id", "_op": "outage"}, walk.PDF("Berkas saat padam"))
		return s.ask(owner, "POST", "/documents", body, "Content-Type", kind)
	}
	start := time.Now()
	if r := upload("Berkas padam"); r.status != http.StatusServiceUnavailable || !strings.Contains(r.body, r.header.Get("X-Request-Id")) {
		t.Errorf("upload: %d", r.status)
	}
	if r := s.ask(owner, "GET", "/documents/"+string(s.documents["public"])+"/file", ""); r.status != http.StatusServiceUnavailable {
		t.Errorf("download: %d", r.status)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("the two answers took %s", took)
	}
	if r := s.ask(owner, "GET", "/initiatives/"+string(s.works["published"]), ""); strings.Contains(r.body, "Berkas padam") {
		t.Error("a failed upload is shown")
	}
	line.set(false)
	if r := upload("Berkas padam"); r.status != http.StatusSeeOther {
		t.Errorf("the same form after the outage: %d", r.status)
	}
	if r := s.ask(owner, "GET", "/initiatives/"+string(s.works["published"]), ""); strings.Count(r.body, "Berkas padam") == 0 {
		t.Error("the upload is not shown")
	}
}
