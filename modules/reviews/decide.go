package reviews

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// named is what a criterion is called in a refusal.
func (c Criterion) named() any {
	if c.Name != "" {
		return c.Name
	}
	return apperr.Msg("reviews.criterion." + c.ID)
}

// Decide approves, rejects or asks for a revision, on the reviews. Errors as CheckUp; Conflict also where reviews are
// missing, or where a criterion lies below its minimum and the proposal was to be approved.
func (s *Service) Decide(ctx context.Context, m Move) error {
	p, err := s.proposal(ctx, m.Actor, m.ID)
	if err != nil {
		return err
	}
	if err := office(m.Actor); err != nil {
		return err
	}
	doc, err := s.of(ctx, p)
	if apperr.Is(err, apperr.NotFound) {
		return apperr.New(apperr.Conflict, "reviews.refuse.not_under_review")
	}
	if err != nil {
		return err
	}
	if p.State == UnderReview {
		if err := s.mayDecide(ctx, p, doc.Body, m); err != nil {
			return err
		}
		now := s.clock.Now()
		if doc, err = s.change(ctx, doc.ID, store.Change{Action: "review.deciding"}, func(p *Process) error {
			p.MarkedAt = now
			return nil
		}); err != nil {
			return err
		}
	}
	if err := s.proposals.Move(ctx, m); err != nil {
		if apperr.Is(err, apperr.Invalid) || apperr.Is(err, apperr.Conflict) || apperr.Is(err, apperr.Forbidden) {
			if _, markErr := s.settle(ctx, doc.ID); markErr != nil {
				s.log.ErrorContext(ctx, "a review's mark is left to the reconciler", "initiative", p.ID, "error", markErr)
			}
		}
		return err
	}
	if _, err := s.settle(ctx, doc.ID); err != nil {
		s.log.ErrorContext(ctx, "a review's mark is left to the reconciler", "initiative", p.ID, "error", err)
	}
	return nil
}

func (s *Service) mayDecide(ctx context.Context, p Proposal, process Process, m Move) error {
	in, err := s.in(ctx, p.ID, p.Round)
	if err != nil {
		return err
	}
	if !process.Ready(in) {
		return apperr.New(apperr.Conflict, "reviews.refuse.not_ready", "in", len(in), "wanted", process.Wanted(in))
	}
	var f apperr.Fields
	f.Check(m.Reason != "", "reason", "reviews.error.reason")
	f.Check(m.Action == "revise" || m.Summary != "", "summary", "reviews.error.summary")
	f.Check(m.Action != "revise" || m.Until > domain.DateOf(s.clock.Now()), "until", "reviews.error.until")
	checkPersonal(&f, "reason", m.Reason)
	checkPersonal(&f, "conditions", m.Conditions)
	checkPersonal(&f, "summary", m.Summary)
	checkPersonal(&f, "summary_en", m.SummaryEN)
	if err := f.Err(); err != nil {
		return err
	}
	if below := Below(process.Rules, in); m.Action == "approve" && len(below) > 0 {
		return apperr.New(apperr.Conflict, "reviews.refuse.minimum", "criterion", below[0].named(), "minimum", below[0].Minimum)
	}
	return nil
}

// settle closes a process whose proposal left its review, and takes the mark away.
func (s *Service) settle(ctx context.Context, id string) (Doc, error) {
	doc, err := s.processes.Get(ctx, id)
	if err != nil {
		return doc, err
	}
	p, err := s.proposals.Proposal(ctx, doc.Body.Initiative)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return doc, err
	}
	over := err != nil || p.Round != doc.Body.Round || p.State != UnderReview
	return s.change(ctx, id, store.Change{Action: "review.settled"}, func(p *Process) error {
		p.Closed, p.MarkedAt = p.Closed || over, time.Time{}
		return nil
	})
}

// settleAfter is how old a mark must be before the reconciler takes it for left behind.
const settleAfter = 20 * time.Second

// Reconcile settles what a crash left between a decision and the end of its review. It gives how many it settled.
func (s *Service) Reconcile(ctx context.Context) (int, error) {
	page, err := s.processes.List(ctx, store.Query{List: listMark, Limit: 50})
	done := 0
	for _, doc := range page.Items {
		if s.clock.Now().Sub(doc.Body.MarkedAt) < settleAfter {
			continue
		}
		if _, err := s.settle(ctx, doc.ID); err != nil {
			s.log.ErrorContext(ctx, "a review could not be settled", "process", doc.ID, "error", err)
			continue
		}
		done++
	}
	return done, err
}

// Appeal asks once for another look at a rejection, for an owner of the proposing organisation.
func (s *Service) Appeal(ctx context.Context, m Move) error {
	m.Action = "appeal"
	return s.proposals.Move(ctx, m)
}

// AnswerAppeal upholds an appeal (the proposal is reviewed anew, by others) or dismisses it, by somebody of the
// secretariat who did not decide before.
func (s *Service) AnswerAppeal(ctx context.Context, m Move) error {
	if _, err := s.proposal(ctx, m.Actor, m.ID); err != nil {
		return err
	}
	if err := office(m.Actor); err != nil {
		return err
	}
	return s.proposals.Move(ctx, m)
}
