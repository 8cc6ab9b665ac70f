package store

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// tail is the newest part of the feed, read once for all followers of this process: a change costs one reading of the
// feed however many follow it, and none where the relay of this process brought it in. Entries never change, so what
// was read stays right; a new epoch begins another tail.
type tail struct {
	mu      sync.Mutex
	epoch   string
	entries []Entry // without a gap, oldest first
	last    int64   // number of the newest entry; where there is none, from where it reads on

	// When it was last read to its end, and the bell that had not rung before.
	at   time.Time
	bell <-chan struct{}

	missed atomic.Bool // something was added here and could not be pushed
}

const tailKept = 2 * followChunk

// next gives the entries after a number as soon as there is one: at once after a change made here, else within a
// second; none where a second brought none. The entries are shared: they must not be changed. It ends with ctx's error.
func (f *Feed) next(ctx context.Context, epoch string, after int64) ([]Entry, error) {
	bell := f.ring()
	entries, err := f.tail.after(ctx, f, epoch, after, bell)
	if err != nil || len(entries) > 0 {
		return entries, err
	}
	t := time.NewTimer(pollEvery)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-bell:
	case <-t.C:
		return nil, nil
	}
	return f.tail.after(ctx, f, epoch, after, f.ring())
}

// after gives up to a chunk of entries after a number, none where there is none yet. The epoch "" is any.
func (t *tail) after(ctx context.Context, f *Feed, epoch string, after int64, bell <-chan struct{}) ([]Entry, error) {
	t.mu.Lock()
	if epoch != "" && epoch != t.epoch {
		t.epoch = epoch
		t.restart(after)
	}
	if after < t.last-int64(len(t.entries)) { // far behind: it reads for itself
		t.mu.Unlock()
		return f.After(ctx, after, followChunk)
	}
	defer t.mu.Unlock()
	if after > t.last { // the first who follows, or one that read for itself meanwhile
		t.restart(after)
	}
	if after == t.last && !t.fresh(f, bell) {
		if err := t.read(ctx, f, bell); err != nil {
			return nil, err
		}
	}
	from := len(t.entries) - int(t.last-after)
	to := min(from+followChunk, len(t.entries))
	return t.entries[from:to:to], nil
}

func (t *tail) restart(after int64) {
	t.entries, t.last, t.at = nil, after, time.Time{}
}

// fresh tells whether nothing can have been added here since the end was read. What other processes add is seen when
// a second has passed.
func (t *tail) fresh(f *Feed, bell <-chan struct{}) bool {
	relayed := f.db.engine.Outbox() != nil // what is added here is pushed
	return time.Since(t.at) < pollEvery && (relayed && !t.missed.Load() || t.bell == bell)
}

// read takes in what came after the newest entry.
func (t *tail) read(ctx context.Context, f *Feed, bell <-chan struct{}) error {
	t.missed.Store(false)
	more, err := f.After(ctx, t.last, followChunk)
	if err != nil {
		t.at = time.Time{}
		return err
	}
	if len(more) < followChunk {
		t.at, t.bell = time.Now(), bell
	}
	t.add(more)
	return nil
}

func (t *tail) add(more []Entry) {
	if len(more) == 0 {
		return
	}
	if old := len(t.entries); old+len(more) > tailKept { // those who still hold the old slice keep it
		t.entries = slices.Clone(t.entries[old+len(more)-tailKept:])
	}
	t.entries, t.last = append(t.entries, more...), more[len(more)-1].Seq
}

// push takes in what this process has just added to the feed. Where a reading is on its way, or something of another
// process lies between, all of it is read; a writer never waits for that.
func (t *tail) push(stored []Stored) {
	if !t.mu.TryLock() {
		t.missed.Store(true)
		return
	}
	defer t.mu.Unlock()
	entries, err := entriesOf(stored)
	if err != nil || len(entries) > followChunk || entries[0].Seq > t.last+1 {
		t.missed.Store(true)
	} else if entries[0].Seq == t.last+1 {
		t.add(entries)
	}
}
