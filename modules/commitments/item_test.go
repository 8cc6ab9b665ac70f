package commitments

import (
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// What is handed over is listed piece by piece, by role of who receives it; refused by field, and closed by the handover.
func TestHandoverList(t *testing.T) {
	h := Hand{Side: SideProposer, At: testNow, Operation: "op"}
	good := Item{ID: "1", What: "Tandon 1.200 liter", Quantity: 10, Unit: "unit", Condition: "Baik", Receiver: "Kelompok pengelola air"}
	for field, spoil := range map[string]func(*Item){
		"what": func(i *Item) { i.What = "" }, "quantity": func(i *Item) { i.Quantity = 0 }, "unit": func(i *Item) { i.Unit = "" },
		"condition": func(i *Item) { i.Condition = strings.Repeat("x", maxItemText+1) }, "receiver": func(i *Item) { i.Receiver = "NIK 6101084107850003" },
	} {
		c, bad := in(t, StateAgreed), good
		spoil(&bad)
		err := c.AddItem(h, bad)
		wantKind(t, err, apperr.Invalid, field)
		if e := err.(*apperr.Error); len(e.Fields) != 1 || e.Fields[0].Name != field || len(c.Items) != 0 { //nolint:errorlint // as the service returns it
			t.Errorf("%s: %+v", field, e.Fields)
		}
	}
	c := in(t, StateDelivering)
	for range 2 { // a repeat
		if err := c.AddItem(h, good); err != nil || len(c.Items) != 1 {
			t.Fatal(err, c.Items)
		}
	}
	wantKind(t, c.AddItem(Hand{Side: SideVillage, At: testNow}, Item{ID: "2", What: "x"}), apperr.Conflict, "the village lists what it was given")
	if err := c.HandOver(h, domain.Citation{ID: "bast", SHA256: "sum"}); err != nil || c.Handover != "sum" {
		t.Fatal(err, c.Handover)
	}
	wantKind(t, c.DropItem(h, "1"), apperr.Conflict, "the list changes after the handover")
	full := in(t, StateAgreed)
	full.Items = make([]Item, MaxItems)
	wantKind(t, full.AddItem(h, good), apperr.Conflict, "more than fit")
}

// A delivery that is verified after the last confirmation reaches the settled account, once, whoever repeats it.
func TestVerifiedAfterTheEnd(t *testing.T) {
	for mode, options := range bothModes {
		t.Run(mode, func(t *testing.T) {
			b := newBench(t, options)
			b.need(t, "need", 40)
			b.initiative(t, "init", "giver-org", 40)
			ctx := t.Context()
			must := func(err error) {
				t.Helper()
				if err != nil {
					t.Fatal(err)
				}
			}
			var ids []domain.CommitmentID
			for i, quantity := range []int64{30, 10} {
				op := func(what string) store.Operation { return operation(what + numbered("-", i)) }
				id := b.propose(t, "need", "init", "p"+numbered("-", i), quantity)
				must(b.Accept(ctx, taker, op("a"), id))
				for side, actor := range map[string]domain.Actor{"g": giver, "t": taker} {
					must(b.Sign(ctx, actor, op("s"+side), id, Terms{Kind: AgreementStatement, Position: "Ketua"}, nil))
				}
				must(b.Deliver(ctx, giver, op("d"), id, Report{Quantity: quantity, Date: "2027-02-28", Place: "Balai desa", Condition: "Baik", Type: domain.DocHandover, File: upload("bast.pdf")}))
				must(b.Confirm(ctx, taker, op("c"), id, []Answer{{giver.NewID(op("d")), quantity}}, ""))
				ids = append(ids, id)
			}
			if b.state(t, ids[0]) != StateConfirmed || b.commitment(t, ids[0]).Handover == "" {
				t.Fatal(b.state(t, ids[0]))
			}
			look := func(i int) error {
				return b.Verify(ctx, evaluator, operation("v"+numbered("-", i)), ids[i], giver.NewID(operation("d"+numbered("-", i))), "Dilihat sendiri.")
			}
			must(look(0))
			must(b.putRight(ctx, ids[0], b.commitment(t, ids[0]))) // what the follower of the feed does, once more
			b.sound(t)
			must(look(1))
			must(look(1))
			b.sound(t)
			l, err := b.Ledger(ctx, "need")
			if err != nil || l.Confirmed != 40 || l.Verified != 40 {
				t.Errorf("%+v %v", l, err)
			}
			must(b.Review(ctx, giver, operation("r1"), ids[0], Review{Verdict: VerdictUsed, Words: "Dipakai.", Maintainer: "Kelompok air"}))
			must(b.Review(ctx, taker, operation("r2"), ids[0], Review{Verdict: VerdictUsed, Words: "Dipakai.", Maintainer: "Kelompok air"}))
			must(b.Evaluate(ctx, evaluator, operation("e"), ids[0], "Masih dipakai."))
			wantKind(t, look(0), apperr.Conflict, "verified after the evaluation")
			b.sound(t)
		})
	}
}
