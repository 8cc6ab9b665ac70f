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
	windows    = 6       // how many are kept
)

// remote is an object of the store as a file whose parts can be read in any order: few windows of it are in memory.
type remote struct {
	ctx   context.Context //nolint:containedctx // io.ReaderAt has no room for one; a remote lives as long as one inspection
	blobs Blobs
	key   string
	size  int64

	mu     sync.Mutex
	kept   []window      // the last used first
	stream io.ReadCloser // what is read in order; nil: nothing is
	next   int64         // where it stands
	sum    hash.Hash     // of the first summed bytes
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
	var room []byte
	if last := len(r.kept) - 1; last+1 < windows {
		room = make([]byte, windowSize)
	} else {
		room, r.kept = r.kept[last].data[:windowSize], r.kept[:last]
	}
	w := window{at: at, data: room[:min(windowSize, r.size-at)]}
	if err := r.fill(w); err != nil {
		return w, err
	}
	if at == r.summed {
		if r.sum == nil {
			r.sum = sha256.New()
		}
		_, _ = r.sum.Write(w.data) // a hash takes everything
		r.summed += int64(len(w.data))
	}
	r.kept = append([]window{w}, r.kept...)
	return w, nil
}

// fill reads a window. Where it comes after one that was read, all the rest is asked for: probably it is read in order.
func (r *remote) fill(w window) error {
	follows := slices.ContainsFunc(r.kept, func(k window) bool { return k.at == w.at-windowSize })
	if r.stream == nil || r.next != w.at {
		length := int64(len(w.data))
		if follows {
			length = r.size - w.at
		}
		body, err := r.blobs.Get(r.ctx, r.key, w.at, length)
		if err != nil {
			return err
		}
		if !follows {
			_, err := io.ReadFull(body, w.data)
			return errors.Join(err, body.Close())
		}
		r.rest()
		r.stream, r.next = body, w.at
	}
	_, err := io.ReadFull(r.stream, w.data)
	if r.next += int64(len(w.data)); err != nil || r.next >= r.size {
		r.rest()
	}
	return err
}

// rest ends reading in order.
func (r *remote) rest() {
	if r.stream != nil {
		_ = r.stream.Close() // what was wanted of it was read
		r.stream = nil
	}
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
	if r.sum == nil {
		r.sum = sha256.New()
	}
	if r.summed < r.size {
		body, err := r.blobs.Get(r.ctx, r.key, r.summed, r.size-r.summed)
		if err != nil {
			return "", err
		}
		n, err := io.Copy(r.sum, body)
		r.summed += n
		if err = errors.Join(err, body.Close()); err == nil && r.summed != r.size {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(r.sum.Sum(nil)), nil
}

// whole reads everything from the start, in one request.
func (r *remote) whole() (io.ReadCloser, error) { return r.blobs.Get(r.ctx, r.key, 0, r.size) }
