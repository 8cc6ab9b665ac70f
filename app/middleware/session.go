package middleware

import (
	"context"
	"net/netip"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/accounts"
	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

// Authenticator tells who holds a session's token, with their rights as they are now. *accounts.Service is one.
type Authenticator interface {
	Authenticate(ctx context.Context, token string) (accounts.Signed, bool, error)
}

// Session puts who asks: domain.Actor, *web.User and web.CSRFToken. A request without the cookie touches no database.
// One whose session is gone loses the cookie and goes on as the public.
func Session(auth Authenticator, cookies accounts.Cookies, limits Limits, proxies []netip.Prefix) fiber.Handler {
	anonymous := newReading(limits.withDefaults().Reading)
	name := cookies.Session()
	return func(c *fiber.Ctx) error {
		if token := c.Cookies(name); token != "" {
			signed, ok, err := auth.Authenticate(c.UserContext(), token)
			if err != nil {
				return err
			}
			if ok {
				web.Put(c, signed.Actor)
				web.Put(c, &signed.User)
				web.Put(c, web.CSRFToken(signed.Session.CSRF))
				if signed.Token != "" {
					c.Cookie(&fiber.Cookie{Name: name, Value: signed.Token, Path: "/", MaxAge: int(accounts.SessionAbsolute.Seconds()), HTTPOnly: true, Secure: cookies.Secure, SameSite: fiber.CookieSameSiteLaxMode})
				}
				c.Set(fiber.HeaderCacheControl, "no-store")
				return c.Next()
			}
			c.Cookie(&fiber.Cookie{Name: name, Path: "/", MaxAge: -1, Expires: time.Unix(1, 0), HTTPOnly: true, Secure: cookies.Secure, SameSite: fiber.CookieSameSiteLaxMode})
		}
		web.Put(c, domain.Actor{})
		if addr := ClientIP(c, proxies); !exempt(addr, proxies) && !anonymous.allow(addr, time.Now()) {
			return tooMany(time.Minute)
		}
		return c.Next()
	}
}
