package store

import (
	"context"
	"encoding/json"
)

// Begun tells how far a batch is: applying where an Apply was interrupted and is to be called again, ended where it was
// applied or undone and takes no more rows.
func (b *Batch[T]) Begun(ctx context.Context) (applying, ended bool, err error) {
	docs := b.r.db.engine.Documents()
	if err := b.r.db.engine.Ensure(ctx, Collection{Name: batchesName}); err != nil {
		return false, false, unavailable(err)
	}
	heads, err := docs.Read(ctx, batchesName, []string{b.headID()})
	if err != nil || len(heads) == 0 {
		return false, false, unavailable(err)
	}
	var head batchHead
	if err := json.Unmarshal(heads[0].Body, &head); err != nil {
		return false, false, err
	}
	return head.State == batchApplying, head.State != batchStaging && head.State != batchApplying, nil
}
