package wire

import (
	"context"
	"slices"

	"gotong/modules/domain"
)

// Mandates tells needs who may verify where.
type Mandates struct{ *House }

// DistrictHasVerifier tells whether someone verifies for exactly that district who is not of the village's government.
func (w Mandates) DistrictHasVerifier(ctx context.Context, district, village domain.RegionCode) (bool, error) {
	holders, err := w.Accounts.Service.MandateHolders(ctx, domain.MandateAreaVerifier, district)
	if err != nil {
		return false, err
	}
	for _, id := range holders {
		memberships, err := w.House.Organizations.Service.MembershipsOf(ctx, id)
		if err != nil {
			return false, err
		}
		if !slices.ContainsFunc(memberships, func(m domain.Membership) bool { return m.Village == village }) {
			return true, nil
		}
	}
	return false, nil
}
