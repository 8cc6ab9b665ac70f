package needs

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// What waits on desks. The keys of listDesk name the task and for whom: a region, a village, an organisation.
const (
	taskVerify   = "verify"
	taskAdopt    = "adopt"
	taskCorrect  = "correct"
	taskDraft    = "draft"
	taskEvaluate = "evaluate"
)

// deskKeys are the tasks that a need is, each for those who do it.
func deskKeys(_ string, n Need) []store.Key {
	switch {
	case n.AwaitsAdoption():
		return []store.Key{store.KeyOf(taskAdopt, string(n.Village))}
	case n.Adoption == AdoptionDeclined && n.State() == Submitted:
		return nil
	case n.State() == Submitted, n.State() == InVerification:
		var keys []store.Key
		for _, region := range n.Village.Path() {
			keys = append(keys, store.KeyOf(taskVerify, region))
		}
		return keys
	case n.State() == NeedsCorrection:
		return []store.Key{store.KeyOf(taskCorrect, string(n.Organization))}
	case n.State() == Draft:
		return []store.Key{store.KeyOf(taskDraft, string(n.Organization))}
	case n.State() == Fulfilled:
		return []store.Key{store.KeyOf(taskEvaluate, "")}
	}
	return nil
}

// waitsSince is when the need came to where it waits.
func waitsSince(n Need) string { return store.SortTime(since(n)) }

func since(n Need) time.Time {
	if moves := len(n.History); moves > 0 {
		return n.History[moves-1].At
	}
	return n.DeclaredAt
}

// Queues are what waits on desks because of needs.
func (m *Module) Queues() []domain.Queue {
	s := m.Service
	mayVerify := func(ctx context.Context, a domain.Actor, n Need) (bool, error) {
		_, _, err := s.Mandate(ctx, a, n)
		if apperr.Is(err, apperr.Forbidden) {
			return false, nil
		}
		return err == nil, err
	}
	every := func(context.Context, domain.Actor, Need) (bool, error) { return true, nil }
	return []domain.Queue{
		s.queue(taskVerify, domain.DaysToVerifyNeed, func(a domain.Actor) (scopes []string) {
			for _, mandate := range a.Mandates {
				if mandate.Kind == domain.MandateAreaVerifier && mandate.Region != "" {
					scopes = append(scopes, string(mandate.Region))
				}
			}
			return scopes
		}, mayVerify),
		s.queue(taskAdopt, domain.DaysToAdopt, func(a domain.Actor) (scopes []string) {
			for _, member := range a.Holding(domain.OrgOwner) {
				if member.Village != "" {
					scopes = append(scopes, string(member.Village))
				}
			}
			return scopes
		}, every),
		s.queue(taskCorrect, domain.DaysToCorrect, edits, every),
		s.queue(taskDraft, 0, edits, every),
		s.queue(taskEvaluate, domain.DaysToEvaluate, func(a domain.Actor) []string {
			if !a.HasMandate(domain.MandateEvaluator) {
				return nil
			}
			return []string{""}
		}, func(_ context.Context, a domain.Actor, n Need) (bool, error) { return !ofVillage(a, n), nil }),
	}
}

func edits(a domain.Actor) (scopes []string) {
	for _, member := range CanDeclare(a) {
		scopes = append(scopes, string(member.Organization))
	}
	return scopes
}

func (s *Service) queue(task string, step domain.Deadline, scopes func(domain.Actor) []string, mine func(context.Context, domain.Actor, Need) (bool, error)) domain.Queue {
	return domain.DeskList[Need]{
		Name: "need-" + task, Title: "needs.queue." + task, List: listDesk, Read: s.records.List,
		Keys: func(a domain.Actor) []store.Key { return domain.DeskKeys(task, scopes(a)) },
		Keep: func(ctx context.Context, r domain.QueueRequest, d Doc) (domain.Wait, bool, error) {
			n := d.Body
			ok, err := mine(ctx, r.Actor, n)
			w := domain.Wait{Title: n.Title, Path: "/needs/" + d.ID, Note: s.placeText(ctx, n.Village), Since: since(n), Demo: n.Demo}
			if step != domain.NoDeadline {
				w.Due = domain.DueAfter(w.Since, step)
			}
			return w, ok, err
		},
	}.Queue()
}
