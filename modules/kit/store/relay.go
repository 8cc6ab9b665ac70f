package store

import (
	"context"
	"errors"
	"sync"
	"time"
)

// relay moves entries that wait in documents into the feed. It needs no lease: a taken number means read again, a
// known source means done, and within a document older entries go first, so any number of relays may run at once.
type relay struct {
	db   *DB
	mu   sync.Mutex // one append at a time here; replicas contend through the numbers
	last Stored     // the newest entry known, a guess
}

const (
	relayEvery     = 5 * time.Second
	relayChunk     = 100
	tombstoneAfter = time.Hour
)

// written follows each acknowledged write: its entry goes to the feed and who waits is woken. The write stands even
// where this fails; the relay loop repeats it.
func (db *DB) written(ctx context.Context, collection string, w *Write) {
	if db.engine.Outbox() != nil && w.Entry != nil {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), relayEvery)
		defer cancel()
		if err := db.relay.fresh(ctx, collection, w); err != nil {
			db.log.Warn("store: entry waits for the relay", "source", Source{collection, w.ID, w.Version}.String(), "err", err)
			return
		}
	}
	db.feed.wake()
}

// fresh relays what was just written. Older entries may wait before it, so the document is read unless it is new.
func (r *relay) fresh(ctx context.Context, collection string, w *Write) error {
	envs, err := r.db.engine.Documents().Read(ctx, collection, []string{w.ID})
	if err != nil || len(envs) == 0 {
		return err
	}
	return r.document(ctx, collection, &envs[0])
}

// document relays the waiting entries of one document, oldest first.
func (r *relay) document(ctx context.Context, collection string, env *Envelope) error {
	for _, out := range env.Out {
		source := Source{collection, env.ID, out.Version}
		if len(out.Personal) > 0 {
			if err := r.db.engine.Sides().PutSide(ctx, source, out.Personal); err != nil {
				return err
			}
		}
		if err := r.append(ctx, source, out.Content); err != nil {
			return err
		}
	}
	if len(env.Out) == 0 {
		return nil
	}
	return r.db.engine.Outbox().Drain(ctx, collection, env.ID, env.Out)
}

func (r *relay) append(ctx context.Context, source Source, content []byte) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		if r.last.Seq == 0 {
			last, err := r.db.engine.Log().Last(ctx)
			if err != nil {
				return err
			}
			r.last = last
		}
		next := Stored{Seq: r.last.Seq + 1, Source: source, Content: content, Prev: r.last.Hash}
		next.Hash = Seal(next.Prev, next.Seq, content)
		err := r.db.engine.Log().Append(ctx, next)
		switch {
		case err == nil:
			r.last = Stored{Seq: next.Seq, Hash: next.Hash}
			return nil
		case errors.Is(err, ErrKnown):
			return nil
		case errors.Is(err, ErrTaken):
			r.last = Stored{}
			if ctx.Err() != nil {
				return ctx.Err()
			}
		default:
			r.last = Stored{}
			return err
		}
	}
}

func (db *DB) relayLoop(ctx context.Context) {
	for {
		if err := db.Relay(ctx); err != nil && ctx.Err() == nil {
			db.log.Warn("store: relay failed", "err", err)
		}
		if !pause(ctx, relayEvery) {
			return
		}
	}
}

// Relay moves every waiting entry of the declared collections into the feed and collects old tombstones. Start does
// it every five seconds; it does nothing where entries are written with their change.
func (db *DB) Relay(ctx context.Context) error {
	outbox := db.engine.Outbox()
	if outbox == nil {
		return nil
	}
	names := []string{batchesName}
	for _, c := range db.declared() {
		if err := c.ensure(ctx); err != nil {
			return err
		}
		names = append(names, c.spec().Name)
	}
	for _, name := range names {
		if err := db.relayCollection(ctx, outbox, name); err != nil {
			return unavailable(err)
		}
	}
	return nil
}

func (db *DB) relayCollection(ctx context.Context, outbox Outbox, name string) error {
	for {
		pending, err := outbox.Pending(ctx, name, relayChunk)
		if err != nil {
			return err
		}
		for i := range pending {
			if err := db.relay.document(ctx, name, &pending[i]); err != nil {
				return err
			}
			db.feed.wake()
		}
		if len(pending) < relayChunk {
			break
		}
	}
	// A tombstone stays an hour, so that an insert which read the feed before a deletion cannot reuse its version.
	before := db.Now().Add(-tombstoneAfter).UnixMilli()
	for {
		gone, err := outbox.Tombstones(ctx, name, before, relayChunk)
		if err != nil {
			return err
		}
		for i := range gone {
			if err := db.engine.Documents().Remove(ctx, name, gone[i].ID, gone[i].Version); err != nil {
				return err
			}
		}
		if len(gone) < relayChunk {
			return nil
		}
	}
}
