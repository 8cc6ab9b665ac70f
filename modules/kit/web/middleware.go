package web

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/i18n"
)

// fallback writes where no Locale middleware ran; it knows no texts.
var fallback = (&i18n.Localizer{})

func localizer(c *fiber.Ctx) *i18n.Localizer {
	if l := Get[*i18n.Localizer](c); l != nil {
		return l
	}
	return fallback
}

type localeDone bool

// Locale puts the localizer of the address's language and takes the prefix /en off the path, so that routes are
// registered once. It must be the first middleware of the app: it restarts the routing, since Fiber looks routes up by
// the first bytes of the path.
func Locale(bundle *i18n.Bundle) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if Get[localeDone](c) {
			return c.Next()
		}
		Put(c, localeDone(true))
		path := c.Path()
		if path != "/en" && (!strings.HasPrefix(path, "/en/") || strings.HasPrefix(path, "/en//")) {
			Put(c, bundle.Localizer("id"))
			return c.Next()
		}
		Put(c, bundle.Localizer("en"))
		if path == "/en" {
			target := "/en/"
			if q := c.Context().QueryArgs().QueryString(); len(q) > 0 {
				target += "?" + string(q)
			}
			return c.Redirect(target, fiber.StatusMovedPermanently)
		}
		c.Path(strings.TrimPrefix(path, "/en"))
		return c.RestartRouting()
	}
}

// RequestIDMiddleware gives each request an id of its own, which logs, error pages and the X-Request-ID header carry.
func RequestIDMiddleware() fiber.Handler {
	return func(c *fiber.Ctx) error {
		id := Get[RequestID](c)
		if id == "" {
			id = newRequestID()
			Put(c, id)
		}
		c.Set(fiber.HeaderXRequestID, string(id))
		return c.Next()
	}
}

func newRequestID() RequestID { return RequestID(rand.Text()[:16]) }

// Recover turns a panic of a handler into an error with its stack, for the error handler.
func Recover() fiber.Handler {
	return func(c *fiber.Ctx) (err error) {
		defer func() {
			if r := recover(); r != nil {
				cause, ok := r.(error)
				if !ok {
					cause = errors.New(fmt.Sprint(r))
				}
				err = apperr.Wrap(fmt.Errorf("panic: %w\n%s", cause, debug.Stack()), apperr.Internal, "")
			}
		}()
		return c.Next()
	}
}

// Framing refuses a request that gives both a length and a transfer coding: a proxy in front may read its end elsewhere
// than this server does, and what follows would be taken for a second request. The connection ends with the answer.
func Framing() fiber.Handler {
	return func(c *fiber.Ctx) error {
		raw := bytes.ToLower(c.Request().Header.RawHeaders())
		if len(c.Request().Header.Peek(fiber.HeaderTransferEncoding)) == 0 && !hasField(raw, "transfer-encoding") || !hasField(raw, "content-length") {
			return c.Next()
		}
		c.Context().SetConnectionClose()
		return apperr.Wrap(errors.New("both Content-Length and Transfer-Encoding"), apperr.BadRequest, "")
	}
}

// hasField tells whether lower-cased header lines hold a field of that name.
func hasField(raw []byte, name string) bool {
	return bytes.HasPrefix(raw, []byte(name+":")) || bytes.Contains(raw, []byte("\n"+name+":"))
}
