package resumable

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/blob"
)

// join puts together what is to be: a part where there are pieces for one, the object where everything arrived.
func (s *Store) join(ctx context.Context, u Upload) (Upload, error) {
	for !u.Whole {
		first, size := u.joinable()
		var err error
		switch {
		case len(first) == 0 && u.Offset == u.Size:
			u, err = s.finish(ctx, u)
		case len(first) == 0:
			return u, nil
		case u.Begin == "" && u.Offset == u.Size && len(first) == len(u.Pieces):
			u, err = s.small(ctx, u)
		case u.Begin == "":
			u, err = s.begin(ctx, u)
		default:
			u, err = s.part(ctx, u, first, size)
		}
		if err != nil {
			return u, err
		}
	}
	return u, nil
}

// joinable gives the pieces of the next part, none while there are too few: always the shortest run that is large
// enough, so that whoever joins joins the same.
func (u Upload) joinable() (first []piece, size int64) {
	for i, p := range u.Pieces {
		if size += p.Size; size >= joinAt {
			return u.Pieces[:i+1], size
		}
	}
	if u.Offset == u.Size {
		return u.Pieces, size
	}
	return nil, 0
}

// begin starts the object in parts. Before, it notes beside the pieces for which key: so Sweep finds what was begun even
// when nothing else knows of it any more.
func (s *Store) begin(ctx context.Context, u Upload) (Upload, error) {
	if _, err := s.blobs.Put(ctx, s.note(u.ID), strings.NewReader(u.Key), blob.PutOptions{Size: int64(len(u.Key))}); err != nil {
		return u, err
	}
	name, err := s.blobs.BeginParts(ctx, u.Key, "")
	if err != nil {
		return u, err
	}
	now, err := s.state.Change(ctx, u.ID, func(old Upload) (Upload, error) {
		if old.Begin == "" {
			old.Begin = name
		}
		return old, nil
	})
	if err == nil && now.Begin != name {
		return now, s.blobs.DropParts(ctx, u.Key, name)
	}
	return now, err
}

// note is the key of what begin notes.
func (s *Store) note(id string) string { return s.prefix + id + "/" + noteName }

const noteName = "key"

// part stores the pieces as the next part and forgets them.
func (s *Store) part(ctx context.Context, u Upload, pieces []piece, size int64) (Upload, error) {
	r := s.read(ctx, pieces)
	part, err := s.store(ctx, u, r, size)
	_ = r.Close() // was read to its end, or err says why not
	if err != nil {
		return s.settled(ctx, u, err)
	}
	now, err := s.state.Change(ctx, u.ID, func(old Upload) (Upload, error) {
		if len(old.Parts) == len(u.Parts) {
			old.Parts, old.Pieces = append(old.Parts, part), slices.Clone(old.Pieces[len(pieces):])
		}
		return old, nil
	})
	if err != nil {
		return now, err
	}
	return now, s.drop(ctx, pieces)
}

// store puts the next part, under a number that nobody used before. A part that is not noted goes when the object is made.
func (s *Store) store(ctx context.Context, u Upload, r io.Reader, size int64) (blob.Part, error) {
	claimed, err := s.state.Change(ctx, u.ID, func(old Upload) (Upload, error) {
		old.Number = max(old.Number, len(old.Parts)) + 1
		return old, nil
	})
	if err != nil {
		return blob.Part{}, err
	}
	return s.blobs.PutPart(ctx, u.Key, u.Begin, claimed.Number, r, size)
}

func sizeOf(pieces []piece) (size int64) {
	for _, p := range pieces {
		size += p.Size
	}
	return size
}

// settled looks why joining failed: a twin of this request may have got further and taken away what we were reading, or
// the server have dropped what was begun (MinIO does so after a day unless told otherwise). Then nothing can be joined
// any more: the upload is forgotten, and NotFound tells its sender to begin anew.
func (s *Store) settled(ctx context.Context, u Upload, cause error) (Upload, error) {
	now, err := s.Get(ctx, u.ID)
	if err == nil && (len(now.Parts) > len(u.Parts) || now.Whole) {
		return now, nil
	}
	if err != nil || !apperr.Is(cause, apperr.NotFound) {
		return u, cause
	}
	switch lost, err := s.lost(ctx, now); {
	case err != nil:
		return u, err
	case lost:
		return u, errors.Join(cause, s.Remove(ctx, u.ID, false))
	}
	// Not the upload is missing, but a piece of it: nothing that the sender could mend.
	return u, apperr.Wrap(cause, apperr.Unavailable, "error.unavailable")
}

// lost tells whether the server knows neither the object nor its beginning.
func (s *Store) lost(ctx context.Context, u Upload) (bool, error) {
	if u.Begin == "" {
		return false, nil
	}
	for name, err := range s.blobs.Unfinished(ctx, u.Key) {
		if err != nil || name == u.Begin {
			return false, err
		}
	}
	_, err := s.blobs.Stat(ctx, u.Key)
	if apperr.Is(err, apperr.NotFound) {
		return true, nil
	}
	return false, err
}

// small puts an object of few pieces at once.
func (s *Store) small(ctx context.Context, u Upload) (Upload, error) {
	r := s.read(ctx, u.Pieces)
	_, err := s.blobs.Put(ctx, u.Key, r, blob.PutOptions{Size: u.Size, SHA256: u.SHA256(), IfNoneMatch: true})
	_ = r.Close() // as in part
	if err != nil && !apperr.Is(err, apperr.Conflict) {
		return s.settled(ctx, u, err)
	}
	return s.whole(ctx, u)
}

// finish makes the object of its parts.
func (s *Store) finish(ctx context.Context, u Upload) (Upload, error) {
	err := s.blobs.FinishParts(ctx, u.Key, u.Begin, u.Parts)
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return s.settled(ctx, u, err)
	}
	done, failed := s.whole(ctx, u)
	if err != nil && failed != nil { // it was not finished before either
		return s.settled(ctx, u, err)
	}
	return done, failed
}

// whole looks at the object and notes that it stands.
func (s *Store) whole(ctx context.Context, u Upload) (Upload, error) {
	info, err := s.blobs.Stat(ctx, u.Key)
	if err != nil || info.Size != u.Size {
		return u, apperr.Wrap(fmt.Errorf("%s holds %d of %d bytes: %w", u.Key, info.Size, u.Size, err), apperr.Unavailable, "error.unavailable")
	}
	pieces := u.Pieces
	now, err := s.state.Change(ctx, u.ID, func(old Upload) (Upload, error) {
		old.Whole, old.Pieces = true, nil
		return old, nil
	})
	if err != nil {
		return now, err
	}
	return now, s.drop(ctx, pieces)
}

func (s *Store) drop(ctx context.Context, pieces []piece) error {
	for _, p := range pieces {
		if err := s.blobs.Delete(ctx, p.Key); err != nil {
			return err
		}
	}
	return nil
}

// Complete puts together an upload of which everything arrived, where that broke off before. Conflict where bytes are
// missing still; NotFound, Unavailable.
func (s *Store) Complete(ctx context.Context, id string) (Upload, error) {
	u, err := s.Get(ctx, id)
	if err != nil || u.Whole {
		return u, err
	}
	if u.Offset < u.Size {
		return u, apperr.New(apperr.Conflict, "error.conflict")
	}
	return s.join(ctx, u)
}

// Remove forgets an upload: its pieces, and with the object what stands under its key. None there is a success.
func (s *Store) Remove(ctx context.Context, id string, object bool) error {
	u, err := s.Get(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if u.Begin != "" { // a twin may have begun the same and broken off, so all of it goes
		if _, err := s.dropBegun(ctx, u.Key); err != nil {
			return err
		}
		if err := s.blobs.Delete(ctx, s.note(u.ID)); err != nil {
			return err
		}
	}
	if object {
		if err := s.blobs.Delete(ctx, u.Key); err != nil {
			return err
		}
	}
	if err := s.drop(ctx, u.Pieces); err != nil {
		return err
	}
	return s.state.Delete(ctx, id)
}

// reading gives pieces one after the other, each opened when its turn comes.
type reading struct {
	next func(key string) (io.ReadCloser, error)
	left []piece
	open io.ReadCloser
}

func (s *Store) read(ctx context.Context, pieces []piece) *reading {
	return &reading{left: pieces, next: func(key string) (io.ReadCloser, error) { return s.blobs.Get(ctx, key, 0, -1) }}
}

// Read reads on.
func (r *reading) Read(p []byte) (int, error) {
	for {
		if r.open == nil {
			if len(r.left) == 0 {
				return 0, io.EOF
			}
			body, err := r.next(r.left[0].Key)
			if err != nil {
				return 0, err
			}
			r.open, r.left = body, r.left[1:]
		}
		n, err := r.open.Read(p)
		if err == io.EOF { //nolint:errorlint // a reader gives io.EOF itself
			err = r.Close()
		}
		if n > 0 || err != nil {
			return n, err
		}
	}
}

// Close ends the piece that is being read.
func (r *reading) Close() error {
	if r.open == nil {
		return nil
	}
	err := r.open.Close()
	r.open = nil
	return err
}
