package organizations

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"slices"
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

// Invitation is kept under the hash of its link's secret, so that a copy of the database opens no door.
type Invitation struct {
	Organization domain.OrganizationID   `json:"organization"`
	Role         domain.OrganizationRole `json:"role"`
	By           domain.AccountID        `json:"by"`
	At           time.Time               `json:"at"`
	Until        time.Time               `json:"until"`
	UsedBy       domain.AccountID        `json:"used_by,omitempty"` // the one person who used it, and may post it again
	UsedAt       time.Time               `json:"used_at,omitzero"`
}

// open tells whether somebody may still use it.
func (i Invitation) open(now time.Time) bool { return i.UsedBy == "" && now.Before(i.Until) }

func invitationDefinition() store.Definition[Invitation] {
	until := func(_ string, i Invitation) string { return store.SortTime(i.Until) }
	return store.Definition[Invitation]{
		Name: "organization_invitations", Schema: 1,
		Lists: []store.List[Invitation]{
			{Name: listOrganization, Sort: until, Keys: func(_ string, i Invitation) []store.Key {
				if i.UsedBy != "" {
					return nil
				}
				return []store.Key{store.KeyOf(string(i.Organization))}
			}},
			{Name: listEnding, Sort: until},
		},
	}
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
	show := shownInvitation{Secret: rand.Text(), Organization: id, Role: role, By: actor.Account, Until: s.now().Add(invitationLife)}
	err := s.shown.Create(ctx, shownID, show, shownLife)
	if apperr.Is(err, apperr.Conflict) { // the same form again
		show, err = s.shown.Get(ctx, shownID)
	}
	if err != nil {
		return "", err
	}
	i := Invitation{Organization: id, Role: role, By: actor.Account, At: s.now(), Until: show.Until}
	_, err = s.invitations.Insert(ctx, hashOf(show.Secret), i, actor.Change("organization.invited", id, op))
	if apperr.Is(err, apperr.Conflict) {
		err = nil // it is there already, used or not
	}
	return shownID, err
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

// Open lists an organisation's invitations that nobody has used, the first to end first. Forbidden for others than
// owners.
func (s *Service) Open(ctx context.Context, actor domain.Actor, id domain.OrganizationID) ([]store.Doc[Invitation], error) {
	if _, err := s.managed(ctx, actor, id); err != nil {
		return nil, err
	}
	page, err := s.invitations.List(ctx, store.Query{List: listOrganization, Key: store.KeyOf(string(id)), Limit: 100})
	return slices.DeleteFunc(page.Items, func(doc store.Doc[Invitation]) bool { return !doc.Body.open(s.now()) }), err
}

// Revoke takes an invitation back that nobody has used. Forbidden for others than owners, NotFound where there is none,
// Conflict where it was used at the same moment.
func (s *Service) Revoke(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, invitation string) error {
	if _, err := s.managed(ctx, actor, id); err != nil {
		return err
	}
	doc, err := s.invitations.Get(ctx, invitation)
	if apperr.Is(err, apperr.NotFound) {
		return nil // taken back or swept: the link opens nothing
	}
	if err != nil {
		return err
	}
	if doc.Body.Organization != id {
		return hidden(nil)
	}
	if doc.Body.UsedBy != "" {
		return apperr.New(apperr.Conflict, "organizations.error.invitation_used")
	}
	return s.invitations.Delete(ctx, doc, actor.Change("organization.invitation-revoked", id, op))
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
	doc, org, err := s.offered(ctx, secret)
	if err != nil {
		return Invited{}, err
	}
	if !doc.Body.open(s.now()) {
		return Invited{}, gone(nil)
	}
	id := domain.OrganizationID(org.ID)
	_, member := actor.Membership(id)
	return Invited{Organization: id, Name: org.Body.Name, Role: doc.Body.Role, Until: doc.Body.Until, Member: member, Demo: org.Body.Demo}, nil
}

// offered reads an invitation with the organisation to which it leads: the one it was made for, or the one that took
// that in. An invitation dies with its maker's right to invite.
func (s *Service) offered(ctx context.Context, secret string) (store.Doc[Invitation], store.Doc[Organization], error) {
	doc, err := s.invitations.Get(ctx, hashOf(secret))
	if err != nil {
		return doc, store.Doc[Organization]{}, gone(err)
	}
	org, err := s.present(ctx, doc.Body.Organization)
	if err != nil {
		return doc, org, gone(err)
	}
	if doc.Body.UsedBy == "" && !slices.Contains(org.Body.Owners, doc.Body.By) {
		return doc, org, gone(nil)
	}
	return doc, org, nil
}

func gone(err error) error {
	if err == nil || apperr.Is(err, apperr.NotFound) {
		return apperr.Wrap(err, apperr.NotFound, "organizations.error.invitation")
	}
	return err
}

// Accept makes the actor a member by a link, which is then used up. SignIn without an account; NotFound for a link
// that is unknown, used by another, or too old; Conflict, with the link left as it is, for members. Who used the link
// may post it again, so a broken connection or a crash in between does no harm.
func (s *Service) Accept(ctx context.Context, actor domain.Actor, op store.Operation, secret string) (domain.OrganizationID, error) {
	if err := mayBelong(actor); err != nil {
		return "", err
	}
	doc, org, err := s.offered(ctx, secret)
	if err != nil {
		return "", err
	}
	id, i := domain.OrganizationID(org.ID), doc.Body
	switch {
	case i.UsedBy == actor.Account:
		if _, ok := actor.Membership(id); ok {
			return id, nil
		}
		if s.now().Sub(i.UsedAt) > shownLife { // long ago: they left or were taken out since
			return "", gone(nil)
		}
	case !i.open(s.now()):
		return "", gone(nil)
	default:
		if _, ok := actor.Membership(id); ok {
			return "", apperr.New(apperr.Conflict, "organizations.error.member_already")
		}
		i.UsedBy, i.UsedAt = actor.Account, s.now()
		if _, err := s.invitations.Replace(ctx, doc, i, actor.Change("organization.invitation-used", id, op)); err != nil {
			if apperr.Is(err, apperr.Conflict) { // another was faster
				return "", gone(nil)
			}
			return "", gone(err)
		}
	}
	return id, s.admit(ctx, actor, op, id, actor.Account, i.Role)
}
