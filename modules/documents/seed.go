package documents

import (
	"context"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Uproot deletes all demonstration documents, first what is known of them, then their content, and tells how many
// there were. It may be repeated; content that an interrupted run left is the collector's.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	var docs []store.Doc[Document]
	err := s.records.Each(ctx, func(doc store.Doc[Document]) error {
		if doc.Body.Demo {
			docs = append(docs, doc)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	for _, doc := range docs {
		if err := s.records.Delete(ctx, doc, store.Change{Action: "document.seed-removed"}); err != nil && !apperr.Is(err, apperr.NotFound) {
			return 0, err
		}
		if named, err := s.named(ctx, doc.ID, doc.Body.Object); err != nil || named {
			if err != nil {
				return 0, err
			}
			continue // another document keeps the same content
		}
		if err := s.blobs.Delete(ctx, doc.Body.Object); err != nil && !apperr.Is(err, apperr.NotFound) {
			return 0, err
		}
	}
	return len(docs), nil
}
