package needs

import (
	"context"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Uproot deletes all demonstration needs and tells how many there were. It may be repeated.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	var docs []Doc
	err := s.records.Each(ctx, func(doc Doc) error {
		if doc.Body.Demo {
			docs = append(docs, doc)
		}
		return nil
	})
	for _, doc := range docs {
		if err != nil {
			return 0, err
		}
		if err = s.records.Delete(ctx, doc, store.Change{Action: "need.seed-removed"}); apperr.Is(err, apperr.NotFound) {
			err = nil
		}
	}
	return len(docs), err
}
