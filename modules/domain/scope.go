package domain

import (
	"slices"
	"strings"
)

// Scope is a kind of thing that a program may read with a token of an organisation: what the public reads of it, and
// the organisation's own drafts and papers.
type Scope string

// Scopes, each named as the lists of its kind are.
const (
	ScopeNeeds         Scope = "needs"
	ScopeInitiatives   Scope = "initiatives"
	ScopeCommitments   Scope = "commitments"
	ScopeDocuments     Scope = "documents"
	ScopeOrganizations Scope = "organizations"
)

// Scopes are all, in the order in which pages name them.
func Scopes() []Scope {
	return []Scope{ScopeNeeds, ScopeInitiatives, ScopeCommitments, ScopeDocuments, ScopeOrganizations}
}

// Program is by what a program asks: a token, and how far it reaches.
type Program struct {
	Token  string // its public id
	Scopes []Scope
}

// Reaches tells whether the actor may ask for things of that kind. A person may; what they see is decided elsewhere.
func (a Actor) Reaches(s Scope) bool {
	return a.Program == nil || s != "" && slices.Contains(a.Program.Scopes, s)
}

// ScopedPanel is a panel that shows things of one kind. To a program whose token does not reach them it is not shown,
// and neither is a panel that does not say what it shows.
type ScopedPanel interface {
	Panel
	Scope() Scope
}

func reachesPanel(actor Actor, panel Panel) bool {
	if actor.Program == nil {
		return true
	}
	scoped, ok := panel.(ScopedPanel)
	return ok && actor.Reaches(scoped.Scope())
}

const tokenAccount = "token-"

// TokenAccount is the account under which a program's readings are noted: the token's own, so that nothing that is its
// maker's as a person opens to it.
func TokenAccount(token string) AccountID { return AccountID(tokenAccount + token) }

// TokenOf gives the token whose account this is; "" for a person's.
func (id AccountID) TokenOf() string {
	token, ok := strings.CutPrefix(string(id), tokenAccount)
	if !ok {
		return ""
	}
	return token
}
