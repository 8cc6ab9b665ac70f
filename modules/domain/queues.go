package domain

import (
	"context"
	"time"

	"gotong/modules/kit/web"
)

// Queue is one kind of task that waits on desks, oldest first. It is served by a declared list of its module.
type Queue struct {
	Name  string // in the address of the desk, e.g. need-verify
	Title string // key of its text; TITLE_empty says that nothing waits
	// For tells whether actors like this one have such tasks at all.
	For func(actor Actor) bool
	// Read gives a page of what waits for the actor. BadRequest for a cursor of another queue.
	Read func(ctx context.Context, r QueueRequest) (Waits, error)
}

// QueueRequest asks for a page of a queue; Page is for texts and addresses.
type QueueRequest struct {
	Actor  Actor
	Page   web.Base
	Cursor string
	Limit  int
}

// Waits is one page of a queue; Next is "" at its end.
type Waits struct {
	Items []Wait
	Next  string
}

// Wait is one task: what it is about, what is to be done, since when it waits and until when it should be done.
type Wait struct {
	Title string
	Path  string // without language prefix
	Note  string // place, organisation
	Todo  string // in the reader's language; "" where the queue's title says it
	Since time.Time
	Due   time.Time // zero: no deadline
	Demo  bool
}

// Days within which a step should be done. They are what the portal promises to those who wait; nothing happens by
// itself when they are over, the desk shows the delay.
const (
	DaysToVerifyOrganization = 14
	DaysToVerifyNeed         = 14
	DaysToAdopt              = 14
	DaysToCorrect            = 30
	DaysToBeginReview        = 7
	DaysToReview             = 21
	DaysToDecide             = 7
	DaysToEvaluate           = 90
	DaysToAnswerReport       = 3
	DaysToApproveAccount     = 3
)

// DueAfter gives the deadline of a step that waits since then.
func DueAfter(since time.Time, days int) time.Time { return since.AddDate(0, 0, days) }

// ReadQueue fills a page of a queue from pages of a list: read gives the next page at a cursor, keep makes tasks of what
// is for the actor. It reads at most ten pages, so that a page may be short and still have a next one.
func ReadQueue[D any](cursor string, limit int, read func(cursor string, limit int) ([]D, string, error), keep func(D) (Wait, bool, error)) (w Waits, err error) {
	const most = 10
	w.Next = cursor
	for range most {
		docs, next, err := read(w.Next, limit-len(w.Items))
		if err != nil {
			return w, err
		}
		for _, d := range docs {
			wait, ok, err := keep(d)
			if err != nil {
				return w, err
			}
			if ok {
				w.Items = append(w.Items, wait)
			}
		}
		if w.Next = next; next == "" || len(w.Items) >= limit {
			return w, nil
		}
	}
	return w, nil
}
