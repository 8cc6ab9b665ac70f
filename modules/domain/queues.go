package domain

import (
	"context"
	"time"

	"gotong/modules/kit/store"
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

// DeskList makes a queue of what a list keeps under the keys of those for whom it waits.
type DeskList[T any] struct {
	Name, Title string                        // as in Queue
	List        string                        // the list's name
	Keys        func(actor Actor) []store.Key // where the actor's tasks stand; none: actors like this one have no such tasks
	Read        func(ctx context.Context, q store.Query) (store.Page[T], error)
	// Keep makes a task of a document; false where it is not for the actor.
	Keep func(ctx context.Context, r QueueRequest, doc store.Doc[T]) (Wait, bool, error)
}

// mostPages is how many pages of the list are read for one page of the queue, which may so be short and still have a
// next one.
const mostPages = 10

// Queue is the queue of the list.
func (d DeskList[T]) Queue() Queue {
	return Queue{Name: d.Name, Title: d.Title, For: func(a Actor) bool { return len(d.Keys(a)) > 0 }, Read: d.page}
}

func (d DeskList[T]) page(ctx context.Context, r QueueRequest) (w Waits, err error) {
	q := store.Query{List: d.List, Any: d.Keys(r.Actor)}
	w.Next = r.Cursor
	for range mostPages {
		q.Cursor, q.Limit = w.Next, r.Limit-len(w.Items)
		page, err := d.Read(ctx, q)
		if err != nil {
			return w, err
		}
		for _, doc := range page.Items {
			wait, ok, err := d.Keep(ctx, r, doc)
			if err != nil {
				return w, err
			}
			if ok {
				w.Items = append(w.Items, wait)
			}
		}
		if w.Next = page.Next; w.Next == "" || len(w.Items) >= r.Limit {
			return w, nil
		}
	}
	return w, nil
}

// DeskKeys are a task's keys for each of the scopes: organisations, regions, "" for an office.
func DeskKeys(task string, scopes []string) []store.Key {
	keys := make([]store.Key, len(scopes))
	for i, scope := range scopes {
		keys[i] = store.KeyOf(task, scope)
	}
	return keys
}
