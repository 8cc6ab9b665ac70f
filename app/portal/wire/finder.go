package wire

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/search"
)

// Finder lets a list of one kind be narrowed by words.
type Finder struct {
	Index *search.Index
	Kind  string
}

// Find gives ids, best first, and the cursor of the next page.
func (w Finder) Find(ctx context.Context, text string, filters map[string]string, cursor string, limit int) ([]string, string, error) {
	result, err := w.Index.Search(ctx, search.Query{Kind: w.Kind, Text: text, Filters: filters, Cursor: cursor, Limit: limit})
	if err != nil {
		return nil, "", err
	}
	return result.IDs, result.Next, nil
}

// SearchOrganizations is Find for organisations, with the number of all that fit.
func (w Finder) SearchOrganizations(ctx context.Context, text string, filters map[string]string, cursor string, limit int) ([]string, string, int, error) {
	result, err := w.Index.Search(ctx, search.Query{Kind: domain.KindOrganization, Text: text, Filters: filters, Cursor: cursor, Limit: limit})
	if err != nil {
		return nil, "", 0, err
	}
	return result.IDs, result.Next, result.Total, nil
}
