package web_test

import (
	"net/url"
	"testing"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/web"
)

// TestValuesHoldTextOnly: marks that turn text around, control characters and broken bytes never reach a handler;
// everything that people write does.
func TestValuesHoldTextOnly(t *testing.T) {
	p := newPortal(t)
	var got web.Values
	p.Post("/text", func(c *fiber.Ctx) error { got = web.ValuesOf(c); return c.SendStatus(204) })
	for in, want := range map[string]string{
		"Yayasan \u202egnp.exe\u202c":       "Yayasan gnp.exe",
		"a\u2066b\u2069c\u200fd\u200ee":     "abcde",
		"nol\x00dan\x1besc\x7f\u0085":       "noldanesc",
		"rusak\xff\xfe":                     "rusak",
		"dua\r\nbaris\tdan tab":             "dua\nbaris\tdan tab",
		"é ñ 日本 العربية 👩‍👩‍👧 Rp 1.000 <b>": "é ñ 日本 العربية 👩‍👩‍👧 Rp 1.000 <b>",
	} {
		p.ask(t, "POST", "/text", "x="+url.QueryEscape(in))
		if got.Get("x") != want {
			t.Errorf("%q becomes %q, want %q", in, got.Get("x"), want)
		}
	}
}
