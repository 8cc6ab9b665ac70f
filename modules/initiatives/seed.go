package initiatives

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Uproot deletes all demonstration initiatives with their frozen versions, and tells how many initiatives
// there were. It may be repeated: the initiatives go last.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	change := store.Change{Action: "initiative.seed-removed"}
	demo := map[domain.InitiativeID]bool{}
	initiatives, err := collect(ctx, s.records, func(doc Doc) bool {
		demo[domain.InitiativeID(doc.ID)] = demo[domain.InitiativeID(doc.ID)] || doc.Body.Demo
		return doc.Body.Demo
	})
	if err != nil {
		return 0, err
	}
	versions, err := collect(ctx, s.versions, func(doc store.Doc[Version]) bool { return demo[doc.Body.Initiative] })
	if err != nil {
		return 0, err
	}
	if err := drop(ctx, s.versions, versions, change); err != nil {
		return 0, err
	}
	invitations, err := collect(ctx, s.invitations, func(doc InvitationDoc) bool { return doc.Body.Demo })
	if err != nil {
		return 0, err
	}
	if err := drop(ctx, s.invitations, invitations, change); err != nil {
		return 0, err
	}
	return len(initiatives), drop(ctx, s.records, initiatives, change)
}

func collect[T any](ctx context.Context, records *store.Records[T], fits func(store.Doc[T]) bool) (docs []store.Doc[T], err error) {
	err = records.Each(ctx, func(doc store.Doc[T]) error {
		if fits(doc) {
			docs = append(docs, doc)
		}
		return nil
	})
	return docs, err
}

func drop[T any](ctx context.Context, records *store.Records[T], docs []store.Doc[T], change store.Change) error {
	for _, doc := range docs {
		if err := records.Delete(ctx, doc, change); err != nil && !apperr.Is(err, apperr.NotFound) {
			return err
		}
	}
	return nil
}
