package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
)

// stagedRow is a row on its way.
type stagedRow struct {
	id  string
	env Envelope
	row batchRow
}

// applyRows writes every row that is not written yet: new documents by the thousand, others one by one. A new
// document's row gets no note: its document says whose it is.
func (b *Batch[T]) applyRows(ctx context.Context, c Change) (result BatchResult, err error) {
	var fresh []stagedRow
	flush := func() error {
		err := b.insertRows(ctx, fresh, c, &result)
		fresh = fresh[:0]
		return err
	}
	err = b.pass(ctx, StepWrite, func(id string, env *Envelope, row batchRow) error {
		if row.Kind != "" {
			result.count(row.Kind)
			return nil
		}
		staged := stagedRow{id, *env, row}
		if row.Expect > 0 {
			return b.applyOne(ctx, staged, c, &result)
		}
		if fresh = append(fresh, staged); len(fresh) == manyChunk {
			return flush()
		}
		return nil
	})
	if err != nil {
		return result, err
	}
	return result, flush()
}

func (r *BatchResult) count(kind string) {
	switch kind {
	case rowInserted:
		r.Inserted++
	case rowReplaced:
		r.Replaced++
	case rowUnchanged:
		r.Unchanged++
	default:
		r.Skipped++
	}
}

// applyOne writes one row and notes what became of it.
func (b *Batch[T]) applyOne(ctx context.Context, s stagedRow, c Change, result *BatchResult) error {
	kind, err := b.applyRow(ctx, s.id, s.row, c)
	if err != nil {
		return err
	}
	result.count(kind)
	if kind == rowInserted {
		return nil
	}
	s.row.Kind = kind
	return b.note(ctx, &s.env, s.row)
}

// insertRows writes rows of documents that were not there. One that is there now is either ours, from before an
// interruption, or somebody else's: applyOne tells.
func (b *Batch[T]) insertRows(ctx context.Context, rows []stagedRow, c Change, result *BatchResult) error {
	if len(rows) == 0 {
		return nil
	}
	outbox := b.r.db.engine.Outbox() != nil
	ids := make([]string, len(rows))
	for i, s := range rows {
		ids[i] = s.id
	}
	lives, err := b.r.db.lives(ctx, b.r.name, ids)
	if err != nil {
		return err
	}
	writes := make([]Write, len(rows))
	now := b.r.db.Now()
	for i, s := range rows {
		var body T
		if err := json.Unmarshal(s.row.Body, &body); err != nil {
			return fmt.Errorf("store: batch %s, row %s: %w", b.id, s.id, err)
		}
		if writes[i], err = b.r.write(nil, s.id, lives[s.id]+1, now.UnixMilli(), now, body, b.change(stepApply, s.id, c)); err != nil {
			return err
		}
	}
	flags, err := b.r.db.engine.Documents().Insert(ctx, b.r.name, writes)
	if errors.Is(err, ErrKnown) { // some id had a life before
		flags, err = make([]bool, len(rows)), nil
	}
	if err != nil {
		return unavailable(err)
	}
	var fresh []Write
	for i, done := range flags {
		if done {
			fresh = append(fresh, writes[i])
		}
	}
	result.Inserted += len(fresh)
	if outbox {
		b.r.db.writtenMany(ctx, b.r.name, fresh)
	}
	b.r.db.feed.wake()
	for i, done := range flags {
		if done {
			continue
		}
		if err := b.applyOne(ctx, rows[i], c, result); err != nil {
			return err
		}
	}
	return nil
}
