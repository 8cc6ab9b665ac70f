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

// lastOf gives the last entry of a record, where it is one of these acts and young enough to be taken back, with what
// the record was before; done where op has taken it back already.
func lastOf[T any](ctx context.Context, s *Service, records *store.Records[T], id string, op store.Operation, acts ...string) (before T, e store.Entry, done bool, err error) {
	entries, err := records.History(ctx, id, 1)
	if err != nil {
		return before, e, false, err
	}
	if len(entries) == 0 {
		return before, e, false, hidden(nil)
	}
	e = entries[0]
	if op.ID != "" && e.Operation == op.ID {
		return before, e, true, nil
	}
	for _, act := range acts {
		if e.Action != act || s.now().Sub(e.At) > undoLife {
			continue
		}
		if e.Deleted {
			before, err = records.Removed(ctx, e)
		}
		return before, e, false, err
	}
	return before, e, false, apperr.New(apperr.Conflict, "organizations.error.undo_late")
}

// PutBack makes somebody a member again whom an owner took out within the last hour, in the role that they had.
// Forbidden for others than owners; NotFound for who never was a member; Conflict where it is too late, or something
// else happened since.
func (s *Service) PutBack(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, account domain.AccountID) error {
	if _, err := s.managed(ctx, actor, id); err != nil {
		return err
	}
	before, _, done, err := lastOf(ctx, s, s.members, memberID(id, account), op, "organization.member-removed")
	if err != nil {
		return err
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
