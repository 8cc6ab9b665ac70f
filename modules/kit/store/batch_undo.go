package store

import (
	"context"
	"encoding/json"
	"errors"

	"gotong/modules/kit/apperr"
)

// Undo puts back what was before. Conflict where a document changed since, and then nothing is changed. Once it began,
// readers see everything as it was before, whatever is put back already. Call it again after an interruption.
func (b *Batch[T]) Undo(ctx context.Context, c Change) error {
	head, env, err := b.begin(ctx)
	if err != nil {
		return err
	}
	switch head.State {
	case batchUndone:
		return nil
	case batchStaging, batchApplying:
		return conflict("batch", b.id)
	case batchApplied:
		if err := b.checkUndo(ctx); err != nil {
			return err
		}
		head.State = batchUndoing
		if err := b.move(ctx, &env, head, nil); err != nil {
			return err
		}
	}
	if err := b.forgotten(ctx); err != nil {
		return err
	}
	err = b.pass(ctx, StepWrite, func(id string, _ *Envelope, row batchRow) error { return b.undoRow(ctx, id, row, c) })
	if err != nil {
		return err
	}
	head.State = batchUndone
	return b.move(ctx, &env, head, &c)
}

func (b *Batch[T]) checkUndo(ctx context.Context) error {
	return b.pass(ctx, StepCheck, func(id string, _ *Envelope, row batchRow) error {
		if !row.wrote() {
			return nil
		}
		env, found, err := b.r.read(ctx, id)
		if err != nil {
			return err
		}
		if !found || env.Gone || env.Operation.ID != b.change(stepApply, id, Change{}).Operation.ID {
			return conflict(b.r.name, id)
		}
		return nil
	})
}

// undoRow puts one row back where the document is still the batch's; a repeat finds its own work done.
func (b *Batch[T]) undoRow(ctx context.Context, id string, row batchRow, c Change) error {
	if !row.wrote() {
		return nil
	}
	env, found, err := b.r.read(ctx, id)
	if err != nil {
		return err
	}
	if !found || env.Gone || env.Operation.ID != b.change(stepApply, id, Change{}).Operation.ID {
		return nil // put back already, or changed after the check: then it stays
	}
	doc, err := b.r.decode(&env)
	if err != nil {
		return err
	}
	c = b.change(stepUndo, id, c)
	if row.Expect == 0 {
		err = b.r.Delete(ctx, doc, c)
	} else {
		var before T
		if err := json.Unmarshal(row.Before, &before); err != nil {
			return err
		}
		_, err = b.r.Replace(ctx, doc, before, c)
	}
	if apperr.Is(err, apperr.Conflict) || apperr.Is(err, apperr.NotFound) {
		return nil
	}
	return err
}

// Discard drops a batch's rows: of one that was never applied, or of one whose undoing is not wanted any more.
func (b *Batch[T]) Discard(ctx context.Context) error {
	head, env, err := b.begin(ctx)
	if err != nil {
		return err
	}
	if head.State == batchApplying || head.State == batchUndoing {
		return apperr.Wrap(errors.New("store: batch is on its way"), apperr.Conflict, "error.conflict")
	}
	docs := b.r.db.engine.Documents()
	err = b.rows(ctx, func(id string, row *Envelope, _ batchRow) error {
		return unavailable(docs.Remove(ctx, b.stage(), row.ID, row.Version))
	})
	if err != nil || head.State != batchStaging {
		return err
	}
	return unavailable(docs.Remove(ctx, batchesName, env.ID, env.Version))
}

// wrote tells of a row of an applied batch whether it changed its document. Rows of new documents have no note unless
// they were skipped.
func (row *batchRow) wrote() bool {
	return row.Kind == rowReplaced || (row.Expect == 0 && row.Kind != rowSkipped)
}
