package clamd_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clamd"
	"gotong/modules/kit/clamd/clamdtest"
)

func TestVerdicts(t *testing.T) {
	d := clamdtest.Start(t, 1<<20)
	c := clamd.New(d.Address)
	for name, tc := range map[string]struct {
		body  io.Reader
		found string
		kind  apperr.Kind
	}{
		"clean":         {strings.NewReader("laporan"), "", apperr.Internal},
		"empty":         {strings.NewReader(""), "", apperr.Internal},
		"many pieces":   {bytes.NewReader(make([]byte, 900_000)), "", apperr.Internal},
		"eicar":         {strings.NewReader(clamdtest.EICAR()), "Eicar-Test-Signature", apperr.Internal},
		"eicar at seam": {strings.NewReader(strings.Repeat("x", 64<<10-10) + clamdtest.EICAR()), "Eicar-Test-Signature", apperr.Internal},
		"too large":     {bytes.NewReader(make([]byte, 4<<20)), "", apperr.TooLarge},
		"unreadable":    {iotest.ErrReader(errors.New("broken")), "", apperr.Unavailable},
	} {
		found, err := c.Scan(t.Context(), tc.body)
		if found != tc.found || (err != nil) != (tc.kind != apperr.Internal) || err != nil && !apperr.Is(err, tc.kind) {
			t.Errorf("%s: %q %v", name, found, err)
		}
	}
	if v, err := c.Version(t.Context()); err != nil || !strings.HasPrefix(v, "ClamAV ") {
		t.Error(v, err)
	}
}

// A daemon that is away, hangs up or talks nonsense gives no verdict, above all not "clean".
func TestNoVerdict(t *testing.T) {
	d := clamdtest.Start(t, 1<<20)
	c := clamd.New(d.Address)
	for _, say := range []string{"", "stream: OK but", "UNKNOWN COMMAND", strings.Repeat("x", 5000)} {
		d.Say(say)
		if found, err := c.Scan(t.Context(), strings.NewReader("x")); !apperr.Is(err, apperr.Unavailable) {
			t.Errorf("%.20q: %q %v", say, found, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	d.Hang()
	if _, err := c.Scan(ctx, strings.NewReader("x")); !apperr.Is(err, apperr.Unavailable) {
		t.Error("hanging:", err)
	}
	d.Close()
	if _, err := c.Scan(t.Context(), strings.NewReader("x")); !apperr.Is(err, apperr.Unavailable) {
		t.Error("away:", err)
	}
}

// TestRealDaemon asks a real clamd, where GOTONG_TEST_CLAMD names one (unix:/run/clamav/clamd.ctl).
func TestRealDaemon(t *testing.T) {
	address := os.Getenv("GOTONG_TEST_CLAMD")
	if address == "" {
		t.Skip("GOTONG_TEST_CLAMD names no daemon")
	}
	c := clamd.New(address)
	if found, err := c.Scan(t.Context(), strings.NewReader(clamdtest.EICAR())); err != nil || !strings.Contains(strings.ToLower(found), "eicar") {
		t.Errorf("%q %v", found, err)
	}
	if found, err := c.Scan(t.Context(), strings.NewReader("laporan")); err != nil || found != "" {
		t.Errorf("%q %v", found, err)
	}
}
