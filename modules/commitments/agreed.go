package commitments

import (
	"context"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// mostSigned is how long before it is signed an agreement may have been proposed.
const mostSigned = 365 * 24 * time.Hour

// Agreed tells whether an organisation and one of the others stand, or stood since then, on the two sides of something
// that was accepted.
func (s *Service) Agreed(ctx context.Context, one domain.OrganizationID, others []domain.OrganizationID, since time.Time) (bool, error) {
	q := store.Query{List: listParty, Key: store.KeyOf(string(one)), Limit: 100}
	for {
		page, err := s.records.List(ctx, q)
		if err != nil {
			return false, err
		}
		for _, doc := range page.Items {
			c := doc.Body
			if c.Created.Before(since.Add(-mostSigned)) {
				return false, nil // the newest come first
			}
			other := c.Organization
			if other == one {
				other = c.VillageOrganization
			}
			if other != "" && slices.Contains(others, other) && c.Accepted() && doc.Changed.After(since) {
				return true, nil
			}
		}
		if q.Cursor = page.Next; q.Cursor == "" {
			return false, nil
		}
	}
}
