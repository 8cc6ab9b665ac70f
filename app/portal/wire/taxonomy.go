package wire

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/taxonomy"
)

// TaxonomyUses counts what has a category or a type.
type TaxonomyUses struct{ *House }

var _ taxonomy.Uses = TaxonomyUses{}

// CategoryUses implements taxonomy.Uses.
func (w TaxonomyUses) CategoryUses(ctx context.Context, id domain.CategoryID) (u taxonomy.CategoryUses, err error) {
	if u.Needs, err = w.Needs.Service.InCategory(ctx, id); err != nil {
		return u, err
	}
	u.Initiatives, err = w.Initiatives.Service.InCategory(ctx, id)
	return u, err
}

// TypeUses implements taxonomy.Uses.
func (w TaxonomyUses) TypeUses(ctx context.Context, id string) (u taxonomy.TypeUses, err error) {
	u.Organizations, u.Waiting, err = w.Organizations.Service.OfType(ctx, id)
	return u, err
}
