package reviews

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// office refuses who only watches, or steers without deciding.
func office(a domain.Actor) error {
	if !a.Secretariat() {
		return apperr.New(apperr.Forbidden, "reviews.refuse.not_secretariat")
	}
	return nil
}

// CheckUp writes the administrative check of a proposal that was handed in, and takes it under review or returns it to
// the proposer with points to mend until a date. Errors: NotFound for who has nothing to do with it or a tie, Forbidden
// for who is not of the secretariat, Conflict where it is not waiting for its check, Invalid by field.
func (s *Service) CheckUp(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, c Check, until domain.Date, points string) error {
	p, err := s.proposal(ctx, actor, id)
	if err != nil {
		return err
	}
	if err := office(actor); err != nil {
		return err
	}
	now := s.clock.Now()
	doc, err := s.of(ctx, p)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return err
	}
	if again := err == nil && doc.Body.Check.Operation == op.ID && op.ID != ""; !again {
		if p.State != Submitted {
			return apperr.New(apperr.Conflict, "reviews.refuse.check")
		}
		invalid := c.Validate()
		f := apperr.FieldsOf(invalid)
		f.Check(c.Passed || until > domain.DateOf(now), "until", "reviews.error.until")
		checkPersonal(&f, "points", points)
		if err := f.Err(); err != nil {
			return err
		}
		c.By, c.At, c.Operation = actor.Account, now, op.ID
		body := Process{Initiative: p.ID, Round: p.Round, Call: p.Call, Caller: p.Caller, Check: c, Rules: s.rules(p), OpenedAt: now, Demo: p.Demo}
		change := actor.Change("review.checked", "", op)
		if err == nil {
			body.Seats, body.OpenedAt = doc.Body.Seats, doc.Body.OpenedAt
			_, err = s.processes.Replace(ctx, doc, body, change)
		} else {
			_, err = s.processes.Insert(ctx, processID(p.ID, p.Round), body, change)
		}
		if err != nil {
			return err
		}
	}
	m := Move{Actor: actor, Operation: op, ID: id, Action: "review"}
	if !c.Passed {
		m.Action, m.Reason, m.Until = "revise", points, until
	}
	return s.proposals.Move(ctx, m)
}

// rules are those of the proposal's call, or the portal's own.
func (s *Service) rules(p Proposal) Rules {
	if p.Rules != nil {
		return *p.Rules
	}
	return Rules{Criteria: OwnCriteria(), Reviewers: s.reviewers, Spread: s.spread}
}
