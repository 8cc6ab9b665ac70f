package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/andybalholm/brotli"
)

// TestVendoredFilesAreTheOnesOfTheManifest holds every vendored byte to the manifest, and the manifest to the files.
func TestVendoredFilesAreTheOnesOfTheManifest(t *testing.T) {
	raw, err := fs.ReadFile(FS, "vendor/manifest.tsv")
	if err != nil {
		t.Fatal(err)
	}
	listed, licensed, packages := map[string]bool{"manifest.tsv": true}, map[string]bool{}, map[string]bool{}
	for line := range strings.Lines(string(raw)) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		columns := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(columns) != 7 {
			t.Fatalf("%d columns: %s", len(columns), line)
		}
		name, path, sum := columns[0], columns[4], columns[5]
		content, err := fs.ReadFile(FS, "vendor/"+path)
		if err != nil {
			t.Error(err)
			continue
		}
		if got := sha256.Sum256(content); hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s differs from the manifest", path)
		}
		if !regexp.MustCompile(`^\d+\.\d+\.\d+$`).MatchString(columns[1]) || !strings.HasPrefix(columns[6], "sha512-") {
			t.Errorf("%s: version %q, integrity %q", path, columns[1], columns[6])
		}
		listed[path], packages[name] = true, true
		if strings.HasSuffix(path, "/LICENSE") {
			licensed[name] = true
		}
	}
	for name := range packages {
		if !licensed[name] {
			t.Errorf("%s comes without its licence", name)
		}
	}
	err = fs.WalkDir(FS, "vendor", func(path string, entry fs.DirEntry, err error) error {
		if err == nil && !entry.IsDir() && !listed[strings.TrimPrefix(path, "vendor/")] {
			t.Errorf("%s is not in the manifest", path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestSpriteHoldsTheIconsAsPublished compares the icons in the page with the vendored drawings.
func TestSpriteHoldsTheIconsAsPublished(t *testing.T) {
	sprite, err := os.ReadFile("../views/partials/sprite.html")
	if err != nil {
		t.Fatal(err)
	}
	icons, err := fs.Glob(FS, "vendor/lucide-static/icons/*.svg")
	if err != nil || len(icons) == 0 {
		t.Fatal(err)
	}
	shape := regexp.MustCompile(`<(?:path|circle|line)[^>]*?/>`)
	for _, icon := range icons {
		raw, err := fs.ReadFile(FS, icon)
		if err != nil {
			t.Fatal(err)
		}
		drawing := strings.ReplaceAll(strings.Join(shape.FindAllString(string(raw), -1), ""), " />", "/>")
		if drawing == "" || !bytes.Contains(sprite, []byte(drawing)) {
			t.Errorf("the sprite lacks %s: %s", icon, drawing)
		}
	}
}

func TestAddressesCarryTheContentsHash(t *testing.T) {
	a, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	url := a.URL("css/site.css")
	if !regexp.MustCompile(`^/static/css/site\.[0-9a-f]{8}\.css$`).MatchString(url) || !strings.HasPrefix(a.Integrity("js/site.js"), "sha384-") {
		t.Error(url)
	}
	plain, kind, encoding, etag, immutable, ok := a.Find(url, "")
	if !ok || !immutable || encoding != "" || kind != "text/css; charset=utf-8" || etag == "" {
		t.Fatal(kind, encoding, etag, immutable, ok)
	}
	if _, _, _, _, immutable, ok := a.Find("/static/css/site.css", ""); !ok || immutable {
		t.Error("the name without hash is immutable or missing")
	}
	for _, path := range []string{"/static/vendor/manifest.tsv", "/static/vendor/htmx.org/LICENSE", "/static/", "", "/static/css", "/static/css/../css/site.css"} {
		if _, _, _, _, _, ok := a.Find(path, ""); ok {
			t.Errorf("%q is served", path)
		}
	}
	packed, _, encoding, packedTag, _, _ := a.Find(url, "gzip, br;q=0.9")
	unpacked, err := io.ReadAll(brotli.NewReader(bytes.NewReader(packed)))
	if err != nil || encoding != "br" || !bytes.Equal(unpacked, plain) || packedTag == etag {
		t.Error("brotli:", err, encoding, packedTag)
	}
	packed, _, encoding, _, _, _ = a.Find(url, "gzip")
	reader, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		t.Fatal(err)
	}
	if unpacked, err = io.ReadAll(reader); err != nil || encoding != "gzip" || !bytes.Equal(unpacked, plain) {
		t.Error("gzip:", err, encoding)
	}
	defer func() {
		if recover() == nil {
			t.Error("a name that does not exist gives an address")
		}
	}()
	a.URL("css/none.css")
}

// TestTheFirstVisitStaysSmall keeps the budget of a first visit, compressed: 10 KB of style, 4 KB of our script, 14 KB
// of htmx.
func TestTheFirstVisitStaysSmall(t *testing.T) {
	a, err := Load()
	if err != nil {
		t.Fatal(err)
	}
	for name, budget := range map[string]int{"css/site.css": 10_000, "js/site.js": 4_000, "vendor/htmx.org/htmx.min.js": 14_000} {
		packed, _, _, _, _, _ := a.Find(a.URL(name), "gzip")
		t.Logf("%s: %d bytes", name, len(packed))
		if len(packed) > budget {
			t.Errorf("%s: %d bytes compressed, budget %d", name, len(packed), budget)
		}
	}
}
