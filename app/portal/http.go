package portal

import (
	"net/netip"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/app/middleware"
	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/resumable"
	"gotong/modules/kit/web"
	"gotong/modules/rights"
)

// Bounds of a connection: slow lines get time to send, idle ones are let go.
const (
	readTimeout  = 2 * time.Minute
	writeTimeout = 10 * time.Minute // a large download on a slow line
	idleTimeout  = time.Minute
	formOverhead = 1 << 20 // what a form holds beside its file

	otherLimit = 1 << 20 // what a request may bring that is neither a form nor a piece of a file
)

// app is the Fiber application with every route of the portal.
func (p *Portal) app() (*fiber.App, error) {
	var proxies []netip.Prefix
	for _, text := range p.config.Proxies {
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			addr, errAddr := netip.ParseAddr(text)
			if errAddr != nil {
				return nil, errAddr
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		proxies = append(proxies, prefix)
	}
	headers := middleware.Headers{
		HTTPS: strings.HasPrefix(p.publicURL(), "https://"), FormOrigins: p.house.Accounts.Service.Providers.Origins,
	}
	app := fiber.New(fiber.Config{
		AppName: "gotong", DisableStartupMessage: true, Immutable: true, CaseSensitive: true, StrictRouting: true,
		StreamRequestBody: true, DisablePreParseMultipartForm: true, // bounded and read by middleware.Bodies
		ReadTimeout: readTimeout, WriteTimeout: writeTimeout, IdleTimeout: idleTimeout,
		ErrorHandler: headers.ErrorHandler(web.ErrorHandler(p.engine, p.log)),
	})
	middleware.Bodies{Form: p.config.Uploads.MaxMB<<20 + formOverhead, Piece: resumable.PartMax, Other: otherLimit}.Guard(app.Server())
	middleware.Register(app, middleware.Options{
		Headers: headers, Bundle: p.bundle, Static: p.assets, Log: p.log, PublicURL: p.publicURL(), Proxies: proxies,
		Limits: p.limits, Counter: p.db, Auth: p.house.Accounts.Service, Tokens: p.house.Tokens.Service, Cookies: p.house.Accounts.Cookies,
		Open: func(r fiber.Router) {
			r.Get("/healthz", p.health)
			r.Get("/readyz", p.readiness)
		},
	})
	app.Use(p.house.Moderation.Show)
	app.Use(p.house.Accounts.AskTerms)
	app.Use(web.Screen("error.personal_number", func(text string) bool {
		return len(text) >= 16 && len(domain.FindPersonalNumbers(text)) > 0
	}))
	guard, err := rights.NewGuard(p.rights.Table, p.standers())
	if err != nil {
		return nil, err
	}
	p.house.Accounts.Origin = middleware.OriginOf(proxies, p.config.SignIn.Country)
	guard.Recent = p.house.Accounts.Recent
	if err := guard.Protect(app, func() {
		for _, m := range p.routed() {
			m.Routes(app)
		}
	}); err != nil {
		return nil, err
	}
	app.Use(func(*fiber.Ctx) error { return apperr.New(apperr.NotFound, "error.not_found") })
	return app, nil
}

// routed are the modules that have pages.
func (p *Portal) routed() []interface{ Routes(fiber.Router) } {
	h := &p.house
	return []interface{ Routes(fiber.Router) }{
		p.catalog, h.Accounts, h.Villages, h.Organizations, h.Needs, h.Calls, h.Initiatives, h.Reviews, h.Progress, h.Commitments, h.Coverage, p.matching, h.Plans, h.Papers, h.Documents, h.Tokens, p.taxonomy, p.audit, p.rights, p.house.Moderation, p.tables,
	}
}
