package commitments

import (
	"errors"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// An agreement says what both sides sign: the same bytes of the same paper, and obligations, any of which takes words
// given before away. Afterwards they stand with their dates on the desk of who has them.
func TestAgreementOfPaperAndObligations(t *testing.T) {
	b := newBench(t, bothModes["transaction"])
	ctx := t.Context()
	b.need(t, "need", 40)
	b.initiative(t, "init", "giver-org", 60)
	id := b.propose(t, "need", "init", "p", 30)
	pks := Terms{Kind: AgreementMoU, Number: "1/PKS/2027", Date: "2027-02-01", Clause: "Tiga puluh hari sebelumnya.", Position: "Ketua"}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(b.Accept(ctx, taker, operation("a"), id))
	wantKind(t, b.Sign(ctx, giver, operation("s0"), id, pks, nil), apperr.Invalid, "a PKS without its paper")
	must(b.Sign(ctx, giver, operation("s1"), id, pks, upload("pks.pdf")))
	c := b.commitment(t, id)
	if c.Agreement.SHA256 == "" || c.Agreement.Document == "" || c.Signed(SideProposer) == nil {
		t.Fatalf("the paper is not cited: %+v", c.Agreement)
	}
	for range 2 {
		must(b.Oblige(ctx, taker, operation("o"), id, Obligation{Title: "Menyiapkan lokasi", Owner: SideVillage, Due: "2027-04-01"}))
	}
	must(b.Oblige(ctx, giver, operation("o2"), id, Obligation{Title: "Melatih perawat", Owner: SideProposer, Due: "2027-05-01"}))
	must(b.Oblige(ctx, giver, operation("o3"), id, Obligation{Title: "Keliru", Owner: SideProposer, Due: "2027-05-01"}))
	must(b.Drop(ctx, giver, operation("x"), id, giver.NewID(operation("o3"))))
	if c = b.commitment(t, id); c.Signed(SideProposer) != nil || len(c.Obligations) != 2 {
		t.Fatalf("what was signed changed and the word stands: %+v", c)
	}
	must(errors.Join(b.Sign(ctx, giver, operation("s2"), id, pks, nil), b.Sign(ctx, taker, operation("s3"), id, pks, nil)))
	if c = b.commitment(t, id); c.State != StateAgreed || c.History[len(c.History)-1].Document != c.Agreement.Document {
		t.Fatal(c.State)
	}
	on := func(who domain.Actor) int {
		page, err := b.records.List(ctx, store.Query{List: listObliged, Any: ownerKeys(who)})
		must(err)
		return len(page.Items)
	}
	if on(giver) != 1 || on(taker) != 1 || on(stranger) != 0 {
		t.Errorf("on desks: %d %d %d", on(giver), on(taker), on(stranger))
	}
	village := taker.NewID(operation("o"))
	wantKind(t, b.Fulfil(ctx, giver, operation("f0"), id, village), apperr.Forbidden, "the other side's obligation")
	must(b.Fulfil(ctx, taker, operation("f"), id, village))
	if on(taker) != 0 || on(giver) != 1 || !b.commitment(t, id).Obligations[1].Late("2027-05-02") {
		t.Error("what is done is still on the desk, or what is late is not late")
	}
	b.sound(t)
}

// After confirmation both sides evaluate, then the evaluator; a verified delivery has the highest grade; the copy goes
// on from the old one.
func TestEvaluationAndRenewal(t *testing.T) {
	b := newBench(t, bothModes["transaction"])
	ctx := t.Context()
	id := b.handedOver(t)
	c := b.commitment(t, id)
	first := c.Deliveries[0]
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	wantKind(t, b.Verify(ctx, evaluator, operation("v0"), id, first.ID, "Dilihat."), apperr.Conflict, "unconfirmed")
	must(b.Confirm(ctx, taker, operation("c1"), id, []Answer{{first.ID, first.Quantity}}, ""))
	wantKind(t, b.Verify(ctx, taker, operation("v1"), id, first.ID, "Dilihat."), apperr.Forbidden, "a party verifies")
	must(b.Verify(ctx, evaluator, operation("v"), id, first.ID, "Dilihat sendiri di balai desa."))
	if d := b.commitment(t, id).Deliveries[0]; d.Grade != domain.GradeVerified || d.Verified == nil || d.Verified.Organization != "univ" {
		t.Errorf("%+v", d)
	}
	b.sound(t)
	must(b.Confirm(ctx, taker, operation("c2"), id, []Answer{{c.Deliveries[1].ID, c.Deliveries[1].Quantity}}, ""))
	review := Review{Verdict: VerdictUsed, Words: "Dipakai setiap hari.", Maintainer: "Kelompok pengelola air"}
	wantKind(t, b.Review(ctx, giver, operation("r0"), id, Review{Verdict: "word"}), apperr.Invalid, "an empty review")
	must(b.Review(ctx, giver, operation("r1"), id, review))
	wantKind(t, b.Evaluate(ctx, evaluator, operation("e0"), id, "Berhasil."), apperr.Conflict, "one side is missing")
	must(b.Review(ctx, taker, operation("r2"), id, review))
	wantKind(t, b.Evaluate(ctx, evaluator, operation("e1"), id, ""), apperr.Invalid, "without words")
	must(b.Evaluate(ctx, evaluator, operation("e"), id, "Berhasil: dipakai dan dirawat."))
	done := b.commitment(t, id)
	if done.State != StateEvaluated || len(done.Basis) != 1 || done.Basis[0].SHA256 != done.Handover || done.Handover == "" {
		t.Fatalf("%s, resting on %+v", done.State, done.Basis)
	}
	again := proposal("need", "init", 10)
	again.Renews = id
	next, err := b.Propose(ctx, giver, operation("again"), again)
	must(err)
	if got := b.commitment(t, next); got.Renews != id || got.State != StateProposed {
		t.Errorf("%+v", got)
	}
	again.Renews = next
	other, err := b.Propose(ctx, giver, operation("other"), again)
	must(err)
	if got := b.commitment(t, other); got.Renews != "" {
		t.Error("goes on from what was never confirmed")
	}
	b.sound(t)
}
