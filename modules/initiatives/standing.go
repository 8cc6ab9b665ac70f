package initiatives

import (
	"context"

	"gotong/modules/domain"
)

// Standing tells how an actor stands to an initiative. NotFound where there is none.
func (s *Service) Standing(ctx context.Context, actor domain.Actor, id string) (domain.Standing, error) {
	doc, err := s.records.Get(ctx, id)
	if err != nil {
		if actor.HasMandate(domain.MandateReviewer) { // what is absent asks as much as what is hidden
			_, _, _ = s.reviews.Seated(ctx, actor, domain.InitiativeID(id), 0)
		}
		return domain.Standing{}, err
	}
	i := doc.Body
	relations := actor.RelationsTo(i.Organization, "", "")
	seated, anonymous := false, false
	if actor.HasMandate(domain.MandateReviewer) {
		if seated, anonymous, err = s.reviews.Seated(ctx, actor, domain.InitiativeID(id), i.Round); err != nil {
			return domain.Standing{}, err
		}
	}
	if seated && !tied(actor, i) {
		relations = append(relations, domain.RelReviewer)
	}
	if partnerOf(actor, i) {
		relations = append(relations, domain.RelPartner)
	}
	if called(actor, i) && !(seated && anonymous) {
		relations = append(relations, domain.RelCaller)
	}
	return domain.Standing{State: string(i.State()), Public: i.Public(), Relations: relations}, nil
}

var _ domain.Stander = (*Service)(nil)
