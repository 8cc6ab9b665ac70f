package organizations

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// How long an invitation can be used, and how long its link can be read again by who made it.
const (
	invitationLife = 7 * 24 * time.Hour
	shownLife      = 15 * time.Minute
)

// invitation is kept under the hash of its link's secret, so that a copy of the database opens no door.
type invitation struct {
	Organization domain.OrganizationID   `json:"organization"`
	Role         domain.OrganizationRole `json:"role"`
	By           domain.AccountID        `json:"by"`
	Until        time.Time               `json:"until"`
}

// usedInvitation lets who used a link post it again without harm.
type usedInvitation struct {
	Organization domain.OrganizationID `json:"organization"`
	Account      domain.AccountID      `json:"account"`
}

// shownInvitation carries the link from the form to the page that shows it, to its maker only.
type shownInvitation struct {
	Secret       string                  `json:"secret"`
	Organization domain.OrganizationID   `json:"organization"`
	Role         domain.OrganizationRole `json:"role"`
	By           domain.AccountID        `json:"by"`
	Until        time.Time               `json:"until"`
}

func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Invite makes a link by which one person can join with that role, once, within seven days. The answer names the page
// part that shows it: ShownInvitation. Forbidden for others than owners.
func (s *Service) Invite(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, role domain.OrganizationRole) (string, error) {
	if _, err := s.managed(ctx, actor, id); err != nil {
		return "", err
	}
	if err := checkRole(role); err != nil {
		return "", err
	}
	shownID := store.DeriveID(string(actor.Account), "invitation:"+op.ID)
	until := s.now().Add(invitationLife)
	show := shownInvitation{Secret: rand.Text(), Organization: id, Role: role, By: actor.Account, Until: until}
	err := s.shown.Create(ctx, shownID, show, shownLife)
	if apperr.Is(err, apperr.Conflict) { // the same form again
		if show, err = s.shown.Get(ctx, shownID); err == nil {
			if _, e := s.used.Get(ctx, hashOf(show.Secret)); e == nil {
				return shownID, nil
			}
		}
	}
	if err != nil {
		return "", err
	}
	until = show.Until
	return shownID, s.invitations.Put(ctx, hashOf(show.Secret), invitation{Organization: id, Role: role, By: actor.Account, Until: until}, invitationLife)
}

// Shown is a link just made.
type Shown struct {
	Path  string
	Role  domain.OrganizationRole
	Until time.Time
}

// ShownInvitation gives the link to who made it, for a quarter of an hour. NotFound otherwise.
func (s *Service) ShownInvitation(ctx context.Context, actor domain.Actor, id domain.OrganizationID, shownID string) (Shown, error) {
	show, err := s.shown.Get(ctx, shownID)
	if err != nil || show.By != actor.Account || show.Organization != id {
		return Shown{}, hidden(err)
	}
	return Shown{Path: "/invitations/" + show.Secret, Role: show.Role, Until: show.Until}, nil
}

// Invited is what a link offers.
type Invited struct {
	Organization domain.OrganizationID
	Name         string
	Role         domain.OrganizationRole
	Until        time.Time
	Member       bool // the actor is one already
	Demo         bool
}

// Invitation tells what a link offers, and changes nothing. NotFound for a link that is unknown, used or too old.
func (s *Service) Invitation(ctx context.Context, actor domain.Actor, secret string) (Invited, error) {
	i, err := s.invitations.Get(ctx, hashOf(secret))
	if err != nil {
		return Invited{}, gone(err)
	}
	doc, err := s.organizations.Get(ctx, string(i.Organization))
	if err != nil {
		return Invited{}, gone(err)
	}
	_, member := actor.Membership(i.Organization)
	return Invited{Organization: i.Organization, Name: doc.Body.Name, Role: i.Role, Until: i.Until, Member: member, Demo: doc.Body.Demo}, nil
}

func gone(err error) error {
	if apperr.Is(err, apperr.NotFound) {
		return apperr.Wrap(err, apperr.NotFound, "organizations.error.invitation")
	}
	return err
}

// Accept makes the actor a member by a link, which is then used up. SignIn without an account; NotFound for a link
// that is unknown, used by another, or too old; Conflict, with the link left as it is, for members.
func (s *Service) Accept(ctx context.Context, actor domain.Actor, op store.Operation, secret string) (domain.OrganizationID, error) {
	if err := mayBelong(actor); err != nil {
		return "", err
	}
	key := hashOf(secret)
	offered, err := s.invitations.Get(ctx, key)
	if apperr.Is(err, apperr.NotFound) {
		if u, e := s.used.Get(ctx, key); e == nil && u.Account == actor.Account {
			return u.Organization, nil
		}
	}
	if err != nil {
		return "", gone(err)
	}
	if _, ok := actor.Membership(offered.Organization); ok {
		return "", apperr.New(apperr.Conflict, "organizations.error.member_already")
	}
	taken, err := s.invitations.Take(ctx, key)
	if err != nil {
		return "", gone(err)
	}
	err = s.admit(ctx, actor, op, taken.Organization, actor.Account, taken.Role)
	if err == nil {
		err = s.used.Put(ctx, key, usedInvitation{Organization: taken.Organization, Account: actor.Account}, invitationLife)
		return taken.Organization, err
	}
	if left := taken.Until.Sub(s.now()); left > 0 { // put the link back, so that it can be tried again
		if e := s.invitations.Create(context.WithoutCancel(ctx), key, taken, left); e != nil {
			s.log.ErrorContext(ctx, "an invitation could not be put back", "organization", taken.Organization, "error", e)
		}
	}
	return "", err
}
