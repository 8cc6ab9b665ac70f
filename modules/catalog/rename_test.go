package catalog

import (
	"context"
	"fmt"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/search"
	"gotong/modules/kit/store"
)

// names gives the category of the tests the name that stands in an entry's reason.
type names struct{}

func (names) Renamed(_ context.Context, e store.Entry) (domain.CategoryID, error) {
	const water = domain.CategoryID("clean-water-supply")
	if e.Action != "category.renamed" {
		return "", nil
	}
	edit, _ := domain.ShippedTaxonomy().Edit(water)
	edit.Name = domain.Text{ID: e.Reason, EN: e.Reason}
	domain.EditTaxonomy(map[domain.CategoryID]domain.CategoryEdit{water: edit})
	return water, nil
}

// A category gets another name: everything that has it is found by the new name and by the old one no more, without
// an index being built anew, over more pages than one.
func TestRenamedCategoryIsFoundByItsNewName(t *testing.T) {
	t.Cleanup(func() { domain.EditTaxonomy(nil) })
	f := newFixture(t)
	const all = 207
	for i := range all {
		f.put(fmt.Sprintf("n%03d", i), thing{Title: fmt.Sprintf("Tandon %d", i), Text: "Wadah.", State: "verified", Region: "61.01.08.2007"})
	}
	f.settle()
	count := func(words string) int {
		t.Helper()
		r, err := f.index.Search(t.Context(), search.Query{Kind: domain.KindNeed, Text: words})
		if err != nil {
			t.Fatal(err)
		}
		return r.Total
	}
	if n := count("mataair"); n != 0 {
		t.Fatalf("%d are found by a name that nobody gave", n)
	}
	old := domain.Taxonomy().CategoryName("clean-water-supply", "id")
	if n := count(old); n != all {
		t.Fatalf("%d of %d are found by %q", n, all, old)
	}
	named := func(name string) {
		t.Helper()
		if _, err := f.things.records.Insert(t.Context(), "z-"+name, thing{State: "draft"}, store.Change{Action: "category.renamed", Reason: name}); err != nil {
			t.Fatal(err)
		}
		f.settle()
	}
	named("Mataair")
	if n := count("mataair"); n != all {
		t.Errorf("%d of %d have the new name", n, all)
	}
	if n := count("penyediaan bersih"); n != 0 {
		t.Errorf("%d still have the old name", n)
	}
	f.stop()
	f.start() // the place in the feed was kept: nothing is done again, nothing is lost
	f.settle()
	if n := count("mataair"); n != all {
		t.Errorf("after a restart %d have the new name", n)
	}
}
