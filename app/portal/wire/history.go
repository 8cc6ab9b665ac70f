package wire

import (
	"context"

	"gotong/modules/kit/store"
)

// History reads the entries of one document of a collection, newest first.
func History(db *store.DB, collection string) func(ctx context.Context, id string, limit int) ([]store.Entry, error) {
	return func(ctx context.Context, id string, limit int) ([]store.Entry, error) {
		return db.Feed().Of(ctx, collection, id, limit)
	}
}
