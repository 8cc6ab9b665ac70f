package storetest

import (
	"errors"
	"slices"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

func (w *world) stage(id string) *store.Batch[Thing] {
	w.Helper()
	w.insert("old", Thing{Name: "old", Amount: 1})
	w.insert("same", Thing{Name: "same", Amount: 1})
	b := w.things.Batch(id)
	w.must(b.Stage(w.ctx, []store.Item[Thing]{{ID: "old", Body: Thing{Name: "old", Amount: 2}}, {ID: "new1", Body: Thing{Name: "wrong"}}}))
	w.must(b.Stage(w.ctx, []store.Item[Thing]{{ID: "same", Body: Thing{Name: "same", Amount: 1}}, {ID: "new1", Body: Thing{Name: "new1"}}, {ID: "new2", Body: Thing{Name: "new2"}}}))
	if got := w.ids(ByName, "", 10); !slices.Equal(got, []string{"old", "same"}) {
		w.Fatalf("staged rows are seen: %v", got)
	}
	return b
}

func testBatch(w *world) {
	b := w.stage("import1")
	want := store.BatchResult{Inserted: 2, Replaced: 1, Unchanged: 1}
	// Interrupted after every storage call in turn, then called again.
	for stop := 1; ; stop++ {
		calls, boom := 0, errors.New("boom")
		_, things := w.replica(func(point string) error {
			if calls++; calls == stop {
				return boom
			}
			return nil
		})
		got, err := things.Batch("import1").Apply(w.ctx, change("things.imported", "op"))
		if err == nil {
			if got != want {
				w.Fatalf("applied %+v", got)
			}
			break
		}
		w.kind(err, apperr.Unavailable)
		// Readers see all of it or nothing.
		old, err := w.things.Get(w.ctx, "old")
		w.must(err)
		many, err := w.things.GetMany(w.ctx, []string{"new1", "new2"})
		w.must(err)
		seen := w.ids(ByName, "", 10)
		if fresh := old.Body.Amount == 2; (len(many) == 2) != fresh || (len(many) == 0) == fresh || (len(seen) == 4) != fresh || (len(seen) == 2) == fresh {
			w.Fatalf("a reader saw half a batch: amount %d with %d new, list %v", old.Body.Amount, len(many), seen)
		}
		if stop > 500 {
			w.Fatal("the batch never ends")
		}
	}
	if got, err := b.Apply(w.ctx, change("things.imported", "op")); err != nil || got != want {
		w.Fatal(got, err)
	}
	if got := w.ids(ByName, "", 10); !slices.Equal(got, []string{"new1", "new2", "old", "same"}) {
		w.Fatalf("after the batch: %v", got)
	}
	w.kind(b.Stage(w.ctx, []store.Item[Thing]{{ID: "late", Body: Thing{}}}), apperr.Conflict)
	w.must(w.db.Relay(w.ctx))
	recent, err := w.db.Feed().Recent(w.ctx, 0, 10)
	w.must(err)
	if len(recent) != 3 || recent[0].Action != "things.imported" || recent[0].ID != "things/import1" {
		w.Fatalf("the trail has %d entries, the newest %+v", len(recent), recent[0])
	}
	w.verify(6) // two before, three rows, one for the batch
}

func testBatchUndo(w *world) {
	b := w.stage("import1")
	_, err := b.Apply(w.ctx, change("things.imported", "op"))
	w.must(err)
	// Interrupted after every storage call in turn, then called again.
	for stop := 1; ; stop++ {
		calls, boom := 0, errors.New("boom")
		_, things := w.replica(func(point string) error {
			if calls++; calls == stop {
				return boom
			}
			return nil
		})
		err := things.Batch("import1").Undo(w.ctx, change("things.import-undone", "op2"))
		// Readers see all of it or nothing. A reader may take the batch for applied for some milliseconds after its undoing
		// began; where these end between its reads it reads again.
		for {
			old, readErr := w.things.Get(w.ctx, "old")
			w.must(readErr)
			many, readErr := w.things.GetMany(w.ctx, []string{"new1", "new2"})
			w.must(readErr)
			seen := w.ids(ByName, "", 10)
			again, readErr := w.things.Get(w.ctx, "old")
			w.must(readErr)
			if again.Body.Amount != old.Body.Amount {
				continue
			}
			if there := old.Body.Amount == 2; (len(many) == 2) != there || (len(many) == 0) == there || (len(seen) == 4) != there || (len(seen) == 2) == there {
				w.Fatalf("call %d: a reader saw half of what is undone: amount %d with %d new, list %v", stop, old.Body.Amount, len(many), seen)
			}
			break
		}
		if err == nil {
			break
		}
		w.kind(err, apperr.Unavailable)
		if stop > 500 {
			w.Fatal("undoing never ends")
		}
	}
	w.must(b.Undo(w.ctx, change("things.import-undone", "op2")))
	if got := w.ids(ByName, "", 10); !slices.Equal(got, []string{"old", "same"}) {
		w.Fatalf("after undo: %v", got)
	}
	old, err := w.things.Get(w.ctx, "old")
	w.must(err)
	if old.Body.Amount != 1 || old.Version != 3 {
		w.Fatalf("%+v", old)
	}
	_, err = b.Apply(w.ctx, change("x", ""))
	w.kind(err, apperr.Conflict)

	second := w.things.Batch("import2")
	w.must(second.Stage(w.ctx, []store.Item[Thing]{{ID: "x", Body: Thing{}}}))
	_, err = second.Apply(w.ctx, change("x", ""))
	w.must(err)
	x, err := w.things.Get(w.ctx, "x")
	w.must(err)
	_, err = w.things.Replace(w.ctx, x, Thing{Name: "by hand"}, change("x", ""))
	w.must(err)
	w.kind(second.Undo(w.ctx, change("x", "")), apperr.Conflict)
}

func testBatchConflict(w *world) {
	b := w.stage("import1")
	old, err := w.things.Get(w.ctx, "old")
	w.must(err)
	_, err = w.things.Replace(w.ctx, old, Thing{Name: "by hand"}, change("x", ""))
	w.must(err)
	_, err = b.Apply(w.ctx, change("x", ""))
	w.kind(err, apperr.Conflict)
	if got := w.ids(ByName, "", 10); !slices.Equal(got, []string{"old", "same"}) && !slices.Equal(got, []string{"same", "old"}) {
		w.Fatalf("a refused batch changed %v", got)
	}
	// A batch whose id begins like this one's is not touched by its end.
	near := w.things.Batch("import1x")
	w.must(near.Stage(w.ctx, []store.Item[Thing]{{ID: "near", Body: Thing{}}}))
	w.must(b.Discard(w.ctx))
	if got, err := near.Apply(w.ctx, change("x", "")); err != nil || got.Inserted != 1 {
		w.Fatal(got, err)
	}
	if got, err := b.Apply(w.ctx, change("x", "")); err != nil || got != (store.BatchResult{}) {
		w.Fatal("a discarded batch had rows", got, err)
	}
}
