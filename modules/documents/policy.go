package documents

import (
	"slices"

	"gotong/modules/domain"
)

// mayRead tells whether the actor, who may see the parent as resolved, may read the document. Resolving the parent
// comes first, on every request: who may not see the parent sees none of its documents.
func mayRead(actor domain.Actor, d Document, parent domain.Resolved) bool {
	switch d.Status {
	case Ready:
	case Trashed, Quarantined:
		return mayChange(actor, d)
	default:
		return false
	}
	if actor.Secretariat() || actor.Auditor() || mayChange(actor, d) {
		return true
	}
	if _, member := actor.Membership(d.Organization); member {
		return true
	}
	party := parent.ReadsParties || slices.ContainsFunc(parent.Parties, func(id domain.OrganizationID) bool {
		_, ok := actor.Membership(id)
		return ok
	})
	switch d.Visibility {
	case domain.VisiblePublic:
		return true
	case domain.VisiblePartners:
		return party || slices.ContainsFunc(actor.Memberships, func(m domain.Membership) bool { return m.Verified })
	case domain.VisibleParties:
		return party
	}
	return false
}

// mayChange tells whether the actor may describe, hide, throw away and restore the document: an editor of the
// organisation whose it is, the uploader where it is nobody's, the secretariat as moderator.
func mayChange(actor domain.Actor, d Document) bool {
	if !actor.SignedIn() {
		return false
	}
	if actor.Secretariat() || actor.Has(d.Organization, domain.OrgEditor) {
		return true
	}
	return d.Organization == "" && d.Uploader == actor.Account
}

// ownerOf says whose a new document is: the parent's organisation where the actor edits for it, else the party or the
// village's government for which the actor acts, else that of the mandate, else nobody's but the uploader's.
func ownerOf(actor domain.Actor, parent domain.Resolved) domain.OrganizationID {
	if actor.Has(parent.Organization, domain.OrgEditor) {
		return parent.Organization
	}
	for _, id := range parent.Parties {
		if actor.Has(id, domain.OrgEditor) {
			return id
		}
	}
	if m, ok := actor.VillageGovernment(parent.Region, domain.OrgEditor); ok {
		return m.Organization
	}
	if m, ok := actor.AreaVerifier(parent.Region); ok {
		return m.Organization
	}
	return ""
}

// edits tells whether the actor edits for any organisation.
func edits(actor domain.Actor) bool {
	return !actor.Auditor() && slices.ContainsFunc(actor.Memberships, func(m domain.Membership) bool { return actor.Has(m.Organization, domain.OrgEditor) })
}
