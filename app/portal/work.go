package portal

import (
	"context"
	"errors"
	"sync"
	"time"

	"gotong/modules/commitments"
	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// needsEvery is how often half-made moves of needs and initiatives are finished and what is past its date lapses.
const needsEvery = 10 * time.Second

// work starts everything that runs beside requests: the store's own work, local followers on every replica, shared
// followers and sweeps on one replica at a time. It ends with ctx.
func (p *Portal) work(ctx context.Context, wait *sync.WaitGroup) {
	run := func(name string, fn func(context.Context) error) {
		wait.Go(func() {
			if err := fn(ctx); err != nil && !errors.Is(err, context.Canceled) {
				p.log.Error("background work ended", "work", name, "error", err)
			}
		})
	}
	h := &p.house
	run("store", p.db.Start)
	run("search index", p.catalog.Run)
	run("matching index", p.matching.Service.Run)
	run("region names", h.Villages.Follow)
	run("categories", p.taxonomy.Service.Follow)
	run("announcements", p.house.Moderation.Service.Follow)
	run("documents", h.Documents.Run)
	run("organizations", h.Organizations.Watch)
	run("erasures", h.Accounts.Service.Retention)
	run("retention", p.retention.Schedule)
	run("commitments", h.Commitments.Service.Run)
	run("commitment accounts", h.Commitments.Service.Follow)
	run("fulfilled needs", p.followFulfilled)
	run("coverage", h.Coverage.Service.Follow)
	run("half-made moves", p.finishMoves)
	run("imports", p.tables.Run)
	run("allocation plans", h.Plans.Service.Run)
}

// followFulfilled looks again at a need whenever one of its commitments changed: all confirmed makes it fulfilled.
func (p *Portal) followFulfilled(ctx context.Context) error {
	return p.db.FollowShared(ctx, "needs-fulfilled", func(ctx context.Context, e store.Entry) error {
		if e.Collection != commitments.AccountsCollection {
			return nil
		}
		kind, subject := commitments.AccountSubject(e.ID)
		if kind != "need" {
			return nil
		}
		return p.house.Needs.Service.Recheck(ctx, domain.NeedID(subject))
	})
}

// finishMoves finishes what a crash left between a need's or initiative's state and its accounts.
func (p *Portal) finishMoves(ctx context.Context) error {
	return p.db.Lease(ctx, "half-made-moves", func(ctx context.Context) error {
		ticker := time.NewTicker(needsEvery)
		defer ticker.Stop()
		for {
			for name, fn := range map[string]func(context.Context) (int, error){
				"needs": p.house.Needs.Service.Reconcile, "expired needs": p.house.Needs.Service.Sweep, "reminders of needs": p.house.Needs.Service.Remind,
				"verifications of many": p.house.Needs.Service.FinishSets, "initiatives": p.house.Initiatives.Service.Reconcile,
				"calls past their deadline": p.house.Calls.Service.Sweep, "calls": p.house.Calls.Service.Reconcile,
				"reviews": p.house.Reviews.Service.Reconcile, "news of initiatives": p.house.Progress.Service.Reconcile,
			} {
				if n, err := fn(ctx); err != nil && ctx.Err() == nil {
					p.log.Warn("moves are not finished, trying again", "what", name, "error", err)
				} else if n > 0 {
					p.log.Info("moves finished", "what", name, "count", n)
				}
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-ticker.C:
			}
		}
	})
}
