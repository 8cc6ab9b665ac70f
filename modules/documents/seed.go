package documents

import (
	"context"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Uproot deletes all demonstration documents, first what is known of them, then their content, and tells how many
// there were. It may be repeated; content that an interrupted run left is the collector's.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	if _, err := s.Collections.Uproot(ctx); err != nil {
		return 0, err
	}
	change := store.Change{Action: "document.access-seed-removed"}
	if _, err := store.DeleteEvery(ctx, s.asks, change, func(d store.Doc[Ask]) bool { return d.Body.Demo }); err != nil {
		return 0, err
	}
	docs, err := store.DeleteEvery(ctx, s.records, store.Change{Action: "document.seed-removed"}, func(d store.Doc[Document]) bool { return d.Body.Demo })
	if err != nil {
		return 0, err
	}
	for _, doc := range docs {
		for _, v := range doc.Body.History() {
			if err := s.dropContent(ctx, doc.ID, v); err != nil {
				return 0, err
			}
		}
	}
	return len(docs), nil
}

// dropContent removes a version's content and what was made of it, where no other document keeps the same.
func (s *Service) dropContent(ctx context.Context, id string, v Version) error {
	if err := s.dropDerived(ctx, v.SHA256); err != nil {
		return err
	}
	named, err := s.named(ctx, id, v.Object)
	if err != nil || named {
		return err
	}
	if err := s.blobs.Delete(ctx, v.Object); !apperr.Is(err, apperr.NotFound) {
		return err
	}
	return nil
}
