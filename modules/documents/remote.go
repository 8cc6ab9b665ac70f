package documents

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
	"slices"
	"sync"
)

const (
	windowSize = 1 << 20 // bytes that are read from the object store at once
	windows    = 4       // how many are kept
	aheadMost  = 2       // how many are fetched before they are asked for
)

// remote is an object of the store as a file whose parts can be read in any order: few windows of it are in memory. What
// is read in order is fetched and summed ahead, while what was fetched is being looked at.
type remote struct {
	ctx   context.Context //nolint:containedctx // io.ReaderAt has no room for one; a remote lives as long as one inspection
	blobs Blobs
	key   string
	size  int64

	mu     sync.Mutex
	kept   []window  // the last used first
	ahead  *ahead    // what is read in order; nil: nothing is
	sum    hash.Hash // of the first summed bytes; ahead's while it sums
	summed int64
	failed error // what kept it from reading
}

type window struct {
	at   int64
	data []byte
}

var _ source = (*remote)(nil)

// Size is the object's.
func (r *remote) Size() int64 { return r.size }

// ReadAt is io.ReaderAt. What keeps it from reading is kept as failed: whoever reads may take it for damage.
func (r *remote) ReadAt(p []byte, at int64) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	read := 0
	for read < len(p) {
		if at >= r.size {
			return read, io.EOF
		}
		w, err := r.window(at / windowSize * windowSize)
		if err != nil {
			r.failed = err
			return read, err
		}
		n := copy(p[read:], w.data[at-w.at:])
		read, at = read+n, at+int64(n)
	}
	return read, nil
}

// window gives the window that begins there, from memory or from the store.
func (r *remote) window(at int64) (window, error) {
	for i, w := range r.kept {
		if w.at == at {
			copy(r.kept[1:], r.kept[:i])
			r.kept[0] = w
			return w, nil
		}
	}
	w, err := r.fetch(at)
	if err != nil {
		return w, err
	}
	if len(r.kept) == windows {
		last := r.kept[windows-1].data
		if r.kept = r.kept[:windows-1]; r.ahead != nil {
			r.ahead.reuse(last)
		}
	}
	r.kept = append([]window{w}, r.kept...)
	return w, nil
}

// fetch reads a window. Where it comes after one that was read, all the rest is asked for: probably it is read in order.
func (r *remote) fetch(at int64) (window, error) {
	if r.ahead == nil || r.ahead.next != at {
		if !slices.ContainsFunc(r.kept, func(k window) bool { return k.at == at-windowSize }) {
			return r.single(at)
		}
		r.rest()
		r.ahead = r.readAhead(at)
	}
	w, err := r.ahead.take()
	if err != nil || r.ahead.next >= r.size {
		r.rest()
	}
	return w, err
}

// single reads one window by itself.
func (r *remote) single(at int64) (window, error) {
	w := window{at: at, data: make([]byte, min(windowSize, r.size-at))}
	body, err := r.blobs.Get(r.ctx, r.key, at, int64(len(w.data)))
	if err != nil {
		return w, err
	}
	_, err = io.ReadFull(body, w.data)
	if err = errors.Join(err, body.Close()); err == nil && at == r.summed && (r.ahead == nil || r.ahead.sum == nil) {
		_, _ = r.running().Write(w.data) // a hash takes everything
		r.summed += int64(len(w.data))
	}
	return w, err
}

func (r *remote) running() hash.Hash {
	if r.sum == nil {
		r.sum = sha256.New()
	}
	return r.sum
}

// rest ends reading in order.
func (r *remote) rest() {
	if r.ahead == nil {
		return
	}
	r.ahead.end()
	if r.ahead.sum != nil {
		r.summed = r.ahead.summed
	}
	r.ahead = nil
}

// close lets go of the object; it can be read again.
func (r *remote) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rest()
}

// hex gives the SHA-256 of the whole: what was read from its beginning is not read for it again.
func (r *remote) hex() (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.rest()
	if r.summed < r.size {
		body, err := r.blobs.Get(r.ctx, r.key, r.summed, r.size-r.summed)
		if err != nil {
			return "", err
		}
		n, err := io.Copy(r.running(), body)
		r.summed += n
		if err = errors.Join(err, body.Close()); err == nil && r.summed != r.size {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(r.running().Sum(nil)), nil
}

// whole reads everything from the start, in one request.
func (r *remote) whole() (io.ReadCloser, error) { return r.blobs.Get(r.ctx, r.key, 0, r.size) }
