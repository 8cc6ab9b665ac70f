// Package testkit opens real stores for tests.
package testkit

import (
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
)

// Epoch is when the fake clock begins: a Monday morning in Pontianak.
var Epoch = time.Date(2027, time.March, 1, 1, 0, 0, 0, time.UTC)

// Clock gives a fake clock at Epoch.
func Clock() *clock.Fake { return clock.NewFake(Epoch) }

// DB opens a fresh SQLite store in the test's own folder, with the system's clock. It is closed with the test.
func DB(t testing.TB) *store.DB {
	t.Helper()
	return Open(t, sqlite.Options{}, store.Options{})
}

// DBAt is DB with that clock.
func DBAt(t testing.TB, c clock.Clock) *store.DB {
	t.Helper()
	return Open(t, sqlite.Options{}, store.Options{Clock: c})
}

// DBAtomic is DB in the document-atomic mode: entries go through outbox and relay, as on MongoDB. fail may be nil; see
// store.Options.Fail.
func DBAtomic(t testing.TB, fail func(point string) error) *store.DB {
	t.Helper()
	return Open(t, sqlite.Options{DocumentAtomic: true}, store.Options{Fail: fail})
}

// Open opens a fresh SQLite store with these options; without a logger it is silent.
func Open(t testing.TB, engine sqlite.Options, options store.Options) *store.DB {
	t.Helper()
	return OpenFile(t, filepath.Join(t.TempDir(), "portal.db"), engine, options)
}

// OpenFile opens the store in that file, so that a test can open it again.
func OpenFile(t testing.TB, path string, engine sqlite.Options, options store.Options) *store.DB {
	t.Helper()
	e, err := sqlite.Open(path, engine)
	if err != nil {
		t.Fatalf("open %s: %v", path, err)
	}
	if options.Logger == nil {
		options.Logger = slog.New(slog.DiscardHandler)
	}
	db := store.Open(e, options)
	t.Cleanup(func() { _ = db.Close() }) // closing twice is harmless
	return db
}

// Filled is a store that is filled once for all tests of a package; each gets a copy of its own.
type Filled struct {
	once sync.Once
	file []byte
}

// DB opens a copy of the store as fill left it, as DB does.
func (f *Filled) DB(t testing.TB, fill func(db *store.DB) error) *store.DB {
	t.Helper()
	path := filepath.Join(t.TempDir(), "portal.db")
	f.once.Do(func() {
		db := OpenFile(t, path, sqlite.Options{}, store.Options{})
		if err := fill(db); err != nil {
			t.Fatal(err)
		}
		if err := db.Close(); err != nil { // brings everything into the one file
			t.Fatal(err)
		}
		file, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		f.file = file
	})
	if len(f.file) == 0 {
		t.Fatal("the store could not be filled")
	}
	if err := os.WriteFile(path, f.file, 0o600); err != nil {
		t.Fatal(err)
	}
	return OpenFile(t, path, sqlite.Options{}, store.Options{})
}
