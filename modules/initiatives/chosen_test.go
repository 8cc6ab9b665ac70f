package initiatives

import (
	"testing"

	"gotong/modules/domain"
)

// An offer keeps the retired category that it has; another offer does not get it.
func TestWhatIsRetiredIsNotOfferedAnew(t *testing.T) {
	t.Cleanup(func() { domain.EditTaxonomy(nil) })
	const water = domain.CategoryID("clean-water-supply")
	edit, _ := domain.ShippedTaxonomy().Edit(water)
	edit.Retired = true
	domain.EditTaxonomy(map[domain.CategoryID]domain.CategoryEdit{water: edit})
	has := Content{Offers: []Offer{{Category: water, Unit: edit.Units[0]}}}
	if wrong := has.chosen(has); len(wrong) != 0 {
		t.Error("kept:", wrong)
	}
	if wrong := has.chosen(Content{}); len(wrong) != 1 || wrong[0].Name != "offer_1_category" || wrong[0].Key != "initiatives.error.category_retired" {
		t.Error(wrong)
	}
}
