package organizations

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// mayTie tells whether the organisation is of a kind that can be a village's government, and may be tied now.
func mayTie(o Organization) error {
	if !isOffice(o.Type, o.Sublevel) {
		return apperr.New(apperr.Conflict, "organizations.error.tie_kind")
	}
	if o.MergedInto != "" || o.VerifiedAt.IsZero() || o.State == StateSuspended || o.State == StateRejected {
		return apperr.New(apperr.Conflict, "organizations.error.tie_unverified")
	}
	return nil
}

// Untie takes away that the organisation is the government of its village; the village is free for another. Invalid
// without a reason; Forbidden for others than the secretariat and for members of it; Conflict where it is not tied.
func (s *Service) Untie(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, reason string) error {
	doc, err := s.judged(ctx, actor, id)
	if err != nil {
		return err
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	c := actor.Change("organization.untied", id, op)
	c.Reason = reason
	village := doc.Body.Village
	if _, err = s.change(ctx, doc, c, func(o *Organization) error {
		if o.Village == "" || o.MergedInto != "" {
			return apperr.New(apperr.Conflict, "organizations.error.tie_none")
		}
		o.Village = ""
		return nil
	}); err != nil || village == "" {
		return err
	}
	// Should this not be reached, the place counts as free all the same: its holder names no village any more.
	office, err := s.offices.Get(ctx, string(village))
	if apperr.Is(err, apperr.NotFound) || err == nil && office.Body.Organization != id {
		return nil
	}
	if err != nil {
		return err
	}
	c.Action = "organization.office-left"
	return s.offices.Delete(ctx, office, c)
}

// Tie makes a verified organisation of the right kind the government of a village, named by code or name. Invalid by
// field (place, reason); Conflict where the village has a government, or the organisation a village; else as Untie.
func (s *Service) Tie(ctx context.Context, actor domain.Actor, op store.Operation, id domain.OrganizationID, place, reason string) error {
	doc, err := s.judged(ctx, actor, id)
	if err != nil {
		return err
	}
	if err := mayTie(doc.Body); err != nil {
		return err
	}
	found, err := s.findPlace(ctx, TiedSublevel(doc.Body.Type, doc.Body.Sublevel), place, "")
	if err != nil {
		return err
	}
	if err := checkReason(reason); err != nil {
		return err
	}
	if doc.Body.Village == found.Code {
		return nil
	}
	if doc.Body.Village != "" {
		return apperr.New(apperr.Conflict, "organizations.error.tie_other")
	}
	if err := s.takeOffice(ctx, actor, op, id, found.Code); err != nil {
		return err
	}
	c := actor.Change("organization.tied", id, op)
	c.Reason = reason
	_, err = s.change(ctx, doc, c, func(o *Organization) error {
		o.Village, o.Region = found.Code, found.Code
		return nil
	})
	return err
}
