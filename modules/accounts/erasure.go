package accounts

import (
	"context"
	"strings"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

const (
	// ErasureWait is how long an erasure can be taken back.
	ErasureWait    = 7 * 24 * time.Hour
	retentionEvery = 15 * time.Minute
)

// Departure takes a person out of what other modules keep.
type Departure interface {
	// LastOwnerOf names the organisations that would be left without an owner.
	LastOwnerOf(ctx context.Context, account domain.AccountID) ([]string, error)
	// LeaveAll ends every membership and wish to join, with the values that the person wrote there. Conflict where an
	// organisation would be left without an owner. A repeat goes on where it was broken off.
	LeaveAll(ctx context.Context, account domain.AccountID) error
}

func listErasingOf(_ string, a Account) []store.Key {
	if a.Erasing.IsZero() {
		return nil
	}
	return []store.Key{""}
}

// AskErasure notes that the account is to be erased in a week. SignIn, Conflict where an organisation would be left
// without an owner, or where the account changed since version.
func (s *Service) AskErasure(ctx context.Context, actor domain.Actor, op store.Operation) error {
	doc, err := s.Account(ctx, actor)
	if err != nil {
		return err
	}
	if !doc.Body.Erasing.IsZero() {
		return nil
	}
	owned, err := s.departure.LastOwnerOf(ctx, actor.Account)
	if err != nil {
		return err
	}
	if len(owned) > 0 {
		return apperr.New(apperr.Conflict, "accounts.error.last_owner", "organizations", strings.Join(owned, ", "))
	}
	body := doc.Body
	body.Erasing = s.clock.Now().Add(ErasureWait)
	_, err = s.accounts.Replace(ctx, doc, body, actor.Change("account.erasure-asked", "", op))
	return err
}

// CancelErasure keeps the account. SignIn, Conflict where it changed meanwhile.
func (s *Service) CancelErasure(ctx context.Context, actor domain.Actor, op store.Operation) error {
	doc, err := s.Account(ctx, actor)
	if err != nil || doc.Body.Erasing.IsZero() {
		return err
	}
	body := doc.Body
	body.Erasing = time.Time{}
	_, err = s.accounts.Replace(ctx, doc, body, actor.Change("account.erasure-cancelled", "", op))
	return err
}

// EraseDue erases the accounts whose week is over and tells how many. One that cannot be erased now, since an
// organisation would lose its last owner, waits for the next time.
func (s *Service) EraseDue(ctx context.Context) (int, error) {
	done, cursor := 0, ""
	for {
		page, err := s.accounts.List(ctx, store.Query{List: listErasing, Cursor: cursor, Limit: 50})
		if err != nil {
			return done, err
		}
		for _, doc := range page.Items {
			if doc.Body.Erasing.After(s.clock.Now()) { // the earliest come first
				return done, nil
			}
			err := s.erase(ctx, doc)
			switch {
			case apperr.Is(err, apperr.Conflict):
				s.log.Warn("an account is not erased yet: the last owner of an organisation, or changed just now", "account", doc.ID)
			case err != nil:
				return done, err
			default:
				done++
			}
		}
		if cursor = page.Next; cursor == "" {
			return done, nil
		}
	}
}

// erase takes away all that names the person. The acts stay in the trail under the account's id; the account itself goes
// last, so that what is broken off is gone on with.
func (s *Service) erase(ctx context.Context, doc store.Doc[Account]) error {
	id := domain.AccountID(doc.ID)
	if err := s.departure.LeaveAll(ctx, id); err != nil {
		return err
	}
	if _, err := s.Sessions.EndOthers(ctx, id, ""); err != nil {
		return err
	}
	for {
		identities, err := s.Identities(ctx, id)
		if err != nil {
			return err
		}
		for _, i := range identities {
			if err := s.identities.Delete(ctx, i, store.Change{Action: "identity.erased", Erases: true}); err != nil && !apperr.Is(err, apperr.NotFound) {
				return err
			}
		}
		if len(identities) == 0 {
			break
		}
	}
	_, err := s.accounts.Replace(ctx, doc, Account{Erased: s.clock.Now(), Configured: doc.Body.Configured}, store.Change{Action: "account.erased", Erases: true})
	return err
}

// Retention erases what is due, on one replica, until ctx ends.
func (s *Service) Retention(ctx context.Context) error {
	return s.db.Lease(ctx, "retention", func(ctx context.Context) error {
		ticker := time.NewTicker(retentionEvery)
		defer ticker.Stop()
		for {
			if n, err := s.EraseDue(ctx); err != nil && ctx.Err() == nil {
				s.log.Warn("retention is broken off, trying again", "error", err)
			} else if n > 0 {
				s.log.Info("accounts erased", "count", n)
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-ticker.C:
			}
		}
	})
}

// lifeOf gives the id under which an identity's account is made: another one where that account was erased, so that
// nothing joins the person with what they did before.
func (s *Service) lifeOf(ctx context.Context, id domain.AccountID) (domain.AccountID, error) {
	for {
		doc, err := s.accounts.Get(ctx, string(id))
		if apperr.Is(err, apperr.NotFound) {
			return id, nil
		}
		if err != nil || doc.Body.Erased.IsZero() {
			return id, err
		}
		id = domain.AccountID(store.DeriveID(string(id), "life"))
	}
}
