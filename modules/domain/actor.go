package domain

import (
	"slices"
	"time"

	"gotong/modules/kit/store"
)

// PlatformRole is a role over the whole portal.
type PlatformRole string

// Platform roles.
const (
	RoleSecretariat PlatformRole = "secretariat"
	RoleAuditor     PlatformRole = "auditor"
)

// OrganizationRole is what a member may do in an organisation; each includes the ones before it.
type OrganizationRole string

// Organisation roles, lowest first.
const (
	OrgViewer OrganizationRole = "viewer"
	OrgEditor OrganizationRole = "editor"
	OrgOwner  OrganizationRole = "owner"
)

var orgRank = map[OrganizationRole]int{OrgViewer: 1, OrgEditor: 2, OrgOwner: 3}

// Mandate kinds.
const (
	MandateAreaVerifier = "area-verifier" // Region is a district or regency
	MandateReviewer     = "reviewer"      // Region "" is the pool
	MandateEvaluator    = "evaluator"
)

// Mandate is an authority given to a person, on behalf of an organisation.
type Mandate struct {
	Kind         string         `json:"kind"`
	Region       RegionCode     `json:"region,omitempty"`
	Organization OrganizationID `json:"organization,omitempty"`
}

// Membership is a person's place in an organisation, with what decisions need to know of that organisation.
type Membership struct {
	Organization OrganizationID
	Name         string // of the organisation
	Type         string // stakeholder type id
	Role         OrganizationRole
	Verified     bool       // the organisation's verification is in force now
	Village      RegionCode // set where the organisation is a village's or kelurahan's government
	Demo         bool
}

// Actor is who asks. The zero Actor is the public. It is loaded afresh on each request.
type Actor struct {
	Account     AccountID
	Name        string
	Session     string    // public id of the session, for the audit trail
	Proved      time.Time // when the person last showed a provider who they are; zero for a token
	Demo        bool      // a person of the demonstration: what they bring in is marked as such
	Roles       []PlatformRole
	Mandates    []Mandate
	Memberships []Membership
	Program     *Program // not nil: a program asks, with a token that this account made
}

// SignedIn tells whether the actor has an account.
func (a Actor) SignedIn() bool { return a.Account != "" }

// Is tells whether the actor holds a platform role.
func (a Actor) Is(role PlatformRole) bool { return slices.Contains(a.Roles, role) }

// Secretariat tells whether the actor is of the secretariat.
func (a Actor) Secretariat() bool { return a.Is(RoleSecretariat) }

// Auditor tells whether the actor may read everything.
func (a Actor) Auditor() bool { return a.Is(RoleAuditor) }

// Membership gives the actor's membership in an organisation.
func (a Actor) Membership(id OrganizationID) (Membership, bool) {
	for _, m := range a.Memberships {
		if m.Organization == id && id != "" {
			return m, true
		}
	}
	return Membership{}, false
}

// Has tells whether the actor holds at least that role in the organisation.
func (a Actor) Has(id OrganizationID, role OrganizationRole) bool {
	m, ok := a.Membership(id)
	return ok && orgRank[m.Role] >= orgRank[role]
}

// Holding gives the memberships in which the actor holds at least that role.
func (a Actor) Holding(role OrganizationRole) []Membership {
	return slices.DeleteFunc(slices.Clone(a.Memberships), func(m Membership) bool { return !a.Has(m.Organization, role) })
}

// VillageGovernment gives the membership by which the actor acts for the village's government, at least in that role.
func (a Actor) VillageGovernment(village RegionCode, role OrganizationRole) (Membership, bool) {
	for _, m := range a.Memberships {
		if m.Village == village && village != "" && orgRank[m.Role] >= orgRank[role] {
			return m, true
		}
	}
	return Membership{}, false
}

// AreaVerifier gives the narrowest mandate under which the actor verifies in that region.
func (a Actor) AreaVerifier(region RegionCode) (Mandate, bool) {
	var best Mandate
	for _, m := range a.Mandates {
		if m.Kind == MandateAreaVerifier && m.Region != "" && m.Region.Contains(region) && len(m.Region) > len(best.Region) {
			best = m
		}
	}
	return best, best.Kind != ""
}

// HasMandate tells whether the actor holds a mandate of this kind anywhere.
func (a Actor) HasMandate(kind string) bool {
	return slices.ContainsFunc(a.Mandates, func(m Mandate) bool { return m.Kind == kind })
}

// Change starts an audit entry of the actor's: what, for which organisation, by which form.
func (a Actor) Change(action string, on OrganizationID, op store.Operation) store.Change {
	return store.Change{Action: action, Actor: string(a.Account), Session: a.Session, Organization: string(on), Operation: op}
}

// NewID derives the id of a new document from the account and the form's operation.
func (a Actor) NewID(op store.Operation) string { return store.DeriveID(string(a.Account), op.ID) }
