package organizations

import (
	"strings"
	"testing"

	"gotong/modules/kit/store"
)

// Who comes by the old address of an organisation that was taken in is led to the one that took it in, and reads there
// why it is another.
func TestTheOldAddressLeadsToTheNewOne(t *testing.T) {
	r := newRig(t)
	ctx := t.Context()
	first, second := ngo, ngo
	first.Name, first.Registration = "Yayasan Air Lama", "AHU-1"
	second.Name, second.Registration = "Yayasan Air Baru", "AHU-2"
	old, into, other := r.verified("ani", first), r.verified("budi", second), r.verified("cici", ngo)
	r.must(r.s.Merge(ctx, r.actor("s-sari"), store.Operation{ID: "merge"}, old, into, 0, "Satu lembaga dengan dua pendaftaran."))

	got := r.get("", pathOf(old))
	to := got.location
	if got.status != 301 || !strings.HasPrefix(to, pathOf(into)+"?from=") {
		t.Fatalf("%d %s", got.status, to)
	}
	arrived := r.get("", to)
	if said := arrived.Find(".flash").Text(); arrived.status != 200 || !strings.Contains(said, "Yayasan Air Lama") || !strings.Contains(said, "Yayasan Air Baru") {
		t.Errorf("%d %q", arrived.status, said)
	}
	for _, from := range []string{"nothing-here", string(other), string(into), "%3Cb%3E"} {
		if said := r.get("", pathOf(into)+"?from="+from).Find(".flash").Text(); said != "" {
			t.Errorf("from=%s: %q", from, said)
		}
	}
	if said := r.get("", pathOf(other)+"?from="+string(old)).Find(".flash").Text(); said != "" {
		t.Errorf("another organisation says that it took it in: %q", said)
	}
	if got := r.get("", pathOf(old)+"/statement.json"); got.status != 301 || got.location != pathOf(into)+"/statement.json" {
		t.Errorf("the statement: %d %s", got.status, got.location)
	}
	r.must(r.s.Merge(ctx, r.actor("s-sari"), store.Operation{ID: "again"}, into, other, 0, "Satu lembaga dengan tiga pendaftaran."))
	if to := r.get("", pathOf(old)).location; !strings.HasPrefix(to, pathOf(other)+"?from=") {
		t.Errorf("merged twice, it leads to %s", to)
	}
}
