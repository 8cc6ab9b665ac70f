package commitments

import (
	"context"
	"errors"
	"sync"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

func ready(t testing.TB, db *store.DB) {
	t.Helper()
	if err := db.Ready(context.Background()); err != nil && !errors.Is(err, errCrash) {
		t.Fatal(err)
	}
}

// The whole life on one store: who may do what, what it costs the accounts, what a repeat does.
func TestLifeOfACommitment(t *testing.T) {
	b := newBench(t, bothModes["transaction"])
	ctx := t.Context()
	b.need(t, "need", 40)
	b.initiative(t, "init", "giver-org", 60)

	_, err := b.Propose(ctx, public, operation("x"), proposal("need", "init", 10))
	wantKind(t, err, apperr.SignIn, "the public proposes")
	_, err = b.Propose(ctx, stranger, operation("x"), proposal("need", "init", 10))
	wantKind(t, err, apperr.Forbidden, "a stranger proposes")
	_, err = b.Propose(ctx, giver, operation("x"), proposal("need", "init", 41))
	wantKind(t, err, apperr.Invalid, "more than the need")
	late := proposal("need", "init", 10)
	late.Until = "2028-06-01"
	_, err = b.Propose(ctx, giver, operation("x"), late)
	wantKind(t, err, apperr.Invalid, "longer than the offer")
	private := proposal("need", "init", 10)
	private.Message = "NIK 6101084107850003"
	_, err = b.Propose(ctx, giver, operation("x"), private)
	wantKind(t, err, apperr.Invalid, "a NIK in the message")

	id := b.propose(t, "need", "init", "p1", 30)
	if again := b.propose(t, "need", "init", "p1", 30); again != id {
		t.Fatal("a repeated proposal made another commitment")
	}
	c, full, err := b.Get(ctx, taker, id)
	if err != nil || !full || len(c.History) != 2 || c.History[0].To != StateInterest || c.History[1].To != StateProposed {
		t.Fatalf("%v %v %+v", err, full, c.History)
	}
	for name, actor := range map[string]domain.Actor{"the public": public, "a stranger": stranger} {
		_, _, err = b.Get(ctx, actor, id)
		wantKind(t, err, apperr.NotFound, name+" sees a proposal")
		wantKind(t, b.Accept(ctx, actor, operation("a"), id), apperr.NotFound, name+" accepts")
	}
	wantKind(t, b.Accept(ctx, giver, operation("a"), id), apperr.Forbidden, "the proposer accepts")
	both := taker
	both.Memberships = append([]domain.Membership{{Organization: "giver-org", Role: domain.OrgViewer, Verified: true}}, taker.Memberships...)
	wantKind(t, b.Accept(ctx, both, operation("a"), id), apperr.Forbidden, "someone of both sides accepts")
	b.world.unverified["giver-org"] = true
	wantKind(t, b.Accept(ctx, taker, operation("a"), id), apperr.Conflict, "an expired proposer is accepted")
	b.world.unverified["giver-org"] = false

	must := func(what string, err error) {
		t.Helper()
		if err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		b.sound(t)
	}
	must("accept", b.Accept(ctx, taker, operation("a"), id))
	must("accept again", b.Accept(ctx, taker, operation("a"), id))
	wantKind(t, b.Accept(ctx, taker, operation("a2"), id), apperr.Conflict, "accepted twice")
	if l, _ := b.Ledger(ctx, "need"); l != (domain.Ledger{Unit: testUnit, Needed: 40, Committed: 30}) {
		t.Fatalf("ledger %+v", l)
	}
	wantKind(t, b.SetNeedLimit(ctx, "need", 29), apperr.Conflict, "a need smaller than what is held")
	must("limit", b.SetNeedLimit(ctx, "need", 30))
	must("limit", b.SetNeedLimit(ctx, "need", 40))
	wantKind(t, b.SetOfferLimit(ctx, "init-offer", 29), apperr.Conflict, "an offer smaller than what is held")

	_, err = b.Propose(ctx, giver, operation("p2"), proposal("need", "init", 11))
	wantKind(t, err, apperr.Invalid, "more than is left")

	statement := Terms{Kind: AgreementStatement, Position: "Ketua"}
	pks := Terms{Kind: AgreementPKS, Number: "1", Date: "2027-02-01", Clause: "Tiga puluh hari sebelumnya.", Position: "Ketua"}
	wantKind(t, b.Sign(ctx, giver, operation("s0"), id, pks, nil), apperr.Invalid, "a PKS without its paper")
	must("sign", b.Sign(ctx, giver, operation("s1"), id, statement, nil))
	wantKind(t, b.Start(ctx, giver, operation("st"), id), apperr.Conflict, "started before both signed")
	must("sign", b.Sign(ctx, taker, operation("s2"), id, statement, nil))
	must("start", b.Start(ctx, giver, operation("st"), id))

	report := Report{Quantity: 10, Date: "2027-02-28", Place: "Balai desa", Condition: "Baik", Type: domain.DocPhoto}
	wantKind(t, b.Deliver(ctx, giver, operation("d0"), id, report), apperr.Invalid, "a delivery without a document")
	wantKind(t, b.Deliver(ctx, taker, operation("d0"), id, report), apperr.Forbidden, "the village reports a delivery")
	if len(b.world.papers) != 0 {
		t.Error("a refused report left a document behind")
	}
	report.File = upload("foto.jpg")
	must("deliver", b.Deliver(ctx, giver, operation("d1"), id, report))
	must("deliver again", b.Deliver(ctx, giver, operation("d1"), id, report))
	first := b.deliveries(t, id)[0]
	if first.Grade != domain.GradeDatedPhoto || len(b.deliveries(t, id)) != 1 {
		t.Fatalf("%+v", b.deliveries(t, id))
	}
	wantKind(t, b.Confirm(ctx, giver, operation("c0"), id, []Answer{{first.ID, 10}}, ""), apperr.Forbidden, "the proposer confirms")
	must("confirm", b.Confirm(ctx, taker, operation("c1"), id, []Answer{{first.ID, 10}}, ""))
	must("confirm again", b.Confirm(ctx, taker, operation("c1"), id, []Answer{{first.ID, 10}}, ""))
	if l, _ := b.Ledger(ctx, "need"); l != (domain.Ledger{Unit: testUnit, Needed: 40, Committed: 30, Delivered: 10, Confirmed: 10}) {
		t.Fatalf("ledger %+v", l)
	}
	report.Quantity, report.Type = 20, domain.DocHandover
	must("deliver", b.Deliver(ctx, giver, operation("d2"), id, report))
	if b.state(t, id) != StateDelivered {
		t.Fatal(b.state(t, id))
	}
	last := b.deliveries(t, id)[1]
	must("deny", b.Confirm(ctx, taker, operation("c2"), id, []Answer{{last.ID, 15}}, "Lima unit belum datang."))
	if b.state(t, id) != StateDisputed {
		t.Fatal(b.state(t, id))
	}
	wantKind(t, b.Settle(ctx, taker, operation("v"), id, StateConfirmed, "Sudah"), apperr.Forbidden, "the village settles")
	must("settle", b.Settle(ctx, verifier, operation("v"), id, StateConfirmed, "Sudah dilihat."))
	if l, _ := b.Ledger(ctx, "need"); l != (domain.Ledger{Unit: testUnit, Needed: 40, Committed: 30, Delivered: 30, Confirmed: 30}) {
		t.Fatalf("ledger %+v", l)
	}
	if r, err := b.Record(ctx, "giver-org"); err != nil || r != (Record{1, 1}) {
		t.Fatalf("record %+v, %v", r, err)
	}
	c, full, err = b.Get(ctx, public, id)
	if err != nil || full || c.Quantity != 30 {
		t.Fatalf("the public sees the short form: %v %v", err, full)
	}
	sums, err := b.VillageLedger(ctx, testVillage)
	if err != nil || len(sums) != 1 || sums[0].Ledger.Confirmed != 30 || sums[0].Needs != 1 {
		t.Fatalf("%+v %v", sums, err)
	}
	ledgers, err := b.Ledgers(ctx, []domain.NeedID{"need", "none"})
	if err != nil || len(ledgers) != 1 || ledgers["need"].Confirmed != 30 {
		t.Fatalf("%+v %v", ledgers, err)
	}
}

func (b *bench) deliveries(t testing.TB, id domain.CommitmentID) []Delivery {
	t.Helper()
	doc, err := b.records.Get(t.Context(), string(id))
	if err != nil {
		t.Fatal(err)
	}
	return doc.Body.Deliveries
}

func TestRefusedAcceptanceSaysHowMuchIsLeft(t *testing.T) {
	b := newBench(t, bothModes["transaction"])
	b.need(t, "need", 40)
	b.initiative(t, "init", "giver-org", 60)
	one, two := b.propose(t, "need", "init", "1", 30), b.propose(t, "need", "init", "2", 20)
	if err := b.Accept(t.Context(), taker, operation("a1"), one); err != nil {
		t.Fatal(err)
	}
	err := b.Accept(t.Context(), taker, operation("a2"), two)
	var e *apperr.Error
	if !errors.As(err, &e) || e.Kind != apperr.Conflict || e.Msg.Key != "commitments.error.full_need" || e.Msg.Args[1] != int64(10) {
		t.Fatalf("%v", err)
	}
	b.sound(t)
	if b.state(t, two) != StateProposed {
		t.Fatal(b.state(t, two))
	}
	if err := b.Cancel(t.Context(), taker, operation("x"), one, "Pemasok berhenti."); err != nil {
		t.Fatal(err)
	}
	if err := b.Accept(t.Context(), taker, operation("a2"), two); err != nil {
		t.Fatalf("after the other was cancelled: %v", err)
	}
	if err := b.CloseNeed(t.Context(), "need"); err != nil {
		t.Fatal(err)
	}
	if use, _ := b.OfferUse(t.Context(), []domain.OfferID{"init-offer"}); use["init-offer"].Free() != 40 {
		t.Fatalf("%+v", use)
	}
	b.sound(t)
}

// The need's account refuses after the offer's has given: the hold goes back and the mark is cleared.
func TestRefusalAtTheNeedsAccountReleasesTheOffer(t *testing.T) {
	b := newBench(t, bothModes["transaction"])
	b.need(t, "need", 40)
	b.initiative(t, "init", "giver-org", 60)
	id := b.propose(t, "need", "init", "1", 30)
	doc, _ := b.records.Get(t.Context(), string(id))
	c := doc.Body
	if err := c.BeginAccept(Hand{Side: SideVillage, Account: "taker", At: b.clock.Now(), Operation: "a"}, doc.Version+1); err != nil {
		t.Fatal(err)
	}
	doc, err := b.records.Replace(t.Context(), doc, c, store.Change{Action: "commitment.accepting"})
	if err != nil {
		t.Fatal(err)
	}
	if err := b.SetNeedLimit(t.Context(), "need", 12); err != nil {
		t.Fatal(err)
	}
	wantKind(t, b.finishAccept(t.Context(), doc), apperr.Conflict, "accepted beyond the need")
	if use, _ := b.OfferUse(t.Context(), []domain.OfferID{"init-offer"}); use["init-offer"].Used != 0 {
		t.Errorf("the offer still holds %d", use["init-offer"].Used)
	}
	doc, _ = b.records.Get(t.Context(), string(id))
	if doc.Body.Pending != nil || doc.Body.State != StateProposed {
		t.Errorf("%+v", doc.Body)
	}
	b.sound(t)
}

// 100 village posts at the same time, over two replicas, on one need and one offer: never over, exactly as many as fit,
// in both modes.
func TestConcurrentAcceptancesNeverExceed(t *testing.T) {
	for name, mode := range bothModes {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, mode)
			b.need(t, "need", 40)
			b.initiative(t, "init", "giver-org", 35)
			ids := make([]domain.CommitmentID, 100)
			for k := range ids {
				ids[k] = b.propose(t, "need", "init", numbered("p", k), 1)
			}
			replicas := []*Service{b.Service}
			b.open(t, nil)
			replicas = append(replicas, b.Service)
			errs := make([]error, len(ids))
			var group sync.WaitGroup
			for k := range ids {
				group.Go(func() {
					errs[k] = replicas[k%2].Accept(context.Background(), taker, operation(numbered("a", k)), ids[k])
				})
			}
			group.Wait()
			accepted := 0
			for k := range ids {
				switch state := b.state(t, ids[k]); {
				case errs[k] == nil && state == StateAccepted:
					accepted++
				case apperr.Is(errs[k], apperr.Conflict) && state == StateProposed:
				default:
					t.Errorf("%s: %v but %s", ids[k], errs[k], state)
				}
			}
			if accepted != 35 {
				t.Errorf("%d accepted, 35 fit", accepted)
			}
			b.within(t)
			b.sound(t)
		})
	}
}

// An acceptance whose process paused, was undone by the reconciler and wakes up much later does no harm, whatever
// became of the commitment since.
func TestLateAcceptanceDoesNoHarm(t *testing.T) {
	statement := Terms{Kind: AgreementStatement, Position: "Ketua"}
	report := Report{Quantity: 30, Date: "2027-02-28", Place: "Balai desa", Condition: "Baik", Type: domain.DocHandover, File: upload("bast.pdf")}
	for _, stage := range []string{"proposed", "accepted", "cancelled", "confirmed", "declined"} {
		for _, mark := range []string{"pending", "undone"} {
			t.Run(stage+"/"+mark, func(t *testing.T) {
				b := newBench(t, bothModes["transaction"])
				ctx := t.Context()
				must := func(err error) {
					t.Helper()
					if err != nil {
						t.Fatal(err)
					}
				}
				b.need(t, "need", 40)
				b.initiative(t, "init", "giver-org", 60)
				id := b.propose(t, "need", "init", "p", 30)
				doc, _ := b.records.Get(ctx, string(id))
				c := doc.Body
				must(c.BeginAccept(Hand{Side: SideVillage, Account: "taker", At: b.clock.Now(), Operation: "late"}, doc.Version+1))
				late, err := b.records.Replace(ctx, doc, c, store.Change{Action: "commitment.accepting"})
				must(err)
				must(b.onAccount(ctx, offerAccount("init-offer"), store.Change{Action: "ledger.held"}, func(a *Account) (bool, error) {
					return a.hold(id, late.Body.Pending.Attempt, 30)
				}))
				if mark == "undone" {
					c := late.Body
					must(c.UndoAccept())
					late, err = b.records.Replace(ctx, late, c, store.Change{Action: "commitment.refused"})
					must(err)
				} else {
					must(b.SetNeedLimit(ctx, "need", 10)) // the reconciler cannot finish it
				}
				b.recover(t)
				must(b.SetNeedLimit(ctx, "need", 40))
				if b.state(t, id) != StateProposed {
					t.Fatal(b.state(t, id))
				}
				if stage != "proposed" && stage != "declined" {
					must(b.Accept(ctx, taker, operation("a"), id))
				}
				switch stage {
				case "declined":
					must(b.Decline(ctx, taker, operation("x"), id, "Tidak jadi."))
				case "cancelled":
					must(b.Cancel(ctx, taker, operation("x"), id, "Tidak jadi."))
				case "confirmed":
					must(b.Sign(ctx, giver, operation("s1"), id, statement, nil))
					must(b.Sign(ctx, taker, operation("s2"), id, statement, nil))
					must(b.Deliver(ctx, giver, operation("d"), id, report))
					must(b.Confirm(ctx, taker, operation("c"), id, []Answer{{giver.NewID(operation("d")), 30}}, ""))
				}
				before, _ := b.Ledger(ctx, "need")
				if mark == "undone" {
					_ = b.finishUndo(ctx, late)
				} else {
					_ = b.finishAccept(ctx, late)
				}
				b.within(t)
				b.recover(t)
				b.sound(t)
				if after, _ := b.Ledger(ctx, "need"); after != before {
					t.Errorf("before %+v, after %+v", before, after)
				}
			})
		}
	}
}

// meanwhile does something as somebody reads a need.
type meanwhile struct {
	Needs
	do func()
}

func (m meanwhile) Get(ctx context.Context, id domain.NeedID) (Need, error) {
	m.do()
	return m.Needs.Get(ctx, id)
}

// The same acceptance is posted twice, and one is carried through between the other's looks at the commitment and at the need.
func TestSameAcceptanceBetweenTwoLooks(t *testing.T) {
	b := newBench(t, bothModes["document-atomic"])
	b.need(t, "need", 40)
	b.initiative(t, "init", "giver-org", 60)
	id := b.propose(t, "need", "init", "p", 30)
	looks := 0
	b.needs = meanwhile{b.needs, func() {
		if looks++; looks == 1 {
			if err := b.Accept(t.Context(), taker, operation("a"), id); err != nil {
				t.Error(err)
			}
		}
	}}
	if err := b.Accept(t.Context(), taker, operation("a"), id); err != nil || looks < 2 {
		t.Errorf("%v after %d looks", err, looks)
	}
	wantKind(t, b.Accept(t.Context(), taker, operation("other"), id), apperr.Conflict, "another acceptance")
	b.sound(t)
}

// The same acceptance posted by many at once has one effect.
func TestSameAcceptanceManyTimes(t *testing.T) {
	b := newBench(t, bothModes["document-atomic"])
	b.need(t, "need", 40)
	b.initiative(t, "init", "giver-org", 60)
	id := b.propose(t, "need", "init", "p", 30)
	var group sync.WaitGroup
	for range 20 {
		group.Go(func() {
			if err := b.Accept(context.Background(), taker, operation("a"), id); err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if l, _ := b.Ledger(t.Context(), "need"); l.Committed != 30 {
		t.Errorf("%+v", l)
	}
	b.sound(t)
}

func TestProposalsLapse(t *testing.T) {
	b := newBench(t, bothModes["transaction"])
	b.need(t, "need", 40)
	b.initiative(t, "init", "giver-org", 60)
	id := b.propose(t, "need", "init", "p", 30)
	b.recover(t)
	if b.state(t, id) != StateProposed {
		t.Fatal("lapsed too early")
	}
	b.clock.Advance(200 * 24 * 60 * 60 * 1e9)
	b.recover(t)
	if b.state(t, id) != StateExpired {
		t.Fatal(b.state(t, id))
	}
	b.sound(t)
}
