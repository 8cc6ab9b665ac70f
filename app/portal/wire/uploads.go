package wire

import (
	"context"
	"io"

	"gotong/modules/accounts"
	"gotong/modules/documents"
	"gotong/modules/domain"
)

// Uploads are what people uploaded, for the export of their data.
type Uploads struct{ *House }

var _ accounts.Papers = Uploads{}

// Uploads runs fn for each.
func (w Uploads) Uploads(ctx context.Context, account domain.AccountID, fn func(accounts.Upload) error) error {
	return w.House.Documents.Service.Uploads(ctx, account, func(id domain.DocumentID, d documents.Document, open func() (io.ReadCloser, error)) error {
		return fn(accounts.Upload{
			ID: id, Title: d.Title, Type: string(d.Type), Name: d.FileName, Size: d.Size, SHA256: d.SHA256, At: d.Created, Thrown: d.Status == documents.Trashed, Open: open,
		})
	})
}
