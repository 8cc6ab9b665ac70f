package organizations

import (
	"context"
	"slices"

	"gotong/modules/domain"
)

// areaLevels is how far an office of the government answers for figures, by its sublevel. A ministry's office answers
// for the province of its seat, a service unit and other bodies for none.
var areaLevels = map[string]int{
	"central": domain.LevelProvince, "province": domain.LevelProvince, "regency": domain.LevelRegency, "district": domain.LevelDistrict,
}

// Area gives the region for whose figures the organisation answers as a government; false where it is none.
func (o Organization) Area() (domain.RegionCode, bool) {
	if isOffice(o.Type, o.Sublevel) {
		return o.Governs(), o.Governs() != ""
	}
	level := areaLevels[o.Sublevel]
	if o.Type != domain.TypeGovernment || level == 0 {
		return "", false
	}
	code := o.Region.At(level)
	return code, code != ""
}

// AreasOf gives the regions for which the actor may write figures: the whole country ("") for the secretariat, else the
// areas of verified governments where the actor is an editor, none within another.
func (s *Service) AreasOf(ctx context.Context, actor domain.Actor) ([]domain.RegionCode, error) {
	if actor.Secretariat() {
		return []domain.RegionCode{""}, nil
	}
	var ids []string
	for _, m := range actor.Holding(domain.OrgEditor) {
		if m.Verified {
			ids = append(ids, string(m.Organization))
		}
	}
	docs, err := s.organizations.GetMany(ctx, ids)
	if err != nil {
		return nil, err
	}
	var areas []domain.RegionCode
	for _, doc := range docs {
		if area, ok := doc.Body.Area(); ok && doc.Body.InForce(s.now()) {
			areas = append(areas, area)
		}
	}
	slices.Sort(areas)
	areas = slices.Compact(areas)
	return slices.DeleteFunc(slices.Clone(areas), func(a domain.RegionCode) bool {
		return slices.ContainsFunc(areas, func(b domain.RegionCode) bool { return b != a && b.Contains(a) })
	}), nil
}
