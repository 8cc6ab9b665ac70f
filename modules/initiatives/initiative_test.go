package initiatives

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

func in(state State) Initiative {
	i := Initiative{Content: content(), Organization: "yayasan", Stage: Stage{state}}
	i.Normalise()
	i.number("i")
	return i
}

// waiting is an appeal where there may be one.
func waiting(s State) *Appeal {
	if s != Rejected {
		return nil
	}
	return &Appeal{Reason: "lihat lagi"}
}

// TestEveryStateMeetsEveryMove: the table of workflow.md section 3, and nothing else moves.
func TestEveryStateMeetsEveryMove(t *testing.T) {
	step := Step{At: time.Date(2027, 3, 1, 1, 0, 0, 0, time.UTC), By: "someone", Reason: "alasan", Until: "2027-06-01"}
	settle := func(a Action) func(*Initiative) error {
		return func(i *Initiative) error {
			if err := i.Intend(Pending{Step: step, Action: a}); err != nil {
				return err
			}
			return i.Settle(nil)
		}
	}
	actions := map[Action]func(*Initiative) error{
		ActionSubmit:   func(i *Initiative) error { return i.Submit(step, true, true) },
		ActionTakeBack: func(i *Initiative) error { return i.TakeBack(step) },
		ActionReview:   func(i *Initiative) error { return i.Review(step, true) },
		ActionRevise:   func(i *Initiative) error { return i.Revise(step, true) },
		ActionApprove:  func(i *Initiative) error { return i.Approve(step, true, Verdict{}) },
		ActionReject:   func(i *Initiative) error { return i.Reject(step, true, Verdict{}) },
		ActionPublish:  func(i *Initiative) error { return i.Publish(step, "") },
		ActionStart:    func(i *Initiative) error { return i.Start(step, Begin{"rencana", "SK 1"}, true) },
		ActionWithdraw: settle(ActionWithdraw), ActionSuspend: settle(ActionSuspend), ActionComplete: settle(ActionComplete),
		ActionResume:   func(i *Initiative) error { return i.Resume(step) },
		ActionCancel:   func(i *Initiative) error { return i.Cancel(step) },
		ActionReopen:   func(i *Initiative) error { return i.Reopen(step) },
		ActionEvaluate: func(i *Initiative) error { return i.Evaluate(step) },
		ActionArchive:  func(i *Initiative) error { return i.Archive(step) },
		ActionExtend:   func(i *Initiative) error { return i.Extend(step) },
		ActionAppeal:   func(i *Initiative) error { return i.Object(step) },
		ActionUphold:   func(i *Initiative) error { i.Appeal = waiting(i.State()); return i.Answer(ActionUphold, step) },
		ActionDismiss:  func(i *Initiative) error { i.Appeal = waiting(i.State()); return i.Answer(ActionDismiss, step) },
	}
	want := map[State]map[Action]State{
		Draft:         {ActionSubmit: Submitted},
		Submitted:     {ActionTakeBack: Draft, ActionReview: UnderReview, ActionRevise: NeedsRevision},
		UnderReview:   {ActionRevise: NeedsRevision, ActionApprove: Approved, ActionReject: Rejected},
		NeedsRevision: {ActionSubmit: Submitted},
		Approved:      {ActionPublish: Published},
		Published:     {ActionStart: Running, ActionWithdraw: Withdrawn, ActionSuspend: Suspended, ActionExtend: Published},
		Running:       {ActionSuspend: Suspended, ActionComplete: Completed, ActionExtend: Running},
		Suspended:     {ActionResume: Running, ActionCancel: Cancelled, ActionExtend: Suspended},
		Completed:     {ActionReopen: Running, ActionEvaluate: Evaluated},
		Evaluated:     {ActionArchive: Archived},
		Rejected:      {ActionAppeal: Rejected, ActionUphold: Submitted, ActionDismiss: Rejected},
	}
	for _, state := range States {
		for action, move := range actions {
			i := in(state)
			err := move(&i)
			to, allowed := want[state][action]
			if allowed {
				if err != nil || i.State() != to || len(i.History) != 1 || i.History[0].From != state {
					t.Errorf("%s from %s: %v, now %s, want %s; %+v", action, state, err, i.State(), to, i.History)
				}
				continue
			}
			var refusal *apperr.Error
			if !errors.As(err, &refusal) || refusal.Kind != apperr.Conflict || refusal.Msg.Key != "initiatives.refuse."+string(action) {
				t.Errorf("%s from %s: got %v, want its refusal", action, state, err)
			}
			if i.State() != state || len(i.History) != 0 {
				t.Errorf("%s from %s was refused and still changed something", action, state)
			}
		}
	}
}

func TestWhatMustBeThere(t *testing.T) {
	step := Step{At: time.Date(2027, 3, 1, 1, 0, 0, 0, time.UTC)}
	empty := Initiative{Content: Content{Title: "A", Summary: "B", Offers: []Offer{{Category: "sanitation"}}}}
	var e *apperr.Error
	if !errors.As(empty.Submit(step, false, false), &e) {
		t.Fatal("submitted without anything")
	}
	var names []string
	for _, f := range e.Fields {
		names = append(names, f.Name)
	}
	for _, want := range []string{"problem", "goals", "areas", "target_group", "target_number", "from", "until", "offer_1_quantity", "budget_1_item", "result_1_indicator", "risks", "sustainability", "terms", "budget_paper"} {
		if !slices.Contains(names, want) {
			t.Errorf("%s is not named as missing in %v", want, names)
		}
	}
	noBaseline := in(Draft)
	noBaseline.Results = []Result{{Indicator: "household-income", Target: "30%"}}
	if err := noBaseline.Submit(step, true, true); !apperr.Is(err, apperr.Invalid) {
		t.Error("submitted without a baseline:", err)
	}
	for name, check := range map[string]struct {
		state State
		run   func(*Initiative) error
		kind  apperr.Kind
	}{
		"review without a check":  {Submitted, func(i *Initiative) error { return i.Review(step, false) }, apperr.Conflict},
		"approve on one review":   {UnderReview, func(i *Initiative) error { return i.Approve(Step{Reason: "ya"}, false, Verdict{}) }, apperr.Conflict},
		"approve without a note":  {UnderReview, func(i *Initiative) error { return i.Approve(Step{}, true, Verdict{}) }, apperr.Invalid},
		"reject without reasons":  {UnderReview, func(i *Initiative) error { return i.Reject(Step{}, true, Verdict{}) }, apperr.Invalid},
		"revise on one review":    {UnderReview, func(i *Initiative) error { return i.Revise(Step{Reason: "x", At: step.At, Until: "2027-06-01"}, false) }, apperr.Conflict},
		"revise without a date":   {UnderReview, func(i *Initiative) error { return i.Revise(Step{Reason: "x", At: step.At}, true) }, apperr.Invalid},
		"publish without English": {Approved, func(i *Initiative) error { i.SummaryEN = ""; return i.Publish(step, "") }, apperr.Invalid},
		"publish with open conditions": {Approved, func(i *Initiative) error {
			i.Verdicts = []Verdict{{Action: ActionApprove, Conditions: "izin"}}
			return i.Publish(step, "")
		}, apperr.Invalid},
		"start without means":  {Published, func(i *Initiative) error { return i.Start(step, Begin{"r", "SK"}, false) }, apperr.Conflict},
		"start without a plan": {Published, func(i *Initiative) error { return i.Start(step, Begin{}, true) }, apperr.Invalid},
		"suspend without a date": {Running, func(i *Initiative) error {
			return i.Intend(Pending{Step: Step{Reason: "x", At: step.At}, Action: ActionSuspend})
		}, apperr.Invalid},
		"cancel without a reason":  {Suspended, func(i *Initiative) error { return i.Cancel(step) }, apperr.Invalid},
		"withdraw without reason":  {Published, func(i *Initiative) error { return i.Intend(Pending{Action: ActionWithdraw}) }, apperr.Invalid},
		"reopen without a reason":  {Completed, func(i *Initiative) error { return i.Reopen(step) }, apperr.Invalid},
		"resume by the other side": {Suspended, func(i *Initiative) error { return i.Resume(Step{Office: true}) }, apperr.Forbidden},
	} {
		i := in(check.state)
		if err := check.run(&i); !apperr.Is(err, check.kind) || i.State() != check.state {
			t.Errorf("%s: %v, now %s", name, err, i.State())
		}
	}
}

func TestSuspensionGoesBackToWhereItWas(t *testing.T) {
	i := in(Published)
	step := Step{Reason: "banjir", Until: "2027-06-01", At: time.Date(2027, 3, 1, 1, 0, 0, 0, time.UTC)}
	if err := errors.Join(i.Intend(Pending{Step: step, Action: ActionSuspend}), i.Settle(nil), i.Resume(step)); err != nil || i.State() != Published || !i.LimitDue {
		t.Errorf("%v %s", err, i.State())
	}
}

func TestReopenedOnceOnly(t *testing.T) {
	i := in(Completed)
	step := Step{Reason: "kurang bukti"}
	if err := errors.Join(i.Reopen(step), i.Intend(Pending{Step: step, Action: ActionComplete}), i.Settle(nil)); err != nil {
		t.Fatal(err)
	}
	if err := i.Reopen(step); !apperr.Is(err, apperr.Conflict) {
		t.Error("reopened twice:", err)
	}
}

func TestCommittedOffersAreNeverWithdrawn(t *testing.T) {
	i := in(Published)
	_ = i.Intend(Pending{Step: Step{Reason: "dana habis"}, Action: ActionWithdraw})
	if i.Open() {
		t.Error("open while a withdrawal is under way")
	}
	if err := i.Settle(map[domain.OfferID]int64{"i-1": 12}); err != nil || i.State() != Published || i.Offers[0].Quantity != 12 || i.Offers[1].Quantity != 0 {
		t.Errorf("%v %s %+v", err, i.State(), i.Offers)
	}
}

func TestStateIsStoredAsAWord(t *testing.T) {
	raw, err := json.Marshal(in(UnderReview))
	var back Initiative
	if err != nil || json.Unmarshal(raw, &back) != nil || back.State() != UnderReview {
		t.Error(err, back.State())
	}
}

func TestListKeysStayWithinTheirBound(t *testing.T) {
	i := in(Published)
	i.Areas = nil
	for n := range MaxAreas {
		i.Areas = append(i.Areas, domain.RegionCode("6"+string(rune('1'+n))+".01.01.2001"))
	}
	i.Offers = nil
	for _, c := range []domain.CategoryID{"sanitation", "clean-water-supply", "access-to-capital", "off-grid-solar", "applied-research-evaluation"} {
		i.Offers = append(i.Offers, Offer{Category: c})
	}
	if n := len(regionKeys("", i)); n > 32 {
		t.Errorf("%d region keys", n)
	}
	if n := len(categoryKeys("", i)); n > 32 {
		t.Errorf("%d category keys", n)
	}
}

func TestOneAppealAnsweredBySomebodyElse(t *testing.T) {
	i := in(UnderReview)
	at := time.Date(2027, 3, 1, 1, 0, 0, 0, time.UTC)
	if err := i.Reject(Step{By: "s1", Reason: "kurang", At: at}, true, Verdict{}); err != nil {
		t.Fatal(err)
	}
	if err := i.Object(Step{By: "owner", At: at}); !apperr.Is(err, apperr.Invalid) {
		t.Error("appealed without a reason:", err)
	}
	if err := i.Object(Step{By: "owner", Reason: "keliru baca", At: at}); err != nil || i.State() != Rejected {
		t.Fatal(err, i.State())
	}
	if err := i.Object(Step{By: "owner", Reason: "lagi", At: at}); !apperr.Is(err, apperr.Conflict) {
		t.Error("appealed twice:", err)
	}
	if err := i.Answer(ActionUphold, Step{By: "s1", Reason: "benar", At: at}); !apperr.Is(err, apperr.Forbidden) {
		t.Error("answered by who rejected:", err)
	}
	before := i.Round
	if err := i.Answer(ActionUphold, Step{By: "s2", Reason: "benar", At: at}); err != nil || i.State() != Submitted || i.Round != before+1 || i.Appeal.Answer != ActionUphold {
		t.Error(err, i.State(), i.Round)
	}
	i.Stage = Stage{Rejected}
	if i.Can(ActionAppeal) || i.Can(ActionDismiss) {
		t.Error("a second appeal")
	}
}
