package coverage

import (
	"context"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/testkit"
	"gotong/modules/kit/web"
)

// paper keeps what a map was asked to show.
type paper struct {
	facts map[domain.RegionCode]domain.MapFact
	title string
}

func (p *paper) RegionMap(_ context.Context, _ web.Base, _ domain.RegionCode, title string, facts []domain.MapFact, legend []domain.MapKey) (*domain.RegionMap, error) {
	p.facts, p.title = map[domain.RegionCode]domain.MapFact{}, title
	for _, f := range facts {
		p.facts[f.Region] = f
	}
	return &domain.RegionMap{Title: title, Legend: legend}, nil
}

// What waits really and what is demonstration is never one number, neither in the table nor on the map.
func TestScoresKeepDemonstrationApart(t *testing.T) {
	b := open(t, testkit.DB(t), testkit.Clock())
	drawn := &paper{}
	b.maps = drawn
	page := web.NewBaseFor(b.bundle.Localizer("en"))
	place := func(code domain.RegionCode, sums ...Sum) inside {
		return inside{domain.Place{Code: code, Name: string(code), Kind: "kabupaten"}, Cell{Sums: Add(sums)}}
	}
	sum := func(score int64, demo bool) Sum {
		return Sum{Category: "clean-water-supply", Unit: "unit", Demo: demo, Needs: 1, Waiting: 1, Alone: 1, Score: score, Oldest: testkit.Epoch}
	}
	to := func(c domain.RegionCode) string { return "/uncovered?region=" + string(c) }
	both := around{inside: []inside{place("61.01", sum(2000, false), sum(4000, true)), place("61.02", sum(400, false)), place("61.03", sum(4500, true)), place("61.04")}}

	table := b.waitingTable(page, both, "", to)
	want := map[string]string{"Kabupaten 61.01": "2.0 and 4.0 (example)", "Kabupaten 61.02": "0.4", "Kabupaten 61.03": "4.5 (example)"}
	if len(table.Rows) != len(want) {
		t.Errorf("%d rows", len(table.Rows))
	}
	for _, row := range table.Rows {
		if got := row.Cells[4].Text; got != want[row.Cells[0].Text] {
			t.Errorf("%s: score %q, want %q", row.Cells[0].Text, got, want[row.Cells[0].Text])
		}
	}
	if _, err := b.scoreMap(t.Context(), page, both, "", to); err != nil {
		t.Fatal(err)
	}
	for code, class := range map[domain.RegionCode]string{"61.01": "m3", "61.02": "m1", "61.03": "m0", "61.04": "m0"} {
		if f := drawn.facts[code]; f.Class != class || f.Only != (code == "61.03") {
			t.Errorf("%s: %+v, want %s", code, f, class)
		}
	}
	if drawn.title != page.T("coverage.map") {
		t.Errorf("title %q", drawn.title)
	}

	examples := around{inside: []inside{place("61.01", sum(4000, true)), place("61.03", sum(900, true))}}
	if _, err := b.scoreMap(t.Context(), page, examples, "", to); err != nil {
		t.Fatal(err)
	}
	if drawn.title != page.T("coverage.map_demo") || drawn.facts["61.01"].Class != "m3" || drawn.facts["61.03"].Class != "m1" || drawn.facts["61.01"].Only {
		t.Errorf("nothing but examples: %q %+v", drawn.title, drawn.facts)
	}
	if m, err := b.scoreMap(t.Context(), page, around{inside: []inside{place("61.01")}}, "", to); m != nil || err != nil {
		t.Errorf("nothing waits: %+v %v", m, err)
	}
}
