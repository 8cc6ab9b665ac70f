package catalog

import (
	"context"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/indexer"
	"gotong/modules/kit/search"
)

// indexed gives the index what everybody may read of a source.
type indexed struct{ source Source }

// dependent is an indexed source that changes with others too.
type dependent struct {
	indexed
	indexer.Dependent
}

func found(s Source) indexer.Source {
	if d, ok := s.(Dependent); ok {
		return dependent{indexed{s}, d}
	}
	return indexed{s}
}

// Kind implements indexer.Source.
func (i indexed) Kind() string { return i.source.Kind() }

// Collection implements indexer.Source.
func (i indexed) Collection() string { return i.source.Collection() }

// Each implements indexer.Source.
func (i indexed) Each(ctx context.Context, fn func(search.Document) error) error {
	return i.source.Each(ctx, func(e Entry) error {
		if !e.Public {
			return nil
		}
		return fn(e.document(i.source.Kind()))
	})
}

// Get implements indexer.Source.
func (i indexed) Get(ctx context.Context, id string) (search.Document, error) {
	e, err := i.source.Get(ctx, id)
	if err == nil && !e.Public {
		err = apperr.New(apperr.NotFound, "error.not_found")
	}
	if err != nil {
		return search.Document{}, err
	}
	return e.document(i.source.Kind()), nil
}

var (
	_ indexer.Source    = indexed{}
	_ indexer.Dependent = dependent{}
)
