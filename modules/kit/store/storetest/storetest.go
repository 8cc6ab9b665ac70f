// Package storetest is the one suite that every engine of the store passes, on the store's own port.
package storetest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"testing"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
)

// Backend is an engine under test.
type Backend struct {
	// Start makes an empty database and gives a function that opens an engine on it, any number of times.
	Start func(testing.TB) func() store.Engine
}

// Thing is the suite's document.
type Thing struct {
	Name   string           `json:"name"`
	Region string           `json:"region,omitempty"`
	Status string           `json:"status,omitempty"`
	Amount int64            `json:"amount"`
	Email  string           `json:"email,omitempty"`
	Sums   map[string]int64 `json:"sums,omitempty"`
	Inner  *Inner           `json:"inner,omitempty"`
}

// Inner is a nested object.
type Inner struct {
	Note  string  `json:"note"`
	Ratio float64 `json:"ratio,omitempty"`
}

// Lists of the suite's collection: by name upward, by amount downward.
const (
	ByName   = "by-name"
	ByAmount = "by-amount"
)

// Definition is the suite's collection.
func Definition() store.Definition[Thing] {
	keys := func(_ string, b Thing) []store.Key {
		if b.Status == "hidden" {
			return nil
		}
		return store.Combinations(nonEmpty(b.Region), nonEmpty(b.Status))
	}
	return store.Definition[Thing]{Name: "things", Personal: []string{"email"}, Lists: []store.List[Thing]{
		{Name: ByName, Keys: keys, Sort: func(_ string, b Thing) string { return store.SortText(b.Name) }},
		{Name: ByAmount, Descending: true, Keys: keys, Sort: func(_ string, b Thing) string { return store.SortInt(b.Amount) }},
	}}
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

var epoch = time.Date(2027, time.March, 1, 1, 0, 0, 0, time.UTC)

// world is one opened database in a test.
type world struct {
	*testing.T
	ctx    context.Context
	open   func() store.Engine
	clock  *clock.Fake
	db     *store.DB
	things *store.Records[Thing]
}

func begin(t *testing.T, b Backend) *world {
	t.Helper()
	w := &world{T: t, ctx: t.Context(), open: b.Start(t), clock: clock.NewFake(epoch)}
	w.db, w.things = w.replica(nil)
	return w
}

// replica opens the same database once more.
func (w *world) replica(fail func(string) error) (*store.DB, *store.Records[Thing]) {
	w.Helper()
	db := store.Open(w.open(), store.Options{Clock: w.clock, Logger: slog.New(slog.DiscardHandler), Fail: fail, LeaseTerm: 200 * time.Millisecond})
	w.Cleanup(func() { _ = db.Close() })
	things := store.NewRecords(db, Definition())
	if fail == nil {
		w.must(db.Ready(w.ctx))
	}
	return db, things
}

func (w *world) must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

func (w *world) kind(err error, kind apperr.Kind) {
	w.Helper()
	if !apperr.Is(err, kind) {
		w.Fatalf("got error %v, want kind %d", err, kind)
	}
}

func (w *world) insert(id string, body Thing) store.Doc[Thing] {
	w.Helper()
	doc, err := w.things.Insert(w.ctx, id, body, change("thing.made", ""))
	w.must(err)
	return doc
}

func change(action, op string) store.Change {
	return store.Change{Action: action, Actor: "alice", Session: "s1", Organization: "org", Operation: store.Operation{ID: op, Digest: op}}
}

// verify checks the whole feed: dense, chained, and that it holds what was acknowledged.
func (w *world) verify(want int64) {
	w.Helper()
	w.must(w.db.Relay(w.ctx))
	n, err := w.db.Feed().Verify(w.ctx)
	w.must(err)
	if n != want {
		w.Fatalf("the feed holds %d entries, want %d", n, want)
	}
}

// Run runs the suite.
func Run(t *testing.T, b Backend) {
	for _, test := range []struct {
		name string
		run  func(*world)
	}{
		{"read and write", testReadWrite}, {"conflicts", testConflicts}, {"own operation", testOwnOperation},
		{"second life", testSecondLife}, {"codec", testCodec}, {"unknown fields", testUnknownFields}, {"upgrade", testUpgrade},
		{"lists", testLists}, {"lists of one shape", testListsOfOneShape}, {"cursors under change", testCursors}, {"keys", testKeys}, {"reindex", testReindex},
		{"many", testMany}, {"feed", testFeed}, {"personal values", testPersonal}, {"erasure cut", testErasureCut},
		{"personal reasons", testPersonalReasons}, {"trail", testTrail}, {"any of several keys", testAnyKey}, {"trail of an old feed", testTrailOfOldFeed}, {"altered feed", testVerify},
		{"state", testState}, {"range of state", testRange}, {"change of state", testChange}, {"counter", testCounter}, {"followers", testFollowers}, {"many followers", testManyFollowers}, {"refused", testRefused}, {"epoch", testEpoch}, {"lease", testLease},
		{"batch", testBatch}, {"batch undo", testBatchUndo}, {"batch conflict", testBatchConflict},
		{"full outbox", testFullOutbox}, {"tombstones", testTombstones},
	} {
		t.Run(test.name, func(t *testing.T) { test.run(begin(t, b)) })
	}
	t.Run("against a model", func(t *testing.T) { testModel(t, b) })
	t.Run("failpoints", func(t *testing.T) { testFailpoints(t, b) })
	t.Run("concurrent writers", func(t *testing.T) { testWriters(begin(t, b)) })
	t.Run("concurrent changes of state", func(t *testing.T) { testChangers(begin(t, b)) })
	t.Run("concurrent takers", func(t *testing.T) { testTakers(begin(t, b)) })
}

func testReadWrite(w *world) {
	if _, err := w.things.Get(w.ctx, "a"); err == nil {
		w.Fatal("read what is not there")
	} else {
		w.kind(err, apperr.NotFound)
	}
	made := w.insert("a", Thing{Name: "Well", Amount: 3})
	if made.Version != 1 || !made.Created.Equal(epoch) || !made.Changed.Equal(epoch) {
		w.Fatalf("inserted %+v", made)
	}
	w.clock.Advance(time.Minute)
	changed, err := w.things.Replace(w.ctx, made, Thing{Name: "Well", Amount: 4}, change("thing.changed", ""))
	w.must(err)
	read, err := w.things.Get(w.ctx, "a")
	w.must(err)
	if read.Version != 2 || read.Body.Amount != 4 || !read.Created.Equal(epoch) || !read.Changed.Equal(epoch.Add(time.Minute)) || changed.Version != 2 {
		w.Fatalf("read %+v after replace", read)
	}
	w.insert("b", Thing{Name: "Road"})
	many, err := w.things.GetMany(w.ctx, []string{"a", "b", "c"})
	w.must(err)
	if len(many) != 2 || many["a"].Version != 2 || many["b"].Body.Name != "Road" {
		w.Fatalf("GetMany %+v", many)
	}
	if none, err := w.things.GetMany(w.ctx, nil); err != nil || len(none) != 0 {
		w.Fatal(none, err)
	}
	w.must(w.things.Delete(w.ctx, read, change("thing.deleted", "")))
	_, err = w.things.Get(w.ctx, "a")
	w.kind(err, apperr.NotFound)
	var seen []string
	w.must(w.things.Each(w.ctx, func(d store.Doc[Thing]) error { seen = append(seen, d.ID); return nil }))
	if !slices.Equal(seen, []string{"b"}) {
		w.Fatalf("Each saw %v", seen)
	}
	stop := errors.New("stop")
	if err := w.things.Each(w.ctx, func(store.Doc[Thing]) error { return stop }); !errors.Is(err, stop) {
		w.Fatalf("Each gave %v", err)
	}
	w.verify(4)
}

func testConflicts(w *world) {
	first := w.insert("a", Thing{Name: "one"})
	_, err := w.things.Insert(w.ctx, "a", Thing{Name: "two"}, change("x", ""))
	w.kind(err, apperr.Conflict)
	second, err := w.things.Replace(w.ctx, first, Thing{Name: "two"}, change("x", ""))
	w.must(err)
	_, err = w.things.Replace(w.ctx, first, Thing{Name: "three"}, change("x", ""))
	w.kind(err, apperr.Conflict)
	w.kind(w.things.Delete(w.ctx, first, change("x", "")), apperr.Conflict)
	// A document whose version was set by a form, of the past and of the future.
	for _, version := range []int64{1, 3, 0, -1} {
		stale := second
		stale.Version = version
		_, err = w.things.Replace(w.ctx, stale, Thing{Name: "four"}, change("x", ""))
		w.kind(err, apperr.Conflict)
	}
	w.must(w.things.Delete(w.ctx, second, change("x", "")))
	_, err = w.things.Replace(w.ctx, second, Thing{Name: "five"}, change("x", ""))
	w.kind(err, apperr.NotFound)
	w.kind(w.things.Delete(w.ctx, second, change("x", "")), apperr.NotFound)
	w.verify(3)
}

func testOwnOperation(w *world) {
	made, err := w.things.Insert(w.ctx, "a", Thing{Name: "one"}, change("x", "op1"))
	w.must(err)
	again, err := w.things.Insert(w.ctx, "a", Thing{Name: "one"}, change("x", "op1"))
	w.must(err)
	if again.Version != made.Version {
		w.Fatalf("a repeat made version %d", again.Version)
	}
	other := change("x", "op1")
	other.Operation.Digest = "another input"
	_, err = w.things.Insert(w.ctx, "a", Thing{Name: "else"}, other)
	w.kind(err, apperr.Conflict)
	changed, err := w.things.Replace(w.ctx, made, Thing{Name: "two"}, change("x", "op2"))
	w.must(err)
	again, err = w.things.Replace(w.ctx, made, Thing{Name: "two"}, change("x", "op2"))
	w.must(err)
	if again.Version != changed.Version || again.Body.Name != "two" {
		w.Fatalf("a repeat gave %+v", again)
	}
	third, err := w.things.Replace(w.ctx, changed, Thing{Name: "three"}, change("x", "op3"))
	w.must(err)
	// The repeat of an earlier step is still a success: what it did is in the feed.
	again, err = w.things.Replace(w.ctx, made, Thing{Name: "two"}, change("x", "op2"))
	w.must(err)
	if again.Version != third.Version || again.Body.Name != "three" {
		w.Fatalf("an old repeat gave %+v", again)
	}
	_, err = w.things.Replace(w.ctx, made, Thing{Name: "four"}, change("x", "op4"))
	w.kind(err, apperr.Conflict)
	w.must(w.things.Delete(w.ctx, third, change("x", "op5")))
	w.must(w.things.Delete(w.ctx, third, change("x", "op5")))
	w.kind(w.things.Delete(w.ctx, third, change("x", "op6")), apperr.NotFound)
	w.verify(4)
}

func testSecondLife(w *world) {
	for life := range 3 {
		made := w.insert("a", Thing{Name: fmt.Sprint("life ", life)})
		if want := int64(2*life + 1); made.Version != want {
			w.Fatalf("life %d begins at version %d, want %d", life, made.Version, want)
		}
		w.must(w.things.Delete(w.ctx, made, change("x", "")))
	}
	w.clock.Advance(2 * time.Hour) // the tombstone is collected
	w.must(w.db.Relay(w.ctx))
	if made := w.insert("a", Thing{Name: "last"}); made.Version != 7 {
		w.Fatalf("after its tombstone the document begins at version %d", made.Version)
	}
	w.must(w.things.InsertMany(w.ctx, []store.Item[Thing]{{ID: "a", Body: Thing{Name: "skipped"}}, {ID: "b", Body: Thing{Name: "b"}}}, change("x", "")))
	b, err := w.things.Get(w.ctx, "b")
	w.must(err)
	w.must(w.things.Delete(w.ctx, b, change("x", "")))
	w.must(w.things.InsertMany(w.ctx, []store.Item[Thing]{{ID: "b", Body: Thing{Name: "b"}}}, change("x", "")))
	if b, err = w.things.Get(w.ctx, "b"); err != nil || b.Version != 3 {
		w.Fatalf("bulk insert over a deleted id: %+v %v", b, err)
	}
	w.verify(10)
}

func testCodec(w *world) {
	body := Thing{Name: "<b>\"x\" & \\ \u2028 é 漢 \u0000 🜚", Amount: 9007199254740993, Email: "a@b",
		Sums:  map[string]int64{"61.01": 1, "$set": 2, "": 3, "%2E": 4, "a\x00b": 5, "%": 6},
		Inner: &Inner{Note: "n", Ratio: 0.1 + 0.2}}
	w.insert("a", body)
	read, err := w.things.Get(w.ctx, "a")
	w.must(err)
	want, _ := json.Marshal(body)
	got, _ := json.Marshal(read.Body)
	if string(want) != string(got) {
		w.Fatalf("read\n%s\nwant\n%s", got, want)
	}
	// The same body again is no change of any field.
	_, err = w.things.Replace(w.ctx, read, read.Body, change("x", ""))
	w.must(err)
	history, err := w.things.History(w.ctx, "a", 1)
	w.must(err)
	if len(history[0].Changes) != 0 {
		w.Fatalf("an equal body gave changes %+v", history[0].Changes)
	}
	zero := 0.0
	for _, bad := range []float64{1 / zero, -1 / zero, zero / zero} {
		if _, err := w.things.Insert(w.ctx, "bad", Thing{Inner: &Inner{Ratio: bad}}, change("x", "")); err == nil {
			w.Fatalf("%v reached a document", bad)
		}
	}
	w.verify(2)
}

// later is Thing as a later program knows it.
type later struct {
	Name  string   `json:"name"`
	Extra string   `json:"extra,omitempty"`
	Tags  []string `json:"tags,omitempty"`
	Inner struct {
		Note string `json:"note"`
		More int    `json:"more,omitempty"`
	} `json:"inner"`
}

func testUnknownFields(w *world) {
	other := store.Open(w.open(), store.Options{Clock: w.clock, Logger: slog.New(slog.DiscardHandler)})
	w.Cleanup(func() { _ = other.Close() })
	laters := store.NewRecords(other, store.Definition[later]{Name: "things"})
	body := later{Name: "a", Extra: "kept", Tags: []string{"x", "y"}}
	body.Inner.Note, body.Inner.More = "n", 7
	_, err := laters.Insert(w.ctx, "a", body, change("x", ""))
	w.must(err)
	read, err := w.things.Get(w.ctx, "a")
	w.must(err)
	next := read.Body
	next.Name, next.Inner.Note = "b", "m"
	replaced, err := w.things.Replace(w.ctx, read, next, change("x", ""))
	w.must(err)
	// Once more from what the replace gave, and with the field of an omitted value.
	next.Status = "open"
	replaced, err = w.things.Replace(w.ctx, replaced, next, change("x", ""))
	w.must(err)
	next.Status = ""
	_, err = w.things.Replace(w.ctx, replaced, next, change("x", ""))
	w.must(err)
	got, err := laters.Get(w.ctx, "a")
	w.must(err)
	if got.Body.Name != "b" || got.Body.Extra != "kept" || len(got.Body.Tags) != 2 || got.Body.Inner.More != 7 || got.Body.Inner.Note != "m" {
		w.Fatalf("after a replace by the older program: %+v", got.Body)
	}
	if now, err := w.things.Get(w.ctx, "a"); err != nil || now.Body.Status != "" {
		w.Fatalf("an emptied field came back: %+v %v", now.Body, err)
	}
}

func testUpgrade(w *world) {
	w.insert("a", Thing{Name: "a", Amount: 9007199254740993})
	type renamed struct {
		Title  string `json:"title"`
		Amount int64  `json:"amount"`
		Double int64  `json:"double"`
	}
	newer := store.Open(w.open(), store.Options{Clock: w.clock, Logger: slog.New(slog.DiscardHandler)})
	w.Cleanup(func() { _ = newer.Close() })
	r := store.NewRecords(newer, store.Definition[renamed]{Name: "things", Schema: 3, Upgrade: []func(map[string]any){
		func(m map[string]any) { m["title"] = m["name"]; delete(m, "name") },
		func(m map[string]any) { m["double"] = m["amount"] },
	}})
	doc, err := r.Get(w.ctx, "a")
	w.must(err)
	if doc.Body != (renamed{Title: "a", Amount: 9007199254740993, Double: 9007199254740993}) {
		w.Fatalf("upgraded to %+v", doc.Body)
	}
	doc, err = r.Replace(w.ctx, doc, renamed{Title: "b", Amount: 2, Double: 4}, change("x", ""))
	w.must(err)
	again, err := r.Get(w.ctx, "a")
	w.must(err)
	if again.Body != doc.Body {
		w.Fatalf("a body of the present schema was upgraded: %+v", again.Body)
	}
	// The older program reads it and does not write over it.
	old, err := w.things.Get(w.ctx, "a")
	w.must(err)
	_, err = w.things.Replace(w.ctx, old, Thing{Name: "c"}, change("x", ""))
	w.kind(err, apperr.Unavailable)
}
