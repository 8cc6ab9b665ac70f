package wire

import (
	"context"

	"gotong/modules/calls"
	"gotong/modules/commitments"
	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
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

// PlanCalls are the calls whose answers a plan may be limited to.
type PlanCalls struct{ *House }

// recentCalls is how many calls a plan's form offers.
const recentCalls = 50

// Recent gives the latest public calls.
func (w PlanCalls) Recent(ctx context.Context) ([]plans.CallName, error) {
	page, err := w.Calls.Service.Public(ctx, calls.Filter{Limit: recentCalls})
	if err != nil {
		return nil, err
	}
	names := make([]plans.CallName, len(page.Items))
	for i, doc := range page.Items {
		names[i] = plans.CallName{ID: domain.CallID(doc.ID), Title: doc.Body.Title}
	}
	return names, nil
}

// Call gives a public call.
func (w PlanCalls) Call(ctx context.Context, id domain.CallID) (plans.CallName, error) {
	doc, err := w.Calls.Service.Get(ctx, id)
	if err == nil && !doc.Body.Public() {
		err = apperr.New(apperr.NotFound, "error.not_found")
	}
	return plans.CallName{ID: id, Title: doc.Body.Title}, err
}
