package sqlite_test

import (
	"database/sql"
	"path/filepath"
	"testing"

	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/store/storetest"
)

// TestFileOfForm1 opens a file from before the trail: its entries are found in it.
func TestFileOfForm1(t *testing.T) {
	path := filepath.Join(t.TempDir(), "portal.db")
	open := func() (*store.DB, *store.Records[storetest.Thing]) {
		e, err := sqlite.Open(path, sqlite.Options{})
		if err != nil {
			t.Fatal(err)
		}
		db := store.Open(e, store.Options{})
		things := store.NewRecords(db, storetest.Definition())
		if err := db.Ready(t.Context()); err != nil {
			t.Fatal(err)
		}
		return db, things
	}
	db, things := open()
	if _, err := things.Insert(t.Context(), "a", storetest.Thing{Name: "a"}, store.Change{Action: "made", Actor: "ani"}); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	raw, err := sql.Open("sqlite", path)
	if err == nil {
		_, err = raw.Exec("DROP TABLE trail; DELETE FROM state WHERE name = 'meta' AND key = 'trail'; PRAGMA user_version = 1")
	}
	if err == nil {
		err = raw.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	db, _ = open()
	defer db.Close()
	page, err := db.Feed().Trail(t.Context(), store.TrailFilter{Actor: "ani"}, 0, 5)
	if err != nil || len(page.Entries) != 1 || page.Entries[0].ID != "a" {
		t.Fatalf("%+v %v", page, err)
	}
}
