package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"html"
	"log/slog"
	"math"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
)

// kinds maps a kind to its status and the key under which its page's texts lie: KEY.title, KEY.text, KEY.next.
var kinds = map[apperr.Kind]struct {
	status int
	key    string
}{
	apperr.Internal:         {fiber.StatusInternalServerError, "error.internal"},
	apperr.Invalid:          {fiber.StatusUnprocessableEntity, "error.unprocessable"},
	apperr.BadRequest:       {fiber.StatusBadRequest, "error.bad_request"},
	apperr.SignIn:           {fiber.StatusUnauthorized, "error.sign_in"},
	apperr.Forbidden:        {fiber.StatusForbidden, "error.forbidden"},
	apperr.NotFound:         {fiber.StatusNotFound, "error.not_found"},
	apperr.Conflict:         {fiber.StatusConflict, "error.conflict"},
	apperr.TooLarge:         {fiber.StatusRequestEntityTooLarge, "error.too_large"},
	apperr.UnsupportedMedia: {fiber.StatusUnsupportedMediaType, "error.unsupported_media"},
	apperr.TooMany:          {fiber.StatusTooManyRequests, "error.too_many"},
	apperr.Unavailable:      {fiber.StatusServiceUnavailable, "error.unavailable"},
}

// StatusOf gives the HTTP status of an error.
func StatusOf(err error) int { return kinds[asError(err).Kind].status }

// ErrorPage is what views/errors/error.html shows.
type ErrorPage struct {
	Base
	Status  int
	Heading string
	Text    string
	Next    string   // what to do now
	Lines   []string // one message per input
	IDLabel string
	Search  bool // offers the search
	Retry   string
}

func (e *Engine) prepareErrors() error {
	if err := e.add("errors/error"); err != nil {
		return fmt.Errorf("web: errors/error: %w", err)
	}
	e.errorView = NewView[ErrorPage](e, "errors/error")
	for _, lang := range i18n.Languages {
		l := e.bundle.Localizer(lang)
		var b bytes.Buffer
		fmt.Fprintf(&b, `<!doctype html><html lang="%s"><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>%s</title><h1>%s</h1><p>%s</p><p>%s <code>%%REQUEST%%</code></p><p><a href="%s">Gotong</a></p></html>`,
			lang, html.EscapeString(l.T("error.internal.title")), html.EscapeString(l.T("error.internal.title")),
			html.EscapeString(l.T("error.internal.text")), html.EscapeString(l.T("error.request_id")), LocalURL(lang, "/"))
		e.plain[lang] = b.Bytes()
	}
	return nil
}

// asError finds kind and message of any error; one of Fiber's own keeps its status's meaning and loses its text.
func asError(err error) *apperr.Error {
	var e *apperr.Error
	if errors.As(err, &e) {
		return e
	}
	var f *fiber.Error
	if errors.As(err, &f) {
		for kind, k := range kinds {
			if k.status == f.Code {
				return &apperr.Error{Kind: kind, Err: err}
			}
		}
		switch {
		case f.Code == fiber.StatusMethodNotAllowed:
			return &apperr.Error{Kind: apperr.NotFound, Err: err}
		case f.Code < 500:
			return &apperr.Error{Kind: apperr.BadRequest, Err: err}
		}
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return &apperr.Error{Kind: apperr.Unavailable, Err: err}
	}
	return &apperr.Error{Kind: apperr.Internal, Err: err}
}

// withoutSecret is the path as a log may hold it: without the parameter that is a secret.
func withoutSecret(c *fiber.Ctx) string {
	path := c.Path()
	if slices.Contains(c.Route().Params, "secret") { // a request that could not be read has no route and no parameters
		path = strings.ReplaceAll(path, c.Params("secret"), "…")
	}
	return path
}

// ErrorHandler is the one place that turns an error into an answer: status by kind, HTML or JSON by Accept, the safe
// message in the reader's language, the request id. The cause goes to the log once, 5xx as errors. An error while the
// page is rendered gives a plain page made at start.
func ErrorHandler(e *Engine, log *slog.Logger) fiber.ErrorHandler {
	return func(c *fiber.Ctx, err error) error {
		failure := asError(err)
		kind, id, local := kinds[failure.Kind], e.identify(c), localizer(c)
		level := slog.LevelInfo
		if kind.status >= 500 {
			level = slog.LevelError
		}
		log.Log(c.UserContext(), level, "request failed", "request", id, "status", kind.status, "method", c.Method(), "path", withoutSecret(c), "error", err.Error())

		if failure.Kind == apperr.Unavailable || failure.Kind == apperr.TooMany {
			c.Set(fiber.HeaderRetryAfter, strconv.Itoa(retryAfter(failure)))
		}
		c.Set(fiber.HeaderCacheControl, "no-store")
		if wantsJSON(c) {
			return c.Status(kind.status).JSON(errorJSON(failure, local, id))
		}
		if failure.Kind == apperr.SignIn && c.Get(fiber.HeaderAuthorization) == "" { // a program cannot be led to sign in
			return c.Redirect(LocalURL(local.Lang(), "/sign-in?next="+url.QueryEscape(returnPath(c, local.Lang()))), fiber.StatusSeeOther)
		}
		defer func() {
			if r := recover(); r != nil {
				e.sendPlain(c, log, local, id, fmt.Errorf("panic: %v", r))
			}
		}()
		if err := e.errorView.Render(c, kind.status, e.errorPage(c, failure, local)); err != nil {
			e.sendPlain(c, log, local, id, err)
		}
		return nil
	}
}

// identify gives the request's id. Where the server refused a request before any middleware ran (too large, say), it
// makes up for them: id and language.
func (e *Engine) identify(c *fiber.Ctx) string {
	if Get[*i18n.Localizer](c) == nil {
		lang := i18n.Languages[0]
		if strings.HasPrefix(c.Path(), "/en/") {
			lang = "en"
		}
		Put(c, e.bundle.Localizer(lang))
	}
	id := Get[RequestID](c)
	if id == "" {
		id = newRequestID()
		Put(c, id)
	}
	c.Set(fiber.HeaderXRequestID, string(id))
	return string(id)
}

func (e *Engine) sendPlain(c *fiber.Ctx, log *slog.Logger, local *i18n.Localizer, id string, err error) {
	log.Error("error page failed", "request", id, "error", err)
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	page := bytes.ReplaceAll(e.plain[local.Lang()], []byte("%REQUEST%"), []byte(html.EscapeString(id)))
	_ = c.Status(fiber.StatusInternalServerError).Send(page) // sending bytes cannot fail
}

func (e *Engine) errorPage(c *fiber.Ctx, failure *apperr.Error, local *i18n.Localizer) ErrorPage {
	kind := kinds[failure.Kind]
	page := ErrorPage{
		Base: NewBase(c, "", kind.key+".title"), Status: kind.status, Heading: local.T(kind.key + ".title"), Text: messageOf(failure, local),
		Next: local.T(kind.key + ".next"), IDLabel: local.T("error.request_id"), Search: failure.Kind == apperr.NotFound,
	}
	page.Private = true
	page.RequestID = string(Get[RequestID](c))
	for _, f := range failure.Fields {
		page.Lines = append(page.Lines, local.Message(f.Message))
	}
	if failure.Kind == apperr.TooMany || failure.Kind == apperr.Unavailable {
		page.Retry = local.T("error.retry", "count", retryAfter(failure))
	}
	return page
}

func messageOf(failure *apperr.Error, local *i18n.Localizer) string {
	if failure.Msg.Key != "" && local.Has(failure.Msg.Key) {
		return local.Message(failure.Msg)
	}
	return local.T(kinds[failure.Kind].key + ".text")
}

// retryAfter gives the seconds after which a repeat makes sense, at least 1.
func retryAfter(failure *apperr.Error) int {
	d := failure.RetryAfter
	if d <= 0 {
		d = 10 * time.Second
	}
	return max(1, int(math.Ceil(d.Seconds())))
}

type jsonError struct {
	Status  int         `json:"status"`
	Title   string      `json:"title"`
	Detail  string      `json:"detail"`
	Request string      `json:"request"`
	Fields  []jsonField `json:"fields,omitempty"`
}

type jsonField struct {
	Name   string `json:"name"`
	Detail string `json:"detail"`
}

func errorJSON(failure *apperr.Error, local *i18n.Localizer, id string) jsonError {
	kind := kinds[failure.Kind]
	out := jsonError{Status: kind.status, Title: local.T(kind.key + ".title"), Detail: messageOf(failure, local), Request: id}
	for _, f := range failure.Fields {
		out.Fields = append(out.Fields, jsonField{f.Name, local.Message(f.Message)})
	}
	return out
}

// wantsJSON tells whether the client asks for JSON before HTML. The programming interface always answers JSON.
func wantsJSON(c *fiber.Ctx) bool {
	if strings.HasPrefix(c.Path(), "/api/") {
		return true
	}
	accept := strings.ToLower(c.Get(fiber.HeaderAccept))
	if c.Get(fiber.HeaderAuthorization) != "" && !strings.Contains(accept, "text/html") {
		return true
	}
	j, h := strings.Index(accept, "json"), strings.Index(accept, "text/html")
	return j >= 0 && (h < 0 || j < h)
}

// returnPath is where sign-in leads back: the page that was asked for, or for a post the page that held the form.
func returnPath(c *fiber.Ctx, lang string) string {
	if c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead {
		path := LocalURL(lang, c.Path())
		if q := c.Context().QueryArgs().QueryString(); len(q) > 0 {
			path += "?" + string(q)
		}
		return SafeNext(path)
	}
	if path := refererPath(c); path != "" {
		return LocalURL(lang, path)
	}
	return LocalURL(lang, "/desk")
}
