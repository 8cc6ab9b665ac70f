package portal

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/gofiber/fiber/v2"
)

// grace is how long running requests may take to finish after a signal.
const grace = 10 * time.Second

// Serve answers until ctx ends, then lets running requests finish. ready is called with the address once it answers.
func (p *Portal) Serve(ctx context.Context, ready func(address string)) error {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", p.config.Listen)
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	address := "http://" + listener.Addr().String()
	background, stop := context.WithCancel(context.WithoutCancel(ctx))
	defer stop()
	app, err := p.app()
	if err == nil {
		err = p.Load(ctx)
	}
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	var work sync.WaitGroup
	p.work(background, &work)
	failed := make(chan error, 1)
	go func() { failed <- app.Listener(listener) }()
	p.ready.Store(true)
	ready(address)
	select {
	case err = <-failed:
	case <-ctx.Done():
		p.ready.Store(false)
		p.log.Info("stopping")
		err = app.ShutdownWithTimeout(grace)
	}
	stop()
	work.Wait()
	return err
}

// health answers /healthz: the process is alive.
func (p *Portal) health(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	return c.SendString("ok\n")
}

// readiness answers /readyz: the database answers, and the object store is named where it does not (browsing goes on
// without it, so it alone does not take the replica out of service).
func (p *Portal) readiness(c *fiber.Ctx) error {
	c.Set(fiber.HeaderCacheControl, "no-store")
	ctx, cancel := context.WithTimeout(c.UserContext(), 2*time.Second)
	defer cancel()
	var lines []string
	status := fiber.StatusOK
	say := func(name string, err error, needed bool) {
		if err == nil {
			lines = append(lines, name+" ok")
			return
		}
		p.log.Warn("not ready", "part", name, "error", err)
		lines = append(lines, name+" unavailable")
		if needed {
			status = fiber.StatusServiceUnavailable
		}
	}
	var stopping error
	if !p.ready.Load() {
		stopping = errors.New("starting or stopping")
	}
	say("portal", stopping, true)
	say("database", p.db.Ping(ctx), true)
	say("storage", p.blobs.Health(ctx), false)
	return c.Status(status).SendString(strings.Join(lines, "\n") + "\n")
}
