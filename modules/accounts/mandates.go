package accounts

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

const (
	listMandates = "mandates" // dimensions: mandate kind, region
	mostHolders  = 100        // of one mandate in one region that are read
)

func mandateList() store.List[Account] {
	return store.List[Account]{Name: listMandates, Keys: func(_ string, a Account) []store.Key {
		var keys []store.Key
		for _, m := range a.Mandates {
			keys = append(keys, store.KeyOf(m.Kind, string(m.Region)))
		}
		return keys
	}, Sort: func(id string, _ Account) string { return store.SortText(id) }}
}

// MandateHolders gives the accounts that hold a mandate of this kind for exactly that region. Error: Unavailable.
func (s *Service) MandateHolders(ctx context.Context, kind string, region domain.RegionCode) ([]domain.AccountID, error) {
	page, err := s.accounts.List(ctx, store.Query{List: listMandates, Key: store.KeyOf(kind, string(region)), Limit: mostHolders})
	if err != nil {
		return nil, err
	}
	ids := make([]domain.AccountID, 0, len(page.Items))
	for _, doc := range page.Items {
		ids = append(ids, domain.AccountID(doc.ID))
	}
	return ids, nil
}
