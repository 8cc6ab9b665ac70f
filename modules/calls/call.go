// Package calls keeps the calls for proposals: drafted by the secretariat or a verified organisation, released by a
// second person, closed by the clock, answered by initiatives. The moves are those of workflow.md section 2, and this
// file is the only one that makes them.
package calls

import (
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// State is where a call stands.
type State string

// States of a call.
const (
	Draft       State = "draft"
	Open        State = "open"
	Closed      State = "closed"
	UnderReview State = "under-review"
	Decided     State = "decided"
	Archived    State = "archived"
	Cancelled   State = "cancelled"
)

// States lists all of them in the order of a call's life.
var States = []State{Draft, Open, Closed, UnderReview, Decided, Archived, Cancelled}

// PublicStates are those whose calls stand in public lists: all but the draft.
var PublicStates = States[1:]

// Action is a move by its verb.
type Action string

// Actions on a call. Ask, return and amend leave the state as it is.
const (
	ActionAsk     Action = "ask"     // for release, by a second person
	ActionReturn  Action = "return"  // the second person does not release it
	ActionRelease Action = "release" // by a second person
	ActionAmend   Action = "amend"
	ActionClose   Action = "close" // the clock's
	ActionReview  Action = "review"
	ActionDecide  Action = "decide"
	ActionArchive Action = "archive"
	ActionCancel  Action = "cancel"
)

// Actions lists all of them.
var Actions = []Action{ActionAsk, ActionReturn, ActionRelease, ActionAmend, ActionClose, ActionReview, ActionDecide, ActionArchive, ActionCancel}

// moves says for each action from which state it leads where.
var moves = map[Action]map[State]State{
	ActionAsk:     {Draft: Draft},
	ActionReturn:  {Draft: Draft},
	ActionRelease: {Draft: Open},
	ActionAmend:   {Open: Open},
	ActionClose:   {Open: Closed},
	ActionReview:  {Closed: UnderReview},
	ActionDecide:  {UnderReview: Decided},
	ActionArchive: {Decided: Archived},
	ActionCancel:  {Open: Cancelled, Closed: Cancelled, UnderReview: Cancelled},
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

// Step says who moves, when, for whom and why. Organization "" is the secretariat, By "" the clock.
type Step struct {
	At           time.Time             `json:"at"`
	By           domain.AccountID      `json:"by"`
	Organization domain.OrganizationID `json:"organization"`
	Reason       string                `json:"reason"`
	Operation    string                `json:"operation"`
}

// Move is a step that was made.
type Move struct {
	Step
	Action Action `json:"action"`
	From   State  `json:"from"`
	To     State  `json:"to"`
}

// Amendment is a change of an open call: the whole content before it, so that the difference can always be shown.
type Amendment struct {
	Step
	Before Content `json:"before"`
}

// Ask is a draft that waits for a second person.
type Ask struct {
	By domain.AccountID `json:"by"`
	At time.Time        `json:"at"`
}

// Snapshot is what was handed in when the call closed: how many proposals and the SHA-256 over their list.
type Snapshot struct {
	At     time.Time `json:"at"`
	Count  int64     `json:"count"`
	Pages  int64     `json:"pages"`
	Digest string    `json:"digest"`
}

// Call is one call for proposals, with its life.
type Call struct {
	Content
	Organization domain.OrganizationID `json:"organization"` // "" for the secretariat's own
	Stage        Stage                 `json:"state"`
	Asked        *Ask                  `json:"asked"`
	Amendments   []Amendment           `json:"amendments"`
	Told         int64                 `json:"told"` // how many amendments every applicant was told
	SnapshotDue  bool                  `json:"snapshot_due"`
	Snapshot     *Snapshot             `json:"snapshot"`
	Outcome      string                `json:"outcome"` // public summary of the decision
	OutcomeEN    string                `json:"outcome_en"`
	History      []Move                `json:"history"`
	DraftedAt    time.Time             `json:"drafted_at"`
	OpenedAt     time.Time             `json:"opened_at"`
	Demo         bool                  `json:"demo,omitempty"`
}

// MaxAmendments bounds the changes of one call; more is a new call.
const MaxAmendments = 20

// State tells where the call stands in the store. For people use StateAt.
func (c Call) State() State {
	if c.Stage.state == "" {
		return Draft
	}
	return c.Stage.state
}

// StateAt tells where the call stands with the server's clock read: an open call past its deadline is closed at once.
func (c Call) StateAt(now time.Time) State {
	if c.State() == Open && c.Past(now) {
		return Closed
	}
	return c.State()
}

// Past tells whether the deadline is over: the deadline itself is the first moment that is too late.
func (c Call) Past(now time.Time) bool { return !c.Deadline.IsZero() && !now.Before(c.Deadline) }

// Public tells whether anyone may see the call.
func (c Call) Public() bool { return c.State() != Draft }

// Can tells whether an action starts from the state at that moment. The clock closes only what is past its deadline,
// and nobody releases what was not asked for.
func (c Call) Can(a Action, now time.Time) bool {
	switch a {
	case ActionClose:
		return c.State() == Open && c.Past(now)
	case ActionRelease, ActionReturn:
		return c.State() == Draft && c.Asked != nil
	case ActionAsk:
		return c.State() == Draft && c.Asked == nil
	}
	_, ok := moves[a][c.StateAt(now)]
	return ok
}

// Did tells whether this form's operation was already carried out here.
func (c Call) Did(operation string) bool {
	return operation != "" && slices.ContainsFunc(c.History, func(m Move) bool { return m.Operation == operation })
}

func refuse(a Action) error { return apperr.New(apperr.Conflict, "calls.refuse."+string(a)) }

// move makes a step. What the clock has closed is closed first, so that nothing is skipped.
func (c *Call) move(a Action, s Step) error {
	if !c.Can(a, s.At) {
		return refuse(a)
	}
	if a != ActionClose && c.State() == Open && c.Past(s.At) {
		if err := c.Close(Step{At: s.At}); err != nil {
			return err
		}
	}
	from := c.State()
	to := moves[a][from]
	c.Stage.state = to
	c.History = append(slices.Clip(c.History), Move{Step: s, Action: a, From: from, To: to})
	return nil
}

// demand moves only with a reason.
func (c *Call) demand(a Action, s Step) error {
	if !c.Can(a, s.At) {
		return refuse(a)
	}
	if s.Reason == "" {
		return apperr.InvalidFields([]apperr.Field{{Name: "reason", Message: apperr.Msg("calls.error.reason")}})
	}
	return c.move(a, s)
}

// Ask asks for the release of a draft that is complete. Invalid by field where something is missing.
func (c *Call) Ask(s Step) error {
	if !c.Can(ActionAsk, s.At) {
		return refuse(ActionAsk)
	}
	if err := c.Complete(s.At); err != nil {
		return err
	}
	if err := c.move(ActionAsk, s); err != nil {
		return err
	}
	c.Asked = &Ask{By: s.By, At: s.At}
	return nil
}

// Return gives a draft back to its writers, with a reason.
func (c *Call) Return(s Step) error {
	if err := c.demand(ActionReturn, s); err != nil {
		return err
	}
	c.Asked = nil
	return nil
}

// Release opens the call. The person who asked for it may not: Forbidden.
func (c *Call) Release(s Step) error {
	if !c.Can(ActionRelease, s.At) {
		return refuse(ActionRelease)
	}
	if c.Asked.By == s.By {
		return apperr.New(apperr.Forbidden, "calls.refuse.second_person")
	}
	if err := c.Complete(s.At); err != nil {
		return err
	}
	if err := c.move(ActionRelease, s); err != nil {
		return err
	}
	c.Asked, c.OpenedAt = nil, s.At
	return nil
}

// Amend changes an open call. The deadline only moves later; a reason is told to every applicant.
func (c *Call) Amend(s Step, next Content) error {
	if !c.Can(ActionAmend, s.At) {
		return refuse(ActionAmend)
	}
	if len(c.Amendments) >= MaxAmendments {
		return apperr.New(apperr.Conflict, "calls.refuse.amendments")
	}
	if err := next.Complete(s.At); err != nil {
		return err
	}
	var f apperr.Fields
	f.Check(s.Reason != "", "reason", "calls.error.reason")
	f.Check(!next.Deadline.Before(c.Deadline), "deadline", "calls.error.earlier")
	f.Check(!next.QuestionsUntil.Before(c.QuestionsUntil), "questions_until", "calls.error.earlier")
	if err := f.Err(); err != nil {
		return err
	}
	before := c.Content
	if err := c.move(ActionAmend, s); err != nil {
		return err
	}
	c.Amendments = append(slices.Clip(c.Amendments), Amendment{Step: s, Before: before})
	c.Content = next
	return nil
}

// Close closes the call when its deadline is over; the snapshot of what was handed in is due from then on.
func (c *Call) Close(s Step) error {
	if err := c.move(ActionClose, s); err != nil {
		return err
	}
	c.SnapshotDue = true
	return nil
}

// Keep notes the closing snapshot.
func (c *Call) Keep(s Snapshot) {
	c.Snapshot, c.SnapshotDue = &s, false
}

// Review begins the review of what was handed in, once the snapshot is kept.
func (c *Call) Review(s Step) error {
	if c.Can(ActionReview, s.At) && c.Snapshot == nil {
		return apperr.New(apperr.Conflict, "calls.refuse.snapshot")
	}
	return c.move(ActionReview, s)
}

// Decide ends the review with a public summary; undecided is how many proposals still wait for their decision.
func (c *Call) Decide(s Step, outcome, outcomeEN string, undecided int64) error {
	if !c.Can(ActionDecide, s.At) {
		return refuse(ActionDecide)
	}
	if undecided > 0 {
		return apperr.New(apperr.Conflict, "calls.refuse.undecided", "count", undecided)
	}
	var f apperr.Fields
	f.Check(outcome != "", "outcome", "calls.error.required")
	f.Check(outcomeEN != "", "outcome_en", "calls.error.required")
	if err := f.Err(); err != nil {
		return err
	}
	c.Outcome, c.OutcomeEN = outcome, outcomeEN
	return c.move(ActionDecide, s)
}

// Archive puts a decided call away.
func (c *Call) Archive(s Step) error { return c.move(ActionArchive, s) }

// Cancel ends the call with a reason that everyone reads.
func (c *Call) Cancel(s Step) error {
	if err := c.demand(ActionCancel, s); err != nil {
		return err
	}
	c.SnapshotDue = false
	return nil
}

// Plan gives demonstration content the state that it came to; what is past its opening is closed with an empty list.
func (c *Call) Plan(state State, at time.Time) {
	c.Stage.state, c.OpenedAt = state, at
	c.History = []Move{{Step: Step{At: at}, Action: ActionRelease, From: Draft, To: Open}}
	if state != Open && state != Cancelled {
		c.Snapshot = &Snapshot{At: c.Deadline.Add(settleAfter)}
		c.History = append(c.History, Move{Step: Step{At: c.Deadline}, Action: ActionClose, From: Open, To: Closed})
	}
	if state == Cancelled {
		c.History = append(c.History, Move{Step: Step{At: at, Reason: "Contoh: anggaran dialihkan."}, Action: ActionCancel, From: Open, To: Cancelled})
	}
}

// NotTold tells how many amendments some applicant may not have been told of.
func (c Call) NotTold() bool { return c.Told < int64(len(c.Amendments)) }
