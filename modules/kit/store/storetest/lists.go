package storetest

import (
	"fmt"
	"log/slog"
	"slices"
	"testing"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit/effort"
)

// ids pages through a list.
func (w *world) ids(list string, key store.Key, limit int) []string {
	w.Helper()
	var ids []string
	q := store.Query{List: list, Key: key, Limit: limit}
	for {
		page, err := w.things.List(w.ctx, q)
		w.must(err)
		for _, d := range page.Items {
			ids = append(ids, d.ID)
		}
		if page.Next == "" {
			return ids
		}
		if len(page.Items) == 0 {
			w.Fatal("an empty page has a next one")
		}
		q.Cursor = page.Next
	}
}

func testLists(w *world) {
	for i := range 9 {
		w.insert(fmt.Sprintf("t%d", i), Thing{Name: fmt.Sprintf("Name %d", (i*4)%9), Amount: int64(i%3) - 1, Region: []string{"61", "62"}[i%2], Status: "open"})
	}
	w.insert("hidden", Thing{Name: "Hidden", Region: "61", Status: "hidden"})
	byName := []string{"t0", "t7", "t5", "t3", "t1", "t8", "t6", "t4", "t2"}
	byAmount := []string{"t8", "t5", "t2", "t7", "t4", "t1", "t6", "t3", "t0"}
	for _, limit := range []int{1, 2, 3, 9, 100} {
		if got := w.ids(ByName, "", limit); !slices.Equal(got, byName) {
			w.Fatalf("by name, %d a page: %v", limit, got)
		}
		if got := w.ids(ByAmount, "", limit); !slices.Equal(got, byAmount) {
			w.Fatalf("by amount, %d a page: %v", limit, got)
		}
		if got := w.ids(ByName, store.KeyOf("62", ""), limit); !slices.Equal(got, []string{"t7", "t5", "t3", "t1"}) {
			w.Fatalf("region 62, %d a page: %v", limit, got)
		}
	}
	if got := w.ids(ByName, store.KeyOf("", "hidden"), 5); len(got) != 0 {
		w.Fatalf("a hidden document is listed: %v", got)
	}
	for key, want := range map[store.Key]int64{"": 9, store.KeyOf("61", "open"): 5, store.KeyOf("62", ""): 4, store.KeyOf("63", ""): 0} {
		if n, err := w.things.Count(w.ctx, ByName, key); err != nil || n != want {
			w.Fatalf("count of %q: %d %v, want %d", key, n, err, want)
		}
	}
	page, err := w.things.List(w.ctx, store.Query{List: ByName, Key: store.KeyOf("61", ""), Limit: 2})
	w.must(err)
	for _, q := range []store.Query{
		{List: ByName, Cursor: page.Next}, {List: ByAmount, Key: store.KeyOf("61", ""), Cursor: page.Next},
		{List: ByName, Key: store.KeyOf("61", ""), Cursor: "x"}, {List: ByName, Cursor: "%%%"},
		{List: ByName, Key: store.KeyOf("61", ""), Cursor: page.Next[:11]},
	} {
		_, err := w.things.List(w.ctx, q)
		w.kind(err, apperr.BadRequest)
	}
	if _, err := w.things.List(w.ctx, store.Query{List: "none"}); err == nil {
		w.Fatal("a list that was not declared answered")
	}
	if page, err := w.things.List(w.ctx, store.Query{List: ByName, Limit: 5000}); err != nil || len(page.Items) != 9 {
		w.Fatal(len(page.Items), err)
	}
}

// A cursor is a position between documents: what is deleted, moved or added behind or before it neither hides nor
// repeats another document.
func testCursors(w *world) {
	for i := range 6 {
		w.insert(fmt.Sprintf("t%d", i), Thing{Name: fmt.Sprintf("n%d", i)})
	}
	page, err := w.things.List(w.ctx, store.Query{List: ByName, Limit: 3})
	w.must(err)
	at := page.Items[2] // the cursor stands on it
	w.must(w.things.Delete(w.ctx, at, change("x", "")))
	moved, err := w.things.Get(w.ctx, "t0")
	w.must(err)
	_, err = w.things.Replace(w.ctx, moved, Thing{Name: "n9"}, change("x", ""))
	w.must(err)
	w.insert("before", Thing{Name: "a"})
	w.insert("behind", Thing{Name: "n35"})
	rest, err := w.things.List(w.ctx, store.Query{List: ByName, Limit: 10, Cursor: page.Next})
	w.must(err)
	var ids []string
	for _, d := range rest.Items {
		ids = append(ids, d.ID)
	}
	if want := []string{"t3", "behind", "t4", "t5", "t0"}; !slices.Equal(ids, want) {
		w.Fatalf("after the change the cursor goes on with %v, want %v", ids, want)
	}
}

func testKeys(w *world) {
	many := store.Open(w.open(), store.Options{Clock: w.clock})
	w.Cleanup(func() { _ = many.Close() })
	keys := 32
	r := store.NewRecords(many, store.Definition[Thing]{Name: "keyed", Lists: []store.List[Thing]{{Name: "l",
		Keys: func(string, Thing) []store.Key {
			all := make([]store.Key, keys)
			for i := range all {
				all[i] = store.KeyOf(fmt.Sprint(i))
			}
			return all
		}, Sort: func(id string, _ Thing) string { return id }}}})
	_, err := r.Insert(w.ctx, "a", Thing{}, change("x", ""))
	w.must(err)
	keys = 33
	if _, err := r.Insert(w.ctx, "b", Thing{}, change("x", "")); err == nil {
		w.Fatal("33 keys were taken")
	}
	if n, err := r.Count(w.ctx, "l", ""); err != nil || n != 1 {
		w.Fatalf("everything: %d %v", n, err)
	}
}

func testReindex(w *world) {
	total := 450
	if !w.quick() {
		if effort.Race {
			w.Skip("the race detector would take minutes over what the server does")
		}
		total = 210
	}
	items := make([]store.Item[Thing], total)
	for i := range items {
		items[i] = store.Item[Thing]{ID: fmt.Sprintf("t%03d", i), Body: Thing{Name: fmt.Sprint(i), Region: fmt.Sprint(i % 7), Amount: int64(i)}, At: epoch}
	}
	w.must(w.things.InsertMany(w.ctx, items, change("seed", "")))
	boom := fmt.Errorf("boom")
	calls, failing := 0, true
	open := func() (*store.DB, *store.Records[Thing]) {
		db := store.Open(w.open(), store.Options{Clock: w.clock, Logger: slog.New(slog.DiscardHandler), Fail: func(point string) error {
			if point == "documents.reindex.before" {
				if calls++; failing && calls == total-5 {
					return boom
				}
			}
			return nil
		}})
		w.Cleanup(func() { _ = db.Close() })
		def := Definition()
		def.Lists[0].Keys = func(_ string, b Thing) []store.Key { return []store.Key{store.KeyOf("odd" + b.Region)} }
		def.Lists = append(def.Lists, store.List[Thing]{Name: "new", Sort: func(id string, _ Thing) string { return id }})
		return db, store.NewRecords(db, def)
	}
	db, _ := open()
	if err := db.Ready(w.ctx); err == nil {
		w.Fatal("an interrupted reindex passed for a whole one")
	}
	failing = false
	db, r := open()
	w.must(db.Ready(w.ctx))
	if calls >= 2*total-10 {
		w.Fatalf("the reindex began again instead of going on: %d calls", calls)
	}
	for list, want := range map[string]int64{ByName: int64(total), "new": int64(total)} {
		if n, err := r.Count(w.ctx, list, ""); err != nil || n != want {
			w.Fatalf("list %s holds %d, %v", list, n, err)
		}
	}
	if n, err := r.Count(w.ctx, ByName, store.KeyOf("odd3")); err != nil || n != int64(total+3)/7 {
		w.Fatalf("new key: %d %v", n, err)
	}
	if n, err := r.Count(w.ctx, ByName, store.KeyOf("3", "")); err != nil || n != 0 {
		w.Fatalf("old key: %d %v", n, err)
	}
	if n, err := db.CheckKeys(w.ctx); err != nil || n != 0 {
		w.Fatalf("%d documents have other keys, %v", n, err)
	}
	doc, err := r.Get(w.ctx, "t000")
	w.must(err)
	if doc.Version != 1 {
		w.Fatalf("a reindex made version %d", doc.Version)
	}
}

func testMany(w *world) {
	items := make([]store.Item[Thing], 1203)
	for i := range items {
		items[i] = store.Item[Thing]{ID: fmt.Sprintf("t%04d", i), Body: Thing{Name: fmt.Sprint(i), Region: "61"}, At: epoch.AddDate(-1, 0, i)}
	}
	if testing.Short() || !w.quick() {
		items = items[:60]
	}
	w.insert("t0001", Thing{Name: "first"})
	w.must(w.things.InsertMany(w.ctx, items, change("seed", "")))
	w.must(w.things.InsertMany(w.ctx, items, change("seed", "")))
	if n, err := w.things.Count(w.ctx, ByName, ""); err != nil || n != int64(len(items)) {
		w.Fatal(n, err)
	}
	first, err := w.things.Get(w.ctx, "t0001")
	w.must(err)
	second, err := w.things.Get(w.ctx, "t0002")
	w.must(err)
	if first.Body.Name != "first" || !second.Created.Equal(items[2].At) || !second.Changed.Equal(epoch) {
		w.Fatalf("%+v %+v", first, second)
	}
	w.verify(int64(len(items)))
}

// quick tells whether the engine writes without a server's round trips.
func (w *world) quick() bool { return w.open().Outbox() == nil }

// What is under any of several keys comes once, in the order of the list, page by page.
func testAnyKey(w *world) {
	for i := range 12 {
		w.insert(fmt.Sprintf("t%02d", i), Thing{Name: fmt.Sprintf("n%02d", i), Amount: int64(i), Region: []string{"61", "62", "63"}[i%3], Status: []string{"open", "shut"}[i%2]})
	}
	keys := []store.Key{store.KeyOf("61", ""), store.KeyOf("62", ""), store.KeyOf("", "open")}
	want := []string{"t00", "t01", "t02", "t03", "t04", "t06", "t07", "t08", "t09", "t10"}
	for _, list := range []string{ByName, ByAmount} {
		for _, limit := range []int{1, 3, 100} {
			var got []string
			for cursor := ""; ; {
				page, err := w.things.List(w.ctx, store.Query{List: list, Any: keys, Cursor: cursor, Limit: limit})
				w.must(err)
				for _, doc := range page.Items {
					got = append(got, doc.ID)
				}
				if cursor = page.Next; cursor == "" {
					break
				}
			}
			if list == ByAmount {
				slices.Reverse(got)
			}
			if !slices.Equal(got, want) {
				w.Fatalf("%s, %d a page: %v, want %v", list, limit, got, want)
			}
		}
	}
	page, err := w.things.List(w.ctx, store.Query{List: ByName, Any: keys, Limit: 1})
	w.must(err)
	_, err = w.things.List(w.ctx, store.Query{List: ByName, Any: keys[:2], Cursor: page.Next})
	w.kind(err, apperr.BadRequest)
}

// A document leaves one list for another that holds it under the same key and sort value.
func testListsOfOneShape(w *world) {
	in := func(amount int64) func(string, Thing) []store.Key {
		return func(_ string, t Thing) []store.Key {
			if t.Amount%2 != amount {
				return nil
			}
			return []store.Key{""}
		}
	}
	sort := func(_ string, t Thing) string { return t.Name }
	moving := store.NewRecords(w.db, store.Definition[Thing]{Name: "moving", Lists: []store.List[Thing]{
		{Name: "even", Keys: in(0), Sort: sort}, {Name: "odd", Keys: in(1), Sort: sort},
	}})
	doc, err := moving.Insert(w.ctx, "a", Thing{Name: "well"}, change("thing.made", ""))
	w.must(err)
	for amount := int64(1); amount < 12; amount++ {
		doc, err = moving.Replace(w.ctx, doc, Thing{Name: "well", Amount: amount}, change("thing.moved", ""))
		w.must(err)
		for i, list := range []string{"even", "odd"} {
			page, err := moving.List(w.ctx, store.Query{List: list})
			w.must(err)
			if got := len(page.Items) == 1; got != (amount%2 == int64(i)) {
				w.Fatalf("with %d, %s holds it: %v", amount, list, got)
			}
		}
	}
}
