//go:build unix

package sqlite_test

import (
	"context"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/store/storetest"
)

func BenchmarkSQLite(b *testing.B) {
	path := filepath.Join(b.TempDir(), "portal.db")
	e, err := sqlite.Open(path, sqlite.Options{})
	if err != nil {
		b.Fatal(err)
	}
	defer e.Close()
	storetest.Bench(b, e, func() time.Duration {
		var r syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r) // never fails for the own process
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	})
	b.Run("open and check", func(b *testing.B) {
		for b.Loop() {
			again, err := sqlite.Open(path, sqlite.Options{})
			if err != nil {
				b.Fatal(err)
			}
			db := store.Open(again, store.Options{})
			store.NewRecords(db, storetest.Definition())
			began := time.Now()
			if err := db.Ready(context.Background()); err != nil {
				b.Fatal(err)
			}
			b.ReportMetric(float64(time.Since(began).Microseconds()), "ready-µs")
			if err := again.Close(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
