package needs

import (
	"context"

	"gotong/modules/domain"
)

// Standing tells how an actor stands to a need. NotFound where there is none.
func (s *Service) Standing(ctx context.Context, actor domain.Actor, id string) (domain.Standing, error) {
	doc, err := s.records.Get(ctx, id)
	if err != nil {
		return domain.Standing{}, err
	}
	n := doc.Body
	return domain.Standing{State: string(n.State()), Public: n.Public(), Relations: actor.RelationsTo(n.Organization, n.Village, n.Village)}, nil
}

var _ domain.Stander = (*Service)(nil)
