package documents

import (
	"context"
	"io"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

const listUploader = "uploader" // by who uploaded it, ready or thrown away

func uploaderList() store.List[Document] {
	return store.List[Document]{Name: listUploader, Keys: func(_ string, d Document) []store.Key {
		if d.Status == Pending || d.Uploader == "" {
			return nil
		}
		return []store.Key{store.KeyOf(string(d.Uploader))}
	}, Sort: func(_ string, d Document) string { return store.SortTime(d.Created) }}
}

// Uploads runs fn for each document that a person uploaded, the oldest first, page by page, with what opens its file:
// for the export of one's own data. Unavailable where the database or, on opening, the object store does not answer.
func (s *Service) Uploads(ctx context.Context, account domain.AccountID, fn func(id domain.DocumentID, d Document, open func() (io.ReadCloser, error)) error) error {
	for cursor := ""; ; {
		page, err := s.records.List(ctx, store.Query{List: listUploader, Key: store.KeyOf(string(account)), Cursor: cursor, Limit: 50})
		if err != nil {
			return err
		}
		for _, doc := range page.Items {
			d := doc.Body
			if d.Finding != "" {
				continue // nobody gets what may be harmful
			}
			open := func() (io.ReadCloser, error) {
				body, err := s.blobs.Get(ctx, d.Object, 0, d.Size)
				return body, unfinished(err)
			}
			if err := fn(domain.DocumentID(doc.ID), d, open); err != nil {
				return err
			}
		}
		if cursor = page.Next; cursor == "" {
			return nil
		}
	}
}
