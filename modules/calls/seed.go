package calls

import (
	"context"

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
		demo[doc.ID] = doc.Body.Demo
		return nil
	}); err != nil {
		return 0, err
	}
	if _, err := store.DeleteEvery(ctx, s.snapshots, change, func(d store.Doc[SnapshotPage]) bool { return demo[string(d.Body.Call)] }); err != nil {
		return 0, err
	}
	if _, err := store.DeleteEvery(ctx, s.questions, change, func(d store.Doc[Question]) bool { return demo[string(d.Body.Call)] }); err != nil {
		return 0, err
	}
	if _, err := store.DeleteEvery(ctx, s.entries, change, func(d store.Doc[Entry]) bool { return d.Body.Demo || demo[string(d.Body.Call)] }); err != nil {
		return 0, err
	}
	docs, err := store.DeleteEvery(ctx, s.records, change, func(d Doc) bool { return d.Body.Demo })
	return len(docs), err
}
