package documents

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	"gotong/modules/kit/blob"
)

// An object that is read in any order, or broken off at any place, gives its own bytes and the SHA-256 of the whole.
func TestRemoteReadsInAnyOrder(t *testing.T) {
	r := newRig(t)
	content := make([]byte, 9*windowSize+windowSize/3)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range content {
		content[i] = byte(random.Uint32())
	}
	if _, err := r.blobs.Put(t.Context(), "k", bytes.NewReader(content), blob.PutOptions{Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
	want := sha256.Sum256(content)
	for round := range 15 {
		far := &remote{ctx: t.Context(), blobs: r.blobs, key: "k", size: int64(len(content))}
		at := 0
		for range random.IntN(40) {
			switch random.IntN(4) {
			case 0:
				at = random.IntN(len(content))
			case 1:
				at = 0
			}
			part := make([]byte, 1+random.IntN(windowSize))
			n, err := far.ReadAt(part, int64(at))
			if err != nil && (!errors.Is(err, io.EOF) || at+n != len(content)) || !bytes.Equal(part[:n], content[at:at+n]) {
				t.Fatalf("round %d: %d bytes at %d: %v", round, n, at, err)
			}
			if at += n; at == len(content) {
				at = 0
			}
		}
		if sum, err := far.hex(); err != nil || sum != hex.EncodeToString(want[:]) {
			t.Fatalf("round %d: %s %v", round, sum, err)
		}
		far.close()
	}
}

// What fails while it is fetched ahead fails the reading, and is told apart from damage.
func TestRemoteSaysWhatFailed(t *testing.T) {
	r := newRig(t)
	content := strings.Repeat("Baris laporan.\n", 5*windowSize/15)
	if _, err := r.blobs.Put(t.Context(), "k", strings.NewReader(content), blob.PutOptions{Size: int64(len(content))}); err != nil {
		t.Fatal(err)
	}
	broken := errors.New("broken by the test")
	for from := range int64(5) {
		far := &remote{ctx: t.Context(), blobs: &breaking{Blobs: r.blobs, from: from * windowSize, err: broken}, key: "k", size: int64(len(content))}
		if _, err := io.Copy(io.Discard, io.NewSectionReader(far, 0, far.size)); !errors.Is(err, broken) || !errors.Is(far.failed, broken) {
			t.Errorf("from %d: %v, kept as %v", from, err, far.failed)
		}
		if _, err := far.hex(); !errors.Is(err, broken) {
			t.Errorf("from %d: summed all the same: %v", from, err)
		}
	}
}

// breaking fails to give bytes from a place on.
type breaking struct {
	Blobs
	from int64
	err  error
}

func (b *breaking) Get(ctx context.Context, key string, offset, length int64) (io.ReadCloser, error) {
	body, err := b.Blobs.Get(ctx, key, offset, length)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(body, max(0, b.from-offset)), failingReader{b.err}), body}, nil
}

type failingReader struct{ err error }

func (r failingReader) Read([]byte) (int, error) { return 0, r.err }
