package needs

import (
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Actions of the village's government on what another organisation declared; they leave the state as it is.
const (
	ActionAdopt   Action = "adopt"
	ActionDecline Action = "decline"
)

// AwaitsAdoption tells whether the village's government has yet to take the need up.
func (n Need) AwaitsAdoption() bool {
	return n.OnBehalf && n.Adoption == AdoptionWaiting && (n.State() == Submitted || n.State() == NeedsCorrection)
}

// Adopt takes up, for the village's government, what another organisation declared.
func (n *Need) Adopt(s Step) error { return n.answer(ActionAdopt, Adopted, s) }

// Decline refuses, for the village's government, what another organisation declared; with a reason.
func (n *Need) Decline(s Step) error {
	if n.AwaitsAdoption() {
		if err := reasonGiven(s); err != nil {
			return err
		}
	}
	return n.answer(ActionDecline, AdoptionDeclined, s)
}

func (n *Need) answer(a Action, to Adoption, s Step) error {
	if !n.AwaitsAdoption() {
		return apperr.New(apperr.Conflict, "needs.refuse.adopt")
	}
	n.Adoption, n.AdoptedBy, n.AdoptionReason = to, s.Organization, s.Reason
	n.History = append(slices.Clip(n.History), Move{Step: s, Action: a, From: n.State(), To: n.State()})
	return nil
}

// Participants are the organisations joined by the need: who declared it and who took it up for the village.
func (n Need) Participants() []domain.OrganizationID {
	out := []domain.OrganizationID{n.Organization}
	if n.AdoptedBy != "" && n.AdoptedBy != n.Organization {
		out = append(out, n.AdoptedBy)
	}
	return out
}
