package commitments

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// OfVillage lists the commitments in a village that the actor may see, newest first.
func (s *Service) OfVillage(ctx context.Context, actor domain.Actor, village domain.RegionCode, limit int) ([]store.Doc[Commitment], error) {
	docs, err := s.page(ctx, listVillage, store.KeyOf(string(village)), limit)
	seen := make([]store.Doc[Commitment], 0, len(docs))
	for _, doc := range docs {
		if canSee(actor, &doc.Body) {
			seen = append(seen, doc)
		}
	}
	return seen, err
}
