package organizations

import (
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Member is a person's place in an organisation, stored under an id made of both.
type Member struct {
	Organization domain.OrganizationID   `json:"organization"`
	Account      domain.AccountID        `json:"account"`
	Role         domain.OrganizationRole `json:"role"`
	Since        time.Time               `json:"since"`
	Demo         bool                    `json:"demo,omitempty"`
}

// Roles lists the roles as forms offer them.
var Roles = []domain.OrganizationRole{domain.OrgViewer, domain.OrgEditor, domain.OrgOwner}

func memberID(org domain.OrganizationID, account domain.AccountID) string {
	return store.DeriveID(string(org), "member:"+string(account))
}

func checkRole(role domain.OrganizationRole) error {
	var f apperr.Fields
	f.Check(slices.Contains(Roles, role), "role", "organizations.error.role")
	return f.Err()
}

// addOwner notes an owner; false where the account is one already.
func (o *Organization) addOwner(account domain.AccountID) bool {
	if slices.Contains(o.Owners, account) {
		return false
	}
	o.Owners = append(slices.Clone(o.Owners), account)
	return true
}

// dropOwner takes an owner away; false where the account is none. The last one stays.
func (o *Organization) dropOwner(account domain.AccountID) (bool, error) {
	if !slices.Contains(o.Owners, account) {
		return false, nil
	}
	if len(o.Owners) == 1 {
		return false, apperr.New(apperr.Conflict, "organizations.error.last_owner")
	}
	o.Owners = slices.DeleteFunc(slices.Clone(o.Owners), func(a domain.AccountID) bool { return a == account })
	return true, nil
}

// JoinRequest is a person's wish to become a member, stored under an id made of both.
type JoinRequest struct {
	Organization domain.OrganizationID `json:"organization"`
	Account      domain.AccountID      `json:"account"`
	Message      string                `json:"message,omitempty"`
	At           time.Time             `json:"at"`
}

func requestID(org domain.OrganizationID, account domain.AccountID) string {
	return store.DeriveID(string(org), "join:"+string(account))
}
