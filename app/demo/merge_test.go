package demo

import (
	"testing"
	"time"

	"gotong/app/embedded/oidc"
	"gotong/app/portal/wire"
	"gotong/modules/domain"
	"gotong/modules/kit/store"
)

// Two organisations of the story are merged: everything that any module keeps for the one is the other's afterwards,
// and what villages were promised and given does not change.
func TestMergeMovesWhatEveryModuleKeeps(t *testing.T) {
	w := newWorld(t)
	if err := w.demo.Begin(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, h := t.Context(), w.house
	all := wire.Belongings(h)
	h.Organizations.Belongings(all...)
	ledgers := func() map[string]domain.Ledger {
		sums := map[string]domain.Ledger{}
		for id := range w.needs() {
			if l, err := h.Commitments.Service.Ledger(ctx, domain.NeedID(id)); err == nil {
				sums[id] = l
			}
		}
		return sums
	}
	count := func(id domain.OrganizationID) map[string]int64 {
		n := map[string]int64{}
		for _, b := range all {
			sum, err := b.Count(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			n[b.Kind()] = sum
		}
		return n
	}
	from, into := domain.OrganizationID(oidc.OrgAir), domain.OrganizationID(oidc.OrgSurya)
	before, there, promised := count(from), count(into), ledgers()
	for _, kind := range []string{"initiatives", "commitments", "documents"} {
		if before[kind] == 0 {
			t.Errorf("the story gives %s no %s, so nothing is tested", from, kind)
		}
	}
	moved := firstOf(t, w, from)
	secretariat := domain.Actor{Account: "s", Roles: []domain.PlatformRole{domain.RoleSecretariat}}
	preview, err := h.Organizations.Service.PreviewMerge(ctx, secretariat, from, into)
	if err != nil || preview.Refusal != nil {
		t.Fatal(err, preview.Refusal)
	}
	for _, k := range preview.Counts {
		if want, ok := before[k.Kind]; ok && k.Count != want {
			t.Errorf("the preview says %d %s, not %d", k.Count, k.Kind, want)
		}
	}
	if err := h.Organizations.Service.Merge(ctx, secretariat, store.Operation{ID: "merge"}, from, into, 0, "keduanya satu yayasan"); err != nil {
		t.Fatal(err)
	}
	w.clock.Advance(5 * time.Minute)
	if _, err := h.Organizations.Service.AdvanceMergers(ctx); err != nil {
		t.Fatal(err)
	}
	left, now := count(from), count(into)
	for kind, n := range before {
		if left[kind] != 0 || now[kind] < n || now[kind] > n+there[kind] {
			t.Errorf("%s: %d of %d are left, the other has %d (had %d)", kind, left[kind], n, now[kind], there[kind])
		}
	}
	after := ledgers()
	if len(after) != len(promised) || len(promised) == 0 {
		t.Errorf("%d ledgers, then %d", len(promised), len(after))
	}
	for id, l := range promised {
		if after[id] != l {
			t.Errorf("the ledger of %s changed: %+v, now %+v", id, l, after[id])
		}
	}
	if problems, err := h.Commitments.Service.Check(ctx); err != nil || len(problems) != 0 {
		t.Errorf("%v, %v", problems, err)
	}
	entries, err := w.db.Feed().Of(ctx, "initiatives", moved, 1)
	if err != nil || len(entries) != 1 || entries[0].Action != "organization.moved" {
		t.Errorf("the trail does not tell of the move: %+v, %v", entries, err)
	}
}

func firstOf(t *testing.T, w *world, owner domain.OrganizationID) string {
	t.Helper()
	for id, i := range w.initiatives() {
		if i.Organization == owner {
			return id
		}
	}
	t.Fatal("no initiative")
	return ""
}
