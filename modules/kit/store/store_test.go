package store_test

import (
	"context"
	"testing"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit"
)

type thing struct {
	Name  string `json:"name"`
	Color string `json:"color,omitempty"`
	N     int64  `json:"n"`
}

func TestSmoke(t *testing.T) {
	for name, db := range map[string]*store.DB{"sqlite": testkit.DB(t), "atomic": testkit.DBAtomic(t, nil)} {
		t.Run(name, func(t *testing.T) {
			ctx := context.Background()
			r := store.NewRecords(db, store.Definition[thing]{Name: "things", Personal: []string{"color"}, Lists: []store.List[thing]{{Name: "by-name",
				Keys: func(_ string, b thing) []store.Key { return store.Combinations([]string{b.Color}) },
				Sort: func(_ string, b thing) string { return store.SortText(b.Name) }}}})
			if err := db.Ready(ctx); err != nil {
				t.Fatal(err)
			}
			for _, id := range []string{"a", "b", "c"} {
				if _, err := r.Insert(ctx, id, thing{Name: id, Color: "red"}, store.Change{Action: "x"}); err != nil {
					t.Fatal(err)
				}
			}
			p, err := r.List(ctx, store.Query{List: "by-name", Key: store.KeyOf("red"), Limit: 2})
			if err != nil || len(p.Items) != 2 || p.Next == "" {
				t.Fatal(p, err)
			}
			p2, err := r.List(ctx, store.Query{List: "by-name", Key: store.KeyOf("red"), Limit: 2, Cursor: p.Next})
			if err != nil || len(p2.Items) != 1 || p2.Next != "" {
				t.Fatal(p2, err)
			}
			if _, err := r.List(ctx, store.Query{List: "by-name", Cursor: p.Next}); !apperr.Is(err, apperr.BadRequest) {
				t.Fatal(err)
			}
			n, err := r.Count(ctx, "by-name", store.KeyOf("red"))
			if err != nil || n != 3 {
				t.Fatal(n, err)
			}
			d, err := r.Replace(ctx, p.Items[0], thing{Name: "z", Color: "blue"}, store.Change{Action: "y"})
			if err != nil || d.Version != 2 {
				t.Fatal(d, err)
			}
			if _, err := r.Replace(ctx, p.Items[0], thing{Name: "q"}, store.Change{Action: "y"}); !apperr.Is(err, apperr.Conflict) {
				t.Fatal(err)
			}
			h, err := r.History(ctx, "a", 10)
			if err != nil || len(h) != 2 || h[0].Version != 2 {
				t.Fatal(h, err)
			}
			t.Logf("%+v", h)
			if err := r.Delete(ctx, d, store.Change{Action: "gone"}); err != nil {
				t.Fatal(err)
			}
			if _, err := r.Get(ctx, "a"); !apperr.Is(err, apperr.NotFound) {
				t.Fatal(err)
			}
			h, err = r.History(ctx, "a", 2)
			if err != nil || len(h) != 2 || h[0].Action != "gone" {
				t.Fatal(h, err)
			}
			if gone, there, err := r.Before(ctx, store.Doc[thing]{}, h[0]); err != nil || !there || gone != d.Body || gone.Color != "blue" {
				t.Fatalf("what was taken away: %+v, was %+v: %v", gone, d.Body, err)
			}
			if old, there, err := r.Before(ctx, d, h[1]); err != nil || !there || old == d.Body || old.Name == "" {
				t.Fatalf("before the last change: %+v, is %+v: %v", old, d.Body, err)
			}
			stale := d
			stale.Version--
			if _, _, err := r.Before(ctx, stale, h[1]); !apperr.Is(err, apperr.Conflict) {
				t.Fatal("before a change of what changed since:", err)
			}
			if d, err = r.Insert(ctx, "a", thing{Name: "again"}, store.Change{}); err != nil || d.Version != 4 {
				t.Fatal(d, err)
			}
			c, err := db.Feed().Verify(ctx)
			if err != nil || c != 6 {
				t.Fatal(c, err)
			}
		})
	}
}
