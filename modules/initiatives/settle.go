package initiatives

import (
	"context"
	"fmt"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// settleAfter is how old a mark must be before the reconciler takes it for left behind.
const settleAfter = 20 * time.Second

func offerIDs(i Initiative) []domain.OfferID {
	ids := make([]domain.OfferID, 0, len(i.Offers))
	for _, o := range i.Offers {
		ids = append(ids, o.ID)
	}
	return ids
}

// used gives what each offer has committed.
func (s *Service) used(ctx context.Context, i Initiative) (map[domain.OfferID]int64, error) {
	return s.offers.Used(ctx, offerIDs(i))
}

func anyUsed(used map[domain.OfferID]int64) bool {
	for _, n := range used {
		if n > 0 {
			return true
		}
	}
	return false
}

// settle brings initiative and accounts together where a mark says that they are not: accounts open after the state
// says so and close before it does. Each step may be repeated after a crash.
func (s *Service) settle(ctx context.Context, doc Doc) (Doc, error) {
	if doc.Body.Pending != nil {
		return s.settlePending(ctx, doc)
	}
	if doc.Body.LimitDue {
		return s.settleOpening(ctx, doc)
	}
	return doc, nil
}

func (s *Service) settlePending(ctx context.Context, doc Doc) (Doc, error) {
	i := doc.Body
	p := *i.Pending
	for _, o := range i.Offers {
		if err := s.offers.CloseOffer(ctx, o.ID); err != nil && !apperr.Is(err, apperr.NotFound) {
			return Doc{}, fmt.Errorf("initiatives: close the offers of %s: %w", doc.ID, err)
		}
	}
	used, err := s.used(ctx, i)
	if err != nil {
		return Doc{}, err
	}
	if p.Action == ActionWithdraw {
		for id, n := range used {
			if err := s.offers.SetOfferLimit(ctx, id, n); err != nil {
				return Doc{}, fmt.Errorf("initiatives: lower the limits of %s: %w", doc.ID, err)
			}
		}
	}
	if err := i.Settle(used); err != nil {
		return Doc{}, err
	}
	return s.replaceOrReread(ctx, doc, i, store.Change{
		Action: past[p.Action], Actor: string(p.By), Organization: string(p.Organization), Reason: p.Reason, Operation: store.Operation{ID: p.Operation + "-settle"},
	})
}

func (s *Service) settleOpening(ctx context.Context, doc Doc) (Doc, error) {
	i := doc.Body
	if i.Open() {
		for _, o := range i.Offers {
			if err := s.offers.OpenOffer(ctx, domain.InitiativeID(doc.ID), o.ID, o.Unit, o.Quantity); err != nil {
				return Doc{}, fmt.Errorf("initiatives: open the offers of %s: %w", doc.ID, err)
			}
		}
	}
	i.LimitDue = false
	return s.replaceOrReread(ctx, doc, i, store.Change{Action: "initiative.offers-opened", Operation: store.Operation{ID: fmt.Sprintf("open-%s-%d", doc.ID, doc.Version)}})
}

func (s *Service) replaceOrReread(ctx context.Context, doc Doc, i Initiative, change store.Change) (Doc, error) {
	written, err := s.records.Replace(ctx, doc, i, change)
	if apperr.Is(err, apperr.Conflict) {
		return s.records.Get(ctx, doc.ID)
	}
	return written, err
}

// Reconcile finishes what a crash left between an initiative and its offers' accounts. It gives how many it finished.
func (s *Service) Reconcile(ctx context.Context) (int, error) {
	done, cursor := 0, ""
	for {
		page, err := s.records.List(ctx, store.Query{List: listMarked, Cursor: cursor, Limit: 100})
		if err != nil {
			return done, err
		}
		for _, doc := range page.Items {
			if s.clock.Now().Sub(doc.Changed) < settleAfter {
				continue
			}
			if _, err := s.settle(ctx, doc); err != nil {
				s.log.Error("an initiative's mark could not be settled", "initiative", doc.ID, "error", err)
				continue
			}
			done++
		}
		if cursor = page.Next; cursor == "" {
			return done, nil
		}
	}
}
