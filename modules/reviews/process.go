// Package reviews is how proposals are judged: the administrative check, who reviews and who must not, scores that stay
// blind to each other until they are in, the third review where they lie apart, the discussion, the sheet of a call and
// the decision. The state of a proposal is the initiative's; this module asks for its moves.
package reviews

import (
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Process is the review of one round of one proposal, from the administrative check on.
type Process struct {
	Initiative domain.InitiativeID   `json:"initiative"`
	Round      int64                 `json:"round"`
	Call       domain.CallID         `json:"call"`
	Caller     domain.OrganizationID `json:"caller,omitempty"` // who made the call
	Check      Check                 `json:"check"`
	Rules      Rules                 `json:"rules"` // as they were when the review began
	Seats      []Seat                `json:"seats"`
	OpenedAt   time.Time             `json:"opened_at"`
	Closed     bool                  `json:"closed"` // it is decided
	MarkedAt   time.Time             `json:"marked_at"`
	Demo       bool                  `json:"demo,omitempty"`
}

// Rules are what a review goes by: the call's, or the portal's own for what no call asked for.
type Rules struct {
	Criteria  []Criterion `json:"criteria"`
	Reviewers int64       `json:"reviewers"`
	Spread    int64       `json:"spread"` // points of 100 between two reviews that call for one more
	Anonymous bool        `json:"anonymous"`
}

// Item is a question of the administrative check.
type Item string

// Items of the administrative check, in the order of the form.
var Items = []Item{"papers", "budget", "area", "partners", "personal", "duplicate"}

// Answer is what the check found of one item.
type Answer struct {
	OK   bool   `json:"ok"`
	Note string `json:"note"` // what is to be mended, where it is not
}

// Check is the administrative check of a proposal: passed, or returned with what is missing.
type Check struct {
	Answers   map[Item]Answer  `json:"answers"`
	Passed    bool             `json:"passed"`
	By        domain.AccountID `json:"by"`
	At        time.Time        `json:"at"`
	Operation string           `json:"operation"`
}

// Validate demands an answer to each item, and what is to be mended where one is not in order. Invalid, by field.
func (c Check) Validate() error {
	var f apperr.Fields
	whole := true
	for _, item := range Items {
		a, answered := c.Answers[item]
		f.Check(answered, "item_"+string(item), "reviews.error.answer")
		f.Check(!answered || a.OK || a.Note != "", "note_"+string(item), "reviews.error.note")
		checkPersonal(&f, "note_"+string(item), a.Note)
		whole = whole && a.OK
	}
	f.Check(len(f) > 0 || !c.Passed || whole, "result", "reviews.error.not_whole")
	f.Check(len(f) > 0 || c.Passed || !whole, "result", "reviews.error.nothing_missing")
	return f.Err()
}

// Tie is why somebody does not review.
type Tie string

// Ties: the first four are found by the portal, the others are declared.
const (
	TieOrganization Tie = "organization" // is of the proposer or of a partner
	TieAgreement    Tie = "agreement"    // an agreement with one of them within two years
	TieDeclared     Tie = "declared"     // declared before, of the same organisation
	TieReads        Tie = "reads"        // reads who proposes what is reviewed without names
	TieFamily       Tie = "family"
	TieWork         Tie = "work"
	TieMoney        Tie = "money"
	TieOther        Tie = "other"
)

// DeclaredTies are those that a reviewer may declare, in the order of the form.
var DeclaredTies = []Tie{TieFamily, TieWork, TieMoney, TieOther}

// Seat is a reviewer's place in a process.
type Seat struct {
	Account      domain.AccountID      `json:"account"`
	Organization domain.OrganizationID `json:"organization"` // of the mandate
	Third        bool                  `json:"third"`        // called by the spread
	By           domain.AccountID      `json:"by"`           // "" the portal
	At           time.Time             `json:"at"`
	DeclaredAt   time.Time             `json:"declared_at"` // that there is no conflict of interest
	RecusedAt    time.Time             `json:"recused_at"`
	Tie          Tie                   `json:"tie"`
	ReleasedAt   time.Time             `json:"released_at"`
}

// Holds tells whether the seat counts: neither recused nor released.
func (s Seat) Holds() bool { return s.RecusedAt.IsZero() && s.ReleasedAt.IsZero() }

// Opened tells whether the reviewer said to have no conflict of interest, which opens the proposal.
func (s Seat) Opened() bool { return s.Holds() && !s.DeclaredAt.IsZero() }

// Seat gives a reviewer's place that counts.
func (p Process) Seat(id domain.AccountID) (Seat, bool) {
	n := p.at(id)
	if n < 0 {
		return Seat{}, false
	}
	return p.Seats[n], true
}

func (p Process) at(id domain.AccountID) int {
	return slices.IndexFunc(p.Seats, func(s Seat) bool { return id != "" && s.Account == id && s.Holds() })
}

// Recused tells whether this account was found or declared to have a conflict of interest here.
func (p Process) Recused(id domain.AccountID) bool {
	return slices.ContainsFunc(p.Seats, func(s Seat) bool { return id != "" && s.Account == id && !s.RecusedAt.IsZero() })
}

// Held counts the seats that count.
func (p Process) Held() (n int64) {
	for _, s := range p.Seats {
		if s.Holds() {
			n++
		}
	}
	return n
}

// Recusals counts the reviewers who stood aside, for the public summary.
func (p Process) Recusals() (n int64) {
	seen := map[domain.AccountID]bool{}
	for _, s := range p.Seats {
		if !s.RecusedAt.IsZero() && !seen[s.Account] {
			seen[s.Account] = true
			n++
		}
	}
	return n
}

// Reviewing tells whether reviewers are at work or wanted.
func (p Process) Reviewing() bool { return p.Check.Passed && !p.Closed }

// Wanted is how many reviews the decision rests on, given those that are in: one more where their spread calls for it.
func (p Process) Wanted(in []Review) int64 {
	if int64(len(in)) >= p.Rules.Reviewers && Spread(p.Rules, in[:p.Rules.Reviewers]) >= float64(p.Rules.Spread) {
		return p.Rules.Reviewers + 1
	}
	return p.Rules.Reviewers
}

// Ready tells whether all reviews are in on which the decision rests.
func (p Process) Ready(in []Review) bool { return int64(len(in)) >= p.Wanted(in) }

// Complete tells whether the reviews that are blind to each other are all in.
func (p Process) Complete(in []Review) bool { return int64(len(in)) >= p.Rules.Reviewers }

// Assign gives reviewers their places; who has one keeps it. Conflict where one stood aside before, or where there are
// more than the rules ask for (and one for the spread).
func (p *Process) Assign(seats ...Seat) error {
	p.Seats = slices.Clone(p.Seats)
	for _, s := range seats {
		if _, has := p.Seat(s.Account); has {
			continue
		}
		if p.Recused(s.Account) {
			return apperr.New(apperr.Conflict, "reviews.refuse.recused")
		}
		p.Seats = append(p.Seats, s)
	}
	if p.Held() > p.Rules.Reviewers+1 {
		return apperr.New(apperr.Conflict, "reviews.refuse.seats", "max", p.Rules.Reviewers+1)
	}
	return nil
}

// Declare notes that a reviewer has no conflict of interest.
func (p *Process) Declare(id domain.AccountID, at time.Time) error {
	return p.change(id, func(s *Seat) {
		if s.DeclaredAt.IsZero() {
			s.DeclaredAt = at
		}
	})
}

// Recuse takes a reviewer out for a tie.
func (p *Process) Recuse(id domain.AccountID, tie Tie, at time.Time) error {
	return p.change(id, func(s *Seat) { s.RecusedAt, s.Tie = at, tie })
}

// Release gives a place free that the secretariat takes back: the reviewer is late, or asked for it.
func (p *Process) Release(id domain.AccountID, at time.Time) error {
	return p.change(id, func(s *Seat) { s.ReleasedAt = at })
}

func (p *Process) change(id domain.AccountID, fn func(*Seat)) error {
	n := p.at(id)
	if n < 0 {
		return apperr.New(apperr.NotFound, "error.not_found.text")
	}
	p.Seats = slices.Clone(p.Seats)
	fn(&p.Seats[n])
	return nil
}

func checkPersonal(f *apperr.Fields, name, text string) {
	if len(domain.FindPersonalNumbers(text)) > 0 {
		f.Add(name, "reviews.error.personal")
	}
}
