package search

import (
	"bufio"
	"compress/gzip"
	"os"
	"strings"
	"testing"
)

// The golden file was made once with Debian's libstemmer-tools 2.2.0 (stemwords -l indonesian): word, tab, stem.
// Its words are those of the project's own texts with every common affix put around their roots, and random letters.
func TestStemIndonesianLikeSnowball(t *testing.T) {
	file, err := os.Open("testdata/indonesian.tsv.gz")
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	unzipped, err := gzip.NewReader(file)
	if err != nil {
		t.Fatal(err)
	}
	words, wrong := 0, 0
	for lines := bufio.NewScanner(unzipped); lines.Scan(); {
		word, want, ok := strings.Cut(lines.Text(), "\t")
		if !ok {
			t.Fatalf("bad line %q", lines.Text())
		}
		words++
		if got := StemIndonesian(word); got != want {
			if wrong++; wrong <= 20 {
				t.Errorf("%s: got %s, Snowball gives %s", word, got, want)
			}
		}
	}
	if words < 10_000 {
		t.Errorf("only %d words", words)
	}
	if wrong > 0 {
		t.Errorf("%d of %d words differ", wrong, words)
	}
}

func TestStemIndonesianOfDesign(t *testing.T) {
	for word, want := range map[string]string{"pemberdayaan": "daya", "pendidikan": "didik", "kesehatan": "sehat",
		"pembangunan": "bangun", "perempuan": "empu", "nelayan": "nelay", "air": "air", "": ""} {
		if got := StemIndonesian(word); got != want {
			t.Errorf("%s: got %s, want %s", word, got, want)
		}
	}
}
