package portal_test

import (
	"context"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotong/app/walk"
	"gotong/modules/domain"
	"gotong/modules/kit/sheet"
	"gotong/modules/kit/store"
	"gotong/modules/tables"
)

// TestImportKilled kills the serving process with SIGKILL while it applies a table; GOTONG_TEST_KILLS says how often (2). Whenever somebody
// looks, either nothing of the table is to be seen or all of it; after the last start it is applied as a whole.
func TestImportKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the portal as a process")
	}
	build(t)
	k := &killer{t: t, random: rand.New(rand.NewPCG(7, 7)), listen: freeAddress(t), people: map[string]*walk.HTTP{}, data: t.TempDir() + "/data"}
	k.start()
	v, err := walk.NewHTTP(k.base())
	k.must(err)
	t.Cleanup(v.Close)
	k.must(walk.SignIn(v, "sekretariat-1"))
	k.people["sekretariat-1"] = v
	const rows = 6000
	k.must(v.Open("/imports/new?kind=observations"))
	text := importRows(t, sheet.CSV, k.villages(), rows)
	k.must(v.Submit("#form", nil, map[string]walk.File{"file": {Name: "banyak.csv", Body: []byte(text)}}))
	k.must(v.Submit("#form", nil, nil))
	page := v.Path()
	k.until(v, page, "Siap disimpan")
	k.must(v.Submit(`form[action$="/apply"]`, nil, nil))
	kills := 0
	for range number(t, "GOTONG_TEST_KILLS", 2) {
		time.Sleep(time.Duration(k.random.IntN(600)) * time.Millisecond)
		k.process.end(syscall.SIGKILL)
		kills++
		k.start()
		if n := k.exported(v); n != 0 && n != rows {
			t.Fatalf("after kill %d there are %d rows of %d", kills, n, rows)
		}
	}
	k.until(v, page, "Tersimpan")
	if n := k.exported(v); n != rows {
		t.Fatalf("%d rows of %d", n, rows)
	}
	k.check("after the import")
	if code := k.process.end(syscall.SIGTERM); code != 0 {
		t.Fatalf("exit code %d", code)
	}
}

// villages gives places of the shipped register without asking the running portal.
func (k *killer) villages() (list []domain.Place) {
	for _, v := range []string{"61.01.08.2001", "61.01.08.2002", "61.01.08.2003", "61.01.08.2004", "61.01.08.2005", "61.01.08.2006", "61.01.08.2007"} {
		list = append(list, domain.Place{Code: domain.RegionCode(v)})
	}
	return list
}

func (k *killer) until(v *walk.HTTP, page, state string) {
	k.t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); time.Now().Before(deadline); time.Sleep(200 * time.Millisecond) {
		k.must(v.Open(page))
		doc, err := v.Document()
		k.must(err)
		if doc.Find("main header .tag").First().Text() == state {
			return
		}
	}
	doc, _ := v.Document()
	k.t.Fatalf("not %q: %s\n%s", state, walk.Summary(doc), k.process.words)
}

// exported counts the rows of the table's source in the download of everything.
func (k *killer) exported(v *walk.HTTP) int {
	k.t.Helper()
	k.must(v.Open("/exports/observations?format=csv&region=61.01.08"))
	return strings.Count(string(v.Body()), "Uji beban")
}

// TestImportFailsAtEveryCall lets each storage call of an import fail in turn, before or after it took effect. The job
// goes on by itself, whatever failed, and nothing is ever half there.
func TestImportFailsAtEveryCall(t *testing.T) {
	w := openWholeIn(t, []domain.RegionCode{"61.01"}, nil)
	const rows = 6
	step := 1
	if testing.Short() {
		step = 9
	}
	text := importRows(t, sheet.CSV, w.villagesOf("61.01.08"), rows)
	seen := func() int {
		n := 0
		things, _, err := w.House().Villages.Service.ListObservations(t.Context(), "61.01.08", "", 100)
		w.must(err)
		for _, o := range things {
			if strings.HasPrefix(o.Source, "Uji beban") {
				n++
			}
		}
		return n
	}
	for at := 1; ; at += step {
		id := w.upload("sekretariat-1", "observations", "x.csv", text)
		w.checkImport("sekretariat-1", id, false)
		w.must(w.Tables().Service.Apply(t.Context(), w.as("sekretariat-1").actor, store.Operation{ID: store.NewID()}, id, w.importDoc(id).Version))
		failed := w.failAt(at)
		_, first := w.Tables().Service.Work(context.WithoutCancel(t.Context()))
		reached := failed()
		if n := seen(); n != 0 && n != rows {
			t.Fatalf("call %d failed: %d rows of %d are there", at, n, rows)
		}
		w.workImports()
		doc := w.importDoc(id)
		if doc.Body.State != tables.Applied || seen() != rows {
			t.Fatalf("call %d failed (%v): %+v, %d rows", at, first, doc.Body, seen())
		}
		w.must(w.Tables().Service.Undo(t.Context(), w.as("sekretariat-1").actor, store.Operation{ID: store.NewID()}, id, doc.Version))
		w.workImports()
		if n := seen(); n != 0 || w.importDoc(id).Body.State != tables.Undone {
			t.Fatalf("call %d: %d rows are left after undoing: %+v", at, n, w.importDoc(id).Body)
		}
		if !reached {
			t.Logf("%d points of storage calls failed, one at a time, before the call or after it took effect", at-1)
			return
		}
	}
}
