package coverage

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
)

// weighing tells of every entry of weights which region they are of.
type weighing struct{ subjects }

func (weighing) Weighed(_ context.Context, e store.Entry) (domain.RegionCode, bool) {
	return domain.RegionCode(e.ID), e.Collection == "weights"
}

// Where the weight of villages changes, their needs change places, and the scores of the regions above follow; those of
// other regions stay.
func TestChangedWeightsRankAnew(t *testing.T) {
	b := open(t, testkit.DB(t), testkit.Clock())
	b.Service.subjects = weighing{}
	ctx := t.Context()
	add := func(id domain.NeedID, village domain.RegionCode, weight float64) {
		b.register.parts[id] = Part{Need: id, Title: string(id), Village: village, Category: "clean-water-supply", Weight: weight, Urgency: 1, Open: true, Since: testkit.Epoch,
			Ledger: domain.Ledger{Unit: "unit", Needed: 10}}
	}
	add("sambas", "61.01.01.2001", 1.2)
	add("sambas too", "61.01.02.2001", 1.1)
	add("bengkayang", "61.02.01.2001", 2)
	if err := b.Service.Rebuild(ctx); err != nil {
		t.Fatal(err)
	}
	order := func() (list []string) {
		page, err := b.Service.Uncovered(ctx, Filter{})
		if err != nil {
			t.Fatal(err)
		}
		for _, doc := range page.Items {
			list = append(list, doc.ID)
		}
		return list
	}
	score := func(region domain.RegionCode) int64 {
		cell, err := b.Service.Cell(ctx, region)
		if err != nil {
			t.Fatal(err)
		}
		return Total(cell.Sums, "", false).Score
	}
	if got := order(); !slices.Equal(got, []string{"bengkayang", "sambas", "sambas too"}) {
		t.Fatalf("before: %v", got)
	}
	add("sambas", "61.01.01.2001", 2.8)
	add("sambas too", "61.01.02.2001", 3)
	add("bengkayang", "61.02.01.2001", 1) // nobody said that this one changed
	if err := b.Service.apply(ctx, []store.Entry{{Seq: 1 << 40, Collection: "weights", ID: "61.01"}}, map[domain.RegionCode]int64{}); err != nil {
		t.Fatal(err)
	}
	if got := order(); !slices.Equal(got, []string{"sambas too", "sambas", "bengkayang"}) {
		t.Errorf("after: %v", got)
	}
	if a, c, all := score("61.01"), score("61.02"), score(""); a != 5800 || c != 2000 || all != 7800 {
		t.Errorf("scores %d, %d, together %d", a, c, all)
	}
	if err := b.Service.apply(ctx, []store.Entry{{Seq: 1 << 41, Collection: "weights", ID: ""}}, map[domain.RegionCode]int64{}); err != nil {
		t.Fatal(err)
	}
	if c := score("61.02"); c != 1000 || order()[2] != "bengkayang" {
		t.Errorf("all weights changed: %d", c)
	}
}

// crowd is many needs, found by village.
type crowd struct {
	parts     []Part
	byVillage map[domain.RegionCode][]int
	at        map[domain.NeedID]int
}

func (c *crowd) Part(_ context.Context, id domain.NeedID) (Part, error) {
	if i, ok := c.at[id]; ok {
		return c.parts[i], nil
	}
	return Part{}, apperr.New(apperr.NotFound, "error.not_found")
}

func (c *crowd) OfVillage(_ context.Context, village domain.RegionCode) (list []Part, err error) {
	for _, i := range c.byVillage[village] {
		list = append(list, c.parts[i])
	}
	return list, nil
}

func (c *crowd) Each(_ context.Context, fn func(Part) error) error {
	for _, p := range c.parts {
		if err := fn(p); err != nil {
			return err
		}
	}
	return nil
}

func (c *crowd) Recounted(ctx context.Context, fn func(Part) error) error { return c.Each(ctx, fn) }

// BenchmarkRanking measures the ranking of 100,000 uncovered needs in 8,000 villages of 40 regencies: one whole count, a
// page of 20 in each order for the country, a regency and a category, and how long the follower takes from a change of
// one need, of twenty together, and of the weights of a district, to sums and ranks that say so.
func BenchmarkRanking(b *testing.B) {
	bench := open(b, testkit.DB(b), testkit.Clock())
	c := &crowd{byVillage: map[domain.RegionCode][]int{}, at: map[domain.NeedID]int{}}
	bench.Service.needs, bench.Service.subjects = c, weighing{}
	categories := []domain.CategoryID{"clean-water-supply", "basic-sanitation"}
	const count, villages = 100_000, 8000
	village := func(n int) domain.RegionCode {
		n %= villages
		return domain.RegionCode(fmt.Sprintf("61.%02d.%02d.%04d", 1+n%40, 1+n/40%10, 2001+n/400))
	}
	for n := range count {
		id := domain.NeedID(fmt.Sprintf("need%06d", n))
		c.at[id] = n
		c.byVillage[village(n)] = append(c.byVillage[village(n)], n)
		c.parts = append(c.parts, Part{
			Need: id, Title: "Kebutuhan", Village: village(n), Category: categories[n%2], Open: true, Households: int64(n % 97), Urgency: 0.5 + float64(n%3)/2, Weight: 1 + float64(n%200)/100,
			Since: testkit.Epoch.Add(-time.Duration(n%500) * time.Hour), Ledger: domain.Ledger{Unit: "unit", Needed: 20, Committed: int64(n % 19)},
		})
	}
	begin := time.Now()
	if err := bench.Service.Rebuild(b.Context()); err != nil {
		b.Fatal(err)
	}
	whole := time.Since(begin)
	measure := func(name string, do func(n int) error) {
		b.Run(name, func(b *testing.B) {
			var took []time.Duration
			for b.Loop() {
				begin := time.Now()
				if err := do(len(took)); err != nil {
					b.Fatal(err)
				}
				took = append(took, time.Since(begin))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
			b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			b.ReportMetric(whole.Seconds(), "s/whole-count")
		})
	}
	filters := []Filter{{}, {Region: "61.07"}, {Category: "clean-water-supply"}, {Region: "61.07.03", Category: "water-sanitation"}}
	for _, order := range Orders {
		measure("page-"+order, func(n int) error {
			f := filters[n%len(filters)]
			f.Order = order
			page, err := bench.Service.Uncovered(b.Context(), f)
			if err == nil && len(page.Items) != 20 {
				err = fmt.Errorf("%+v: %d needs", f, len(page.Items))
			}
			return err
		})
	}
	seq := int64(1 << 40)
	change := func(together int) func(int) error {
		return func(n int) error {
			var entries []store.Entry
			for k := range together {
				i := (n*together + k) * 7919 % count
				c.parts[i].Ledger.Committed = (c.parts[i].Ledger.Committed + 1) % 19
				seq++
				entries = append(entries, store.Entry{Seq: seq, Collection: "needs", ID: string(c.parts[i].Need)})
			}
			return bench.Service.apply(b.Context(), entries, map[domain.RegionCode]int64{})
		}
	}
	measure("lag-of-one-change", change(1))
	measure("lag-of-twenty-changes", change(20))
	measure("lag-of-a-districts-weights", func(n int) error {
		district := village(n).Parent()
		for v, list := range c.byVillage {
			if district.Contains(v) {
				for _, i := range list {
					c.parts[i].Weight = 1 + float64((n+i)%200)/100
				}
			}
		}
		seq++
		return bench.Service.apply(b.Context(), []store.Entry{{Seq: seq, Collection: "weights", ID: string(district)}}, map[domain.RegionCode]int64{})
	})
}
