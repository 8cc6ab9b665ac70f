package organizations

import (
	"context"
	"unicode/utf8"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// putMember stores a membership; one that is there keeps the higher of both roles only when it is asked for by name,
// so here it is left as it is.
func (s *Service) putMember(ctx context.Context, m Member, c store.Change) (store.Doc[Member], error) {
	id := memberID(m.Organization, m.Account)
	doc, err := s.members.Insert(ctx, id, m, c)
	if apperr.Is(err, apperr.Conflict) {
		return s.members.Get(ctx, id)
	}
	return doc, err
}

// MemberView is a member with the name of the account.
type MemberView struct {
	Member
	Name string
}

// Members lists an organisation's members, longest first. NotFound where the actor may not see inside.
func (s *Service) Members(ctx context.Context, actor domain.Actor, id domain.OrganizationID) ([]MemberView, error) {
	if _, err := s.inside(ctx, actor, id); err != nil {
		return nil, err
	}
	members, err := s.membersOf(ctx, id)
	if err != nil {
		return nil, err
	}
	accounts := make([]domain.AccountID, 0, len(members))
	for _, m := range members {
		accounts = append(accounts, m.Account)
	}
	names, err := s.people.Names(ctx, accounts)
	if err != nil {
		return nil, err
	}
	views := make([]MemberView, 0, len(members))
	for _, m := range members {
		views = append(views, MemberView{m, names[m.Account]})
	}
	return views, nil
}

// inside reads an organisation for those who may see its members, papers and reviews.
func (s *Service) inside(ctx context.Context, actor domain.Actor, id domain.OrganizationID) (store.Doc[Organization], error) {
	doc, err := s.get(ctx, actor, id)
	if err == nil && !MaySeeInside(actor, id) {
		return store.Doc[Organization]{}, hidden(nil)
	}
	return doc, err
}

func (s *Service) membersOf(ctx context.Context, id domain.OrganizationID) ([]Member, error) {
	return listAll(ctx, s.members, store.Query{List: listOrganization, Key: store.KeyOf(string(id)), Limit: 100})
}

// listAll reads a list to its end; for lists that stay short.
func listAll[T any](ctx context.Context, records *store.Records[T], q store.Query) ([]T, error) {
	var all []T
	for {
		page, err := records.List(ctx, q)
		if err != nil {
			return nil, err
		}
		for _, doc := range page.Items {
			all = append(all, doc.Body)
		}
		if q.Cursor = page.Next; page.Next == "" {
			return all, nil
		}
	}
}

// setOwner notes in the organisation whether the account is an owner. The organisation's own version guards the rule
// that the last owner stays: of two owners who leave at once, one is refused.
func (s *Service) setOwner(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, account domain.AccountID, owner bool) error {
	for range 10 {
		doc, err := s.organizations.Get(ctx, string(id))
		if err != nil {
			return err
		}
		o := doc.Body
		var changed bool
		if owner {
			changed = o.addOwner(account)
		} else if changed, err = o.dropOwner(account); err != nil {
			return err
		}
		if !changed {
			return nil
		}
		_, err = s.organizations.Replace(ctx, doc, o, actor.Change("organization.owners-changed", id, op))
		if !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
	return apperr.New(apperr.Conflict, "organizations.error.changed")
}

// SetRole changes a member's role. Forbidden for others than owners, Conflict where the last owner would go.
func (s *Service) SetRole(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, account domain.AccountID, role domain.OrganizationRole) error {
	if _, err := s.managed(ctx, actor, id); err != nil {
		return err
	}
	if err := checkRole(role); err != nil {
		return err
	}
	doc, err := s.members.Get(ctx, memberID(id, account))
	if err != nil {
		return hidden(err)
	}
	if doc.Body.Role == role {
		return nil
	}
	if role != domain.OrgOwner {
		if err := s.setOwner(ctx, actor, op, id, account, false); err != nil {
			return err
		}
	}
	m := doc.Body
	m.Role = role
	if _, err := s.members.Replace(ctx, doc, m, actor.Change("organization.role-changed", id, op)); err != nil {
		return err
	}
	if role == domain.OrgOwner {
		return s.setOwner(ctx, actor, op, id, account, true)
	}
	return nil
}

// Remove takes a member out. Forbidden for others than owners, Conflict for the last owner.
func (s *Service) Remove(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, account domain.AccountID) error {
	if _, err := s.managed(ctx, actor, id); err != nil {
		return err
	}
	return s.part(ctx, actor, op, id, account, "organization.member-removed")
}

// Leave takes the actor out. NotFound for others than members, Conflict for the last owner.
func (s *Service) Leave(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID) error {
	if !actor.SignedIn() {
		return apperr.New(apperr.SignIn, "")
	}
	if _, ok := actor.Membership(id); !ok {
		return hidden(nil)
	}
	return s.part(ctx, actor, op, id, actor.Account, "organization.member-left")
}

func (s *Service) part(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, account domain.AccountID, action string) error {
	if err := s.setOwner(ctx, actor, op, id, account, false); err != nil {
		return err
	}
	doc, err := s.members.Get(ctx, memberID(id, account))
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.members.Delete(ctx, doc, actor.Change(action, id, op))
}

// AskToJoin notes the actor's wish to become a member; a repeat changes nothing. SignIn without an account, NotFound
// where the organisation is hidden, Conflict for members.
func (s *Service) AskToJoin(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, message string) error {
	if err := mayBelong(actor); err != nil {
		return err
	}
	if _, err := s.get(ctx, actor, id); err != nil {
		return err
	}
	if _, ok := actor.Membership(id); ok {
		return apperr.New(apperr.Conflict, "organizations.error.member_already")
	}
	var f apperr.Fields
	f.Check(utf8.RuneCountInString(message) <= maxLong, "reason", "organizations.error.long", "max", maxLong)
	f.Check(len(domain.FindPersonalNumbers(message)) == 0, "reason", "organizations.error.personal")
	if err := f.Err(); err != nil {
		return err
	}
	r := JoinRequest{Organization: id, Account: actor.Account, Message: message, At: s.now()}
	_, err := s.requests.Insert(ctx, requestID(id, actor.Account), r, actor.Change("organization.join-requested", id, op))
	if apperr.Is(err, apperr.Conflict) {
		return nil
	}
	return err
}

// RequestView is a request with the name of the account.
type RequestView struct {
	JoinRequest
	Name string
}

// JoinRequests lists who wants to join, oldest first. Forbidden for others than owners.
func (s *Service) JoinRequests(ctx context.Context, actor domain.Actor, id domain.OrganizationID) ([]RequestView, error) {
	if _, err := s.managed(ctx, actor, id); err != nil {
		return nil, err
	}
	page, err := s.requests.List(ctx, store.Query{List: listOrganization, Key: store.KeyOf(string(id)), Limit: 100})
	if err != nil {
		return nil, err
	}
	var accounts []domain.AccountID
	for _, doc := range page.Items {
		accounts = append(accounts, doc.Body.Account)
	}
	names, err := s.people.Names(ctx, accounts)
	if err != nil {
		return nil, err
	}
	views := make([]RequestView, 0, len(page.Items))
	for _, doc := range page.Items {
		views = append(views, RequestView{doc.Body, names[doc.Body.Account]})
	}
	return views, nil
}

// AnswerRequest takes a person in with that role, or declines with role "". Forbidden for others than owners,
// NotFound where there is no such request.
func (s *Service) AnswerRequest(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, account domain.AccountID, role domain.OrganizationRole) error {
	if _, err := s.managed(ctx, actor, id); err != nil {
		return err
	}
	doc, err := s.requests.Get(ctx, requestID(id, account))
	if apperr.Is(err, apperr.NotFound) {
		if _, e := s.members.Get(ctx, memberID(id, account)); e == nil && role != "" {
			return nil
		}
		return hidden(err)
	}
	if err != nil {
		return err
	}
	action := "organization.join-declined"
	if role != "" {
		if err := checkRole(role); err != nil {
			return err
		}
		if err := s.admit(ctx, actor, op, id, account, role); err != nil {
			return err
		}
		action = "organization.join-accepted"
	}
	return s.requests.Delete(ctx, doc, actor.Change(action, id, op))
}

// admit makes an account a member with a role.
func (s *Service) admit(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, account domain.AccountID, role domain.OrganizationRole) error {
	m := Member{Organization: id, Account: account, Role: role, Since: s.now()}
	doc, err := s.putMember(ctx, m, actor.Change("organization.member-joined", id, op))
	if err == nil && doc.Body.Role == domain.OrgOwner {
		err = s.setOwner(ctx, actor, op, id, account, true)
	}
	return err
}
