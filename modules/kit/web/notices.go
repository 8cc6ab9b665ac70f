package web

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Notice is what the portal tells every reader, above the page.
type Notice struct{ Title, Text string }

// Notices are those of now.
type Notices []Notice

type noticesOf func(lang string) Notices

// PutNotices gives the pages of this request their notices, in the language that they turn out to be in.
func PutNotices(c *fiber.Ctx, in func(lang string) Notices) { Put(c, noticesOf(in)) }

// Network is where a request came from, as limits count it; "" where nobody counted.
type Network string

// Uncounted says that limits by network leave this request out: it comes from the portal's own machine while no proxy
// is configured.
type Uncounted bool

// PathOf gives the path of an address of this portal, without language prefix and query.
func PathOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return "/"
	}
	path := u.EscapedPath()
	if rest, ok := strings.CutPrefix(path, "/en/"); ok {
		path = "/" + rest
	}
	return path
}
