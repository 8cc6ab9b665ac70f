package wire

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Things answers for every kind of thing by the resolver of its module.
type Things map[string]domain.Resolver

// Resolve gives what the actor may know of a thing; NotFound for kinds without a page too.
func (t Things) Resolve(ctx context.Context, actor domain.Actor, ref domain.Ref) (domain.Resolved, error) {
	r, ok := t[ref.Kind]
	if !ok {
		return domain.Resolved{}, apperr.New(apperr.NotFound, "error.not_found")
	}
	return r.Resolve(ctx, actor, ref.ID)
}

// Names are what the trail calls people and organisations.
type Names struct{ *House }

// Accounts names accounts.
func (w Names) Accounts(ctx context.Context, ids []domain.AccountID) (map[domain.AccountID]string, error) {
	return w.House.Accounts.Service.Names(ctx, ids)
}

// Organizations names organisations.
func (w Names) Organizations(ctx context.Context, ids []domain.OrganizationID) (map[domain.OrganizationID]string, error) {
	briefs, err := w.House.Organizations.Service.Briefs(ctx, ids)
	if err != nil {
		return nil, err
	}
	names := make(map[domain.OrganizationID]string, len(briefs))
	for id, b := range briefs {
		names[id] = b.Name
	}
	return names, nil
}
