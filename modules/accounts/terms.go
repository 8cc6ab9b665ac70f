package accounts

import (
	"context"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Consent is a version of the terms that a person accepted.
type Consent struct {
	Version string    `json:"version"`
	At      time.Time `json:"at"`
}

// Agree notes that the terms of that version were accepted; earlier consents stay known. It reports false where that
// version is the accepted one already.
func (a *Account) Agree(version string, at time.Time) bool {
	if a.Terms == version {
		return false
	}
	a.Consents = append(slices.Clone(a.Consents), Consent{version, at})
	a.Terms, a.TermsAt = version, at
	return true
}

// consents are all consents, the newest first; of accounts from before the history was kept, the last one.
func (a Account) consents() []Consent {
	list := slices.Clone(a.Consents)
	if a.Terms != "" && !slices.ContainsFunc(list, func(c Consent) bool { return c.Version == a.Terms }) {
		list = append(list, Consent{a.Terms, a.TermsAt})
	}
	slices.Reverse(list)
	return list
}

// owesTerms tells whether the person accepted other terms than those in force. Who never signed in accepts them by the
// first sign-in.
func (s *Service) owesTerms(a Account) bool { return a.Terms != "" && a.Terms != s.terms }

// AgreeTerms notes that the actor accepts the terms. SignIn; Conflict where version is not the one in force, since the
// person read others; Unavailable.
func (s *Service) AgreeTerms(ctx context.Context, actor domain.Actor, op store.Operation, version string) error {
	if !actor.SignedIn() {
		return apperr.New(apperr.SignIn, "")
	}
	if version != s.terms {
		return apperr.New(apperr.Conflict, "accounts.error.terms_changed")
	}
	return s.change(ctx, actor.Account, actor.Change("account.terms-accepted", "", op), func(a *Account) (bool, error) {
		return a.Agree(s.terms, s.clock.Now()), nil
	})
}

// noteExport keeps that the person took a copy of their data, before its first byte.
func (s *Service) noteExport(ctx context.Context, actor domain.Actor) error {
	_, err := s.exports.Insert(ctx, store.NewID(), copyTaken{Account: actor.Account, At: s.clock.Now()}, actor.Change("account.exported", "", store.Operation{}))
	return err
}

// copyTaken is a copy of a person's data that was taken. It lies apart from the account, whose version open forms read.
type copyTaken struct {
	Account domain.AccountID `json:"account"`
	At      time.Time        `json:"at"`
}

const listCopies = "account" // of an account, the newest first

func copyDefinition() store.Definition[copyTaken] {
	return store.Definition[copyTaken]{Name: "data_copies", Schema: 1, Lists: []store.List[copyTaken]{
		{Name: listCopies, Descending: true, Keys: func(_ string, c copyTaken) []store.Key { return []store.Key{store.KeyOf(string(c.Account))} },
			Sort: func(_ string, c copyTaken) string { return store.SortTime(c.At) }},
	}}
}

// Copies tells when the actor took copies of their data, the newest first, at most twenty. SignIn, Unavailable.
func (s *Service) Copies(ctx context.Context, actor domain.Actor) ([]time.Time, error) {
	if !actor.SignedIn() || actor.Program != nil {
		return nil, apperr.New(apperr.SignIn, "")
	}
	page, err := s.exports.List(ctx, store.Query{List: listCopies, Key: store.KeyOf(string(actor.Account)), Limit: 20})
	times := make([]time.Time, 0, len(page.Items))
	for _, doc := range page.Items {
		times = append(times, doc.Body.At)
	}
	return times, err
}

// Processing gives a page of what was done with the actor's account, the newest first: sign-up, consents, erasure asked and taken back, roles, suspensions. before is the number to go on below, 0 at the beginning.
// SignIn, Unavailable.
func (s *Service) Processing(ctx context.Context, actor domain.Actor, before int64) (store.TrailPage, error) {
	if !actor.SignedIn() || actor.Program != nil {
		return store.TrailPage{}, apperr.New(apperr.SignIn, "")
	}
	return s.db.Feed().Trail(ctx, store.TrailFilter{Collection: "accounts", ID: string(actor.Account)}, before, processingPage)
}

const processingPage = 30
