package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"gotong/modules/accounts"
	"gotong/modules/domain"
	"gotong/modules/organizations"
)

// What the size "people" holds, the villages' governments counted among the organisations: accounts and organisations
// in every state, so that the desks have work.
const (
	scalePeople        = 20_000
	scaleOrganizations = 5_000
)

// scaleProvider is the provider under which people of a scaled portal stand; nobody signs in as them.
const scaleProvider = "demo-scale"

// people makes accounts, and partners with three members each.
func (b *builder) people(ctx context.Context) error {
	ids := make([]domain.AccountID, 0, b.size.People)
	enrolments := make([]accounts.Enrolment, 0, b.size.People)
	for i := range b.size.People {
		r := dice(7, uint64(i))
		subject := peopleSubject(i)
		enrolments = append(enrolments, accounts.Enrolment{
			Issuer: scaleProvider, Subject: subject, Provider: scaleProvider, Demo: true,
			Name: fmt.Sprintf("Contoh: %s %s %d", pick(r, firstNames), pick(r, lastNames), i+1), Email: subject + "@contoh.invalid", EmailVerified: true,
		})
		ids = append(ids, accounts.AccountIDFor(scaleProvider, subject))
	}
	err := inChunks(enrolments, func(part []accounts.Enrolment) error {
		err := b.services.Accounts.EnrolMany(ctx, part)
		b.wrote("people", len(part))
		return err
	})
	if err != nil {
		return err
	}
	partners := b.partners(0)
	for i := range partners {
		b.inState(dice(8, uint64(i)), &partners[i].Organization)
		partners[i].Members = map[domain.AccountID]domain.OrganizationRole{}
		for n, role := range []domain.OrganizationRole{domain.OrgViewer, domain.OrgEditor, domain.OrgOwner} {
			partners[i].Members[ids[(3*i+n)%len(ids)]] = role
		}
	}
	return inChunks(partners, func(part []organizations.Seed) error {
		err := b.services.Organizations.Plant(ctx, part)
		b.wrote("organisations", len(part))
		return err
	})
}

// inState gives an organisation a state as a portal of some age has them: of a hundred, nine wait for verification, six
// are only registered, three rejected, two suspended, and of the rest a quarter has papers that end.
func (b *builder) inState(r *rand.Rand, o *organizations.Organization) {
	at := b.day.Add(-time.Duration(r.IntN(30*24)) * time.Hour)
	switch n := r.IntN(100); {
	case n < 9:
		o.Plan(organizations.StatePending, at)
	case n < 15:
		o.Plan(organizations.StateRegistered, at)
	case n < 18:
		o.Plan(organizations.StateRejected, at)
	case n < 20:
		o.Plan(organizations.StateSuspended, at)
	case n < 40:
		papers, _ := domain.Stakeholders().Type(o.Type)
		o.Papers = []organizations.PaperRecord{{Paper: papers.Verification.Required[0].ID, Number: "CONTOH", At: o.VerifiedAt, Expires: domain.DateOf(b.day.AddDate(0, 0, r.IntN(700)-20))}}
	}
}

var (
	firstNames = []string{"Siti", "Budi", "Dewi", "Agus", "Ratna", "Hendra", "Maria", "Yohanes", "Nurul", "Antonius", "Lina", "Rahmat"}
	lastNames  = []string{"Saputra", "Lestari", "Wijaya", "Handayani", "Kurniawan", "Susanti", "Pratama", "Anggraini"}
)

// removePeople removes the accounts that people made, the first one last, so that an interrupted removal finds the rest.
func removePeople(ctx context.Context, s Services) (int, error) {
	made, n := 0, 0
	for begin := 0; begin == made && begin < scalePeople; begin += chunk {
		ids := make([]domain.AccountID, chunk)
		for k := range ids {
			ids[k] = accounts.AccountIDFor(scaleProvider, peopleSubject(begin+k))
		}
		there, err := s.Accounts.Names(ctx, ids)
		if err != nil {
			return 0, err
		}
		if n += len(there); len(there) > 0 {
			made = begin + chunk
		}
	}
	if made == 0 {
		return 0, nil
	}
	// An interrupted removal may have left the identity of the first that is not there.
	for i := min(made, scalePeople-1); i >= 0; i-- {
		if err := s.Accounts.Unenrol(ctx, scaleProvider, peopleSubject(i)); err != nil {
			return made - i, fmt.Errorf("demo: remove account %d of the scale: %w", i, err)
		}
	}
	return n, nil
}

func peopleSubject(i int) string { return fmt.Sprintf("people-%05d", i) }
