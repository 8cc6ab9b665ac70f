package progress

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Queues are what waits on desks because of running initiatives: changes that the secretariat approves,
// or an owner of who made the call.
func (m *Module) Queues() []domain.Queue {
	s := m.Service
	return []domain.Queue{domain.DeskList[Progress]{
		Name: "progress-change", Title: "progress.queue.change", List: listDesk, Read: s.records.List,
		Keys: func(a domain.Actor) (keys []store.Key) {
			if a.Secretariat() {
				return []store.Key{""}
			}
			for _, m := range a.Holding(domain.OrgOwner) {
				keys = append(keys, store.KeyOf(string(m.Organization)))
			}
			return keys
		},
		Keep: func(ctx context.Context, r domain.QueueRequest, d Doc) (domain.Wait, bool, error) {
			i, err := s.initiatives.Initiative(ctx, r.Actor, d.Body.Initiative)
			if err != nil || !approves(r.Actor, i) {
				if apperr.Is(err, apperr.NotFound) {
					err = nil
				}
				return domain.Wait{}, false, err
			}
			w := domain.Wait{Title: i.Title, Path: "/initiatives/" + d.ID + "/work", Since: d.Body.asked(), Due: domain.DueAfter(d.Body.asked(), domain.DaysToDecide), Demo: i.Demo}
			return w, true, nil
		},
	}.Queue()}
}
