package organizations

import (
	"context"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// undoLife is how long what an owner decided about a member can be taken back with one press.
const undoLife = time.Hour

// undoable gives the last entry of a record, where it is one of these acts and young enough to be taken back; done where
// op has taken it back already.
func undoable[T any](ctx context.Context, s *Service, records *store.Records[T], id string, op store.Operation, acts ...string) (store.Entry, bool, error) {
	e, done, err := records.Undoable(ctx, id, op, s.now().Add(-undoLife), acts...)
	switch {
	case apperr.Is(err, apperr.Conflict):
		err = apperr.New(apperr.Conflict, "organizations.error.undo_late")
	case apperr.Is(err, apperr.NotFound):
		err = hidden(err)
	}
	return e, done, err
}

// lastOf is undoable for what a deletion took away.
func lastOf[T any](ctx context.Context, s *Service, records *store.Records[T], id string, op store.Operation, acts ...string) (before T, e store.Entry, done bool, err error) {
	e, done, err = undoable(ctx, s, records, id, op, acts...)
	if err == nil && !done && e.Deleted {
		before, _, err = records.Before(ctx, store.Doc[T]{}, e)
	}
	return before, e, done, err
}

// PutBack makes somebody a member again whom an owner took out within the last hour, in the role that they had.
// Forbidden for others than owners; NotFound for who never was a member; Conflict where it is too late, or something
// else happened since.
func (s *Service) PutBack(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, account domain.AccountID) error {
	if _, err := s.managed(ctx, actor, id); err != nil {
		return err
	}
	return s.back(ctx, actor, op, id, account, "organization.member-removed")
}

// Return makes the actor a member again who left within the last hour, in the role that they had. SignIn; NotFound for
// who never was a member; Conflict where it is too late, or something else happened since.
func (s *Service) Return(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID) error {
	if err := mayBelong(actor); err != nil {
		return err
	}
	return s.back(ctx, actor, op, id, actor.Account, "organization.member-left")
}

// back makes an account a member again that an act took out.
func (s *Service) back(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, account domain.AccountID, act string) error {
	before, _, done, err := lastOf(ctx, s, s.members, memberID(id, account), op, act)
	if err != nil {
		return err
	}
	org, err := s.organizations.Get(ctx, string(id))
	if err != nil {
		return hidden(err)
	}
	if org.Body.MergedInto != "" {
		return org.Body.refuse()
	}
	if done {
		doc, err := s.members.Get(ctx, memberID(id, account))
		if err != nil {
			return hidden(err)
		}
		before = doc.Body
	} else if _, err := s.members.Insert(ctx, memberID(id, account), before, actor.Change("organization.member-restored", id, op)); err != nil {
		return err
	}
	if before.Role != domain.OrgOwner {
		return nil
	}
	return s.setOwner(ctx, actor, op, id, account, true)
}

// TakeBackAnswer lets a wish to join wait again that was answered within the last hour; who became a member by it is
// none any more. Errors as of PutBack.
func (s *Service) TakeBackAnswer(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, account domain.AccountID) error {
	if _, err := s.managed(ctx, actor, id); err != nil {
		return err
	}
	before, _, done, err := lastOf(ctx, s, s.requests, requestID(id, account), op, "organization.join-accepted", "organization.join-declined")
	if err != nil {
		return err
	}
	_, joined, _, err := lastOf(ctx, s, s.members, memberID(id, account), store.Operation{}, "organization.member-joined")
	is := err == nil && !joined.Deleted
	if err != nil && !joined.Deleted && !apperr.Is(err, apperr.NotFound) {
		return err // their role was changed since
	}
	if !done {
		if _, err := s.requests.Insert(ctx, requestID(id, account), before, actor.Change("organization.join-reopened", id, op)); err != nil {
			return err
		}
	}
	if !is {
		return nil
	}
	return s.part(ctx, actor, op, id, account, "organization.member-removed")
}

// Unlift lets a risk flag count again that was lifted. Errors as Lift's.
func (s *Service) Unlift(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, flag, reason string) error {
	return s.judge(ctx, actor, op, id, "organization.flag-restored", reason, func(o *Organization) error { return o.Unlift(flag, reason, s.now()) })
}

// TakeBackDecision lets a verification wait again that was decided within the last hour, as if it had not been decided;
// the trail keeps both. Invalid without a reason; Forbidden for others than the secretariat and for its own members;
// Conflict where it is too late, or the organisation changed since.
func (s *Service) TakeBackDecision(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, reason string) error {
	doc, err := s.judged(ctx, actor, id)
	if err != nil {
		return err
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	c := actor.Change("organization.decision-taken-back", id, op)
	c.Reason = reason
	return s.restore(ctx, doc, c, "organization.verified", "organization.rejected")
}

// TakeBackEdit gives an organisation the profile again that it had before an edit within the last hour. Forbidden for
// others than editors; Conflict as of TakeBackDecision.
func (s *Service) TakeBackEdit(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID) error {
	doc, err := s.get(ctx, actor, id)
	if err != nil {
		return err
	}
	if !MayEdit(actor, id) {
		return apperr.New(apperr.Forbidden, "organizations.error.editor_only")
	}
	return s.restore(ctx, doc, actor.Change("organization.edit-taken-back", id, op), "organization.edited")
}

// restore makes an organisation what it was before its last change, where that was one of these acts.
func (s *Service) restore(ctx context.Context, doc store.Doc[Organization], c store.Change, acts ...string) error {
	e, done, err := undoable(ctx, s, s.organizations, doc.ID, c.Operation, acts...)
	if err != nil || done {
		return err
	}
	before, _, err := s.organizations.Before(ctx, doc, e)
	if err == nil {
		_, err = s.organizations.Replace(ctx, doc, before, c)
	}
	if apperr.Is(err, apperr.Conflict) {
		err = apperr.New(apperr.Conflict, "organizations.error.undo_late")
	}
	return err
}
