package wire

import (
	"context"

	"gotong/modules/commitments"
	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/matching/plans"
)

// PlanCommitments turns lines of a plan into proposals.
type PlanCommitments struct{ *House }

// Propose proposes a line to its village.
func (w PlanCommitments) Propose(ctx context.Context, actor domain.Actor, op store.Operation, p plans.Proposal) (domain.CommitmentID, error) {
	return w.Commitments.Service.Propose(ctx, actor, op, commitments.Proposal{
		Need: p.Need, Initiative: p.Initiative, Offer: p.Offer, Quantity: p.Quantity, From: p.From, Until: p.Until, Message: p.Message,
	})
}
