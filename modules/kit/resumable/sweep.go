package resumable

import (
	"context"
	"strings"

	"gotong/modules/kit/apperr"
)

// Sweep removes what uploads left whose time is over, and tells how much: pieces, and objects below the prefix of keys
// that were begun in parts. It removes nothing of an upload that can still be resumed, and nothing unless the listing
// was read to its end. Unavailable where a server does not answer; the next run goes on.
func (s *Store) Sweep(ctx context.Context, keys string) (int, error) {
	before := s.clock.Now().Add(-Kept)
	removed := 0
	gone := map[string]bool{}
	var pieces []string
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
			pieces = append(pieces, info.Key)
		}
	}
	for _, key := range pieces {
		if err := s.blobs.Delete(ctx, key); err != nil {
			return removed, err
		}
		removed++
	}
	for u, err := range s.blobs.ListUnfinished(ctx, keys) {
		if err != nil {
			return removed, err
		}
		if !u.Begun.Before(before) {
			continue
		}
		if err := s.blobs.DropParts(ctx, u.Key, u.Upload); err != nil {
			return removed, err
		}
		removed++
	}
	return removed, nil
}

func (s *Store) gone(ctx context.Context, id string) (bool, error) {
	_, err := s.Get(ctx, id)
	if apperr.Is(err, apperr.NotFound) {
		return true, nil
	}
	return false, err
}
