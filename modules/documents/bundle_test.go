package documents

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"strings"
	"testing"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
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

// The ZIP of a thing holds for each reader exactly what the reader may read.
func TestBundleGoesByTheReadersRights(t *testing.T) {
	r := newRig(t)
	ids := map[domain.Visibility]domain.DocumentID{}
	for _, v := range visibilities {
		ids[v] = r.add(t, clerk, string(v), v)
	}
	trashed := r.add(t, clerk, "buang", domain.VisiblePublic)
	if err := r.Trash(t.Context(), clerk, op("weg"), trashed, 0, "keliru"); err != nil {
		t.Fatal(err)
	}
	for name, actor := range map[string]domain.Actor{"public": public, "clerk": clerk, "villager": villager, "helper": helper, "other": other, "unverified": unverified, "secretariat": secretariat, "auditor": auditor} {
		b, err := r.Bundle(t.Context(), actor, need)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		var out bytes.Buffer
		if err := b.Write(t.Context(), &out); err != nil {
			t.Fatal(err)
		}
		entries := unpack(t, out.Bytes())
		files := 0
		for v, id := range ids {
			_, err := r.Get(t.Context(), actor, id)
			text, in := entries[string(id)[:6]+"-berita acara.txt"]
			if in != (err == nil) || in && text != "Isi berita acara "+string(v) {
				t.Errorf("%s: %s in the ZIP %v, may be read %v", name, v, in, err == nil)
			}
			if in != strings.Contains(entries["manifest.csv"], documentPath(id)) {
				t.Errorf("%s: %s in the manifest", name, v)
			}
			if in {
				files++
			}
		}
		if len(entries) != files+2 {
			t.Errorf("%s: %d entries", name, len(entries))
		}
	}
}

func TestBundleAsksAgainForEachFile(t *testing.T) {
	r := newRig(t)
	r.add(t, clerk, "a", domain.VisibleParties)
	b, err := r.Bundle(t.Context(), helper, need)
	if err != nil {
		t.Fatal(err)
	}
	r.thing.all = true
	var out bytes.Buffer
	if err := b.Write(t.Context(), &out); err != nil || len(unpack(t, out.Bytes())) != 2 {
		t.Errorf("what was hidden meanwhile is in the ZIP: %v", err)
	}
	if _, err := r.Bundle(t.Context(), helper, need); !apperr.Is(err, apperr.NotFound) {
		t.Error(err)
	}
}

func TestBundleIsNeverHalf(t *testing.T) {
	r := newRig(t)
	r.add(t, clerk, "a", domain.VisiblePublic)
	b, err := r.Bundle(t.Context(), public, need)
	if err != nil {
		t.Fatal(err)
	}
	r.blobs.Lose(r.stored()[0])
	var out bytes.Buffer
	if err := b.Write(t.Context(), &out); !apperr.Is(err, apperr.Unavailable) {
		t.Error(err)
	}
	if _, err := zip.NewReader(bytes.NewReader(out.Bytes()), int64(out.Len())); err == nil {
		t.Error("a ZIP without a file passes as whole")
	}
}

func TestBundlePage(t *testing.T) {
	s := newSite(t)
	s.add(t, clerk, "a", domain.VisiblePublic)
	s.add(t, clerk, "b", domain.VisibleParties)
	res := s.get(t, "", "/documents/zip?for=need:n1").want(t, http.StatusOK)
	if res.Header.Get("Content-Type") != "application/zip" || !strings.Contains(res.Header.Get("Content-Disposition"), "attachment") || !strings.Contains(res.Header.Get("Cache-Control"), "no-store") {
		t.Error(res.Header)
	}
	if n := len(unpack(t, []byte(res.body))); n != 3 {
		t.Errorf("%d entries", n)
	}
	for _, query := range []string{"", "?for=need:other", "?for=x", "?for=document:a"} {
		s.get(t, "", "/documents/zip"+query).want(t, http.StatusNotFound)
	}
}
