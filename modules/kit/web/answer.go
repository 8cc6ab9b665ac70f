package web

import (
	"encoding/base64"
	"encoding/json"
	"html"
	"net/url"
	"reflect"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/i18n"
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

// FlashCookie is the name of the one-shot cookie that carries a message over a redirect.
const FlashCookie = "flash"

type flashCookie struct {
	Kind string `json:"k"`
	Key  string `json:"m"`
	Args []any  `json:"a,omitempty"`
	Undo string `json:"u,omitempty"`
}

type flashes []Flash

// SetFlash has the next page show a message. Kind is good, wait or stop; args as for Localizer.T.
func SetFlash(c *fiber.Ctx, kind, key string, args ...any) { setFlash(c, "", kind, key, args...) }

// SetFlashWithUndo is SetFlash for what can be taken back at once: beside the message stands a button that posts to
// undo (a path without language prefix, of a move that asks for nothing).
func SetFlashWithUndo(c *fiber.Ctx, undo, kind, key string, args ...any) {
	setFlash(c, undo, kind, key, args...)
}

func setFlash(c *fiber.Ctx, undo, kind, key string, args ...any) {
	local := localizer(c)
	for i, a := range args {
		switch a := a.(type) {
		case time.Time:
			args[i] = local.Date(a)
		case interface{ In(lang string) string }:
			args[i] = a.In(local.Lang())
		}
	}
	raw, err := json.Marshal(flashCookie{kind, key, args, undo})
	if err != nil || len(raw) > 2000 {
		return
	}
	c.Cookie(&fiber.Cookie{
		Name: FlashCookie, Value: base64.RawURLEncoding.EncodeToString(raw), Path: "/", MaxAge: 600, HTTPOnly: true,
		SameSite: fiber.CookieSameSiteLaxMode, Secure: secure(c),
	})
}

// takeFlash reads and clears the message, once in a request however often it is asked.
func takeFlash(c *fiber.Ctx, local *i18n.Localizer) []Flash {
	if taken, ok := c.Locals(reflect.TypeFor[flashes]()).(flashes); ok {
		return taken
	}
	var taken flashes
	if value := c.Cookies(FlashCookie); value != "" {
		var f flashCookie
		raw, err := base64.RawURLEncoding.DecodeString(value)
		if err == nil && json.Unmarshal(raw, &f) == nil && local.Has(f.Key) {
			for i, a := range f.Args {
				if n, ok := a.(float64); ok {
					f.Args[i] = int64(n)
				}
			}
			kind := f.Kind
			if kind != "good" && kind != "stop" {
				kind = "wait"
			}
			taken = append(taken, Flash{Kind: kind, Text: local.T(f.Key, f.Args...), undo: f.Undo})
		}
		c.Cookie(&fiber.Cookie{Name: FlashCookie, Value: "", Path: "/", MaxAge: -1, Expires: time.Unix(1, 0), HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, Secure: secure(c)})
	}
	Put(c, taken)
	return taken
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
