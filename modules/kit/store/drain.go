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

// Deletable are documents that are looked at one after the other and deleted.
type Deletable[T any] interface {
	Each(ctx context.Context, fn func(Doc[T]) error) error
	Delete(ctx context.Context, read Doc[T], c Change) error
}

// DeleteEvery deletes the documents that fit and gives them. It looks at all before it deletes the first; one that is gone
// meanwhile is a success, so it may be repeated. Meant for commands: it reads the whole collection.
func DeleteEvery[T any](ctx context.Context, records Deletable[T], change Change, fits func(Doc[T]) bool) ([]Doc[T], error) {
	var docs []Doc[T]
	err := records.Each(ctx, func(doc Doc[T]) error {
		if fits(doc) {
			docs = append(docs, doc)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, doc := range docs {
		if err := records.Delete(ctx, doc, change); err != nil && !apperr.Is(err, apperr.NotFound) {
			return nil, err
		}
	}
	return docs, nil
}
