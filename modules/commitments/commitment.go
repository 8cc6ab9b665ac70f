// Package commitments joins one offer and one need with a quantity, from the first message to the village's
// confirmation, and keeps the accounts by which accepted quantities never exceed a need nor an offer.
package commitments

import (
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// State of a commitment.
type State string

// States of workflow.md, section 4.
const (
	StateInterest   State = "interest"
	StateProposed   State = "proposed"
	StateAccepted   State = "accepted"
	StateAgreed     State = "agreed"
	StateDelivering State = "delivering"
	StateDelivered  State = "delivered"
	StateConfirmed  State = "confirmed"
	StateDisputed   State = "disputed"
	StateEvaluated  State = "evaluated"
	StateDeclined   State = "declined"
	StateCancelled  State = "cancelled"
	StateExpired    State = "expired"
)

// States lists them in the order of the workflow.
var States = []State{StateInterest, StateProposed, StateAccepted, StateAgreed, StateDelivering, StateDelivered,
	StateConfirmed, StateDisputed, StateEvaluated, StateDeclined, StateCancelled, StateExpired}

// Side is in whose name a move is made.
type Side string

// Sides.
const (
	SideProposer  Side = "proposer"  // the organisation of the initiative, which also delivers
	SideVillage   Side = "village"   // the government of the village that asks
	SideVerifier  Side = "verifier"  // the area verifier, who settles disputes
	SideEvaluator Side = "evaluator" // academia or an independent party
	SideSystem    Side = "system"    // clock or sum
)

// Sides lists them.
var Sides = []Side{SideProposer, SideVillage, SideVerifier, SideEvaluator, SideSystem}

type step struct {
	from State
	side Side
	to   State
}

// moves is the table of workflow.md, section 4: nothing is skipped, and going back happens only where a row says so.
var moves = map[step]bool{
	{StateInterest, SideProposer, StateProposed}:    true,
	{StateInterest, SideProposer, StateDeclined}:    true,
	{StateInterest, SideVillage, StateDeclined}:     true,
	{StateProposed, SideVillage, StateAccepted}:     true,
	{StateProposed, SideVillage, StateDeclined}:     true,
	{StateProposed, SideProposer, StateCancelled}:   true,
	{StateProposed, SideSystem, StateExpired}:       true,
	{StateAccepted, SideProposer, StateAgreed}:      true,
	{StateAccepted, SideVillage, StateAgreed}:       true,
	{StateAccepted, SideProposer, StateCancelled}:   true,
	{StateAccepted, SideVillage, StateCancelled}:    true,
	{StateAgreed, SideProposer, StateDelivering}:    true,
	{StateAgreed, SideProposer, StateCancelled}:     true,
	{StateAgreed, SideVillage, StateCancelled}:      true,
	{StateDelivering, SideProposer, StateDelivered}: true,
	{StateDelivered, SideVillage, StateConfirmed}:   true,
	{StateDelivered, SideVillage, StateDisputed}:    true,
	{StateDisputed, SideVerifier, StateConfirmed}:   true,
	{StateDisputed, SideVerifier, StateDelivering}:  true,
	{StateDisputed, SideVerifier, StateCancelled}:   true,
	{StateConfirmed, SideEvaluator, StateEvaluated}: true,
}

// Hand is who makes a move: in whose name, on behalf of which organisation, when, by which form.
type Hand struct {
	Side         Side
	Account      domain.AccountID
	Organization domain.OrganizationID
	At           time.Time
	Operation    string
	Via          *Via // the link or code by which the village's word came; nil in the portal
}

// Move is one entry of a commitment's history.
type Move struct {
	From         State                 `json:"from,omitempty"`
	To           State                 `json:"to"`
	Side         Side                  `json:"side"`
	Account      domain.AccountID      `json:"account,omitempty"`
	Organization domain.OrganizationID `json:"organization,omitempty"`
	At           time.Time             `json:"at"`
	Reason       string                `json:"reason,omitempty"`
	Document     domain.DocumentID     `json:"document,omitempty"`
	Operation    string                `json:"operation,omitempty"`
	Via          *Via                  `json:"via,omitempty"`
}

// Pending marks a commitment whose acceptance is on its way through the accounts. Attempt is the version of the
// document that carries the mark; it orders attempts, so that a late one cannot disturb a newer one. Undo: the
// attempt was refused and its holds are being given back.
type Pending struct {
	Attempt int64     `json:"attempt"`
	Since   time.Time `json:"since"`
	By      Hand      `json:"by"`
	Undo    bool      `json:"undo,omitempty"`
}

// Commitment is one offer for one need with a quantity, in whole units of the category's unit. Titles and names are
// those at the time of the proposal.
type Commitment struct {
	Need                domain.NeedID         `json:"need"`
	NeedTitle           string                `json:"need_title"`
	Initiative          domain.InitiativeID   `json:"initiative"`
	InitiativeTitle     string                `json:"initiative_title"`
	Offer               domain.OfferID        `json:"offer"`
	Organization        domain.OrganizationID `json:"organization"`
	OrganizationName    string                `json:"organization_name"`
	Village             domain.RegionCode     `json:"village"`
	VillageName         string                `json:"village_name"`
	VillageOrganization domain.OrganizationID `json:"village_organization"`
	Category            domain.CategoryID     `json:"category"`
	Unit                domain.UnitID         `json:"unit"`
	Quantity            int64                 `json:"quantity"`
	From                domain.Date           `json:"from"`
	Until               domain.Date           `json:"until"`
	Conditions          string                `json:"conditions,omitempty"`
	Message             string                `json:"message"` // the first of the conversation
	Messages            []Message             `json:"messages,omitempty"`
	Versions            []Version             `json:"versions,omitempty"`
	AnswerBy            domain.Date           `json:"answer_by,omitempty"` // until when a proposal waits
	Reminded            domain.Date           `json:"reminded,omitempty"`  // the end that was pointed out
	State               State                 `json:"state"`
	Pending             *Pending              `json:"pending,omitempty"`
	Agreement           *Agreement            `json:"agreement,omitempty"`
	Obligations         []Obligation          `json:"obligations,omitempty"`
	Deliveries          []Delivery            `json:"deliveries,omitempty"`
	Items               []Item                `json:"items,omitempty"`    // what is handed over, piece by piece
	Handover            string                `json:"handover,omitempty"` // SHA-256 of the record that ended the delivery
	ProposerReview      *Review               `json:"proposer_review,omitempty"`
	VillageReview       *Review               `json:"village_review,omitempty"`
	Renews              domain.CommitmentID   `json:"renews,omitempty"` // the one that this goes on from
	Dispute             *Dispute              `json:"dispute,omitempty"`
	Disputes            []Dispute             `json:"disputes,omitempty"` // earlier ones
	Links               []LinkRef             `json:"links,omitempty"`    // by which the village can answer without an account
	Basis               []Basis               `json:"basis,omitempty"`    // of the evaluation
	History             []Move                `json:"history"`
	Created             time.Time             `json:"created"`
	Demo                bool                  `json:"demo,omitempty"`
}

// Dispute is what the village says against a handover, and how the area's verifier settled it.
type Dispute struct {
	Words    string    `json:"words"`
	At       time.Time `json:"at"`
	Reply    string    `json:"reply,omitempty"` // of the proposer
	Replied  time.Time `json:"replied,omitzero"`
	Decision State     `json:"decision,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Settled  time.Time `json:"settled,omitzero"`
}

// MaxQuantity bounds a quantity, so that sums stay far from overflow.
const MaxQuantity = 1_000_000_000_000_000

// MaxDeliveries bounds the parts in which a commitment is delivered.
const MaxDeliveries = 200

// May tells whether that side may make that move from the present state.
func (c *Commitment) May(side Side, to State) bool {
	return c.Pending == nil && moves[step{c.State, side, to}]
}

// move changes the state or refuses: Conflict with a word about the present state.
func (c *Commitment) move(h Hand, to State, reason string) error {
	if c.Pending != nil {
		return apperr.New(apperr.Conflict, "commitments.error.pending")
	}
	if !moves[step{c.State, h.Side, to}] {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	c.note(h, to, reason)
	return nil
}

func (c *Commitment) note(h Hand, to State, reason string) {
	c.History = append(c.History, Move{From: c.State, To: to, Side: h.Side, Account: h.Account, Organization: h.Organization,
		At: h.At, Reason: reason, Operation: h.Operation, Via: h.Via})
	c.State = to
}

// Did tells whether a form's operation already made that move, so that a repeated post is a success.
func (c *Commitment) Did(operation string, to State) bool {
	for _, m := range c.History {
		if operation != "" && m.Operation == operation && m.To == to {
			return true
		}
	}
	return false
}

// Reserves tells whether the quantity is held on both accounts.
func (s State) Reserves() bool {
	switch s {
	case StateAccepted, StateAgreed, StateDelivering, StateDelivered, StateDisputed:
		return true
	}
	return false
}

// Ended tells whether nothing more is delivered.
func (s State) Ended() bool {
	switch s {
	case StateConfirmed, StateEvaluated, StateDeclined, StateCancelled, StateExpired:
		return true
	}
	return false
}

// Accepted tells whether the commitment was ever accepted.
func (c *Commitment) Accepted() bool {
	for _, m := range c.History {
		if m.To == StateAccepted {
			return true
		}
	}
	return false
}

// Delivered is what was reported as delivered and not denied by the village.
func (c *Commitment) Delivered() int64 {
	var sum int64
	for _, d := range c.Deliveries {
		sum += d.Quantity - d.Denied
	}
	return sum
}

// Confirmed is what the village confirmed.
func (c *Commitment) Confirmed() int64 {
	var sum int64
	for _, d := range c.Deliveries {
		sum += d.Confirmed
	}
	return sum
}

// Tally sums up the deliveries. A delivery confirmed in part has its own grade for the rest.
func (c *Commitment) Tally() (t Tally) {
	for _, d := range c.Deliveries {
		t.Delivered += d.Quantity - d.Denied
		t.Confirmed += d.Confirmed
		switch open := d.Open(); d.Grade {
		case domain.GradeDocumented:
			t.Documented += open
		case domain.GradeDatedPhoto:
			t.Photo += open
		case domain.GradeVerified:
			t.Verified += d.Confirmed
		}
	}
	return t
}

// Kept is what counts as committed: the whole quantity while it is reserved or after it was confirmed, what was
// delivered after it was cancelled, nothing before it was accepted.
func (c *Commitment) Kept() int64 {
	switch {
	case c.State.Reserves():
		return c.Quantity
	case !c.Accepted():
		return 0
	case c.State == StateConfirmed || c.State == StateEvaluated:
		return c.Quantity
	}
	return c.Delivered()
}

// Late tells whether the promised end has passed before all was delivered.
func (c *Commitment) Late(today domain.Date) bool {
	switch c.State {
	case StateAccepted, StateAgreed, StateDelivering:
		return c.Until != "" && c.Until < today
	}
	return false
}

// Propose states quantity, dates and conditions: interest → proposed.
func (c *Commitment) Propose(h Hand) error {
	if err := c.move(h, StateProposed, ""); err != nil {
		return err
	}
	c.Versions = append(c.Versions, c.present(h))
	return nil
}

// Decline ends a conversation or a proposal.
func (c *Commitment) Decline(h Hand, reason string) error {
	return c.moveWithReason(h, StateDeclined, reason)
}

// Cancel withdraws a proposal, or ends an accepted or agreed commitment.
func (c *Commitment) Cancel(h Hand, reason string) error {
	return c.moveWithReason(h, StateCancelled, reason)
}

// Expire ends a proposal that nobody answered until its last day.
func (c *Commitment) Expire(h Hand, today domain.Date) error {
	if c.deadline() >= today {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	return c.move(h, StateExpired, "")
}

// Evaluate records that an evaluator has judged the confirmed result, after both sides did, by these papers. Errors: Invalid,
// Conflict.
func (c *Commitment) Evaluate(h Hand, words string, papers []domain.Citation) error {
	if c.State == StateConfirmed && (c.ProposerReview == nil || c.VillageReview == nil) {
		return apperr.New(apperr.Conflict, "commitments.error.review_missing")
	}
	if err := c.moveWithReason(h, StateEvaluated, words); err != nil {
		return err
	}
	c.Basis = nil
	for _, p := range papers {
		c.Basis = append(c.Basis, Basis{p.ID, p.SHA256})
	}
	return nil
}

func (c *Commitment) moveWithReason(h Hand, to State, reason string) error {
	if err := checkWords("reason", reason, true); err != nil {
		return err
	}
	return c.move(h, to, reason)
}

// BeginAccept marks a proposal as on its way through the accounts; attempt is the version that the marked document
// will have.
func (c *Commitment) BeginAccept(h Hand, attempt int64) error {
	if c.Pending != nil || !moves[step{c.State, h.Side, StateAccepted}] {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	if c.proposedBy() != SideProposer {
		return apperr.New(apperr.Conflict, "commitments.error.counter_open")
	}
	c.Pending = &Pending{Attempt: attempt, Since: h.At, By: h}
	return nil
}

// FinishAccept makes the marked proposal accepted; both accounts hold its quantity.
func (c *Commitment) FinishAccept() error {
	if c.Pending == nil || c.Pending.Undo || c.State != StateProposed {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	h := c.Pending.By
	c.Pending = nil
	return c.move(h, StateAccepted, "")
}

// UndoAccept turns the mark: from now on this attempt cannot be finished, and its holds are given back.
func (c *Commitment) UndoAccept() error {
	if c.Pending == nil {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	p := *c.Pending
	p.Undo = true
	c.Pending = &p
	return nil
}

// ClearAccept takes away the mark of an undone attempt.
func (c *Commitment) ClearAccept() error {
	if c.Pending == nil || !c.Pending.Undo {
		return apperr.New(apperr.Conflict, "commitments.error.move")
	}
	c.Pending = nil
	return nil
}
