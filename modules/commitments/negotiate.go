package commitments

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Opening tells what the actor may begin between a need and an initiative: as the proposer a proposal or a
// conversation, as the village a conversation. Errors: those of Possible.
func (s *Service) Opening(ctx context.Context, actor domain.Actor, p Proposal) (Possible, Side, error) {
	possible, err := s.Possible(ctx, actor, p)
	if err == nil || !apperr.Is(err, apperr.Forbidden) {
		return possible, SideProposer, err
	}
	need, cause := s.needs.Get(ctx, p.Need)
	if cause != nil || need.Hidden {
		return possible, "", err
	}
	member, ok := actor.VillageGovernment(need.Village, domain.OrgOwner)
	if !ok {
		return possible, "", err
	}
	if !member.Verified {
		return possible, "", apperr.New(apperr.Conflict, "commitments.error.unverified_village")
	}
	initiative, err := s.inits.Get(ctx, p.Initiative)
	if err != nil {
		return possible, "", err
	}
	if actor.Has(initiative.Organization, domain.OrgViewer) {
		return possible, "", apperr.New(apperr.Forbidden, "commitments.error.side")
	}
	possible, err = s.possible(ctx, need, initiative, p.Offer)
	return possible, SideVillage, err
}

// Converse opens a conversation about a need and an offer with a message: interest, without a quantity. Either side may.
// Repeated under the same operation it gives the same one. Errors: those of Opening, Invalid.
func (s *Service) Converse(ctx context.Context, actor domain.Actor, op store.Operation, p Proposal) (domain.CommitmentID, error) {
	id := domain.CommitmentID(actor.NewID(op))
	if doc, err := s.records.Get(ctx, string(id)); err == nil && doc.Body.Did(op.ID, StateInterest) {
		return id, nil
	}
	possible, side, err := s.Opening(ctx, actor, p)
	if err != nil {
		return "", err
	}
	c, err := s.between(ctx, possible)
	if err != nil {
		return "", err
	}
	h := Hand{Side: side, Account: actor.Account, Organization: c.Organization, At: c.Created, Operation: op.ID}
	if side == SideVillage {
		h.Organization = c.VillageOrganization
	}
	if err := c.Say(h, p.Message); err != nil {
		return "", err
	}
	c.Message, c.Messages = p.Message, nil
	c.History = []Move{{To: StateInterest, Side: h.Side, Account: h.Account, Organization: h.Organization, At: h.At, Operation: op.ID}}
	_, err = s.records.Insert(ctx, string(id), c, actor.Change("commitment.opened", h.Organization, op))
	return id, err
}

// Say adds a message to a conversation. Errors: NotFound, SignIn, Forbidden (not an owner of a party), Invalid, Conflict.
func (s *Service) Say(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, text string) error {
	return s.act(ctx, actor, op, id, "commitment.message", func(c *Commitment) bool { return c.said(op.ID) },
		func(c *Commitment, h Hand) error { return c.Say(h, text) }, SideProposer, SideVillage)
}

// State the terms of a conversation: interest → proposed. Errors: NotFound, SignIn, Forbidden, Invalid, Conflict (what
// Possible says among them).
func (s *Service) State(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, v Version) error {
	return s.terms(ctx, actor, op, id, v, "commitment.proposed", func(c *Commitment) bool { return c.Did(op.ID, StateProposed) },
		func(c *Commitment, h Hand) error {
			c.Quantity, c.From, c.Until, c.Conditions = v.Quantity, v.From, v.Until, v.Conditions
			return c.Propose(h)
		}, SideProposer)
}

// Counter answers a proposal with another version of its terms, or takes over that of the other side. The time for an
// answer begins anew. Errors: as State, Conflict where seen is not the number of the version that stands.
func (s *Service) Counter(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, seen int, v Version) error {
	return s.terms(ctx, actor, op, id, v, "commitment.countered", func(c *Commitment) bool { return c.countered(op.ID) },
		func(c *Commitment, h Hand) error {
			if err := c.sawVersion(seen); err != nil {
				return err
			}
			return c.Counter(h, v)
		}, SideProposer, SideVillage)
}

// sawVersion refuses an answer to another version than the one that stands; 0 names none. Error: Conflict.
func (c *Commitment) sawVersion(seen int) error {
	if seen != 0 && seen != c.VersionNumber() {
		return apperr.New(apperr.Conflict, "commitments.error.terms_changed")
	}
	return nil
}

// terms checks a version against what is possible now and applies it.
func (s *Service) terms(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, v Version, action string,
	did func(c *Commitment) bool, apply func(c *Commitment, h Hand) error, allowed ...Side) error {
	doc, err := s.records.Get(ctx, string(id))
	if err != nil {
		return found(err)
	}
	c := &doc.Body
	if _, err := s.hand(actor, c, op.ID, allowed...); err != nil || did(c) {
		return err
	}
	possible, err := s.possibleFor(ctx, c)
	if err != nil {
		return err
	}
	now := s.clock.Now()
	p := Proposal{Quantity: v.Quantity, From: v.From, Until: v.Until, Conditions: v.Conditions}
	if err := p.validateTerms(possible, domain.DateOf(now)); err != nil {
		return err
	}
	return s.act(ctx, actor, op, id, action, did, func(c *Commitment, h Hand) error {
		if err := apply(c, h); err != nil {
			return err
		}
		c.AnswerBy = answerBy(h.At, c.Until)
		return nil
	}, allowed...)
}

// possibleFor tells what is possible between the need and the offer of a commitment that holds nothing yet.
func (s *Service) possibleFor(ctx context.Context, c *Commitment) (Possible, error) {
	need, err := s.needs.Get(ctx, c.Need)
	if err != nil {
		return Possible{}, err
	}
	initiative, err := s.inits.Get(ctx, c.Initiative)
	if err != nil {
		return Possible{}, err
	}
	return s.possible(ctx, need, initiative, c.Offer)
}

// Reply gives the proposer's words on a dispute. Errors: NotFound, SignIn, Forbidden, Invalid, Conflict (not disputed).
func (s *Service) Reply(ctx context.Context, actor domain.Actor, op store.Operation, id domain.CommitmentID, words string) error {
	return s.act(ctx, actor, op, id, "commitment.replied", func(c *Commitment) bool { return c.Dispute != nil && c.Dispute.Reply == words && words != "" },
		func(c *Commitment, h Hand) error { return c.Reply(h, words) }, SideProposer)
}

// renewed gives the commitment that a proposal goes on from: confirmed, of the same offer; the zero one where it names
// none that fits. Errors: Unavailable.
func (s *Service) renewed(ctx context.Context, p Proposal) (Commitment, error) {
	if p.Renews == "" {
		return Commitment{}, nil
	}
	doc, err := s.records.Get(ctx, string(p.Renews))
	if apperr.Is(err, apperr.NotFound) {
		return Commitment{}, nil
	}
	c := doc.Body
	if err != nil || c.Initiative != p.Initiative || c.State != StateConfirmed && c.State != StateEvaluated {
		return Commitment{}, err
	}
	return c, nil
}
