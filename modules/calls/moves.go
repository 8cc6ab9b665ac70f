package calls

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// past gives the audit action of a move.
var past = map[Action]string{
	ActionAsk: "call.release-asked", ActionReturn: "call.returned", ActionRelease: "call.released", ActionAmend: "call.amended", ActionClose: "call.closed",
	ActionReview: "call.review-begun", ActionDecide: "call.decided", ActionArchive: "call.archived", ActionCancel: "call.cancelled",
}

// Request is one posted decision: on which call, at which version (0: any), by which form, why.
type Request struct {
	Actor     domain.Actor
	Operation store.Operation
	ID        domain.CallID
	Version   int64
	Reason    string
}

// Decision is what was decided, by its action.
type Decision struct {
	Action    Action
	Content   Content // of an amendment
	Outcome   string  // public summary of what was decided
	OutcomeEN string
}

// mayDecide gives the organisation on whose behalf the actor acts ("" for the secretariat), or why not.
func mayDecide(a domain.Actor, c Call, action Action) (domain.OrganizationID, error) {
	switch action {
	case ActionClose:
		return "", apperr.New(apperr.Forbidden, "calls.refuse.clock")
	case ActionReturn, ActionRelease:
		if !CanRun(a, c) && !a.Secretariat() {
			return "", apperr.New(apperr.Forbidden, "calls.refuse.not_owner")
		}
		if action == ActionRelease && c.Asked != nil && c.Asked.By == a.Account {
			return "", apperr.New(apperr.Forbidden, "calls.refuse.second_person")
		}
		if !CanRun(a, c) {
			return "", nil
		}
		return c.Organization, nil
	}
	if !CanRun(a, c) {
		return "", apperr.New(apperr.Forbidden, "calls.refuse.not_owner")
	}
	if m, ok := a.Membership(c.Organization); ok && !m.Verified && action == ActionAsk {
		return "", apperr.New(apperr.Forbidden, "calls.refuse.unverified")
	}
	return c.Organization, nil
}

// Decide carries a decision out. The owner asks for release, amends, begins the review, decides, archives, cancels; a
// second owner or the secretariat releases or returns.
func (s *Service) Decide(ctx context.Context, r Request, d Decision) (Doc, error) {
	doc, err := s.Show(ctx, r.Actor, r.ID)
	if err != nil || doc.Body.Did(r.Operation.ID) {
		return doc, err
	}
	c := doc.Body
	on, err := mayDecide(r.Actor, c, d.Action)
	if err != nil {
		return Doc{}, err
	}
	if r.Version > 0 && r.Version != doc.Version {
		return Doc{}, apperr.New(apperr.Conflict, "calls.refuse.changed")
	}
	var f apperr.Fields
	checkPersonal(&f, "reason", r.Reason)
	checkPersonal(&f, "outcome", d.Outcome)
	checkPersonal(&f, "outcome_en", d.OutcomeEN)
	if err := f.Err(); err != nil {
		return Doc{}, err
	}
	step := Step{At: s.clock.Now(), By: r.Actor.Account, Organization: on, Reason: r.Reason, Operation: r.Operation.ID}
	if err := s.apply(ctx, doc, &c, step, d); err != nil {
		return Doc{}, err
	}
	change := r.Actor.Change(past[d.Action], on, r.Operation)
	change.Reason = r.Reason
	written, err := s.records.Replace(ctx, doc, c, change)
	if apperr.Is(err, apperr.Conflict) {
		if again, readErr := s.records.Get(ctx, doc.ID); readErr == nil && again.Body.Did(r.Operation.ID) {
			return again, nil
		}
	}
	if err == nil && d.Action == ActionAmend {
		s.tell(ctx, written)
	}
	return written, err
}

func (s *Service) apply(ctx context.Context, doc Doc, c *Call, step Step, d Decision) error {
	switch d.Action {
	case ActionAsk:
		return c.Ask(step)
	case ActionReturn:
		return c.Return(step)
	case ActionRelease:
		return c.Release(step)
	case ActionAmend:
		next := d.Content
		next.Normalise()
		if err := s.check(ctx, next); err != nil {
			return err
		}
		next.number(c.Criteria)
		return c.Amend(step, next)
	case ActionReview:
		return c.Review(step)
	case ActionDecide:
		undecided, err := s.answers.Undecided(ctx, domain.CallID(doc.ID))
		if err != nil {
			return err
		}
		return c.Decide(step, d.Outcome, d.OutcomeEN, undecided)
	case ActionArchive:
		return c.Archive(step)
	case ActionCancel:
		return c.Cancel(step)
	}
	return apperr.New(apperr.BadRequest, "calls.refuse.unknown")
}
