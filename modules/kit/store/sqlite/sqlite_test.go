package sqlite_test

import (
	"path/filepath"
	"testing"

	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/store/storetest"
)

func backend(options sqlite.Options) storetest.Backend {
	return storetest.Backend{Start: func(t testing.TB) func() store.Engine {
		path := filepath.Join(t.TempDir(), "portal.db")
		return func() store.Engine {
			e, err := sqlite.Open(path, options)
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = e.Close() })
			return e
		}
	}}
}

func TestConformance(t *testing.T) { storetest.Run(t, backend(sqlite.Options{})) }

func TestConformanceDocumentAtomic(t *testing.T) {
	storetest.Run(t, backend(sqlite.Options{DocumentAtomic: true}))
}
