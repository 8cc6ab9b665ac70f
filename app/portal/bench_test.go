package portal_test

import (
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"gotong/app/walk"
)

// benchmarked are the pages whose answer must not depend on how much the portal holds.
var benchmarked = []struct{ name, path string }{
	{"front", "/"},
	{"filtered-list", "/needs?category=clean-water-supply&region=61.01"},
	{"village", "/villages/" + walk.Village},
}

// BenchmarkPages asks the shipped portal, one of the province's size (6,000 needs) and one ten times as large for the
// same pages, as the public does over HTTP, one size after the other in turn so that whatever else the machine does
// hits all alike. It reports the median of each in ms, and for each page how many times the shipped one's median the
// largest took. It makes the portals first, which takes some minutes:
//
//	go test -run '^$' -bench Pages -benchtime 300x -timeout 30m ./app/portal
func BenchmarkPages(b *testing.B) {
	sizes := []string{"shipped", "kalbar", "10"}
	bases := make([]string, len(sizes))
	for i, size := range sizes {
		data := filepath.Join(b.TempDir(), "data")
		if size != "shipped" {
			if code, _, words := runCommand(b, data, "demo", "--scale", size); code != 0 {
				b.Fatalf("demo --scale %s: %s", size, words)
			}
		}
		listen := freeAddress(b)
		p := start(b, data, listen)
		b.Cleanup(func() { p.end(syscall.SIGTERM) })
		bases[i] = "http://" + listen
		settled(b, bases[i])
	}
	for _, page := range benchmarked {
		b.Run(page.name, func(b *testing.B) {
			took := make([][]time.Duration, len(sizes))
			for b.Loop() {
				for i, base := range bases {
					begin := time.Now()
					fetch(b, base+page.path)
					took[i] = append(took[i], time.Since(begin))
				}
			}
			medians := make([]float64, len(sizes))
			for i, size := range sizes {
				slices.Sort(took[i])
				medians[i] = float64(took[i][len(took[i])/2].Microseconds()) / 1000
				b.ReportMetric(medians[i], "p50-ms-"+size)
			}
			b.ReportMetric(medians[len(medians)-1]/medians[0], "times-shipped")
			b.ReportMetric(0, "ns/op")
		})
	}
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
