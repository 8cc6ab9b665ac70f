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
		for _, member := range a.Memberships {
			if a.Has(member.Organization, domain.OrgOwner) {
				scopes = append(scopes, string(member.Organization))
			}
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
	return domain.Queue{
		Name: "call-" + task, Title: "calls.queue." + task, For: func(a domain.Actor) bool { return len(scopes(a)) > 0 },
		Read: func(ctx context.Context, r domain.QueueRequest) (domain.Waits, error) {
			var keys []store.Key
			for _, scope := range scopes(r.Actor) {
				keys = append(keys, store.KeyOf(task, scope))
			}
			read := func(cursor string, limit int) ([]Doc, string, error) {
				page, err := s.records.List(ctx, store.Query{List: listDesk, Any: keys, Cursor: cursor, Limit: limit})
				return page.Items, page.Next, err
			}
			return domain.ReadQueue(r.Cursor, r.Limit, read, func(d Doc) (domain.Wait, bool, error) {
				w := domain.Wait{Title: d.Body.Title, Path: "/calls/" + d.ID, Since: since(d.Body), Due: due(d.Body), Demo: d.Body.Demo}
				return w, mine(r.Actor, d.Body), nil
			})
		},
	}
}

// questionQueue are the questions that wait for an answer from the makers of calls.
func (s *Service) questionQueue() domain.Queue {
	return domain.Queue{
		Name: "call-question", Title: "calls.queue.question", For: func(a domain.Actor) bool { return len(own(a)) > 0 },
		Read: func(ctx context.Context, r domain.QueueRequest) (domain.Waits, error) {
			var keys []store.Key
			for _, scope := range own(r.Actor) {
				keys = append(keys, store.KeyOf(scope))
			}
			read := func(cursor string, limit int) ([]QuestionDoc, string, error) {
				page, err := s.questions.List(ctx, store.Query{List: listDesk, Any: keys, Cursor: cursor, Limit: limit})
				return page.Items, page.Next, err
			}
			return domain.ReadQueue(r.Cursor, r.Limit, read, func(d QuestionDoc) (domain.Wait, bool, error) {
				q := d.Body
				return domain.Wait{Title: excerpt(q.Text), Path: "/calls/" + string(q.Call) + "#questions", Since: q.At, Due: domain.DueAfter(q.At, domain.DaysToAnswerReport), Demo: q.Demo}, true, nil
			})
		},
	}
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
	return domain.Queue{
		Name: "call-amended", Title: "calls.queue.amended", For: func(a domain.Actor) bool { return len(drafting(a)) > 0 },
		Read: func(ctx context.Context, r domain.QueueRequest) (domain.Waits, error) {
			var keys []store.Key
			for _, m := range drafting(r.Actor) {
				keys = append(keys, store.KeyOf(string(m.Organization)))
			}
			read := func(cursor string, limit int) ([]EntryDoc, string, error) {
				page, err := s.entries.List(ctx, store.Query{List: listDesk, Any: keys, Cursor: cursor, Limit: limit})
				return page.Items, page.Next, err
			}
			return domain.ReadQueue(r.Cursor, r.Limit, read, func(d EntryDoc) (domain.Wait, bool, error) {
				doc, err := s.Get(ctx, d.Body.Call)
				if err != nil {
					return domain.Wait{}, false, err
				}
				return domain.Wait{Title: doc.Body.Title, Path: "/calls/" + doc.ID + "/changes", Since: d.Body.ToldAt, Due: doc.Body.Deadline, Demo: d.Body.Demo}, true, nil
			})
		},
	}
}
