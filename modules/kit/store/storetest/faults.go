package storetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"testing"

	"pgregory.net/rapid"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// testWriters: of writers that meet, exactly one wins each version, over two replicas; the final version is the count
// of successes, and so is the feed.
func testWriters(w *world) {
	second, others := w.replica(nil)
	w.insert("a", Thing{})
	writers, edits := 50, 20
	if !w.quick() {
		writers, edits = 10, 20
	}
	if testing.Short() {
		edits = 4
	}
	var wins atomic.Int64
	var group sync.WaitGroup
	for n := range writers {
		things := w.things
		if n%2 == 1 {
			things = others
		}
		group.Go(func() {
			for range edits {
				doc, err := things.Get(w.ctx, "a")
				if err != nil {
					w.Error(err)
					return
				}
				next := doc.Body
				next.Amount++
				switch _, err = things.Replace(w.ctx, doc, next, change("x", "")); {
				case err == nil:
					wins.Add(1)
				case !apperr.Is(err, apperr.Conflict):
					w.Error(err)
				}
			}
		})
	}
	group.Wait()
	w.must(second.Relay(w.ctx))
	doc, err := w.things.Get(w.ctx, "a")
	w.must(err)
	if doc.Version != wins.Load()+1 || doc.Body.Amount != wins.Load() || wins.Load() == 0 {
		w.Fatalf("version %d, amount %d, successes %d", doc.Version, doc.Body.Amount, wins.Load())
	}
	w.verify(doc.Version)
}

// A crash is an error at one storage call, before or after it took effect, with nothing done after it. After it the
// database is opened again, the relay runs, and the step is repeated with its operation, as a form is posted again.
func testFailpoints(t *testing.T, b Backend) {
	boom := errors.New("crash")
	steps := func(things *store.Records[Thing], run int, w *world) error {
		id := fmt.Sprintf("t%d", run)
		doc, err := things.Insert(w.ctx, id, Thing{Name: "one", Email: "e@x"}, change("made", "op1-"+id))
		if err != nil {
			return err
		}
		if doc.Version == 1 {
			if doc, err = things.Replace(w.ctx, doc, Thing{Name: "two", Email: "f@x"}, change("changed", "op2-"+id)); err != nil {
				return err
			}
		}
		if doc.Version == 2 {
			return things.Delete(w.ctx, doc, change("deleted", "op3-"+id))
		}
		return nil
	}
	w := begin(t, b)
	crashes := 0
	for stop := 1; ; stop++ {
		calls := 0
		_, things := w.replica(func(string) error {
			if calls++; calls >= stop {
				return boom
			}
			return nil
		})
		err := steps(things, stop, w)
		reopened, again := w.replica(nil)
		w.must(reopened.Relay(w.ctx))
		if err == nil && calls < stop {
			break
		}
		crashes++
		// What is stored and what the feed says agree, whatever the crash left.
		id := fmt.Sprintf("t%d", stop)
		history, herr := again.History(w.ctx, id, 10)
		w.must(herr)
		doc, gerr := again.Get(w.ctx, id)
		switch {
		case gerr == nil:
			if len(history) != int(doc.Version) || history[0].Version != doc.Version {
				w.Fatalf("crash %d: version %d with %d entries", stop, doc.Version, len(history))
			}
		case apperr.Is(gerr, apperr.NotFound):
			if len(history) != 0 && !history[0].Deleted {
				w.Fatalf("crash %d: the document is gone, its newest entry is %+v", stop, history[0])
			}
		default:
			w.Fatal(gerr)
		}
		if len(history) == 0 || !history[0].Deleted {
			w.must(steps(again, stop, w))
		}
		if history, err = again.History(w.ctx, id, 10); err != nil || len(history) != 3 || !history[0].Deleted {
			w.Fatalf("crash %d: after the repeat %d entries, %v", stop, len(history), err)
		}
		for _, e := range history[1:] {
			if changes, err := again.PersonalChanges(w.ctx, e); err != nil || len(changes) != 1 {
				w.Fatalf("crash %d: personal values %v %v", stop, changes, err)
			}
		}
		if stop > 200 {
			w.Fatal("the steps never end")
		}
	}
	if crashes < 6 {
		w.Fatalf("only %d crashes", crashes)
	}
	w.verify(int64(3 * (crashes + 1)))
}

// model is the store in memory.
type model map[string]store.Doc[Thing]

func (m model) list(list string, key store.Key) []string {
	var def store.List[Thing]
	for _, l := range Definition().Lists {
		if l.Name == list {
			def = l
		}
	}
	type item struct{ sort, id string }
	var items []item
	for id, d := range m {
		keys := def.Keys(id, d.Body)
		if slices.Contains(keys, key) {
			items = append(items, item{def.Sort(id, d.Body), id})
		}
	}
	slices.SortFunc(items, func(a, b item) int {
		if a.sort != b.sort {
			return compare(a.sort, b.sort)
		}
		return compare(a.id, b.id)
	})
	if def.Descending {
		slices.Reverse(items)
	}
	var ids []string
	for _, i := range items {
		ids = append(ids, i.id)
	}
	return ids
}

func compare(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// testModel does random steps on the engine and on a map, and compares every answer.
func testModel(t *testing.T, b Backend) {
	w := begin(t, b)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		round++
		prefix := fmt.Sprintf("r%d", round) // each run in its own region of one database
		m, stale := model{}, map[string]store.Doc[Thing]{}
		ids := rapid.SampledFrom([]string{prefix + "a", prefix + "b", prefix + "c", prefix + "d", prefix + "e"})
		bodies := rapid.Custom(func(rt *rapid.T) Thing {
			return Thing{Name: rapid.SampledFrom([]string{"", "x", "X", "é", "z z"}).Draw(rt, "name"), Region: prefix,
				Status: rapid.SampledFrom([]string{"", "open", "closed", "hidden"}).Draw(rt, "status"),
				Amount: rapid.Int64Range(-3, 3).Draw(rt, "amount"), Email: rapid.SampledFrom([]string{"", "e@x"}).Draw(rt, "email")}
		})
		same := func(got store.Doc[Thing], id string) {
			want := m[id]
			if got.Version != want.Version || fmt.Sprint(got.Body) != fmt.Sprint(want.Body) {
				rt.Fatalf("%s is %+v, the model says %+v", id, got, want)
			}
		}
		rt.Repeat(map[string]func(*rapid.T){
			"insert": func(rt *rapid.T) {
				id, body := ids.Draw(rt, "id"), bodies.Draw(rt, "body")
				doc, err := w.things.Insert(w.ctx, id, body, change("x", ""))
				if _, there := m[id]; there {
					if !apperr.Is(err, apperr.Conflict) {
						rt.Fatalf("insert over %s: %v", id, err)
					}
					return
				}
				if err != nil {
					rt.Fatal(err)
				}
				if old, was := stale[id]; was && doc.Version <= old.Version {
					rt.Fatalf("%s begins again at %d after %d", id, doc.Version, old.Version)
				}
				m[id] = doc
			},
			"replace": func(rt *rapid.T) {
				id, body := ids.Draw(rt, "id"), bodies.Draw(rt, "body")
				read, old := m[id], stale[id]
				if old.ID != "" && rapid.Bool().Draw(rt, "stale") {
					_, err := w.things.Replace(w.ctx, old, body, change("x", ""))
					if !apperr.Is(err, apperr.Conflict) && !apperr.Is(err, apperr.NotFound) {
						rt.Fatalf("a stale replace: %v", err)
					}
					return
				}
				if read.ID == "" {
					return
				}
				doc, err := w.things.Replace(w.ctx, read, body, change("x", ""))
				if err != nil {
					rt.Fatal(err)
				}
				m[id], stale[id] = doc, read
			},
			"delete": func(rt *rapid.T) {
				id := ids.Draw(rt, "id")
				if read := m[id]; read.ID != "" {
					if err := w.things.Delete(w.ctx, read, change("x", "")); err != nil {
						rt.Fatal(err)
					}
					delete(m, id)
					stale[id] = read
				}
			},
			"get": func(rt *rapid.T) {
				id := ids.Draw(rt, "id")
				doc, err := w.things.Get(w.ctx, id)
				if _, there := m[id]; !there {
					if !apperr.Is(err, apperr.NotFound) {
						rt.Fatalf("get of %s: %v", id, err)
					}
					return
				}
				if err != nil {
					rt.Fatal(err)
				}
				same(doc, id)
			},
			"list": func(rt *rapid.T) {
				list := rapid.SampledFrom([]string{ByName, ByAmount}).Draw(rt, "list")
				key := store.KeyOf(prefix, rapid.SampledFrom([]string{"", "open", "closed"}).Draw(rt, "status"))
				got := w.ids(list, key, rapid.IntRange(1, 4).Draw(rt, "limit"))
				if want := m.list(list, key); !slices.Equal(got, want) {
					rt.Fatalf("%s %q gives %v, the model %v", list, key, got, want)
				}
				if n, err := w.things.Count(w.ctx, list, key); err != nil || n != int64(len(got)) {
					rt.Fatalf("count %d %v, the list has %d", n, err, len(got))
				}
			},
			"": func(rt *rapid.T) {
				many, err := w.things.GetMany(w.ctx, slices.Collect(maps.Keys(m)))
				if err != nil || len(many) != len(m) {
					rt.Fatalf("%d of %d are there, %v", len(many), len(m), err)
				}
			},
		})
	})
	w.must(w.db.Relay(w.ctx))
	if _, err := w.db.Feed().Verify(w.ctx); err != nil {
		t.Fatal(err)
	}
}
