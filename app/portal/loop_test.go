package portal_test

import (
	"testing"
	"time"

	"gotong/app/portal"
	"gotong/app/program"
	"gotong/app/walk"
)

// readyWithin is how long a portal may take until it serves, on any of the databases.
const readyWithin = 5 * time.Minute

func TestLoop(t *testing.T) {
	base := program.Serve(t, program.Config(t), portal.Options{}, readyWithin)
	loop := walk.Loop{As: walk.Visitors(base, t.Cleanup), Mark: "uji"}
	if err := loop.Walk(t.Logf); err != nil {
		t.Fatal(err)
	}
}

// TestLoopWithDocumentAtomicWrites walks the loop on SQLite without multi-row transactions: the code path of MongoDB.
func TestLoopWithDocumentAtomicWrites(t *testing.T) {
	base := program.Serve(t, program.Config(t), portal.Options{DocumentAtomic: true}, readyWithin)
	loop := walk.Loop{As: walk.Visitors(base, t.Cleanup), Mark: "uji"}
	if err := loop.Walk(nil); err != nil {
		t.Fatal(err)
	}
}
