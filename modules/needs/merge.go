package needs

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// CountOf tells how many needs an organisation declared, drafts too.
func (s *Service) CountOf(ctx context.Context, id domain.OrganizationID) (int64, error) {
	return s.records.Count(ctx, listOwned, ownerKey(id))
}

func ownerKey(id domain.OrganizationID) store.Key { return store.KeyOf("o:"+string(id), "") }

// MoveAll gives an organisation's needs to another that took it in, and tells how many. Their histories stay as they
// were. It may be repeated.
func (s *Service) MoveAll(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
	return store.Drain(ctx, s.records, listOwned, ownerKey(from), func(doc Doc) error {
		n := doc.Body
		n.Organization = to
		if n.AdoptedBy == from {
			n.AdoptedBy = to
		}
		_, err := s.records.Replace(ctx, doc, n, c)
		return err
	})
}

// InCategory counts the needs of a category, hidden ones too.
func (s *Service) InCategory(ctx context.Context, id domain.CategoryID) (int64, error) {
	return s.records.Count(ctx, listUsing, store.KeyOf(string(id)))
}
