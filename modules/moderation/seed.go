package moderation

import (
	"context"

	"gotong/modules/kit/store"
)

// Uproot deletes what the demonstration reported and announced, and tells how much it was. It may be repeated.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	reports, err := store.DeleteEvery(ctx, s.reports, store.Change{Action: "report.removed"}, func(d store.Doc[Report]) bool { return d.Body.Demo })
	if err != nil {
		return 0, err
	}
	announcements, err := store.DeleteEvery(ctx, s.announcements, store.Change{Action: "announcement.removed"}, func(d store.Doc[Announcement]) bool { return d.Body.Demo })
	return len(reports) + len(announcements), s.renew(ctx, err)
}
