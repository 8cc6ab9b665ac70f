package organizations

import (
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// MaySee tells whether the actor may see the organisation at all. One that was merged into another is there for nobody:
// its address leads to the other.
func MaySee(actor domain.Actor, id domain.OrganizationID, o Organization, now time.Time) bool {
	if o.MergedInto != "" {
		return false
	}
	return o.Public(now) || actor.Has(id, domain.OrgViewer) || actor.Secretariat() || actor.Auditor()
}

// MaySeeInside tells whether the actor may see members, papers and reviews.
func MaySeeInside(actor domain.Actor, id domain.OrganizationID) bool {
	return actor.Has(id, domain.OrgViewer) || actor.Secretariat() || actor.Auditor()
}

// MayEdit tells whether the actor may change the profile.
func MayEdit(actor domain.Actor, id domain.OrganizationID) bool {
	return actor.Has(id, domain.OrgEditor)
}

// MayManage tells whether the actor manages members, papers and the submission.
func MayManage(actor domain.Actor, id domain.OrganizationID) bool {
	return actor.Has(id, domain.OrgOwner)
}

// mayBelong tells why the actor may neither found nor join an organisation: an auditor reads everything and writes
// nothing, so has no side.
func mayBelong(actor domain.Actor) error {
	if !actor.SignedIn() {
		return apperr.New(apperr.SignIn, "")
	}
	if actor.Auditor() {
		return apperr.New(apperr.Forbidden, "organizations.error.auditor")
	}
	return nil
}

// mayJudge tells why the actor may not verify, suspend or restore: only the secretariat may, and nobody their own.
func mayJudge(actor domain.Actor, id domain.OrganizationID) error {
	if !actor.Secretariat() {
		return apperr.New(apperr.Forbidden, "organizations.error.secretariat_only")
	}
	if _, own := actor.Membership(id); own {
		return apperr.New(apperr.Forbidden, "organizations.error.own")
	}
	return nil
}
