package reviews

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

func isAbsent(err error) bool { return apperr.Is(err, apperr.NotFound) }

// Queues are what waits on desks because of reviews: declarations and reviews of reviewers, and what those who lead have
// to do next: name reviewers, see to late ones, or, for the secretariat, decide.
func (m *Module) Queues() []domain.Queue {
	s := m.Service
	own := func(task string) func(domain.Actor) []store.Key {
		return func(a domain.Actor) []store.Key {
			if !a.HasMandate(domain.MandateReviewer) {
				return nil
			}
			return []store.Key{store.KeyOf(task, string(a.Account))}
		}
	}
	return []domain.Queue{
		s.queue(taskDeclare, own(taskDeclare), func(_ context.Context, a domain.Actor, d Doc, p Proposal, w *domain.Wait) (bool, error) {
			seat, _ := d.Body.Seat(a.Account)
			w.Path, w.Since, w.Due = "/reviewing/"+d.ID, seat.At, DueAt(seat)
			return !tiedByPlace(a, p), nil
		}),
		s.queue(taskReview, own(taskReview), func(ctx context.Context, a domain.Actor, d Doc, p Proposal, w *domain.Wait) (bool, error) {
			seat, _ := d.Body.Seat(a.Account)
			w.Path, w.Since, w.Due = "/initiatives/"+string(p.ID)+"/review", seat.At, DueAt(seat)
			_, err := s.reviews.Get(ctx, reviewID(p.ID, p.Round, a.Account))
			if isAbsent(err) {
				return !tiedByPlace(a, p), nil
			}
			return false, err
		}),
		s.queue(taskSteer, func(a domain.Actor) []store.Key {
			if a.Secretariat() {
				return []store.Key{store.KeyOf(taskSteer, "")}
			}
			return leading(a)
		}, s.steering),
	}
}

// leading are the keys of the reviews that the actor leads for who made the call.
func leading(a domain.Actor) (keys []store.Key) {
	for _, m := range a.Holding(domain.OrgEditor) {
		keys = append(keys, store.KeyOf(taskLead, string(m.Organization)))
	}
	return keys
}

// steering says what has to be done next about a review by who leads it; nothing while reviewers are at work in time,
// and nothing that is for the secretariat to decide on the desks of others.
func (s *Service) steering(ctx context.Context, a domain.Actor, d Doc, p Proposal, w *domain.Wait) (bool, error) {
	if !steers(a, p) || tiedByPlace(a, p) || d.Body.Recused(a.Account) {
		return false, nil
	}
	in, err := s.in(ctx, p.ID, p.Round)
	if err != nil {
		return false, err
	}
	body := d.Body
	w.Path, w.Since = "/initiatives/"+string(p.ID)+"/panel", body.OpenedAt
	switch {
	case body.Ready(in):
		w.Path = "/initiatives/" + string(p.ID) + "/decide"
		w.Since = in[len(in)-1].At
		w.Due, w.Todo = domain.DueAfter(w.Since, domain.DaysToDecide), "reviews.todo.decide"
		return a.Secretariat(), nil
	case body.Held() < body.Wanted(in):
		w.Due, w.Todo = domain.DueAfter(w.Since, domain.DaysToBeginReview), "reviews.todo.assign"
	default:
		late := s.late(body, in)
		w.Due, w.Todo = late, "reviews.todo.late"
		return !late.IsZero(), nil
	}
	return true, nil
}

// late gives since when a review is overdue that is not in; zero where none is.
func (s *Service) late(p Process, in []Review) (since time.Time) {
	for _, seat := range p.Seats {
		done := false
		for _, r := range in {
			done = done || r.Reviewer == seat.Account
		}
		if due := DueAt(seat); seat.Holds() && !done && due.Before(s.clock.Now()) && (since.IsZero() || due.Before(since)) {
			since = due
		}
	}
	return since
}

func (s *Service) queue(task string, keys func(domain.Actor) []store.Key, keep func(context.Context, domain.Actor, Doc, Proposal, *domain.Wait) (bool, error)) domain.Queue {
	return domain.DeskList[Process]{
		Name: "review-" + task, Title: "reviews.queue." + task, List: listDesk, Read: s.processes.List, Keys: keys,
		Keep: func(ctx context.Context, r domain.QueueRequest, d Doc) (domain.Wait, bool, error) {
			p, err := s.proposals.Proposal(ctx, d.Body.Initiative)
			if isAbsent(err) || err == nil && (p.State != UnderReview || p.Round != d.Body.Round) {
				return domain.Wait{}, false, nil
			}
			if err != nil {
				return domain.Wait{}, false, err
			}
			w := domain.Wait{Title: p.Title, Demo: p.Demo}
			ok, err := keep(ctx, r.Actor, d, p, &w)
			if w.Todo != "" {
				w.Todo = r.Page.T(w.Todo)
			}
			return w, ok, err
		},
	}.Queue()
}
