package portal_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/PuerkitoBio/goquery"

	"gotong/app/walk"
	"gotong/modules/kit/testkit/effort"
)

// hostile is what an attacker writes into every text of the portal.
const hostile = ` <script>evil()</script>"><img src=x onerror=evil()>' onx='{{evil}}` + "\u202egnp"

// TestHTTPContract holds the composed portal against what security.md promises of every answer. One portal, whose every
// text was written by an attacker, serves all parts.
func TestHTTPContract(t *testing.T) {
	w := openWhole(t, nil)
	s := dress(w, hostile)
	for _, part := range []struct {
		name string
		run  func(*testing.T, *scenery)
	}{
		{"pages", testPages}, {"headers of every kind of answer", testHeaders}, {"traversal", testTraversal}, {"operators", testOperators},
		{"cross-site posts", testCrossSite}, {"planted session", testPlantedSession}, {"redirects stay here", testRedirects},
		{"framing", testFraming}, {"markers", testMarkers}, {"repeated posts", testRepeatedPosts}, {"malformed", testMalformed},
	} {
		t.Run(part.name, func(t *testing.T) {
			old := w.t
			w.t = t
			defer func() { w.t = old }()
			part.run(t, s)
		})
	}
}

// linesUnderRace is of how many addresses one is asked under the race detector.
const linesUnderRace = 12

// lines are the addresses of a method; under the race detector some of them.
func (s *scenery) lines(t *testing.T, method string) (list []line) {
	t.Helper()
	seen, every := 0, effort.EveryUnderRace(linesUnderRace)
	app, err := s.App()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range routes(app) {
		if r[0] != method {
			continue
		}
		for _, sub := range s.subjects(r[1]) {
			if seen++; seen%every != 0 {
				continue
			}
			list = append(list, line{r[0], r[1], sub})
		}
	}
	return list
}

var requestID = regexp.MustCompile(`^[A-Z2-7]{16}$`)

// guarded says which of the headers that every answer has are missing.
func guarded(r reply) (wrong []string) {
	csp := r.header.Get("Content-Security-Policy")
	for name, ok := range map[string]bool{
		"policy":      strings.Contains(csp, "default-src 'none'") && !strings.Contains(csp, "unsafe-inline") && !strings.Contains(csp, "unsafe-eval"),
		"nosniff":     r.header.Get("X-Content-Type-Options") == "nosniff",
		"referrer":    slices.Contains([]string{"same-origin", "no-referrer, strict-origin"}, r.header.Get("Referrer-Policy")), // the second where the address is a secret
		"permissions": r.header.Get("Permissions-Policy") != "",
		"opener":      r.header.Get("Cross-Origin-Opener-Policy") == "same-origin",
		"resource":    r.header.Get("Cross-Origin-Resource-Policy") != "",
		"request id":  requestID.MatchString(r.header.Get("X-Request-Id")),
		"no server":   r.header.Get("Server") == "" && r.header.Get("X-Powered-By") == "",
	} {
		if !ok {
			wrong = append(wrong, name)
		}
	}
	slices.Sort(wrong)
	return wrong
}

// testPages opens every page as several people: nothing is changed, nothing fails, nothing is kept by caches that is
// private, and no text that people wrote becomes markup.
func testPages(t *testing.T, s *scenery) {
	before := s.last()
	seen, exports := 0, int64(0)
	for _, who := range []string{"public", "anggota", "univ-pengelola", "desa-temajuk", "verifikator-paloh", "penelaah-balitbang", "sekretariat-1", "pemeriksa"} {
		p := s.as(who)
		for _, l := range s.lines(t, http.MethodGet) {
			for _, prefix := range []string{"", "/en"} {
				if prefix != "" && (who != "univ-pengelola" || strings.HasSuffix(l.pattern, "z")) {
					continue
				}
				r := s.ask(p, l.method, prefix+l.path(), "")
				if r.status >= 500 {
					t.Errorf("%s as %s: %d", l.path(), who, r.status)
				}
				if l.pattern == "/account/export" && r.status == http.StatusOK {
					exports++
				}
				if wrong := guarded(r); wrong != nil && !strings.HasSuffix(l.pattern, "/file") {
					t.Errorf("%s as %s: without %v", l.path(), who, wrong)
				}
				if cache := r.header.Get("Cache-Control"); p.account != "" && !strings.Contains(cache, "no-store") && !strings.HasSuffix(l.pattern, "/file") && !strings.HasSuffix(l.pattern, ".json") && !strings.HasSuffix(l.pattern, ".atom") || strings.Contains(cache, "public") && p.account != "" {
					t.Errorf("%s as %s: cache %q", l.path(), who, cache)
				}
				if strings.Contains(r.body, "evil") && strings.HasPrefix(r.header.Get("Content-Type"), "text/html") {
					seen++
					doc, err := goquery.NewDocumentFromReader(strings.NewReader(r.body))
					if err != nil {
						t.Fatal(err)
					}
					for _, found := range executable(doc, r.body) {
						t.Errorf("%s as %s: %s", l.path(), who, found)
					}
					for _, id := range walk.RepeatedIDs(doc) {
						t.Errorf("%s as %s: two elements have the id %q", l.path(), who, id)
					}
				}
			}
		}
	}
	if seen < 200/effort.EveryUnderRace(linesUnderRace) {
		t.Errorf("only %d pages showed the attacker's text", seen)
	}
	if after := s.last(); after != before+exports {
		t.Errorf("reading made %d changes, %d of them exports of one's own data, which are noted", after-before, exports)
	}
}

// executable lists what of a page an attacker's text became.
func executable(doc *goquery.Document, body string) (found []string) {
	if i := strings.Index(body, "<script>"); i >= 0 {
		found = append(found, "an inline script: "+body[i:min(len(body), i+60)])
	}
	for _, n := range doc.Find("*").EachIter() {
		for _, a := range n.Get(0).Attr {
			if strings.HasPrefix(a.Key, "on") || a.Key == "style" || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
				found = append(found, fmt.Sprintf("<%s %s=%q>", goquery.NodeName(n), a.Key, a.Val))
			}
		}
	}
	if doc.Find(`img[src="x"]`).Length() > 0 {
		found = append(found, "the attacker's image")
	}
	return found
}

func testHeaders(t *testing.T, s *scenery) {
	owner := s.as("univ-pengelola")
	for name, c := range map[string]struct {
		r      reply
		status int
	}{
		"front":          {s.ask(s.as("public"), "GET", "/", ""), 200},
		"static":         {s.ask(s.as("public"), "GET", "/static/css/site.css", ""), 200},
		"missing static": {s.ask(s.as("public"), "GET", "/static/nothing.css", ""), 404},
		"missing":        {s.ask(s.as("public"), "GET", "/nothing", ""), 404},
		"sign in":        {s.ask(s.as("public"), "GET", "/desk", ""), 303},
		"forbidden":      {s.ask(owner, "POST", "/account", "name=x", "X-Csrf-Token", ""), 403},
		"cross-site":     {s.ask(owner, "POST", "/account", "name=x", "Origin", "https://evil.example"), 403},
		"bad cursor":     {s.ask(s.as("public"), "GET", "/needs?cursor=x", ""), 400},
		"refused form":   {s.ask(owner, "POST", "/account", "name="), 422},
		"method":         {s.ask(owner, "DELETE", "/needs", "", "Origin", s.base, "X-Csrf-Token", owner.token), 404},
		"json":           {s.ask(s.as("public"), "GET", "/nothing", "", "Accept", "application/json"), 404},
		"english":        {s.ask(s.as("public"), "GET", "/en", ""), 301},
		"options":        {s.ask(s.as("public"), "OPTIONS", "/needs", ""), 404},
	} {
		if c.r.status != c.status {
			t.Errorf("%s: %d, want %d", name, c.r.status, c.status)
		}
		if wrong := guarded(c.r); wrong != nil {
			t.Errorf("%s: without %v", name, wrong)
		}
		if c.r.header.Get("Access-Control-Allow-Origin") != "" {
			t.Errorf("%s: opened to other sites", name)
		}
	}
	large := s.raw(t, "POST /documents HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\nabc")
	if statusOf(large) != http.StatusRequestEntityTooLarge || headerOf(large, "Content-Security-Policy") == "" || headerOf(large, "X-Request-Id") == "" {
		t.Errorf("too large: %.300q", large)
	}
	file := s.ask(s.as("public"), "GET", "/documents/"+string(s.documents["public"])+"/file", "")
	if csp := file.header.Get("Content-Security-Policy"); !strings.Contains(csp, "sandbox") || !strings.HasPrefix(file.header.Get("Content-Disposition"), "attachment") ||
		file.header.Get("X-Content-Type-Options") != "nosniff" || !requestID.MatchString(file.header.Get("X-Request-Id")) {
		t.Errorf("a download is not sandboxed: %v", file.header)
	}
}

func testTraversal(t *testing.T, s *scenery) {
	for _, path := range []string{
		"/static/../config.yaml", "/static/%2e%2e/config.yaml", "/static/%252e%252e/config.yaml", "/static/%2561", "/static/..%5cconfig.yaml", `/static/..\config.yaml`,
		"/static/css/..%2f..%2fgo.mod", "/static/%00", "/static//etc/passwd", "/static/css/%c0%ae%c0%ae/x", "/documents/..%2f..%2fgotong.db/file", "/documents/%2e%2e%5cgotong.db/file",
		"/needs/..%2forganizations", "/ADMIN/x/", "/Needs", "/NEEDS", "/needs/", "/desk/", "/People", "/people/", "/EN/", "/en/En/needs", "/audit/", "/Audit", "/%61udit/", "/en/en/needs",
		"/villages/61.01.08.2007/", "/villages/%2e%2e", "/healthz/", "/metrics", "/debug/pprof/", "/.git/config", "/config.yaml", "/gotong.db",
	} {
		for _, who := range []string{"public", "sekretariat-1"} {
			r := s.raw(t, fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nCookie: %s\r\nConnection: close\r\n\r\n", path, strings.TrimPrefix(s.base, "http://"), s.as(who).cookie))
			status := statusOf(r)
			if status == 200 && !(strings.HasPrefix(path, "/needs/..") && !strings.Contains(r, "root:")) || status >= 500 || status == 0 {
				t.Errorf("%s as %s: %d", path, who, status)
			}
			if strings.Contains(r, "module gotong") || strings.Contains(r, "SQLite format") || strings.Contains(r, "listen:") {
				t.Errorf("%s gives a file of the server", path)
			}
		}
	}
}

// testOperators sends database operators, arrays and nonsense to every page that reads its address.
func testOperators(t *testing.T, s *scenery) {
	queries := []string{
		"q[$ne]=", "q=" + url.QueryEscape(`{"$gt":""}`), "q[]=a&q[]=b", "region[$regex]=.*", "region=" + url.QueryEscape(`{"$gt":""}`), "category[$in][]=a", "status[$ne]=draft",
		"status=draft", "type=" + url.QueryEscape(`'; DROP TABLE documents; --`), "sort=" + url.QueryEscape("$where"), "cursor=" + url.QueryEscape(`{"$gt":""}`), "cursor=AAAA",
		"q=%00", "q=%ff%fe", "q=" + strings.Repeat("a", 5000), "q=%", "a[99999999]=1", "kind=need&id=" + url.QueryEscape(`{"$ne":null}`), "actor[$ne]=x", "need[$ne]=1&initiative[$ne]=1",
		"for=need:" + url.QueryEscape(`{"$ne":null}`), "for=" + url.QueryEscape(strings.Repeat("x:", 900)), "village=" + url.QueryEscape("../../61"), "q=" + url.QueryEscape(strings.Repeat("(", 400)), "q=%22%22%22*:^~",
	}
	for _, l := range s.lines(t, http.MethodGet) {
		if len(l.subject.params) > 0 || l.subject.query != "" {
			continue
		}
		for _, who := range []string{"public", "sekretariat-1"} {
			for _, q := range queries {
				if r := s.ask(s.as(who), "GET", l.pattern+"?"+q, ""); r.status >= 500 {
					t.Errorf("%s?%.60s as %s: %d", l.pattern, q, who, r.status)
				} else if strings.Contains(r.body, "Kebutuhan draft") && who == "public" {
					t.Errorf("%s?%s shows the public a draft", l.pattern, q)
				}
			}
		}
	}
	for _, l := range s.lines(t, http.MethodPost) {
		if l.subject.name == "missing" || strings.HasPrefix(l.pattern, "/sign-") {
			continue
		}
		s.frozen.Store(true)
		r := s.ask(s.as("univ-pengelola"), "POST", l.path(), "a[99999999]=1")
		s.frozen.Store(false)
		if r.status >= 500 && r.status != http.StatusServiceUnavailable {
			t.Errorf("%s with a[99999999]: %d", l.path(), r.status)
		}
	}
}

func testCrossSite(t *testing.T, s *scenery) {
	p := s.as("univ-pengelola")
	before := s.last()
	patterns := map[string]bool{}
	for _, l := range s.lines(t, http.MethodPost) {
		if patterns[l.pattern] {
			continue
		}
		patterns[l.pattern] = true
		body := s.inputs(l)
		other := s.as("desa-temajuk")
		for name, headers := range map[string][]string{
			"no value":        {"X-Csrf-Token", ""},
			"another's value": {"X-Csrf-Token", other.token},
			"no origin":       {"Origin", ""},
			"null origin":     {"Origin", "null"},
			"other origin":    {"Origin", "http://evil.example"},
			"other port":      {"Origin", s.base + "1"},
			"sibling":         {"Sec-Fetch-Site", "same-site"},
			"cross-site":      {"Sec-Fetch-Site", "cross-site"},
			"typed":           {"Sec-Fetch-Site", "none"},
		} {
			if r := s.ask(p, "POST", l.path(), body, headers...); r.status != http.StatusForbidden {
				t.Errorf("%s with %s: %d", l.pattern, name, r.status)
			}
		}
		if r := s.ask(p, "POST", l.path()+"?_csrf="+p.token, body, "X-Csrf-Token", ""); r.status != http.StatusForbidden {
			t.Errorf("%s takes the form's value from the address: %d", l.pattern, r.status)
		}
		for _, method := range []string{"PUT", "PATCH", "DELETE"} {
			if r := s.ask(p, method, l.path(), body, "X-Http-Method-Override", "POST", "Origin", s.base, "X-Csrf-Token", p.token); r.status != http.StatusNotFound && r.status != http.StatusMethodNotAllowed {
				t.Errorf("%s %s: %d", method, l.pattern, r.status)
			}
		}
	}
	if after := s.last(); after != before {
		t.Errorf("%d changes were made", after-before)
	}
}

func testPlantedSession(t *testing.T, s *scenery) {
	name := s.house().Accounts.Cookies.Session()
	for _, value := range []string{"planted", strings.Repeat("A", 43), "", "../x", strings.Repeat("x", 3000), s.as("univ-pengelola").session, "__Host-" + name} {
		p := &person{cookie: name + "=" + value}
		r := s.ask(p, "GET", "/desk", "")
		if r.status != http.StatusSeeOther || !signInPath.MatchString(r.header.Get("Location")) {
			t.Errorf("the cookie %.20q opens the desk: %d", value, r.status)
		}
		for _, c := range (&http.Response{Header: r.header}).Cookies() {
			if c.Name == name && c.Value == value && value != "" {
				t.Errorf("the planted cookie %.20q is taken over", value)
			}
		}
	}
	// A session of one's own cannot be given to another account: signing in always opens a new one. A session ends at once.
	p := s.enter(s.as("anggota").account)
	if r := s.ask(p, "POST", "/sign-out", ""); r.status != http.StatusSeeOther || r.header.Get("Clear-Site-Data") == "" {
		t.Errorf("sign-out: %d %q", r.status, r.header.Get("Clear-Site-Data"))
	}
	if r := s.ask(p, "GET", "/desk", ""); r.status != http.StatusSeeOther {
		t.Errorf("an ended session opens the desk: %d", r.status)
	}
}

func testRedirects(t *testing.T, s *scenery) {
	for _, next := range []string{
		"https://evil.example", "//evil.example", `/\evil.example`, `\\evil.example`, "/\t/evil.example", "/%09/evil.example", "http:evil.example", "javascript:evil()", "/en//evil.example", "/en/\\evil.example",
		"/en/en//evil.example", "///evil.example", "/\n/evil.example", "/.//evil.example", "data:text/html,x", "/%2f/evil.example", "/needs@evil.example", "//evil.example/..", "/en/%2fevil.example",
	} {
		for _, path := range []string{"/sign-in?next=", "/en/sign-in?next=", "/account/welcome?next="} {
			r := s.ask(s.as("anggota"), "GET", path+url.QueryEscape(next), "")
			if there := r.header.Get("Location"); there != "" && !stays(there) {
				t.Errorf("%s%s leads to %q", path, next, there)
			}
			doc, err := goquery.NewDocumentFromReader(strings.NewReader(r.body))
			if err != nil {
				t.Fatal(err)
			}
			for _, a := range doc.Find("main a[href]").EachIter() {
				if href := a.AttrOr("href", ""); strings.Contains(href, "evil") && !stays(href) {
					t.Errorf("%s%s links to %q", path, next, href)
				}
			}
		}
	}
	for _, path := range []string{"//evil.example/desk", "/en//evil.example", "/en/%2fevil.example", `/en/\evil.example`, "//evil.example/en/needs", "/en?//evil.example"} {
		answer := s.raw(t, fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n", path, strings.TrimPrefix(s.base, "http://")))
		if there := headerOf(answer, "Location"); there != "" && !stays(strings.TrimPrefix(there, s.base)) {
			t.Errorf("%s leads to %q", path, there)
		}
	}
}

// stays tells whether a browser at the portal would stay there.
func stays(location string) bool {
	at, err := url.Parse("http://portal.example/page")
	if err != nil {
		return false
	}
	clean := strings.NewReplacer("\t", "", "\n", "", "\r", "", `\`, "/").Replace(location) // as browsers read it
	to, err := at.Parse(clean)
	return err == nil && to.Host == "portal.example" && to.Scheme == "http"
}

// testMalformed sends a thousand broken requests over all routes.
func testMalformed(t *testing.T, s *scenery) {
	random := rand.New(rand.NewPCG(61, 1))
	lines := append(s.lines(t, http.MethodGet), s.lines(t, http.MethodPost)...)
	people := []string{"public", "anggota", "univ-pengelola", "desa-temajuk", "verifikator-paloh", "sekretariat-2"}
	types := []string{"application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x", "application/json", "text/plain", "", "\x01", "multipart/form-data; boundary=" + strings.Repeat("b", 300)}
	bodies := []string{"", "%", "a=%zz&b", "a[99999999]=1", `{"$gt":""}`, "--x\r\n\r\n", "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a\x00/../b\"\r\n\r\nx\r\n--x--\r\n",
		"--x\r\nContent-Disposition: form-data; name=\"_csrf\"\r\n\r\n", strings.Repeat("a=1&", 5000), "\xff\xfe\x00", "quantity=-9223372036854775808&_v=99999999999999999999", "quantity=1e9&from=0000-00-00&until=9999-99-99",
		"_op=" + strings.Repeat("x", 4000), "title=" + url.QueryEscape(strings.Repeat("\u202e", 500)), "received_=1&received_x=-1", "areas=61&areas=61.01&areas=%00", "offer_1_quantity=99999999999999999&rows_offer=1000000000&add=offer", "rows_budget=-1&add=budget"}
	tails := []string{"", "?", "?%", "?a[99999999]=1", "?cursor=%00", "?_v=x", "/", "%00", "?q=" + strings.Repeat("%F0%9F", 50), "#x", ";x"}
	for i := range 1000 {
		l := lines[random.IntN(len(lines))]
		p := s.as(people[random.IntN(len(people))])
		body, tail, kind := bodies[random.IntN(len(bodies))], tails[random.IntN(len(tails))], types[random.IntN(len(types))]
		path := l.path()
		if strings.Contains(path, "?") {
			tail = "" // a second question mark is one more character
		}
		if l.method == http.MethodGet {
			body = ""
		}
		raw := fmt.Sprintf("%s %s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nCookie: %s\r\nX-CSRF-Token: %s\r\nContent-Type: %s\r\nIf-None-Match: \"\r\nRange: bytes=9-1,a-\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s",
			l.method, path+tail, strings.TrimPrefix(s.base, "http://"), s.base, p.cookie, p.token, kind, len(body), body)
		if status := statusOf(s.raw(t, raw)); status >= 500 || status == 0 {
			t.Errorf("%d: %s %s%.40q, %.30q, %.60q: %d", i, l.method, path, tail, kind, body, status)
		}
	}
}
