package villages

import (
	"context"

	"gotong/modules/domain"
)

// resolver answers for regions: anyone may see them.
type resolver struct{ service *Service }

var _ domain.Resolver = resolver{}

// Kind is that of regions of every level.
func (resolver) Kind() string { return domain.KindVillage }

// Resolve gives a region by its dotted code. NotFound where there is none.
func (r resolver) Resolve(ctx context.Context, actor domain.Actor, id string) (domain.Resolved, error) {
	region, err := r.service.Region(ctx, domain.RegionCode(id))
	if err != nil {
		return domain.Resolved{}, err
	}
	return domain.Resolved{
		Ref: domain.Ref{Kind: domain.KindVillage, ID: id}, Title: region.FullName(), Path: pathOf(region.Code), Region: region.Code,
		Public: true, MayAttach: MayAttach(actor, region.Code),
	}, nil
}

func pathOf(code domain.RegionCode) string { return "/villages/" + string(code) }
