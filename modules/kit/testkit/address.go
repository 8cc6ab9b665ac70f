package testkit

import (
	"fmt"
	"math/rand/v2"
	"net"
	"testing"
)

// FreeAddress finds a loopback address on which nobody listens, for a server that must know it before it starts. The port lies below those from
// which systems take the ports of outgoing connections: a test that runs at the same time could be given one of those meanwhile.
func FreeAddress(t testing.TB) string {
	t.Helper()
	var err error
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 10_000+rand.IntN(20_000)) //nolint:gosec // no secret: any free one will do
		var l net.Listener
		if l, err = (&net.ListenConfig{}).Listen(t.Context(), "tcp", address); err == nil {
			if err = l.Close(); err == nil {
				return address
			}
		}
	}
	t.Fatal(err)
	return ""
}
