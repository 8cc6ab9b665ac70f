package needs

import (
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// A category that is retired, and a unit that is offered no more, stay on the need that has them and go onto no other.
func TestWhatIsRetiredIsNotChosenAnew(t *testing.T) {
	t.Cleanup(func() { domain.EditTaxonomy(nil) })
	const water = domain.CategoryID("clean-water-supply")
	edit, _ := domain.ShippedTaxonomy().Edit(water)
	old := edit.Units[1]
	has := Content{Title: "Tandon", Description: "Air.", Category: water, Unit: old}
	if err := has.valid(Content{}); err != nil {
		t.Fatal(err)
	}
	edit.Units, edit.Former = edit.Units[:1], edit.Units[1:]
	domain.EditTaxonomy(map[domain.CategoryID]domain.CategoryEdit{water: edit})
	if err := has.valid(Content{}); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "unit_former") {
		t.Error("a former unit:", err)
	}
	if err := has.valid(has); err != nil {
		t.Error("kept:", err)
	}
	edit.Retired = true
	domain.EditTaxonomy(map[domain.CategoryID]domain.CategoryEdit{water: edit})
	other := has
	other.Category, other.Unit = "sanitation-facilities", ""
	if err := has.valid(other); !apperr.Is(err, apperr.Invalid) || !strings.Contains(err.Error(), "category_retired") {
		t.Error("a retired category:", err)
	}
	changed := has
	changed.Title = "Tandon besar"
	if err := changed.valid(has); err != nil {
		t.Error("kept:", err)
	}
}
