// Package progress is how initiatives run: milestones whose slips stay in the open, what was done with figures and
// photos, what was spent of each line of the budget, changes that need an approval, the report at the end, and those
// who follow it all. The state of an initiative is its own; this module asks for its moves.
package progress

import (
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
)

// Progress is how one initiative runs. It is made from the published proposal when something first happens.
type Progress struct {
	Initiative domain.InitiativeID   `json:"initiative"`
	Caller     domain.OrganizationID `json:"caller,omitempty"` // who made the call that it answers
	Milestones []Milestone           `json:"milestones"`
	Lines      []Line                `json:"lines"`
	Requests   []Request             `json:"requests"`
	Report     *Report               `json:"report"`
	Out        []Update              `json:"out"` // happened and not yet in the list of updates
	Demo       bool                  `json:"demo,omitempty"`
}

// Milestone is a step with the day it is due now, and every day it was due before.
type Milestone struct {
	Title  string      `json:"title"`
	Due    domain.Date `json:"due"`
	Slips  []Slip      `json:"slips"`
	DoneAt domain.Date `json:"done_at"`
	Note   string      `json:"note"`
}

// Slip is a milestone that moved: the old day stays.
type Slip struct {
	From   domain.Date      `json:"from"`
	To     domain.Date      `json:"to"`
	Reason string           `json:"reason"`
	By     domain.AccountID `json:"by"`
	At     time.Time        `json:"at"`
}

// Line is one line of the budget, in rupiah: approved and spent.
type Line struct {
	Item   string `json:"item"`
	Amount int64  `json:"amount"`
	Spent  int64  `json:"spent"`
}

// What is a kind of change that needs an approval.
type What string

// Changes that need an approval.
const (
	WhatUntil  What = "until"  // a later or earlier end
	WhatBudget What = "budget" // another amount of a line
	WhatScope  What = "scope"  // in words
)

// Whats in the order of the form.
var Whats = []What{WhatUntil, WhatBudget, WhatScope}

// Request is a change that the owner asks for, and the answer.
type Request struct {
	ID         string           `json:"id"`
	What       What             `json:"what"`
	Text       string           `json:"text"`
	Until      domain.Date      `json:"until"`
	Line       int64            `json:"line"` // from 1
	Amount     int64            `json:"amount"`
	By         domain.AccountID `json:"by"`
	At         time.Time        `json:"at"`
	Approved   bool             `json:"approved"`
	Answer     string           `json:"answer"`
	AnsweredBy domain.AccountID `json:"answered_by"`
	AnsweredAt time.Time        `json:"answered_at"`
}

// Open tells whether the request waits for its answer.
func (r Request) Open() bool { return r.AnsweredAt.IsZero() }

// Report is what an initiative leaves at its end.
type Report struct {
	Outputs string    `json:"outputs"`
	Open    string    `json:"open"` // why milestones are not done
	Lessons string    `json:"lessons"`
	Assets  string    `json:"assets"` // what becomes of goods and money that are left
	At      time.Time `json:"at"`
}

// Kind of what happened.
type Kind string

// Kinds of updates.
const (
	KindUpdate    Kind = "update"
	KindNote      Kind = "note" // for the partners only
	KindSlip      Kind = "slip"
	KindMilestone Kind = "milestone"
	KindSpending  Kind = "spending"
	KindRequest   Kind = "request"
	KindAnswer    Kind = "answer"
	KindReport    Kind = "report"
)

// Update is one thing that happened, on the timeline and in the list of those who follow. Kept for partners: Inside.
type Update struct {
	ID           string                `json:"id"`
	Initiative   domain.InitiativeID   `json:"initiative"`
	Kind         Kind                  `json:"kind"`
	At           time.Time             `json:"at"`
	By           domain.AccountID      `json:"by"`
	Organization domain.OrganizationID `json:"organization"` // "" the secretariat
	Title        string                `json:"title"`
	Text         string                `json:"text"`
	From         domain.Date           `json:"from"`
	To           domain.Date           `json:"to"`
	Amount       int64                 `json:"amount"` // rupiah
	Figures      []Figure              `json:"figures"`
	Photo        domain.DocumentID     `json:"photo"`
	Decision     Decision              `json:"decision,omitempty"` // of an answer
	Inside       bool                  `json:"inside"`
	Demo         bool                  `json:"demo,omitempty"`
}

// Decision is how a request was answered.
type Decision string

// Decisions on a request.
const (
	Approved Decision = "approved"
	Declined Decision = "declined"
)

// Figure is a quantity that was reached, as reported.
type Figure struct {
	Category domain.CategoryID `json:"category"`
	Unit     domain.UnitID     `json:"unit"`
	Quantity int64             `json:"quantity"`
}

// Bounds of what one initiative keeps.
const (
	maxSlips    = 20
	maxRequests = 50
	maxText     = 4000
	maxShort    = 200
)

// begin makes the progress of a proposal.
func begin(i Initiative) Progress {
	p := Progress{Initiative: i.ID, Caller: i.Caller, Demo: i.Demo}
	p.Milestones, p.Lines = slices.Clone(i.Milestones), slices.Clone(i.Lines)
	return p
}

func (p Progress) milestone(n int64) (Milestone, error) {
	if n < 1 || n > int64(len(p.Milestones)) {
		return Milestone{}, apperr.InvalidFields([]apperr.Field{{Name: "milestone", Message: apperr.Msg("progress.error.milestone")}})
	}
	return p.Milestones[n-1], nil
}

func (p *Progress) setMilestone(n int64, m Milestone) {
	p.Milestones = slices.Clone(p.Milestones)
	p.Milestones[n-1] = m
}

// Slip moves a milestone to another day, with the reason. The old day stays.
func (p *Progress) Slip(n int64, to domain.Date, reason string, by domain.AccountID, at time.Time) (Milestone, error) {
	m, err := p.milestone(n)
	if err != nil {
		return m, err
	}
	if m.DoneAt != "" {
		return m, apperr.New(apperr.Conflict, "progress.refuse.done")
	}
	if len(m.Slips) >= maxSlips {
		return m, apperr.New(apperr.Conflict, "progress.refuse.slips", "max", maxSlips)
	}
	var f apperr.Fields
	f.Check(to != "" && to != m.Due, "to", "progress.error.other_day")
	f.Check(reason != "", "reason", "progress.error.reason")
	checkPersonal(&f, "reason", reason)
	if err := f.Err(); err != nil {
		return m, err
	}
	m.Slips = append(slices.Clip(m.Slips), Slip{From: m.Due, To: to, Reason: reason, By: by, At: at})
	m.Due = to
	p.setMilestone(n, m)
	return m, nil
}

// Reach notes that a milestone is done.
func (p *Progress) Reach(n int64, day domain.Date, note string, now time.Time) (Milestone, error) {
	m, err := p.milestone(n)
	if err != nil {
		return m, err
	}
	if m.DoneAt != "" {
		return m, apperr.New(apperr.Conflict, "progress.refuse.done")
	}
	var f apperr.Fields
	f.Check(day != "" && day <= domain.DateOf(now), "day", "progress.error.past_day")
	checkPersonal(&f, "note", note)
	if err := f.Err(); err != nil {
		return m, err
	}
	m.DoneAt, m.Note = day, note
	p.setMilestone(n, m)
	return m, nil
}

// Spend adds to what was spent of a line; more than is approved needs a change first.
func (p *Progress) Spend(n, amount int64, note string) (Line, error) {
	var f apperr.Fields
	f.Check(n >= 1 && n <= int64(len(p.Lines)), "line", "progress.error.line")
	f.Check(amount > 0, "amount", "progress.error.amount")
	f.Check(note != "", "note", "progress.error.note")
	checkPersonal(&f, "note", note)
	if len(f) == 0 {
		l := p.Lines[n-1]
		f.Check(amount <= l.Amount-l.Spent, "amount", "progress.error.over", "left", l.Amount-l.Spent)
	}
	if err := f.Err(); err != nil {
		return Line{}, err
	}
	p.Lines = slices.Clone(p.Lines)
	p.Lines[n-1].Spent += amount
	return p.Lines[n-1], nil
}

// Ask notes a change that needs an approval.
func (p *Progress) Ask(r Request) error {
	if len(p.Requests) >= maxRequests {
		return apperr.New(apperr.Conflict, "progress.refuse.requests", "max", maxRequests)
	}
	var f apperr.Fields
	f.Check(slices.Contains(Whats, r.What), "what", "progress.error.what")
	f.Check(r.Text != "", "text", "progress.error.reason")
	f.Check(r.What != WhatUntil || r.Until > domain.DateOf(r.At), "until", "progress.error.future")
	if r.What == WhatBudget {
		f.Check(r.Line >= 1 && r.Line <= int64(len(p.Lines)), "line", "progress.error.line")
		f.Check(r.Amount > 0, "amount", "progress.error.amount")
		if len(f) == 0 {
			f.Check(r.Amount >= p.Lines[r.Line-1].Spent, "amount", "progress.error.below_spent")
		}
	}
	checkPersonal(&f, "text", r.Text)
	if err := f.Err(); err != nil {
		return err
	}
	p.Requests = append(slices.Clip(p.Requests), r)
	return nil
}

// Decide answers a request; an approved budget counts from now on.
func (p *Progress) Decide(id string, approved bool, answer string, by domain.AccountID, at time.Time) (Request, error) {
	n := slices.IndexFunc(p.Requests, func(r Request) bool { return r.ID == id })
	if n < 0 {
		return Request{}, apperr.New(apperr.NotFound, "error.not_found.text")
	}
	r := p.Requests[n]
	if !r.Open() {
		return r, apperr.New(apperr.Conflict, "progress.refuse.answered")
	}
	var f apperr.Fields
	f.Check(answer != "", "answer", "progress.error.reason")
	checkPersonal(&f, "answer", answer)
	if err := f.Err(); err != nil {
		return r, err
	}
	r.Approved, r.Answer, r.AnsweredBy, r.AnsweredAt = approved, answer, by, at
	p.Requests = slices.Clone(p.Requests)
	p.Requests[n] = r
	if approved && r.What == WhatBudget {
		if r.Amount < p.Lines[r.Line-1].Spent {
			return r, apperr.New(apperr.Conflict, "progress.refuse.below_spent")
		}
		p.Lines = slices.Clone(p.Lines)
		p.Lines[r.Line-1].Amount = r.Amount
	}
	return r, nil
}

// Close takes the report at the end; milestones that are not done need a word.
func (p *Progress) Close(r Report) error {
	undone := slices.ContainsFunc(p.Milestones, func(m Milestone) bool { return m.DoneAt == "" })
	var f apperr.Fields
	f.Check(r.Outputs != "", "outputs", "progress.error.outputs")
	f.Check(!undone || r.Open != "", "open", "progress.error.undone")
	f.Check(r.Assets != "", "assets", "progress.error.assets")
	for _, x := range []struct{ name, text string }{{"outputs", r.Outputs}, {"open", r.Open}, {"lessons", r.Lessons}, {"assets", r.Assets}} {
		checkPersonal(&f, x.name, x.text)
	}
	if err := f.Err(); err != nil {
		return err
	}
	p.Report = &r
	return nil
}

// Spent is the sum over all lines; Approved what they allow.
func (p Progress) Spent() (spent, approved int64) {
	for _, l := range p.Lines {
		spent += l.Spent
		approved += l.Amount
	}
	return spent, approved
}

func checkPersonal(f *apperr.Fields, name, text string) {
	if len(domain.FindPersonalNumbers(text)) > 0 {
		f.Add(name, "progress.error.personal")
	}
}
