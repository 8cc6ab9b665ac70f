package plans

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Proposed gives the proposals that were made of a plan's lines, by line.
func (s *Service) Proposed(ctx context.Context, id string) (map[string]domain.CommitmentID, error) {
	made, err := s.proposed.Get(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		return nil, nil
	}
	return made, err
}

// Outcome says what became of one line that its partner proposed.
type Outcome struct {
	Line       Line
	Commitment domain.CommitmentID
	Refused    error
}

// Propose makes proposals of lines of the actor's own organisations, each under an operation of its own, so that a repeat of the form
// makes nothing twice. A line that is refused stops none of the others. Lines that are not in the plan, or not the actor's, are not
// there: NotFound.
func (s *Service) Propose(ctx context.Context, actor domain.Actor, op store.Operation, doc Doc, keys []string, message string) ([]Outcome, error) {
	report, err := s.Report(ctx, doc)
	if err != nil {
		return nil, err
	}
	lines := map[string]Line{}
	for _, l := range report.Lines {
		lines[lineKey(l)] = l
	}
	var f apperr.Fields
	f.Check(len(keys) > 0, "line", "plans.error.no_line")
	if err := f.Err(); err != nil {
		return nil, err
	}
	for _, key := range keys {
		if l, ok := lines[key]; !ok || !doc.Body.Shared || !actor.Has(l.Offer.Organization, domain.OrgOwner) {
			return nil, apperr.New(apperr.NotFound, "error.not_found")
		}
	}
	outcomes := make([]Outcome, 0, len(keys))
	for _, key := range keys {
		l := lines[key]
		own := op
		own.ID = store.DeriveID(op.ID, key)
		from := max(l.Offer.From, domain.DateOf(s.clock.Now()))
		id, err := s.commitments.Propose(ctx, actor, own, Proposal{Need: l.Need.ID, Initiative: l.Offer.Initiative, Offer: l.Offer.ID, Quantity: l.Quantity,
			From: from, Until: l.Offer.Until, Message: message})
		if apperr.Is(err, apperr.Unavailable) {
			return outcomes, err
		}
		if err == nil {
			err = s.note(ctx, doc.ID, key, id)
		}
		outcomes = append(outcomes, Outcome{l, id, err})
	}
	return outcomes, nil
}

func (s *Service) note(ctx context.Context, id, key string, commitment domain.CommitmentID) error {
	_, err := s.proposed.Update(ctx, id, func(made map[string]domain.CommitmentID) (map[string]domain.CommitmentID, error) {
		if made == nil {
			made = map[string]domain.CommitmentID{}
		}
		made[key] = commitment
		return made, nil
	})
	return err
}
