// Package initiatives keeps what organisations propose and offer: written, reviewed, approved, published, running.
// The moves are those of workflow.md section 3, and this file is the only one that makes them.
package initiatives

import (
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// State is where an initiative stands.
type State string

// States of an initiative.
const (
	Draft         State = "draft"
	Submitted     State = "submitted"
	UnderReview   State = "under-review"
	NeedsRevision State = "needs-revision"
	Approved      State = "approved"
	Published     State = "published"
	Running       State = "running"
	Suspended     State = "suspended"
	Completed     State = "completed"
	Evaluated     State = "evaluated"
	Rejected      State = "rejected"
	Withdrawn     State = "withdrawn"
	Cancelled     State = "cancelled"
	Archived      State = "archived"
)

// States lists all of them in the order of an initiative's life.
var States = []State{Draft, Submitted, UnderReview, NeedsRevision, Approved, Published, Running, Suspended, Completed, Evaluated, Rejected, Withdrawn, Cancelled, Archived}

// PublicStates are those whose initiatives stand in public lists.
var PublicStates = []State{Published, Running, Suspended, Completed, Evaluated}

// Action is a move by its verb.
type Action string

// Actions on an initiative. ActionPartWithdraw leaves the state as it is.
const (
	ActionSubmit       Action = "submit"
	ActionTakeBack     Action = "take-back"
	ActionReview       Action = "review"
	ActionRevise       Action = "revise"
	ActionApprove      Action = "approve"
	ActionReject       Action = "reject"
	ActionPublish      Action = "publish"
	ActionStart        Action = "start"
	ActionWithdraw     Action = "withdraw"
	ActionPartWithdraw Action = "withdraw-part"
	ActionSuspend      Action = "suspend"
	ActionResume       Action = "resume"
	ActionCancel       Action = "cancel"
	ActionComplete     Action = "complete"
	ActionReopen       Action = "reopen"
	ActionEvaluate     Action = "evaluate"
	ActionArchive      Action = "archive"
	ActionAppeal       Action = "appeal"  // the owner's, once, against a rejection; leaves the state as it is
	ActionUphold       Action = "uphold"  // the appeal: the proposal is reviewed anew
	ActionDismiss      Action = "dismiss" // the appeal: the rejection stands
	ActionExtend       Action = "extend"  // another end, as was approved; leaves the state as it is
)

// moves says for each action from which state it leads where. ActionResume leads back to where it was suspended.
var moves = map[Action]map[State]State{
	ActionSubmit:       {Draft: Submitted, NeedsRevision: Submitted},
	ActionTakeBack:     {Submitted: Draft},
	ActionReview:       {Submitted: UnderReview},
	ActionRevise:       {Submitted: NeedsRevision, UnderReview: NeedsRevision},
	ActionApprove:      {UnderReview: Approved},
	ActionReject:       {UnderReview: Rejected},
	ActionPublish:      {Approved: Published},
	ActionStart:        {Published: Running},
	ActionWithdraw:     {Published: Withdrawn},
	ActionPartWithdraw: {Published: Published},
	ActionSuspend:      {Published: Suspended, Running: Suspended},
	ActionResume:       {Suspended: Running},
	ActionCancel:       {Suspended: Cancelled},
	ActionComplete:     {Running: Completed},
	ActionReopen:       {Completed: Running},
	ActionEvaluate:     {Completed: Evaluated},
	ActionArchive:      {Evaluated: Archived},
	ActionAppeal:       {Rejected: Rejected},
	ActionUphold:       {Rejected: Submitted},
	ActionDismiss:      {Rejected: Rejected},
	ActionExtend:       {Published: Published, Running: Running, Suspended: Suspended},
}

// Stage holds the state so that only this file changes it; it is stored as a plain string.
type Stage struct{ state State }

// MarshalText writes the state's id; an empty stage is a draft.
func (s Stage) MarshalText() ([]byte, error) {
	if s.state == "" {
		return []byte(Draft), nil
	}
	return []byte(s.state), nil
}

// UnmarshalText reads a state's id.
func (s *Stage) UnmarshalText(b []byte) error {
	s.state = State(b)
	return nil
}

// Step says who moves, when, for whom and why.
type Step struct {
	At           time.Time             `json:"at"`
	By           domain.AccountID      `json:"by"`
	Organization domain.OrganizationID `json:"organization"`
	Office       bool                  `json:"office"` // the secretariat or an evaluator acted
	Reason       string                `json:"reason"`
	Operation    string                `json:"operation"`
	Until        domain.Date           `json:"until"` // a due or expected date, where the move has one
	Documents    []domain.DocumentID   `json:"documents"`
	Sums         []string              `json:"sums,omitempty"` // SHA-256 of the documents' versions on which the step rests
}

// cite lets the step rest on one version of each document.
func (s *Step) cite(papers []domain.Citation) {
	for _, p := range papers {
		s.Documents, s.Sums = append(s.Documents, p.ID), append(s.Sums, p.SHA256)
	}
}

// Move is a step that was made.
type Move struct {
	Step
	Action Action `json:"action"`
	From   State  `json:"from"`
	To     State  `json:"to"`
}

// Pending is a move that was decided and waits until the offers' accounts take nothing new.
type Pending struct {
	Step
	Action Action `json:"action"`
}

// State tells where the initiative stands.
func (i Initiative) State() State {
	if i.Stage.state == "" {
		return Draft
	}
	return i.Stage.state
}

// Can tells whether an action starts from the present state. An appeal is made once, and answered where it waits.
func (i Initiative) Can(a Action) bool {
	switch a {
	case ActionAppeal:
		return i.State() == Rejected && i.Appeal == nil
	case ActionUphold, ActionDismiss:
		return i.State() == Rejected && i.Appeal != nil && i.Appeal.Answer == ""
	}
	_, ok := moves[a][i.State()]
	return ok
}

// Open tells whether new commitments may begin: published or running, no closing move under way.
func (i Initiative) Open() bool {
	return (i.State() == Published || i.State() == Running) && i.Pending == nil
}

// Public tells whether anyone may see the initiative: it is or was published.
func (i Initiative) Public() bool {
	return slices.Contains(PublicStates, i.State()) || slices.ContainsFunc(i.History, func(m Move) bool { return m.To == Published })
}

// Did tells whether this form's operation was already carried out here.
func (i Initiative) Did(operation string) bool {
	if operation == "" {
		return false
	}
	return i.Pending != nil && i.Pending.Operation == operation ||
		slices.ContainsFunc(i.History, func(m Move) bool { return m.Operation == operation })
}

func refuse(a Action) error { return apperr.New(apperr.Conflict, "initiatives.refuse."+string(a)) }

func (i *Initiative) move(a Action, s Step) error {
	from := i.State()
	to, ok := moves[a][from]
	if !ok {
		return refuse(a)
	}
	if a == ActionResume {
		to = i.suspendedFrom()
	}
	i.Stage.state = to
	i.History = append(slices.Clip(i.History), Move{Step: s, Action: a, From: from, To: to})
	return nil
}

func (i Initiative) lastSuspension() Move {
	for _, m := range slices.Backward(i.History) {
		if m.Action == ActionSuspend {
			return m
		}
	}
	return Move{From: Running}
}

func (i Initiative) suspendedFrom() State { return i.lastSuspension().From }

// demand moves only with a reason.
func (i *Initiative) demand(a Action, s Step) error {
	if !i.Can(a) {
		return refuse(a)
	}
	if s.Reason == "" {
		return apperr.InvalidFields([]apperr.Field{{Name: "reason", Message: apperr.Msg("initiatives.error.reason")}})
	}
	return i.move(a, s)
}

// Submit hands the initiative in: a draft or a revised one. terms and budget say whether the papers are attached.
func (i *Initiative) Submit(s Step, terms, budget bool) error {
	if !i.Can(ActionSubmit) {
		return refuse(ActionSubmit)
	}
	if err := i.Complete(terms, budget); err != nil {
		return err
	}
	i.Round++
	i.SubmittedAt = s.At
	i.Points, i.ReviseBy = "", ""
	return i.move(ActionSubmit, s)
}

// TakeBack makes a submitted initiative a draft again, before its review has begun.
func (i *Initiative) TakeBack(s Step) error { return i.move(ActionTakeBack, s) }

// Review takes a submitted initiative under review, once it passed the administrative check.
func (i *Initiative) Review(s Step, checked bool) error {
	if i.Can(ActionReview) && !checked {
		return apperr.New(apperr.Conflict, "initiatives.refuse.unchecked")
	}
	return i.move(ActionReview, s)
}

// Revise asks for a revision: the points to answer and the date due; by the administrative check, or once the reviews
// are in.
func (i *Initiative) Revise(s Step, reviewed bool) error {
	if !i.Can(ActionRevise) {
		return refuse(ActionRevise)
	}
	if i.State() == UnderReview && !reviewed {
		return apperr.New(apperr.Conflict, "initiatives.refuse.reviews")
	}
	var f apperr.Fields
	f.Check(s.Reason != "", "reason", "initiatives.error.reason")
	f.Check(s.Until > domain.DateOf(s.At), "until", "initiatives.error.future")
	if err := f.Err(); err != nil {
		return err
	}
	i.Points, i.ReviseBy = s.Reason, s.Until
	return i.move(ActionRevise, s)
}

// Publish opens an approved initiative for partners; the English summary must be there, and how the conditions of the
// approval were met.
func (i *Initiative) Publish(s Step, met string) error {
	var f apperr.Fields
	f.Check(!i.Can(ActionPublish) || i.SummaryEN != "", "summary_en", "initiatives.error.summary_en")
	f.Check(!i.Can(ActionPublish) || i.conditions() == "" || met != "", "conditions_met", "initiatives.error.conditions_met")
	if err := f.Err(); err != nil {
		return err
	}
	if i.Can(ActionPublish) && i.conditions() != "" {
		i.Verdicts = slices.Clone(i.Verdicts)
		i.Verdicts[len(i.Verdicts)-1].Met = met
	}
	if err := i.move(ActionPublish, s); err != nil {
		return err
	}
	i.LimitDue, i.PublishedAt = true, s.At
	return nil
}

// Begin is what an initiative must show to run.
type Begin struct {
	WorkPlan   string `json:"work_plan"`
	Assignment string `json:"assignment"` // number of the SK, surat tugas or SPK
}

// Start runs a published initiative: a commitment stands or own funds are shown; work plan and assignment are named.
func (i *Initiative) Start(s Step, b Begin, committed bool) error {
	if !i.Can(ActionStart) {
		return refuse(ActionStart)
	}
	var f apperr.Fields
	f.Check(b.WorkPlan != "", "work_plan", "initiatives.error.required")
	f.Check(b.Assignment != "", "assignment", "initiatives.error.required")
	if err := f.Err(); err != nil {
		return err
	}
	if !committed && i.OwnFunds() == 0 {
		return apperr.New(apperr.Conflict, "initiatives.refuse.no_means")
	}
	i.Begin = b
	return i.move(ActionStart, s)
}

// Resume puts a suspended initiative back to where it was; only the side that suspended it does so.
func (i *Initiative) Resume(s Step) error {
	if i.Can(ActionResume) && i.lastSuspension().Office != s.Office {
		return apperr.New(apperr.Forbidden, "initiatives.refuse.who_suspended")
	}
	if err := i.move(ActionResume, s); err != nil {
		return err
	}
	i.LimitDue = true
	return nil
}

// Cancel ends a suspended initiative; the reason says what happens to goods and money.
func (i *Initiative) Cancel(s Step) error { return i.demand(ActionCancel, s) }

// Reopen puts a completed initiative back to running, once, with a reason.
func (i *Initiative) Reopen(s Step) error {
	if i.Can(ActionReopen) && slices.ContainsFunc(i.History, func(m Move) bool { return m.Action == ActionReopen }) {
		return apperr.New(apperr.Conflict, "initiatives.refuse.reopened_before")
	}
	if err := i.demand(ActionReopen, s); err != nil {
		return err
	}
	i.LimitDue = true
	return nil
}

// Evaluate records the verdict on a completed initiative.
func (i *Initiative) Evaluate(s Step) error { return i.demand(ActionEvaluate, s) }

// Archive puts an evaluated initiative away.
func (i *Initiative) Archive(s Step) error { return i.move(ActionArchive, s) }

// Intend notes a move after which nothing new may be committed: withdraw, suspend, complete.
func (i *Initiative) Intend(p Pending) error {
	if !i.Can(p.Action) || !slices.Contains([]Action{ActionWithdraw, ActionSuspend, ActionComplete}, p.Action) {
		return refuse(p.Action)
	}
	if i.Pending != nil {
		return apperr.New(apperr.Conflict, "initiatives.refuse.pending")
	}
	var f apperr.Fields
	f.Check(p.Reason != "", "reason", "initiatives.error.reason")
	if p.Action == ActionSuspend {
		f.Check(p.Until > domain.DateOf(p.At), "until", "initiatives.error.future")
	}
	if err := f.Err(); err != nil {
		return err
	}
	i.Pending = &p
	return nil
}

// Settle makes the pending move once the offers' accounts are closed; used is what each offer has committed. What is
// committed is never withdrawn: then the initiative stays published with just those quantities.
func (i *Initiative) Settle(used map[domain.OfferID]int64) error {
	p := i.Pending
	if p == nil {
		return nil
	}
	i.Pending = nil
	if p.Action == ActionWithdraw && slices.ContainsFunc(i.Offers, func(o Offer) bool { return used[o.ID] > 0 }) {
		offers := slices.Clone(i.Offers)
		for n := range offers {
			offers[n].Quantity = min(offers[n].Quantity, used[offers[n].ID])
		}
		i.Offers = offers
		return i.move(ActionPartWithdraw, p.Step)
	}
	return i.move(p.Action, p.Step)
}
