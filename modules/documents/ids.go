package documents

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// IDsOf gives the ids of a thing's ready documents, for an index whose entries depend on the thing. Error: Unavailable.
func (s *Service) IDsOf(ctx context.Context, ref domain.Ref) ([]string, error) {
	var ids []string
	query := store.Query{List: listParent, Key: store.KeyOf(parentValue(ref), ""), Limit: 100}
	for {
		page, err := s.records.List(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, doc := range page.Items {
			ids = append(ids, doc.ID)
		}
		if query.Cursor = page.Next; page.Next == "" {
			return ids, nil
		}
	}
}
