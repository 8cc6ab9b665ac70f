package needs

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

func TestVerifyingOpensTheAccount(t *testing.T) {
	p := open(t)
	doc := p.verified(t)
	a := p.ledgers.accounts[domain.NeedID(doc.ID)]
	if a == nil || a.ledger.Needed != 40 || a.ledger.Unit != doc.Body.Unit || doc.Body.LimitDue || !doc.Body.Open() {
		t.Errorf("account %+v, need %+v", a, doc.Body)
	}
	last := doc.Body.History[len(doc.Body.History)-1]
	if last.Organization != "kecamatan" || last.Mandate != "61.01.08" || last.Stead || last.By != "verifier" {
		t.Errorf("history %+v", last)
	}
}

func TestRegencyActsInTheDistrictsStead(t *testing.T) {
	p := open(t)
	doc := p.submitted(t, "owner", "desa")
	if _, err := p.Service.Decide(t.Context(), request("regency", doc), Decision{Action: ActionBegin}); !apperr.Is(err, apperr.Forbidden) {
		t.Fatal("the regency acted although the district has a verifier:", err)
	}
	p.mandates.district = false
	doc, err := p.Service.Decide(t.Context(), request("regency", doc), Decision{Action: ActionBegin})
	if err != nil || !doc.Body.History[1].Stead {
		t.Fatalf("%v %+v", err, doc.Body.History)
	}
}

func TestCrashBetweenStateAndAccountIsFinished(t *testing.T) {
	p := open(t)
	doc := p.submitted(t, "owner", "desa")
	doc, err := p.Service.Decide(t.Context(), request("verifier", doc), Decision{Action: ActionBegin})
	if err != nil {
		t.Fatal(err)
	}
	p.ledgers.crash = "open"
	if _, err := p.Service.Decide(t.Context(), request("verifier", doc), Decision{Action: ActionVerify, Checklist: allYes()}); err == nil {
		t.Fatal("no failure came through")
	}
	if n, err := p.Service.Reconcile(t.Context()); n != 0 || err != nil {
		t.Fatal("a fresh mark was taken for left behind", n, err)
	}
	p.clock.Advance(2 * time.Minute)
	if n, err := p.Service.Reconcile(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	doc, _ = p.Service.Get(t.Context(), domain.NeedID(doc.ID))
	if doc.Body.LimitDue || p.ledgers.accounts[domain.NeedID(doc.ID)].ledger.Needed != 40 {
		t.Errorf("%+v", doc.Body)
	}
	p.ledgers.crash = "limit"
	r := request("owner", doc)
	r.Reason = "batal"
	if _, err := p.Service.Withdraw(t.Context(), r); err == nil {
		t.Fatal("no failure came through")
	}
	doc, _ = p.Service.Get(t.Context(), domain.NeedID(doc.ID))
	if doc.Body.State() != Verified || doc.Body.Open() {
		t.Errorf("half withdrawn: %s", doc.Body.State())
	}
	if doc, err = p.Service.Withdraw(t.Context(), r); err != nil || doc.Body.State() != Withdrawn {
		t.Errorf("the same form again: %v %s", err, doc.Body.State())
	}
	if a := p.ledgers.accounts[domain.NeedID(doc.ID)]; !a.closed || a.ledger.Needed != 0 {
		t.Errorf("account %+v", a)
	}
}

func TestWithdrawingKeepsWhatIsCommitted(t *testing.T) {
	p := open(t)
	doc := p.verified(t)
	p.ledgers.accounts[domain.NeedID(doc.ID)].ledger.Committed = 15
	r := request("owner", doc)
	if _, err := p.Service.Withdraw(t.Context(), r); !apperr.Is(err, apperr.Invalid) {
		t.Error("withdrawn without a reason:", err)
	}
	r.Reason = "sebagian sudah terpenuhi sendiri"
	doc, err := p.Service.Withdraw(t.Context(), r)
	if err != nil || doc.Body.State() != Verified || doc.Body.Quantity != 15 || p.ledgers.accounts[domain.NeedID(doc.ID)].ledger.Needed != 15 {
		t.Fatalf("%v %s %d", err, doc.Body.State(), doc.Body.Quantity)
	}
	p.ledgers.accounts[domain.NeedID(doc.ID)].ledger.Confirmed = 14
	if err := p.Service.Recheck(t.Context(), domain.NeedID(doc.ID)); err != nil {
		t.Fatal(err)
	}
	if doc, _ = p.Service.Get(t.Context(), domain.NeedID(doc.ID)); doc.Body.State() != Verified {
		t.Error("fulfilled too early")
	}
	p.ledgers.accounts[domain.NeedID(doc.ID)].ledger.Confirmed = 15
	for range 2 {
		if err := p.Service.Recheck(t.Context(), domain.NeedID(doc.ID)); err != nil {
			t.Fatal(err)
		}
	}
	doc, _ = p.Service.Get(t.Context(), domain.NeedID(doc.ID))
	if last := doc.Body.History[len(doc.Body.History)-1]; doc.Body.State() != Fulfilled || last.By != "" {
		t.Errorf("%s %+v", doc.Body.State(), last)
	}
}

func TestQuantityChanges(t *testing.T) {
	p := open(t)
	doc := p.verified(t)
	id := domain.NeedID(doc.ID)
	p.ledgers.accounts[id].ledger.Committed = 15
	lower := request("owner", doc)
	lower.Reason = "cukup"
	if _, err := p.Service.ChangeQuantity(t.Context(), lower, 10); !apperr.Is(err, apperr.Invalid) {
		t.Error("lowered below what is committed:", err)
	}
	if _, err := p.Service.ChangeQuantity(t.Context(), lower, 50); !apperr.Is(err, apperr.Forbidden) {
		t.Error("the village raised its own verified quantity:", err)
	}
	doc, err := p.Service.ChangeQuantity(t.Context(), lower, 20)
	if err != nil || doc.Body.Quantity != 20 || p.ledgers.accounts[id].ledger.Needed != 20 {
		t.Fatal(err, doc.Body.Quantity)
	}
	raise := request("verifier", doc)
	raise.Reason = "dusun kedua"
	doc, err = p.Service.ChangeQuantity(t.Context(), raise, 60)
	if err != nil || doc.Body.Quantity != 60 || p.ledgers.accounts[id].ledger.Needed != 60 {
		t.Fatal(err, doc.Body.Quantity)
	}
}

func TestTheClockExpiresAndLapses(t *testing.T) {
	p := open(t)
	due := p.verified(t)
	returned := p.submitted(t, "owner", "desa")
	for _, d := range []Decision{{Action: ActionBegin}, {Action: ActionReturn, Reasons: []FieldReason{{"title", "perjelas"}}}} {
		var err error
		if returned, err = p.Service.Decide(t.Context(), request("verifier", returned), d); err != nil {
			t.Fatal(err)
		}
	}
	if n, err := p.Service.Sweep(t.Context()); n != 0 || err != nil {
		t.Fatal("moved before its date", n, err)
	}
	p.clock.Advance((CorrectionDays + 2) * 24 * time.Hour)
	if n, err := p.Service.Sweep(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	p.clock.Advance(365 * 24 * time.Hour)
	if n, err := p.Service.Sweep(t.Context()); n != 1 || err != nil {
		t.Fatal(n, err)
	}
	if n, err := p.Service.Sweep(t.Context()); n != 0 || err != nil {
		t.Fatal("moved twice", n, err)
	}
	for id, want := range map[string]State{due.ID: Expired, returned.ID: Withdrawn} {
		if doc, _ := p.Service.Get(t.Context(), domain.NeedID(id)); doc.Body.State() != want {
			t.Errorf("%s, want %s", doc.Body.State(), want)
		}
	}
	fresh, err := p.Service.Copy(t.Context(), people["editor"], op(), domain.NeedID(due.ID))
	if err != nil || fresh.Body.State() != Draft || len(fresh.Body.History) != 0 || string(fresh.Body.CopiedFrom) != due.ID {
		t.Errorf("%v %+v", err, fresh.Body)
	}
}

func TestOnBehalfWaitsForTheVillage(t *testing.T) {
	p := open(t)
	doc := p.submitted(t, "ngo", "ngo")
	if !doc.Body.OnBehalf || doc.Body.Adoption != AdoptionWaiting {
		t.Fatalf("%+v", doc.Body)
	}
	if _, err := p.Service.Decide(t.Context(), request("verifier", doc), Decision{Action: ActionBegin}); !apperr.Is(err, apperr.Conflict) {
		t.Error("verification began:", err)
	}
	for _, who := range []string{"ngo", "editor", "verifier", "secretariat"} {
		if _, err := p.Service.Answer(t.Context(), request(who, doc), true); !apperr.Is(err, apperr.Forbidden) {
			t.Errorf("%s adopted: %v", who, err)
		}
	}
	doc, err := p.Service.Answer(t.Context(), request("owner", doc), true)
	if err != nil || doc.Body.Adoption != Adopted {
		t.Fatal(err)
	}
	if _, err := p.Service.Decide(t.Context(), request("verifier", doc), Decision{Action: ActionBegin}); err != nil {
		t.Error(err)
	}
}

func TestOneFormTwentyTimesIsOneStep(t *testing.T) {
	p := open(t)
	doc := p.declare(t, "owner", "desa")
	attached := op()
	if _, err := p.Service.papers.Attach(t.Context(), people["owner"], attached, domain.Ref{Kind: domain.KindNeed, ID: doc.ID}, domain.DocMinutes, domain.VisibleParties, domain.Upload{Body: strings.NewReader("x")}); err != nil {
		t.Fatal(err)
	}
	if err := p.Service.papers.Answered(t.Context(), attached, nil); err != nil {
		t.Fatal(err)
	}
	r := request("owner", doc)
	r.Version = doc.Version
	var wait sync.WaitGroup
	for range 20 {
		wait.Go(func() {
			if _, err := p.Service.Submit(t.Context(), r, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	doc, _ = p.Service.Get(t.Context(), domain.NeedID(doc.ID))
	if last := doc.Body.History[len(doc.Body.History)-1]; !slices.Equal(last.Sums, []string{"sum-minutes"}) {
		t.Errorf("the step rests on %v", last.Sums)
	}
	if len(doc.Body.History) != 1 || doc.Body.State() != Submitted {
		t.Errorf("%+v", doc.Body.History)
	}
}

func TestSimilarNeedsAreFound(t *testing.T) {
	p := open(t)
	p.declare(t, "owner", "desa")
	near, err := p.Service.Similar(t.Context(), people["owner"], temajuk, "sanitation", "penampung air hujan dusun", "")
	if err != nil || len(near) != 1 {
		t.Error(len(near), err)
	}
	far, err := p.Service.Similar(t.Context(), people["owner"], temajuk, "sanitation", "Jamban keluarga", "")
	if err != nil || len(far) != 0 {
		t.Error(len(far), err)
	}
	hidden, err := p.Service.Similar(t.Context(), people["ngo"], temajuk, "clean-water-supply", "", "")
	if err != nil || len(hidden) != 0 {
		t.Error("another organisation's draft was pointed out")
	}
}

func TestWaitingIsForThoseWhoMayDecide(t *testing.T) {
	p := open(t)
	p.submitted(t, "owner", "desa")
	for who, want := range map[string]int{"verifier": 1, "regency": 0, "elsewhere": 0, "both": 0, "owner": 0} {
		docs, err := p.Service.Waiting(t.Context(), people[who], 10)
		if err != nil || len(docs) != want {
			t.Errorf("%s: %d, want %d (%v)", who, len(docs), want, err)
		}
	}
}
