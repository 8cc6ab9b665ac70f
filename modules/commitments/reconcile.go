package commitments

import (
	"context"
	"errors"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// How often the loop looks for old marks and lapsed proposals, and how often it goes through all open accounts.
const (
	reconcileEvery = 5 * time.Second
	sweepEvery     = 10 * time.Minute
)

// Run keeps accounts and commitments in step until ctx ends, on one replica at a time: it finishes or undoes old marks,
// lets proposals lapse, and goes through the accounts at its start and from time to time.
func (s *Service) Run(ctx context.Context) error {
	return s.db.Lease(ctx, "commitments-reconcile", func(ctx context.Context) error {
		sweep := time.Time{}
		for {
			now := time.Now()
			err := s.Reconcile(ctx)
			if err == nil && now.Sub(sweep) >= sweepEvery {
				if err = s.Sweep(ctx); err == nil {
					sweep = now
				}
			}
			if err != nil && ctx.Err() == nil {
				s.log.WarnContext(ctx, "reconciling commitments", "error", err)
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(reconcileEvery):
			}
		}
	})
}

// Follow brings the accounts in line with each changed commitment, should the replica that changed it have stopped in
// between. It runs until ctx ends.
func (s *Service) Follow(ctx context.Context) error {
	return s.db.FollowShared(ctx, "commitments-accounts", func(ctx context.Context, e store.Entry) error {
		if e.Collection != Collection {
			return nil
		}
		doc, err := s.records.Get(ctx, e.ID)
		if apperr.Is(err, apperr.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		return s.putRight(ctx, domain.CommitmentID(e.ID), doc.Body)
	})
}

// Reconcile finishes or undoes acceptances whose mark is older than pendingAge, and ends proposals that nobody answered
// until their last day. One that cannot be finished now does not stop the others; all causes are joined.
func (s *Service) Reconcile(ctx context.Context) error {
	now := s.clock.Now()
	var errs []error
	err := s.eachOf(ctx, listPending, func(doc store.Doc[Commitment]) bool {
		p := doc.Body.Pending
		if p == nil || now.Sub(p.Since) < pendingAge {
			return true
		}
		var err error
		if p.Undo {
			err = s.finishUndo(ctx, doc)
		} else {
			err = s.finishAccept(ctx, doc)
		}
		if err != nil && !apperr.Is(err, apperr.Conflict) {
			errs = append(errs, err)
		}
		return true
	})
	errs = append(errs, err)
	today := domain.DateOf(now)
	err = s.eachOf(ctx, listProposed, func(doc store.Doc[Commitment]) bool {
		c := doc.Body
		if c.deadline() >= today {
			if !c.Remind(now) {
				return c.Reminded == c.deadline() || c.Pending != nil // the list is ordered by this date
			}
			if _, err := s.records.Replace(ctx, doc, c, store.Change{Action: "commitment.reminded"}); err != nil && !apperr.Is(err, apperr.Conflict) {
				errs = append(errs, err)
			}
			return true
		}
		if c.Expire(Hand{Side: SideSystem, At: now}, today) != nil {
			return true // an acceptance is under way
		}
		_, err := s.records.Replace(ctx, doc, c, store.Change{Action: "commitment.expired"})
		if err != nil && !apperr.Is(err, apperr.Conflict) {
			errs = append(errs, err)
		}
		return true
	})
	return errors.Join(append(errs, err, s.reconcileLinks(ctx))...)
}

// eachOf reads a whole list page by page before anything is changed.
func (s *Service) eachOf(ctx context.Context, list string, fn func(store.Doc[Commitment]) bool) error {
	query := store.Query{List: list, Limit: 100}
	var docs []store.Doc[Commitment]
	for {
		page, err := s.records.List(ctx, query)
		if err != nil {
			return err
		}
		docs = append(docs, page.Items...)
		if page.Next == "" || len(docs) >= 10_000 {
			break
		}
		query.Cursor = page.Next
	}
	for _, doc := range docs {
		if !fn(doc) {
			break
		}
	}
	return nil
}

// Sweep goes through every account with holds and brings it in line with its commitments.
func (s *Service) Sweep(ctx context.Context) error {
	query := store.Query{List: "held", Limit: 100}
	seen := map[domain.CommitmentID]bool{}
	for {
		page, err := s.accounts.List(ctx, query)
		if err != nil {
			return err
		}
		for _, account := range page.Items {
			for id := range account.Body.Holds {
				if seen[id] {
					continue
				}
				seen[id] = true
				doc, err := s.records.Get(ctx, string(id))
				if apperr.Is(err, apperr.NotFound) {
					continue // Check reports it
				}
				if err != nil {
					return err
				}
				if err := s.putRight(ctx, id, doc.Body); err != nil {
					return err
				}
			}
		}
		if page.Next == "" {
			return nil
		}
		query.Cursor = page.Next
	}
}
