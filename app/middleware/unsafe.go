package middleware

import (
	"crypto/subtle"
	"net/url"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// changes tells whether the request may change something.
func changes(c *fiber.Ctx) bool {
	switch c.Method() {
	case fiber.MethodGet, fiber.MethodHead, fiber.MethodOptions:
		return false
	}
	return true
}

// SameSite refuses a changing request that does not come from a page of this portal: by Sec-Fetch-Site, where the
// browser sends it, else by Origin. A request with neither is refused.
func SameSite(publicURL string) fiber.Handler {
	public := ""
	if u, err := url.Parse(publicURL); err == nil && u.Host != "" {
		public = u.Scheme + "://" + u.Host
	}
	return func(c *fiber.Ctx) error {
		if !changes(c) || fromHere(c, public) {
			return c.Next()
		}
		return apperr.New(apperr.Forbidden, "accounts.error.cross_site")
	}
}

func fromHere(c *fiber.Ctx, public string) bool {
	if site := c.Get("Sec-Fetch-Site"); site != "" {
		return site == "same-origin"
	}
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" || origin == "null" {
		return false
	}
	// The Host header is the browser's own word for where it sent the request; behind a proxy that changes it, the
	// configured address counts.
	return origin == public || origin == c.Protocol()+"://"+string(c.Context().Host())
}

// SessionForms refuses a changing request in a session that does not carry the session's own value, in the form or in
// a header.
func SessionForms() fiber.Handler {
	return func(c *fiber.Ctx) error {
		token := string(web.Get[web.CSRFToken](c))
		if token == "" || !changes(c) {
			return c.Next()
		}
		sent := c.Get("X-CSRF-Token")
		if sent == "" {
			sent = web.ValuesOf(c).Get("_csrf")
		}
		if subtle.ConstantTimeCompare([]byte(sent), []byte(token)) != 1 {
			return apperr.New(apperr.Forbidden, "accounts.error.form_token")
		}
		return c.Next()
	}
}
