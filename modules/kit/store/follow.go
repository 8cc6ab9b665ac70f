package store

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"gotong/modules/kit/apperr"
)

// What a follower or holder waits after a failure, growing to the longest.
const (
	firstBackoff   = 100 * time.Millisecond
	longestBackoff = 30 * time.Second
	followChunk    = 200

	// keepEvery bounds how much of what a follower did is given to it again after a crash, and how often it writes its place.
	keepEvery = time.Second
)

// FollowLocal runs fn with the entries after from, in order, and blocks until ctx ends (then nil). The caller keeps
// the cursor, best in the same write as what it derives. Entries of which fn fails are given again.
func (db *DB) FollowLocal(ctx context.Context, from int64, fn func(context.Context, []Entry) error) error {
	wait := firstBackoff
	for ctx.Err() == nil {
		entries, err := db.feed.next(ctx, "", from)
		if err == nil && len(entries) == 0 {
			continue
		}
		if err == nil {
			err = fn(ctx, entries)
		}
		if err != nil {
			if ctx.Err() == nil {
				db.log.Warn("store: follower failed", "after", from, "err", err)
			}
			pause(ctx, wait)
			wait = min(2*wait, longestBackoff)
			continue
		}
		from, wait = entries[len(entries)-1].Seq, firstBackoff
	}
	return nil
}

const followerName, leaseName = "followers", "leases"

// cursor is the stored place of a shared follower.
type cursor struct {
	Epoch string `json:"epoch"`
	Seq   int64  `json:"seq"`
}

// FollowShared runs fn for each new entry, in order, on one replica at a time, and blocks until ctx ends (then nil).
// Delivery is at least once, from the first entry of the feed on: fn reads the document again, and what it makes has
// an id of name and sequence. An entry of which fn fails is given again.
func (db *DB) FollowShared(ctx context.Context, name string, fn func(context.Context, Entry) error) error {
	return db.followShared(ctx, name, func(ctx context.Context, entries []Entry) (done int, err error) {
		for done < len(entries) && err == nil {
			if err = fn(ctx, entries[done]); err == nil {
				done++
			}
		}
		return done, err
	})
}

// FollowSharedTogether is FollowShared for who does once what many entries ask for: fn takes the entries as they come,
// one at the end of the feed, up to 200 behind it. It is given all of them again where it fails. It must not change them.
func (db *DB) FollowSharedTogether(ctx context.Context, name string, fn func(context.Context, []Entry) error) error {
	return db.followShared(ctx, name, func(ctx context.Context, entries []Entry) (int, error) {
		if err := fn(ctx, entries); err != nil {
			return 0, err
		}
		return len(entries), nil
	})
}

// followShared gives fn entries, of which it does as many as it says.
func (db *DB) followShared(ctx context.Context, name string, fn func(context.Context, []Entry) (int, error)) error {
	return db.Lease(ctx, "follow/"+name, func(ctx context.Context) (err error) {
		at, raw, err := db.loadCursor(ctx, name)
		if err != nil {
			return err
		}
		kept, keptAt := at.Seq, time.Time{}
		// The place is kept even where ctx ended meanwhile: what fn did is done.
		keep := func() error {
			if at.Seq == kept {
				return nil
			}
			var err error
			raw, err = db.saveCursor(context.WithoutCancel(ctx), name, raw, at)
			kept, keptAt = at.Seq, time.Now()
			return err
		}
		defer func() { err = errors.Join(err, keep()) }()
		for {
			entries, err := db.feed.next(ctx, at.Epoch, at.Seq)
			if err != nil {
				return err
			}
			if len(entries) > 0 {
				epoch, err := db.feed.Epoch(ctx)
				if err != nil {
					return err
				}
				if epoch != at.Epoch {
					return errors.New("store: a new epoch of the feed began")
				}
				done, err := fn(ctx, entries)
				if done > 0 {
					at.Seq = entries[done-1].Seq
				}
				if err != nil {
					return err
				}
			}
			if len(entries) == 0 || time.Since(keptAt) >= keepEvery {
				if err := keep(); err != nil {
					return err
				}
			}
		}
	})
}

// FollowerAt tells how far a shared follower is.
func (db *DB) FollowerAt(ctx context.Context, name string) (int64, error) {
	at, _, err := db.loadCursor(ctx, name)
	return at.Seq, err
}

func (db *DB) loadCursor(ctx context.Context, name string) (cursor, []byte, error) {
	epoch, err := db.feed.Epoch(ctx)
	if err != nil {
		return cursor{}, nil, err
	}
	at := cursor{Epoch: epoch}
	raw, err := db.engine.Values().Get(ctx, followerName, name, db.Now().UnixMilli())
	if err != nil || raw == nil {
		return at, nil, unavailable(err)
	}
	var stored cursor
	if err := json.Unmarshal(raw, &stored); err != nil {
		return at, nil, err
	}
	if stored.Epoch == epoch {
		at = stored
	}
	return at, raw, nil
}

func (db *DB) saveCursor(ctx context.Context, name string, old []byte, at cursor) ([]byte, error) {
	raw, err := encodeJSON(at)
	if err != nil || bytes.Equal(raw, old) {
		return raw, err
	}
	var ok bool
	if old == nil {
		ok, err = db.engine.Values().Create(ctx, followerName, name, raw, 0, db.Now().UnixMilli())
	} else {
		ok, err = db.engine.Values().Swap(ctx, followerName, name, old, raw)
	}
	if err == nil && !ok {
		err = errors.New("store: another replica moved this follower")
	}
	return raw, unavailable(err)
}

// beat is a lease as stored. The holder counts N up; who sees the same token and N for the lease's term may take it.
type beat struct {
	Token string `json:"token"`
	N     int64  `json:"n"`
}

// Lease runs fn while this process holds the named lease, and again after fn failed or the lease was lost; it blocks
// until ctx ends (then nil), or until fn returns nil. fn's context ends when the lease is lost: what it still writes
// must be harmless (compare-and-set, or inserts with derived ids).
func (db *DB) Lease(ctx context.Context, name string, fn func(context.Context) error) error {
	wait := firstBackoff
	for ctx.Err() == nil {
		held, err := db.acquire(ctx, name)
		if err == nil {
			began := time.Now()
			err = db.hold(ctx, name, held, fn)
			if err == nil {
				return nil
			}
			if time.Since(began) > longestBackoff {
				wait = firstBackoff
			}
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // stopping is no failure
		}
		db.log.Warn("store: work under a lease failed", "lease", name, "err", err)
		pause(ctx, wait)
		wait = min(2*wait, longestBackoff)
	}
	return nil
}

// acquire blocks until the lease is ours or ctx ends. It gives the lease as stored.
func (db *DB) acquire(ctx context.Context, name string) ([]byte, error) {
	values := db.engine.Values()
	mine, err := encodeJSON(beat{Token: db.replica + "/" + NewID()})
	if err != nil {
		return nil, err
	}
	var seen []byte
	var since time.Time
	for {
		now := db.Now().UnixMilli()
		current, err := values.Get(ctx, leaseName, name, now)
		if err != nil {
			return nil, unavailable(err)
		}
		var b beat
		switch {
		case current == nil:
			if ok, err := values.Create(ctx, leaseName, name, mine, 0, now); err != nil || ok {
				return mine, unavailable(err)
			}
		case json.Unmarshal(current, &b) != nil || b.Token == "" || (bytes.Equal(current, seen) && time.Since(since) >= db.term):
			if ok, err := values.Swap(ctx, leaseName, name, current, mine); err != nil || ok {
				return mine, unavailable(err)
			}
		case !bytes.Equal(current, seen):
			seen, since = current, time.Now()
		}
		if !pause(ctx, db.term/10) {
			return nil, ctx.Err()
		}
	}
}

// hold beats while fn runs.
func (db *DB) hold(ctx context.Context, name string, held []byte, fn func(context.Context) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	done := make(chan error, 1)
	go func() { done <- fn(ctx) }()
	tick := time.NewTicker(db.term / 5)
	defer tick.Stop()
	lost := 0
	for {
		select {
		case err := <-done:
			released, _ := encodeJSON(beat{})
			free, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			defer stop()
			_, _ = db.engine.Values().Swap(free, leaseName, name, held, released) // else it lapses
			return err
		case <-tick.C:
			next, ok, err := db.beat(ctx, name, held)
			switch {
			case err == nil && ok:
				held, lost = next, 0
			case err == nil, lost >= 2: // taken by another, or three beats could not be stored
				cancel()
				<-done //nolint:errcheck // the lease's loss is what counts
				return apperr.Wrap(errors.New("store: lease lost"), apperr.Unavailable, "error.unavailable")
			default:
				lost++
			}
		}
	}
}

func (db *DB) beat(ctx context.Context, name string, held []byte) ([]byte, bool, error) {
	var b beat
	if err := json.Unmarshal(held, &b); err != nil {
		return nil, false, err
	}
	b.N++
	next, err := encodeJSON(b)
	if err != nil {
		return nil, false, err
	}
	ok, err := db.engine.Values().Swap(ctx, leaseName, name, held, next)
	return next, ok, err
}
