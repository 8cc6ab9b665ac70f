package initiatives

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// CountOf tells how many initiatives are an organisation's, drafts too.
func (s *Service) CountOf(ctx context.Context, id domain.OrganizationID) (int64, error) {
	return s.records.Count(ctx, listOwned, store.KeyOf(string(id), ""))
}

// MoveAll gives an organisation's initiatives, and its places as partner in others', to another that took it in, and
// tells how many initiatives changed. Histories and frozen versions stay as they were. It may be repeated.
func (s *Service) MoveAll(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
	moved := 0
	for list, key := range map[string]store.Key{listOwned: store.KeyOf(string(from), ""), listPartner: store.KeyOf(string(from))} {
		n, err := store.Drain(ctx, s.records, list, key, func(doc Doc) error {
			i := doc.Body
			if i.Organization == from {
				i.Organization = to
			}
			i.Partners = slices.Clone(i.Partners)
			for p := range i.Partners {
				if i.Partners[p].Organization == from {
					i.Partners[p].Organization = to
				}
			}
			_, err := s.records.Replace(ctx, doc, i, c)
			return err
		})
		if moved += n; err != nil {
			return moved, err
		}
	}
	return moved, nil
}
