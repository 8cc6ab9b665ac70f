package initiatives

import (
	"slices"
	"strings"

	"gotong/modules/domain"
)

// tied tells whether the actor belongs to the proposer or a partner: such a person neither reviews nor decides.
func tied(a domain.Actor, i Initiative) bool {
	if a.Has(i.Organization, domain.OrgViewer) {
		return true
	}
	for _, p := range i.Partners {
		for _, m := range a.Memberships {
			if p.Organization != "" && p.Organization == m.Organization || sameName(p.Name, m.Name) {
				return true
			}
		}
	}
	return slices.ContainsFunc(a.Mandates, func(m domain.Mandate) bool {
		return m.Organization != "" && (m.Organization == i.Organization || slices.ContainsFunc(i.Partners, func(p Partner) bool { return p.Organization == m.Organization }))
	})
}

func sameName(a, b string) bool {
	return a != "" && strings.EqualFold(strings.Join(strings.Fields(a), " "), strings.Join(strings.Fields(b), " "))
}

// reviewerOf gives the mandate under which the actor may review: of the pool, or for a region that the initiative
// serves, and not tied to it.
func reviewerOf(a domain.Actor, i Initiative) (domain.Mandate, bool) {
	if tied(a, i) {
		return domain.Mandate{}, false
	}
	for _, m := range a.Mandates {
		if m.Kind == domain.MandateReviewer && (m.Region == "" || overlaps(m.Region, i.Areas)) {
			return m, true
		}
	}
	return domain.Mandate{}, false
}

func overlaps(region domain.RegionCode, areas []domain.RegionCode) bool {
	return slices.ContainsFunc(areas, func(a domain.RegionCode) bool { return region.Contains(a) || a.Contains(region) })
}

// inReview are the states that a reviewer sees; a draft never is.
var inReview = []State{UnderReview, NeedsRevision, Approved, Rejected}

// CanView tells whether the actor may see the initiative at all; otherwise it is not there.
func CanView(a domain.Actor, i Initiative) bool {
	if i.Public() || CanReadAll(a, i) {
		return true
	}
	_, reviewer := reviewerOf(a, i)
	return reviewer && slices.Contains(inReview, i.State())
}

// CanReadAll tells whether the actor sees what the public does not: points of a revision, decisions' reasons.
func CanReadAll(a domain.Actor, i Initiative) bool {
	return a.Has(i.Organization, domain.OrgViewer) || a.Secretariat() || a.Auditor()
}

// CanEdit tells whether the actor may write the initiative's content now.
func CanEdit(a domain.Actor, i Initiative) bool {
	return (i.State() == Draft || i.State() == NeedsRevision) && a.Has(i.Organization, domain.OrgEditor)
}

// CanReview tells whether the actor may write a review now.
func CanReview(a domain.Actor, i Initiative) bool {
	_, ok := reviewerOf(a, i)
	return ok && i.State() == UnderReview
}

// CanDecide tells whether the actor decides for the secretariat on this initiative: never on the own organisation's.
func CanDecide(a domain.Actor, i Initiative) bool { return a.Secretariat() && !tied(a, i) }

// editing gives the memberships under which the actor may write initiatives.
func editing(a domain.Actor) []domain.Membership {
	return slices.DeleteFunc(slices.Clone(a.Memberships), func(m domain.Membership) bool { return !a.Has(m.Organization, domain.OrgEditor) })
}
