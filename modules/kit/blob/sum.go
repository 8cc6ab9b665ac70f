package blob

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"hash"
	"io"
)

// summed counts and hashes what is read through it.
type summed struct {
	source io.Reader
	sum    hash.Hash
	n      int64
}

func newSummed(r io.Reader) *summed { return &summed{source: r, sum: sha256.New()} }

func (s *summed) hex() string { return hex.EncodeToString(s.sum.Sum(nil)) }

// Read hashes what it passes on.
func (s *summed) Read(p []byte) (int, error) {
	n, err := s.source.Read(p)
	s.sum.Write(p[:n])
	s.n += int64(n)
	return n, err
}

// reader gives what the client reads from: able to start again only where the source is, since the client takes that
// ability as leave to repeat a request.
func (s *summed) reader() io.Reader {
	if seeker, ok := s.source.(io.Seeker); ok {
		if start, err := seeker.Seek(0, io.SeekCurrent); err == nil {
			return &rewindable{summed: s, seeker: seeker, start: start}
		}
	}
	return s
}

type rewindable struct {
	*summed
	seeker io.Seeker
	start  int64
}

var errSeek = errors.New("blob: only a seek to the start is possible while hashing")

// Seek goes back to the start, forgetting what was hashed; "where am I" is answered too.
func (r *rewindable) Seek(offset int64, whence int) (int64, error) {
	switch {
	case whence == io.SeekCurrent && offset == 0:
		return r.n, nil
	case whence == io.SeekStart && offset == 0:
		if _, err := r.seeker.Seek(r.start, io.SeekStart); err != nil {
			return 0, err
		}
		r.sum.Reset()
		r.n = 0
		return 0, nil
	}
	return 0, errSeek
}

var _ io.ReadSeeker = (*rewindable)(nil)
