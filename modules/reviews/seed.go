package reviews

import (
	"context"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Uproot deletes what was written about demonstration proposals and by reviewers of the demonstration. It may be
// repeated, and tells how many processes there were.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	change := store.Change{Action: "review.seed-removed"}
	if _, err := uproot(ctx, s.remarks, func(r Remark) bool { return r.Demo }, change); err != nil {
		return 0, err
	}
	if _, err := uproot(ctx, s.reviews, func(r Review) bool { return r.Demo }, change); err != nil {
		return 0, err
	}
	if _, err := uproot(ctx, s.profiles, func(p Profile) bool { return p.Demo }, change); err != nil {
		return 0, err
	}
	return uproot(ctx, s.processes, func(p Process) bool { return p.Demo }, change)
}

func uproot[T any](ctx context.Context, records *store.Records[T], demo func(T) bool, change store.Change) (int, error) {
	var found []store.Doc[T]
	err := records.Each(ctx, func(doc store.Doc[T]) error {
		if demo(doc.Body) {
			found = append(found, doc)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, doc := range found {
		if err := records.Delete(ctx, doc, change); err != nil && !apperr.Is(err, apperr.NotFound) {
			return 0, err
		}
	}
	return len(found), nil
}
