package storetest

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"strconv"
	"testing"
	"time"

	"gotong/modules/kit/store"
)

// BenchSize is how many documents the benchmarks work on: GOTONG_BENCH_DOCUMENTS, or 100,000.
func BenchSize() int {
	if n, err := strconv.Atoi(os.Getenv("GOTONG_BENCH_DOCUMENTS")); err == nil && n > 0 {
		return n
	}
	return 100_000
}

// Bench measures insert, replace, find by id, a page of 20 and the count of a key on an engine that holds BenchSize
// documents, each with 4 keys in each of two lists. Where cpu tells the process's processor time so far, that is
// reported too: it says more than the clock where other work runs beside.
func Bench(b *testing.B, engine store.Engine, cpu func() time.Duration) {
	ctx := context.Background()
	db := store.Open(engine, store.Options{Logger: slog.New(slog.DiscardHandler)})
	things := store.NewRecords(db, benchDefinition())
	if err := db.Ready(ctx); err != nil {
		b.Fatal(err)
	}
	size := BenchSize()
	items := make([]store.Item[Thing], 0, 1000)
	for i := range size {
		items = append(items, store.Item[Thing]{ID: benchID(i), Body: benchThing(i)})
		if len(items) == cap(items) || i == size-1 {
			if err := things.InsertMany(ctx, items, change("seed", "")); err != nil {
				b.Fatal(err)
			}
			items = items[:0]
		}
	}
	serial := 0
	for _, bench := range []struct {
		name string
		run  func(i int) error
	}{
		{"insert", func(int) error {
			serial++
			_, err := things.Insert(ctx, store.NewID(), benchThing(serial), change("x", ""))
			return err
		}},
		{"replace", func(i int) error {
			doc, err := things.Get(ctx, benchID(i*7919%size))
			if err != nil {
				return err
			}
			next := doc.Body
			next.Amount++
			_, err = things.Replace(ctx, doc, next, change("x", ""))
			return err
		}},
		{"find by id", func(i int) error { _, err := things.Get(ctx, benchID(i*7919%size)); return err }},
		{"first page of 20", func(i int) error {
			_, err := things.List(ctx, store.Query{List: ByName, Key: store.KeyOf(fmt.Sprint("61.", i%14), ""), Limit: 20})
			return err
		}},
		{"count of 1 in 14", func(i int) error {
			_, err := things.Count(ctx, ByName, store.KeyOf(fmt.Sprint("61.", i%14), ""))
			return err
		}},
		{"count of all", func(int) error { _, err := things.Count(ctx, ByName, ""); return err }},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			began := used(cpu)
			for i := range b.N {
				if err := bench.run(i); err != nil {
					b.Fatal(err)
				}
			}
			if cpu != nil {
				b.ReportMetric(float64((used(cpu)-began).Microseconds())/float64(b.N), "cpu-µs/op")
			}
		})
	}
	b.Run("page of 20 from the middle", func(b *testing.B) {
		key := store.KeyOf("61.3", "")
		q := store.Query{List: ByName, Key: key, Limit: 100}
		for range size / 14 / 200 {
			page, err := things.List(ctx, q)
			if err != nil {
				b.Fatal(err)
			}
			q.Cursor = page.Next
		}
		q.Limit = 20
		b.ReportAllocs()
		for b.Loop() {
			if _, err := things.List(ctx, q); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func used(cpu func() time.Duration) time.Duration {
	if cpu == nil {
		return 0
	}
	return cpu()
}

func benchID(i int) string { return store.DeriveID("bench", strconv.Itoa(i)) }

func benchThing(i int) Thing {
	return Thing{Name: fmt.Sprintf("Village %d needs clean water for its people", i), Region: fmt.Sprint("61.", i%14),
		Status: []string{"open", "verified", "planned", "fulfilled"}[i%4], Amount: int64(i * 131 % 10007), Inner: &Inner{Note: "A note of about the length that people write here."}}
}

func benchDefinition() store.Definition[Thing] {
	def := Definition()
	def.Name, def.Personal = "bench", nil
	return def
}
