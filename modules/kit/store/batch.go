package store

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"gotong/modules/kit/apperr"
)

// Batch is a bulk import in steps: rows are staged where no reader sees them, applied after every version was checked,
// and can be put back. Until the last row is written, readers see every document as it was; from the beginning of Undo
// on they see all as it was before. Each row is a compare-and-set that a repeat recognises, so an interrupted Apply or Undo is
// finished by calling it again. The trail has one entry per batch; the rows' own entries (Entry.Batch) serve followers.
type Batch[T any] struct {
	r    *Records[T]
	id   string
	told func(step BatchStep, rows int) error
}

// BatchStep is one of the two passes that Apply and Undo make over the rows.
type BatchStep string

// Steps of a batch: every row is looked at, then every row is written.
const (
	StepCheck BatchStep = "check"
	StepWrite BatchStep = "write"
)

// Told has fn called after every few rows of a pass, with how many are done; an error of fn ends the pass and is
// returned.
func (b *Batch[T]) Told(fn func(step BatchStep, rows int) error) *Batch[T] {
	b.told = fn
	return b
}

// BatchResult counts the rows of an applied batch. Skipped rows were changed by somebody else after the check.
type BatchResult struct {
	Inserted  int `json:"inserted"`
	Replaced  int `json:"replaced"`
	Unchanged int `json:"unchanged"`
	Skipped   int `json:"skipped,omitempty"`
}

// States of a batch; from applying and undoing it only goes forward.
const (
	batchStaging  = "staging"
	batchApplying = "applying"
	batchApplied  = "applied"
	batchUndoing  = "undoing"
	batchUndone   = "undone"
)

type batchHead struct {
	Collection string      `json:"collection"`
	State      string      `json:"state"`
	Result     BatchResult `json:"result"`
}

// batchRow is one staged document. Expect 0 means that it was not there when it was staged.
type batchRow struct {
	Body   json.RawMessage `json:"body"`
	Expect int64           `json:"expect"`
	Before json.RawMessage `json:"before,omitempty"`
	Kind   string          `json:"kind,omitempty"` // what applying it did
}

// Kinds of an applied row.
const (
	rowInserted  = "inserted"
	rowReplaced  = "replaced"
	rowUnchanged = "unchanged"
	rowSkipped   = "skipped"
)

const (
	batchesName    = "_batches"
	batchOperation = "batch/"
	stepApply      = "apply"
	stepUndo       = "undo"
)

// Batch names a batch of this collection; it begins with the first Stage.
func (r *Records[T]) Batch(id string) *Batch[T] { return &Batch[T]{r: r, id: id} }

func (b *Batch[T]) stage() string          { return "_stage_" + b.r.name }
func (b *Batch[T]) headID() string         { return b.r.name + "/" + b.id }
func (b *Batch[T]) rowID(id string) string { return b.id + "/" + id }

// change is what a row's write says; its operation lets a repeat recognise its own work.
func (b *Batch[T]) change(step, id string, c Change) Change {
	c.Operation = Operation{ID: batchOperation + step + "/" + b.id + "/" + id}
	c.batch = b.id
	return c
}

// Stage adds rows; a row staged again replaces its earlier self. Conflict once the batch is being applied.
func (b *Batch[T]) Stage(ctx context.Context, items []Item[T]) error {
	if err := apperr.Refused(ctx); err != nil {
		return err
	}
	head, _, err := b.begin(ctx)
	if err != nil {
		return err
	}
	if head.State != batchStaging {
		return conflict("batch", b.id)
	}
	for chunk := range slices.Chunk(items, manyChunk) {
		if err := b.stageChunk(ctx, chunk); err != nil {
			return err
		}
	}
	return nil
}

func (b *Batch[T]) stageChunk(ctx context.Context, items []Item[T]) error {
	last := make(map[string]int, len(items)) // of rows given twice the later counts
	ids := make([]string, len(items))
	for i, item := range items {
		last[item.ID], ids[i] = i, item.ID
	}
	stored, err := b.r.GetMany(ctx, ids)
	if err != nil {
		return err
	}
	writes := make([]Write, 0, len(last))
	for i, item := range items {
		if last[item.ID] != i {
			continue
		}
		if _, err := b.r.keysOf(item.ID, item.Body); err != nil {
			return err
		}
		body, err := encodeJSON(item.Body)
		if err != nil {
			return fmt.Errorf("store: stage %s/%s: %w", b.r.name, item.ID, err)
		}
		row := batchRow{Body: body}
		if current, there := stored[item.ID]; there {
			row.Expect, row.Before = current.Version, current.raw
		}
		if item.Expect != nil {
			row.Expect = *item.Expect
		}
		w, err := b.plain(b.rowID(item.ID), 1, row)
		if err != nil {
			return err
		}
		writes = append(writes, w)
	}
	docs := b.r.db.engine.Documents()
	flags, err := docs.Insert(ctx, b.stage(), writes)
	if err != nil {
		return unavailable(err)
	}
	for i, fresh := range flags {
		if fresh {
			continue
		}
		w := writes[i]
		old, err := docs.Read(ctx, b.stage(), []string{w.ID})
		if err != nil {
			return unavailable(err)
		}
		if len(old) == 1 {
			w.Version = old[0].Version + 1
			if _, err := docs.Update(ctx, b.stage(), w, old[0].Version); err != nil {
				return unavailable(err)
			}
		}
	}
	return nil
}

// plain makes an unaudited document.
func (b *Batch[T]) plain(id string, version int64, body any) (Write, error) {
	raw, err := encodeJSON(body)
	now := b.r.db.Now().UnixMilli()
	return Write{Envelope: Envelope{ID: id, Version: version, Schema: 1, Created: now, Changed: now, Body: raw}}, err
}

// begin reads the head, making it where the batch is new.
func (b *Batch[T]) begin(ctx context.Context) (head batchHead, env Envelope, err error) {
	db := b.r.db
	if err := b.r.ensure(ctx); err != nil {
		return head, env, err
	}
	for _, name := range []string{batchesName, b.stage()} {
		if err := db.engine.Ensure(ctx, Collection{Name: name}); err != nil {
			return head, env, unavailable(err)
		}
	}
	w, err := b.plain(b.headID(), 1, batchHead{Collection: b.r.name, State: batchStaging})
	if err != nil {
		return head, env, err
	}
	if _, err := db.engine.Documents().Insert(ctx, batchesName, []Write{w}); err != nil {
		return head, env, unavailable(err)
	}
	envs, err := db.engine.Documents().Read(ctx, batchesName, []string{b.headID()})
	if err != nil {
		return head, env, unavailable(err)
	}
	if len(envs) == 0 {
		return head, env, conflict("batch", b.id)
	}
	env = envs[0]
	err = json.Unmarshal(env.Body, &head)
	return head, env, err
}

// move sets the head's state; entry tells whether the trail gets to know.
func (b *Batch[T]) move(ctx context.Context, env *Envelope, head batchHead, c *Change) error {
	if err := apperr.Refused(ctx); err != nil {
		return err
	}
	w, err := b.plain(env.ID, env.Version+1, head)
	if err != nil {
		return err
	}
	w.Created = env.Created
	if c != nil {
		changes, err := diff(env.Body, w.Body)
		if err != nil {
			return err
		}
		e := Entry{Collection: batchesName, ID: env.ID, Version: w.Version, At: b.r.db.Now(), Action: c.Action, Actor: c.Actor,
			Session: c.Session, Organization: c.Organization, Reason: c.Reason, Operation: c.Operation.ID, Changes: changes}
		w.Entry = &Outgoing{Version: w.Version}
		if err := w.Entry.seal(e); err != nil {
			return err
		}
	}
	done, err := b.r.db.engine.Documents().Update(ctx, batchesName, w, env.Version)
	if err != nil {
		return unavailable(err)
	}
	if !done {
		return conflict("batch", b.id)
	}
	if c != nil {
		b.r.db.written(ctx, batchesName, &w)
	}
	*env = w.Envelope
	return nil
}

// pass calls fn for every staged row and tells how far it is.
func (b *Batch[T]) pass(ctx context.Context, step BatchStep, fn func(id string, env *Envelope, row batchRow) error) error {
	done := 0
	return b.rows(ctx, func(id string, env *Envelope, row batchRow) error {
		if err := fn(id, env, row); err != nil {
			return err
		}
		if done++; b.told != nil && done%scanChunk == 0 {
			return b.told(step, done)
		}
		return nil
	})
}

// rows calls fn for every staged row.
func (b *Batch[T]) rows(ctx context.Context, fn func(id string, env *Envelope, row batchRow) error) error {
	prefix, after := b.id+"/", b.id+"/"
	for {
		envs, err := b.r.db.engine.Documents().Scan(ctx, b.stage(), after, scanChunk)
		if err != nil {
			return unavailable(err)
		}
		for i := range envs {
			if len(envs[i].ID) < len(prefix) || envs[i].ID[:len(prefix)] != prefix {
				return nil
			}
			var row batchRow
			if err := json.Unmarshal(envs[i].Body, &row); err != nil {
				return err
			}
			if err := fn(envs[i].ID[len(prefix):], &envs[i], row); err != nil {
				return err
			}
		}
		if len(envs) < scanChunk {
			return nil
		}
		after = envs[len(envs)-1].ID
	}
}

// Apply checks that every row's document is as it was when staged (Conflict otherwise, and nothing is changed), then
// writes all rows. Call it again after an interruption; a second call on an applied batch gives the same result.
func (b *Batch[T]) Apply(ctx context.Context, c Change) (BatchResult, error) {
	head, env, err := b.begin(ctx)
	if err != nil {
		return BatchResult{}, err
	}
	switch head.State {
	case batchApplied:
		return head.Result, nil
	case batchUndoing, batchUndone:
		return BatchResult{}, conflict("batch", b.id)
	case batchStaging:
		if err := b.check(ctx); err != nil {
			return BatchResult{}, err
		}
		head.State = batchApplying
		if err := b.move(ctx, &env, head, nil); err != nil {
			return BatchResult{}, err
		}
	}
	result, err := b.applyRows(ctx, c)
	if err != nil {
		return result, err
	}
	head.State, head.Result = batchApplied, result
	return result, b.move(ctx, &env, head, &c)
}

// note remembers what became of a row.
func (b *Batch[T]) note(ctx context.Context, env *Envelope, row batchRow) error {
	w, err := b.plain(env.ID, env.Version+1, row)
	if err != nil {
		return err
	}
	_, err = b.r.db.engine.Documents().Update(ctx, b.stage(), w, env.Version)
	return unavailable(err)
}

func (b *Batch[T]) check(ctx context.Context) error {
	return b.pass(ctx, StepCheck, func(id string, _ *Envelope, row batchRow) error {
		env, found, err := b.r.read(ctx, id)
		if err != nil {
			return err
		}
		version := env.Version
		if !found || env.Gone {
			version = 0
		}
		if version != row.Expect {
			return conflict(b.r.name, id)
		}
		return nil
	})
}

func (b *Batch[T]) applyRow(ctx context.Context, id string, row batchRow, c Change) (kind string, err error) {
	var body T
	if err := json.Unmarshal(row.Body, &body); err != nil {
		return "", err
	}
	c = b.change(stepApply, id, c)
	if row.Expect == 0 {
		_, err = b.r.Insert(ctx, id, body, c)
		kind = rowInserted
	} else {
		merged, mergeErr := keepUnknown(row.Body, row.Before, b.r.known)
		if mergeErr != nil {
			return "", mergeErr
		}
		if changes, err := diff(row.Before, merged); err != nil || len(changes) == 0 {
			return rowUnchanged, err
		}
		_, err = b.r.Replace(ctx, Doc[T]{ID: id, Version: row.Expect}, body, c)
		kind = rowReplaced
	}
	if apperr.Is(err, apperr.Conflict) || apperr.Is(err, apperr.NotFound) {
		return rowSkipped, nil
	}
	return kind, err
}
