package web

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/url"
	"sync"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"
)

// streamedKey is where a request keeps what it still brings.
type streamedKey struct{}

// Streamed runs next for a request of that length that it may read as it comes (ServeHTTP gives it on), and tells whether
// it was read to its end.
func Streamed(ctx *fasthttp.RequestCtx, length int, next fasthttp.RequestHandler) (whole bool) {
	s := &streamed{from: ctx.RequestBodyStream(), left: length}
	ctx.SetUserValue(streamedKey{}, s)
	defer func() { whole = s.shut() }()
	next(ctx)
	return whole
}

// streamed is what a request brings, as long as the request lasts: an HTTP client that was given it to send on may go on
// reading after it has given up.
type streamed struct {
	mu   sync.Mutex
	from io.Reader // nil: the request is over
	left int
}

var errOver = errors.New("the request is over")

// Read gives what comes.
func (s *streamed) Read(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.from == nil:
		return 0, errOver
	case s.left == 0:
		return 0, io.EOF
	}
	n, err := s.from.Read(p)
	if s.left -= n; errors.Is(err, io.EOF) && s.left > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}

// shut ends the reading. What nobody wanted is read too, so that who sends it gets to the answer.
func (s *streamed) shut() (whole bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, err := io.CopyN(io.Discard, s.from, int64(s.left))
	s.from, s.left = nil, s.left-int(n)
	return s.left == 0 && (err == nil || errors.Is(err, io.EOF))
}

// ServeHTTP lets a handler of net/http answer, with what the request brings as it comes.
func ServeHTTP(c *fiber.Ctx, h http.Handler) error {
	at, err := url.ParseRequestURI(string(c.Request().RequestURI()))
	if err != nil {
		return fiber.ErrBadRequest
	}
	r := &http.Request{
		Method: c.Method(), URL: at, RequestURI: at.RequestURI(), Host: string(c.Context().Host()), RemoteAddr: c.Context().RemoteAddr().String(),
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{},
	}
	for name, value := range c.Request().Header.All() {
		r.Header.Add(string(name), string(value))
	}
	if s, ok := c.Context().UserValue(streamedKey{}).(*streamed); ok {
		r.Body, r.ContentLength = io.NopCloser(s), int64(s.left)
	} else {
		body := c.Body()
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body))
	}
	w := &written{header: http.Header{}, status: http.StatusOK}
	h.ServeHTTP(w, r.WithContext(c.UserContext()))
	c.Status(w.status)
	for name, values := range w.header {
		for _, value := range values {
			c.Response().Header.Add(name, value)
		}
	}
	return c.Send(w.body.Bytes())
}

// written keeps a short answer.
type written struct {
	header http.Header
	body   bytes.Buffer
	status int
	begun  bool
}

var _ http.ResponseWriter = (*written)(nil)

// Header is the answer's.
func (w *written) Header() http.Header { return w.header }

// WriteHeader notes the status; the first counts.
func (w *written) WriteHeader(status int) {
	if !w.begun {
		w.status, w.begun = status, true
	}
}

// Write adds to the answer.
func (w *written) Write(p []byte) (int, error) {
	w.begun = true
	return w.body.Write(p)
}
