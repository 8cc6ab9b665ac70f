package accounts

import (
	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// CanSeePeople tells whether the actor may see the list of people and what they may do.
func CanSeePeople(actor domain.Actor) bool { return actor.Secretariat() || actor.Auditor() }

// CanGrant tells whether the actor may give and take roles and mandates of that account: the secretariat, and nobody
// of their own.
func CanGrant(actor domain.Actor, account domain.AccountID) bool {
	return actor.Secretariat() && actor.Account != account
}

// maySeePeople answers SignIn without an account and NotFound to those who are not to know the page.
func maySeePeople(actor domain.Actor) error {
	switch {
	case !actor.SignedIn():
		return apperr.New(apperr.SignIn, "")
	case !CanSeePeople(actor):
		return apperr.New(apperr.NotFound, "")
	}
	return nil
}

func mayGrant(actor domain.Actor, account domain.AccountID) error {
	if err := maySeePeople(actor); err != nil {
		return err
	}
	switch {
	case !actor.Secretariat():
		return apperr.New(apperr.Forbidden, "accounts.error.only_secretariat")
	case actor.Account == account:
		return apperr.New(apperr.Forbidden, "accounts.error.own_rights")
	}
	return nil
}
