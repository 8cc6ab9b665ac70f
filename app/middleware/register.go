package middleware

import (
	"log/slog"
	"net/netip"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/accounts"
	"gotong/modules/kit/i18n"
	"gotong/modules/kit/web"
)

// Options are what the middleware needs.
type Options struct {
	Headers   Headers
	Bundle    *i18n.Bundle
	Static    web.StaticFiles // may be nil
	Log       *slog.Logger
	PublicURL string
	Proxies   []netip.Prefix // whose X-Forwarded-For is believed
	Limits    Limits
	Counter   Counter
	Auth      Authenticator
	Tokens    Tokens // may be nil: then no program reads
	Cookies   accounts.Cookies
	// Open registers what needs no session and must answer while the database is down: /healthz, /readyz. May be nil.
	Open func(fiber.Router)
}

// Register puts the middleware in its order; the modules' routes come after it. Headers stand first, so that nothing
// answers without them; static files and health checks before the session, so that they touch no database; the
// origin check before the session, so that a foreign post costs nothing.
func Register(app *fiber.App, o Options) {
	app.Use(o.Headers.Handler())
	app.Use(web.RequestIDMiddleware()) // before Locale, which may answer with a redirect
	app.Use(web.Locale(o.Bundle))
	app.Use(Log(o.Log))
	app.Use(web.Recover())
	app.Use(web.Framing())
	if o.Static != nil {
		app.Use(web.Static(o.Static))
	}
	if o.Open != nil {
		o.Open(app)
	}
	app.Use(SameSite(o.PublicURL))
	app.Use(Session(o.Auth, o.Tokens, o.Cookies, o.Limits, o.Proxies))
	app.Use(Compress())
	app.Use(SessionForms())
	app.Use(ChangeLimits(o.Counter, o.Limits, o.Proxies))
}
