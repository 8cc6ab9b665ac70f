package calls

import (
	"context"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Seed inserts many calls at once, those that exist are left as they are: for demo content.
func (s *Service) Seed(ctx context.Context, items []store.Item[Call]) error {
	for n := range items {
		items[n].Body.number(nil)
	}
	return s.records.InsertMany(ctx, items, store.Change{Action: "call.seeded"})
}

// Uproot deletes all demonstration calls with what belongs to them, and tells how many calls there were. It may be
// repeated: the calls go last.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	change := store.Change{Action: "call.seed-removed"}
	demo := map[string]bool{}
	if err := s.records.Each(ctx, func(doc Doc) error {
		demo[doc.ID] = demo[doc.ID] || doc.Body.Demo
		return nil
	}); err != nil {
		return 0, err
	}
	if err := drop(ctx, s.snapshots, change, func(p SnapshotPage) bool { return demo[string(p.Call)] }, nil); err != nil {
		return 0, err
	}
	if err := drop(ctx, s.questions, change, func(q Question) bool { return demo[string(q.Call)] }, nil); err != nil {
		return 0, err
	}
	if err := drop(ctx, s.entries, change, func(e Entry) bool { return e.Demo || demo[string(e.Call)] }, nil); err != nil {
		return 0, err
	}
	n := 0
	err := drop(ctx, s.records, change, func(c Call) bool { return c.Demo }, &n)
	return n, err
}

func drop[T any](ctx context.Context, records *store.Records[T], change store.Change, fits func(T) bool, count *int) error {
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
		if err := records.Delete(ctx, doc, change); err != nil && !apperr.Is(err, apperr.NotFound) {
			return err
		}
	}
	if count != nil {
		*count = len(docs)
	}
	return nil
}
