package domain

import "slices"

// Importer is for whom a table is brought in, as it was allowed when it was asked for: the work is done later.
type Importer struct {
	Account     AccountID    `json:"account"`
	Session     string       `json:"session,omitempty"`
	Areas       []RegionCode `json:"areas,omitempty"`       // where figures may be written; "" is the country
	Membership  Membership   `json:"membership"`            // on whose behalf, "" organisation for none
	Secretariat bool         `json:"secretariat,omitempty"` // of the secretariat, for kinds that it may bring in
	Demo        bool         `json:"demo,omitempty"`        // a person of the demonstration: figures are marked as such
	Replace     bool         `json:"replace"`               // what is stored already is replaced, not refused
}

// Writes tells whether the importer may write figures of that region.
func (i Importer) Writes(code RegionCode) bool {
	return slices.ContainsFunc(i.Areas, func(a RegionCode) bool { return a.Contains(code) })
}

// Actor is the importer as an actor, with nothing but the membership on whose behalf it is.
func (i Importer) Actor() Actor {
	a := Actor{Account: i.Account, Session: i.Session}
	if i.Secretariat {
		a.Roles = []PlatformRole{RoleSecretariat}
	}
	if i.Membership.Organization != "" {
		a.Memberships = []Membership{i.Membership}
	}
	return a
}
