package tokens

import (
	"context"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// DropEnded lets go the tokens that ended before then, with when they were last used, and tells how many; with dry it
// only counts.
func (s *Service) DropEnded(ctx context.Context, before time.Time, dry bool) (int, error) {
	n, cursor := 0, ""
	for {
		page, err := s.tokens.List(ctx, store.Query{List: listEnd, Cursor: cursor, Limit: 100})
		if err != nil {
			return n, err
		}
		for _, doc := range page.Items {
			if !doc.Body.end().Before(before) {
				return n, nil // the earliest come first
			}
			if dry {
				n++
				continue
			}
			if err := s.seen.Delete(ctx, doc.ID); err != nil {
				return n, err
			}
			switch err := s.tokens.Delete(ctx, doc, store.Change{Action: "token.dropped", Organization: string(doc.Body.Organization)}); {
			case err == nil:
				n++
			case apperr.Is(err, apperr.Conflict), apperr.Is(err, apperr.NotFound):
			default:
				return n, err
			}
		}
		if cursor = page.Next; cursor == "" {
			return n, nil
		}
	}
}
