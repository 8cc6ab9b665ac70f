package documents

import (
	"context"
	"errors"
	"io"
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
	kept   []window // the last used first
	failed error    // what kept it from reading
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
	body, err := r.blobs.Get(r.ctx, r.key, at, int64(len(w.data)))
	if err != nil {
		return w, err
	}
	_, err = io.ReadFull(body, w.data)
	if err = errors.Join(err, body.Close()); err != nil {
		return w, err
	}
	r.kept = append([]window{w}, r.kept...)
	return w, nil
}

// whole reads everything from the start, in one request.
func (r *remote) whole() (io.ReadCloser, error) { return r.blobs.Get(r.ctx, r.key, 0, r.size) }
