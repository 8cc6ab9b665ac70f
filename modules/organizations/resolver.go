package organizations

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// resolver answers for organisations.
type resolver struct{ service *Service }

var _ domain.Resolver = resolver{}

// Kind is that of organisations.
func (resolver) Kind() string { return domain.KindOrganization }

// Resolve gives an organisation that the actor may see. NotFound otherwise.
func (r resolver) Resolve(ctx context.Context, actor domain.Actor, id string) (domain.Resolved, error) {
	org := domain.OrganizationID(id)
	doc, err := r.service.get(ctx, actor, org)
	if apperr.Is(err, apperr.NotFound) { // what still names one that was merged means the other
		if to, e := r.service.MovedTo(ctx, actor, org); e == nil {
			org = to
			doc, err = r.service.get(ctx, actor, org)
		}
	}
	if err != nil {
		return domain.Resolved{}, err
	}
	o := doc.Body
	return domain.Resolved{
		Ref: domain.Ref{Kind: domain.KindOrganization, ID: string(org)}, Title: o.Name, Path: pathOf(org), Region: o.Region, Organization: org,
		Parties: []domain.OrganizationID{org}, Public: o.Public(r.service.now()), MayAttach: MayEdit(actor, org), Demo: o.Demo,
	}, nil
}

func pathOf(id domain.OrganizationID) string { return "/organizations/" + string(id) }
