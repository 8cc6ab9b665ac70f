package organizations

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Seed is an organisation as demonstration content makes it.
type Seed struct {
	ID           domain.OrganizationID
	Organization Organization // Owners are set from Members; State "" becomes verified at VerifiedAt, or now
	Members      map[domain.AccountID]domain.OrganizationRole
}

// Plant stores demonstration organisations with their members, in bulk; those that are there already are left as they
// are. All are marked as demonstration.
func (s *Service) Plant(ctx context.Context, seeds []Seed) error {
	now := s.now()
	change := store.Change{Action: "organization.seeded"}
	organizations := make([]store.Item[Organization], 0, len(seeds))
	var members []store.Item[Member]
	var offices []store.Item[villageOffice]
	for _, seed := range seeds {
		o := seed.Organization
		o.Demo = true
		o.plant(now)
		for account, role := range seed.Members {
			if role == domain.OrgOwner {
				o.addOwner(account)
			}
			m := Member{Organization: seed.ID, Account: account, Role: role, Since: seedTime(o, now), Demo: true}
			members = append(members, store.Item[Member]{ID: memberID(seed.ID, account), Body: m})
		}
		if o.Village != "" && o.State == StateVerified {
			offices = append(offices, store.Item[villageOffice]{ID: string(o.Village), Body: villageOffice{Organization: seed.ID, At: now}})
		}
		organizations = append(organizations, store.Item[Organization]{ID: string(seed.ID), Body: o, At: seedTime(o, now)})
	}
	if err := s.organizations.InsertMany(ctx, organizations, change); err != nil {
		return err
	}
	if err := s.members.InsertMany(ctx, members, change); err != nil {
		return err
	}
	return s.offices.InsertMany(ctx, offices, change)
}

func seedTime(o Organization, now time.Time) time.Time {
	if !o.VerifiedAt.IsZero() {
		return o.VerifiedAt
	}
	return now
}

// Uproot deletes all demonstration organisations with their members and the places that they hold, and tells how many
// there were. It may be repeated.
func (s *Service) Uproot(ctx context.Context) (int, error) {
	change := store.Change{Action: "organization.seed-removed"}
	demo := map[domain.OrganizationID]bool{}
	err := s.organizations.Each(ctx, func(doc store.Doc[Organization]) error {
		if doc.Body.Demo {
			demo[domain.OrganizationID(doc.ID)] = true
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	if _, err := store.DeleteEvery(ctx, s.offices, change, func(d store.Doc[villageOffice]) bool { return demo[d.Body.Organization] }); err != nil {
		return 0, err
	}
	if _, err := store.DeleteEvery(ctx, s.requests, change, func(d store.Doc[JoinRequest]) bool { return demo[d.Body.Organization] }); err != nil {
		return 0, err
	}
	if _, err := store.DeleteEvery(ctx, s.invitations, change, func(d store.Doc[Invitation]) bool { return demo[d.Body.Organization] }); err != nil {
		return 0, err
	}
	if _, err := store.DeleteEvery(ctx, s.reminders, change, func(d store.Doc[Reminder]) bool { return d.Body.Demo || demo[d.Body.Organization] }); err != nil {
		return 0, err
	}
	if _, err := store.DeleteEvery(ctx, s.members, change, func(d store.Doc[Member]) bool { return d.Body.Demo || demo[d.Body.Organization] }); err != nil {
		return 0, err
	}
	// Last, so that an interrupted removal finds the rest again.
	docs, err := store.DeleteEvery(ctx, s.organizations, change, func(d store.Doc[Organization]) bool { return d.Body.Demo })
	return len(docs), err
}
