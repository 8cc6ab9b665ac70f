package wire

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Papers are the documents that belong to things of other modules.
type Papers struct{ *House }

// Attach keeps a document of a thing.
func (w Papers) Attach(ctx context.Context, actor domain.Actor, op store.Operation, ref domain.Ref, typ domain.DocumentType, visibility domain.Visibility, file domain.Upload) (domain.DocumentID, error) {
	return w.House.Documents.Service.Attach(ctx, actor, op, ref, typ, visibility, file)
}

// Has tells whether a thing has a ready document of one of the types.
func (w Papers) Has(ctx context.Context, ref domain.Ref, types ...domain.DocumentType) (bool, error) {
	return w.House.Documents.Service.Has(ctx, ref, types...)
}
