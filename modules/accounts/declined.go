package accounts

import (
	"context"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

const listDeclined = "declined" // not approved, the longest first

func declinedList() store.List[Account] {
	return store.List[Account]{Name: listDeclined, Keys: func(_ string, a Account) []store.Key {
		if a.Access() != AccessDeclined || !a.Erased.IsZero() {
			return nil
		}
		return []store.Key{""}
	}, Sort: func(_ string, a Account) string {
		if a.Declined == nil {
			return ""
		}
		return store.SortTime(a.Declined.At)
	}}
}

// EraseDeclined erases the accounts that were not approved before then, and tells how many; with dry it only counts.
func (s *Service) EraseDeclined(ctx context.Context, before time.Time, dry bool) (int, error) {
	n, cursor := 0, ""
	for {
		page, err := s.accounts.List(ctx, store.Query{List: listDeclined, Cursor: cursor, Limit: 100})
		if err != nil {
			return n, err
		}
		for _, doc := range page.Items {
			if !doc.Body.Declined.At.Before(before) {
				return n, nil
			}
			if !dry {
				if err := s.erase(ctx, doc); apperr.Is(err, apperr.Conflict) {
					continue // approved just now
				} else if err != nil {
					return n, err
				}
			}
			n++
		}
		if cursor = page.Next; cursor == "" {
			return n, nil
		}
	}
}
