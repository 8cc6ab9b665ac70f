package calls

import (
	"slices"

	"gotong/modules/domain"
)

// stands tells whether the actor has at least that place in who makes the call: the organisation, or the secretariat.
func stands(a domain.Actor, c Call, role domain.OrganizationRole) bool {
	if c.Organization == "" {
		return a.Secretariat()
	}
	return a.Has(c.Organization, role)
}

// CanView tells whether the actor may see the call at all; otherwise it is not there.
func CanView(a domain.Actor, c Call) bool {
	return c.Public() || stands(a, c, domain.OrgViewer) || a.Secretariat() || a.Auditor()
}

// CanEdit tells whether the actor may write the draft now: not while it waits for the second person.
func CanEdit(a domain.Actor, c Call) bool {
	return c.State() == Draft && c.Asked == nil && stands(a, c, domain.OrgEditor)
}

// CanAnswerQuestions tells whether the actor answers what is asked about the call.
func CanAnswerQuestions(a domain.Actor, c Call) bool { return stands(a, c, domain.OrgEditor) }

// CanReadInside tells whether the actor reads what the public does not: who asked, who handed in while the call is open.
func CanReadInside(a domain.Actor, c Call) bool {
	return stands(a, c, domain.OrgViewer) || a.Secretariat() || a.Auditor()
}

// CanRun tells whether the actor carries the call on: an owner of its organisation, or the secretariat for its own.
func CanRun(a domain.Actor, c Call) bool { return stands(a, c, domain.OrgOwner) }

// CanRelease tells whether the actor may be the second person: one who could run it, or anyone of the secretariat, and
// not the one who asked.
func CanRelease(a domain.Actor, c Call) bool {
	return (CanRun(a, c) || a.Secretariat()) && c.Asked != nil && c.Asked.By != a.Account
}

// drafting gives the memberships under which the actor may write calls.
func drafting(a domain.Actor) []domain.Membership {
	return slices.DeleteFunc(slices.Clone(a.Memberships), func(m domain.Membership) bool { return !a.Has(m.Organization, domain.OrgEditor) })
}
