package organizations

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Queues are what waits on the secretariat's desk because of organisations: verifications to decide, those that
// end soon, and papers that lapse.
func (m *Module) Queues() []domain.Queue {
	s := m.Service
	return []domain.Queue{
		s.queue("organization-verify", listPending, "/verification", func(o Organization) (since, due time.Time, ok bool) {
			return o.SubmittedAt, domain.DueAfter(o.SubmittedAt, domain.DaysToVerifyOrganization), true
		}),
		s.queue("organization-ending", listEnding, "", func(o Organization) (since, due time.Time, ok bool) {
			return o.VerifiedAt, o.VerifiedUntil, o.VerifiedUntil.Sub(s.now()) <= renewWithin
		}),
		s.queue("organization-papers", listPapers, "/verification", func(o Organization) (since, due time.Time, ok bool) {
			ends := o.soonestPaper().Time()
			return o.VerifiedAt, ends, ends.Sub(s.now()) <= renewWithin
		}),
	}
}

// queue reads a list whose order is that of urgency: the first document for which waits says no ends it.
func (s *Service) queue(name, list, path string, waits func(Organization) (since, due time.Time, ok bool)) domain.Queue {
	return domain.Queue{
		Name: name, Title: "organizations.queue." + name, For: domain.Actor.Secretariat,
		Read: func(ctx context.Context, r domain.QueueRequest) (w domain.Waits, err error) {
			page, err := s.organizations.List(ctx, store.Query{List: list, Cursor: r.Cursor, Limit: r.Limit})
			if err != nil {
				return w, err
			}
			w.Next = page.Next
			for _, doc := range page.Items {
				since, due, ok := waits(doc.Body)
				if !ok {
					w.Next = ""
					break
				}
				item := domain.Wait{Title: doc.Body.Name, Path: pathOf(domain.OrganizationID(doc.ID)) + path, Note: doc.Body.Office, Since: since, Due: due, Demo: doc.Body.Demo}
				if place, err := s.regions.Place(ctx, doc.Body.Region); err == nil {
					item.Note = domain.PlaceText(place)
				}
				w.Items = append(w.Items, item)
			}
			return w, nil
		},
	}
}
