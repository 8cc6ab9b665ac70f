package store

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// batchSeen is how long a reader takes a batch for applied without looking again; undoing waits so long before it puts
// the first row back, so that no replica shows some of it.
const batchSeen = 15 * time.Millisecond

// forgotten waits until no reader takes the batch for applied any more.
func (b *Batch[T]) forgotten(ctx context.Context) error {
	b.r.db.applied.Delete(b.headID())
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(batchSeen + batchSeen/5):
		return nil
	}
}

// visible settles what readers see of a document that a batch wrote: until the batch is applied as a whole, and once it
// is being undone, what was there before, which is nothing (false) for a document that the batch made.
func (r *Records[T]) visible(ctx context.Context, env *Envelope) (bool, error) {
	rest, ours := strings.CutPrefix(env.Operation.ID, batchOperation+stepApply+"/")
	if !ours {
		return true, nil
	}
	id, ours := strings.CutSuffix(rest, "/"+env.ID)
	if !ours {
		return true, nil
	}
	batch := r.Batch(id)
	asked := time.Now()
	if at, known := r.db.applied.Load(batch.headID()); known && asked.Sub(at.(time.Time)) < batchSeen { //nolint:forcetypeassert // nothing else is stored there
		return true, nil
	}
	docs := r.db.engine.Documents()
	heads, err := docs.Read(ctx, batchesName, []string{batch.headID()})
	if err != nil {
		return false, unavailable(err)
	}
	var head batchHead
	if len(heads) == 1 {
		if err := json.Unmarshal(heads[0].Body, &head); err != nil {
			return false, err
		}
	}
	if head.State != batchApplying && head.State != batchUndoing {
		r.db.applied.Store(batch.headID(), asked)
		return true, nil
	}
	rows, err := docs.Read(ctx, batch.stage(), []string{batch.rowID(env.ID)})
	if err != nil || len(rows) == 0 {
		return true, unavailable(err)
	}
	var row batchRow
	if err := json.Unmarshal(rows[0].Body, &row); err != nil {
		return false, err
	}
	if row.Expect == 0 {
		return false, nil
	}
	env.Version, env.Schema, env.Body = row.Expect, r.schema, row.Before
	env.Operation = Operation{}
	return true, nil
}

// listed settles a document of a list's page: one that a batch is moving into this key is not shown there yet.
func (r *Records[T]) listed(ctx context.Context, env *Envelope, list string, key Key) (Doc[T], bool, error) {
	version := env.Version
	ok, err := r.visible(ctx, env)
	if err != nil || !ok {
		return Doc[T]{}, false, err
	}
	doc, err := r.decode(env)
	if err != nil || env.Version == version {
		return doc, err == nil, err
	}
	keys, err := r.keysOf(doc.ID, doc.Body)
	ok = slices.ContainsFunc(keys, func(k ListKeys) bool { return k.List == list && slices.Contains(k.Keys, string(key)) })
	return doc, ok, err
}
