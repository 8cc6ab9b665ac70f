package commitments

import (
	"context"

	"gotong/modules/domain"
)

// Standing tells how an actor stands to a commitment: a member of the proposer's organisation, of the village's side,
// its area's verifier. NotFound where there is none.
func (s *Service) Standing(ctx context.Context, actor domain.Actor, id string) (domain.Standing, error) {
	doc, err := s.records.Get(ctx, id)
	if err != nil {
		return domain.Standing{}, err
	}
	c := &doc.Body
	relations := actor.RelationsTo(c.Organization, c.Village, c.Village)
	for role, relation := range map[domain.OrganizationRole]domain.Relation{
		domain.OrgViewer: domain.RelVillageViewer, domain.OrgEditor: domain.RelVillageEditor, domain.OrgOwner: domain.RelVillageOwner,
	} {
		if actor.Has(c.VillageOrganization, role) {
			relations = append(relations, relation)
		}
	}
	return domain.Standing{State: string(c.State), Public: c.Public(), Relations: relations}, nil
}

var _ domain.Stander = (*Service)(nil)
