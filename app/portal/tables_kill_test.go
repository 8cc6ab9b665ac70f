package portal_test

import (
	"context"
	"strings"
	"testing"

	"gotong/app/portal"
	"gotong/modules/domain"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
	"gotong/modules/kit/testkit/effort"
	"gotong/modules/tables"
)

// TestImportFailsAtEveryCall lets each storage call of an import, and of its undoing, fail in turn, before or after it
// took effect, with and without multi-row transactions. The job goes on by itself, whatever failed, and nothing is ever
// half there.
func TestImportFailsAtEveryCall(t *testing.T) {
	for _, atomic := range []bool{false, true} {
		t.Run(map[bool]string{false: "transactions", true: "document-atomic"}[atomic], func(t *testing.T) {
			w := openWholeWith(t, portal.Options{Regions: []domain.RegionCode{"61.01"}, DocumentAtomic: atomic}, nil)
			i := &importing{whole: w, rows: 6, step: 1, text: importRows(t, sheet.CSV, w.villagesOf("61.01.08"), 6)}
			switch {
			case effort.Small():
				i.step = 13
			case atomic:
				i.step = 3 // the store's own suite lets every call of this mode fail
			}
			t.Run("apply", func(t *testing.T) { i.t = t; i.eachCall(i.applyFails) })
			t.Run("undo", func(t *testing.T) { i.t = t; i.eachCall(i.undoFails) })
		})
	}
}

// importing brings the same table in again and again.
type importing struct {
	*whole
	t    *testing.T
	rows int
	step int // from one failing call to the next
	text string
}

// eachCall has fn fail at each storage call, one at a time, until it needs no more.
func (i *importing) eachCall(fn func(at int) (reached bool)) {
	for at := 1; ; at += i.step {
		if !fn(at) {
			i.t.Logf("up to %d points of storage calls, each %d. failed, before the call or after it took effect", at-1, i.step)
			return
		}
	}
}

func (i *importing) seen() (n int) {
	things, _, err := i.House().Villages.Service.ListObservations(i.t.Context(), "61.01.08", "", 100)
	i.must(err)
	for _, o := range things {
		if strings.HasPrefix(o.Source, "Uji beban") {
			n++
		}
	}
	return n
}

func (i *importing) begin() (id string) {
	id = i.upload("sekretariat-1", "observations", "x.csv", i.text)
	i.checkImport("sekretariat-1", id, false)
	i.must(i.Tables().Service.Apply(i.t.Context(), i.as("sekretariat-1").actor, store.Operation{ID: store.NewID()}, id, i.importDoc(id).Version))
	return id
}

func (i *importing) undo(id string) {
	i.must(i.Tables().Service.Undo(i.t.Context(), i.as("sekretariat-1").actor, store.Operation{ID: store.NewID()}, id, i.importDoc(id).Version))
}

// works lets one step of the job fail at that call, looks whether all or nothing is there, and lets it go on.
func (i *importing) works(at int) (reached bool) {
	failed := i.failAt(at)
	_, _ = i.Tables().Service.Work(context.WithoutCancel(i.t.Context()))
	reached = failed()
	if n := i.seen(); n != 0 && n != i.rows {
		i.t.Fatalf("call %d failed: %d rows of %d are there", at, n, i.rows)
	}
	i.workImports()
	return reached
}

func (i *importing) is(id string, at int, state tables.State, rows int) {
	i.t.Helper()
	if doc := i.importDoc(id); doc.Body.State != state || i.seen() != rows {
		i.t.Fatalf("call %d failed: %+v, %d rows", at, doc.Body, i.seen())
	}
}

func (i *importing) applyFails(at int) bool {
	id := i.begin()
	reached := i.works(at)
	i.is(id, at, tables.Applied, i.rows)
	i.undo(id)
	i.workImports()
	i.is(id, at, tables.Undone, 0)
	return reached
}

func (i *importing) undoFails(at int) bool {
	id := i.begin()
	i.workImports()
	i.is(id, at, tables.Applied, i.rows)
	i.undo(id)
	reached := i.works(at)
	i.is(id, at, tables.Undone, 0)
	return reached
}
