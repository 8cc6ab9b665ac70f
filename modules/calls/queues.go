package calls

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// What waits on desks. The keys of listDesk name the task and for whom: an organisation or the secretariat.
const (
	taskDraft   = "draft"
	taskRelease = "release"
	taskReview  = "review" // closed: begin the review
	taskDecide  = "decide" // under review: decide by the date
)

// deskKeys are the tasks that a call is. A release waits for the owners and for the secretariat.
func deskKeys(_ string, c Call) []store.Key {
	owner := ownerKey(c)
	switch {
	case c.State() == Draft && c.Asked != nil && owner != secretary:
		return []store.Key{store.KeyOf(taskRelease, owner), store.KeyOf(taskRelease, secretary)}
	case c.State() == Draft && c.Asked != nil:
		return []store.Key{store.KeyOf(taskRelease, secretary)}
	case c.State() == Draft:
		return []store.Key{store.KeyOf(taskDraft, owner)}
	case c.State() == Closed:
		return []store.Key{store.KeyOf(taskReview, owner)}
	case c.State() == UnderReview:
		return []store.Key{store.KeyOf(taskDecide, owner)}
	}
	return nil
}

func since(c Call) time.Time {
	if n := len(c.History); n > 0 {
		return c.History[n-1].At
	}
	return c.DraftedAt
}

// Queues are what waits on desks because of calls.
func (m *Module) Queues() []domain.Queue {
	s := m.Service
	owning := func(a domain.Actor) (scopes []string) {
		for _, member := range a.Holding(domain.OrgOwner) {
			scopes = append(scopes, string(member.Organization))
		}
		if a.Secretariat() {
			scopes = append(scopes, secretary)
		}
		return scopes
	}
	every := func(domain.Actor, Call) bool { return true }
	return []domain.Queue{
		s.queue(taskDraft, owning, func(Call) time.Time { return time.Time{} }, every),
		s.queue(taskRelease, owning, func(c Call) time.Time { return domain.DueAfter(since(c), domain.DaysToBeginReview) }, CanRelease),
		s.queue(taskReview, owning, func(c Call) time.Time { return domain.DueAfter(since(c), domain.DaysToBeginReview) }, every),
		s.queue(taskDecide, owning, func(c Call) time.Time { return c.DecideBy.Time() }, every),
		s.questionQueue(), s.amendmentQueue(),
	}
}

func (s *Service) queue(task string, scopes func(domain.Actor) []string, due func(Call) time.Time, mine func(domain.Actor, Call) bool) domain.Queue {
	return domain.DeskList[Call]{
		Name: "call-" + task, Title: "calls.queue." + task, List: listDesk, Read: s.records.List,
		Keys: func(a domain.Actor) []store.Key { return domain.DeskKeys(task, scopes(a)) },
		Keep: func(_ context.Context, r domain.QueueRequest, d Doc) (domain.Wait, bool, error) {
			w := domain.Wait{Title: d.Body.Title, Path: "/calls/" + d.ID, Since: since(d.Body), Due: due(d.Body), Demo: d.Body.Demo}
			return w, mine(r.Actor, d.Body), nil
		},
	}.Queue()
}

// questionQueue are the questions that wait for an answer from the makers of calls.
func (s *Service) questionQueue() domain.Queue {
	return domain.DeskList[Question]{
		Name: "call-question", Title: "calls.queue.question", List: listDesk, Read: s.questions.List,
		Keys: func(a domain.Actor) []store.Key { return keysOf(own(a)) },
		Keep: func(_ context.Context, _ domain.QueueRequest, d QuestionDoc) (domain.Wait, bool, error) {
			q := d.Body
			return domain.Wait{Title: excerpt(q.Text), Path: "/calls/" + string(q.Call) + "#questions", Since: q.At, Due: domain.DueAfter(q.At, domain.DaysToAnswerReport), Demo: q.Demo}, true, nil
		},
	}.Queue()
}

// keysOf are the keys of those organisations, or of the secretariat.
func keysOf(owners []string) []store.Key {
	keys := make([]store.Key, len(owners))
	for i, owner := range owners {
		keys[i] = store.KeyOf(owner)
	}
	return keys
}

// excerpt is the beginning of a text, for one line.
func excerpt(text string) string {
	r := []rune(text)
	if len(r) <= 90 {
		return text
	}
	return string(r[:90]) + "…"
}

// amendmentQueue tells applicants of what changed in calls that they answer.
func (s *Service) amendmentQueue() domain.Queue {
	return domain.DeskList[Entry]{
		Name: "call-amended", Title: "calls.queue.amended", List: listDesk, Read: s.entries.List,
		Keys: func(a domain.Actor) []store.Key {
			var owners []string
			for _, m := range drafting(a) {
				owners = append(owners, string(m.Organization))
			}
			return keysOf(owners)
		},
		Keep: func(ctx context.Context, _ domain.QueueRequest, d EntryDoc) (domain.Wait, bool, error) {
			doc, err := s.Get(ctx, d.Body.Call)
			if err != nil {
				return domain.Wait{}, false, err
			}
			return domain.Wait{Title: doc.Body.Title, Path: "/calls/" + doc.ID + "/changes", Since: d.Body.ToldAt, Due: doc.Body.Deadline, Demo: d.Body.Demo}, true, nil
		},
	}.Queue()
}
