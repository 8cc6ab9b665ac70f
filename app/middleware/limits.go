package middleware

import (
	"context"
	"net/netip"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// Limits say how much is enough. Zero values take the defaults; a negative one switches the limit off.
type Limits struct {
	SignIn  int64 // sign-ins begun by a network in ten minutes, over all replicas
	Pieces  int64 // pieces of files that an account sends in a minute, over all replicas
	Posts   int64 // changing requests of an account, or of a network without one, in a minute, over all replicas
	Reading int   // anonymous requests of a network in a minute, on this replica
}

func (l Limits) withDefaults() Limits {
	if l.SignIn == 0 {
		l.SignIn = 60
	}
	if l.Pieces == 0 {
		l.Pieces = 6000 // of 1 MiB each
	}
	if l.Posts == 0 {
		l.Posts = 120
	}
	if l.Reading == 0 {
		l.Reading = 1200
	}
	return l
}

// Counter adds to a shared counter of the present window; the store does.
type Counter interface {
	Add(ctx context.Context, key string, n int64, window time.Duration) (int64, error)
}

const (
	signInWindow = 10 * time.Minute
	postWindow   = time.Minute
)

// exempt leaves out this machine itself while no proxy is configured: behind an unknown proxy everybody would share
// one count, and without any there is only the operator.
func exempt(addr netip.Addr, proxies []netip.Prefix) bool {
	return len(proxies) == 0 && addr.IsLoopback()
}

// ChangeLimits counts changing requests in the shared store.
func ChangeLimits(counter Counter, limits Limits, proxies []netip.Prefix) fiber.Handler {
	limits = limits.withDefaults()
	return func(c *fiber.Ctx) error {
		addr := ClientIP(c, proxies)
		web.Put(c, web.Network(network(addr).String()))
		web.Put(c, web.Uncounted(exempt(addr, proxies)))
		if !changes(c) {
			return c.Next()
		}
		key, limit, window := "posts/"+network(addr).String(), limits.Posts, postWindow
		account := web.Get[domain.Actor](c).Account
		if strings.HasPrefix(c.Path(), "/sign-in/") {
			key, limit, window = "sign-in/"+network(addr).String(), limits.SignIn, signInWindow
		} else if account != "" && c.Method() == fiber.MethodPatch && strings.HasPrefix(c.Path(), "/uploads/") {
			key, limit = "pieces/"+string(account), limits.Pieces
		} else if account != "" {
			key = "posts/" + string(account)
		}
		if limit < 0 || account == "" && exempt(addr, proxies) {
			return c.Next()
		}
		n, err := counter.Add(c.UserContext(), key, 1, window)
		if err != nil {
			return err
		}
		if n > limit {
			return tooMany(window)
		}
		return c.Next()
	}
}

func tooMany(wait time.Duration) error {
	err := apperr.New(apperr.TooMany, "")
	err.RetryAfter = wait
	return err
}

// reading counts anonymous requests of this replica, in windows of a minute. What it keeps is bounded: when a window
// has seen very many networks, further ones go uncounted until the next.
type reading struct {
	limit int

	mu    sync.Mutex
	since time.Time
	seen  map[netip.Prefix]int
}

const maxNetworks = 100_000

func newReading(limit int) *reading { return &reading{limit: limit, seen: map[netip.Prefix]int{}} }

// left tells whether the network may go on, and counts nothing.
func (r *reading) left(addr netip.Addr, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return now.Sub(r.since) >= time.Minute || r.seen[network(addr)] < r.limit
}

func (r *reading) allow(addr netip.Addr, now time.Time) bool {
	if r.limit < 0 {
		return true
	}
	key := network(addr)
	r.mu.Lock()
	defer r.mu.Unlock()
	if now.Sub(r.since) >= time.Minute {
		r.since = now
		clear(r.seen)
	}
	if _, known := r.seen[key]; !known && len(r.seen) >= maxNetworks {
		return true
	}
	r.seen[key]++
	return r.seen[key] <= r.limit
}
