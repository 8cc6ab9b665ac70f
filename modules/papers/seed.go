package papers

import (
	"context"

	"gotong/modules/kit/store"
)

// Uproot deletes what is known of papers of demonstration commitments, and tells of how many; their documents are the
// library's. Their numbers are not given again. It may be repeated.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	docs, err := store.DeleteEvery(ctx, s.papers, store.Change{Action: "paper.seed-removed"}, func(d store.Doc[Paper]) bool { return d.Body.Demo })
	return len(docs), err
}
