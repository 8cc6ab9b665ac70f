package program_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotong/app/program"
	"gotong/app/walk"
	"gotong/modules/kit/testkit"
)

// TestImportKilled kills the serving process with SIGKILL while it applies a table; GOTONG_TEST_KILLS says how often (2). Whenever somebody
// looks, either nothing of the table is to be seen or all of it; after the last start it is applied as a whole.
func TestImportKilled(t *testing.T) {
	if testing.Short() {
		t.Skip("starts the portal as a process")
	}
	t.Parallel()
	program.Build(t)
	k := &killer{t: t, random: rand.New(rand.NewPCG(7, 7)), listen: testkit.FreeAddress(t), people: map[string]*walk.HTTP{}, data: t.TempDir() + "/data"}
	k.start()
	v, err := walk.NewHTTP(k.base())
	k.must(err)
	t.Cleanup(v.Close)
	k.must(walk.SignIn(v, "sekretariat-1"))
	k.people["sekretariat-1"] = v
	const rows = 2400
	k.must(v.Open("/imports/new?kind=observations"))
	k.must(v.Submit("#form", nil, map[string]walk.File{"file": {Name: "banyak.csv", Body: []byte(rowsOf(rows))}}))
	k.must(v.Submit("#form", nil, nil))
	page := v.Path()
	k.until(v, page, "Siap disimpan")
	k.must(v.Submit(`form[action$="/apply"]`, nil, nil))
	kills := 0
	for range number(t, "GOTONG_TEST_KILLS", 2) {
		time.Sleep(time.Duration(k.random.IntN(600)) * time.Millisecond)
		k.process.End(syscall.SIGKILL)
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
	if code := k.process.End(syscall.SIGTERM); code != 0 {
		t.Fatalf("exit code %d", code)
	}
}

// rowsOf makes a table of so many indicator values of real villages, as CSV.
func rowsOf(n int) string {
	var b strings.Builder
	b.WriteString("Kode wilayah,Indikator,Nilai,Satuan,Tahun,Sumber\n")
	const villages = 7
	for k := range n {
		round := k / villages
		fmt.Fprintf(&b, "61.01.08.200%d,Indeks Desa,%d.5,index,%d,Uji beban %d\n", 1+k%villages, k%100, 1995+round%30, round/30)
	}
	return b.String()
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
	k.t.Fatalf("not %q: %s\n%s", state, walk.Summary(doc), k.process.Words)
}

// exported counts the rows of the table's source in the download of everything.
func (k *killer) exported(v *walk.HTTP) int {
	k.t.Helper()
	k.must(v.Open("/exports/observations?format=csv&region=61.01.08"))
	return strings.Count(string(v.Body()), "Uji beban")
}
