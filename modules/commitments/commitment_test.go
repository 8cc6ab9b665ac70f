package commitments

import (
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// table is workflow.md, section 4, written down once more by hand: from → side → where to.
var table = map[State]map[Side][]State{
	StateInterest:   {SideProposer: {StateProposed, StateDeclined}, SideVillage: {StateDeclined}},
	StateProposed:   {SideVillage: {StateAccepted, StateDeclined}, SideProposer: {StateCancelled}, SideSystem: {StateExpired}},
	StateAccepted:   {SideProposer: {StateAgreed, StateCancelled}, SideVillage: {StateAgreed, StateCancelled}},
	StateAgreed:     {SideProposer: {StateDelivering, StateCancelled}, SideVillage: {StateCancelled}},
	StateDelivering: {SideProposer: {StateDelivered}},
	StateDelivered:  {SideVillage: {StateConfirmed, StateDisputed}},
	StateDisputed:   {SideVerifier: {StateConfirmed, StateDelivering, StateCancelled}},
	StateConfirmed:  {SideEvaluator: {StateEvaluated}},
}

var testNow = time.Date(2027, 3, 1, 1, 0, 0, 0, time.UTC)

// Every state × side × target: what the table has is done and noted, everything else is refused and changes nothing.
func TestMovesByStateAndSide(t *testing.T) {
	for _, from := range States {
		for _, side := range Sides {
			for _, to := range States {
				want := false
				for _, s := range table[from][side] {
					want = want || s == to
				}
				c := Commitment{State: from}
				err := c.move(Hand{Side: side, At: testNow, Operation: "op"}, to, "why")
				if want != (err == nil) {
					t.Errorf("%s by %s to %s: want %v, got %v", from, side, to, want, err)
				}
				if err != nil && (c.State != from || len(c.History) != 0 || !apperr.Is(err, apperr.Conflict)) {
					t.Errorf("%s by %s to %s: refused with a change or another kind: %v", from, side, to, err)
				}
				if err == nil && (c.State != to || c.History[0].From != from || c.History[0].Reason != "why" || !c.Did("op", to)) {
					t.Errorf("%s by %s to %s: not noted: %+v", from, side, to, c)
				}
				pending := Commitment{State: from, Pending: &Pending{}}
				if pending.May(side, to) || pending.move(Hand{Side: side}, to, "") == nil {
					t.Errorf("%s by %s to %s: moved while an acceptance is pending", from, side, to)
				}
			}
		}
	}
}

func TestReasonsAreAsked(t *testing.T) {
	for name, act := range map[string]func(c *Commitment, reason string) error{
		"decline": func(c *Commitment, r string) error { return c.Decline(Hand{Side: SideVillage}, r) },
		"cancel":  func(c *Commitment, r string) error { return c.Cancel(Hand{Side: SideProposer}, r) },
	} {
		c := Commitment{State: StateProposed}
		if err := act(&c, "  "); !apperr.Is(err, apperr.Invalid) || c.State != StateProposed {
			t.Errorf("%s without a reason: %v", name, err)
		}
		if err := act(&c, "NIK 6101084107850003"); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%s with a NIK: %v", name, err)
		}
		if err := act(&c, "Sudah ada bantuan lain."); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestAgreementNeedsBothOwners(t *testing.T) {
	at := func(side Side, account string) Hand {
		return Hand{Side: side, Account: domain.AccountID(account), At: testNow, Operation: account}
	}
	statement := Terms{Kind: AgreementStatement, Position: "Ketua"}
	c := Commitment{State: StateAccepted}
	if err := c.Sign(at(SideVerifier, "v"), statement, domain.Citation{}); err == nil {
		t.Fatal("a verifier signed")
	}
	if err := c.Sign(at(SideProposer, "p"), statement, domain.Citation{}); err != nil || c.State != StateAccepted {
		t.Fatalf("first signature: %v, %s", err, c.State)
	}
	pks := Terms{Kind: AgreementPKS, Number: "1/PKS/2027", Date: "2027-02-01", Clause: "Tiga puluh hari sebelumnya.", Position: "Kepala Desa"}
	if err := c.Sign(at(SideVillage, "d"), pks, domain.Citation{ID: "doc", SHA256: "sum"}); err != nil || c.State != StateAccepted || c.Agreement.Proposer != nil {
		t.Fatalf("other terms must take the first word away: %v, %+v", err, c.Agreement)
	}
	pks.Position = "Ketua"
	if err := c.Sign(at(SideProposer, "d"), pks, domain.Citation{ID: "doc", SHA256: "sum"}); !apperr.Is(err, apperr.Forbidden) || c.State != StateAccepted {
		t.Fatalf("one account signed for both: %v", err)
	}
	if err := c.Sign(at(SideProposer, "p"), pks, domain.Citation{ID: "doc", SHA256: "sum"}); err != nil || c.State != StateAgreed {
		t.Fatalf("second signature: %v, %s", err, c.State)
	}
	for _, bad := range []Terms{{Kind: AgreementPKS, Position: "Ketua"}, {Kind: "word", Position: "Ketua"}, {Kind: AgreementStatement},
		{Kind: AgreementPKS, Number: "1", Date: "2030-01-01", Position: "Ketua"}} {
		c := Commitment{State: StateAccepted}
		if err := c.Sign(at(SideProposer, "p"), bad, domain.Citation{}); !apperr.Is(err, apperr.Invalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
}

func part(id string, quantity int64) Delivery {
	return Delivery{ID: id, Quantity: quantity, Date: "2027-02-28", Place: "Balai desa", Condition: "Baik", Documents: []domain.DocumentID{"d"}, Grade: domain.GradeDocumented}
}

func TestDeliveriesAddUpAndTheVillageAnswers(t *testing.T) {
	deliverer, village := Hand{Side: SideProposer, At: testNow, Operation: "a"}, Hand{Side: SideVillage, At: testNow, Operation: "b"}
	verifier := Hand{Side: SideVerifier, At: testNow, Operation: "c"}
	c := Commitment{State: StateAgreed, Quantity: 40, History: []Move{{To: StateAccepted}}}
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	bare := part("0", 1)
	bare.Documents = nil
	if err := c.Deliver(deliverer, bare); !apperr.Is(err, apperr.Invalid) {
		t.Fatalf("a delivery without a document: %v", err)
	}
	must(c.Deliver(deliverer, part("1", 10)))
	must(c.Deliver(deliverer, part("1", 10))) // a repeat
	if c.State != StateDelivering || c.Delivered() != 10 || len(c.Deliveries) != 1 {
		t.Fatalf("after the first part: %s, %d", c.State, c.Delivered())
	}
	if err := c.Deliver(deliverer, part("x", 31)); !apperr.Is(err, apperr.Invalid) {
		t.Fatalf("more than is left: %v", err)
	}
	if err := c.HandOver(deliverer, domain.Citation{ID: "bast"}); !apperr.Is(err, apperr.Conflict) {
		t.Fatalf("handed over too early: %v", err)
	}
	if err := c.Confirm(village, []Answer{{"1", 8}}, ""); !apperr.Is(err, apperr.Invalid) {
		t.Fatalf("something denied without a word: %v", err)
	}
	must(c.Confirm(village, []Answer{{"1", 8}}, "Dua tandon retak."))
	if c.Delivered() != 8 || c.Confirmed() != 8 || c.State != StateDelivering {
		t.Fatalf("delivered %d confirmed %d %s", c.Delivered(), c.Confirmed(), c.State)
	}
	must(c.Deliver(deliverer, part("2", 32)))
	must(c.HandOver(deliverer, domain.Citation{ID: "bast"}))
	if err := c.Confirm(village, []Answer{{"2", 33}}, ""); !apperr.Is(err, apperr.Invalid) {
		t.Fatalf("more received than delivered: %v", err)
	}
	must(c.Confirm(village, []Answer{{"2", 30}}, "Dua belum datang."))
	if c.State != StateDisputed || c.Kept() != 40 || c.Dispute.Words == "" {
		t.Fatalf("%s %d", c.State, c.Kept())
	}
	back, cancelled := c, c
	back.Deliveries, cancelled.Deliveries = append([]Delivery(nil), c.Deliveries...), append([]Delivery(nil), c.Deliveries...)
	must(c.Settle(verifier, StateConfirmed, "Sudah dilihat di tempat."))
	if c.Confirmed() != 40 || c.Delivered() != 40 || c.Kept() != 40 {
		t.Fatalf("settled as confirmed: %d of 40, delivered %d", c.Confirmed(), c.Delivered())
	}
	must(cancelled.Settle(verifier, StateCancelled, "Pemasok berhenti."))
	if cancelled.Kept() != 38 {
		t.Fatalf("cancelled keeps %d", cancelled.Kept())
	}
	must(back.Settle(verifier, StateDelivering, "Kirim yang kurang."))
	must(back.Deliver(deliverer, part("3", 2)))
	must(back.HandOver(deliverer, domain.Citation{ID: "bast"}))
	must(back.Confirm(village, []Answer{{"3", 2}}, ""))
	if back.State != StateConfirmed || back.Confirmed() != 40 {
		t.Fatalf("%s %d", back.State, back.Confirmed())
	}
}

func TestBounds(t *testing.T) {
	cases := []struct {
		divisible                      bool
		lot, quantity, uncovered, free int64
		least, most                    int64
	}{
		{true, 0, 40, 40, 60, 1, 40},
		{true, 5, 40, 40, 30, 5, 30},
		{true, 5, 40, 3, 30, 3, 3}, // less than a lot is left: that may be taken
		{true, 5, 40, 40, 4, 0, 0},
		{false, 0, 40, 40, 60, 40, 40},
		{false, 0, 40, 30, 60, 0, 0},
		{false, 0, 40, 40, 39, 0, 0},
		{true, 0, 40, 0, 10, 0, 0},
		{true, 0, 40, 10, 0, 0, 0},
	}
	for _, c := range cases {
		least, most := bounds(Need{Divisible: c.divisible, MinLot: c.lot, Quantity: c.quantity}, c.uncovered, c.free)
		if least != c.least || most != c.most {
			t.Errorf("%+v: got %d to %d", c, least, most)
		}
	}
}
