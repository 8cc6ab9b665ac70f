package wire

import (
	"context"

	"gotong/modules/commitments"
	"gotong/modules/domain"
)

// CommitmentNeeds are needs in the words of commitments.
type CommitmentNeeds struct{ *House }

// Get gives a need in any state.
func (w CommitmentNeeds) Get(ctx context.Context, id domain.NeedID) (commitments.Need, error) {
	doc, err := w.Needs.Service.Get(ctx, id)
	if err != nil {
		return commitments.Need{}, err
	}
	n := doc.Body
	return commitments.Need{
		ID: id, Title: n.Title, Village: n.Village, Category: n.Category, Unit: n.Unit, Quantity: n.Quantity,
		Divisible: n.Divisible, MinLot: n.MinLot, WantedBy: n.WantedBy, Organization: n.Organization, Open: n.Open(), Hidden: !n.Public(), Demo: n.Demo,
	}, nil
}

// CommitmentInitiatives are initiatives in the words of commitments.
type CommitmentInitiatives struct{ *House }

// Get gives an initiative in any state.
func (w CommitmentInitiatives) Get(ctx context.Context, id domain.InitiativeID) (commitments.Initiative, error) {
	doc, err := w.Initiatives.Service.Get(ctx, id)
	if err != nil {
		return commitments.Initiative{}, err
	}
	i := doc.Body
	offers := make([]commitments.Offer, 0, len(i.Offers))
	for _, o := range i.Offers {
		from, until := i.PeriodOf(o)
		offers = append(offers, commitments.Offer{
			ID: o.ID, Category: o.Category, Unit: o.Unit, Quantity: o.Quantity, Areas: i.AreasOf(o), From: from, Until: until, Conditions: o.Conditions,
		})
	}
	return commitments.Initiative{ID: id, Title: i.Title, Organization: i.Organization, Open: i.Open(), Offers: offers, Demo: i.Demo}, nil
}
