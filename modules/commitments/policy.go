package commitments

import (
	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Public tells whether everyone may see the short form: who, what, how much and how far, from the acceptance on.
func (c *Commitment) Public() bool { return c.Accepted() }

// seesAll tells whether the actor sees the conditions, messages and papers too.
func seesAll(a domain.Actor, c *Commitment) bool {
	if !a.SignedIn() {
		return false
	}
	if a.Secretariat() || a.Auditor() || partyOf(a, c) {
		return true
	}
	_, verifies := a.AreaVerifier(c.Village)
	return verifies
}

func partyOf(a domain.Actor, c *Commitment) bool {
	_, village := a.VillageGovernment(c.Village, domain.OrgViewer)
	return village || a.Has(c.Organization, domain.OrgViewer) || a.Has(c.VillageOrganization, domain.OrgViewer)
}

func canSee(a domain.Actor, c *Commitment) bool { return c.Public() || seesAll(a, c) }

// proposerOwner and villageOwner give the membership by which the actor decides for a side.
func proposerOwner(a domain.Actor, c *Commitment) (domain.Membership, bool) {
	m, ok := a.Membership(c.Organization)
	return m, ok && a.Has(c.Organization, domain.OrgOwner)
}

func villageOwner(a domain.Actor, c *Commitment) (domain.Membership, bool) {
	if m, ok := a.VillageGovernment(c.Village, domain.OrgOwner); ok {
		return m, true
	}
	m, ok := a.Membership(c.VillageOrganization)
	return m, ok && a.Has(c.VillageOrganization, domain.OrgOwner)
}

// sides lists in whose name the actor may decide here. Nobody decides on what is their own: who belongs to the
// proposer has no voice for the village, and a verifier none where he belongs to a party.
func sides(a domain.Actor, c *Commitment) []Side {
	var list []Side
	if _, ok := proposerOwner(a, c); ok {
		list = append(list, SideProposer)
	}
	if _, ok := villageOwner(a, c); ok && !a.Has(c.Organization, domain.OrgViewer) {
		list = append(list, SideVillage)
	}
	if _, ok := a.AreaVerifier(c.Village); ok && !partyOf(a, c) {
		list = append(list, SideVerifier)
	}
	if a.HasMandate(domain.MandateEvaluator) && !partyOf(a, c) {
		list = append(list, SideEvaluator)
	}
	return list
}

// hand gives the actor's hand for one of the sides, or refuses: NotFound where the actor may not see the commitment,
// SignIn for the public, Forbidden else.
func (s *Service) hand(a domain.Actor, c *Commitment, operation string, allowed ...Side) (Hand, error) {
	if !canSee(a, c) {
		return Hand{}, notFound()
	}
	if !a.SignedIn() {
		return Hand{}, apperr.New(apperr.SignIn, "commitments.error.sign_in")
	}
	for _, side := range sides(a, c) {
		for _, want := range allowed {
			if side == want {
				return Hand{Side: side, Account: a.Account, Organization: organizationOf(a, c, side), At: s.clock.Now(), Operation: operation}, nil
			}
		}
	}
	return Hand{}, apperr.New(apperr.Forbidden, "commitments.error.side")
}

func organizationOf(a domain.Actor, c *Commitment, side Side) domain.OrganizationID {
	switch side {
	case SideProposer:
		return c.Organization
	case SideVillage:
		m, _ := villageOwner(a, c)
		return m.Organization
	case SideVerifier:
		m, _ := a.AreaVerifier(c.Village)
		return m.Organization
	case SideEvaluator:
		for _, m := range a.Mandates {
			if m.Kind == domain.MandateEvaluator {
				return m.Organization
			}
		}
	}
	return ""
}

func notFound() error { return apperr.New(apperr.NotFound, "commitments.error.not_found") }
