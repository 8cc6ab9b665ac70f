package web

import (
	"regexp"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"
)

// Values are the inputs of a request: those of the body where there is one, else those of the address. They outlive
// the request.
type Values struct {
	all map[string][]string
}

// ValuesOf reads the inputs. A posted form never reads from the address, so that a link cannot fill in for an input.
func ValuesOf(c *fiber.Ctx) Values {
	v := Values{all: map[string][]string{}}
	add := func(name, value []byte) {
		key := string(name)
		v.all[key] = append(v.all[key], clean(string(value)))
	}
	if c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead {
		for name, value := range c.Context().QueryArgs().All() {
			add(name, value)
		}
		return v
	}
	if form, err := c.MultipartForm(); err == nil {
		for name, values := range form.Value {
			for _, value := range values {
				add([]byte(name), []byte(value))
			}
		}
		return v
	}
	for name, value := range c.Context().PostArgs().All() {
		add(name, value)
	}
	return v
}

// clean ends lines as one byte and drops what no input means: control characters, marks that turn the direction of the
// text around them (they make one name look like another), bytes that are no text.
func clean(value string) string {
	value = strings.ToValidUTF8(strings.ReplaceAll(value, "\r\n", "\n"), "")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\n', r == '\t':
			return r
		case r < ' ', r >= 0x7f && r < 0xa0, r == 0x061c, r == 0x200e, r == 0x200f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0xfeff:
			return -1
		}
		return r
	}, value)
}

// Get gives the first value, without space around it, "" where there is none.
func (v Values) Get(name string) string {
	if all := v.all[name]; len(all) > 0 {
		return strings.TrimSpace(all[0])
	}
	return ""
}

// All gives every value of a name that is not empty.
func (v Values) All(name string) []string {
	var out []string
	for _, value := range v.all[name] {
		if value = strings.TrimSpace(value); value != "" {
			out = append(out, value)
		}
	}
	return out
}

// Has tells whether the name came at all.
func (v Values) Has(name string) bool { return len(v.all[name]) > 0 }

var (
	digitsOnly = regexp.MustCompile(`^-?\d{1,18}$`)
	grouped    = regexp.MustCompile(`^-?\d{1,3}([., ]\d{3}){1,5}$`)
	cents      = regexp.MustCompile(`([.,])00$`)
	ungroup    = strings.NewReplacer(".", "", ",", "", " ", "")
)

// Int reads a whole number, with or without marks between thousands (1500, 1.500, 1,500); false where it is none.
func (v Values) Int(name string) (int64, bool) { return parseInt(v.Get(name)) }

func parseInt(s string) (int64, bool) {
	s = strings.ReplaceAll(s, "\u00a0", " ")
	if grouped.MatchString(s) {
		s = ungroup.Replace(s)
	}
	if !digitsOnly.MatchString(s) {
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil
}

// Rupiah reads whole rupiah: 1500000, 1.500.000, "Rp 1.500.000,00"; false where it is none.
func (v Values) Rupiah(name string) (int64, bool) {
	s := v.Get(name)
	if len(s) >= 2 && strings.EqualFold(s[:2], "rp") {
		s = strings.TrimSpace(strings.TrimPrefix(s[2:], "."))
	}
	return parseInt(cents.ReplaceAllString(s, ""))
}

// Version reads the version that the form was made from; 0 where it has none.
func Version(c *fiber.Ctx) int64 {
	n, _ := ValuesOf(c).Int("_v")
	return n
}
