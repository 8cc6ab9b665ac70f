package accounts

import "time"

// Cookies names the module's cookies. Under an https public address they carry the __Host- prefix and Secure; on plain
// http loopback neither.
type Cookies struct{ Secure bool }

func (c Cookies) name(plain string) string {
	if c.Secure {
		return "__Host-" + plain
	}
	return plain
}

// Session is the cookie of the session's token.
func (c Cookies) Session() string { return c.name("gotong") }

// last remembers on this device by which provider one signed in.
func (c Cookies) last() string { return c.name("gotong_last") }

// attempt binds one sign-in under way to this browser; each has its own, so that two tabs do not disturb each other.
func (c Cookies) attempt(state string) string {
	return c.name("gotong_sign_in_" + hashToken(state)[:12])
}

const lastLifetime = 180 * 24 * time.Hour
