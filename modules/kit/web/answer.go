package web

import (
	"html"
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Redirect answers 303 to a path of the portal, in the language of the request.
func Redirect(c *fiber.Ctx, path string) error {
	return c.Redirect(LocalURL(localizer(c).Lang(), path), fiber.StatusSeeOther)
}

// SafeNext gives a path that may be used after sign-in: only a path of this portal passes, anything else is "/".
func SafeNext(next string) string {
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || !strings.HasPrefix(next, "/") ||
		strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\r\n\t\x00") {
		return "/"
	}
	return next
}

// ListURL gives the address of a list with its filters; empty values are left out. Cursor "" is the first page.
func ListURL(base Base, path string, query map[string]string, cursor string) string {
	q := url.Values{}
	for name, value := range query {
		if value != "" {
			q.Set(name, value)
		}
	}
	if cursor != "" {
		q.Set("cursor", cursor)
	}
	if len(q) == 0 {
		return base.URL(path)
	}
	return base.URL(path) + "?" + q.Encode()
}

// Suggestions answers a search-as-you-type request with the options of a datalist.
func Suggestions(c *fiber.Ctx, options []Option) error {
	var b strings.Builder
	for _, o := range options {
		b.WriteString(`<option value="` + html.EscapeString(o.Value) + `">` + html.EscapeString(o.Label) + "</option>")
	}
	c.Set(fiber.HeaderContentType, fiber.MIMETextHTMLCharsetUTF8)
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.SendString(b.String())
}

// refererPath gives the page of this portal that the request came from, without its language prefix; "" where it came
// from none.
func refererPath(c *fiber.Ctx) string {
	u, err := url.Parse(c.Get(fiber.HeaderReferer))
	if err != nil || u.Host == "" || u.Host != string(c.Context().Host()) {
		return ""
	}
	path := u.RequestURI()
	if rest, ok := strings.CutPrefix(path, "/en/"); ok {
		path = "/" + rest
	}
	return SafeNext(path)
}

// RefererPath gives the page of this portal that the request came from, without its language prefix; other where it
// came from none.
func RefererPath(c *fiber.Ctx, other string) string {
	if path := refererPath(c); path != "" {
		return path
	}
	return other
}

func secure(c *fiber.Ctx) bool { return c.Secure() || bool(Get[SecureCookies](c)) }

// matchesETag tells whether an If-None-Match header names the ETag (weak comparison).
func matchesETag(header, etag string) bool {
	for part := range strings.SplitSeq(header, ",") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "W/")
		if part == etag || part == "*" {
			return true
		}
	}
	return false
}
