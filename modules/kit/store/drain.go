package store

import (
	"context"

	"gotong/modules/kit/apperr"
)

// Lister reads pages of a collection: Records.
type Lister[T any] interface {
	List(ctx context.Context, q Query) (Page[T], error)
}

// Drain runs move on each document of a key of a list until none is left there, and tells how many it moved; move
// changes the document so that it leaves the key. A Conflict or NotFound of move is met again on the next page, and is
// the answer where nothing goes on any more. It may be repeated after a crash.
func Drain[T any](ctx context.Context, records Lister[T], list string, key Key, move func(Doc[T]) error) (int, error) {
	moved := 0
	for {
		page, err := records.List(ctx, Query{List: list, Key: key, Limit: maxLimit})
		if err != nil || len(page.Items) == 0 {
			return moved, err
		}
		var last error
		before := moved
		for _, doc := range page.Items {
			switch err := move(doc); {
			case err == nil:
				moved++
			case apperr.Is(err, apperr.Conflict), apperr.Is(err, apperr.NotFound):
				last = err
			default:
				return moved, err
			}
		}
		if moved == before {
			return moved, last
		}
	}
}
