// Package needs keeps what villages say they lack: declared, verified by an authority of the area, open for partners,
// fulfilled. The moves are those of workflow.md section 1, and this file is the only one that makes them.
package needs

import (
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// State is where a need stands.
type State string

// States of a need, in the order of its life.
const (
	Draft           State = "draft"
	Submitted       State = "submitted"
	InVerification  State = "in-verification"
	NeedsCorrection State = "needs-correction"
	Verified        State = "verified"
	Planned         State = "planned"
	Fulfilled       State = "fulfilled"
	Evaluated       State = "evaluated"
	Rejected        State = "rejected"
	Withdrawn       State = "withdrawn"
	Expired         State = "expired"
)

// States lists all of them in the order of a need's life.
var States = []State{Draft, Submitted, InVerification, NeedsCorrection, Verified, Planned, Fulfilled, Evaluated, Rejected, Withdrawn, Expired}

// PublicStates are those whose needs stand in public lists.
var PublicStates = []State{Verified, Planned, Fulfilled, Evaluated}

// Action is a move by its verb.
type Action string

// Actions on a need. ActionQuantity and ActionPartWithdraw leave the state as it is.
const (
	ActionSubmit       Action = "submit"
	ActionTakeBack     Action = "take-back"
	ActionBegin        Action = "begin"
	ActionReturn       Action = "return"
	ActionVerify       Action = "verify"
	ActionPlan         Action = "plan"
	ActionDropPlan     Action = "drop-plan"
	ActionReject       Action = "reject"
	ActionWithdraw     Action = "withdraw"
	ActionPartWithdraw Action = "withdraw-part"
	ActionLapse        Action = "lapse"
	ActionFulfil       Action = "fulfil"
	ActionReopen       Action = "reopen"
	ActionExpire       Action = "expire"
	ActionEvaluate     Action = "evaluate"
	ActionQuantity     Action = "quantity"
	ActionUnverify     Action = "unverify" // a verification of many at once is taken back
)

// moves says for each action from which state it leads where; what is not in it is refused.
var moves = map[Action]map[State]State{
	ActionSubmit:       {Draft: Submitted, NeedsCorrection: Submitted},
	ActionTakeBack:     {Submitted: Draft},
	ActionBegin:        {Submitted: InVerification},
	ActionReturn:       {InVerification: NeedsCorrection},
	ActionVerify:       {InVerification: Verified},
	ActionPlan:         {InVerification: Planned, Verified: Planned},
	ActionDropPlan:     {Planned: Verified},
	ActionReject:       {InVerification: Rejected},
	ActionWithdraw:     {Verified: Withdrawn},
	ActionPartWithdraw: {Verified: Verified},
	ActionLapse:        {NeedsCorrection: Withdrawn},
	ActionFulfil:       {Verified: Fulfilled},
	ActionReopen:       {Fulfilled: Verified},
	ActionExpire:       {Verified: Expired},
	ActionEvaluate:     {Fulfilled: Evaluated},
	ActionQuantity:     {Verified: Verified},
	ActionUnverify:     {Verified: InVerification},
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
	By           domain.AccountID      `json:"by"` // "" is the system
	Organization domain.OrganizationID `json:"organization"`
	Reason       string                `json:"reason"`
	Operation    string                `json:"operation"` // of the form, so that a repeat finds itself
	Mandate      domain.RegionCode     `json:"mandate"`   // region of the verifier's mandate
	Stead        bool                  `json:"stead"`     // the regency's verifier acted because the district has none
	Documents    []domain.DocumentID   `json:"documents"`
	Sums         []string              `json:"sums,omitempty"` // SHA-256 of the documents' versions on which the step rests
}

// cite lets the step rest on one version of a document.
func (s *Step) cite(paper domain.Citation) {
	s.Documents, s.Sums = append(s.Documents, paper.ID), append(s.Sums, paper.SHA256)
}

// Move is a step that was made.
type Move struct {
	Step
	Action Action `json:"action"`
	From   State  `json:"from"`
	To     State  `json:"to"`
}

// Pending is a move that was decided and waits until the need's account has a lower limit.
type Pending struct {
	Step
	Action   Action        `json:"action"`
	Quantity int64         `json:"quantity"`
	Undoes   string        `json:"undoes,omitempty"` // operation of the verification that is taken back
	Plan     PlanReference `json:"plan"`
}

// State tells where the need stands.
func (n Need) State() State {
	if n.Stage.state == "" {
		return Draft
	}
	return n.Stage.state
}

// Can tells whether an action starts from the present state.
func (n Need) Can(a Action) bool {
	_, ok := moves[a][n.State()]
	return ok
}

// Open tells whether commitments can be made: verified and no closing move under way.
func (n Need) Open() bool { return n.State() == Verified && n.Pending == nil }

// Public tells whether anyone may see the need: it is or was open to the public.
func (n Need) Public() bool {
	if slices.Contains(PublicStates, n.State()) {
		return true
	}
	return (n.State() == Expired || n.State() == Withdrawn) && !n.OpenedAt.IsZero()
}

// Did tells whether this form's operation was already carried out here.
func (n Need) Did(operation string) bool {
	return operation != "" && (n.Pending != nil && n.Pending.Operation == operation ||
		slices.ContainsFunc(n.History, func(m Move) bool { return m.Operation == operation }))
}

// refuse words why a move is not possible from here; the reader gets a sentence per action.
func refuse(a Action) error { return apperr.New(apperr.Conflict, "needs.refuse."+string(a)) }

// move makes a step of the table and writes it into the history.
func (n *Need) move(a Action, s Step) error {
	from := n.State()
	to, ok := moves[a][from]
	if !ok {
		return refuse(a)
	}
	n.Stage.state = to
	n.History = append(slices.Clip(n.History), Move{Step: s, Action: a, From: from, To: to})
	return nil
}

// Submit hands the need to the verifier: a draft, or one that came back for correction. What is missing is named by
// field; minutes says whether minutes of the village meeting (or the page of the plan) are attached.
func (n *Need) Submit(s Step, minutes bool) error {
	if !n.Can(ActionSubmit) {
		return refuse(ActionSubmit)
	}
	if err := n.Complete(minutes); err != nil {
		return err
	}
	if n.WantedBy <= domain.DateOf(s.At) {
		return apperr.InvalidFields([]apperr.Field{{Name: "wanted_by", Message: apperr.Msg("needs.error.past")}})
	}
	if n.OnBehalf && n.Adoption != Adopted {
		n.Adoption = AdoptionWaiting
	}
	n.SubmittedAt = s.At
	n.Returned = nil
	n.CorrectBy = ""
	return n.move(ActionSubmit, s)
}

// TakeBack makes a submitted need a draft again, before its verification began.
func (n *Need) TakeBack(s Step) error { return n.move(ActionTakeBack, s) }

// Begin starts the verification; a need declared on behalf of the village must have been adopted.
func (n *Need) Begin(s Step) error {
	if n.Can(ActionBegin) && n.OnBehalf && n.Adoption != Adopted {
		return apperr.New(apperr.Conflict, "needs.refuse.not_adopted")
	}
	return n.move(ActionBegin, s)
}

// Return sends the need back with reasons by field; it must be corrected by the given date.
func (n *Need) Return(s Step, reasons []FieldReason, by domain.Date) error {
	if !n.Can(ActionReturn) {
		return refuse(ActionReturn)
	}
	if len(reasons) == 0 {
		return apperr.InvalidFields([]apperr.Field{{Name: "decision", Message: apperr.Msg("needs.error.return_reasons")}})
	}
	n.Returned, n.CorrectBy = reasons, by
	return n.move(ActionReturn, s)
}

// Verify opens the need; every question of the checklist must be answered with yes and a public summary be there.
func (n *Need) Verify(s Step, list Checklist) error {
	if !n.Can(ActionVerify) {
		return refuse(ActionVerify)
	}
	var f apperr.Fields
	for _, q := range CheckQuestions {
		f.Check(list.Answers[q], "check_"+string(q), "needs.error.check")
	}
	f.Check(n.Summary != "", "decision", "needs.error.summary_missing")
	if err := f.Err(); err != nil {
		return err
	}
	n.Checklist = list
	n.open(s)
	return n.move(ActionVerify, s)
}

// open notes that the account is due to be opened at the whole quantity, and when the public first saw the need.
func (n *Need) open(s Step) {
	n.LimitDue = true
	if n.OpenedAt.IsZero() {
		n.OpenedAt = s.At
	}
}

// Plan moves a need under verification into the government's plan. A verified one goes by Intend and Settle.
func (n *Need) Plan(s Step, plan PlanReference) error {
	if !n.Can(ActionPlan) {
		return refuse(ActionPlan)
	}
	if err := plan.Validate(); err != nil {
		return err
	}
	n.PlanReference = plan
	if n.OpenedAt.IsZero() {
		n.OpenedAt = s.At
	}
	return n.move(ActionPlan, s)
}

// DropPlan opens a need again that was dropped from the plan; a reason is demanded.
func (n *Need) DropPlan(s Step) error {
	if n.Can(ActionDropPlan) {
		if err := reasonGiven(s); err != nil {
			return err
		}
		n.open(s)
	}
	return n.move(ActionDropPlan, s)
}

// Reject ends the need with a reason.
func (n *Need) Reject(s Step) error {
	if n.Can(ActionReject) {
		if err := reasonGiven(s); err != nil {
			return err
		}
	}
	return n.move(ActionReject, s)
}

// Lapse withdraws a need whose time for correction is over.
func (n *Need) Lapse(s Step) error {
	if n.Can(ActionLapse) && (n.CorrectBy == "" || domain.DateOf(s.At) <= n.CorrectBy) {
		return apperr.New(apperr.Conflict, "needs.refuse.not_due")
	}
	return n.move(ActionLapse, s)
}

// Fulfil is the system's move once the village confirmed the whole quantity.
func (n *Need) Fulfil(s Step, confirmed int64) error {
	if n.Can(ActionFulfil) && confirmed < n.Quantity {
		return apperr.New(apperr.Conflict, "needs.refuse.not_confirmed")
	}
	return n.move(ActionFulfil, s)
}

// Reopen puts a fulfilled need back where its evidence failed; a reason is demanded.
func (n *Need) Reopen(s Step) error {
	if n.Can(ActionReopen) {
		if err := reasonGiven(s); err != nil {
			return err
		}
		n.open(s)
	}
	return n.move(ActionReopen, s)
}

// Evaluate ends a fulfilled need with what became of it.
func (n *Need) Evaluate(s Step, e Evaluation) error {
	if !n.Can(ActionEvaluate) {
		return refuse(ActionEvaluate)
	}
	if err := e.Validate(); err != nil {
		return err
	}
	n.Evaluation = e
	return n.move(ActionEvaluate, s)
}

// Intend notes a move that lowers the account's limit first: withdraw, expire, plan of a verified need, less quantity.
// It refuses where the move itself would be refused, or where another one is under way.
func (n *Need) Intend(p Pending) error {
	if !n.Can(p.Action) || n.State() != Verified || !slices.Contains([]Action{ActionWithdraw, ActionExpire, ActionPlan, ActionQuantity, ActionUnverify}, p.Action) {
		return refuse(p.Action)
	}
	if n.Pending != nil {
		return apperr.New(apperr.Conflict, "needs.refuse.pending")
	}
	switch p.Action {
	case ActionWithdraw:
		if err := reasonGiven(p.Step); err != nil {
			return err
		}
	case ActionPlan:
		if err := p.Plan.Validate(); err != nil {
			return err
		}
	case ActionUnverify:
		if last := n.History[len(n.History)-1]; last.Action != ActionVerify || last.Operation != p.Undoes {
			return apperr.New(apperr.Conflict, "needs.refuse.moved_on")
		}
	case ActionExpire:
		if n.WantedBy == "" || domain.DateOf(p.At) <= n.WantedBy {
			return apperr.New(apperr.Conflict, "needs.refuse.not_due")
		}
	case ActionQuantity:
		if err := reasonGiven(p.Step); err != nil {
			return err
		}
		if p.Quantity <= 0 || p.Quantity >= n.Quantity {
			return apperr.InvalidFields([]apperr.Field{{Name: "quantity", Message: apperr.Msg("needs.error.quantity_lower")}})
		}
	}
	n.Pending = &p
	return nil
}

// Settle makes the pending move once the account's limit stands at the given committed quantity (or at the intended
// one, where that is more). What is committed is never withdrawn: then the need stays open for just that quantity.
func (n *Need) Settle(committed int64) error {
	p := n.Pending
	if p == nil {
		return nil
	}
	n.Pending = nil
	switch p.Action {
	case ActionWithdraw:
		if committed > 0 {
			n.Quantity = min(n.Quantity, committed)
			return n.move(ActionPartWithdraw, p.Step)
		}
	case ActionQuantity:
		n.Quantity = max(p.Quantity, committed)
	case ActionUnverify:
		if committed > 0 { // somebody relies on it already
			n.LimitDue = true
			return nil
		}
		if last := n.History[len(n.History)-1]; n.OpenedAt.Equal(last.At) {
			n.OpenedAt = time.Time{}
		}
	case ActionPlan:
		n.PlanReference = p.Plan
	}
	return n.move(p.Action, p.Step)
}

// Raise asks for more of the same; the account's limit follows. A reason is demanded.
func (n *Need) Raise(s Step, quantity int64) error {
	if !n.Can(ActionQuantity) {
		return refuse(ActionQuantity)
	}
	if err := reasonGiven(s); err != nil {
		return err
	}
	if quantity <= n.Quantity {
		return apperr.InvalidFields([]apperr.Field{{Name: "quantity", Message: apperr.Msg("needs.error.quantity_higher")}})
	}
	n.Quantity, n.LimitDue = quantity, true
	return n.move(ActionQuantity, s)
}

// Copy makes a new draft of an ended need: what was asked, without its history, dates and answers.
func (n Need) Copy(id domain.NeedID) (Need, error) {
	if !slices.Contains([]State{Rejected, Withdrawn, Expired}, n.State()) {
		return Need{}, apperr.New(apperr.Conflict, "needs.refuse.copy")
	}
	return Need{Content: n.Content, Village: n.Village, Organization: n.Organization, OnBehalf: n.OnBehalf, CopiedFrom: id, Demo: n.Demo}, nil
}

func reasonGiven(s Step) error {
	if s.Reason == "" {
		return apperr.InvalidFields([]apperr.Field{{Name: "reason", Message: apperr.Msg("needs.error.reason")}})
	}
	return nil
}
