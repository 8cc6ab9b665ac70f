// Package middleware is what happens around every request: headers, language, log, the reader's session, the checks
// of requests that change something, and limits. Register puts all of it in its order.
package middleware

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/web"
)

// Headers sets the security headers of every answer, errors included.
type Headers struct {
	// HTTPS tells that the public address is https: only then may browsers insist on it and cookies be Secure.
	HTTPS bool
	// FormOrigins names the identity providers to which the sign-in form leads on: browsers hold form-action against
	// every redirect after a form. May be nil.
	FormOrigins func() []string
}

const (
	policyStart = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; manifest-src 'self'; " +
		"base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'self'"
	permissions = "accelerometer=(), autoplay=(), camera=(), display-capture=(), encrypted-media=(), geolocation=(), gyroscope=(), magnetometer=(), " +
		"microphone=(), midi=(), payment=(), picture-in-picture=(), publickey-credentials-get=(), screen-wake-lock=(), usb=(), xr-spatial-tracking=(), interest-cohort=()"
)

// Apply sets the headers on the answer. A handler may replace the policy (downloads are sandboxed).
func (h Headers) Apply(c *fiber.Ctx) {
	c.Set(fiber.HeaderContentSecurityPolicy, h.policy())
	c.Set(fiber.HeaderXContentTypeOptions, "nosniff")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set("Permissions-Policy", permissions)
	c.Set("Cross-Origin-Opener-Policy", "same-origin")
	c.Set("Cross-Origin-Resource-Policy", "same-origin")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	if h.HTTPS {
		c.Set(fiber.HeaderStrictTransportSecurity, "max-age=31536000; includeSubDomains")
	}
}

func (h Headers) policy() string {
	if h.FormOrigins == nil {
		return policyStart
	}
	return strings.Join(append([]string{policyStart}, h.FormOrigins()...), " ")
}

// Handler sets the headers before anything else runs. After the page is made it names the providers' addresses anew,
// since the sign-in page may just have learnt them.
func (h Headers) Handler() fiber.Handler {
	return func(c *fiber.Ctx) error {
		web.Put(c, web.SecureCookies(h.HTTPS))
		h.Apply(c)
		before := h.policy()
		err := c.Next()
		if after := h.policy(); after != before && string(c.Response().Header.Peek(fiber.HeaderContentSecurityPolicy)) == before {
			c.Set(fiber.HeaderContentSecurityPolicy, after)
		}
		return err
	}
}

// ErrorHandler sets the headers also where no middleware ran: on requests that could not be read at all.
func (h Headers) ErrorHandler(next fiber.ErrorHandler) fiber.ErrorHandler {
	return func(c *fiber.Ctx, err error) error {
		if len(c.Response().Header.Peek(fiber.HeaderContentSecurityPolicy)) == 0 {
			h.Apply(c)
		}
		return next(c, err)
	}
}
