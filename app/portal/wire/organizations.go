package wire

import (
	"context"

	"gotong/modules/domain"
)

// Organizations are the organisations, for every module that names or asks them.
type Organizations struct{ *House }

// Brief gives one organisation.
func (w Organizations) Brief(ctx context.Context, id domain.OrganizationID) (domain.OrganizationBrief, error) {
	return w.House.Organizations.Service.Brief(ctx, id)
}

// Briefs gives those of the organisations that exist.
func (w Organizations) Briefs(ctx context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]domain.OrganizationBrief, error) {
	return w.House.Organizations.Service.Briefs(ctx, ids)
}

// Named finds the organisation that bears just that name.
func (w Organizations) Named(ctx context.Context, name string) (domain.OrganizationBrief, error) {
	return w.House.Organizations.Service.Named(ctx, name)
}

// VillageGovernment gives the organisation that is a village's government.
func (w Organizations) VillageGovernment(ctx context.Context, village domain.RegionCode) (domain.OrganizationBrief, error) {
	return w.House.Organizations.Service.VillageGovernment(ctx, village)
}

// MembershipsOf gives where a person belongs.
func (w Organizations) MembershipsOf(ctx context.Context, account domain.AccountID) ([]domain.Membership, error) {
	return w.House.Organizations.Service.MembershipsOf(ctx, account)
}

// LastOwnerOf names the organisations whose only owner a person is.
func (w Organizations) LastOwnerOf(ctx context.Context, account domain.AccountID) ([]string, error) {
	return w.House.Organizations.Service.LastOwnerOf(ctx, account)
}

// LeaveAll takes a person out of every organisation, and out of what other parts keep of whom somebody is: what is
// followed, what a reviewer knows about.
func (w Organizations) LeaveAll(ctx context.Context, account domain.AccountID) error {
	if err := w.House.Organizations.Service.LeaveAll(ctx, account); err != nil {
		return err
	}
	if err := w.Progress.Service.Forget(ctx, account); err != nil {
		return err
	}
	return w.Reviews.Service.Forget(ctx, account)
}

// Acts tells whether an organisation may act at all.
func (w Organizations) Acts(ctx context.Context, id domain.OrganizationID) (string, bool, error) {
	return w.House.Organizations.Service.Acts(ctx, id)
}
