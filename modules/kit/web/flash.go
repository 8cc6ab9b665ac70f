package web

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"reflect"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/kit/i18n"
)

// FlashCookie is the name of the one-shot cookie that carries a message over a redirect.
const FlashCookie = "flash"

// Undo is the form that takes back what a message tells of. It works in the session in which it was done and no other.
type Undo struct {
	Path   string      `json:"p"`           // without language prefix
	Fields [][2]string `json:"f,omitempty"` // names and values that it posts
	Reason bool        `json:"r,omitempty"` // the move asks for a reason: it says that it was undone at once
}

// Read adds the version that the move wants to have read.
func (u Undo) Read(version int64) Undo { return u.Field("_v", strconv.FormatInt(version, 10)) }

// Field adds an input.
func (u Undo) Field(name, value string) Undo {
	u.Fields = append(u.Fields[:len(u.Fields):len(u.Fields)], [2]string{name, value})
	return u
}

// mark binds the form to the session, whose random value is the key: who can plant a cookie in a browser cannot have a
// person post what they like with one press.
func (u Undo) mark(session CSRFToken) []byte {
	raw, err := json.Marshal(u)
	if err != nil || session == "" {
		return nil
	}
	mac := hmac.New(sha256.New, []byte(session))
	mac.Write([]byte("undo\x00"))
	mac.Write(raw)
	return mac.Sum(nil)
}

// action makes the button, or nil where the form is not of this session.
func (u *Undo) action(b Base, mark []byte) *Action {
	if u == nil || b.User == nil || u.Path == "" || u.Path != SafeNext(u.Path) {
		return nil
	}
	if want := u.mark(CSRFToken(b.CSRF)); want == nil || !hmac.Equal(want, mark) {
		return nil
	}
	a := NewAction(b, "web.flash.undo", u.Path)
	a.Kind = "plain"
	for _, f := range u.Fields {
		a = a.With(f[0], f[1])
	}
	if u.Reason {
		a = a.With("reason", b.T("web.flash.undo_why"))
	}
	return &a
}

type flashCookie struct {
	Kind string `json:"k"`
	Key  string `json:"m"`
	Args []any  `json:"a,omitempty"`
	Undo *Undo  `json:"u,omitempty"`
	Mark []byte `json:"s,omitempty"`
}

type flashes []Flash

// SetFlash has the next page show a message. Kind is good, wait or stop; args as for Localizer.T.
func SetFlash(c *fiber.Ctx, kind, key string, args ...any) { setFlash(c, nil, kind, key, args...) }

// SetFlashWithUndo is SetFlash for what can be taken back at once: beside the message stands a button that does. An
// undo without path is none.
func SetFlashWithUndo(c *fiber.Ctx, undo Undo, kind, key string, args ...any) {
	if undo.Path == "" {
		setFlash(c, nil, kind, key, args...)
		return
	}
	setFlash(c, &undo, kind, key, args...)
}

func setFlash(c *fiber.Ctx, undo *Undo, kind, key string, args ...any) {
	local := localizer(c)
	for i, a := range args {
		switch a := a.(type) {
		case time.Time:
			args[i] = local.Date(a)
		case interface{ In(lang string) string }:
			args[i] = a.In(local.Lang())
		}
	}
	f := flashCookie{Kind: kind, Key: key, Args: args, Undo: undo}
	if undo != nil {
		f.Mark = undo.mark(Get[CSRFToken](c))
	}
	raw, err := json.Marshal(f)
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
			taken = append(taken, Flash{Kind: kind, Text: local.T(f.Key, f.Args...), undo: f.Undo, mark: f.Mark})
		}
		c.Cookie(&fiber.Cookie{Name: FlashCookie, Value: "", Path: "/", MaxAge: -1, Expires: time.Unix(1, 0), HTTPOnly: true, SameSite: fiber.CookieSameSiteLaxMode, Secure: secure(c)})
	}
	Put(c, taken)
	return taken
}
