package middleware

import (
	"context"
	"net/netip"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/accounts"
	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// maxGuesses is how many tokens that open nothing a network may send in a minute, on this replica.
const maxGuesses = 60

// Authenticator tells who holds a session's token, with their rights as they are now. *accounts.Service is one.
type Authenticator interface {
	Authenticate(ctx context.Context, token string) (accounts.Signed, bool, error)
}

// Tokens tells as whom a program asks that sends a token. *tokens.Service is one.
type Tokens interface {
	Authenticate(ctx context.Context, token string) (domain.Actor, error)
}

// bearerOf gives the token that a program sends; false where the request carries none.
func bearerOf(c *fiber.Ctx) (string, bool) {
	scheme, token, ok := strings.Cut(c.Get(fiber.HeaderAuthorization), " ")
	return strings.TrimSpace(token), ok && strings.EqualFold(scheme, "Bearer")
}

// Session puts who asks: domain.Actor, *web.User and web.CSRFToken. A request without the cookie touches no database.
// One whose session is gone loses the cookie and goes on as the public.
//
// A program sends a token in place of a cookie; then no cookie counts, so that a request is one or the other.
func Session(auth Authenticator, tokens Tokens, cookies accounts.Cookies, limits Limits, proxies []netip.Prefix) fiber.Handler {
	anonymous, guesses := newReading(limits.withDefaults().Reading), newReading(maxGuesses)
	name := cookies.Session()
	return func(c *fiber.Ctx) error {
		if token, ok := bearerOf(c); ok && tokens != nil {
			addr := ClientIP(c, proxies)
			if !guesses.left(addr, time.Now()) {
				return tooMany(time.Minute)
			}
			actor, err := tokens.Authenticate(c.UserContext(), token)
			if apperr.Is(err, apperr.SignIn) {
				guesses.allow(addr, time.Now())
				c.Set(fiber.HeaderWWWAuthenticate, `Bearer realm="gotong", error="invalid_token"`)
			}
			if err != nil {
				return err
			}
			web.Put(c, actor)
			c.Set(fiber.HeaderCacheControl, "no-store")
			return c.Next()
		}
		if token := c.Cookies(name); token != "" {
			signed, ok, err := auth.Authenticate(c.UserContext(), token)
			if err != nil {
				return err
			}
			if ok {
				web.Put(c, signed.Actor)
				web.Put(c, &signed.User)
				web.Put(c, accounts.TermsDue(signed.Owes))
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
