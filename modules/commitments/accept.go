package commitments

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Accept takes a proposal for the village: the commitment is marked, its quantity held on the offer's account, then on
// the need's, then it is accepted. After a crash anywhere in between a repeat or the reconciler finishes or undoes it.
// Errors: NotFound, SignIn, Forbidden (not an owner of the village's government, or of the proposer too), Conflict
// (another state; an organisation not verified; need or offer closed; more than is left, with how much that is).
func (s *Service) Accept(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID) error {
	return s.AcceptVersion(ctx, actor, op, id, 0)
}

// AcceptVersion accepts as Accept does, but only the version of that number (0: whichever stands), so that nobody
// accepts terms that changed since they were read. Errors: as Accept, Conflict where another version stands.
func (s *Service) AcceptVersion(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, seen int) error {
	if err := s.mayAccept(ctx, actor, op, id); err != nil {
		return err
	}
	doc, err := s.change(ctx, id, func(c *Commitment, version int64) (store.Change, bool, error) {
		h, err := s.hand(actor, c, op.ID, SideVillage)
		if err != nil || c.Did(op.ID, StateAccepted) {
			return store.Change{}, true, err
		}
		if c.Pending != nil {
			return store.Change{}, true, nil // somebody began: go on from there
		}
		if err := c.sawVersion(seen); err != nil {
			return store.Change{}, true, err
		}
		return actor.Change("commitment.accepting", h.Organization, op), false, c.BeginAccept(h, version+1)
	})
	if err != nil || doc.Body.Did(op.ID, StateAccepted) {
		return err
	}
	if doc.Body.Pending == nil {
		// This very form set its mark, by the other replica, and the attempt was refused and undone since: the store
		// tells the repeat of a write that was made, not that it stands.
		return s.AcceptVersion(ctx, actor, op, id, seen)
	}
	if doc.Body.Pending.Undo {
		if err := s.finishUndo(ctx, doc); err != nil {
			return err
		}
		return s.AcceptVersion(ctx, actor, op, id, seen) // the earlier attempt is undone: begin anew
	}
	return s.finishAccept(ctx, doc)
}

// mayAccept asks what other modules know, before anything is marked. A refusal counts only where the commitment is still as it was read: the same
// form may be posted twice, and the need be full because the other one is being carried through.
func (s *Service) mayAccept(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID) error {
	doc, err := s.records.Get(ctx, string(id))
	for {
		if err != nil {
			return found(err)
		}
		refusal := s.acceptable(ctx, actor, op, &doc.Body)
		if !apperr.Is(refusal, apperr.Conflict) {
			return refusal
		}
		read := doc.Version
		if doc, err = s.records.Get(ctx, string(id)); err == nil && doc.Version == read {
			return refusal
		}
	}
}

func (s *Service) acceptable(ctx context.Context, actor domain.Actor, op store.Operation, c *Commitment) error {
	h, err := s.hand(actor, c, op.ID, SideVillage)
	if err != nil || c.Did(op.ID, StateAccepted) || c.Pending != nil {
		return err
	}
	if !c.May(SideVillage, StateAccepted) {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	if m, ok := actor.Membership(h.Organization); !ok || !m.Verified {
		return apperr.New(apperr.Conflict, "commitments.error.unverified_village")
	}
	proposer, err := s.orgs.Brief(ctx, c.Organization)
	if err != nil {
		return err
	}
	if !proposer.Verified {
		return apperr.New(apperr.Conflict, "commitments.error.unverified_proposer")
	}
	need, err := s.needs.Get(ctx, c.Need)
	if err != nil {
		return err
	}
	initiative, err := s.inits.Get(ctx, c.Initiative)
	if err != nil {
		return err
	}
	possible, err := s.possible(ctx, need, initiative, c.Offer)
	if err != nil {
		return err
	}
	switch {
	case c.Quantity > possible.Uncovered:
		return apperr.New(apperr.Conflict, "commitments.error.full_need", "left", possible.Uncovered)
	case c.Quantity > possible.Free:
		return apperr.New(apperr.Conflict, "commitments.error.full_offer", "left", possible.Free)
	case c.Quantity < possible.Least && need.Divisible:
		return apperr.New(apperr.Conflict, "commitments.error.min_lot", "least", possible.Least)
	case c.Quantity < possible.Least:
		return apperr.New(apperr.Conflict, "commitments.error.indivisible", "quantity", need.Quantity)
	}
	return nil
}

// finishAccept carries a marked commitment through both accounts. It may run twice at once for the same mark.
func (s *Service) finishAccept(ctx context.Context, doc store.Doc[Commitment]) error {
	id, c := domain.CommitmentID(doc.ID), doc.Body
	mark := *c.Pending
	change := store.Change{Actor: string(mark.By.Account), Organization: string(mark.By.Organization)}
	for _, key := range []string{offerAccount(c.Offer), needAccount(c.Need)} {
		err := s.onAccount(ctx, key, withAction(change, "ledger.held"), func(a *Account) (bool, error) {
			return a.hold(id, mark.Attempt, c.Quantity)
		})
		if apperr.Is(err, apperr.NotFound) {
			err = apperr.New(apperr.Conflict, "commitments.error.closed_need")
		}
		if apperr.Is(err, apperr.Conflict) {
			return s.undo(ctx, doc, err)
		}
		if err != nil {
			return err // the mark stays; the reconciler goes on
		}
	}
	if err := c.FinishAccept(); err != nil {
		return err
	}
	_, err := s.records.Replace(ctx, doc, c, withAction(change, "commitment.accepted"))
	if !apperr.Is(err, apperr.Conflict) {
		return err
	}
	return s.overtaken(ctx, doc, err)
}

// undo turns the mark first, so that nobody can finish this attempt any more, and gives back its holds after that.
func (s *Service) undo(ctx context.Context, doc store.Doc[Commitment], refusal error) error {
	c := doc.Body
	if err := c.UndoAccept(); err != nil {
		return err
	}
	next, err := s.records.Replace(ctx, doc, c, store.Change{Action: "commitment.refused"})
	if apperr.Is(err, apperr.Conflict) {
		return s.overtaken(ctx, doc, refusal)
	}
	if err != nil {
		return err
	}
	if err := s.finishUndo(ctx, next); err != nil {
		return err
	}
	return refusal
}

// finishUndo gives back the holds of a turned mark and clears it.
func (s *Service) finishUndo(ctx context.Context, doc store.Doc[Commitment]) error {
	id, c := domain.CommitmentID(doc.ID), doc.Body
	attempt := c.Pending.Attempt
	for _, key := range []string{needAccount(c.Need), offerAccount(c.Offer)} {
		err := s.onAccount(ctx, key, store.Change{Action: "ledger.released"}, func(a *Account) (bool, error) {
			return a.release(id, attempt), nil
		})
		if err != nil && !apperr.Is(err, apperr.NotFound) {
			return err
		}
	}
	if err := c.ClearAccept(); err != nil {
		return err
	}
	_, err := s.records.Replace(ctx, doc, c, store.Change{Action: "commitment.reopened"})
	if apperr.Is(err, apperr.Conflict) {
		return nil // somebody else cleared it
	}
	return err
}

// overtaken looks again after a lost race for the mark: accepted by the same attempt is a success; otherwise what this
// run may have left on the accounts is put right.
func (s *Service) overtaken(ctx context.Context, old store.Doc[Commitment], cause error) error {
	now, err := s.records.Get(ctx, old.ID)
	if err != nil {
		return err
	}
	if err := s.putRight(ctx, domain.CommitmentID(old.ID), now.Body); err != nil {
		return err
	}
	if now.Body.Did(old.Body.Pending.By.Operation, StateAccepted) {
		return nil
	}
	return cause
}

func withAction(c store.Change, action string) store.Change {
	c.Action = action
	return c
}
