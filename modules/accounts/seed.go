package accounts

import (
	"context"

	"gotong/modules/kit/store"
)

// Seed inserts many accounts at once, those that exist are left as they are: for demo content and benchmarks.
func (s *Service) Seed(ctx context.Context, items []store.Item[Account]) error {
	for i := range items {
		items[i].Body.Demo = true
	}
	return s.accounts.InsertMany(ctx, items, store.Change{Action: "account.seeded"})
}
