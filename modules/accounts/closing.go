package accounts

import (
	"context"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Access says whether an account opens the portal.
type Access string

// States of access.
const (
	AccessOpen      Access = "open"
	AccessWaiting   Access = "waiting"   // new, the secretariat has not looked at it
	AccessDeclined  Access = "declined"  // looked at, and not let in
	AccessSuspended Access = "suspended" // shut until it is restored
)

// Closure is why an account does not open the portal.
type Closure struct {
	By     domain.AccountID `json:"by"`
	At     time.Time        `json:"at"`
	Reason string           `json:"reason"`
}

// Access tells whether the account opens the portal now. One that is suspended stays so whatever else it waits for.
func (a Account) Access() Access {
	switch {
	case a.Suspended != nil:
		return AccessSuspended
	case a.Declined != nil:
		return AccessDeclined
	case !a.Asked.IsZero():
		return AccessWaiting
	}
	return AccessOpen
}

// accessMoves are the moves of access: from which state each goes where.
var accessMoves = map[string]struct {
	from []Access
	to   Access
}{
	"approve": {[]Access{AccessWaiting, AccessDeclined}, AccessOpen},
	"decline": {[]Access{AccessWaiting}, AccessDeclined},
	"suspend": {[]Access{AccessOpen}, AccessSuspended},
	"restore": {[]Access{AccessSuspended}, AccessOpen},
	"reopen":  {[]Access{AccessDeclined}, AccessWaiting},
}

// Move changes who the account lets in. Conflict where it is not in a state from which that move goes.
func (a *Account) Move(move string, c Closure) error {
	m, ok := accessMoves[move]
	if !ok || !slices.Contains(m.from, a.Access()) || !a.Erased.IsZero() {
		return apperr.New(apperr.Conflict, "accounts.error.access")
	}
	switch m.to {
	case AccessWaiting:
		a.Declined = nil // since when it waits was kept
	case AccessOpen:
		a.Asked, a.Declined, a.Suspended = time.Time{}, nil, nil
	case AccessDeclined:
		a.Declined = &c
	case AccessSuspended:
		a.Suspended = &c
	}
	return nil
}

var accessActs = map[string]string{
	"approve": "account.approved", "decline": "account.declined", "suspend": "account.suspended", "restore": "account.restored",
	"reopen": "account.reopened",
}

// MoveAccess approves, declines, suspends or restores an account, or lets a declined one wait again; it counts from the person's next request, on every
// replica. A reason is wanted for all but approving. SignIn, NotFound, Forbidden (one's own, or not of the secretariat),
// Invalid, Conflict (not in that state, or changed meanwhile).
func (s *Service) MoveAccess(ctx context.Context, actor domain.Actor, op store.Operation, id domain.AccountID, move, reason string) error {
	if err := mayGrant(actor, id); err != nil {
		return err
	}
	if move != "approve" || reason != "" {
		var f apperr.Fields
		checkReason(&f, reason)
		if err := f.Err(); err != nil {
			return err
		}
	}
	c := grantChange(actor, accessActs[move], "", op, reason)
	if last, err := s.accounts.History(ctx, string(id), 1); err == nil && op.ID != "" && len(last) > 0 && last[0].Operation == op.ID {
		return nil // the same form again
	}
	err := s.change(ctx, id, c, func(a *Account) (bool, error) {
		return true, a.Move(move, Closure{By: actor.Account, At: s.clock.Now(), Reason: c.Reason})
	})
	if err != nil || move != "suspend" {
		return err
	}
	// Nobody with this account is let in any more already; what is left of its sessions goes too.
	_, err = s.Sessions.EndOthers(ctx, id, "")
	return err
}

// TakeBackApproval has an account wait again, or be declined again, that was approved within the last hour and did not
// change since; whoever signed in with it meanwhile is signed out. SignIn, NotFound, Forbidden, Invalid, Conflict.
func (s *Service) TakeBackApproval(ctx context.Context, actor domain.Actor, op store.Operation, id domain.AccountID, reason string) error {
	if err := mayGrant(actor, id); err != nil {
		return err
	}
	var f apperr.Fields
	if checkReason(&f, reason); len(f) > 0 {
		return f.Err()
	}
	doc, err := s.accounts.Get(ctx, string(id))
	if err != nil {
		return err
	}
	e, done, err := s.accounts.Undoable(ctx, doc.ID, op, s.clock.Now().Add(-undoLife), accessActs["approve"])
	if err == nil && !done {
		var before Account
		if before, _, err = s.accounts.Before(ctx, doc, e); err == nil {
			_, err = s.accounts.Replace(ctx, doc, before, grantChange(actor, "account.approval-taken-back", "", op, reason))
		}
	}
	if apperr.Is(err, apperr.Conflict) {
		return apperr.New(apperr.Conflict, "accounts.error.approval_used")
	}
	if err != nil {
		return err
	}
	_, err = s.Sessions.EndOthers(ctx, id, "")
	return err
}

// ClosedNotice is what somebody reads who signed in with an account that does not open the portal.
type ClosedNotice struct {
	Access Access    `json:"access"`
	Since  time.Time `json:"since"`
	Reason string    `json:"reason,omitempty"`
}

const noticeLife = 15 * time.Minute

// closed keeps for who just proved to be the account's person why it does not open the portal, and gives the secret
// under which they read it; "" where it is open.
func (s *Service) closed(ctx context.Context, account domain.AccountID) (string, error) {
	doc, err := s.accounts.Get(ctx, string(account))
	if err != nil {
		return "", err
	}
	a := doc.Body
	n := ClosedNotice{Access: a.Access()}
	switch n.Access {
	case AccessOpen:
		return "", nil
	case AccessWaiting:
		n.Since = a.Asked
	case AccessDeclined:
		n.Since, n.Reason = a.Declined.At, a.Declined.Reason
	case AccessSuspended:
		n.Since, n.Reason = a.Suspended.At, a.Suspended.Reason
	}
	secret := secretToken()
	return secret, s.notices.Put(ctx, hashToken(secret), n, noticeLife)
}

// Notice gives what was kept by closed. NotFound.
func (s *Service) Notice(ctx context.Context, secret string) (ClosedNotice, error) {
	return s.notices.Get(ctx, hashToken(secret))
}

const listWaiting = "waiting" // for approval, the longest first

func waitingList() store.List[Account] {
	return store.List[Account]{Name: listWaiting, Keys: func(_ string, a Account) []store.Key {
		if a.Access() != AccessWaiting || !a.Erased.IsZero() {
			return nil
		}
		return []store.Key{""}
	}, Sort: func(_ string, a Account) string { return store.SortTime(a.Asked) }}
}

// Own gives the queues of this module: accounts that wait for approval.
func (m *Module) Own() []domain.Queue {
	s := m.Service
	return []domain.Queue{{
		Name: "account-approve", Title: "accounts.queue.approve", For: domain.Actor.Secretariat,
		Read: func(ctx context.Context, r domain.QueueRequest) (w domain.Waits, err error) {
			page, err := s.accounts.List(ctx, store.Query{List: listWaiting, Cursor: r.Cursor, Limit: r.Limit})
			w.Next = page.Next
			for _, doc := range page.Items {
				w.Items = append(w.Items, domain.Wait{Title: doc.Body.Name, Path: "/people/" + doc.ID, Note: emailCell(r.Page, doc.Body).Text,
					Since: doc.Body.Asked, Due: domain.DueAfter(doc.Body.Asked, domain.DaysToApproveAccount), Demo: doc.Body.Demo})
			}
			return w, err
		},
	}}
}
