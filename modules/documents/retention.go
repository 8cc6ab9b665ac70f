package documents

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// TrashKept and AccessKept are how long what was thrown away can be restored, and how long readings stay known.
const (
	TrashKept  = trashKept
	AccessKept = accessKept
)

// DropTrash removes for good what was thrown away before then, and tells how many; with dry it only counts.
func (s *Service) DropTrash(ctx context.Context, before time.Time, dry bool) (int, error) {
	if !dry {
		return s.remove(ctx, Trashed, s.clock.Now().Sub(before), "document.purged")
	}
	n, cursor := 0, ""
	for {
		page, err := s.records.List(ctx, store.Query{List: listSweep, Key: store.KeyOf(string(Trashed)), Cursor: cursor, Limit: 100})
		if err != nil {
			return n, err
		}
		for _, doc := range page.Items {
			if !doc.Body.Since.Before(before) {
				return n, nil
			}
			n++
		}
		if cursor = page.Next; cursor == "" {
			return n, nil
		}
	}
}

// Drop removes documents for good, whatever state they are in; those that are gone are no error. The collector takes
// their objects away.
func (s *Service) Drop(ctx context.Context, ids []domain.DocumentID) error {
	for _, id := range ids {
		doc, err := s.records.Get(ctx, string(id))
		if err == nil {
			err = s.records.Delete(ctx, doc, store.Change{Action: "document.purged", Organization: string(doc.Body.Organization)})
		}
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			return err
		}
	}
	return nil
}

// PapersOf lists the verification papers of an organisation, those that newer ones replaced too.
func (s *Service) PapersOf(ctx context.Context, id domain.OrganizationID) (ids []domain.DocumentID, err error) {
	key := store.KeyOf(parentValue(domain.Ref{Kind: domain.KindOrganization, ID: string(id)}), string(domain.DocPaper))
	for cursor := ""; ; {
		page, err := s.records.List(ctx, store.Query{List: listParent, Key: key, Cursor: cursor, Limit: 100})
		if err != nil {
			return ids, err
		}
		for _, doc := range page.Items {
			ids = append(ids, domain.DocumentID(doc.ID))
		}
		if cursor = page.Next; cursor == "" {
			return ids, nil
		}
	}
}
