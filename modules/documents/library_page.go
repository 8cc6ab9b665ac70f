package documents

import (
	"context"
	"maps"
	"slices"
	"strings"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/web"
)

// kindsWithDocuments are the kinds of things by which the library is narrowed.
var kindsWithDocuments = []string{domain.KindNeed, domain.KindInitiative, domain.KindCommitment, domain.KindOrganization, domain.KindCall, domain.KindVillage}

// filters makes the form above the library. Where counts are known, each choice says how many documents it leaves, and those
// that leave none are not offered.
func (m *Module) filters(ctx context.Context, b web.Base, f Filter, counts *Counts) (*web.Filters, error) {
	regions, err := m.regionOptions(ctx, b, f.Region)
	if err != nil {
		return nil, err
	}
	organizations, err := m.organizationOptions(ctx, f.Organization, counts)
	if err != nil {
		return nil, err
	}
	var kinds []web.Option
	for _, k := range kindsWithDocuments {
		kinds = append(kinds, web.Option{Value: k, Label: b.T("documents.kind." + k)})
	}
	sorts := []web.Option{{Value: "", Label: b.T("documents.list.sort_newest")}, {Value: "title", Label: b.T("documents.list.sort_title")}}
	if f.Text != "" {
		sorts[0].Label = b.T("documents.list.sort_best")
	}
	return web.NewFilters(b, "/documents", "documents.list").Q(f.Text).
		Select(byType, string(f.Type), counts.on(byType, string(f.Type), typeOptions(b))).
		Select(byRegion, string(f.Region), counts.onRegions(string(f.Region), regions)).
		Fold().
		Select(byKind, f.Kind, counts.on(byKind, f.Kind, kinds)).
		Select(byYear, f.Year, counts.on(byYear, f.Year, yearOptions(f.Year, counts))).
		Select(byOrganization, string(f.Organization), counts.on(byOrganization, string(f.Organization), organizations)).
		Select(byLanguage, f.Language, counts.on(byLanguage, f.Language, languageOptions(b))).
		Sort(f.Sort, sorts), nil
}

// on puts the counts of a filter to its choices.
func (c *Counts) on(name, chosen string, options []web.Option) []web.Option {
	if c == nil {
		return options
	}
	var kept []web.Option
	for _, o := range options {
		o.Count = int64(c.Values[name][o.Value])
		if o.Count > 0 || o.Value == chosen {
			kept = append(kept, o)
		}
	}
	return kept
}

// onRegions does so for regions, each under the name of its level.
func (c *Counts) onRegions(chosen string, options []web.Option) []web.Option {
	if c == nil {
		return options
	}
	var kept []web.Option
	for _, o := range options {
		o.Count = int64(c.Values[levels[domain.RegionCode(o.Value).Level()]][o.Value])
		if o.Count > 0 || o.Value == chosen {
			kept = append(kept, o)
		}
	}
	return kept
}

// yearOptions are the years of which there are documents, the newest first.
func yearOptions(chosen string, c *Counts) (options []web.Option) {
	years := map[string]bool{}
	if c != nil {
		for year := range c.Values[byYear] {
			years[year] = true
		}
	}
	if chosen != "" {
		years[chosen] = true
	}
	for _, year := range slices.Backward(slices.Sorted(maps.Keys(years))) {
		options = append(options, web.Option{Value: year, Label: year})
	}
	return options
}

// organizationOptions are the organisations whose documents are counted, by name.
func (m *Module) organizationOptions(ctx context.Context, chosen domain.OrganizationID, c *Counts) (options []web.Option, err error) {
	var ids []domain.OrganizationID
	if chosen != "" {
		ids = append(ids, chosen)
	}
	if c != nil {
		for id := range c.Values[byOrganization] {
			if id != string(chosen) {
				ids = append(ids, domain.OrganizationID(id))
			}
		}
	}
	if len(ids) == 0 {
		return nil, nil
	}
	briefs, err := m.Service.orgs.Briefs(ctx, ids)
	if err != nil {
		return nil, err
	}
	for id, brief := range briefs {
		options = append(options, web.Option{Value: string(id), Label: brief.Name})
	}
	slices.SortFunc(options, func(a, b web.Option) int { return strings.Compare(a.Label, b.Label) })
	return options, nil
}

// regionOptions offers the regencies (where only one province is known) or provinces, and what lies in the chosen one.
func (m *Module) regionOptions(ctx context.Context, b web.Base, chosen domain.RegionCode) ([]web.Option, error) {
	top, err := m.Service.regions.Children(ctx, "")
	if err == nil && len(top) == 1 {
		top, err = m.Service.regions.Children(ctx, top[0].Code)
	}
	if err != nil {
		return nil, err
	}
	options := make([]web.Option, 0, len(top))
	known := chosen == ""
	for _, place := range top {
		options = append(options, web.Option{Value: string(place.Code), Label: domain.PlaceText(place)})
		known = known || place.Code == chosen
	}
	if chosen == "" || chosen.Level() >= domain.LevelVillage {
		return m.withChosen(ctx, options, chosen, known)
	}
	inside, err := m.Service.regions.Children(ctx, chosen)
	if err != nil {
		return nil, err
	}
	for _, place := range inside {
		options = append(options, web.Option{Value: string(place.Code), Label: domain.PlaceText(place), Group: b.T("documents.list.inside")})
	}
	return m.withChosen(ctx, options, chosen, known)
}

func (m *Module) withChosen(ctx context.Context, options []web.Option, chosen domain.RegionCode, known bool) ([]web.Option, error) {
	if known {
		return options, nil
	}
	place, err := m.Service.regions.Place(ctx, chosen)
	if apperr.Is(err, apperr.NotFound) {
		return options, nil
	}
	return append(options, web.Option{Value: string(chosen), Label: domain.PlaceText(place)}), err
}
