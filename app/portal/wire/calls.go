package wire

import (
	"context"

	"gotong/modules/calls"
	"gotong/modules/domain"
	"gotong/modules/initiatives"
)

// CallOrganizations are the organisations that answer calls.
type CallOrganizations struct{ Organizations }

// Applicant gives what a call's conditions ask of an organisation.
func (w CallOrganizations) Applicant(ctx context.Context, id domain.OrganizationID) (calls.Applicant, error) {
	a, err := w.House.Organizations.Service.Applicant(ctx, id)
	return calls.Applicant{OrganizationBrief: a.OrganizationBrief, Region: a.Region, Areas: a.Areas, Papers: a.Papers}, err
}

// CallAnswers are the initiatives that answer calls.
type CallAnswers struct{ *House }

// Handed gives those of the initiatives that are handed in.
func (w CallAnswers) Handed(ctx context.Context, ids []domain.InitiativeID) ([]calls.Handed, error) {
	list, err := w.Initiatives.Service.Handed(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]calls.Handed, 0, len(list))
	for _, h := range list {
		out = append(out, calls.Handed{Initiative: h.ID, Title: h.Title, Organization: h.Organization, Round: h.Round, At: h.At, Digest: h.Digest})
	}
	return out, nil
}

// Undecided counts the proposals of a call that wait for their decision.
func (w CallAnswers) Undecided(ctx context.Context, call domain.CallID) (int64, error) {
	return w.Initiatives.Service.Undecided(ctx, call)
}

// InitiativeCalls are the calls that initiatives answer.
type InitiativeCalls struct{ *House }

// Call gives a call that the actor may see.
func (w InitiativeCalls) Call(ctx context.Context, actor domain.Actor, id domain.CallID) (initiatives.CallBrief, error) {
	doc, err := w.Calls.Service.Show(ctx, actor, id)
	if err != nil {
		return initiatives.CallBrief{}, err
	}
	return briefOf(w.House, doc), nil
}

// Rules gives the rules of a call, for decisions that do not depend on who asks.
func (w InitiativeCalls) Rules(ctx context.Context, id domain.CallID) (initiatives.CallBrief, error) {
	doc, err := w.Calls.Service.Get(ctx, id)
	if err != nil {
		return initiatives.CallBrief{}, err
	}
	return briefOf(w.House, doc), nil
}

func briefOf(h *House, doc calls.Doc) initiatives.CallBrief {
	c := doc.Body
	b := initiatives.CallBrief{
		ID: domain.CallID(doc.ID), Title: c.Title, Organization: c.Organization, Open: c.StateAt(h.Calls.Service.Now()) == calls.Open,
		Deadline: c.Deadline, Zone: c.Zone.Location(), Anonymous: c.Anonymous, Reviewers: c.Reviewers, Spread: c.Spread, Areas: c.Areas, Categories: c.Categories, Papers: c.Papers,
	}
	for _, k := range c.Criteria {
		b.Criteria = append(b.Criteria, initiatives.CallCriterion{ID: k.ID, Name: k.Name, Guidance: k.Guidance, Weight: k.Weight, Minimum: k.Minimum})
	}
	return b
}

// Enter notes that an initiative answers a call.
func (w InitiativeCalls) Enter(ctx context.Context, actor domain.Actor, e initiatives.Entering) error {
	return w.Calls.Service.Enter(ctx, actor, e.Operation, e.Call, e.Initiative, e.Organization)
}

// Admit tells whether a proposal may be handed in to a call now.
func (w InitiativeCalls) Admit(ctx context.Context, call domain.CallID, p initiatives.Admission) error {
	return w.Calls.Service.Admit(ctx, call, p.Organization, calls.Proposal{Categories: p.Categories, Areas: p.Areas, Asked: p.Asked, Papers: p.Papers})
}
