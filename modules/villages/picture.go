package villages

import (
	"context"
	"slices"
	"strings"

	"gotong/modules/domain"
)

// picture is what is known of one region and of those above it, as the public sees it.
type picture struct {
	path       []Region // from the province down to the region
	figures    map[domain.RegionCode][]Disclosed
	profile    Profile
	hidden     map[string]Hiding // figures of the profile's people
	potentials []Potential
	weight     Weight
	demo       bool // something of it is demonstration
}

// Picture reads what is known of a region. Demonstration values stand only where there is no real one of the same
// indicator, and those of the regions above only beside demonstration of the region itself.
func (s *Service) picture(ctx context.Context, path []Region) (*picture, error) {
	region := path[len(path)-1]
	p := &picture{path: path, figures: map[domain.RegionCode][]Disclosed{}}
	observations := map[domain.RegionCode][]Observation{}
	var codes []domain.RegionCode
	for _, r := range path {
		found, err := s.Observations(ctx, r.Code)
		if err != nil {
			return nil, err
		}
		observations[r.Code] = append(publishedOf(r.Code), found...)
		codes = append(codes, r.Code)
	}
	profiles, err := s.Profiles(ctx, codes)
	if err != nil {
		return nil, err
	}
	p.profile = profiles[region.Code]
	if p.potentials, err = s.Potentials(ctx, region.Code); err != nil {
		return nil, err
	}
	p.demo = p.profile.Demo || slices.ContainsFunc(p.potentials, func(x Potential) bool { return x.Demo }) ||
		slices.ContainsFunc(observations[region.Code], func(o Observation) bool { return o.Demo })
	w, err := s.Weighting(ctx)
	if err != nil {
		return nil, err
	}
	p.weight = w.Of(region.Code, readingsIn(observations, profiles), s.thisYear(), p.demo)
	for code, list := range observations {
		if p.figures[code], err = s.Disclose(ctx, realFirst(list, p.demo)); err != nil {
			return nil, err
		}
	}
	p.hidden, err = s.DisclosePeople(ctx, p.profile)
	return p, err
}

// realFirst leaves out demonstration values beside real ones of the same indicator, and all of them unless wanted;
// the rest is by indicator, newest first.
func realFirst(list []Observation, demo bool) []Observation {
	var out []Observation
	real := map[string]bool{}
	for _, o := range list {
		real[o.Indicator] = real[o.Indicator] || !o.Demo
	}
	for _, o := range list {
		if !o.Demo || demo && !real[o.Indicator] {
			out = append(out, o)
		}
	}
	slices.SortStableFunc(out, func(a, b Observation) int {
		if a.Indicator != b.Indicator {
			return strings.Compare(a.Indicator, b.Indicator)
		}
		return b.Year - a.Year
	})
	return out
}

// publishedOf gives the values of the reference files for a region.
func publishedOf(code domain.RegionCode) []Observation {
	var out []Observation
	for _, i := range domain.Indicators() {
		for _, v := range i.Known {
			if v.Area == code {
				out = append(out, Observation{Region: code, Indicator: i.ID, Value: v.Value, Unit: v.Unit, Year: v.Year, Source: v.Source, Approximate: v.Approximate})
			}
		}
	}
	return out
}

// of gives the values of an indicator of a region, newest first.
func (p *picture) of(code domain.RegionCode, indicator string) []Disclosed {
	var out []Disclosed
	for _, d := range p.figures[code] {
		if d.Indicator == indicator {
			out = append(out, d)
		}
	}
	return out
}

// latest gives the newest value of an indicator of a region.
func (p *picture) latest(code domain.RegionCode, indicator string) (Disclosed, bool) {
	if list := p.of(code, indicator); len(list) > 0 {
		return list[0], true
	}
	return Disclosed{}, false
}

// standIn gives the newest value of a share or index of the nearest region above that has one. A count of a larger
// region says nothing of a smaller one.
func (p *picture) standIn(i domain.Indicator) (Disclosed, Region, bool) {
	if countUnit(i.Unit) {
		return Disclosed{}, Region{}, false
	}
	for at := len(p.path) - 2; at >= 0; at-- {
		if d, ok := p.latest(p.path[at].Code, i.ID); ok {
			return d, p.path[at], true
		}
	}
	return Disclosed{}, Region{}, false
}
