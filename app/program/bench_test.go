package program_test

import (
	"cmp"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/PuerkitoBio/goquery"

	"gotong/app/program"
	"gotong/app/walk"
	"gotong/modules/kit/testkit"
)

// BenchmarkPages asks a portal of the province's size (6,000 needs), one ten times as large (or of the scale that GOTONG_BENCH_SCALE
// names: "offers" has 100,000 initiatives) and the shipped one for the
// same pages, as the public does over HTTP, in turn, so that whatever else the machine does hits all alike. It reports
// each one's median and 99th percentile in ms, and how many times the median of the province's portal the ten times larger one took. The
// village is one that shows as many needs in both, or nearly so; the shipped portal is there for comparison and has emptier pages.
// It makes the portals first, which takes some minutes:
//
//	go test -run '^$' -bench Pages -benchtime 300x -timeout 30m ./app/program
func BenchmarkPages(b *testing.B) {
	sizes := []string{"kalbar", cmp.Or(os.Getenv("GOTONG_BENCH_SCALE"), "10"), "shipped"}
	bases := make([]string, len(sizes))
	for i, size := range sizes {
		data := filepath.Join(b.TempDir(), "data")
		if size != "shipped" {
			if code, _, words := program.Run(b, data, "demo", "--scale", size); code != 0 {
				b.Fatalf("demo --scale %s: %s", size, words)
			}
		}
		listen := testkit.FreeAddress(b)
		p := program.Start(b, data, listen)
		b.Cleanup(func() { p.End(syscall.SIGTERM) })
		bases[i] = "http://" + listen
		settled(b, bases[i])
	}
	one, other := alike(b, bases[0], bases[1])
	for _, page := range []struct {
		name  string
		paths [3]string
	}{
		{"front", [3]string{"/", "/", "/"}},
		{"filtered-list", [3]string{filtered, filtered, filtered}},
		{"village", [3]string{one, other, "/villages/" + walk.Village}},
		{"need-with-what-fits", leading(b, bases, filtered, `main a[href^="/needs/"]`)},
		{"initiative-with-what-it-fits", leading(b, bases, "/initiatives?category=clean-water-supply", `main a[href^="/initiatives/"]`)},
	} {
		b.Run(page.name, func(b *testing.B) {
			took := make([][]time.Duration, len(sizes))
			for b.Loop() {
				for i, base := range bases {
					begin := time.Now()
					fetch(b, base+page.paths[i])
					took[i] = append(took[i], time.Since(begin))
				}
			}
			medians := make([]float64, len(sizes))
			for i, size := range sizes {
				slices.Sort(took[i])
				medians[i] = float64(took[i][len(took[i])/2].Microseconds()) / 1000
				b.ReportMetric(medians[i], "p50-ms-"+size)
				b.ReportMetric(float64(took[i][len(took[i])*99/100].Microseconds())/1000, "p99-ms-"+size)
			}
			b.ReportMetric(medians[1]/medians[0], "times-kalbar")
			b.ReportMetric(0, "ns/op")
		})
	}
}

const filtered = "/needs?category=clean-water-supply&region=61.01"

// leading gives where the first of some links on a page leads in each portal.
func leading(b *testing.B, bases []string, path, links string) (to [3]string) {
	b.Helper()
	for i, base := range bases {
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(fetch(b, base+path)))
		if err != nil {
			b.Fatal(err)
		}
		if to[i] = doc.Find(links).First().AttrOr("href", ""); to[i] == "" {
			b.Fatal(base+path, "has no link", links)
		}
	}
	return to
}

// alike finds a village in each of two portals, so that the one shows as many needs as the other or nearly so.
func alike(b *testing.B, one, other string) (string, string) {
	b.Helper()
	here, there := villagesByNeeds(b, one), villagesByNeeds(b, other)
	nearest, path, otherPath := 1000, "", ""
	for n, p := range here {
		for m, q := range there {
			if apart := max(n-m, m-n); n > 0 && apart < nearest {
				nearest, path, otherPath = apart, p, q
			}
		}
	}
	if path == "" {
		b.Fatal("no village shows needs")
	}
	b.Logf("villages %s and %s: %d needs apart", path, otherPath, nearest)
	return path, otherPath
}

// villagesByNeeds gives the address of a village for each number of needs that some village's page shows.
func villagesByNeeds(b *testing.B, base string) map[int]string {
	b.Helper()
	found := map[int]string{}
	var visit func(path string)
	visit = func(path string) {
		doc, err := goquery.NewDocumentFromReader(strings.NewReader(fetch(b, base+path)))
		if err != nil {
			b.Fatal(err)
		}
		if strings.Count(path, ".") == 3 {
			found[doc.Find("section#needs article, section[aria-labelledby=needs] article").Length()] = path
			return
		}
		below := map[string]bool{}
		doc.Find(`main a[href^="` + path + `."]`).Each(func(_ int, a *goquery.Selection) {
			if href := a.AttrOr("href", ""); strings.Count(href, ".") == strings.Count(path, ".")+1 && !below[href] {
				below[href] = true
				visit(href)
			}
		})
	}
	visit("/villages/61")
	return found
}

func fetch(b *testing.B, address string) string {
	b.Helper()
	res, err := http.Get(address)
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		b.Fatalf("%s: %d %v", address, res.StatusCode, err)
	}
	return string(body)
}

// settled waits until the search index holds all that it will: the same page three times.
func settled(b *testing.B, base string) {
	b.Helper()
	same, last := 0, ""
	for deadline := time.Now().Add(10 * time.Minute); same < 3; time.Sleep(2 * time.Second) {
		if time.Now().After(deadline) {
			b.Fatal("the search index was not built within ten minutes")
		}
		_, found, _ := strings.Cut(fetch(b, base+"/search?q=air"), "<main")
		if found == last && strings.Contains(found, "/needs/") {
			same++
		} else {
			same = 0
		}
		last = found
	}
	b.Logf("%s is settled", base)
}

// BenchmarkStart starts the built portal on an empty folder, lets everybody walk the loop once, and starts it again.
// It reports the time until it says "ready" both times, in ms, and what it holds in memory after the loop, in MB
// (resident, as Linux tells).
func BenchmarkStart(b *testing.B) {
	program.Build(b)
	for b.Loop() {
		data, listen := filepath.Join(b.TempDir(), "data"), testkit.FreeAddress(b)
		begin := time.Now()
		p := program.Start(b, data, listen)
		b.ReportMetric(float64(time.Since(begin).Milliseconds()), "first-ms")
		loop := walk.Loop{As: walk.Visitors("http://"+listen, b.Cleanup), Mark: "uji"}
		if err := loop.Walk(nil); err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(float64(memory(p.Pid(), "VmRSS")), "resident-MB")
		p.End(syscall.SIGTERM)
		begin = time.Now()
		p = program.Start(b, data, listen)
		b.ReportMetric(float64(time.Since(begin).Milliseconds()), "warm-ms")
		p.End(syscall.SIGTERM)
	}
	b.ReportMetric(0, "ns/op")
}
