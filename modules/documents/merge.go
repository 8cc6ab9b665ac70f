package documents

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// CountOf tells how many documents are an organisation's, those thrown away too.
func (s *Service) CountOf(ctx context.Context, id domain.OrganizationID) (int64, error) {
	return s.records.Count(ctx, listOwner, store.KeyOf(string(id)))
}

// MoveAll gives an organisation's documents to another that took it in, and tells how many. The files stay where they
// are. It may be repeated.
func (s *Service) MoveAll(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
	return store.Drain(ctx, s.records, listOwner, store.KeyOf(string(from)), func(doc store.Doc[Document]) error {
		d := doc.Body
		if d.Organization == from {
			d.Organization = to
		}
		if d.Parent == (domain.Ref{Kind: domain.KindOrganization, ID: string(from)}) {
			d.Parent.ID = string(to)
		}
		_, err := s.records.Replace(ctx, doc, d, c)
		return err
	})
}
