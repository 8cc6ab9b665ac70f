package plans

import (
	"context"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
	"gotong/modules/matching/plan"
)

// comparePage is views/plans/compare.html: two plans side by side.
type comparePage struct {
	web.Base
	Lead     string
	Measures web.Table
	Lines    web.Table
	Same     string // where no line differs
	More     string
}

// differencesShown is how many differing lines a comparison names.
const differencesShown = 40

func (m *Module) comparePage(ctx context.Context, b web.Base, a, other Doc) (comparePage, error) {
	b.Private, b.Demo = true, a.Body.Demo || other.Body.Demo
	b.Crumbs = []web.Crumb{{Label: b.T("plans.title"), Path: "/plans"}, {Label: a.Body.Title, Path: pathOf(a.ID)}, {Label: b.Title}}
	p := comparePage{Base: b, Lead: b.T("plans.compare.lead", "a", a.Body.Title, "b", other.Body.Title)}
	here, err := m.Service.Report(ctx, a)
	if err != nil {
		return p, err
	}
	there, err := m.Service.Report(ctx, other)
	if err != nil {
		return p, err
	}
	if a.Body.Instance != other.Body.Instance {
		p.Lead = b.T("plans.compare.lead_other", "a", a.Body.Title, "b", other.Body.Title)
	}
	p.measures(here, there, a, other)
	differences, back := here.Differences(there), there.Differences(here)
	for _, d := range back {
		if d.There == 0 {
			differences = append(differences, Difference{Line: Line{Need: d.Need, Offer: d.Offer}, There: d.Quantity})
		}
	}
	if len(differences) == 0 {
		p.Same = b.T("plans.compare.same")
		return p, nil
	}
	var codes []domain.RegionCode
	for k, d := range differences {
		if k < differencesShown {
			codes = append(codes, d.Need.Village)
		}
	}
	places, err := m.Service.places.Places(ctx, codes)
	if err != nil {
		return p, err
	}
	p.Lines = web.Table{Caption: b.T("plans.compare.lines", "count", len(differences)), Numbers: []bool{false, false, true, true},
		Head: []string{b.T("plans.left.need"), b.T("plans.compare.offer"), b.T("plans.compare.first"), b.T("plans.compare.second")}}
	quantity := func(n int64, unit domain.UnitID) web.Cell {
		if n == 0 {
			return web.Cell{Text: b.T("plans.compare.nothing"), Quiet: true}
		}
		return web.Cell{Text: domain.QuantityText(b.Local(), n, unit)}
	}
	for k, d := range differences {
		if k == differencesShown {
			p.More = b.T("plans.compare.more", "count", len(differences)-k)
			break
		}
		p.Lines.Rows = append(p.Lines.Rows, web.Row{Cells: []web.Cell{{Text: d.Need.Title, Path: b.URL("/needs/" + string(d.Need.ID)), Note: placeText(places, d.Need.Village)},
			{Text: d.Offer.Title, Note: d.Offer.OrganizationName}, quantity(d.Quantity, d.Need.Unit), quantity(d.There, d.Need.Unit)}})
	}
	return p, nil
}

func (p *comparePage) measures(here, there *Report, a, other Doc) {
	b := p.Base
	p.Measures = web.Table{Caption: b.T("plans.compare.measures"), Numbers: []bool{false, true, true},
		Head: []string{b.T("plans.compare.measure"), b.T("plans.compare.first"), b.T("plans.compare.second")}}
	row := func(label string, value func(*Report, Plan) string) {
		p.Measures.Rows = append(p.Measures.Rows, web.Row{Cells: []web.Cell{{Text: label}, {Text: value(here, a.Body)}, {Text: value(there, other.Body)}}})
	}
	percent := func(f float64) string { return b.Local().Percent(f, 0) }
	row(b.T("plans.form.floor"), func(_ *Report, p Plan) string { return b.T("plans.floor." + p.Policy.Floor) })
	row(b.T("plans.form.deprivation"), func(_ *Report, p Plan) string { return b.T("plans.emphasis." + p.Policy.Deprivation) })
	row(b.T("plans.figure.households"), func(r *Report, _ Plan) string { return b.Number(r.Households) })
	row(b.T("plans.figure.villages"), func(r *Report, _ Plan) string { return b.Number(int64(r.Villages)) })
	row(b.T("plans.figure.needs"), func(r *Report, _ Plan) string { return b.Number(int64(r.Full + r.Part)) })
	row(b.T("plans.figure.partners"), func(r *Report, _ Plan) string { return b.Number(int64(r.partners())) })
	row(b.T("plans.compare.weighted"), func(r *Report, _ Plan) string { return b.Local().Decimal(r.Summary().Objective, 1) })
	row(b.T("plans.compare.gap"), func(r *Report, _ Plan) string {
		if r.Result.Status == plan.StatusOptimal {
			return b.T("plans.certificate.best_short")
		}
		if r.Result.GapPercent == nil {
			return "–"
		}
		return b.Local().Decimal(*r.Result.GapPercent, 2) + " %"
	})
	if n := len(here.Quintiles); n == len(there.Quintiles) && n > 1 {
		row(b.T("plans.compare.most"), func(r *Report, _ Plan) string { q := r.Quintiles[n-1]; return percent(q.Of(q.After)) })
		row(b.T("plans.compare.least"), func(r *Report, _ Plan) string { q := r.Quintiles[0]; return percent(q.Of(q.After)) })
	}
	row(b.T("plans.even.gini"), func(r *Report, _ Plan) string { return b.Local().Decimal(r.After.Gini, 3) })
}
