package coverage

import (
	"context"
	"slices"
	"strconv"

	"gotong/modules/domain"
	"gotong/modules/kit/web"
)

func (m *Module) waitingTable(b web.Base, a around, category string, to func(domain.RegionCode) string) web.Table {
	t := web.Table{
		Caption: b.T("coverage.by_region"), Numbers: []bool{false, true, true, false, true},
		Head: []string{b.T("coverage.head.region"), b.T("coverage.head.waiting"), b.T("coverage.head.alone"), b.T("coverage.head.oldest"), b.T("coverage.head.score")},
	}
	for _, i := range a.inside {
		real, demo := Total(i.cell.Sums, category, false), Total(i.cell.Sums, category, true)
		if real.Waiting+demo.Waiting == 0 {
			continue
		}
		oldest, note := real.Oldest, ""
		if oldest.IsZero() {
			oldest, note = demo.Oldest, " · "+b.T("web.demo.tag")
		}
		t.Rows = append(t.Rows, web.Row{Cells: []web.Cell{
			{Text: domain.PlaceName(i.place), Path: to(i.place.Code)}, {Text: countText(b, real.Waiting, demo.Waiting)}, {Text: countText(b, real.Alone, demo.Alone)},
			{Text: b.Local().Ago(m.Service.clock.Now(), oldest), Note: b.Date(oldest) + note}, {Text: scoreText(b, real.Score, demo.Score)},
		}})
	}
	return t
}

// scoreText writes a score of many needs with that of demonstration beside it, never added up.
func scoreText(b web.Base, real, demo int64) string {
	text := func(thousandths int64) string { return b.Local().Decimal(float64(thousandths)/1000, 1) }
	switch {
	case demo == 0:
		return text(real)
	case real == 0:
		return b.T("coverage.count_demo", "demo", text(demo))
	}
	return b.T("coverage.count_both", "real", text(real), "demo", text(demo))
}

// scoreMap shows the regions inside one by the score of what waits there, in thirds of the highest; nil where
// nothing waits in any. Demonstration is shown only where nothing real waits in any of them, and then the title says so.
func (m *Module) scoreMap(ctx context.Context, b web.Base, a around, category string, to func(domain.RegionCode) string) (*domain.RegionMap, error) {
	measures := make([]domain.Measure, 0, len(a.inside))
	for _, i := range a.inside {
		real, demo := Total(i.cell.Sums, category, false).Score, Total(i.cell.Sums, category, true).Score
		measures = append(measures, domain.Measure{Real: float64(real) / 1000, HasReal: real > 0, Demo: float64(demo) / 1000, HasDemo: demo > 0})
	}
	if !slices.ContainsFunc(measures, func(x domain.Measure) bool { return x.HasReal || x.HasDemo }) {
		return nil, nil
	}
	scale := domain.Thirds(measures, 0.1)
	facts := make([]domain.MapFact, 0, len(a.inside))
	for n, i := range a.inside {
		real, demo := Total(i.cell.Sums, category, false), Total(i.cell.Sums, category, true)
		label := b.T("coverage.map_label", "region", domain.PlaceName(i.place), "waiting", countText(b, real.Waiting, demo.Waiting), "score", scoreText(b, real.Score, demo.Score))
		facts = append(facts, domain.MapFact{
			Region: i.place.Code, Name: i.place.Name, Label: label, Path: to(i.place.Code), Class: scale.Class(measures[n]), Only: scale.OnlyDemo(measures[n]),
		})
	}
	title := b.T("coverage.map")
	if scale.Demo {
		title = b.T("coverage.map_demo")
	}
	legend := []domain.MapKey{{Class: "m0", Text: b.T("coverage.map_none")}}
	bound := func(k int) string { return b.Local().Decimal(scale.Bounds[k], 1) }
	for k, key := range []string{"coverage.map_low", "coverage.map_middle", "coverage.map_high"} {
		legend = append(legend, domain.MapKey{Class: "m" + strconv.Itoa(k+1), Text: b.T(key, "from", bound(k), "to", bound(k+1))})
	}
	return m.maps.RegionMap(ctx, b, a.region, title, facts, legend)
}
