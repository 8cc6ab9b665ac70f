package accounts

import (
	"context"

	"gotong/modules/domain"
)

// Standing tells how an actor stands to an account: it is the own one or another. NotFound where there is none.
func (s *Service) Standing(ctx context.Context, actor domain.Actor, id string) (domain.Standing, error) {
	if _, err := s.accounts.Get(ctx, id); err != nil {
		return domain.Standing{}, err
	}
	relation := domain.RelOther
	if domain.AccountID(id) == actor.Account {
		relation = domain.RelSelf
	}
	return domain.Standing{State: "account", Relations: []domain.Relation{relation}}, nil
}

var _ domain.Stander = (*Service)(nil)
