package wire

import (
	"context"

	"gotong/modules/domain"
)

// Offers are the accounts of published offers, kept by commitments.
type Offers struct{ *House }

// OpenOffer opens the account of an offer.
func (w Offers) OpenOffer(ctx context.Context, initiative domain.InitiativeID, offer domain.OfferID, unit domain.UnitID, limit int64) error {
	return w.Commitments.Service.OpenOffer(ctx, initiative, offer, unit, limit)
}

// SetOfferLimit moves what may be held of an offer.
func (w Offers) SetOfferLimit(ctx context.Context, offer domain.OfferID, limit int64) error {
	return w.Commitments.Service.SetOfferLimit(ctx, offer, limit)
}

// CloseOffer takes no more holds.
func (w Offers) CloseOffer(ctx context.Context, offer domain.OfferID) error {
	return w.Commitments.Service.CloseOffer(ctx, offer)
}

// Used gives what is held or settled of each offer that has an account.
func (w Offers) Used(ctx context.Context, offers []domain.OfferID) (map[domain.OfferID]int64, error) {
	uses, err := w.Commitments.Service.OfferUse(ctx, offers)
	if err != nil {
		return nil, err
	}
	used := make(map[domain.OfferID]int64, len(uses))
	for id, u := range uses {
		used[id] = u.Used
	}
	return used, nil
}
