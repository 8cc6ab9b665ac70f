package wire

import (
	"context"

	"gotong/modules/domain"
)

// Places are the regions, for every module that names them.
type Places struct{ *House }

// Place gives one region.
func (w Places) Place(ctx context.Context, code domain.RegionCode) (domain.Place, error) {
	return w.House.Villages.Service.Place(ctx, code)
}

// Places gives those of the regions that exist.
func (w Places) Places(ctx context.Context, codes []domain.RegionCode) (map[domain.RegionCode]domain.Place, error) {
	return w.House.Villages.Service.Places(ctx, codes)
}

// Children gives the regions right below one.
func (w Places) Children(ctx context.Context, code domain.RegionCode) ([]domain.Place, error) {
	return w.House.Villages.Service.Children(ctx, code)
}

// Villages counts desa and kelurahan.
func (w Places) Villages(ctx context.Context) (int64, error) {
	return w.House.Villages.Service.Count(ctx, "", domain.LevelVillage)
}
