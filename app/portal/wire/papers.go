package wire

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Papers are the documents that belong to things of other modules.
type Papers struct{ *House }

// Attach keeps a document of a thing, unseen until Answered.
func (w Papers) Attach(ctx context.Context, actor domain.Actor, op store.Operation, ref domain.Ref, typ domain.DocumentType, visibility domain.Visibility, file domain.Upload) (domain.Citation, error) {
	return w.House.Documents.Service.Attach(ctx, actor, op, ref, typ, visibility, file)
}

// Answered shows what Attach kept.
func (w Papers) Answered(ctx context.Context, op store.Operation, answer error) error {
	return w.House.Documents.Service.Answered(ctx, op, answer)
}

// Cite names the newest document of a type.
func (w Papers) Cite(ctx context.Context, ref domain.Ref, typ domain.DocumentType) (domain.Citation, error) {
	return w.House.Documents.Service.Cite(ctx, ref, typ)
}

// PicturesOf lists the photos of a thing.
func (w Papers) PicturesOf(ctx context.Context, ref domain.Ref) ([]domain.Picture, error) {
	return w.House.Documents.Service.PicturesOf(ctx, ref)
}

// Thumbnail gives one of a thing's photos, small.
func (w Papers) Thumbnail(ctx context.Context, by string, ref domain.Ref, id domain.DocumentID, side int) ([]byte, error) {
	return w.House.Documents.Service.Thumbnail(ctx, by, ref, id, side)
}

// Has tells whether a thing has a ready document of one of the types.
func (w Papers) Has(ctx context.Context, ref domain.Ref, types ...domain.DocumentType) (bool, error) {
	return w.House.Documents.Service.Has(ctx, ref, types...)
}
