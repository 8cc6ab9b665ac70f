package accounts

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

const listMandateOf = "mandate_of" // organisations on whose behalf a mandate is held

func mandateOfList() store.List[Account] {
	return store.List[Account]{Name: listMandateOf, Keys: func(_ string, a Account) []store.Key {
		var keys []store.Key
		for _, m := range a.Mandates {
			if m.Organization != "" {
				keys = append(keys, store.KeyOf(string(m.Organization)))
			}
		}
		slices.Sort(keys)
		return slices.Compact(keys)
	}, Sort: func(id string, _ Account) string { return store.SortText(id) }}
}

// CountMandatesOf tells how many people hold a mandate on behalf of an organisation.
func (s *Service) CountMandatesOf(ctx context.Context, id domain.OrganizationID) (int64, error) {
	return s.accounts.Count(ctx, listMandateOf, store.KeyOf(string(id)))
}

// MoveMandates has the mandates held on behalf of one organisation held on behalf of another that took it in, and
// tells how many people it concerned. It may be repeated.
func (s *Service) MoveMandates(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
	return store.Drain(ctx, s.accounts, listMandateOf, store.KeyOf(string(from)), func(doc store.Doc[Account]) error {
		a := doc.Body
		a.Mandates = slices.Clone(a.Mandates)
		for i := range a.Mandates {
			if a.Mandates[i].Organization == from {
				a.Mandates[i].Organization = to
			}
		}
		_, err := s.accounts.Replace(ctx, doc, a, c)
		return err
	})
}
