package initiatives

import (
	"slices"

	"gotong/modules/domain"
)

// tied tells whether the actor belongs to the proposer or a partner: such a person neither reviews nor decides.
func tied(a domain.Actor, i Initiative) bool {
	if a.Has(i.Organization, domain.OrgViewer) {
		return true
	}
	for _, p := range i.Partners {
		for _, m := range a.Memberships {
			if p.Organization != "" && p.Organization == m.Organization || domain.SameName(p.Name, m.Name) {
				return true
			}
		}
	}
	return slices.ContainsFunc(a.Mandates, func(m domain.Mandate) bool {
		return m.Organization != "" && (m.Organization == i.Organization || slices.ContainsFunc(i.Partners, func(p Partner) bool { return p.Organization == m.Organization }))
	})
}

// inReview are the states that a reviewer sees; a draft never is.
var inReview = []State{UnderReview, NeedsRevision, Approved, Rejected}

// CanView tells whether the actor may see the initiative at all; otherwise it is not there. Reviewers and who made the
// call that it answers see more: see Service.readsInReview.
func CanView(a domain.Actor, i Initiative) bool {
	return i.Public() || CanReadAll(a, i) || partnerOf(a, i)
}

// CanReadAll tells whether the actor sees what the public does not: points of a revision, decisions' reasons.
func CanReadAll(a domain.Actor, i Initiative) bool {
	return a.Has(i.Organization, domain.OrgViewer) || a.Secretariat() || a.Auditor()
}

// CanEdit tells whether the actor may write the initiative's content now.
func CanEdit(a domain.Actor, i Initiative) bool {
	return (i.State() == Draft || i.State() == NeedsRevision) && a.Has(i.Organization, domain.OrgEditor)
}

// CanDecide tells whether the actor decides for the secretariat on this initiative: never on the own organisation's.
func CanDecide(a domain.Actor, i Initiative) bool { return a.Secretariat() && !tied(a, i) }

// editing gives the memberships under which the actor may write initiatives.
func editing(a domain.Actor) []domain.Membership { return a.Holding(domain.OrgEditor) }
