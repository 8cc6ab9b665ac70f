package middleware_test

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"gotong/app/middleware"
	"gotong/modules/kit/testkit"
)

// throughProxy sends what a proxy before the portal would.
type throughProxy struct {
	headers map[string]string
	next    http.RoundTripper
}

func (p throughProxy) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	for name, value := range p.headers {
		r.Header.Set(name, value)
	}
	return p.next.RoundTrip(r)
}

// The sessions on the account page say from where each was opened: the country only where the configuration names a
// header for it and a configured proxy sends it, the network cut to what does not tell a household.
func TestPlaceOfSignIn(t *testing.T) {
	const header, unnamed = "X-Visitor-Country", "X-Country"
	proxy := []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
	for name, c := range map[string]struct {
		proxies []netip.Prefix
		header  string
		sent    map[string]string
		want    string // what the page says
		not     []string
	}{
		"a trusted proxy names the country":     {proxy, header, map[string]string{header: "my", "X-Forwarded-For": "103.28.12.34"}, "jaringan 103.28.0.0/16 · negara MY", []string{"103.28.12"}},
		"IPv6":                                  {proxy, header, map[string]string{header: "ID", "X-Forwarded-For": "2001:db8:1:2::7"}, "jaringan 2001:db8::/32 · negara ID", []string{"2001:db8:1"}},
		"an untrusted peer writes both headers": {nil, header, map[string]string{header: "MY", "X-Forwarded-For": "103.28.12.34"}, "dari komputer tempat portal", []string{"MY", "103.28"}},
		"a proxy of another network":            {[]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, header, map[string]string{header: "MY"}, "dari komputer tempat portal", []string{"MY"}},
		"no header is configured":               {proxy, "", map[string]string{unnamed: "MY", header: "MY", "X-Forwarded-For": "103.28.12.34"}, "jaringan 103.28.0.0/16", []string{"MY"}},
		"another header than the configured":    {proxy, header, map[string]string{unnamed: "MY", "X-Forwarded-For": "103.28.12.34"}, "jaringan 103.28.0.0/16", []string{"MY"}},
		"no country":                            {proxy, header, map[string]string{header: "<b>MY</b>", "X-Forwarded-For": "103.28.12.34"}, "jaringan 103.28.0.0/16", []string{"MY"}},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, testkit.DB(t), options{provider: startProvider(t), proxies: c.proxies})
			p.module.Origin = middleware.OriginOf(c.proxies, c.header)
			b := p.browser(t)
			b.client.Transport = throughProxy{c.sent, http.DefaultTransport}
			b.signIn("anggota")
			sessions := b.get("/account").doc.Find("#sessions").Text()
			if !strings.Contains(strings.ToLower(sessions), strings.ToLower(c.want)) {
				t.Errorf("%q is not in: %s", c.want, strings.Join(strings.Fields(sessions), " "))
			}
			for _, not := range c.not {
				if strings.Contains(sessions, not) {
					t.Errorf("%q is in: %s", not, sessions)
				}
			}
		})
	}
}
