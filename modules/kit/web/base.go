// Package web is what every page has in common: the base of page structs, typed views, forms, and the one place that
// turns errors into answers. It knows no domain word.
package web

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"reflect"
	"sort"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/i18n"
	"gotong/modules/kit/store"
)

// User is what the page head shows of who is signed in.
type User struct {
	Name          string
	Organizations string // names, joined; "" where none
	Desk          bool   // has a desk
}

// Crumb is one step of the breadcrumb.
type Crumb struct{ Label, Path string }

// Flash is a one-shot message after a redirect, already in the reader's language.
type Flash struct {
	Kind, Text string  // Kind: good, wait, stop
	Undo       *Action // takes back what the message tells of; nil where that is not offered

	undo *Undo
	mark []byte
}

// Base is embedded in every page struct.
type Base struct {
	Lang        string // "id" or "en"
	Path        string // of this page without the language prefix
	Query       string // raw query, so that the language link keeps it
	Section     string // which entry of the navigation is current
	Title       string
	Description string
	Demo        bool // shows the demo banner
	Private     bool // answered with no-store
	User        *User
	CSRF        string
	RequestID   string
	Crumbs      []Crumb
	Flash       []Flash
	Announced   Notices

	local *i18n.Localizer
	state *pageState
	shown string // the page that the reader sees, where a post answered with it; "" is Path and Query
}

// pageState is shared by all copies of a page's Base: what a form found out that the layout must know.
type pageState struct {
	failed  bool // a form came back with errors: the title says so
	noStore bool // the page holds values of one reader
}

// FullTitle is what stands in the browser's title: "Galat: " where a form came back, the page, the portal.
func (b Base) FullTitle() string {
	title := b.Title
	if title == "" {
		title = b.T("web.tagline")
	}
	if b.state != nil && b.state.failed {
		return b.T("web.title_error", "title", title)
	}
	return b.T("web.title", "title", title)
}

// In tells whether the page belongs to that entry of the navigation.
func (b Base) In(section string) bool { return b.Section == section }

func (b Base) base() Base { return b }

// T translates a key with name, value pairs: {{.T "needs.count" "count" .Total}}.
func (b Base) T(key string, args ...any) string { return b.local.T(key, args...) }

// At says under which address the reader meets this page, where Path must not say so (an address that holds a secret):
// the link to the other language leads there. path has no language prefix.
func (b Base) At(path string) Base {
	b.shown = path
	return b
}

// Local gives the localizer, for code that formats texts for the page.
func (b Base) Local() *i18n.Localizer { return b.local }

// URL adds the language prefix to a path of the portal.
func (b Base) URL(path string) string { return LocalURL(b.Lang, path) }

// Other gives this page's address in the other language.
func (b Base) Other() string {
	lang := "en"
	if b.Lang == "en" {
		lang = "id"
	}
	if b.shown != "" {
		return LocalURL(lang, b.shown)
	}
	u := LocalURL(lang, b.Path)
	if b.Query != "" {
		u += "?" + b.Query
	}
	return u
}

// Number writes an integer as the language does: 1.234.567 or 1,234,567.
func (b Base) Number(n int64) string { return b.local.Number(n) }

// Rupiah writes an amount of rupiah: Rp1.500.000.
func (b Base) Rupiah(n int64) string { return b.local.Rupiah(n) }

// Date writes a time's civil date in WIB: 1 April 2027.
func (b Base) Date(t time.Time) string { return b.local.Date(t) }

// DateTime writes date and time in WIB: 1 April 2027 14.30 WIB.
func (b Base) DateTime(t time.Time) string { return b.local.DateTime(t) }

// LocalURL adds the language prefix: /needs or /en/needs. The result is always a path of this portal.
func LocalURL(lang, path string) string {
	path = "/" + strings.TrimLeft(path, "/\\")
	if lang != "en" {
		return path
	}
	if path == "/" {
		return "/en/"
	}
	return "/en" + path
}

// Put keeps a value for this request, one per type.
func Put[T any](c *fiber.Ctx, v T) { c.Locals(reflect.TypeFor[T](), v) }

// Get takes the value of that type that a middleware put, or the zero value.
func Get[T any](c *fiber.Ctx) T {
	v, _ := c.Locals(reflect.TypeFor[T]()).(T)
	return v
}

// RequestID is the request's id, which a middleware sets with Put.
type RequestID string

// CSRFToken is the random value of the session that its forms carry, which a middleware sets with Put.
type CSRFToken string

// SecureCookies is put by the middleware where the portal's public address is https.
type SecureCookies bool

// NewBase fills the base of a page from the request. Section names the entry of the navigation, title is a locale key.
func NewBase(c *fiber.Ctx, section, title string, args ...any) Base {
	local := localizer(c)
	b := Base{
		Lang: local.Lang(), Path: c.Path(), Query: string(c.Context().QueryArgs().QueryString()), Section: section,
		User: Get[*User](c), CSRF: string(Get[CSRFToken](c)), RequestID: string(Get[RequestID](c)), local: local, state: &pageState{},
	}
	if c.Method() != fiber.MethodGet && c.Method() != fiber.MethodHead {
		b.shown = refererPath(c) // the post's own address may have no page
	}
	b.Flash = takeFlash(c, local)
	if in := Get[noticesOf](c); in != nil {
		b.Announced = in(b.Lang)
	}
	for i := range b.Flash {
		b.Flash[i].Undo = b.Flash[i].undo.action(b, b.Flash[i].mark)
	}
	b.Private = b.User != nil || len(b.Flash) > 0
	if title != "" {
		b.Title = local.T(title, args...)
	}
	return b
}

// NewBaseFor makes a Base without a request, for texts that are made outside of one and for tests.
func NewBaseFor(local *i18n.Localizer) Base {
	return Base{Lang: local.Lang(), Path: "/", local: local, state: &pageState{}}
}

// OperationOf reads the operation id of a posted form; its digest is the SHA-256 of the path and all other inputs (of
// a file: name and size).
func OperationOf(c *fiber.Ctx) store.Operation {
	var pairs []string
	values := ValuesOf(c)
	for name, all := range values.all {
		if name == "_csrf" {
			continue
		}
		for _, v := range all {
			pairs = append(pairs, fmt.Sprintf("%q=%q", name, v))
		}
	}
	if form, err := c.MultipartForm(); err == nil {
		for name, files := range form.File {
			for _, f := range files {
				pairs = append(pairs, fmt.Sprintf("%q=%q:%d", name, f.Filename, f.Size))
			}
		}
	}
	sort.Strings(pairs)
	sum := sha256.Sum256([]byte(c.Path() + "\n" + strings.Join(pairs, "&")))
	return store.Operation{ID: values.Get("_op"), Digest: hex.EncodeToString(sum[:])}
}
