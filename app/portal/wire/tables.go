package wire

import (
	"context"

	"gotong/modules/domain"
)

// Tables are what the tables of imports ask of others: regions, and where an actor may write figures.
type Tables struct{ *House }

// Places gives those of the regions that exist.
func (w Tables) Places(ctx context.Context, codes []domain.RegionCode) (map[domain.RegionCode]domain.Place, error) {
	return w.House.Villages.Service.Places(ctx, codes)
}

// Place gives one region.
func (w Tables) Place(ctx context.Context, code domain.RegionCode) (domain.Place, error) {
	return w.House.Villages.Service.Place(ctx, code)
}

// Children gives the regions right below one.
func (w Tables) Children(ctx context.Context, code domain.RegionCode) ([]domain.Place, error) {
	return w.House.Villages.Service.Children(ctx, code)
}

// SearchPlaces finds regions by name.
func (w Tables) SearchPlaces(ctx context.Context, text string, within domain.RegionCode, level, limit int) ([]domain.Place, error) {
	return w.House.Villages.Service.SearchPlaces(ctx, text, within, level, limit)
}

// AreasOf gives where an actor may write figures.
func (w Tables) AreasOf(ctx context.Context, actor domain.Actor) ([]domain.RegionCode, error) {
	return w.House.Organizations.Service.AreasOf(ctx, actor)
}
