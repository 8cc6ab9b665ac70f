package store

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Feed is every change of every record in one dense order, from number 1 on.
type Feed struct {
	db   *DB
	mu   sync.Mutex
	bell chan struct{} // closed at the next change made here
	tail tail
}

func newFeed(db *DB) *Feed { return &Feed{db: db, bell: make(chan struct{})} }

// Feed gives the feed.
func (db *DB) Feed() *Feed { return db.feed }

const maxFeedPage = 1000

// After gives the entries from seq+1 on, oldest first; at most limit, 1000 at most.
func (f *Feed) After(ctx context.Context, seq int64, limit int) ([]Entry, error) {
	stored, err := f.db.engine.Log().After(ctx, seq, clampFeed(limit))
	if err != nil {
		return nil, unavailable(err)
	}
	return entriesOf(stored)
}

// Last gives the newest number, 0 for an empty feed.
func (f *Feed) Last(ctx context.Context) (int64, error) {
	last, err := f.db.engine.Log().Last(ctx)
	return last.Seq, unavailable(err)
}

// Recent gives entries below a number, newest first (0: from the newest on). The rows of a batch are left out: the
// batch has one entry of its own.
func (f *Feed) Recent(ctx context.Context, beforeSeq int64, limit int) ([]Entry, error) {
	page, err := f.Trail(ctx, TrailFilter{}, beforeSeq, limit)
	return page.Entries, err
}

func clampFeed(limit int) int {
	if limit <= 0 {
		return 100
	}
	return min(limit, maxFeedPage)
}

// Verify reads the whole feed and checks that it is dense, that every hash follows from its predecessor's and the
// content, and that personal values are as they were written or erased by an act of the feed. The error names the first entry that does not fit; checked is how many did.
func (f *Feed) Verify(ctx context.Context) (checked int64, err error) {
	prev, seq := "", int64(0)
	sides := sidesCheck{db: f.db, gone: map[[2]string]int64{}}
	for {
		stored, err := f.db.engine.Log().After(ctx, seq, maxFeedPage)
		if err != nil {
			return checked, unavailable(err)
		}
		for i := range stored {
			s := &stored[i]
			e, err := entryOf(s)
			switch {
			case err != nil:
				return checked, fmt.Errorf("feed entry %d: %w", s.Seq, err)
			case s.Seq != seq+1:
				return checked, fmt.Errorf("feed entry %d is missing, %d follows %d", seq+1, s.Seq, seq)
			case s.Prev != prev:
				return checked, fmt.Errorf("feed entry %d does not name the hash of its predecessor", s.Seq)
			case s.Hash != Seal(prev, s.Seq, s.Content):
				return checked, fmt.Errorf("feed entry %d was altered: its hash does not fit", s.Seq)
			case e.Source != s.Source.String():
				return checked, fmt.Errorf("feed entry %d lies under %s but is of %s", s.Seq, s.Source, e.Source)
			}
			if err := sides.see(ctx, &e); err != nil {
				return checked, fmt.Errorf("feed entry %d: %w", s.Seq, err)
			}
			prev, seq = s.Hash, s.Seq
			checked++
		}
		if len(stored) < maxFeedPage {
			return checked, sides.rest()
		}
	}
}

// pollEvery is how long a change made by another process may go unseen.
const pollEvery = time.Second

// Wait returns when an entry above seq is there: at once for a change made here, else within a second. It ends with
// ctx's error.
func (f *Feed) Wait(ctx context.Context, after int64) error {
	for {
		bell := f.ring()
		last, err := f.Last(ctx)
		if err == nil && last > after {
			return nil
		}
		t := time.NewTimer(pollEvery)
		select {
		case <-ctx.Done():
			t.Stop()
			return ctx.Err()
		case <-bell:
			t.Stop()
		case <-t.C:
		}
	}
}

// Look makes the followers of this process read the feed now, for somebody who knows that another process added to it.
func (f *Feed) Look() {
	f.tail.missed.Store(true)
	f.wake()
}

func (f *Feed) ring() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.bell
}

func (f *Feed) wake() {
	f.mu.Lock()
	close(f.bell)
	f.bell = make(chan struct{})
	f.mu.Unlock()
}

const metaName, epochKey = "meta", "epoch"

// Epoch names the present life of the feed. A restore begins a new one; a local follower that kept its cursor under
// another epoch rebuilds.
func (f *Feed) Epoch(ctx context.Context) (string, error) {
	values, now := f.db.engine.Values(), f.db.Now().UnixMilli()
	for {
		v, err := values.Get(ctx, metaName, epochKey, now)
		if err != nil || v != nil {
			return string(v), unavailable(err)
		}
		if _, err := values.Create(ctx, metaName, epochKey, []byte(NewID()), 0, now); err != nil {
			return "", unavailable(err)
		}
	}
}

// NewEpoch begins a new epoch, after a restore: every follower begins again.
func (f *Feed) NewEpoch(ctx context.Context) (string, error) {
	epoch := NewID()
	return epoch, unavailable(f.db.engine.Values().Put(ctx, metaName, epochKey, []byte(epoch), 0))
}
