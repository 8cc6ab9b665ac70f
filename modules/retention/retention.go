// Package retention lets go of what was kept long enough: each module says what that is with it, and a run does all of
// it, counts it, and stands in the audit trail as one entry.
package retention

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
)

// Step is one kind of thing that is let go after a time.
type Step struct {
	Name string
	Kept time.Duration // after its end; 0 for what carries its own end
	// Drop lets go what ended before then and tells how much it was; with dry it only counts. Broken off, it may be
	// repeated.
	Drop func(ctx context.Context, before time.Time, dry bool) (int, error)
}

// Count is how much one step let go.
type Count struct {
	Step string `json:"step"`
	N    int    `json:"n"`
}

// Run is a run that let something go.
type Run struct {
	At     time.Time `json:"at"`
	Counts []Count   `json:"counts"`
}

// Total is how much the run let go.
func (r Run) Total() (n int) {
	for _, c := range r.Counts {
		n += c.N
	}
	return n
}

// Deps is what the module needs.
type Deps struct {
	DB    *store.DB
	Clock clock.Clock
	Log   *slog.Logger
	Every time.Duration // between two scheduled runs; 0: only by command
	Steps []Step
}

// Service runs the steps.
type Service struct {
	db    *store.DB
	runs  *store.Records[Run]
	clock clock.Clock
	log   *slog.Logger
	every time.Duration
	steps []Step
}

// Collection keeps the runs that let something go.
const Collection = "retention_runs"

// New declares the collection.
func New(d Deps) *Service {
	return &Service{
		db: d.DB, clock: d.Clock, log: d.Log, every: d.Every, steps: d.Steps,
		runs: store.NewRecords(d.DB, store.Definition[Run]{Name: Collection, Schema: 1}),
	}
}

// Run does every step, in order, also where one before it failed, and notes the run where something was let go. With
// dry it only counts. Where one fails, its error names the step; what the others did counts and is noted.
func (s *Service) Run(ctx context.Context, dry bool) (Run, error) {
	r := Run{At: s.clock.Now()}
	var failed []error
	for _, step := range s.steps {
		n, err := step.Drop(ctx, r.At.Add(-step.Kept), dry)
		if err != nil {
			failed = append(failed, fmt.Errorf("%s: %w", step.Name, err))
		}
		r.Counts = append(r.Counts, Count{step.Name, n})
	}
	if dry || r.Total() == 0 {
		return r, errors.Join(failed...)
	}
	_, err := s.runs.Insert(context.WithoutCancel(ctx), store.NewID(), r, store.Change{Action: "retention.run"})
	return r, errors.Join(append(failed, err)...)
}

// startPause leaves a portal that has just started alone.
const startPause = time.Minute

// Schedule runs now and then, on one replica, until ctx ends.
func (s *Service) Schedule(ctx context.Context) error {
	if s.every <= 0 {
		return nil
	}
	return s.db.Lease(ctx, "retention-run", func(ctx context.Context) error {
		for wait := startPause; ; wait = s.every {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(wait):
			}
			if r, err := s.Run(ctx, false); err != nil && ctx.Err() == nil {
				s.log.Warn("retention: not everything was done, trying again at the next run", "error", err)
			} else if r.Total() > 0 {
				s.log.Info("retention: let go", "counts", r.Counts)
			}
		}
	})
}
