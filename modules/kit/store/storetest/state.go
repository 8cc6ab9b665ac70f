package storetest

import (
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

type token struct {
	Account string `json:"account"`
}

func testState(w *world) {
	s := store.NewState[token](w.db, "tokens")
	other := store.NewState[token](w.db, "sessions")
	_, err := s.Get(w.ctx, "k")
	w.kind(err, apperr.NotFound)
	w.must(s.Put(w.ctx, "k", token{"alice"}, time.Hour))
	w.must(s.Put(w.ctx, "k", token{"bob"}, time.Hour))
	w.must(other.Put(w.ctx, "k", token{"carol"}, 0))
	if v, err := s.Get(w.ctx, "k"); err != nil || v.Account != "bob" {
		w.Fatal(v, err)
	}
	w.kind(s.Create(w.ctx, "k", token{"dave"}, time.Hour), apperr.Conflict)
	w.clock.Advance(time.Hour)
	_, err = s.Get(w.ctx, "k")
	w.kind(err, apperr.NotFound)
	_, err = s.Take(w.ctx, "k")
	w.kind(err, apperr.NotFound)
	w.must(s.Put(w.ctx, "k", token{"bob"}, time.Minute))
	w.clock.Advance(time.Minute)
	w.must(s.Create(w.ctx, "k", token{"dave"}, time.Hour)) // over the expired one
	if v, err := s.Take(w.ctx, "k"); err != nil || v.Account != "dave" {
		w.Fatal(v, err)
	}
	_, err = s.Take(w.ctx, "k")
	w.kind(err, apperr.NotFound)
	w.must(s.Delete(w.ctx, "k"))
	w.must(s.Put(w.ctx, "old", token{"x"}, time.Minute))
	w.must(s.Put(w.ctx, "new", token{"y"}, time.Hour))
	w.clock.Advance(10 * time.Minute)
	if n, err := w.db.Sweep(w.ctx); err != nil || n != 1 {
		w.Fatalf("swept %d %v", n, err)
	}
	if v, err := s.Get(w.ctx, "new"); err != nil || v.Account != "y" {
		w.Fatal(v, err)
	}
	if v, err := other.Get(w.ctx, "k"); err != nil || v.Account != "carol" {
		w.Fatal("a state without end ended", v, err)
	}
}

// testRange reads pages of values by the beginning of their keys: in order, without what has expired or belongs to others.
func testRange(w *world) {
	s := store.NewState[token](w.db, "ranged")
	other := store.NewState[token](w.db, "ranged_too")
	for _, key := range []string{"b/2", "b/1", "a/9", "b/3", "b0", "c/1", "b/4"} {
		w.must(s.Put(w.ctx, key, token{key}, time.Hour))
		w.must(other.Put(w.ctx, key, token{"other"}, 0))
	}
	w.must(s.Put(w.ctx, "b/15", token{"old"}, time.Minute))
	w.clock.Advance(2 * time.Minute)
	var seen []string
	for cursor, pages := "", 0; ; pages++ {
		list, next, err := s.Range(w.ctx, "b/", cursor, 3)
		w.must(err)
		for _, v := range list {
			seen = append(seen, v.Account)
		}
		if cursor = next; cursor == "" {
			if pages != 1 {
				w.Fatal("pages", pages)
			}
			break
		}
	}
	if len(seen) != 4 || seen[0] != "b/1" || seen[1] != "b/2" || seen[2] != "b/3" || seen[3] != "b/4" {
		w.Fatal("range", seen)
	}
	_, _, err := s.Range(w.ctx, "b/", "!", 3)
	w.kind(err, apperr.BadRequest)
}

type tally struct {
	N int `json:"n"`
}

func more(old tally) (tally, error) { return tally{old.N + 1}, nil }

func testChange(w *world) {
	s := store.NewState[tally](w.db, "tallies")
	_, err := s.Change(w.ctx, "k", more)
	w.kind(err, apperr.NotFound)
	w.must(s.Create(w.ctx, "k", tally{}, time.Hour))
	for want := 1; want <= 3; want++ {
		if v, err := s.Change(w.ctx, "k", more); err != nil || v.N != want {
			w.Fatal(v, err)
		}
	}
	_, err = s.Change(w.ctx, "k", func(tally) (tally, error) { return tally{}, apperr.New(apperr.Conflict, "") })
	w.kind(err, apperr.Conflict)
	if v, err := s.Get(w.ctx, "k"); err != nil || v.N != 3 {
		w.Fatal("a refused change was written", v, err)
	}
	w.clock.Advance(time.Hour) // a change does not make it live longer
	_, err = s.Change(w.ctx, "k", more)
	w.kind(err, apperr.NotFound)
}

func testChangers(w *world) {
	s := store.NewState[tally](w.db, "tallies")
	w.must(s.Create(w.ctx, "k", tally{}, time.Hour))
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if _, err := s.Change(w.ctx, "k", more); err != nil {
				w.Error(err)
			}
		})
	}
	wait.Wait()
	if v, err := s.Get(w.ctx, "k"); err != nil || v.N != 8 {
		w.Fatal(v, err)
	}
}

func testCounter(w *world) {
	for want := int64(1); want <= 3; want++ {
		if n, err := w.db.Add(w.ctx, "sign-in", 1, time.Minute); err != nil || n != want {
			w.Fatal(n, err)
		}
	}
	if n, err := w.db.Add(w.ctx, "other", 5, time.Minute); err != nil || n != 5 {
		w.Fatal(n, err)
	}
	w.clock.Advance(time.Minute)
	if n, err := w.db.Add(w.ctx, "sign-in", 1, time.Minute); err != nil || n != 1 {
		w.Fatal("the next window went on from the last", n, err)
	}
	w.clock.Advance(time.Hour)
	if n, err := w.db.Sweep(w.ctx); err != nil || n != 3 {
		w.Fatalf("swept %d %v", n, err)
	}
}

// Of many takers exactly one gets the value; of many creators exactly one made it; no addition is lost.
func testTakers(w *world) {
	s := store.NewState[token](w.db, "tokens")
	var taken, made, top atomic.Int64
	w.must(s.Put(w.ctx, "take", token{"x"}, time.Hour))
	var group sync.WaitGroup
	for range 40 {
		group.Go(func() {
			if _, err := s.Take(w.ctx, "take"); err == nil {
				taken.Add(1)
			}
			if err := s.Create(w.ctx, "make", token{"x"}, time.Hour); err == nil {
				made.Add(1)
			}
			n, err := w.db.Add(w.ctx, "count", 1, time.Hour)
			if err != nil {
				w.Error(err)
			}
			for old := top.Load(); n > old && !top.CompareAndSwap(old, n); old = top.Load() {
			}
		})
	}
	group.Wait()
	if taken.Load() != 1 || made.Load() != 1 || top.Load() != 40 {
		w.Fatalf("taken %d, made %d, counted %d", taken.Load(), made.Load(), top.Load())
	}
}

// testRefused holds that nothing at all is changed under a context that refuses, and that its own error comes back.
func testRefused(w *world) {
	doc := w.insert("there", Thing{Name: "old"})
	s := store.NewState[token](w.db, "refused")
	refusal := &apperr.Error{Kind: apperr.Invalid, Msg: apperr.Msg("no")}
	ctx := apperr.Refuse(w.ctx, refusal)
	change := store.Change{Action: "test"}
	_, insert := w.things.Insert(ctx, "new", Thing{}, change)
	_, replace := w.things.Replace(ctx, doc, Thing{Name: "new"}, change)
	_, changed := s.Change(ctx, "k", func(old token) (token, error) { return old, nil })
	_, update := s.Update(ctx, "k", func(old token) (token, error) { return old, nil })
	for name, err := range map[string]error{
		"insert": insert, "replace": replace, "delete": w.things.Delete(ctx, doc, change),
		"insert many": w.things.InsertMany(ctx, []store.Item[Thing]{{ID: "many"}}, change),
		"stage":       w.things.Batch("b").Stage(ctx, []store.Item[Thing]{{ID: "staged"}}),
		"put":         s.Put(ctx, "k", token{}, 0), "create": s.Create(ctx, "k", token{}, 0), "update": update, "change": changed,
	} {
		if !errors.Is(err, refusal) {
			w.Errorf("%s: %v", name, err)
		}
	}
	w.verify(1)
	if _, err := s.Get(w.ctx, "k"); !apperr.Is(err, apperr.NotFound) {
		w.Errorf("the state was kept: %v", err)
	}
}
