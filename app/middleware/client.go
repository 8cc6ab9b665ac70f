package middleware

import (
	"net/netip"
	"regexp"
	"strings"

	"github.com/gofiber/fiber/v2"

	"gotong/modules/accounts"
)

// ClientIP finds who asks. X-Forwarded-For counts only where it comes from a configured proxy, and then only up to the
// last address that is none: what stands before that, the client may have written itself.
func ClientIP(c *fiber.Ctx, proxies []netip.Prefix) netip.Addr {
	peer, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	if !ok {
		return netip.Addr{}
	}
	peer = peer.Unmap()
	if !trusted(peer, proxies) {
		return peer
	}
	hops := strings.Split(c.Get(fiber.HeaderXForwardedFor), ",")
	for i := len(hops) - 1; i >= 0; i-- {
		hop, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
		if err != nil {
			return peer
		}
		peer = hop.Unmap().WithZone("")
		if !trusted(peer, proxies) {
			return peer
		}
	}
	return peer
}

func trusted(addr netip.Addr, proxies []netip.Prefix) bool {
	for _, p := range proxies {
		if p.Contains(addr) {
			return true
		}
	}
	return false
}

// network is what a limit counts: one IPv4 address, or the /64 that a household or office has of IPv6.
func network(addr netip.Addr) netip.Prefix {
	bits := 32
	if addr.Is6() {
		bits = 64
	}
	prefix, err := addr.Prefix(bits)
	if err != nil {
		return netip.Prefix{}
	}
	return prefix
}

var country = regexp.MustCompile(`^[A-Z]{2}$`)

// OriginOf tells where a request comes from, as far as it is known: the network, cut to 16 bits of an IPv4 and 32 of an
// IPv6 address, and the country where a configured proxy names it in that header.
func OriginOf(proxies []netip.Prefix, header string) func(*fiber.Ctx) accounts.Origin {
	return func(c *fiber.Ctx) accounts.Origin {
		addr := ClientIP(c, proxies)
		var o accounts.Origin
		switch {
		case !addr.IsValid():
		case addr.IsLoopback():
			o.Network = accounts.Loopback
		default:
			bits := 16
			if addr.Is6() {
				bits = 32
			}
			if prefix, err := addr.Prefix(bits); err == nil {
				o.Network = prefix.String()
			}
		}
		if peer, ok := netip.AddrFromSlice(c.Context().RemoteIP()); ok && header != "" && trusted(peer.Unmap(), proxies) {
			if named := strings.ToUpper(c.Get(header)); country.MatchString(named) {
				o.Country = named
			}
		}
		return o
	}
}
