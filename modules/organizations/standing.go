package organizations

import (
	"context"

	"gotong/modules/domain"
)

// Standing tells how an actor stands to an organisation, or to the one that took it in. NotFound where there is none.
func (s *Service) Standing(ctx context.Context, actor domain.Actor, id string) (domain.Standing, error) {
	doc, err := s.present(ctx, domain.OrganizationID(id))
	if err != nil {
		return domain.Standing{}, err
	}
	now := s.now()
	return domain.Standing{
		State: string(doc.Body.StateAt(now)), Public: doc.Body.Public(now), Relations: actor.RelationsTo(domain.OrganizationID(doc.ID), "", ""),
	}, nil
}

var _ domain.Stander = (*Service)(nil)

// Acts tells how an organisation is called, and whether it may act at all: one that is suspended, or part of another by
// now, may not. NotFound.
func (s *Service) Acts(ctx context.Context, id domain.OrganizationID) (name string, acts bool, err error) {
	doc, err := s.organizations.Get(ctx, string(id))
	return doc.Body.Name, doc.Body.MergedInto == "" && doc.Body.StateAt(s.now()) != StateSuspended, err
}
