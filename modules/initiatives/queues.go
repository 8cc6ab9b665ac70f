package initiatives

import (
	"context"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// What waits on desks. The keys of listDesk name the task and for whom: an organisation, or "" for an office.
const (
	taskBegin    = "begin"
	taskAppeal   = "appeal"
	taskPartner  = "partner"
	taskRevise   = "revise"
	taskPublish  = "publish"
	taskDraft    = "draft"
	taskEvaluate = "evaluate"
)

// deskKeys are the tasks that an initiative is.
func deskKeys(_ string, i Initiative) []store.Key {
	keys := stateKeys(i)
	if slices.Contains([]State{Rejected, Withdrawn, Cancelled, Archived}, i.State()) {
		return keys
	}
	for _, p := range i.Partners {
		if p.Organization != "" && p.Status == PartnerProposed {
			keys = append(keys, store.KeyOf(taskPartner, string(p.Organization)))
		}
	}
	return keys
}

func stateKeys(i Initiative) []store.Key {
	own := func(task string) []store.Key { return []store.Key{store.KeyOf(task, string(i.Organization))} }
	switch i.State() {
	case Submitted:
		return []store.Key{store.KeyOf(taskBegin, "")}
	case Rejected:
		if i.Can(ActionUphold) {
			return []store.Key{store.KeyOf(taskAppeal, "")}
		}
	case NeedsRevision:
		return own(taskRevise)
	case Approved:
		return own(taskPublish)
	case Draft:
		return own(taskDraft)
	case Completed:
		return []store.Key{store.KeyOf(taskEvaluate, "")}
	}
	return nil
}

func since(i Initiative) time.Time {
	if n := len(i.History); n > 0 {
		return i.History[n-1].At
	}
	return i.DraftedAt
}

// Queues are what waits on desks because of initiatives.
func (m *Module) Queues() []domain.Queue {
	s := m.Service
	office := func(is func(domain.Actor) bool) func(domain.Actor) []string {
		return func(a domain.Actor) []string {
			if is(a) {
				return []string{""}
			}
			return nil
		}
	}
	mandate := func(kind string) func(domain.Actor) []string {
		return office(func(a domain.Actor) bool { return a.HasMandate(kind) })
	}
	decides := func(_ context.Context, a domain.Actor, d Doc) (bool, error) { return CanDecide(a, d.Body), nil }
	every := func(context.Context, domain.Actor, Doc) (bool, error) { return true, nil }
	own := func(a domain.Actor) (scopes []string) {
		for _, member := range editing(a) {
			scopes = append(scopes, string(member.Organization))
		}
		return scopes
	}
	return []domain.Queue{
		s.queue(taskBegin, "/check", domain.DaysToBeginReview, office(domain.Actor.Secretariat), decides),
		s.queue(taskAppeal, "/appeal/answer", domain.DaysToDecide, office(domain.Actor.Secretariat), func(_ context.Context, a domain.Actor, d Doc) (bool, error) {
			return CanDecide(a, d.Body) && d.Body.last(ActionReject).By != a.Account, nil
		}),
		domain.DeskList[Invitation]{
			Name: "initiative-invited", Title: "initiatives.queue.invited", List: listInvited, Read: s.invitations.List,
			Keys: func(a domain.Actor) (keys []store.Key) {
				for _, scope := range own(a) {
					keys = append(keys, store.KeyOf(scope))
				}
				return keys
			},
			Keep: func(_ context.Context, _ domain.QueueRequest, d InvitationDoc) (domain.Wait, bool, error) {
				return domain.Wait{Title: d.Body.Title, Path: invitePath(d.ID), Since: d.Body.At, Due: d.Body.Until.Time(), Demo: d.Body.Demo}, true, nil
			},
		}.Queue(),
		s.queue(taskPartner, "", 0, func(a domain.Actor) (scopes []string) {
			for _, member := range a.Holding(domain.OrgOwner) {
				scopes = append(scopes, string(member.Organization))
			}
			return scopes
		}, func(_ context.Context, a domain.Actor, d Doc) (bool, error) {
			return len(MayAnswer(a, d.Body)) > 0, nil
		}),
		s.queue(taskRevise, "", domain.DaysToCorrect, own, every),
		s.queue(taskPublish, "", 0, own, every),
		s.queue(taskDraft, "", 0, own, every),
		s.queue(taskEvaluate, "", domain.DaysToEvaluate, mandate(domain.MandateEvaluator), func(_ context.Context, a domain.Actor, d Doc) (bool, error) { return !tied(a, d.Body), nil }),
	}
}

func (s *Service) queue(task, path string, step domain.Deadline, scopes func(domain.Actor) []string, mine func(context.Context, domain.Actor, Doc) (bool, error)) domain.Queue {
	return domain.DeskList[Initiative]{
		Name: "initiative-" + task, Title: "initiatives.queue." + task, List: listDesk, Read: s.records.List,
		Keys: func(a domain.Actor) []store.Key { return domain.DeskKeys(task, scopes(a)) },
		Keep: func(ctx context.Context, r domain.QueueRequest, d Doc) (domain.Wait, bool, error) {
			ok, err := mine(ctx, r.Actor, d)
			i := d.Body
			w := domain.Wait{Title: i.Title, Path: "/initiatives/" + d.ID + path, Since: since(i), Demo: i.Demo}
			switch {
			case task == taskRevise && i.ReviseBy != "":
				w.Due = i.ReviseBy.Time()
			case step != domain.NoDeadline:
				w.Due = domain.DueAfter(w.Since, step)
			}
			return w, ok, err
		},
	}.Queue()
}
