package needs

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

// settle brings need and account together where a mark says that they are not: a raised limit is set after the need
// says so, a lowered one before. Each step may be repeated after a crash.
func (s *Service) settle(ctx context.Context, doc Doc) (Doc, error) {
	var err error
	if doc.Body.Pending != nil {
		if doc, err = s.settlePending(ctx, doc); err != nil {
			return Doc{}, err
		}
	}
	if doc.Body.LimitDue {
		return s.settleLimit(ctx, doc)
	}
	return doc, nil
}

func (s *Service) settlePending(ctx context.Context, doc Doc) (Doc, error) {
	n := doc.Body
	p := *n.Pending
	committed, err := s.lowerLimit(ctx, doc, p)
	if err != nil {
		return Doc{}, fmt.Errorf("needs: lower the limit of %s: %w", doc.ID, err)
	}
	if err := n.Settle(committed); err != nil {
		return Doc{}, err
	}
	if n.State() != Verified {
		if err := s.ledgers.CloseNeed(ctx, domain.NeedID(doc.ID)); err != nil && !apperr.Is(err, apperr.NotFound) {
			return Doc{}, err
		}
	}
	change := store.Change{
		Action: past[p.Action], Actor: string(p.By), Organization: string(p.Organization), Reason: p.Reason,
		Operation: store.Operation{ID: p.Operation + "-settle"},
	}
	return s.replaceOrReread(ctx, doc, n, change)
}

// lowerLimit moves the account's limit down to what is held, or to the intended quantity where that is more, and
// gives what is committed then. Someone may accept in between: then it looks again.
func (s *Service) lowerLimit(ctx context.Context, doc Doc, p Pending) (int64, error) {
	const attempts = 20
	id := domain.NeedID(doc.ID)
	var err error
	for range attempts {
		var ledger domain.Ledger
		if ledger, err = s.ledgerOf(ctx, doc); err != nil {
			return 0, err
		}
		err = s.ledgers.SetNeedLimit(ctx, id, max(ledger.Committed, p.Quantity))
		if err == nil || apperr.Is(err, apperr.NotFound) {
			return ledger.Committed, nil
		}
		if !apperr.Is(err, apperr.Conflict) {
			return 0, err
		}
	}
	return 0, err
}

func (s *Service) settleLimit(ctx context.Context, doc Doc) (Doc, error) {
	n, id := doc.Body, domain.NeedID(doc.ID)
	if n.State() == Verified {
		if err := s.ledgers.OpenNeed(ctx, id, n.Unit, n.Quantity); err != nil {
			return Doc{}, fmt.Errorf("needs: open the account of %s: %w", doc.ID, err)
		}
		if err := s.ledgers.SetNeedLimit(ctx, id, n.Quantity); err != nil {
			return Doc{}, fmt.Errorf("needs: raise the limit of %s: %w", doc.ID, err)
		}
	}
	n.LimitDue = false
	return s.replaceOrReread(ctx, doc, n, store.Change{Action: "need.account-opened", Operation: store.Operation{ID: fmt.Sprintf("limit-%s-%d", doc.ID, doc.Version)}})
}

// replaceOrReread writes; where someone else was faster, what stands there now is the answer.
func (s *Service) replaceOrReread(ctx context.Context, doc Doc, n Need, change store.Change) (Doc, error) {
	written, err := s.records.Replace(ctx, doc, n, change)
	if apperr.Is(err, apperr.Conflict) {
		return s.records.Get(ctx, doc.ID)
	}
	return written, err
}

// ledgerOf gives the need's ledger; one without an account has nothing committed.
func (s *Service) ledgerOf(ctx context.Context, doc Doc) (domain.Ledger, error) {
	ledger, err := s.ledgers.Ledger(ctx, domain.NeedID(doc.ID))
	if apperr.Is(err, apperr.NotFound) {
		return domain.Ledger{Unit: doc.Body.Unit, Needed: doc.Body.Quantity}, nil
	}
	ledger.Needed = doc.Body.Quantity
	return ledger, err
}

// Recheck fulfils an open need once the village confirmed all of it. A follower of commitments calls it; it may be
// repeated. NotFound.
func (s *Service) Recheck(ctx context.Context, id domain.NeedID) error {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return err
	}
	n := doc.Body
	if !n.Open() {
		return nil
	}
	ledger, err := s.ledgerOf(ctx, doc)
	if err != nil || ledger.Confirmed < n.Quantity {
		return err
	}
	if err := n.Fulfil(Step{At: s.clock.Now()}, ledger.Confirmed); err != nil {
		return err
	}
	_, err = s.replaceOrReread(ctx, doc, n, store.Change{Action: past[ActionFulfil]})
	return err
}

// Reconcile finishes what a crash left between a need and its account. It gives how many it finished.
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
				s.log.Error("a need's mark could not be settled", "need", doc.ID, "error", err)
				continue
			}
			done++
		}
		if cursor = page.Next; cursor == "" {
			return done, nil
		}
	}
}

// RemindDays is how long before its deadline the people of a need are reminded, once.
const RemindDays = 14

// Remind notes, once for each deadline, that a need expires or lapses soon; the desk of its people shows it from then
// on. It gives how many it noted and may be run at any time, by any replica.
func (s *Service) Remind(ctx context.Context) (int, error) {
	now := s.clock.Now()
	until := domain.DateOf(now.AddDate(0, 0, RemindDays))
	noted := 0
	for {
		page, err := s.records.List(ctx, store.Query{List: listRemind, Limit: 100})
		if err != nil {
			return noted, err
		}
		before := noted
		for _, doc := range page.Items {
			n := doc.Body
			if n.Deadline() > until {
				return noted, nil
			}
			n.Reminded = n.Deadline()
			change := store.Change{Action: "need.reminded", Operation: store.Operation{ID: "remind-" + doc.ID + "-" + string(n.Reminded)}}
			if _, err := s.records.Replace(ctx, doc, n, change); apperr.Is(err, apperr.Conflict) {
				continue
			} else if err != nil {
				return noted, err
			}
			noted++
		}
		if noted == before { // all that is left changed meanwhile: the next run sees it
			return noted, nil
		}
	}
}

// soon lists the needs of an organisation ("o:"+id) or village ("v:"+code) of whose deadline it was reminded.
func (s *Service) soon(ctx context.Context, owner string, limit int) ([]Doc, error) {
	page, err := s.records.List(ctx, store.Query{List: listSoon, Key: store.KeyOf(owner), Limit: limit})
	return page.Items, err
}

// Sweep expires open needs whose date has passed and withdraws returned ones that nobody corrected in time. It gives
// how many it moved and may be run at any time, by any replica.
func (s *Service) Sweep(ctx context.Context) (int, error) {
	today := domain.DateOf(s.clock.Now())
	moved, cursor := 0, ""
	for {
		page, err := s.records.List(ctx, store.Query{List: listDue, Cursor: cursor, Limit: 100})
		if err != nil {
			return moved, err
		}
		for _, doc := range page.Items {
			if doc.Body.Deadline() >= today {
				return moved, nil
			}
			if err := s.lapse(ctx, doc); err != nil {
				s.log.Error("a need past its date could not be moved", "need", doc.ID, "error", err)
				continue
			}
			moved++
		}
		if cursor = page.Next; cursor == "" {
			return moved, nil
		}
	}
}

func (s *Service) lapse(ctx context.Context, doc Doc) error {
	n := doc.Body
	step := Step{At: s.clock.Now(), Operation: fmt.Sprintf("sweep-%s-%d", doc.ID, doc.Version)}
	action := past[ActionLapse]
	var err error
	switch {
	case n.Pending != nil:
		_, err = s.settle(ctx, doc)
		return err
	case n.State() == Verified:
		action = "need.limit-lowering"
		err = n.Intend(Pending{Step: step, Action: ActionExpire})
	default:
		err = n.Lapse(step)
	}
	if err != nil {
		return err
	}
	written, err := s.records.Replace(ctx, doc, n, store.Change{Action: action, Operation: store.Operation{ID: step.Operation}})
	if err != nil {
		return err
	}
	_, err = s.settle(ctx, written)
	return err
}
