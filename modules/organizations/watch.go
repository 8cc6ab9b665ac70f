package organizations

import (
	"context"
	"time"
)

// How often the clock's work is done, and how often moves that a crash interrupted are looked for.
const (
	watchEvery  = 10 * time.Minute
	settleEvery = 30 * time.Second
)

// Watch does what waits for the clock, on one replica at a time, until ctx ends: verifications end, reminders are
// given, invitations lapse, and handovers and mergers that a crash interrupted are finished.
func (m *Module) Watch(ctx context.Context) error {
	s := m.Service
	return m.db.Lease(ctx, "organizations.expiry", func(ctx context.Context) error { // not a text
		slow, fast := time.NewTicker(watchEvery), time.NewTicker(settleEvery)
		defer slow.Stop()
		defer fast.Stop()
		run := func(what string, fn func(context.Context) (int, error)) {
			if n, err := fn(ctx); err != nil && ctx.Err() == nil {
				s.log.ErrorContext(ctx, "organizations: not finished, trying again", "what", what, "error", err)
			} else if n > 0 {
				s.log.InfoContext(ctx, "organizations", "what", what, "count", n)
			}
		}
		settle := func() {
			run("handovers settled", s.SettleHandovers)
			run("mergers moved on", s.AdvanceMergers)
		}
		for {
			run("verifications ended", s.ExpireLapsed)
			run("reminders given", s.Remind)
			run("invitations swept", func(ctx context.Context) (int, error) { return s.DropInvitations(ctx, s.now(), false) })
			settle()
			for waiting := true; waiting; {
				select {
				case <-ctx.Done():
					return ctx.Err()
				case <-fast.C:
					settle()
				case <-slow.C:
					waiting = false
				}
			}
		}
	})
}
