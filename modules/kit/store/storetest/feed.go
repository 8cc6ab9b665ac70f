package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

func testFeed(w *world) {
	if last, err := w.db.Feed().Last(w.ctx); err != nil || last != 0 {
		w.Fatal(last, err)
	}
	made := w.insert("a", Thing{Name: "one", Amount: 1})
	c := change("thing.changed", "op")
	c.Reason = "because"
	_, err := w.things.Replace(w.ctx, made, Thing{Name: "two", Amount: 1}, c)
	w.must(err)
	w.insert("b", Thing{Name: "b"})
	entries, err := w.db.Feed().After(w.ctx, 1, 10)
	w.must(err)
	if len(entries) != 2 || entries[0].Seq != 2 || entries[1].Seq != 3 || entries[1].Prev != entries[0].Hash {
		w.Fatalf("%+v", entries)
	}
	e := entries[0]
	if e.Source != "things/a@2" || e.Collection != "things" || e.ID != "a" || e.Version != 2 || !e.At.Equal(epoch) ||
		e.Action != "thing.changed" || e.Actor != "alice" || e.Session != "s1" || e.Organization != "org" || e.Reason != "because" ||
		e.Operation != "op" || e.Deleted {
		w.Fatalf("%+v", e)
	}
	if len(e.Changes) != 1 || e.Changes[0].Path != "name" || string(e.Changes[0].Before) != `"one"` || string(e.Changes[0].After) != `"two"` {
		w.Fatalf("changes %+v", e.Changes)
	}
	recent, err := w.db.Feed().Recent(w.ctx, 0, 2)
	w.must(err)
	if len(recent) != 2 || recent[0].Seq != 3 || recent[1].Seq != 2 {
		w.Fatalf("%+v", recent)
	}
	if recent, err = w.db.Feed().Recent(w.ctx, 2, 5); err != nil || len(recent) != 1 || recent[0].Seq != 1 {
		w.Fatalf("%+v %v", recent, err)
	}
	history, err := w.things.History(w.ctx, "a", 5)
	w.must(err)
	if len(history) != 2 || history[0].Version != 2 || history[1].Version != 1 {
		w.Fatalf("%+v", history)
	}
	w.must(w.db.Feed().Wait(w.ctx, 2))
	waiting := make(chan error, 1)
	go func() { waiting <- w.db.Feed().Wait(w.ctx, 3) }()
	w.insert("c", Thing{})
	w.must(<-waiting)
	ended, cancel := context.WithCancel(w.ctx)
	cancel()
	if err := w.db.Feed().Wait(ended, 99); !errors.Is(err, context.Canceled) {
		w.Fatal(err)
	}
	w.verify(4)
}

func testPersonal(w *world) {
	made := w.insert("a", Thing{Name: "Ani", Email: "ani@example.org"})
	c := change("x", "op")
	_, err := w.things.Replace(w.ctx, made, Thing{Name: "Ani", Email: "new@example.org"}, c)
	w.must(err)
	stored, err := w.open().Log().After(w.ctx, 0, 10)
	w.must(err)
	for _, s := range stored {
		if text := string(s.Content); strings.Contains(text, "example.org") || strings.Contains(text, `"digest"`) {
			w.Fatalf("the feed holds a personal value: %s", text)
		}
	}
	history, err := w.things.History(w.ctx, "a", 1)
	w.must(err)
	e := history[0]
	if len(e.Changes) != 1 || !e.Changes[0].Personal || e.Changes[0].Before != nil || e.PersonalHash == "" {
		w.Fatalf("%+v", e)
	}
	changes, err := w.things.PersonalChanges(w.ctx, e)
	w.must(err)
	if len(changes) != 1 || string(changes[0].Before) != `"ani@example.org"` || string(changes[0].After) != `"new@example.org"` {
		w.Fatalf("%+v", changes)
	}
	w.insert("aa", Thing{Name: "Budi", Email: "b@example.org"})
	made, err = w.things.Get(w.ctx, "a")
	w.must(err)
	erase := store.Change{Action: "thing.erased", Actor: "alice", Erases: true}
	_, err = w.things.Replace(w.ctx, made, Thing{Name: "x"}, erase)
	w.must(err)
	if changes, err = w.things.PersonalChanges(w.ctx, e); err != nil || len(changes) != 0 {
		w.Fatal(changes, err)
	}
	other, err := w.things.History(w.ctx, "aa", 1)
	w.must(err)
	if changes, err = w.things.PersonalChanges(w.ctx, other[0]); err != nil || len(changes) != 1 {
		w.Fatal("another's values were erased", changes, err)
	}
	if history, err = w.things.History(w.ctx, "a", 1); err != nil || !history[0].Erases || history[0].Changes[0].Before != nil {
		w.Fatalf("the act of erasure: %+v %v", history, err)
	}
	w.verify(4)
	made, err = w.things.Get(w.ctx, "a")
	w.must(err)
	made, err = w.things.Replace(w.ctx, made, Thing{Name: "x", Email: "again@example.org"}, change("x", "")) // a life after
	w.must(err)
	late := store.Source{Collection: "things", ID: "a", Version: 2}
	w.must(w.open().Sides().PutSide(w.ctx, late, []byte(`{"salt":"s"}`))) // a relay that comes late
	if data, err := w.open().Sides().Side(w.ctx, late); err != nil || data != nil {
		w.Fatalf("a late relay brought back %q, %v", data, err)
	}
	w.must(w.things.Delete(w.ctx, made, erase))
	w.verify(6)
	for v := range int64(7) {
		if data, err := w.open().Sides().Side(w.ctx, store.Source{Collection: "things", ID: "a", Version: v}); err != nil || data != nil {
			w.Fatalf("after the deletion version %d holds %q, %v", v, data, err)
		}
	}
	// Values that somebody changed or took away without such an act are found.
	w.insert("c", Thing{Email: "c@example.org"})
	_, err = w.open().Sides().EraseSides(w.ctx, store.Source{Collection: "things", ID: "c", Version: 1})
	w.must(err)
	if _, err := w.db.Feed().Verify(w.ctx); err == nil || !strings.Contains(err.Error(), "without an act") {
		w.Fatalf("values taken away: %v", err)
	}
}

// altered gives an engine whose feed somebody changed behind the store's back.
type altered struct {
	store.Engine
	alter func([]store.Stored) []store.Stored
}

type alteredLog struct {
	store.Log
	alter func([]store.Stored) []store.Stored
}

func (a altered) Log() store.Log { return alteredLog{a.Engine.Log(), a.alter} }

func (a alteredLog) After(ctx context.Context, seq int64, limit int) ([]store.Stored, error) {
	stored, err := a.Log.After(ctx, seq, limit)
	return a.alter(stored), err
}

func testVerify(w *world) {
	for i := range 5 {
		w.insert(fmt.Sprint("t", i), Thing{Amount: int64(i)})
	}
	for name, alter := range map[string]func([]store.Stored) []store.Stored{
		"content": func(s []store.Stored) []store.Stored {
			s[2].Content = []byte(strings.Replace(string(s[2].Content), "alice", "mallory", 1))
			return s
		},
		"missing": func(s []store.Stored) []store.Stored { return slices.Delete(s, 2, 3) },
		"hash":    func(s []store.Stored) []store.Stored { s[2].Hash = s[1].Hash; return s },
		"source":  func(s []store.Stored) []store.Stored { s[2].Source.ID = "else"; return s },
		"rewritten": func(s []store.Stored) []store.Stored {
			s[2].Content = s[1].Content
			s[2].Hash = store.Seal(s[2].Prev, s[2].Seq, s[2].Content)
			return s
		},
	} {
		db := store.Open(altered{w.open(), alter}, store.Options{Clock: w.clock})
		if n, err := db.Feed().Verify(w.ctx); err == nil || n != 2 {
			w.Fatalf("%s: %d entries passed, %v", name, n, err)
		}
		w.must(db.Close())
	}
	w.verify(5)
}

func testFollowers(w *world) {
	for i := range 3 {
		w.insert(fmt.Sprint("t", i), Thing{})
	}
	ctx, cancel := context.WithCancel(w.ctx)
	var local, shared []int64
	failed := false
	done := make(chan struct{}, 2)
	go func() {
		defer func() { done <- struct{}{} }()
		_ = w.db.FollowLocal(ctx, 1, func(_ context.Context, entries []store.Entry) error {
			for _, e := range entries {
				local = append(local, e.Seq)
			}
			if len(local) >= 3 {
				done <- struct{}{}
			}
			return nil
		})
	}()
	w.insert("t3", Thing{})
	<-done
	cancel()
	<-done
	if !slices.Equal(local, []int64{2, 3, 4}) {
		w.Fatalf("the local follower saw %v", local)
	}
	follow := func(db *store.DB, until int64) {
		ctx, cancel := context.WithCancel(w.ctx)
		defer cancel()
		w.must(db.FollowShared(ctx, "sums", func(_ context.Context, e store.Entry) error {
			if e.Seq == 2 && !failed {
				failed = true
				return errors.New("once")
			}
			shared = append(shared, e.Seq)
			if e.Seq == until {
				cancel()
			}
			return nil
		}))
	}
	follow(w.db, 4)
	if !slices.Equal(shared, []int64{1, 2, 3, 4}) || !failed {
		w.Fatalf("the shared follower saw %v", shared)
	}
	w.insert("t4", Thing{})
	second, _ := w.replica(nil)
	follow(second, 5) // another replica goes on where the first stopped
	if !slices.Equal(shared, []int64{1, 2, 3, 4, 5}) {
		w.Fatalf("on the second replica the follower saw %v", shared)
	}
	if at, err := second.FollowerAt(w.ctx, "sums"); err != nil || at != 5 {
		w.Fatal(at, err)
	}
}

func testEpoch(w *world) {
	first, err := w.db.Feed().Epoch(w.ctx)
	w.must(err)
	if again, err := w.db.Feed().Epoch(w.ctx); err != nil || again != first || first == "" {
		w.Fatal(first, again, err)
	}
	w.insert("a", Thing{})
	var seen []int64
	follow := func() {
		ctx, cancel := context.WithCancel(w.ctx)
		defer cancel()
		w.must(w.db.FollowShared(ctx, "f", func(_ context.Context, e store.Entry) error {
			seen = append(seen, e.Seq)
			cancel()
			return nil
		}))
	}
	follow()
	second, err := w.db.Feed().NewEpoch(w.ctx)
	w.must(err)
	if second == first {
		w.Fatal("the new epoch is the old one")
	}
	follow()
	if !slices.Equal(seen, []int64{1, 1}) {
		w.Fatalf("after a new epoch the follower saw %v", seen)
	}
}

// Two replicas never hold a lease that is beaten; a holder that stopped beating loses it.
func testLease(w *world) {
	other, _ := w.replica(nil)
	var holders, most atomic.Int32
	work := func(db *store.DB) chan error {
		result := make(chan error, 1)
		go func() {
			result <- db.Lease(w.ctx, "job", func(context.Context) error {
				most.Store(max(most.Load(), holders.Add(1)))
				time.Sleep(20 * time.Millisecond) // the work
				holders.Add(-1)
				return nil
			})
		}()
		return result
	}
	a, b := work(w.db), work(other)
	w.must(<-a)
	w.must(<-b)
	if most.Load() != 1 {
		w.Fatalf("%d held the lease at once", most.Load())
	}
	// A dead holder: its beat stands still.
	w.must(w.open().Values().Put(w.ctx, "leases", "dead", []byte(`{"token":"gone","n":7}`), 0))
	w.must(w.db.Lease(w.ctx, "dead", func(context.Context) error { return nil }))
	// A thief: the holder's context ends.
	calls := 0
	w.must(w.db.Lease(w.ctx, "stolen", func(ctx context.Context) error {
		if calls++; calls > 1 {
			return nil
		}
		if err := w.open().Values().Put(w.ctx, "leases", "stolen", []byte(`{"token":"","n":1}`), 0); err != nil {
			return err
		}
		<-ctx.Done()
		return ctx.Err()
	}))
	if calls != 2 {
		w.Fatalf("the work ran %d times", calls)
	}
}

func testFullOutbox(w *world) {
	if w.db.Engine().Outbox() == nil {
		w.Skip("entries are written with their change")
	}
	down := false
	db, things := w.replica(func(point string) error {
		if down && strings.HasPrefix(point, "log.append") {
			return errors.New("the feed is down")
		}
		return nil
	})
	doc, err := things.Insert(w.ctx, "a", Thing{}, change("x", ""))
	w.must(err)
	down = true
	for i := range store.MaxOutgoing {
		doc, err = things.Replace(w.ctx, doc, Thing{Amount: int64(i)}, change("x", ""))
		w.must(err)
	}
	_, err = things.Replace(w.ctx, doc, Thing{Amount: 1000}, change("x", ""))
	w.kind(err, apperr.Unavailable)
	down = false
	doc, err = things.Replace(w.ctx, doc, Thing{Amount: 2000}, change("x", ""))
	w.must(err)
	if doc.Version != store.MaxOutgoing+2 {
		w.Fatalf("version %d", doc.Version)
	}
	w.must(db.Relay(w.ctx))
	w.verify(store.MaxOutgoing + 2)
}

func testTombstones(w *world) {
	outbox := w.db.Engine().Outbox()
	if outbox == nil {
		w.Skip("no tombstones: entries are written with their change")
	}
	made := w.insert("a", Thing{})
	w.must(w.things.Delete(w.ctx, made, change("x", "")))
	w.must(w.db.Relay(w.ctx))
	count := func() int {
		envs, err := w.db.Engine().Documents().Read(w.ctx, "things", []string{"a"})
		w.must(err)
		return len(envs)
	}
	if count() != 1 {
		w.Fatal("the tombstone went before its hour")
	}
	w.clock.Advance(2 * time.Hour)
	w.must(w.db.Relay(w.ctx))
	if count() != 0 {
		w.Fatal("the tombstone stayed")
	}
	w.verify(2)
}
