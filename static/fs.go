// Package static holds the style sheets, scripts and images of the portal, embedded and served under names that carry
// their content's hash. It imports nothing of the project.
package static

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"crypto/sha512"
	"embed"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"github.com/andybalholm/brotli"
)

// FS holds the files as they are.
//
//go:embed css js vendor favicon.svg
var FS embed.FS

// Prefix is where the files are served.
const Prefix = "/static/"

// types are the kinds of files that are served; anything else (licences, lists) is embedded only.
var types = map[string]string{
	".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".mjs": "text/javascript; charset=utf-8", ".svg": "image/svg+xml",
	".png": "image/png", ".txt": "text/plain; charset=utf-8",
}

// Assets are the files with their addresses.
type Assets struct {
	byName map[string]*asset
	byPath map[string]*asset // by request path, with and without the hash
}

type asset struct {
	contentType string
	url         string
	integrity   string
	etag        string
	raw         []byte

	once         sync.Once // compresses at the first request that wants it
	brotli, gzip []byte
}

// Load reads the embedded files and names them by content.
func Load() (*Assets, error) { return load(FS) }

func load(files fs.FS) (*Assets, error) {
	a := &Assets{byName: map[string]*asset{}, byPath: map[string]*asset{}}
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() || types[path.Ext(name)] == "" {
			return err
		}
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		sum, strong := sha256.Sum256(raw), sha512.Sum384(raw)
		ext, hash := path.Ext(name), hex.EncodeToString(sum[:])
		file := &asset{
			contentType: types[ext], raw: raw, etag: `"` + hash[:16] + `"`,
			url:       Prefix + strings.TrimSuffix(name, ext) + "." + hash[:8] + ext,
			integrity: "sha384-" + base64.StdEncoding.EncodeToString(strong[:]),
		}
		a.byName[name] = file
		a.byPath[file.url] = file
		a.byPath[Prefix+name] = file
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("static: %w", err)
	}
	if icon := a.byName["favicon.svg"]; icon != nil {
		a.byPath["/favicon.ico"] = icon
	}
	return a, nil
}

// URL gives the address of a file: "css/site.css" is "/static/css/site.1a2b3c4d.css". A name that does not exist is a
// mistake in a template; it panics, which the tests see.
func (a *Assets) URL(name string) string { return a.must(name).url }

// Integrity gives the Subresource Integrity value of a file.
func (a *Assets) Integrity(name string) string { return a.must(name).integrity }

func (a *Assets) must(name string) *asset {
	file := a.byName[name]
	if file == nil {
		panic("static: no file " + name)
	}
	return file
}

// Find gives the file at a request path in the best encoding of accept, an Accept-Encoding header. Encoding is "" for
// the plain bytes; immutable files carry their hash in the path.
func (a *Assets) Find(request, accept string) (body []byte, contentType, encoding, etag string, immutable, ok bool) {
	file := a.byPath[request]
	if file == nil {
		return nil, "", "", "", false, false
	}
	body, etag = file.raw, file.etag
	if best := preferred(accept); best != "" {
		file.once.Do(file.compress)
		packed := file.brotli
		if best == "gzip" {
			packed = file.gzip
		}
		if len(packed) < len(file.raw) {
			body, encoding, etag = packed, best, strings.TrimSuffix(file.etag, `"`)+"-"+best+`"`
		}
	}
	return body, file.contentType, encoding, etag, request == file.url, true
}

// Brotli's best takes two seconds for a megabyte, in which whoever opens the first PDF waits; the quick level takes a twentieth of that and
// makes large files a tenth larger.
const (
	large = 128 << 10 // bytes
	quick = 9
)

func (f *asset) compress() {
	var b bytes.Buffer
	level := brotli.BestCompression
	if len(f.raw) > large {
		level = quick
	}
	w := brotli.NewWriterLevel(&b, level)
	_, _ = w.Write(f.raw) // a bytes.Buffer takes everything
	_ = w.Close()         // as above
	f.brotli = bytes.Clone(b.Bytes())
	b.Reset()
	z, _ := gzip.NewWriterLevel(&b, gzip.BestCompression) // the level is a constant
	_, _ = z.Write(f.raw)                                 // as above
	_ = z.Close()                                         // as above
	f.gzip = bytes.Clone(b.Bytes())
}

// preferred picks brotli, then gzip, as far as the header accepts them.
func preferred(accept string) string {
	allowed := map[string]bool{}
	for part := range strings.SplitSeq(accept, ",") {
		name, weight, _ := strings.Cut(strings.TrimSpace(part), ";")
		weight = strings.ReplaceAll(weight, " ", "")
		allowed[strings.ToLower(strings.TrimSpace(name))] = weight != "q=0" && weight != "q=0.0" && weight != "q=0.00" && weight != "q=0.000"
	}
	for _, name := range []string{"br", "gzip"} {
		if allowed[name] {
			return name
		}
	}
	return ""
}
