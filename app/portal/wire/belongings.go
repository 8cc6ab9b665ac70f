package wire

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
	"gotong/modules/organizations"
)

// Belongings are what the other modules keep for organisations, in the order in which a merge moves it: mandates first,
// since people act by them, documents last, since they follow what they belong to.
func Belongings(h *House) []organizations.Belonging {
	return []organizations.Belonging{
		belonging{"mandates", h.Accounts.Service.CountMandatesOf, h.Accounts.Service.MoveMandates},
		belonging{"needs", h.Needs.Service.CountOf, h.Needs.Service.MoveAll},
		belonging{"calls", h.Calls.Service.CountOf, all(h.Calls.Service.MoveAll, h.Reviews.Service.MoveCaller, h.Progress.Service.MoveCaller)},
		belonging{"initiatives", h.Initiatives.Service.CountOf, all(h.Initiatives.Service.MoveAll, h.Reviews.Service.MoveTies)},
		belonging{"commitments", h.Commitments.Service.CountOf, h.Commitments.Service.MoveAll},
		belonging{"tokens", h.Tokens.Service.CountOf, h.Tokens.Service.MoveAll},
		belonging{"collections", h.Documents.Service.Collections.CountOf, h.Documents.Service.Collections.MoveAll},
		belonging{"documents", h.Documents.Service.CountOf, h.Documents.Service.MoveAll},
	}
}

type belonging struct {
	kind  string
	count func(ctx context.Context, id domain.OrganizationID) (int64, error)
	move  mover
}

type mover = func(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error)

// all moves what several parts of the portal keep of one kind: with calls, the reviews and requests that
// wait for them; with initiatives, what ties their reviewers.
func all(movers ...mover) mover {
	return func(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
		moved := 0
		for _, move := range movers {
			n, err := move(ctx, from, to, c)
			if moved += n; err != nil {
				return moved, err
			}
		}
		return moved, nil
	}
}

var _ organizations.Belonging = belonging{}

func (b belonging) Kind() string { return b.kind }

func (b belonging) Count(ctx context.Context, id domain.OrganizationID) (int64, error) {
	return b.count(ctx, id)
}

func (b belonging) Move(ctx context.Context, from, to domain.OrganizationID, c store.Change) (int, error) {
	return b.move(ctx, from, to, c)
}
