package initiatives

import (
	"context"

	"gotong/modules/domain"
)

// Standing tells how an actor stands to an initiative. NotFound where there is none.
func (s *Service) Standing(ctx context.Context, actor domain.Actor, id string) (domain.Standing, error) {
	doc, err := s.records.Get(ctx, id)
	if err != nil {
		return domain.Standing{}, err
	}
	i := doc.Body
	relations := actor.RelationsTo(i.Organization, "", "")
	seated, _, err := s.seated(ctx, actor, doc)
	if err != nil {
		return domain.Standing{}, err
	}
	if seated {
		relations = append(relations, domain.RelReviewer)
	}
	if mayCall(actor, i) && !tied(actor, i) {
		call, err := s.calls.Rules(ctx, i.Call)
		if err != nil {
			return domain.Standing{}, err
		}
		if actor.Has(call.Organization, domain.OrgViewer) {
			relations = append(relations, domain.RelCaller)
		}
	}
	return domain.Standing{State: string(i.State()), Public: i.Public(), Relations: relations}, nil
}

var _ domain.Stander = (*Service)(nil)
