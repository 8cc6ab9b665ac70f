package needs

import (
	"context"

	"gotong/modules/kit/store"
)

// Uproot deletes all demonstration needs and tells how many there were. It may be repeated.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	docs, err := store.DeleteEvery(ctx, s.records, store.Change{Action: "need.seed-removed"}, func(d Doc) bool { return d.Body.Demo })
	return len(docs), err
}
