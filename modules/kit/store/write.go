package store

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"gotong/modules/kit/apperr"
)

// Item is one document of a bulk insert. At is its Created where it is not zero.
type Item[T any] struct {
	ID   string
	Body T
	At   time.Time
	// Expect is for Batch.Stage: the version that was seen when Body was made, 0 where nothing was there. Where it has
	// changed since, Apply refuses the batch. nil takes what is there when the row is staged.
	Expect *int64
}

// Insert stores a new document. Conflict where the id exists, unless this very operation made it: then what is stored
// is returned as a success.
func (r *Records[T]) Insert(ctx context.Context, id string, body T, c Change) (Doc[T], error) {
	if err := apperr.Refused(ctx); err != nil {
		return Doc[T]{}, err
	}
	if id == "" {
		return Doc[T]{}, fmt.Errorf("store: %s: insert without id", r.name)
	}
	if err := r.ensure(ctx); err != nil {
		return Doc[T]{}, err
	}
	now := r.db.Now()
	base, expect, err := r.firstVersion(ctx, id)
	if err != nil {
		return Doc[T]{}, err
	}
	for range 3 {
		w, err := r.write(nil, id, base+1, now.UnixMilli(), now, body, c)
		if err != nil {
			return Doc[T]{}, err
		}
		var done bool
		if expect > 0 { // over a tombstone
			done, err = r.db.engine.Documents().Update(ctx, r.name, w, expect)
		} else {
			var flags []bool
			flags, err = r.db.engine.Documents().Insert(ctx, r.name, []Write{w})
			done = err == nil && flags[0]
		}
		switch {
		case errors.Is(err, ErrKnown): // the id had a life before
			if base, expect, err = r.lastLife(ctx, id); err != nil {
				return Doc[T]{}, err
			}
			continue
		case err != nil:
			return Doc[T]{}, unavailable(err)
		case done:
			r.db.written(ctx, r.name, &w)
			return r.fresh(&w, body), nil
		}
		env, found, err := r.read(ctx, id)
		if err != nil {
			return Doc[T]{}, err
		}
		switch {
		case found && !env.Gone:
			return r.ours(ctx, &env, 0, c)
		case found:
			base, expect = env.Version, env.Version
		default:
			if base, expect, err = r.lastLife(ctx, id); err != nil {
				return Doc[T]{}, err
			}
		}
	}
	return Doc[T]{}, conflict(r.name, id)
}

// firstVersion gives the version before the one that an insert makes. Engines that write the feed themselves refuse a
// used source, so only with an outbox is the feed asked first.
func (r *Records[T]) firstVersion(ctx context.Context, id string) (base, expect int64, err error) {
	if r.db.engine.Outbox() == nil {
		return 0, 0, nil
	}
	return r.lastLife(ctx, id)
}

func (r *Records[T]) lastLife(ctx context.Context, id string) (base, expect int64, err error) {
	env, found, err := r.read(ctx, id)
	if err != nil {
		return 0, 0, err
	}
	if found {
		if env.Gone {
			return env.Version, env.Version, nil
		}
		return env.Version, 0, nil
	}
	last, err := r.db.engine.Log().Of(ctx, r.name, id, 1)
	if err != nil || len(last) == 0 {
		return 0, 0, unavailable(err)
	}
	return last[0].Source.Version, 0, nil
}

// Replace stores a new body over the version that was read. Conflict where the version moved, unless this very
// operation moved it: then what is stored is returned. NotFound where the document is gone. Unavailable where too many
// entries of it wait for the relay.
func (r *Records[T]) Replace(ctx context.Context, read Doc[T], body T, c Change) (Doc[T], error) {
	if err := apperr.Refused(ctx); err != nil {
		return Doc[T]{}, err
	}
	before, err := r.before(ctx, read)
	if err != nil {
		return Doc[T]{}, err
	}
	if before.Version != read.Version {
		return r.moved(ctx, read, c)
	}
	w, err := r.write(&before, read.ID, read.Version+1, before.Created.UnixMilli(), r.db.Now(), body, c)
	if err != nil {
		return Doc[T]{}, err
	}
	done, err := r.update(ctx, w, read.Version)
	if err != nil {
		return Doc[T]{}, err
	}
	if !done {
		return r.moved(ctx, read, c)
	}
	r.db.written(ctx, r.name, &w)
	return r.fresh(&w, body), nil
}

// Delete removes the version that was read. Conflict where the version moved. A repeat of the same operation is a
// success; otherwise NotFound where the document is gone.
func (r *Records[T]) Delete(ctx context.Context, read Doc[T], c Change) error {
	if err := apperr.Refused(ctx); err != nil {
		return err
	}
	before, err := r.before(ctx, read)
	if apperr.Is(err, apperr.NotFound) {
		return r.deleted(ctx, read.ID, c)
	}
	if err != nil {
		return err
	}
	if before.Version != read.Version {
		return conflict(r.name, read.ID)
	}
	now := r.db.Now()
	w := Write{Envelope: Envelope{ID: read.ID, Version: read.Version + 1, Schema: r.schema, Operation: c.Operation,
		Created: before.Created.UnixMilli(), Changed: now.UnixMilli(), Gone: true}}
	if w.Entry, err = r.entry(&w.Envelope, before.raw, now, c); err != nil {
		return err
	}
	done, err := r.update(ctx, w, read.Version)
	if err != nil {
		return err
	}
	if !done {
		env, found, err := r.read(ctx, read.ID)
		switch {
		case err != nil:
			return err
		case !found || env.Gone:
			return r.deleted(ctx, read.ID, c)
		}
		return conflict(r.name, read.ID)
	}
	r.db.written(ctx, r.name, &w)
	return nil
}

// deleted settles a delete of what is gone already.
func (r *Records[T]) deleted(ctx context.Context, id string, c Change) error {
	if c.Operation.ID == "" {
		return notFound(r.name, id)
	}
	if env, found, err := r.read(ctx, id); err != nil {
		return err
	} else if found && env.Gone && env.Operation == c.Operation {
		return nil
	}
	last, err := r.History(ctx, id, 1)
	if err != nil {
		return err
	}
	if len(last) == 1 && last[0].Deleted && last[0].Operation == c.Operation.ID {
		return nil
	}
	return notFound(r.name, id)
}

// before is the document as its read says, with the stored body; read again where the caller changed the version.
func (r *Records[T]) before(ctx context.Context, read Doc[T]) (Doc[T], error) {
	if len(read.raw) == 0 || read.rawVersion != read.Version {
		var err error
		if read, err = r.Get(ctx, read.ID); err != nil {
			return read, err
		}
	}
	if read.newer {
		return read, apperr.Wrap(fmt.Errorf("%s/%s was written by a newer version of the portal", r.name, read.ID),
			apperr.Unavailable, "error.unavailable")
	}
	return read, r.ensure(ctx)
}

// update writes once more after a relay where the document's outbox was full.
func (r *Records[T]) update(ctx context.Context, w Write, expect int64) (bool, error) {
	done, err := r.db.engine.Documents().Update(ctx, r.name, w, expect)
	if err != nil || done || r.db.engine.Outbox() == nil {
		return done, unavailable(err)
	}
	env, found, err := r.read(ctx, w.ID)
	if err != nil || !found || env.Version != expect || env.Gone || len(env.Out) < MaxOutgoing {
		return false, err
	}
	if err := r.db.relay.document(ctx, r.name, &env); err != nil {
		return false, apperr.Wrap(fmt.Errorf("%s/%s: %d entries wait: %w", r.name, w.ID, len(env.Out), err),
			apperr.Unavailable, "error.unavailable")
	}
	done, err = r.db.engine.Documents().Update(ctx, r.name, w, expect)
	return done, unavailable(err)
}

// moved answers a write that met another version: ours is a success.
func (r *Records[T]) moved(ctx context.Context, read Doc[T], c Change) (Doc[T], error) {
	env, found, err := r.read(ctx, read.ID)
	if err != nil {
		return Doc[T]{}, err
	}
	if !found || env.Gone {
		return Doc[T]{}, notFound(r.name, read.ID)
	}
	return r.ours(ctx, &env, read.Version+1, c)
}

// ours gives what is stored where the operation of c made it: the present version, or (at version, when not 0) an
// earlier one. Else Conflict.
func (r *Records[T]) ours(ctx context.Context, env *Envelope, version int64, c Change) (Doc[T], error) {
	if c.Operation.ID == "" {
		return Doc[T]{}, conflict(r.name, env.ID)
	}
	if env.Operation.ID == c.Operation.ID && (version == 0 || version == env.Version) {
		if env.Operation.Digest != c.Operation.Digest { // the same form with another input
			return Doc[T]{}, conflict(r.name, env.ID)
		}
		return r.decode(env)
	}
	entries, err := r.History(ctx, env.ID, 100)
	if err != nil {
		return Doc[T]{}, err
	}
	for _, out := range env.Out {
		e, err := decodeContent(out.Content)
		if err != nil {
			return Doc[T]{}, err
		}
		entries = append(entries, e)
	}
	for _, e := range entries {
		if e.Operation == c.Operation.ID && e.Digest == r.digest(c.Operation) && (version == 0 || version == e.Version) {
			return r.decode(env)
		}
	}
	return Doc[T]{}, conflict(r.name, env.ID)
}

// digest is what the feed may know of an operation's input: nothing where it holds personal values, since a hash of
// few possible inputs can be guessed.
func (r *Records[T]) digest(op Operation) string {
	if len(r.personal) > 0 {
		return ""
	}
	return op.Digest
}

// write makes the new state of a document and its entry.
func (r *Records[T]) write(before *Doc[T], id string, version, created int64, now time.Time, body T, c Change) (Write, error) {
	raw, err := encodeJSON(body)
	if err != nil {
		return Write{}, fmt.Errorf("store: write %s/%s: %w", r.name, id, err)
	}
	var old []byte
	if before != nil {
		old = before.raw
		if raw, err = keepUnknown(raw, old, r.known); err != nil {
			return Write{}, fmt.Errorf("store: write %s/%s: %w", r.name, id, err)
		}
	}
	keys, err := r.keysOf(id, body)
	if err != nil {
		return Write{}, err
	}
	w := Write{Envelope: Envelope{ID: id, Version: version, Schema: r.schema, Operation: c.Operation, Keys: keys,
		Created: created, Changed: now.UnixMilli(), Body: raw}}
	w.Entry, err = r.entry(&w.Envelope, old, now, c)
	return w, err
}

func (r *Records[T]) fresh(w *Write, body T) Doc[T] {
	return Doc[T]{ID: w.ID, Version: w.Version, Created: fromMilli(w.Created), Changed: fromMilli(w.Changed), Body: body,
		raw: w.Body, rawVersion: w.Version}
}

const manyChunk = 1000

// InsertMany stores many new documents, each with its entry; ids that exist are skipped. It is repeatable, not atomic
// as a whole (on SQLite each thousand is).
func (r *Records[T]) InsertMany(ctx context.Context, items []Item[T], c Change) error {
	if err := apperr.Refused(ctx); err != nil {
		return err
	}
	if err := r.ensure(ctx); err != nil {
		return err
	}
	for chunk := range slices.Chunk(items, manyChunk) {
		if err := r.insertChunk(ctx, chunk, c); err != nil {
			return err
		}
	}
	return nil
}

func (r *Records[T]) insertChunk(ctx context.Context, items []Item[T], c Change) error {
	now := r.db.Now()
	outbox := r.db.engine.Outbox() != nil
	ids := make([]string, len(items))
	for i, item := range items {
		ids[i] = item.ID
	}
	lives, err := r.db.lives(ctx, r.name, ids)
	if err != nil {
		return err
	}
	writes := make([]Write, len(items))
	for i, item := range items {
		created := now
		if !item.At.IsZero() {
			created = item.At
		}
		w, err := r.write(nil, item.ID, lives[item.ID]+1, created.UnixMilli(), now, item.Body, c)
		if err != nil {
			return err
		}
		writes[i] = w
	}
	flags, err := r.db.engine.Documents().Insert(ctx, r.name, writes)
	if errors.Is(err, ErrKnown) { // some id had a life before: one by one
		for _, item := range items {
			if _, err := r.Insert(ctx, item.ID, item.Body, c); err != nil && !apperr.Is(err, apperr.Conflict) {
				return err
			}
		}
		return nil
	}
	if err != nil {
		return unavailable(err)
	}
	if outbox {
		return r.settleMany(ctx, items, writes, flags, c)
	}
	r.db.feed.wake()
	return nil
}

// lives gives the last version of each of these ids in the feed. Engines that write the feed themselves refuse a used
// source, so only with an outbox is the feed asked.
func (db *DB) lives(ctx context.Context, collection string, ids []string) (map[string]int64, error) {
	if db.engine.Outbox() == nil {
		return nil, nil
	}
	lives, err := db.engine.Log().Lives(ctx, collection, ids)
	return lives, unavailable(err)
}

// settleMany relays what was inserted, and inserts over tombstones what was not.
func (r *Records[T]) settleMany(ctx context.Context, items []Item[T], writes []Write, flags []bool, c Change) error {
	var fresh []Write
	for i := range writes {
		if flags[i] {
			fresh = append(fresh, writes[i])
		}
	}
	r.db.writtenMany(ctx, r.name, fresh)
	for i := range writes {
		if flags[i] {
			continue
		}
		env, found, err := r.read(ctx, items[i].ID)
		if err != nil {
			return err
		}
		if found && !env.Gone {
			continue
		}
		if _, err := r.Insert(ctx, items[i].ID, items[i].Body, c); err != nil && !apperr.Is(err, apperr.Conflict) {
			return err
		}
	}
	return nil
}
