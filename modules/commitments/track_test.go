package commitments

import (
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// The record counts what a village accepted, by category and unit, and never what an organisation says of itself.
func TestTrackCountsOnlyWhatWasAccepted(t *testing.T) {
	accepted := []Move{{To: StateAccepted}}
	docs := []store.Doc[Commitment]{
		{Body: Commitment{Category: "clean-water-supply", Unit: "unit", Quantity: 100, State: StateProposed}},
		{Body: Commitment{Category: "clean-water-supply", Unit: "unit", Quantity: 10, State: StateConfirmed, History: accepted,
			Deliveries: []Delivery{{Quantity: 10, Confirmed: 9, Denied: 1}}}},
		{Body: Commitment{Category: "clean-water-supply", Unit: "unit", Quantity: 8, State: StateDelivering, Until: "2027-01-31", History: accepted,
			Deliveries: []Delivery{{Quantity: 3}}}},
		{Body: Commitment{Category: "clean-water-supply", Unit: "household", Quantity: 4, State: StateAccepted, Until: "2027-12-31", History: accepted}},
		{Body: Commitment{Category: "access-to-capital", Unit: "idr", Quantity: 5000, State: StateCancelled, History: accepted}},
	}
	want := []track{
		{category: "access-to-capital", unit: "idr", count: 1},
		{category: "clean-water-supply", unit: "household", count: 1, committed: 4},
		{category: "clean-water-supply", unit: "unit", count: 2, committed: 18, delivered: 12, confirmed: 9, lateCount: 1, late: 5},
	}
	got := trackOf(docs, domain.Date("2027-03-01"))
	if len(got) != len(want) {
		t.Fatalf("%+v", got)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Errorf("%+v, want %+v", got[i], want[i])
		}
	}
}
