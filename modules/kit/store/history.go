package store

import "context"

// Of gives the entries of one document of a collection, newest first. Errors: Unavailable.
func (f *Feed) Of(ctx context.Context, collection, id string, limit int) ([]Entry, error) {
	stored, err := f.db.engine.Log().Of(ctx, collection, id, limit)
	if err != nil {
		return nil, unavailable(err)
	}
	return f.db.entriesOf(ctx, stored)
}
