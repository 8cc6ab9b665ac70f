package portal_test

import (
	"context"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"gotong/app/config"
	"gotong/app/embedded/oidc"
	"gotong/app/middleware"
	"gotong/app/portal"
	"gotong/app/portal/wire"
	"gotong/app/program"
	"gotong/modules/accounts"
	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// TestMain lets the garbage wait longer than a portal does that serves people: ten thousands of pages are asked for here. Benchmarks, which report
// memory, go without.
func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.bench").Value.String() == "" {
		debug.SetGCPercent(400)
	}
	os.Exit(m.Run())
}

// whole is the composed portal behind a real socket, without background work, so that nothing moves but what a test
// asks for. Its storage can be frozen: then every write of a document answers 503, which tells "would have been done"
// from "refused" and leaves everything as it was.
type whole struct {
	*portal.Portal
	t      testing.TB
	base   string
	client *http.Client
	frozen atomic.Bool
	down   atomic.Bool
	count  atomic.Pointer[callLog] // where not nil, storage calls are noted there
	plan   atomic.Pointer[failPlan]
	crowd  map[string]*person
	proved time.Duration // how much later than now sessions are taken for proved: where a test takes longer than a proof counts
}

// failPlan lets one storage call fail: the one at which left reaches 0.
type failPlan struct{ left atomic.Int64 }

// failAt lets the n-th point from now on fail, once; the answer tells whether it was reached, and ends the plan.
func (w *whole) failAt(n int) (reached func() bool) {
	p := &failPlan{}
	p.left.Store(int64(n))
	w.plan.Store(p)
	return func() bool {
		w.plan.Store(nil)
		return p.left.Load() <= 0
	}
}

// person is somebody with a session.
type person struct {
	actor         domain.Actor
	account       domain.AccountID
	cookie, token string // of the session; token is what its forms carry
	session       string // its public id
}

func quiet(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError + 4}))
}

// openWhole opens a portal with its demonstration and serves it.
func openWhole(t testing.TB, change func(*config.Config)) *whole {
	t.Helper()
	return openWholeWith(t, portal.Options{}, change)
}

// openWholeIn loads only what lies in these regions.
func openWholeIn(t testing.TB, regions []domain.RegionCode, change func(*config.Config)) *whole {
	t.Helper()
	return openWholeWith(t, portal.Options{Regions: regions}, change)
}

// openWholeWith opens it with more options.
func openWholeWith(t testing.TB, options portal.Options, change func(*config.Config)) *whole {
	t.Helper()
	cfg := program.Config(t)
	if change != nil {
		change(&cfg)
	}
	w := &whole{t: t, crowd: map[string]*person{"public": {}}, client: &http.Client{
		Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	options.Log, options.Fail = quiet(t), w.fail
	if options.Regions == nil {
		options.Regions = program.Regions()
	}
	options.Limits = middleware.Limits{SignIn: -1, Posts: -1, Reading: -1}
	p, err := portal.New(t.Context(), cfg, options)
	if err != nil {
		t.Fatal(err)
	}
	w.Portal = p
	t.Cleanup(func() { _ = p.Close() })
	if err := p.Load(t.Context()); err != nil {
		t.Fatal(err)
	}
	app, err := p.App()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", cfg.Listen)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- app.Listener(listener) }()
	t.Cleanup(func() { w.client.CloseIdleConnections(); _ = app.ShutdownWithTimeout(5 * time.Second); <-done })
	w.base = "http://" + listener.Addr().String()
	return w
}

// callLog are storage calls in their order.
type callLog struct {
	mu    sync.Mutex
	calls []string
}

func (l *callLog) add(point string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.calls = append(l.calls, point)
}

func (w *whole) fail(point string) error {
	if log := w.count.Load(); log != nil && strings.HasSuffix(point, ".before") {
		log.add(point)
	}
	planned := w.plan.Load()
	switch {
	case planned != nil && planned.left.Add(-1) == 0:
	case w.down.Load():
	case w.frozen.Load() && strings.HasPrefix(point, "documents."):
		switch point {
		case "documents.insert.before", "documents.update.before", "documents.remove.before":
		default:
			return nil
		}
		return &apperr.Error{Kind: apperr.Unavailable, RetryAfter: frozenFor}
	default:
		return nil
	}
	return apperr.New(apperr.Unavailable, "")
}

// frozenFor is what the frozen storage says of when to come again, in a number that nothing else says: a database that is
// too slow for once answers 503 too, and is no sign that anything would have been done.
const frozenFor = 7777 * time.Second

func (w *whole) house() *wire.House { return w.House() }

// as gives the person of the demonstration with that subject, signed in.
func (w *whole) as(subject string) *person {
	w.t.Helper()
	if p, ok := w.crowd[subject]; ok {
		return p
	}
	p := w.enter(accounts.AccountIDFor(oidc.IssuerAlias, subject))
	w.crowd[subject] = p
	return p
}

// enter opens a session for an account.
func (w *whole) enter(id domain.AccountID) *person {
	w.t.Helper()
	service := w.house().Accounts.Service
	token, session, err := service.Sessions.Open(context.Background(), accounts.Opening{Account: id, Provider: "demo", Device: "test", Proved: time.Now().Add(w.proved)})
	if err != nil {
		w.t.Fatal(err)
	}
	p := &person{account: id, cookie: w.house().Accounts.Cookies.Session() + "=" + token, token: session.CSRF, session: session.Public}
	if p.actor, err = service.ActorOf(context.Background(), id); err != nil {
		w.t.Fatal(err)
	}
	return p
}

// reply is an answer, read to its end.
type reply struct {
	status int
	header http.Header
	body   string
}

// ask sends a request as that person would, with the session's form value where it posts.
func (w *whole) ask(p *person, method, path, body string, headers ...string) reply {
	w.t.Helper()
	r, err := w.try(p, method, path, body, headers...)
	if errors.Is(err, syscall.ECONNRESET) { // what is too long is answered and broken off while it is still being sent
		r, err = w.try(p, method, path, body, headers...)
	}
	if err != nil {
		w.t.Errorf("%s %s: %v", method, path, err)
	}
	return r
}

func (w *whole) try(p *person, method, path, body string, headers ...string) (reply, error) {
	req, err := http.NewRequest(method, w.base+path, strings.NewReader(body))
	if err != nil {
		return reply{}, err
	}
	req.Header.Set("Accept", "text/html")
	if p.cookie != "" {
		req.Header.Set("Cookie", p.cookie)
	}
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	if method != http.MethodGet && method != http.MethodHead {
		req.Header.Set("Origin", w.base)
		req.Header.Set("X-Csrf-Token", p.token)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		if headers[i+1] == "" {
			req.Header.Del(headers[i])
		} else {
			req.Header.Set(headers[i], headers[i+1])
		}
	}
	res, err := w.client.Do(req)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = res.Body.Close() }()
	text, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, res.Header, string(text)}, err
}

// last is the newest entry of the audit trail.
func (w *whole) last() int64 {
	w.t.Helper()
	n, err := w.DB().Feed().Last(context.Background())
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

func (w *whole) must(err error) {
	w.t.Helper()
	if err != nil {
		w.t.Fatal(err)
	}
}
