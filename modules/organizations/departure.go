package organizations

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// LastOwnerOf names the organisations whose only owner the account is. Unavailable.
func (s *Service) LastOwnerOf(ctx context.Context, account domain.AccountID) ([]string, error) {
	members, err := listAll(ctx, s.members, store.Query{List: listAccount, Key: store.KeyOf(string(account))})
	if err != nil {
		return nil, err
	}
	var names []string
	for _, m := range members {
		if m.Role != domain.OrgOwner {
			continue
		}
		doc, err := s.organizations.Get(ctx, string(m.Organization))
		if apperr.Is(err, apperr.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if slices.Equal(doc.Body.Owners, []domain.AccountID{account}) {
			names = append(names, doc.Body.Name)
		}
	}
	return names, nil
}

// LeaveAll takes an account that is being erased out of its organisations, and drops its open wishes to join with what
// it wrote there. Conflict for the last owner of one; a repeat goes on where it was broken off.
func (s *Service) LeaveAll(ctx context.Context, account domain.AccountID) error {
	members, err := listAll(ctx, s.members, store.Query{List: listAccount, Key: store.KeyOf(string(account))})
	if err != nil {
		return err
	}
	for _, m := range members {
		if err := s.part(ctx, domain.Actor{}, store.Operation{}, m.Organization, account, "organization.member-erased"); err != nil && !apperr.Is(err, apperr.NotFound) {
			return err
		}
	}
	before := int64(0)
	for {
		page, err := s.db.Feed().Trail(ctx, store.TrailFilter{Collection: "join_requests", Actor: string(account)}, before, 200)
		if err != nil {
			return err
		}
		for _, e := range page.Entries {
			doc, err := s.requests.Get(ctx, e.ID)
			if err == nil && doc.Body.Account == account {
				err = s.requests.Delete(ctx, doc, store.Change{Action: "organization.join-erased", Erases: true})
			}
			if err != nil && !apperr.Is(err, apperr.NotFound) {
				return err
			}
		}
		if before = page.Next; before == 0 {
			return nil
		}
	}
}
