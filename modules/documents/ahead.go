package documents

import (
	"context"
	"hash"
	"io"
)

// ahead fetches a remote's windows in order, from one to the end, while those before are being looked at; where it begins
// at what was summed it sums them too.
type ahead struct {
	next    int64 // the window that take gives
	fetched chan window
	used    chan []byte // rooms of windows that nobody needs any more
	stop    context.CancelFunc
	sum     hash.Hash // nil: it does not sum
	summed  int64
	err     error // why nothing comes any more, once fetched is closed
}

// readAhead begins at a window.
func (r *remote) readAhead(at int64) *ahead {
	ctx, stop := context.WithCancel(r.ctx)
	a := &ahead{next: at, fetched: make(chan window, aheadMost), used: make(chan []byte, aheadMost), stop: stop, summed: r.summed}
	if at == r.summed {
		a.sum = r.running()
	}
	go func() {
		defer close(a.fetched)
		body, err := r.blobs.Get(ctx, r.key, at, r.size-at)
		if err != nil {
			a.err = err
			return
		}
		a.err = a.run(ctx, body, at, r.size)
		_ = body.Close() // was read, or is not wanted
	}()
	return a
}

func (a *ahead) run(ctx context.Context, body io.Reader, at, size int64) error {
	for at < size {
		w := window{at: at, data: a.room()[:min(windowSize, size-at)]}
		if _, err := io.ReadFull(body, w.data); err != nil {
			return err
		}
		at += int64(len(w.data))
		if a.sum != nil {
			_, _ = a.sum.Write(w.data) // a hash takes everything
			a.summed = at
		}
		select {
		case a.fetched <- w:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return io.EOF
}

func (a *ahead) room() []byte {
	select {
	case room := <-a.used:
		return room
	default:
		return make([]byte, windowSize)
	}
}

// reuse gives back the room of a window.
func (a *ahead) reuse(room []byte) {
	if cap(room) < windowSize {
		return
	}
	select {
	case a.used <- room[:windowSize]:
	default:
	}
}

// take gives the next window.
func (a *ahead) take() (window, error) {
	w, ok := <-a.fetched
	if !ok {
		return w, a.err
	}
	a.next += int64(len(w.data))
	return w, nil
}

// end stops fetching and waits until it has stopped.
func (a *ahead) end() {
	a.stop()
	for range a.fetched { // what was fetched is not wanted
	}
}
