package reviews

import (
	"context"

	"gotong/modules/kit/store"
)

// Uproot deletes what was written about demonstration proposals and by reviewers of the demonstration. It may be
// repeated, and tells how many processes there were.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	change := store.Change{Action: "review.seed-removed"}
	if _, err := store.DeleteEvery(ctx, s.remarks, change, func(d store.Doc[Remark]) bool { return d.Body.Demo }); err != nil {
		return 0, err
	}
	if _, err := store.DeleteEvery(ctx, s.reviews, change, func(d store.Doc[Review]) bool { return d.Body.Demo }); err != nil {
		return 0, err
	}
	if _, err := store.DeleteEvery(ctx, s.profiles, change, func(d store.Doc[Profile]) bool { return d.Body.Demo }); err != nil {
		return 0, err
	}
	docs, err := store.DeleteEvery(ctx, s.processes, change, func(d Doc) bool { return d.Body.Demo })
	return len(docs), err
}
