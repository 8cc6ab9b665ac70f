package portal_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"gotong/app/embedded/oidc"
	"gotong/app/walk"
	"gotong/modules/documents"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
	"gotong/modules/kit/testkit/effort"
	"gotong/modules/kit/web"
	"gotong/modules/needs"
	"gotong/modules/organizations"
)

// raw sends bytes on a connection of their own and gives everything that comes back.
func (w *whole) raw(t testing.TB, request string) string {
	t.Helper()
	conn, err := net.DialTimeout("tcp", strings.TrimPrefix(w.base, "http://"), 5*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(conn, request); err != nil {
		return ""
	}
	_ = conn.(*net.TCPConn).CloseWrite()
	answer, _ := io.ReadAll(conn) // an error is the end of the answer too
	return string(answer)
}

func statusOf(answer string) int {
	_, rest, _ := strings.Cut(answer, " ")
	n, err := strconv.Atoi(rest[:min(3, len(rest))])
	if err != nil {
		return 0
	}
	return n
}

func headerOf(answer, name string) string {
	head, _, _ := strings.Cut(answer, "\r\n\r\n")
	for _, field := range strings.Split(head, "\r\n")[1:] {
		if key, value, ok := strings.Cut(field, ":"); ok && textproto.CanonicalMIMEHeaderKey(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// testFraming sends requests whose end two servers may see in different places. None may let a second request through.
func testFraming(t *testing.T, s *scenery) {
	const second = "GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
	post := func(headers, body string) string {
		return "POST /sign-in/nothing HTTP/1.1\r\nHost: a\r\n" + headers + "\r\n" + body
	}
	for name, request := range map[string]string{
		"length and chunks":        post("Content-Length: 4\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"+second),
		"chunks and length":        post("Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", "0\r\n\r\n"+second),
		"two codings":              post("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n", "0\r\n\r\n"+second),
		"two codings, other order": post("Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n", "0\r\n\r\n"+second),
		"a list of codings":        post("Transfer-Encoding: identity, chunked\r\n", "0\r\n\r\n"+second),
		"chunks not last":          post("Transfer-Encoding: chunked, identity\r\n", "0\r\n\r\n"+second),
		"unknown coding":           post("Transfer-Encoding: xchunked\r\n", "0\r\n\r\n"+second),
		"coding in quotes":         post("Transfer-Encoding: \"chunked\"\r\n", "0\r\n\r\n"+second),
		"coding after a tab":       post("Transfer-Encoding:\vchunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"+second),
		"space before the colon":   post("Transfer-Encoding : chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"+second),
		"underscore":               post("Transfer_Encoding: chunked\r\nContent-Length: 5\r\nContent-Length: 40\r\n", "0\r\n\r\n"+second),
		"two lengths":              post("Content-Length: 0\r\nContent-Length: 35\r\n", second),
		"a list of lengths":        post("Content-Length: 0, 35\r\n", second),
		"length with a sign":       post("Content-Length: +0\r\n", second),
		"negative length":          post("Content-Length: -1\r\n", second),
		"length in hex":            post("Content-Length: 0x0\r\n", second),
		"length too long":          post("Content-Length: 99999999999999999999\r\n", second),
		"empty length":             post("Content-Length: \r\n", second),
		"folded coding":            post("Transfer-Encoding:\r\n chunked\r\nContent-Length: 5\r\n", "0\r\n\r\n"+second),
		"folded length":            post("Content-Length: 3\r\n 5\r\n", second+"abc"),
		"hidden by a fold":         post("X: y\r\n Transfer-Encoding: chunked\r\nContent-Length: 40\r\n", "0\r\n\r\n"+second),
		"no host":                  "GET / HTTP/1.1\r\n\r\n" + second,
		"two hosts":                "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n" + second,
		"chunk size in hex":        post("Transfer-Encoding: chunked\r\n", "0x0\r\n\r\n"+second),
		"chunk size with a sign":   post("Transfer-Encoding: chunked\r\n", "+0\r\n\r\n"+second),
		"chunk size negative":      post("Transfer-Encoding: chunked\r\n", "-1\r\n\r\n"+second),
		"chunk size too long":      post("Transfer-Encoding: chunked\r\n", "ffffffffffffffffff\r\n\r\n"+second),
		"chunk without its end":    post("Transfer-Encoding: chunked\r\n", "3\r\nabcd\r\n0\r\n\r\n"+second),
		"chunk ends bare":          post("Transfer-Encoding: chunked\r\n", "3\nabc\n0\n\n"+second),
		"chunk size missing":       post("Transfer-Encoding: chunked\r\n", "\r\n\r\n"+second),
		"header line bare CR":      "GET / HTTP/1.1\r\nHost: a\rContent-Length: 35\r\n\r\n" + second,
		"NUL in a field":           "GET / HTTP/1.1\r\nHost: a\r\nX: \x00\r\nContent-Length: 0\r\nContent-Length: 35\r\n\r\n" + second,
		"version 1.0 with chunks":  "POST / HTTP/1.0\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + second,
		"body of a GET in chunks":  "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + second,
		"no colon":                 "GET / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding chunked\r\nContent-Length: 0\r\nContent-Length: 35\r\n\r\n" + second,
	} {
		answer := s.raw(t, request)
		if strings.Contains(answer, "\r\n\r\nok\n") || strings.Count(answer, "HTTP/1.1 ") > 1 {
			t.Errorf("%s: a second request was served after %d", name, statusOf(answer))
		}
		if status := statusOf(answer); status >= 500 && status != http.StatusNotImplemented {
			t.Errorf("%s: %d", name, status)
		}
	}
	if answer := s.raw(t, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"); headerOf(answer, "Content-Security-Policy") == "" || headerOf(answer, "X-Request-Id") == "" {
		t.Errorf("a request that cannot be read is answered without headers: %.300q", answer)
	}
}

// testMarkers has 200 clients ask at once, each with words of its own: nobody sees another's.
func testMarkers(t *testing.T, s *scenery) {
	var wait sync.WaitGroup
	for i := range 200 / effort.EveryUnderRace(4) {
		wait.Go(func() {
			mark := fmt.Sprintf("penanda%04dselesai", i)
			for range 3 {
				for _, path := range []string{"/needs?q=", "/search?q=", "/sign-in?next=/"} {
					r, err := s.try(s.as("public"), "GET", path+mark, "", "Cookie", "x="+mark, "Referer", s.base+"/"+mark)
					if err != nil || r.status != http.StatusOK {
						t.Errorf("%s%s: %d %v", path, mark, r.status, err)
						return
					}
					if n := strings.Count(r.body, mark); n == 0 || strings.Count(r.body, "penanda") != n {
						t.Errorf("%s: %d marks of its own among %d", mark, n, strings.Count(r.body, "penanda"))
					}
				}
			}
		})
	}
	wait.Wait()
}

// testRepeatedPosts sends each form twenty times at once: one record comes of it.
func testRepeatedPosts(t *testing.T, s *scenery) {
	h := s.house()
	counts := func() (n map[string]int) {
		n = map[string]int{}
		s.must(h.Needs.Service.Each(s.ctx, func(needs.Doc) error { n["needs"]++; return nil }))
		s.must(h.Initiatives.Service.Each(s.ctx, func(initiatives.Doc) error { n["initiatives"]++; return nil }))
		s.must(h.Organizations.Service.Each(s.ctx, func(organizations.Indexed) error { n["organizations"]++; return nil }))
		s.must(h.Documents.Service.Each(s.ctx, func(domain.DocumentID, documents.Document) error { n["documents"]++; return nil }))
		ledger, err := h.Commitments.Service.Ledger(s.ctx, s.needs["verified"])
		s.must(err)
		n["committed"] = int(ledger.Committed)
		queues := h.Commitments.Queues()
		at := slices.IndexFunc(queues, func(q domain.Queue) bool { return q.Name == "commitment" })
		waiting, err := queues[at].Read(s.ctx, domain.QueueRequest{Actor: s.who("desa-temajuk"), Page: web.NewBaseFor(s.Views().Bundle().Localizer("id")), Limit: 100})
		s.must(err)
		n["commitments"] = len(waiting.Items)
		return n
	}
	uploaded, uploadType := uploadForm(map[string]string{"for": "initiative:" + string(s.works["published"]), "type": "report", "title": "Berulang", "visibility": "public", "language": "id", "_op": "repeated"},
		walk.PDF("Berkas berulang"))
	offer := string(s.works["published"]) + "-1"
	for _, c := range []struct{ kind, who, path, body, contentType string }{
		{"needs", "univ-pengelola", "/needs", s.inputs(line{pattern: "/needs"}), ""},
		{"initiatives", "univ-pengelola", "/initiatives", form("title", "Inisiatif berulang", "organization", oidc.OrgUniv, "summary", "S", "offer_1_category", "clean-water-supply"), ""},
		{"organizations", "anggota", "/organizations", s.inputs(line{pattern: "/organizations"}), ""},
		{"commitments", "univ-pengelola", "/commitments", form("need", string(s.needs["verified"]), "initiative", string(s.works["published"]), "offer", offer, "quantity", "1", "from", string(day(1)), "until", string(day(90)), "message", "Kami membantu."), ""},
		{"documents", "univ-pengelola", "/documents", uploaded, uploadType},
	} {
		before := counts()
		p := s.as(c.who)
		locations := make([]string, 20)
		statuses := make([]int, 20)
		var wait sync.WaitGroup
		for i := range locations {
			wait.Go(func() {
				var headers []string
				if c.contentType != "" {
					headers = []string{"Content-Type", c.contentType}
				}
				r, err := s.try(p, "POST", c.path, c.body, headers...)
				if err != nil {
					t.Error(err)
				}
				locations[i], statuses[i] = r.header.Get("Location"), r.status
			})
		}
		wait.Wait()
		where := ""
		for i, l := range locations {
			if statuses[i] == http.StatusConflict || statuses[i] == http.StatusServiceUnavailable {
				continue // told to look again
			}
			if statuses[i] != http.StatusSeeOther || where != "" && l != where {
				t.Errorf("%s: answer %d leads to %q, others to %q", c.kind, statuses[i], l, where)
				break
			}
			where = l
		}
		if where == "" {
			t.Errorf("%s: none of the twenty was carried out: %v", c.kind, statuses)
		}
		after := counts()
		if after[c.kind] != before[c.kind]+1 {
			t.Errorf("%s: twenty posts made %d records", c.kind, after[c.kind]-before[c.kind])
		}
		// The same form with other content is not the same act.
		if c.contentType == "" {
			if r := s.ask(p, "POST", c.path, c.body+"&title=lain&name=lain&quantity=2"); r.status == http.StatusSeeOther && counts()[c.kind] != after[c.kind] {
				t.Errorf("%s: a used form made a second record", c.kind)
			}
		}
	}
}

func form(pairs ...string) string {
	v := url.Values{"_op": {"repeated"}}
	for i := 0; i+1 < len(pairs); i += 2 {
		v.Set(pairs[i], pairs[i+1])
	}
	return v.Encode()
}

// uploadForm gives the body and type of a form with a file.
func uploadForm(fields map[string]string, file []byte) (body, contentType string) {
	const boundary = "grens"
	var b strings.Builder
	for k, v := range fields {
		fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", boundary, k, v)
	}
	fmt.Fprintf(&b, "--%s\r\nContent-Disposition: form-data; name=\"file\"; filename=\"berkas.pdf\"\r\nContent-Type: application/pdf\r\n\r\n%s\r\n--%s--\r\n", boundary, file, boundary)
	return b.String(), "multipart/form-data; boundary=" + boundary
}
