package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// closedStates are the states of access by which people are found.
var closedStates = []Access{AccessWaiting, AccessDeclined, AccessSuspended}

// PeopleQuery asks for a page of people: by words that begin a name or address, by a role, mandate kind or closed state.
type PeopleQuery struct{ Q, Role, Cursor string }

const peoplePerPage = 20

// People lists accounts by name. SignIn, NotFound (not for this actor), BadRequest (a cursor of another list).
func (s *Service) People(ctx context.Context, actor domain.Actor, q PeopleQuery) (store.Page[Account], error) {
	if err := maySeePeople(actor); err != nil {
		return store.Page[Account]{}, err
	}
	query := store.Query{List: listPeople, Cursor: q.Cursor, Limit: peoplePerPage}
	if slices.Contains(closedStates, Access(q.Role)) || slices.Contains(mandateKinds, q.Role) || slices.Contains(platformRoles, domain.PlatformRole(q.Role)) {
		query.Key = roleKey(q.Role)
	}
	asked := domain.Words(q.Q)
	if strings.TrimSpace(q.Q) == "" {
		return s.accounts.List(ctx, query)
	}
	if len(asked) == 0 {
		return store.Page[Account]{}, nil
	}
	return s.searchPeople(ctx, query, asked, q.Role)
}

// searchPeople narrows by the beginning of the rarest word and checks the rest, page after page, until a page is full.
func (s *Service) searchPeople(ctx context.Context, query store.Query, asked []string, role string) (store.Page[Account], error) {
	var keys []store.Key
	for _, word := range asked[:min(len(asked), maxWords)] {
		keys = append(keys, wordKey(word))
	}
	var err error
	if query.Key, _, err = store.Rarest(ctx, s.accounts, listPeople, keys); err != nil {
		return store.Page[Account]{}, err
	}
	return store.Sift(ctx, s.accounts, query, func(a Account) bool {
		return domain.BeginWords(a.Name+" "+a.Email, asked) && (role == "" || hasRoleOrMandate(a, role))
	})
}

func hasRoleOrMandate(a Account, role string) bool {
	return string(a.Access()) == role || a.HasRole(domain.PlatformRole(role)) || slices.ContainsFunc(a.Mandates, func(m MandateGrant) bool { return m.Kind == role })
}

// PersonView is an account as the secretariat sees it.
type PersonView struct {
	store.Doc[Account]
	Memberships []domain.Membership
	Identities  []store.Doc[Identity]
	History     []store.Entry
}

// Person gives an account with what belongs to it. SignIn, NotFound.
func (s *Service) Person(ctx context.Context, actor domain.Actor, id domain.AccountID) (PersonView, error) {
	if err := maySeePeople(actor); err != nil {
		return PersonView{}, err
	}
	doc, err := s.accounts.Get(ctx, string(id))
	if err != nil {
		return PersonView{}, err
	}
	view := PersonView{Doc: doc}
	if view.Memberships, err = s.memberships.MembershipsOf(ctx, id); err != nil {
		return view, err
	}
	if view.Identities, err = s.Identities(ctx, id); err != nil {
		return view, err
	}
	view.History, err = s.accounts.History(ctx, string(id), 30)
	return view, err
}

// maxReason is how long a reason may be, in characters.
const maxReason = 500

func checkReason(f *apperr.Fields, reason string) {
	f.Check(strings.TrimSpace(reason) != "", "reason", "accounts.error.reason")
	f.Check(utf8.RuneCountInString(reason) <= maxReason, "reason", "accounts.error.reason_long", "max", maxReason)
	f.Check(len(domain.FindPersonalNumbers(reason)) == 0, "reason", "accounts.error.personal_number")
}

func grantChange(actor domain.Actor, action string, organization domain.OrganizationID, op store.Operation, reason string) store.Change {
	c := actor.Change(action, organization, op)
	c.Reason = strings.TrimSpace(reason)
	return c
}

// GrantRole gives a platform role; it counts from the person's next request. SignIn, NotFound, Forbidden (one's own,
// or not of the secretariat), Invalid.
func (s *Service) GrantRole(ctx context.Context, actor domain.Actor, op store.Operation, id domain.AccountID, role domain.PlatformRole, reason string) error {
	if err := mayGrant(actor, id); err != nil {
		return err
	}
	var f apperr.Fields
	f.Check(slices.Contains(platformRoles, role), "role", "accounts.error.role")
	checkReason(&f, reason)
	if err := f.Err(); err != nil {
		return err
	}
	grant := RoleGrant{Role: role, By: actor.Account, At: s.clock.Now(), Reason: strings.TrimSpace(reason)}
	return s.change(ctx, id, grantChange(actor, "account.role-granted", "", op, reason), func(a *Account) (bool, error) { return a.GrantRole(grant), nil })
}

// holds tells whether the account has the role; false also where that cannot be read.
func (s *Service) holds(ctx context.Context, id domain.AccountID, role domain.PlatformRole) bool {
	doc, err := s.accounts.Get(ctx, string(id))
	return err == nil && doc.Body.HasRole(role)
}

// RevokeRole takes a platform role away; it counts from the person's next request. Errors as GrantRole.
func (s *Service) RevokeRole(ctx context.Context, actor domain.Actor, op store.Operation, id domain.AccountID, role domain.PlatformRole, reason string) error {
	if err := mayGrant(actor, id); err != nil {
		return err
	}
	var f apperr.Fields
	checkReason(&f, reason)
	if err := f.Err(); err != nil {
		return err
	}
	return s.change(ctx, id, grantChange(actor, "account.role-revoked", "", op, reason), func(a *Account) (bool, error) { return a.RevokeRole(role), nil })
}

// GrantMandate gives a mandate on behalf of an organisation to which the person belongs; an area verifier's names a
// district or regency. SignIn, NotFound, Forbidden, Invalid.
func (s *Service) GrantMandate(ctx context.Context, actor domain.Actor, op store.Operation, id domain.AccountID, m domain.Mandate, reason string) error {
	if err := mayGrant(actor, id); err != nil {
		return err
	}
	memberships, err := s.memberships.MembershipsOf(ctx, id)
	if err != nil {
		return err
	}
	if err := s.checkMandate(ctx, m, memberships, reason); err != nil {
		return err
	}
	if m.Kind != domain.MandateAreaVerifier {
		m.Region = ""
	}
	grant := MandateGrant{ID: actor.NewID(op), Mandate: m, By: actor.Account, At: s.clock.Now(), Reason: strings.TrimSpace(reason)}
	return s.change(ctx, id, grantChange(actor, "account.mandate-granted", m.Organization, op, reason), func(a *Account) (bool, error) { return a.GrantMandate(grant), nil })
}

func (s *Service) checkMandate(ctx context.Context, m domain.Mandate, memberships []domain.Membership, reason string) error {
	var f apperr.Fields
	f.Check(slices.Contains(mandateKinds, m.Kind), "kind", "accounts.error.mandate")
	f.Check(slices.ContainsFunc(memberships, func(have domain.Membership) bool { return have.Organization == m.Organization && m.Organization != "" }),
		"organization", "accounts.error.organization")
	if m.Kind == domain.MandateAreaVerifier {
		level := m.Region.Level()
		if level != domain.LevelRegency && level != domain.LevelDistrict {
			f.Add("region", "accounts.error.region")
		} else if _, err := s.regions.Place(ctx, m.Region); apperr.Is(err, apperr.NotFound) {
			f.Add("region", "accounts.error.region_unknown", "code", string(m.Region))
		} else if err != nil {
			return err
		}
	}
	checkReason(&f, reason)
	return f.Err()
}

// RevokeMandate takes a mandate away by its id. SignIn, NotFound, Forbidden, Invalid.
func (s *Service) RevokeMandate(ctx context.Context, actor domain.Actor, op store.Operation, id domain.AccountID, mandate, reason string) error {
	if err := mayGrant(actor, id); err != nil {
		return err
	}
	var f apperr.Fields
	checkReason(&f, reason)
	if err := f.Err(); err != nil {
		return err
	}
	return s.change(ctx, id, grantChange(actor, "account.mandate-revoked", "", op, reason), func(a *Account) (bool, error) { return a.RevokeMandate(mandate), nil })
}

// ErrAmbiguous is what Grant answers where several accounts hold the address.
var ErrAmbiguous = errors.New("several accounts hold this e-mail address: name the account's id")

// Grant gives a platform role on the operator's word, outside the portal: `gotong admin grant`. Who is an account's id
// or a verified e-mail address. NotFound, Invalid, ErrAmbiguous.
func (s *Service) Grant(ctx context.Context, who string, role domain.PlatformRole) (domain.AccountID, error) {
	if !slices.Contains(platformRoles, role) {
		return "", apperr.New(apperr.Invalid, "accounts.error.role")
	}
	id := strings.TrimSpace(who)
	if strings.Contains(id, "@") {
		page, err := s.accounts.List(ctx, store.Query{List: listEmail, Key: emailKey(id), Limit: 2})
		if err != nil {
			return "", err
		}
		switch len(page.Items) {
		case 0:
			return "", apperr.New(apperr.NotFound, "")
		case 1:
			id = page.Items[0].ID
		default:
			return "", ErrAmbiguous
		}
	}
	grant := RoleGrant{Role: role, At: s.clock.Now()}
	err := s.change(ctx, domain.AccountID(id), store.Change{Action: "account.role-granted"}, func(a *Account) (bool, error) { return a.GrantRole(grant), nil })
	return domain.AccountID(id), err
}
