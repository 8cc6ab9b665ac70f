package commitments

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// NeedAccount is the account of a verified need as sums are made from it.
type NeedAccount struct {
	Need     domain.NeedID
	Village  domain.RegionCode
	Category domain.CategoryID
	Ledger   domain.Ledger
	Demo     bool
}

func needAccountOf(a Account) NeedAccount {
	return NeedAccount{Need: domain.NeedID(a.Subject), Village: a.Village, Category: a.Category, Ledger: a.Ledger(), Demo: a.Demo}
}

// AccountsOf gives the accounts of a village's needs. Errors: Unavailable.
func (s *Service) AccountsOf(ctx context.Context, village domain.RegionCode) ([]NeedAccount, error) {
	var all []NeedAccount
	query := store.Query{List: "village", Key: store.KeyOf(string(village)), Limit: 100}
	for {
		page, err := s.accounts.List(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, doc := range page.Items {
			all = append(all, needAccountOf(doc.Body))
		}
		if page.Next == "" {
			return all, nil
		}
		query.Cursor = page.Next
	}
}

// AccountOf gives the account of a need. NotFound where it has none.
func (s *Service) AccountOf(ctx context.Context, id domain.NeedID) (NeedAccount, error) {
	doc, err := s.accounts.Get(ctx, needAccount(id))
	return needAccountOf(doc.Body), err
}

// EachAccount streams the accounts of all needs. Errors: Unavailable, and those of fn.
func (s *Service) EachAccount(ctx context.Context, fn func(NeedAccount) error) error {
	return s.accounts.Each(ctx, func(doc store.Doc[Account]) error {
		if doc.Body.Kind != accountNeed {
			return nil
		}
		return fn(needAccountOf(doc.Body))
	})
}

// Recount adds up for each need what its commitments say: what is committed (accepted or later, of an ended one what
// was kept), delivered and confirmed. It reads every commitment; for the check. Errors: Unavailable.
func (s *Service) Recount(ctx context.Context) (map[domain.NeedID]domain.Ledger, error) {
	all := map[domain.NeedID]domain.Ledger{}
	err := s.records.Each(ctx, func(doc store.Doc[Commitment]) error {
		c := doc.Body
		if !c.Accepted() {
			return nil
		}
		l := all[c.Need]
		if c.State.Reserves() {
			l.Committed += c.Quantity
		} else {
			l.Committed += c.Kept()
		}
		t := c.Tally()
		l.Delivered, l.Confirmed, l.Graded = l.Delivered+t.Delivered, l.Confirmed+t.Confirmed, l.Plus(t.Graded)
		all[c.Need] = l
		return nil
	})
	return all, err
}
