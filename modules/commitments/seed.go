package commitments

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// SeedNeed and SeedOffer are the accounts that demonstration content opens.
type SeedNeed struct {
	ID       domain.NeedID
	Village  domain.RegionCode
	Category domain.CategoryID
	Unit     domain.UnitID
	Limit    int64
}

// SeedOffer opens the account of an offer.
type SeedOffer struct {
	ID    domain.OfferID
	Unit  domain.UnitID
	Limit int64
}

// Plant stores demonstration commitments in bulk with the accounts of their needs and offers, whose holds are posted by
// the same rules as in daily use: a commitment that does not fit is refused and nothing is stored. What is there
// already is left as it is. All are marked as demonstration. Every need and offer of a commitment must be in the same
// call.
func (s *Service) Plant(ctx context.Context, needs []SeedNeed, offers []SeedOffer, commitments map[domain.CommitmentID]Commitment) error {
	accounts := make(map[string]*Account, len(needs)+len(offers))
	for _, n := range needs {
		accounts[needAccount(n.ID)] = &Account{Kind: accountNeed, Subject: string(n.ID), Village: n.Village, Category: n.Category, Unit: n.Unit, Limit: n.Limit, Demo: true}
	}
	for _, o := range offers {
		accounts[offerAccount(o.ID)] = &Account{Kind: accountOffer, Subject: string(o.ID), Unit: o.Unit, Limit: o.Limit, Demo: true}
	}
	items := make([]store.Item[Commitment], 0, len(commitments))
	for _, id := range slices.Sorted(maps.Keys(commitments)) {
		c := commitments[id]
		c.Demo = true
		for _, key := range []string{needAccount(c.Need), offerAccount(c.Offer)} {
			account := accounts[key]
			if account == nil {
				return fmt.Errorf("commitments: plant %s: no account %s", id, key)
			}
			if err := account.enter(id, &c); err != nil {
				return fmt.Errorf("commitments: plant %s on %s: %w", id, key, err)
			}
		}
		items = append(items, store.Item[Commitment]{ID: string(id), Body: c, At: c.Created})
	}
	books := make([]store.Item[Account], 0, len(accounts))
	for _, key := range slices.Sorted(maps.Keys(accounts)) {
		books = append(books, store.Item[Account]{ID: key, Body: *accounts[key]})
	}
	if err := s.accounts.InsertMany(ctx, books, store.Change{Action: "ledger.opened"}); err != nil {
		return err
	}
	return s.records.InsertMany(ctx, items, store.Change{Action: "commitment.seeded"})
}

// enter posts what a commitment means for the account.
func (a *Account) enter(id domain.CommitmentID, c *Commitment) error {
	if !c.Accepted() {
		return nil
	}
	if _, err := a.hold(id, 1, c.Quantity); err != nil {
		return err
	}
	if c.State.Reserves() {
		a.post(id, c.Tally())
	} else {
		a.settle(id, c.Kept(), c.Tally())
	}
	return nil
}

// Uproot deletes all demonstration commitments and the accounts of those needs and offers that fits names, and tells
// how many commitments there were. It may be repeated.
func (s *Service) Uproot(ctx context.Context, fits func(kind, subject string) bool) (int, error) {
	change := store.Change{Action: "commitment.seed-removed"}
	_, err := store.DeleteEvery(ctx, s.accounts, change, func(d store.Doc[Account]) bool {
		kind, subject := AccountSubject(d.ID)
		return d.Body.Demo || fits(kind, subject)
	})
	if err != nil {
		return 0, err
	}
	docs, err := store.DeleteEvery(ctx, s.records, change, func(d store.Doc[Commitment]) bool { return d.Body.Demo })
	return len(docs), err
}
