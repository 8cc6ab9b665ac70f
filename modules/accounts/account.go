// Package accounts is who people are to the portal: accounts and the identities that open them, sign-in through
// OpenID Connect and OAuth providers, server-side sessions, platform roles and mandates, and everybody's desk.
package accounts

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// TermsVersion names the terms that a person accepts by signing in for the first time.
const TermsVersion = "2026-11"

// RoleGrant is a platform role with who gave it, when and why.
type RoleGrant struct {
	Role   domain.PlatformRole `json:"role"`
	By     domain.AccountID    `json:"by,omitempty"` // "" by configuration or the operator
	At     time.Time           `json:"at"`
	Reason string              `json:"reason,omitempty"`
}

// MandateGrant is a mandate with who gave it, when and why.
type MandateGrant struct {
	ID string `json:"id"`
	domain.Mandate
	By     domain.AccountID `json:"by,omitempty"`
	At     time.Time        `json:"at"`
	Reason string           `json:"reason,omitempty"`
}

// Account is one person. Name and Email are personal: they stay out of the audit chain.
type Account struct {
	Name          string         `json:"name"`
	Email         string         `json:"email"`
	EmailVerified bool           `json:"email_verified,omitempty"`
	Terms         string         `json:"terms,omitempty"` // version accepted last
	TermsAt       time.Time      `json:"terms_at,omitzero"`
	Consents      []Consent      `json:"consents,omitempty"` // each version that was accepted, the newest last
	Roles         []RoleGrant    `json:"roles,omitempty"`
	Mandates      []MandateGrant `json:"mandates,omitempty"`
	Configured    bool           `json:"configured,omitempty"` // the configuration's secretariat role was given once; a revocation stays
	Unlinked      int            `json:"unlinked,omitempty"`   // ways to sign in that left: two that leave at once meet here
	Erasing       time.Time      `json:"erasing,omitzero"`     // when the account will be erased, as its person asked
	Erased        time.Time      `json:"erased,omitzero"`
	Asked         time.Time      `json:"asked,omitzero"` // since when it waits for the secretariat's approval
	Declined      *Closure       `json:"declined,omitempty"`
	Suspended     *Closure       `json:"suspended,omitempty"`
	Demo          bool           `json:"demo,omitempty"`
}

// Identity ties a provider's subject to an account. Its id is IdentityID(issuer, subject), which makes it unique.
type Identity struct {
	Issuer   string           `json:"issuer"`
	Subject  string           `json:"subject"`
	Provider string           `json:"provider"` // key of the configuration, for its name on the page
	Account  domain.AccountID `json:"account"`
	Demo     bool             `json:"demo,omitempty"`
}

// IdentityID derives the id of an identity from what makes it one. The length in front keeps two different pairs from
// reading the same.
func IdentityID(issuer, subject string) string {
	sum := sha256.Sum256([]byte("identity\x00" + strconv.Itoa(len(issuer)) + "\x00" + issuer + "\x00" + subject))
	return hex.EncodeToString(sum[:])
}

// AccountIDFor gives the id of the account that the first sign-in of this identity makes.
func AccountIDFor(issuer, subject string) domain.AccountID {
	return domain.AccountID(store.DeriveID("account", IdentityID(issuer, subject)))
}

// MaxName is how long a name may be, in characters.
const MaxName = 120

// CleanName makes a name of what a provider or a person gave: one line, no control characters, at most MaxName.
func CleanName(s string) string {
	s = strings.Join(strings.FieldsFunc(s, func(r rune) bool {
		return r < ' ' || r == 0x7f || r == ' ' || r == 0xa0 || r >= 0x2028 && r <= 0x202e || r >= 0x2066 && r <= 0x2069
	}), " ")
	if utf8.RuneCountInString(s) > MaxName {
		s = string([]rune(s)[:MaxName])
	}
	return s
}

// Rename gives the account another name. Invalid where none is left of it.
func (a *Account) Rename(name string) error {
	clean := CleanName(name)
	var f apperr.Fields
	f.Check(clean != "", "name", "accounts.error.name")
	f.Check(utf8.RuneCountInString(strings.TrimSpace(name)) <= MaxName, "name", "accounts.error.name_long", "max", MaxName)
	f.Check(len(domain.FindPersonalNumbers(name)) == 0, "name", "accounts.error.personal_number")
	if err := f.Err(); err != nil {
		return err
	}
	a.Name = clean
	return nil
}

// HasRole tells whether the account holds the platform role.
func (a Account) HasRole(role domain.PlatformRole) bool {
	return slices.ContainsFunc(a.Roles, func(g RoleGrant) bool { return g.Role == role })
}

// GrantRole adds a platform role. It reports false where the account holds it already.
func (a *Account) GrantRole(g RoleGrant) bool {
	if a.HasRole(g.Role) {
		return false
	}
	a.Roles = append(slices.Clone(a.Roles), g)
	return true
}

// RevokeRole takes a platform role away. It reports false where the account does not hold it.
func (a *Account) RevokeRole(role domain.PlatformRole) bool {
	before := len(a.Roles)
	a.Roles = slices.DeleteFunc(slices.Clone(a.Roles), func(g RoleGrant) bool { return g.Role == role })
	return len(a.Roles) < before
}

// GrantMandate adds a mandate. It reports false where the account holds the same one already.
func (a *Account) GrantMandate(g MandateGrant) bool {
	if slices.ContainsFunc(a.Mandates, func(m MandateGrant) bool { return m.Mandate == g.Mandate }) {
		return false
	}
	a.Mandates = append(slices.Clone(a.Mandates), g)
	return true
}

// RevokeMandate takes a mandate away by its id. It reports false where there is none.
func (a *Account) RevokeMandate(id string) bool {
	before := len(a.Mandates)
	a.Mandates = slices.DeleteFunc(slices.Clone(a.Mandates), func(g MandateGrant) bool { return g.ID == id })
	return len(a.Mandates) < before
}

// platformRoles and mandateKinds are what the secretariat can give.
var (
	platformRoles = []domain.PlatformRole{domain.RoleSecretariat, domain.RoleAuditor}
	mandateKinds  = []string{domain.MandateAreaVerifier, domain.MandateReviewer, domain.MandateEvaluator}
)
