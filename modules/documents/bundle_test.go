package documents

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// unpack gives the entries of a ZIP and holds each file against SHA256SUMS.
func unpack(t *testing.T, raw []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	entries := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		entries[f.Name] = string(text)
	}
	for line := range strings.Lines(entries["SHA256SUMS"]) {
		sum, name, _ := strings.Cut(strings.TrimSpace(line), "  ")
		got := sha256.Sum256([]byte(entries[name]))
		if hex.EncodeToString(got[:]) != sum {
			t.Errorf("%s: %s", name, sum)
		}
	}
	return entries
}

// zipped gives the entries of a set as this actor gets it, in one part whose length was foretold.
func (r *rig) zipped(t *testing.T, actor domain.Actor, set Set) map[string]string {
	t.Helper()
	b, err := r.Bundle(t.Context(), actor, set)
	if err != nil {
		t.Fatalf("%s: %v", actor.Account, err)
	}
	entries := map[string]string{}
	for _, part := range b.Parts {
		var out bytes.Buffer
		if err := b.Write(t.Context(), part, &out); err != nil {
			t.Fatal(err)
		}
		if int64(out.Len()) != part.Length() {
			t.Errorf("%d bytes, foretold were %d", out.Len(), part.Length())
		}
		for name, text := range unpack(t, out.Bytes()) {
			entries[name] += text
		}
	}
	return entries
}

// The ZIP of a thing, of a collection and of a search holds for each reader exactly what the reader may read.
func TestBundleGoesByTheReadersRights(t *testing.T) {
	r := newRig(t)
	ids := map[domain.Visibility]domain.DocumentID{}
	list, err := r.Collections.Create(t.Context(), clerk, op("kumpulan"), village, CollectionDetails{Title: "Air bersih", Public: true})
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range visibilities {
		ids[v] = r.add(t, clerk, string(v), v)
		if err := r.Collections.Put(t.Context(), clerk, op("put"+string(v)), list, 0, ids[v]); err != nil {
			t.Fatal(err)
		}
	}
	trashed := r.add(t, clerk, "buang", domain.VisiblePublic)
	if err := r.Collections.Put(t.Context(), clerk, op("put"), list, 0, trashed); err != nil {
		t.Fatal(err)
	}
	if err := r.Trash(t.Context(), clerk, op("weg"), trashed, 0, "keliru"); err != nil {
		t.Fatal(err)
	}
	r.indexAll(t)
	for what, set := range map[string]Set{"thing": {For: need}, "collection": {Collection: list}, "search": {Filter: Filter{Text: "berita acara", Kind: domain.KindNeed}}} {
		for name, actor := range map[string]domain.Actor{"public": public, "clerk": clerk, "villager": villager, "helper": helper, "other": other, "unverified": unverified, "secretariat": secretariat, "auditor": auditor} {
			entries := r.zipped(t, actor, set)
			files := 0
			for v, id := range ids {
				_, err := r.Get(t.Context(), actor, id)
				in := false
				for file, text := range entries {
					in = in || strings.HasSuffix(file, "-berita acara.txt") && text == "Isi berita acara "+string(v)
				}
				if in != (err == nil) {
					t.Errorf("%s, %s: %s in the ZIP %v, may be read %v", what, name, v, in, err == nil)
				}
				if in != strings.Contains(entries["manifest.csv"], documentPath(id)) {
					t.Errorf("%s, %s: %s in the manifest", what, name, v)
				}
				if in {
					files++
				}
			}
			if len(entries) != files+2 {
				t.Errorf("%s, %s: %d entries", what, name, len(entries))
			}
		}
	}
}

// What is hidden, thrown away or renewed while a ZIP is made ends it: it never passes as whole.
func TestBundleAsksAgainForEachFile(t *testing.T) {
	r := newRig(t)
	id := r.add(t, clerk, "a", domain.VisibleParties)
	changes := map[string]func() func(){
		"hidden": func() func() { r.thing.all.Store(true); return func() { r.thing.all.Store(false) } },
		"thrown away": func() func() {
			if err := r.Trash(t.Context(), clerk, op("weg"), id, 0, "keliru"); err != nil {
				t.Fatal(err)
			}
			return func() { _ = r.Restore(t.Context(), clerk, op("zurück"), id, 0) }
		},
		"renewed": func() func() {
			if err := r.Renew(t.Context(), clerk, op("neu"), id, 0, Renewal{Why: "Diperbaiki", File: text("b.txt", "Baru")}); err != nil {
				t.Fatal(err)
			}
			return func() {}
		},
		"lost": func() func() { r.blobs.Lose(r.stored()[0]); return func() {} },
	}
	for _, what := range []string{"hidden", "thrown away", "renewed", "lost"} {
		b, err := r.Bundle(t.Context(), helper, Set{For: need})
		if err != nil {
			t.Fatal(err)
		}
		undo := changes[what]()
		var out bytes.Buffer
		err = b.Write(t.Context(), b.Parts[0], &out)
		if kind := map[bool]apperr.Kind{true: apperr.Unavailable, false: apperr.Conflict}[what == "lost"]; what != "lost" && !apperr.Is(err, kind) {
			t.Errorf("%s: %v", what, err)
		}
		if _, broken := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len())); what != "lost" && broken == nil {
			t.Errorf("%s: a ZIP without a file passes as whole", what)
		}
		undo()
	}
	r.thing.all.Store(true)
	if _, err := r.Bundle(t.Context(), helper, Set{For: need}); !apperr.Is(err, apperr.NotFound) {
		t.Error(err)
	}
}

func TestBundleIsNeverHalf(t *testing.T) {
	r := newRig(t)
	r.add(t, clerk, "a", domain.VisiblePublic)
	b, err := r.Bundle(t.Context(), public, Set{For: need})
	if err != nil {
		t.Fatal(err)
	}
	r.blobs.Lose(r.stored()[0])
	var out bytes.Buffer
	if err := b.Write(t.Context(), b.Parts[0], &out); !apperr.Is(err, apperr.Unavailable) {
		t.Error(err)
	}
	if _, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len())); err == nil {
		t.Error("a ZIP without a file passes as whole")
	}
}

// A set that is too large for one ZIP comes in parts, which together hold everything: nothing is left out silently.
func TestBundleComesInParts(t *testing.T) {
	r := newRig(t)
	r.add(t, clerk, "a", domain.VisiblePublic)
	doc, err := r.records.List(t.Context(), store.Query{List: listParent, Key: store.KeyOf(parentValue(need), ""), Limit: 1})
	if err != nil {
		t.Fatal(err)
	}
	body := doc.Items[0].Body
	for i := range partFiles + 20 { // documents of the same content
		if _, err := r.records.Insert(t.Context(), fmt.Sprintf("more%04d", i), body, store.Change{Action: "document.uploaded"}); err != nil {
			t.Fatal(err)
		}
	}
	body.Size = partBytes - 10 // one of these is as much as a part takes; only the sizes are looked at
	for i := range 2 {
		body.Created = body.Created.Add(-time.Hour)
		if _, err := r.records.Insert(t.Context(), fmt.Sprintf("large%d", i), body, store.Change{Action: "document.uploaded"}); err != nil {
			t.Fatal(err)
		}
	}
	b, err := r.Bundle(t.Context(), public, Set{For: need})
	if err != nil {
		t.Fatal(err)
	}
	var files []int
	seen := map[domain.DocumentID]bool{}
	for _, p := range b.Parts {
		files = append(files, len(p.Files))
		for _, f := range p.Files {
			seen[f.ID] = true
		}
		if p.Length() > 1<<32-1 {
			t.Errorf("a part of %d bytes", p.Length())
		}
	}
	if fmt.Sprint(files) != fmt.Sprint([]int{partFiles, 21, 1, 1}) && fmt.Sprint(files) != fmt.Sprint([]int{partFiles, 22, 1}) || b.Count != partFiles+23 || len(seen) != b.Count || b.Cut {
		t.Errorf("parts %v, %d in all", files, b.Count)
	}
	if got := b.Name(b.Parts[1], "x"); !strings.Contains(got, fmt.Sprintf("2-%d.zip", len(b.Parts))) {
		t.Error(got)
	}
}

func TestBundlePage(t *testing.T) {
	s := newSite(t)
	id := s.add(t, clerk, "a", domain.VisiblePublic)
	s.add(t, clerk, "b", domain.VisibleParties)
	page := s.get(t, "", "/documents/bundle?for=need:n1").want(t, http.StatusOK)
	link := page.doc.Find("main p.actions a")
	if link.Length() != 1 || !strings.Contains(page.doc.Find("main").Text(), "Berkas") {
		t.Fatal(page.body)
	}
	for _, path := range []string{link.AttrOr("href", ""), "/documents/zip?for=need:n1", "/documents/zip?q=berita", "/documents/zip"} {
		res := s.get(t, "", path).want(t, http.StatusOK)
		if res.Header.Get("Content-Type") != "application/zip" || !strings.Contains(res.Header.Get("Content-Disposition"), "attachment") || !strings.Contains(res.Header.Get("Cache-Control"), "no-store") {
			t.Error(res.Header)
		}
		if n := len(unpack(t, []byte(res.body))); n != 3 || res.ContentLength != int64(len(res.body)) {
			t.Errorf("%s: %d entries, %d bytes foretold, %d came", path, n, res.ContentLength, len(res.body))
		}
	}
	if n := len(unpack(t, []byte(s.get(t, "helper", "/documents/zip?q=berita").want(t, http.StatusOK).body))); n != 4 {
		t.Errorf("%d entries for a party", n)
	}
	for _, query := range []string{"?for=need:other", "?for=x", "?for=", "?for=document:" + string(id), "?q=nothing", "?collection=none", "?for=need:n1&part=2", "?for=need:n1&part=0", "?part=x"} {
		s.get(t, "", "/documents/zip"+query).want(t, http.StatusNotFound)
		if !strings.Contains(query, "part") {
			s.get(t, "", "/documents/bundle"+query).want(t, http.StatusNotFound)
		}
	}
}

// A set that is searched for waits for a search that knows every document, and is refused rather than given without some.
func TestBundleOfASearchIsWhole(t *testing.T) {
	s := newSite(t)
	s.add(t, clerk, "a", domain.VisiblePublic)
	known := s.filled
	s.filled = func(context.Context, time.Duration) (bool, error) { return false, nil }
	for _, path := range []string{"/documents/zip?q=berita", "/documents/zip", "/documents/bundle?q=berita"} {
		if res := s.get(t, "", path).want(t, http.StatusServiceUnavailable); res.Header.Get("Retry-After") == "" {
			t.Errorf("%s does not say when to ask again", path)
		}
	}
	s.get(t, "", "/documents/zip?for=need:n1").want(t, http.StatusOK) // no search is asked for it
	s.filled = known
	s.get(t, "", "/documents/zip?q=berita").want(t, http.StatusOK)
}
