package commitments

import (
	"context"
	"hash/fnv"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// onAccount reads an account, applies and replaces it, again where somebody else was faster.
func (s *Service) onAccount(ctx context.Context, key string, change store.Change, apply func(a *Account) (changed bool, err error)) error {
	h := fnv.New32a()
	_, _ = h.Write([]byte(key))
	lock := &s.locks[h.Sum32()%uint32(len(s.locks))]
	lock.Lock()
	defer lock.Unlock()
	for {
		if err := ctx.Err(); err != nil {
			return err
		}
		doc, err := s.accounts.Get(ctx, key)
		if err != nil {
			return err
		}
		changed, err := apply(&doc.Body)
		if err != nil || !changed {
			return err
		}
		_, err = s.accounts.Replace(ctx, doc, doc.Body, change)
		if !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
}

// putRight brings what both accounts know of a commitment in line with it: delivered and confirmed quantities,
// an ended hold folded, a stray hold given back. It reads the account before the commitment and replaces under the
// account's version, so that it never acts on an older commitment than its account.
func (s *Service) putRight(ctx context.Context, id domain.CommitmentID, c Commitment) error {
	for _, key := range []string{needAccount(c.Need), offerAccount(c.Offer)} {
		err := s.onAccount(ctx, key, store.Change{Action: "ledger.recounted"}, func(a *Account) (bool, error) {
			if _, held := a.Holds[id]; !held {
				return s.recountSettled(ctx, a, c)
			}
			doc, err := s.records.Get(ctx, string(id))
			if err != nil {
				return false, err
			}
			now := doc.Body
			switch {
			case now.Pending != nil:
				return false, nil
			case now.State.Reserves():
				return a.post(id, now.Tally()), nil
			case now.Accepted():
				return a.settle(id, now.Kept(), now.Tally()), nil
			}
			return a.release(id, a.Holds[id].Attempt), nil
		})
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			return err
		}
	}
	return nil
}

// recountSettled brings what is settled on a need's account in line with a commitment of which a delivery was verified
// after its end. What ended is listed after the account was read and replaced under its version, so that of two who do so
// the later one has seen both.
func (s *Service) recountSettled(ctx context.Context, a *Account, c Commitment) (changed bool, err error) {
	if a.Kind != accountNeed || c.State.Reserves() || c.Tally().Verified == 0 {
		return false, nil
	}
	var sum Tally
	query := store.Query{List: listNeed, Key: store.KeyOf(string(c.Need)), Limit: 100}
	for {
		page, err := s.records.List(ctx, query)
		if err != nil {
			return false, err
		}
		for _, doc := range page.Items {
			_, held := a.Holds[domain.CommitmentID(doc.ID)]
			if body := doc.Body; !held && body.Accepted() && !body.State.Reserves() {
				sum = sum.plus(body.Tally())
			}
		}
		if query.Cursor = page.Next; query.Cursor == "" {
			break
		}
	}
	changed = a.Tally != sum
	a.Tally = sum
	return changed, nil
}

// open makes an account or opens it again with a new limit. Errors: Invalid, Conflict (below what is held).
func (s *Service) open(ctx context.Context, key string, fresh Account) error {
	if err := fresh.setLimit(fresh.Limit); err != nil {
		return err
	}
	change := store.Change{Action: "ledger.opened"}
	for range 20 {
		_, err := s.accounts.Get(ctx, key)
		if apperr.Is(err, apperr.NotFound) {
			if _, err = s.accounts.Insert(ctx, key, fresh, change); !apperr.Is(err, apperr.Conflict) {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		return s.onAccount(ctx, key, change, func(a *Account) (bool, error) {
			same := !a.Closed && a.Limit == fresh.Limit && a.Unit == fresh.Unit && a.Category == fresh.Category && a.Village == fresh.Village
			if a.Unit != fresh.Unit && a.Used() > 0 {
				return false, apperr.New(apperr.Conflict, "commitments.error.unit_held")
			}
			a.Closed, a.Unit, a.Category, a.Village, a.Demo = false, fresh.Unit, fresh.Category, fresh.Village, fresh.Demo
			return !same, a.setLimit(fresh.Limit)
		})
	}
	return apperr.New(apperr.Unavailable, "commitments.error.busy")
}

// OpenNeed opens the account of a verified need with its quantity as limit; opening it again sets the limit anew.
// Errors: NotFound (no such need), Invalid, Conflict (below what is held, or another unit).
func (s *Service) OpenNeed(ctx context.Context, id domain.NeedID, unit domain.UnitID, limit int64) error {
	need, err := s.needs.Get(ctx, id)
	if err != nil {
		return err
	}
	return s.open(ctx, needAccount(id), Account{Kind: accountNeed, Subject: string(id), Village: need.Village, Category: need.Category,
		Unit: unit, Limit: limit, Demo: need.Demo})
}

// SetNeedLimit changes a verified need's quantity. Errors: NotFound, Conflict (below what is held, with how much).
func (s *Service) SetNeedLimit(ctx context.Context, id domain.NeedID, limit int64) error {
	return s.setLimit(ctx, needAccount(id), limit)
}

// CloseNeed refuses new commitments for a need; those that are held stay. Repeatable; no account is a success.
func (s *Service) CloseNeed(ctx context.Context, id domain.NeedID) error {
	return s.close(ctx, needAccount(id))
}

// OpenOffer opens the account of an offer with its capacity as limit. Errors: Invalid, Conflict.
func (s *Service) OpenOffer(ctx context.Context, initiative domain.InitiativeID, offer domain.OfferID, unit domain.UnitID, limit int64) error {
	return s.open(ctx, offerAccount(offer), Account{Kind: accountOffer, Subject: string(offer), Unit: unit, Limit: limit})
}

// SetOfferLimit changes an offer's capacity. Errors: NotFound, Conflict (below what is held, with how much).
func (s *Service) SetOfferLimit(ctx context.Context, offer domain.OfferID, limit int64) error {
	return s.setLimit(ctx, offerAccount(offer), limit)
}

// CloseOffer refuses new commitments from an offer; those that are held stay. Repeatable; no account is a success.
func (s *Service) CloseOffer(ctx context.Context, offer domain.OfferID) error {
	return s.close(ctx, offerAccount(offer))
}

func (s *Service) setLimit(ctx context.Context, key string, limit int64) error {
	return s.onAccount(ctx, key, store.Change{Action: "ledger.limited"}, func(a *Account) (bool, error) {
		same := a.Limit == limit
		return !same, a.setLimit(limit)
	})
}

func (s *Service) close(ctx context.Context, key string) error {
	err := s.onAccount(ctx, key, store.Change{Action: "ledger.closed"}, func(a *Account) (bool, error) {
		was := a.Closed
		a.Closed = true
		return !was, nil
	})
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	return err
}

// Ledger reads a need's account live; a need without one (not verified yet) has a zero ledger.
func (s *Service) Ledger(ctx context.Context, id domain.NeedID) (domain.Ledger, error) {
	doc, err := s.accounts.Get(ctx, needAccount(id))
	if apperr.Is(err, apperr.NotFound) {
		return domain.Ledger{}, nil
	}
	return doc.Body.Ledger(), err
}

// Ledgers reads the accounts of many needs in one query; needs without one are left out.
func (s *Service) Ledgers(ctx context.Context, ids []domain.NeedID) (map[domain.NeedID]domain.Ledger, error) {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = needAccount(id)
	}
	docs, err := s.accounts.GetMany(ctx, keys)
	if err != nil {
		return nil, err
	}
	ledgers := make(map[domain.NeedID]domain.Ledger, len(docs))
	for _, doc := range docs {
		ledgers[domain.NeedID(doc.Body.Subject)] = doc.Body.Ledger()
	}
	return ledgers, nil
}

// Use is how much of an offer's capacity is taken, in its unit.
type Use struct {
	Unit   domain.UnitID
	Limit  int64
	Used   int64
	Closed bool
}

// Free is what can still be committed.
func (u Use) Free() int64 {
	if u.Closed {
		return 0
	}
	return max(0, u.Limit-u.Used)
}

// OfferUse reads the accounts of many offers in one query; offers without one are left out.
func (s *Service) OfferUse(ctx context.Context, ids []domain.OfferID) (map[domain.OfferID]Use, error) {
	keys := make([]string, len(ids))
	for i, id := range ids {
		keys[i] = offerAccount(id)
	}
	docs, err := s.accounts.GetMany(ctx, keys)
	if err != nil {
		return nil, err
	}
	use := make(map[domain.OfferID]Use, len(docs))
	for _, doc := range docs {
		a := doc.Body
		use[domain.OfferID(a.Subject)] = Use{Unit: a.Unit, Limit: a.Limit, Used: a.Used(), Closed: a.Closed}
	}
	return use, nil
}

// VillageSum adds up a village's verified needs of one category in one unit; demo needs apart.
type VillageSum struct {
	Category domain.CategoryID
	Unit     domain.UnitID
	Demo     bool
	Needs    int
	Ledger   domain.Ledger
}

// VillageLedger adds up the live accounts of a village's needs by category and unit, never mixing units.
func (s *Service) VillageLedger(ctx context.Context, village domain.RegionCode) ([]VillageSum, error) {
	var sums []VillageSum
	at := map[VillageSum]int{}
	query := store.Query{List: "village", Key: store.KeyOf(string(village)), Limit: 100}
	for {
		page, err := s.accounts.List(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, doc := range page.Items {
			a := doc.Body
			key := VillageSum{Category: a.Category, Unit: a.Unit, Demo: a.Demo}
			i, ok := at[key]
			if !ok {
				i = len(sums)
				at[key] = i
				key.Ledger.Unit = a.Unit
				sums = append(sums, key)
			}
			l := a.Ledger()
			sum := &sums[i]
			sum.Needs++
			sum.Ledger.Needed += l.Needed
			sum.Ledger.Committed += l.Committed
			sum.Ledger.Delivered += l.Delivered
			sum.Ledger.Confirmed += l.Confirmed
			sum.Ledger.Graded = sum.Ledger.Plus(l.Graded)
		}
		if page.Next == "" {
			return sums, nil
		}
		query.Cursor = page.Next
	}
}
