package program

import (
	"context"
	"errors"
	"log/slog"
	"testing"
	"time"

	"gotong/app/config"
	"gotong/app/portal"
	"gotong/modules/domain"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/testkit/effort"
)

// Config is the shipped configuration on a free port and an empty folder.
func Config(t testing.TB) config.Config {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Data = testkit.FreeAddress(t), t.TempDir()
	return cfg
}

// Regions are those in which the demonstration's story is told; under the race detector a portal has no others. Nil is all.
func Regions() []domain.RegionCode { return effort.FewUnderRace[domain.RegionCode]("61.01", "61.71") }

// Serve runs a portal inside the test until that ends, with sign-in, and gives its address once it is ready, within the given time.
func Serve(t testing.TB, cfg config.Config, options portal.Options, within time.Duration) string {
	t.Helper()
	options.SignIn = true
	if options.Regions == nil {
		options.Regions = Regions()
	}
	if options.Log == nil {
		options.Log = slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelWarn}))
	}
	p, err := portal.New(t.Context(), cfg, options)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	ready, done := make(chan string, 1), make(chan error, 1)
	go func() { done <- p.Serve(ctx, func(address string) { ready <- address }) }()
	t.Cleanup(func() {
		stop()
		if err := errors.Join(<-done, p.Close()); err != nil {
			t.Errorf("portal: %v", err)
		}
	})
	select {
	case address := <-ready:
		return address
	case err := <-done:
		done <- nil
		t.Fatalf("portal: %v", err)
	case <-time.After(within):
		t.Fatalf("not ready within %s", within)
	}
	return ""
}
