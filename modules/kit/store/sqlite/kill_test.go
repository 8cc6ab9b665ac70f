package sqlite_test

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"gotong/modules/kit/store"
	"gotong/modules/kit/store/sqlite"
	"gotong/modules/kit/store/storetest"
)

const childFile, childMode = "GOTONG_TEST_KILL_FILE", "GOTONG_TEST_KILL_ATOMIC"

// TestKillChild is the process that is killed: it writes for ever and says what was acknowledged.
func TestKillChild(t *testing.T) {
	path := os.Getenv(childFile)
	if path == "" {
		t.Skip("runs only as the child of TestKill")
	}
	db, things := openFile(t, path, os.Getenv(childMode) != "")
	ctx := context.Background()
	if err := db.Start(ctx); err != nil {
		t.Fatal(err)
	}
	for n := 0; ; n++ {
		id := store.NewID()
		doc, err := things.Insert(ctx, id, storetest.Thing{Name: id}, store.Change{Action: "made"})
		if err != nil {
			t.Fatal(err)
		}
		fmt.Printf("ack %s %d\n", id, doc.Version)
		for range n % 3 {
			next := doc.Body
			next.Amount++
			if doc, err = things.Replace(ctx, doc, next, store.Change{Action: "changed"}); err != nil {
				t.Fatal(err)
			}
			fmt.Printf("ack %s %d\n", id, doc.Version)
		}
	}
}

func openFile(t *testing.T, path string, atomic bool) (*store.DB, *store.Records[storetest.Thing]) {
	t.Helper()
	e, err := sqlite.Open(path, sqlite.Options{DocumentAtomic: atomic})
	if err != nil {
		t.Fatal(err)
	}
	db := store.Open(e, store.Options{Logger: slog.New(slog.DiscardHandler)})
	things := store.NewRecords(db, storetest.Definition())
	if err := db.Ready(context.Background()); err != nil {
		t.Fatal(err)
	}
	return db, things
}

// TestKill kills a writing process with SIGKILL again and again. GOTONG_TEST_KILLS says how often, 6 by default (the
// promise is proved with 200).
func TestKill(t *testing.T) {
	kills, _ := strconv.Atoi(os.Getenv("GOTONG_TEST_KILLS"))
	if kills == 0 {
		kills = 6
	}
	for _, atomic := range []bool{false, true} {
		t.Run(fmt.Sprintf("document-atomic=%v", atomic), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "portal.db")
			acked := map[string]int64{}
			for range kills {
				killOne(t, path, atomic, acked)
				checkAcked(t, path, atomic, acked)
			}
			if len(acked) == 0 {
				t.Fatal("nothing was written")
			}
		})
	}
}

func killOne(t *testing.T, path string, atomic bool, acked map[string]int64) {
	t.Helper()
	child := exec.Command(os.Args[0], "-test.run", "^TestKillChild$")
	child.Env = append(os.Environ(), childFile+"="+path)
	if atomic {
		child.Env = append(child.Env, childMode+"=1")
	}
	out, err := child.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(out)
	left := 1 + rand.IntN(150)
	for lines.Scan() {
		var id string
		var version int64
		if _, err := fmt.Sscanf(lines.Text(), "ack %s %d", &id, &version); err == nil {
			acked[id] = version
		}
		if left--; left == 0 {
			if err := child.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	_ = child.Wait() // killed
	if left > 0 {
		t.Fatal("the child ended by itself")
	}
}

// checkAcked opens the file again, as after a restart: what was acknowledged is there with its entries, and nothing
// lacks an entry.
func checkAcked(t *testing.T, path string, atomic bool, acked map[string]int64) {
	t.Helper()
	ctx := context.Background()
	db, things := openFile(t, path, atomic)
	defer db.Close()
	if err := db.Relay(ctx); err != nil {
		t.Fatal(err)
	}
	var entries int64
	err := things.Each(ctx, func(d store.Doc[storetest.Thing]) error {
		entries += d.Version
		if d.Body.Amount != d.Version-1 {
			return fmt.Errorf("%s is at version %d with amount %d", d.ID, d.Version, d.Body.Amount)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for id, version := range acked {
		doc, err := things.Get(ctx, id)
		if err != nil || doc.Version < version {
			t.Fatalf("acknowledged %s@%d, found %d: %v", id, version, doc.Version, err)
		}
	}
	checked, err := db.Feed().Verify(ctx)
	if err != nil || checked != entries {
		t.Fatalf("%d entries for %d versions: %v", checked, entries, err)
	}
	if n, err := things.Count(ctx, storetest.ByName, ""); err != nil || n == 0 {
		t.Fatal(n, err)
	}
	if differ, err := db.CheckKeys(ctx); err != nil || differ != 0 {
		t.Fatalf("%d documents lie wrong in their lists: %v", differ, err)
	}
}
