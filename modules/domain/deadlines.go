package domain

import (
	"sync/atomic"
	"time"
)

// Deadline is a step that should be done within so many days; 0 is a step without one. What the portal promises to
// those who wait: nothing happens by itself when the days are over, the desk shows the delay.
type Deadline int

// Steps that have a deadline.
const (
	NoDeadline Deadline = iota
	DaysToVerifyOrganization
	DaysToVerifyNeed
	DaysToAdopt
	DaysToCorrect
	DaysToBeginReview
	DaysToReview
	DaysToDecide
	DaysToEvaluate
	DaysToAnswerReport
	DaysToApproveAccount
)

// Deadlines gives the days of each step.
type Deadlines [DaysToApproveAccount + 1]int

var usual = Deadlines{
	DaysToVerifyOrganization: 14, DaysToVerifyNeed: 14, DaysToAdopt: 14, DaysToCorrect: 30, DaysToBeginReview: 7,
	DaysToReview: 21, DaysToDecide: 7, DaysToEvaluate: 90, DaysToAnswerReport: 3, DaysToApproveAccount: 3,
}

var deadlines atomic.Pointer[Deadlines]

// SetDeadlines has the whole process promise these days, as its configuration says; steps without days keep the usual
// ones.
func SetDeadlines(d Deadlines) {
	for step, days := range d {
		if days == 0 {
			d[step] = usual[step]
		}
	}
	deadlines.Store(&d)
}

// Days are those within which the step should be done.
func (d Deadline) Days() int {
	if now := deadlines.Load(); now != nil {
		return now[d]
	}
	return usual[d]
}

// DueAfter gives the deadline of a step that waits since then.
func DueAfter(since time.Time, step Deadline) time.Time { return since.AddDate(0, 0, step.Days()) }
