package needs

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"gotong/modules/kit/apperr"
)

// in puts a need into a state; only tests and need.go can.
func in(state State) Need {
	n := Need{Content: content(), Village: temajuk, Organization: "desa", CorrectBy: "2027-01-01", Stage: Stage{state}}
	n.Normalise()
	if state == Verified {
		n.WantedBy = "2026-12-31" // lets the clock expire it
	}
	return n
}

// TestEveryStateMeetsEveryMove: the table of workflow.md section 1, and nothing else moves.
func TestEveryStateMeetsEveryMove(t *testing.T) {
	now := time.Date(2027, 3, 1, 1, 0, 0, 0, time.UTC)
	step := Step{At: now, By: "someone", Reason: "alasan", Operation: "op"}
	plan := PlanReference{Document: "RKPD", Year: 2027}
	settle := func(a Action) func(*Need) error {
		return func(n *Need) error {
			if err := n.Intend(Pending{Step: step, Action: a, Plan: plan, Quantity: 10}); err != nil {
				return err
			}
			return n.Settle(0)
		}
	}
	actions := map[Action]func(*Need) error{
		ActionSubmit:   func(n *Need) error { n.WantedBy = "2027-10-01"; return n.Submit(step, true) },
		ActionTakeBack: func(n *Need) error { return n.TakeBack(step) },
		ActionBegin:    func(n *Need) error { return n.Begin(step) },
		ActionReturn: func(n *Need) error {
			return n.Return(step, []FieldReason{{"title", "terlalu pendek"}}, "2027-04-30")
		},
		ActionVerify:   func(n *Need) error { return n.Verify(step, allYes()) },
		ActionPlan:     func(n *Need) error { return n.Plan(step, plan) },
		ActionDropPlan: func(n *Need) error { return n.DropPlan(step) },
		ActionReject:   func(n *Need) error { return n.Reject(step) },
		ActionWithdraw: settle(ActionWithdraw),
		ActionLapse:    func(n *Need) error { return n.Lapse(step) },
		ActionFulfil:   func(n *Need) error { return n.Fulfil(step, 40) },
		ActionReopen:   func(n *Need) error { return n.Reopen(step) },
		ActionExpire:   settle(ActionExpire),
		ActionEvaluate: func(n *Need) error { return n.Evaluate(step, Evaluation{"ya", "air bersih", "0", "40"}) },
		ActionQuantity: settle(ActionQuantity),
	}
	want := map[State]map[Action]State{
		Draft:           {ActionSubmit: Submitted},
		Submitted:       {ActionTakeBack: Draft, ActionBegin: InVerification},
		InVerification:  {ActionReturn: NeedsCorrection, ActionVerify: Verified, ActionPlan: Planned, ActionReject: Rejected},
		NeedsCorrection: {ActionSubmit: Submitted, ActionLapse: Withdrawn},
		Verified:        {ActionPlan: Planned, ActionWithdraw: Withdrawn, ActionFulfil: Fulfilled, ActionExpire: Expired, ActionQuantity: Verified},
		Planned:         {ActionDropPlan: Verified},
		Fulfilled:       {ActionReopen: Verified, ActionEvaluate: Evaluated},
	}
	for _, state := range States {
		for action, move := range actions {
			n := in(state)
			err := move(&n)
			to, allowed := want[state][action]
			if allowed {
				if err != nil || n.State() != to {
					t.Errorf("%s from %s: %v, now %s, want %s", action, state, err, n.State(), to)
				}
				if len(n.History) != 1 || n.History[0].From != state || n.History[0].To != to || n.History[0].By != "someone" {
					t.Errorf("%s from %s left history %+v", action, state, n.History)
				}
				continue
			}
			var refusal *apperr.Error
			if !errors.As(err, &refusal) || refusal.Kind != apperr.Conflict || refusal.Msg.Key != "needs.refuse."+string(action) {
				t.Errorf("%s from %s: got %v, want its refusal", action, state, err)
			}
			if n.State() != state || len(n.History) != 0 {
				t.Errorf("%s from %s was refused and still changed something", action, state)
			}
		}
	}
}

func TestSubmissionNamesEverythingThatIsMissing(t *testing.T) {
	n := Need{Content: Content{Category: "clean-water-supply", Title: "Air", Description: "Kurang air"}}
	n.Normalise()
	err := n.Submit(Step{At: time.Date(2027, 3, 1, 0, 0, 0, 0, time.UTC)}, false)
	var e *apperr.Error
	if !errors.As(err, &e) {
		t.Fatal(err)
	}
	var names []string
	for _, f := range e.Fields {
		names = append(names, f.Name)
	}
	for _, want := range []string{"quantity", "summary", "households", "persons", "urgency", "urgency_reason", "wanted_by", "meeting_date", "contact_office", "minutes"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not named as missing", want)
		}
	}
	if n.State() != Draft {
		t.Error("an incomplete need was submitted")
	}
}

func TestAdoptionStandsBeforeVerification(t *testing.T) {
	n := in(Submitted)
	n.OnBehalf, n.Adoption = true, AdoptionWaiting
	if err := n.Begin(Step{}); !apperr.Is(err, apperr.Conflict) {
		t.Fatal("verification began without adoption:", err)
	}
	if err := n.Decline(Step{}); !apperr.Is(err, apperr.Invalid) {
		t.Error("declined without a reason:", err)
	}
	if err := n.Adopt(Step{Organization: "desa"}); err != nil || n.Adoption != Adopted || n.State() != Submitted {
		t.Fatal(err, n.Adoption)
	}
	if err := n.Adopt(Step{}); !apperr.Is(err, apperr.Conflict) {
		t.Error("adopted twice:", err)
	}
	if err := n.Begin(Step{}); err != nil {
		t.Error(err)
	}
}

func TestCommittedQuantityIsNeverWithdrawn(t *testing.T) {
	n := in(Verified)
	if err := n.Intend(Pending{Action: ActionWithdraw, Step: Step{Reason: "batal"}}); err != nil {
		t.Fatal(err)
	}
	if n.Open() {
		t.Error("open for commitments while a withdrawal is under way")
	}
	if err := n.Settle(15); err != nil || n.State() != Verified || n.Quantity != 15 || n.Pending != nil {
		t.Errorf("%v %s %d", err, n.State(), n.Quantity)
	}
	m := in(Verified)
	_ = m.Intend(Pending{Action: ActionQuantity, Quantity: 10, Step: Step{Reason: "kurang"}})
	if err := m.Settle(25); err != nil || m.Quantity != 25 {
		t.Errorf("lowered below what is committed: %d %v", m.Quantity, err)
	}
}

func TestStateIsStoredAsAWord(t *testing.T) {
	raw, err := json.Marshal(in(Planned))
	if err != nil {
		t.Fatal(err)
	}
	var plain map[string]any
	_ = json.Unmarshal(raw, &plain)
	if plain["state"] != "planned" || plain["title"] != "Penampung air hujan" {
		t.Errorf("%s", raw)
	}
	var back Need
	if err := json.Unmarshal(raw, &back); err != nil || back.State() != Planned {
		t.Error(err, back.State())
	}
	var none Need
	if none.State() != Draft {
		t.Error("an empty need is no draft")
	}
}

func TestPersonalNumbersAreStopped(t *testing.T) {
	for _, put := range []func(*Content, string){
		func(c *Content, s string) { c.Title = s }, func(c *Content, s string) { c.Description = s }, func(c *Content, s string) { c.Summary = s },
		func(c *Content, s string) { c.UrgencyReason = s }, func(c *Content, s string) { c.CostBasis = s }, func(c *Content, s string) { c.ContactOffice = s },
	} {
		c := content()
		put(&c, "NIK 6101081203900001")
		if err := c.Validate(); !apperr.Is(err, apperr.Invalid) {
			t.Error("a NIK passed:", err)
		}
	}
}

func TestUnitMustBeOfTheCategory(t *testing.T) {
	c := content()
	c.Unit = "idr"
	if err := c.Validate(); !apperr.Is(err, apperr.Invalid) {
		t.Error(err)
	}
	c.Unit = ""
	if c.Normalise(); c.Unit == "" {
		t.Error("no default unit")
	}
}

func TestWhoVerifies(t *testing.T) {
	for _, c := range []struct {
		who         string
		districtHas bool
		ok, stead   bool
	}{
		{"verifier", true, true, false}, {"regency", false, true, true}, {"regency", true, false, false}, {"elsewhere", false, false, false},
		{"both", true, false, false}, {"owner", true, false, false}, {"secretariat", true, false, false}, {"", true, false, false},
	} {
		_, stead, err := mandateFor(people[c.who], in(Submitted), c.districtHas)
		if (err == nil) != c.ok || stead != c.stead {
			t.Errorf("%s (district has one: %v): %v, stead %v", c.who, c.districtHas, err, stead)
		}
	}
	own := in(Submitted)
	own.Organization = "kecamatan"
	if _, _, err := mandateFor(people["verifier"], own, true); err == nil {
		t.Error("an office verified what it declared itself")
	}
}
