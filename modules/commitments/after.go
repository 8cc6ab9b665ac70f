package commitments

import (
	"context"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Oblige adds an obligation to an agreement that is not signed yet; words given on it before are taken away. Errors:
// NotFound, SignIn, Forbidden, Invalid, Conflict.
func (s *Service) Oblige(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, o Obligation) error {
	o.ID, o.Done = actor.NewID(op), ""
	return s.act(ctx, actor, op, id, "commitment.obligation-added",
		func(c *Commitment) bool {
			return slices.ContainsFunc(c.Obligations, func(had Obligation) bool { return had.ID == o.ID })
		},
		func(c *Commitment, h Hand) error { return c.Oblige(h, o) }, SideProposer, SideVillage)
}

// Drop takes an obligation out of an agreement that is not signed yet. Errors: NotFound, SignIn, Forbidden, Conflict.
func (s *Service) Drop(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, obligation string) error {
	return s.act(ctx, actor, op, id, "commitment.obligation-dropped",
		func(c *Commitment) bool {
			return !slices.ContainsFunc(c.Obligations, func(had Obligation) bool { return had.ID == obligation })
		},
		func(c *Commitment, h Hand) error { return c.Drop(h, obligation) }, SideProposer, SideVillage)
}

// AddItem puts a piece on the list of what is handed over. Errors: NotFound, SignIn, Forbidden, Invalid, Conflict.
func (s *Service) AddItem(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, i Item) error {
	i.ID = actor.NewID(op)
	return s.act(ctx, actor, op, id, "commitment.item-added",
		func(c *Commitment) bool {
			return slices.ContainsFunc(c.Items, func(had Item) bool { return had.ID == i.ID })
		},
		func(c *Commitment, h Hand) error { return c.AddItem(h, i) }, SideProposer)
}

// DropItem takes a piece off the list of what is handed over. Errors: NotFound, SignIn, Forbidden, Conflict.
func (s *Service) DropItem(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, item string) error {
	return s.act(ctx, actor, op, id, "commitment.item-dropped",
		func(c *Commitment) bool {
			return !slices.ContainsFunc(c.Items, func(had Item) bool { return had.ID == item })
		},
		func(c *Commitment, h Hand) error { return c.DropItem(h, item) }, SideProposer)
}

// Fulfil notes that an obligation was done by the side that has it. Errors: NotFound, SignIn, Forbidden (the other
// side's), Conflict.
func (s *Service) Fulfil(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, obligation string) error {
	return s.act(ctx, actor, op, id, "commitment.obligation-done",
		func(c *Commitment) bool {
			return slices.ContainsFunc(c.Obligations, func(had Obligation) bool { return had.ID == obligation && had.Done != "" })
		},
		func(c *Commitment, h Hand) error { return c.Fulfil(h, obligation) }, SideProposer, SideVillage)
}

// Review gives one side's evaluation of what was confirmed. Errors: NotFound, SignIn, Forbidden, Invalid, Conflict.
func (s *Service) Review(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, r Review) error {
	return s.act(ctx, actor, op, id, "commitment.reviewed", func(*Commitment) bool { return false },
		func(c *Commitment, h Hand) error { return c.Review(h, r) }, SideProposer, SideVillage)
}

// Verify notes an evaluator's independent look at a delivery. Errors: NotFound, SignIn, Forbidden (no evaluator, or of
// a party), Invalid, Conflict.
func (s *Service) Verify(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, delivery, words string) error {
	return s.act(ctx, actor, op, id, "commitment.verified", func(*Commitment) bool { return false },
		func(c *Commitment, h Hand) error { return c.Verify(h, delivery, words) }, SideEvaluator)
}

// Evaluate closes a confirmed commitment with an evaluator's verdict, after both sides gave theirs. Errors: NotFound,
// SignIn, Forbidden (no evaluator, or of a party), Invalid, Conflict (a side has not evaluated yet). It cites the newest version of
// what is there of domain.Evaluated.
func (s *Service) Evaluate(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, words string) error {
	papers, err := domain.CiteEach(ctx, s.papers, ref(id), domain.Evaluated...)
	if err != nil {
		return err
	}
	return s.act(ctx, actor, op, id, "commitment.evaluated", func(c *Commitment) bool { return c.Did(op.ID, StateEvaluated) },
		func(c *Commitment, h Hand) error { return c.Evaluate(h, words, papers) }, SideEvaluator)
}
