package resumable

import (
	"context"
	"io"
	"path"
	"strings"

	"gotong/modules/kit/apperr"
)

// Sweep removes what uploads left whose time is over, and tells how much: pieces, notes of what was begun in parts, and
// those parts. It removes nothing of an upload that can still be resumed, and nothing unless the listing was read to its
// end. Unavailable where a server does not answer; the next run goes on.
func (s *Store) Sweep(ctx context.Context) (int, error) {
	gone := map[string]bool{}
	var left []string
	for info, err := range s.blobs.List(ctx, s.prefix) {
		if err != nil {
			return 0, err
		}
		id, _, _ := strings.Cut(strings.TrimPrefix(info.Key, s.prefix), "/")
		if _, asked := gone[id]; !asked {
			if gone[id], err = s.gone(ctx, id); err != nil {
				return 0, err
			}
		}
		// A piece without an upload is that of one that was finished or removed a moment ago, or whose time is over.
		if gone[id] {
			left = append(left, info.Key)
		}
	}
	removed := 0
	for _, key := range left {
		if path.Base(key) == noteName {
			n, err := s.dropNoted(ctx, key)
			removed += n
			if err != nil {
				return removed, err
			}
		}
		if err := s.blobs.Delete(ctx, key); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

// dropNoted drops what was begun in parts for the key that a note names.
func (s *Store) dropNoted(ctx context.Context, note string) (int, error) {
	r, err := s.blobs.Get(ctx, note, 0, -1)
	if err != nil {
		return 0, err
	}
	defer func() { _ = r.Close() }()
	key, err := io.ReadAll(r)
	if err != nil {
		return 0, apperr.Wrap(err, apperr.Unavailable, "error.unavailable")
	}
	return s.dropBegun(ctx, string(key))
}

// dropBegun drops all that was begun in parts for a key.
func (s *Store) dropBegun(ctx context.Context, key string) (int, error) {
	var begun []string
	for name, err := range s.blobs.Unfinished(ctx, key) {
		if err != nil {
			return 0, err
		}
		begun = append(begun, name)
	}
	for i, name := range begun {
		if err := s.blobs.DropParts(ctx, key, name); err != nil {
			return i, err
		}
	}
	return len(begun), nil
}

func (s *Store) gone(ctx context.Context, id string) (bool, error) {
	_, err := s.Get(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		return true, nil
	}
	return false, err
}
