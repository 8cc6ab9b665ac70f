package initiatives

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Uproot deletes all demonstration initiatives with their frozen versions, and tells how many initiatives
// there were. It may be repeated: the initiatives go last.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	change := store.Change{Action: "initiative.seed-removed"}
	demo := map[domain.InitiativeID]bool{}
	err := s.records.Each(ctx, func(doc Doc) error {
		demo[domain.InitiativeID(doc.ID)] = doc.Body.Demo
		return nil
	})
	if err != nil {
		return 0, err
	}
	if _, err := store.DeleteEvery(ctx, s.versions, change, func(d store.Doc[Version]) bool { return demo[d.Body.Initiative] }); err != nil {
		return 0, err
	}
	if _, err := store.DeleteEvery(ctx, s.invitations, change, func(d InvitationDoc) bool { return d.Body.Demo }); err != nil {
		return 0, err
	}
	if _, err := store.DeleteEvery(ctx, s.templates, change, func(d TemplateDoc) bool { return d.Body.Demo }); err != nil {
		return 0, err
	}
	docs, err := store.DeleteEvery(ctx, s.records, change, func(d Doc) bool { return d.Body.Demo })
	return len(docs), err
}
