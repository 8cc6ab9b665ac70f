package initiatives

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// ReviewID derives the id of a reviewer's one review of a round.
func ReviewID(id domain.InitiativeID, round int64, reviewer domain.AccountID) string {
	return store.DeriveID(string(reviewer), "review:"+string(id)+":"+store.SortInt(round))
}

func (s *Service) roundReviews(ctx context.Context, id domain.InitiativeID, round int64) ([]store.Doc[Review], error) {
	page, err := s.reviews.List(ctx, store.Query{List: reviewsOf, Key: roundKey(id, round), Limit: 100})
	return page.Items, err
}

// countReviews counts the reviews of the present round.
func (s *Service) countReviews(ctx context.Context, id domain.InitiativeID, round int64) (int, error) {
	n, err := s.reviews.Count(ctx, reviewsOf, roundKey(id, round))
	return int(n), err
}

// Review writes a review of the round under way. NotFound where a tie hides the initiative; Forbidden for who is no
// reviewer here or has a tie; Conflict where the reviewer has one already or the review is over.
func (s *Service) Review(ctx context.Context, actor domain.Actor, op store.Operation, id domain.InitiativeID, r Review) error {
	doc, err := s.Show(ctx, actor, id)
	if err != nil {
		return err
	}
	mandate, ok := reviewerOf(actor, doc.Body)
	if !ok {
		return apperr.New(apperr.Forbidden, "initiatives.refuse.not_reviewer")
	}
	r.Initiative, r.Round, r.Reviewer, r.Organization, r.At = id, doc.Body.Round, actor.Account, mandate.Organization, s.clock.Now()
	key := ReviewID(id, r.Round, actor.Account)
	if doc.Body.State() != UnderReview {
		return apperr.New(apperr.Conflict, "initiatives.refuse.not_under_review")
	}
	if err := r.Validate(); err != nil {
		return err
	}
	_, err = s.reviews.Insert(ctx, key, r, actor.Change("review.written", mandate.Organization, op))
	if apperr.Is(err, apperr.Conflict) {
		return apperr.Wrap(err, apperr.Conflict, "initiatives.refuse.reviewed")
	}
	return err
}

// Reviews gives what the actor may read of the reviews of the present round and how many are in. A reviewer reads the
// own one, and the others once the own is in and at least two are; the secretariat and the auditor read once two are
// in; the proposer reads them without names after the decision.
func (s *Service) Reviews(ctx context.Context, actor domain.Actor, id domain.InitiativeID) (readable []Review, in int, err error) {
	doc, err := s.Show(ctx, actor, id)
	if err != nil {
		return nil, 0, err
	}
	i := doc.Body
	all, err := s.roundReviews(ctx, id, i.Round)
	if err != nil {
		return nil, 0, err
	}
	return visibleReviews(actor, i, all), len(all), nil
}

// visibleReviews is the rule of blindness.
func visibleReviews(actor domain.Actor, i Initiative, all []store.Doc[Review]) []Review {
	complete := len(all) >= ReviewsNeeded
	_, reviewer := reviewerOf(actor, i)
	wrote := false
	for _, d := range all {
		wrote = wrote || d.Body.Reviewer == actor.Account && actor.SignedIn()
	}
	decided := i.State() != UnderReview && i.State() != Submitted
	var out []Review
	for _, d := range all {
		r := d.Body
		switch {
		case actor.SignedIn() && r.Reviewer == actor.Account:
		case (actor.Secretariat() && !tied(actor, i) || actor.Auditor()) && complete:
		case reviewer && wrote && complete:
			r.Reviewer, r.Organization = "", ""
		case actor.Has(i.Organization, domain.OrgEditor) && decided:
			r.Reviewer, r.Organization = "", ""
		default:
			continue
		}
		out = append(out, r)
	}
	return out
}

// Reviewed tells whether the actor's review of the present round is in.
func (s *Service) Reviewed(ctx context.Context, actor domain.Actor, doc Doc) (bool, error) {
	_, err := s.reviews.Get(ctx, ReviewID(domain.InitiativeID(doc.ID), doc.Body.Round, actor.Account))
	if apperr.Is(err, apperr.NotFound) {
		return false, nil
	}
	return err == nil, err
}
