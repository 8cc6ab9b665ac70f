package matching

import (
	"context"

	"gotong/modules/kit/store"
)

// Uproot deletes what was put aside of the demonstration's suggestions, and tells how much. It may be repeated.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	docs, err := store.DeleteEvery(ctx, s.refusals, store.Change{Action: "matching.refusal-seed-removed"}, func(d store.Doc[Refusal]) bool { return d.Body.Demo })
	return len(docs), err
}
