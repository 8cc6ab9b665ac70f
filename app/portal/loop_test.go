package portal_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"gotong/app/config"
	"gotong/app/portal"
	"gotong/app/walk"
	"gotong/modules/kit/testkit"
)

// serve runs a portal until the test ends and gives its address.
func serve(t testing.TB, cfg config.Config, options portal.Options) string {
	t.Helper()
	options.SignIn = true
	if options.Regions == nil {
		options.Regions = someRegions()
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
		if err := <-done; err != nil {
			t.Errorf("serve: %v", err)
		}
		if err := p.Close(); err != nil {
			t.Errorf("close: %v", err)
		}
	})
	select {
	case address := <-ready:
		return address
	case err := <-done:
		done <- err
		t.Fatalf("serve: %v", err)
	case <-time.After(5 * time.Minute):
		t.Fatal("not ready within five minutes")
	}
	return ""
}

// testConfig is the shipped configuration on a free port and an empty folder.
func testConfig(t testing.TB) config.Config {
	t.Helper()
	cfg := config.Default()
	cfg.Listen, cfg.Data = testkit.FreeAddress(t), t.TempDir()
	return cfg
}

func TestLoop(t *testing.T) {
	base := serve(t, testConfig(t), portal.Options{})
	loop := walk.Loop{As: walk.Visitors(base, t.Cleanup), Mark: "uji"}
	if err := loop.Walk(t.Logf); err != nil {
		t.Fatal(err)
	}
}

// TestLoopWithDocumentAtomicWrites walks the loop on SQLite without multi-row transactions: the code path of MongoDB.
func TestLoopWithDocumentAtomicWrites(t *testing.T) {
	base := serve(t, testConfig(t), portal.Options{DocumentAtomic: true})
	loop := walk.Loop{As: walk.Visitors(base, t.Cleanup), Mark: "uji"}
	if err := loop.Walk(nil); err != nil {
		t.Fatal(err)
	}
}
