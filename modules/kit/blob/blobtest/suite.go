// Package blobtest binds every object store that the portal may meet to one behaviour.
package blobtest

import (
	"bytes"
	"context"
	crand "crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
)

// Run holds a store to the conformance suite. It works below a random prefix and removes what it made.
func Run(t *testing.T, s *blob.Store) {
	t.Helper()
	ctx := t.Context()
	if err := s.Ensure(ctx); err != nil {
		t.Fatalf("Ensure: %v", err)
	}
	if err := s.Ensure(ctx); err != nil {
		t.Fatalf("Ensure again: %v", err)
	}
	if err := s.Health(ctx); err != nil {
		t.Fatalf("Health: %v", err)
	}
	prefix := "suite/" + strings.ToLower(crand.Text()) + "/"
	t.Cleanup(func() {
		for info, err := range s.List(context.WithoutCancel(ctx), prefix) {
			if err == nil {
				_ = s.Delete(context.WithoutCancel(ctx), info.Key)
			}
		}
	})
	sub := func(name string, test func(t *testing.T, s *blob.Store, prefix string)) {
		t.Run(name, func(t *testing.T) { test(t, s, prefix+strings.ReplaceAll(name, " ", "-")+"/") })
	}
	sub("put stat get delete", roundTrip)
	sub("unknown size", unknownSize)
	sub("ranges", ranges)
	sub("if none match", ifNoneMatch)
	sub("one of many writers", oneWriter)
	sub("wrong sum leaves nothing", wrongSum)
	sub("broken source leaves nothing", brokenSource)
	sub("nothing there", nothingThere)
	sub("list", list)
	sub("large", large)
	sub("cancelled", cancelled)
	sub("parts", parts)
}

func random(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{byte(n), byte(n >> 8), byte(n >> 16)})
	_, _ = r.Read(b)
	return b
}

func hexOf(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wantKind(t *testing.T, what string, err error, kind apperr.Kind) {
	t.Helper()
	if !apperr.Is(err, kind) {
		t.Fatalf("%s: %v, want kind %d", what, err, kind)
	}
}

func read(t *testing.T, s *blob.Store, key string, offset, length int64) []byte {
	t.Helper()
	r, err := s.Get(t.Context(), key, offset, length)
	must(t, err)
	defer r.Close()
	b, err := io.ReadAll(r)
	must(t, err)
	return b
}

func roundTrip(t *testing.T, s *blob.Store, prefix string) {
	for _, n := range []int{0, 1, 4095, 1 << 20} {
		content, key := random(n), fmt.Sprintf("%s%d", prefix, n)
		put, err := s.Put(t.Context(), key, bytes.NewReader(content), blob.PutOptions{Size: int64(n), ContentType: "application/pdf", SHA256: hexOf(content)})
		must(t, err)
		if put.SHA256 != hexOf(content) || put.Size != int64(n) {
			t.Errorf("put of %d bytes says %+v", n, put)
		}
		stat, err := s.Stat(t.Context(), key)
		must(t, err)
		if stat.Size != int64(n) || stat.ContentType != "application/pdf" || stat.SHA256 != hexOf(content) || stat.Modified.IsZero() {
			t.Errorf("stat of %d bytes says %+v", n, stat)
		}
		if got := read(t, s, key, 0, -1); !bytes.Equal(got, content) {
			t.Errorf("%d bytes came back as %d others", n, len(got))
		}
		must(t, s.Delete(t.Context(), key))
		_, err = s.Stat(t.Context(), key)
		wantKind(t, "stat after delete", err, apperr.NotFound)
	}
}

func unknownSize(t *testing.T, s *blob.Store, prefix string) {
	content := random(700_000)
	put, err := s.Put(t.Context(), prefix+"x", io.MultiReader(bytes.NewReader(content)), blob.PutOptions{Size: -1, ContentType: "text/plain"})
	must(t, err)
	if put.SHA256 != hexOf(content) || put.Size != int64(len(content)) {
		t.Errorf("put says %+v", put)
	}
	if !bytes.Equal(read(t, s, prefix+"x", 0, -1), content) {
		t.Error("content differs")
	}
}

func ranges(t *testing.T, s *blob.Store, prefix string) {
	content := random(100_000)
	_, err := s.Put(t.Context(), prefix+"x", bytes.NewReader(content), blob.PutOptions{Size: 100_000})
	must(t, err)
	for _, c := range []struct{ offset, length, from, to int64 }{
		{0, -1, 0, 100_000}, {0, 1, 0, 1}, {0, 10, 0, 10}, {99_999, 1, 99_999, 100_000}, {50_000, -1, 50_000, 100_000},
		{99_990, 500, 99_990, 100_000}, {7, 0, 7, 7},
	} {
		if got := read(t, s, prefix+"x", c.offset, c.length); !bytes.Equal(got, content[c.from:c.to]) {
			t.Errorf("range %d+%d gave %d bytes, want %d", c.offset, c.length, len(got), c.to-c.from)
		}
	}
	_, err = s.Get(t.Context(), prefix+"x", 100_000, 5)
	wantKind(t, "range behind the end", err, apperr.BadRequest)
}

func ifNoneMatch(t *testing.T, s *blob.Store, prefix string) {
	put := func(content string) error {
		_, err := s.Put(t.Context(), prefix+"x", strings.NewReader(content), blob.PutOptions{Size: int64(len(content)), IfNoneMatch: true})
		return err
	}
	must(t, put("first"))
	wantKind(t, "second put", put("second"), apperr.Conflict)
	if got := read(t, s, prefix+"x", 0, -1); string(got) != "first" {
		t.Errorf("stored is %q", got)
	}
}

func oneWriter(t *testing.T, s *blob.Store, prefix string) {
	const writers = 8
	var wg sync.WaitGroup
	errs := make([]error, writers)
	for i := range writers {
		wg.Go(func() {
			content := strings.Repeat(fmt.Sprint(i), 2000)
			_, errs[i] = s.Put(t.Context(), prefix+"x", strings.NewReader(content), blob.PutOptions{Size: 2000, IfNoneMatch: true})
		})
	}
	wg.Wait()
	winners, last := 0, ""
	for i, err := range errs {
		if err == nil {
			winners, last = winners+1, strings.Repeat(fmt.Sprint(i), 2000)
			continue
		}
		wantKind(t, "loser", err, apperr.Conflict)
	}
	if winners != 1 || string(read(t, s, prefix+"x", 0, -1)) != last {
		t.Errorf("%d winners", winners)
	}
}

func wrongSum(t *testing.T, s *blob.Store, prefix string) {
	_, err := s.Put(t.Context(), prefix+"x", strings.NewReader("other"), blob.PutOptions{Size: 5, SHA256: hexOf([]byte("promised"))})
	wantKind(t, "put", err, apperr.Unavailable)
	_, err = s.Stat(t.Context(), prefix+"x")
	wantKind(t, "stat", err, apperr.NotFound)
}

func brokenSource(t *testing.T, s *blob.Store, prefix string) {
	broken := io.MultiReader(bytes.NewReader(random(50_000)), errReader{})
	_, err := s.Put(t.Context(), prefix+"x", broken, blob.PutOptions{Size: 100_000})
	wantKind(t, "put", err, apperr.Unavailable)
	_, err = s.Stat(t.Context(), prefix+"x")
	wantKind(t, "stat", err, apperr.NotFound)
}

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errors.New("the line dropped") }

func nothingThere(t *testing.T, s *blob.Store, prefix string) {
	_, err := s.Stat(t.Context(), prefix+"no")
	wantKind(t, "stat", err, apperr.NotFound)
	_, err = s.Get(t.Context(), prefix+"no", 0, -1)
	wantKind(t, "get", err, apperr.NotFound)
	must(t, s.Delete(t.Context(), prefix+"no"))
}

func list(t *testing.T, s *blob.Store, prefix string) {
	want := []string{prefix + "a/1", prefix + "a/2", prefix + "b"}
	for _, key := range append([]string{prefix + "b2/other"}, want...) {
		_, err := s.Put(t.Context(), key, strings.NewReader("x"), blob.PutOptions{Size: 1})
		must(t, err)
	}
	var all, below []string
	for info, err := range s.List(t.Context(), prefix) {
		must(t, err)
		all = append(all, info.Key)
		if info.Size != 1 || info.Modified.IsZero() {
			t.Errorf("listed as %+v", info)
		}
	}
	for info, err := range s.List(t.Context(), prefix+"a/") {
		must(t, err)
		below = append(below, info.Key)
	}
	if fmt.Sprint(all) != fmt.Sprint(append(want, prefix+"b2/other")) || fmt.Sprint(below) != fmt.Sprint(want[:2]) {
		t.Errorf("listed %v and %v", all, below)
	}
	for _, err := range s.List(t.Context(), prefix) {
		must(t, err)
		break // leaving early must not hang
	}
}

func large(t *testing.T, s *blob.Store, prefix string) {
	content := random(25 << 20)
	put, err := s.Put(t.Context(), prefix+"x", bytes.NewReader(content), blob.PutOptions{Size: int64(len(content)), IfNoneMatch: true})
	must(t, err)
	if put.SHA256 != hexOf(content) {
		t.Error("sum differs")
	}
	if !bytes.Equal(read(t, s, prefix+"x", 20<<20, 1<<20), content[20<<20:21<<20]) {
		t.Error("range differs")
	}
}

// Parts put twice and out of order make the object; nothing stands under the key before, nothing is listed after.
func parts(t *testing.T, s *blob.Store, prefix string) {
	key, content := prefix+"x", random(2*blob.PartMin+1000)
	unfinished := func(key string) (found []string) {
		for upload, err := range s.Unfinished(t.Context(), key) {
			must(t, err)
			found = append(found, upload)
		}
		return found
	}
	upload, err := s.BeginParts(t.Context(), key, "application/pdf")
	must(t, err)
	put := func(number, from, to int) blob.Part {
		p, err := s.PutPart(t.Context(), key, upload, number, io.MultiReader(bytes.NewReader(content[from:to])), int64(to-from))
		must(t, err)
		return p
	}
	last := put(3, 2*blob.PartMin, len(content))
	put(1, 0, 100)
	first, second := put(1, 0, blob.PartMin), put(2, blob.PartMin, 2*blob.PartMin)
	if again := put(2, blob.PartMin, 2*blob.PartMin); again != second {
		t.Errorf("the same part is %v and %v", second, again)
	}
	_, err = s.Stat(t.Context(), key)
	wantKind(t, "stat before the end", err, apperr.NotFound)
	other, err := s.BeginParts(t.Context(), key+"y", "")
	must(t, err)
	if found := unfinished(key); len(found) != 1 || found[0] != upload {
		t.Errorf("unfinished are %v", found)
	}
	must(t, s.FinishParts(t.Context(), key, upload, []blob.Part{first, second, last}))
	if !bytes.Equal(read(t, s, key, 0, -1), content) {
		t.Error("content differs")
	}
	if err := s.FinishParts(t.Context(), key, upload, []blob.Part{first, second, last}); err != nil { // MinIO answers a repeat as done
		wantKind(t, "finish again", err, apperr.NotFound)
	}
	must(t, s.DropParts(t.Context(), key+"y", other))
	must(t, s.DropParts(t.Context(), key+"y", other))
	if found := append(unfinished(key), unfinished(key+"y")...); len(found) != 0 {
		t.Errorf("unfinished are %v", found)
	}
}

func cancelled(t *testing.T, s *blob.Store, prefix string) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Put(ctx, prefix+"x", strings.NewReader("x"), blob.PutOptions{Size: 1})
	wantKind(t, "put", err, apperr.Unavailable)
	seen := false
	for _, err := range s.List(ctx, prefix) {
		seen = err != nil
	}
	if !seen {
		t.Error("a cancelled listing looks like an empty one")
	}
}
