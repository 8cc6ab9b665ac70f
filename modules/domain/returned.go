package domain

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
)

// Staged is a thing on its way into a batch of a table; ID "" is a new one.
type Staged[T any] struct {
	ID   string
	Body T
}

// Batched is a collection whose documents are written by batches.
type Batched[T any] interface {
	GetMany(ctx context.Context, ids []string) (map[string]store.Doc[T], error)
	Batch(id string) *store.Batch[T]
}

// Batches stages and writes the rows of tables whose things are Staged.
type Batches[T any] struct{ Records Batched[T] }

// Stage implements the table of an import. A new thing's id follows from batch and row, so that staging again meets
// itself.
func (b Batches[T]) Stage(ctx context.Context, batch string, rows []*sheet.Row) error {
	items := make([]store.Item[T], 0, len(rows))
	for _, r := range rows {
		s, _ := r.Thing.(Staged[T])
		seen := r.Seen
		item := store.Item[T]{ID: s.ID, Body: s.Body, Expect: &seen}
		if item.ID == "" {
			item.ID = store.DeriveID(batch, strconv.Itoa(r.Number))
		}
		items = append(items, item)
	}
	return b.Records.Batch(batch).Stage(ctx, items)
}

// Apply implements the table of an import.
func (b Batches[T]) Apply(ctx context.Context, batch string, c store.Change, told func(store.BatchStep, int) error) (store.BatchResult, error) {
	return b.Records.Batch(batch).Told(told).Apply(ctx, c)
}

// Undo implements the table of an import.
func (b Batches[T]) Undo(ctx context.Context, batch string, c store.Change, told func(store.BatchStep, int) error) error {
	return b.Records.Batch(batch).Told(told).Undo(ctx, c)
}

// Discard implements the table of an import.
func (b Batches[T]) Discard(ctx context.Context, batch string) error {
	return b.Records.Batch(batch).Discard(ctx)
}

// Columns by which a row that was downloaded names its thing.
const (
	ColumnID   = "id"
	ColumnMark = "mark"
)

// MarkWords are other headings of the column of marks.
var MarkWords = []string{"tanda versi", "versi", "version"}

// CameBack looks at a row of a thing that is there, by the mark with which it was downloaded, and tells whether it was
// edited and may be written. What was not edited is no change, whatever became of the thing; why an edited row cannot
// be written is noted in it.
func CameBack(r *sheet.Row, stored int64, thing any, mayEdit bool) bool {
	version, edited, ok := sheet.ReadMark(r.Text(ColumnMark), thing)
	if !ok {
		key := "tables.problem.mark"
		if !r.Has(ColumnMark) {
			key = "tables.problem.mark_missing"
		}
		r.Fail(ColumnMark, key)
		return false
	}
	r.Key, r.Effect, r.Seen = r.Text(ColumnID), sheet.Same, stored
	switch {
	case !edited:
		return false
	case !mayEdit:
		r.Fail(ColumnID, "tables.problem.closed")
	case version == 0:
		r.Fail(ColumnMark, "tables.problem.partial")
	case version != stored:
		r.Fail(ColumnMark, "tables.problem.stale")
	default:
		return true
	}
	return false
}

// Returning is a table of things that are there: rows go out with id and mark, and come back edited. V is what a person
// may edit; its JSON names are those of the columns.
type Returning[T, V any] struct {
	Batches[T]
	// Read reads a row and notes what it cannot read.
	Read func(r *sheet.Row) V
	// Now is what is stored, as Read reads it.
	Now func(t T) V
	// Sees and Edits are the rights of the thing's own pages.
	Sees  func(ctx context.Context, actor Actor, doc store.Doc[T]) (bool, error)
	Edits func(actor Actor, doc store.Doc[T]) bool
	// Write puts what was edited into the thing, as its form does. Invalid by field.
	Write func(ctx context.Context, doc store.Doc[T], v V) (T, error)
	// Place tells in which column a refused field stands, and in which line of the cell (0: all of it); nil: in the
	// column of its name.
	Place func(field string) (column string, line int)
	Title func(v V) string
}

// Check implements the table of an import.
func (t Returning[T, V]) Check(ctx context.Context, by Importer, rows []*sheet.Row) error {
	var ids []string
	for _, r := range rows {
		if id := r.Text(ColumnID); id != "" {
			ids = append(ids, id)
		}
	}
	stored, err := t.Records.GetMany(ctx, ids)
	if err != nil {
		return err
	}
	actor := by.Actor()
	for _, r := range rows {
		doc, there := stored[r.Text(ColumnID)]
		if err := t.check(ctx, actor, r, doc, there); err != nil {
			return err
		}
	}
	return nil
}

func (t Returning[T, V]) check(ctx context.Context, actor Actor, r *sheet.Row, doc store.Doc[T], there bool) error {
	if !r.Has(ColumnID) {
		if slices.ContainsFunc(r.Cells(), func(c sheet.Cell) bool { return c.Kind != sheet.Empty }) {
			r.Fail(ColumnID, "tables.problem.no_new")
		}
		r.Effect = sheet.Same
		return nil
	}
	if there {
		seen, err := t.Sees(ctx, actor, doc)
		if err != nil {
			return err
		}
		there = seen
	}
	if !there {
		r.Fail(ColumnID, "tables.problem.unknown")
		return nil
	}
	v := t.Read(r)
	r.Title = t.Title(v)
	if !CameBack(r, doc.Version, v, t.Edits(actor, doc)) || r.Wrong() {
		return nil
	}
	r.Fields = differing(t.Now(doc.Body), v)
	if len(r.Fields) == 0 {
		return nil
	}
	body, err := t.Write(ctx, doc, v)
	if err := t.refused(r, err); err != nil || r.Wrong() {
		return err
	}
	r.Effect, r.Thing = sheet.Changed, Staged[T]{ID: doc.ID, Body: body}
	return nil
}

// refused notes the fields of an Invalid error where they stand. Another error is given back.
func (t Returning[T, V]) refused(r *sheet.Row, err error) error {
	var e *apperr.Error
	if t.Place == nil || !errors.As(err, &e) || e.Kind != apperr.Invalid {
		return r.FailAll(err, nil)
	}
	for _, f := range e.Fields {
		column, line := t.Place(f.Name)
		r.FailLine(column, line, f.Key, f.Args...)
	}
	return nil
}

// Row ends a row of cells with id and mark. Partial says that the reader does not see all: such a row does not come
// back edited, since what it leaves out would be lost.
func (t Returning[T, V]) Row(columns []sheet.Column, cells []sheet.Cell, id string, version int64, partial bool) []sheet.Cell {
	if partial {
		version = 0
	}
	at := map[string]int{}
	for i, c := range columns {
		at[c.Name] = i
	}
	row := append(slices.Clip(cells), sheet.OfText(id))
	read := make([]sheet.Cell, len(row))
	for i, c := range row {
		read[i] = sheet.AsRead(c)
	}
	return append(row, sheet.OfText(sheet.Mark(version, t.Read(sheet.NewRow(0, read, at, 0)))))
}

// differing names the fields in which two values differ, in the order of their kind.
func differing(a, b any) (names []string) {
	x, y := fieldsOf(a), fieldsOf(b)
	for _, name := range keysOf(b) {
		if !bytes.Equal(x[name], y[name]) {
			names = append(names, name)
		}
	}
	return names
}

func fieldsOf(v any) map[string]json.RawMessage {
	out := map[string]json.RawMessage{}
	if raw, err := json.Marshal(v); err == nil {
		_ = json.Unmarshal(raw, &out)
	}
	return out
}

// keysOf gives the names of a struct's fields as its JSON has them.
func keysOf(v any) (names []string) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	for depth := 0; ; {
		token, err := d.Token()
		if err != nil {
			return names
		}
		switch token := token.(type) {
		case json.Delim:
			depth += map[json.Delim]int{'{': 1, '[': 1, '}': -1, ']': -1}[token]
		case string:
			if depth == 1 {
				names = append(names, token)
				var skip json.RawMessage
				if d.Decode(&skip) != nil {
					return names
				}
			}
		}
	}
}
