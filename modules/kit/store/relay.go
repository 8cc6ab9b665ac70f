package store

import (
	"context"
	"errors"
	"slices"
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

// writtenMany is written for many documents that were not there before: each holds but its first entry, so nothing is
// read and the entries travel together.
func (db *DB) writtenMany(ctx context.Context, collection string, writes []Write) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Minute)
	defer cancel()
	for chunk := range slices.Chunk(writes, relayChunk) {
		waiting := make([]Relayed, len(chunk))
		for i, w := range chunk {
			waiting[i] = Relayed{w.ID, []Outgoing{*w.Entry}}
		}
		if err := db.relay.documents(ctx, collection, waiting); err != nil {
			db.log.Warn("store: entries wait for the relay", "collection", collection, "err", err)
			break
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
	return r.documents(ctx, collection, []Relayed{{env.ID, env.Out}})
}

// documents relays entries that wait in documents, those of one document oldest first.
func (r *relay) documents(ctx context.Context, collection string, waiting []Relayed) error {
	var entries []Stored
	var erasing []Source
	for _, doc := range waiting {
		for _, out := range doc.Out {
			source := Source{collection, doc.ID, out.Version}
			e, err := decodeContent(out.Content)
			if err != nil {
				return err
			}
			if len(out.Personal) > 0 {
				if err := r.db.engine.Sides().PutSide(ctx, source, out.Personal); err != nil {
					return err
				}
			}
			entries = append(entries, Stored{Source: source, Content: out.Content, Trail: trailKeys(&e)})
			if e.Erases {
				erasing = append(erasing, source)
			}
		}
	}
	if len(entries) == 0 {
		return nil
	}
	if err := r.append(ctx, entries); err != nil {
		return err
	}
	for _, through := range erasing { // before the entry leaves the document: a crash here repeats it
		if _, err := r.db.engine.Sides().EraseSides(ctx, through); err != nil {
			return err
		}
	}
	return r.db.engine.Outbox().Drain(ctx, collection, waiting)
}

// append numbers and seals the entries and stores them in order.
func (r *relay) append(ctx context.Context, entries []Stored) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	for len(entries) > 0 {
		if r.last.Seq == 0 {
			last, err := r.db.engine.Log().Last(ctx)
			if err != nil {
				return err
			}
			r.last = last
		}
		prev := r.last
		for i := range entries {
			e := &entries[i]
			e.Seq, e.Prev = prev.Seq+1, prev.Hash
			e.Hash = Seal(e.Prev, e.Seq, e.Content)
			prev = *e
		}
		n, err := r.db.engine.Log().Append(ctx, entries)
		if n > 0 {
			r.last = Stored{Seq: entries[n-1].Seq, Hash: entries[n-1].Hash}
			r.db.feed.tail.push(entries[:n])
			entries = entries[n:]
		}
		switch {
		case err == nil:
		case errors.Is(err, ErrKnown):
			entries = entries[1:]
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
	return nil
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
		waiting := make([]Relayed, len(pending))
		for i := range pending {
			waiting[i] = Relayed{pending[i].ID, pending[i].Out}
		}
		if err := db.relay.documents(ctx, name, waiting); err != nil {
			return err
		}
		db.feed.wake()
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
