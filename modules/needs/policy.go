package needs

import (
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// insider gives the membership by which the actor belongs to the need's side, at least in that role: the organisation
// that declared it, or the village's government (which sees what another declared for it once that was submitted).
func insider(a domain.Actor, n Need, role domain.OrganizationRole) (domain.Membership, bool) {
	if a.Has(n.Organization, role) {
		return a.Membership(n.Organization)
	}
	if m, ok := a.VillageGovernment(n.Village, role); ok && (!n.OnBehalf || wasSubmitted(n)) {
		return m, true
	}
	return domain.Membership{}, false
}

func wasSubmitted(n Need) bool { return n.State() != Draft }

// ofVillage tells whether the actor belongs to the side that asks, in any role: such a person never verifies here.
func ofVillage(a domain.Actor, n Need) bool {
	_, village := a.VillageGovernment(n.Village, domain.OrgViewer)
	return village || a.Has(n.Organization, domain.OrgViewer)
}

// CanView tells whether the actor may see the need at all; otherwise it is not there.
func CanView(a domain.Actor, n Need) bool {
	if n.Public() || a.Secretariat() || a.Auditor() {
		return true
	}
	if _, ok := insider(a, n, domain.OrgViewer); ok {
		return true
	}
	_, verifier := a.AreaVerifier(n.Village)
	return verifier && wasSubmitted(n)
}

// CanReadAll tells whether the actor sees what the public does not: description, reasons of a return, checklist.
func CanReadAll(a domain.Actor, n Need) bool {
	if _, ok := insider(a, n, domain.OrgViewer); ok || a.Secretariat() || a.Auditor() {
		return true
	}
	_, verifier := a.AreaVerifier(n.Village)
	return verifier && wasSubmitted(n)
}

// CanEdit tells whether the actor may write the need's content now.
func CanEdit(a domain.Actor, n Need) bool {
	return (n.State() == Draft || n.State() == NeedsCorrection) && a.Has(n.Organization, domain.OrgEditor)
}

// CanSubmit tells whether the actor may hand the need in: an owner of the organisation that declared it.
func CanSubmit(a domain.Actor, n Need) bool {
	return n.Can(ActionSubmit) && a.Has(n.Organization, domain.OrgOwner)
}

// CanWithdraw tells whether the actor may withdraw an open need or lower its quantity.
func CanWithdraw(a domain.Actor, n Need) bool {
	_, ok := insider(a, n, domain.OrgOwner)
	return ok && n.Open()
}

// CanAdopt tells whether the actor may take up or decline for the village's government.
func CanAdopt(a domain.Actor, n Need) bool {
	_, ok := a.VillageGovernment(n.Village, domain.OrgOwner)
	return ok && n.AwaitsAdoption()
}

// mandateFor gives the mandate under which the actor may decide on this need, and whether a regency's verifier acts
// because the district has none. districtHas says whether the district has a verifier who is not of the village.
func mandateFor(a domain.Actor, n Need, districtHas bool) (domain.Mandate, bool, error) {
	m, ok := a.AreaVerifier(n.Village)
	if !ok {
		return m, false, apperr.New(apperr.Forbidden, "needs.refuse.not_verifier")
	}
	if ofVillage(a, n) || m.Organization != "" && m.Organization == n.Organization {
		return m, false, apperr.New(apperr.Forbidden, "needs.refuse.own_village")
	}
	if m.Region.Level() < domain.LevelDistrict {
		if districtHas {
			return m, false, apperr.New(apperr.Forbidden, "needs.refuse.district_has_verifier")
		}
		return m, true, nil
	}
	return m, false, nil
}

// CanDeclare gives the memberships under which the actor may write needs.
func CanDeclare(a domain.Actor) []domain.Membership { return a.Holding(domain.OrgEditor) }

// mayAttach tells whether the actor may add documents.
func mayAttach(a domain.Actor, n Need) bool {
	if slices.Contains([]State{Rejected, Withdrawn, Expired, Evaluated}, n.State()) {
		return false
	}
	_, ok := insider(a, n, domain.OrgEditor)
	return ok
}
