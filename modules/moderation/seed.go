package moderation

import (
	"context"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Uproot deletes what the demonstration reported and announced, and tells how much it was. It may be repeated.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	n := 0
	if err := drop(ctx, s.reports, "report.removed", func(r Report) bool { return r.Demo }, &n); err != nil {
		return n, err
	}
	err := drop(ctx, s.announcements, "announcement.removed", func(a Announcement) bool { return a.Demo }, &n)
	return n, s.renew(ctx, err)
}

func drop[T any](ctx context.Context, records *store.Records[T], action string, fits func(T) bool, n *int) error {
	var docs []store.Doc[T]
	if err := records.Each(ctx, func(doc store.Doc[T]) error {
		if fits(doc.Body) {
			docs = append(docs, doc)
		}
		return nil
	}); err != nil {
		return err
	}
	for _, doc := range docs {
		if err := records.Delete(ctx, doc, store.Change{Action: action}); err != nil && !apperr.Is(err, apperr.NotFound) {
			return err
		}
		*n++
	}
	return nil
}
