package commitments

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// CountOf tells how many commitments an organisation is a side of.
func (s *Service) CountOf(ctx context.Context, id domain.OrganizationID) (int64, error) {
	return s.records.Count(ctx, listParty, store.KeyOf(string(id)))
}

// MoveAll puts another organisation that took this one in into its place on either side of its commitments, and tells
// how many. Names and histories stay as they were; quantities and accounts are not touched. It may be repeated.
func (s *Service) MoveAll(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
	return store.Drain(ctx, s.records, listParty, store.KeyOf(string(from)), func(doc store.Doc[Commitment]) error {
		body := doc.Body
		if body.Organization == from {
			body.Organization = to
		}
		if body.VillageOrganization == from {
			body.VillageOrganization = to
		}
		_, err := s.records.Replace(ctx, doc, body, c)
		return err
	})
}
