package documents

import (
	"strings"
	"testing"

	"gotong/modules/kit/extract"
)

// A word without end does not reach the index whole; all others do.
func TestIndexGetsNoEndlessWord(t *testing.T) {
	r := Reading{Result: extract.Result{Pages: []extract.Page{{Text: "awal " + strings.Repeat("é", 1<<20) + " tengah\nakhir"}, {Rows: [][]string{{strings.Repeat("x", 300), "sel"}}}}}}
	text := r.text(indexedText)
	for _, word := range strings.Fields(text) {
		if len(word) > wordMax {
			t.Errorf("a word of %d bytes", len(word))
		}
	}
	for _, word := range []string{"awal", "tengah", "akhir", "sel"} {
		if !strings.Contains(text, word) {
			t.Errorf("%q is missing", word)
		}
	}
}
