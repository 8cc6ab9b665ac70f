package catalog

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/search"
	"gotong/modules/kit/store"
)

// follower keeps the index as the sources are. Its place in the feed lies in the index, "epoch:number", written with
// the documents; an index without one, or of another epoch, is built again while the portal serves.
type follower struct {
	db      *store.DB
	index   *search.Index
	sources []Source
	log     *slog.Logger
}

// retryAfter is how long a failed rebuild waits before the next attempt.
const retryAfter = 3 * time.Second

// run blocks until ctx ends.
func (f *follower) run(ctx context.Context) error {
	for {
		epoch, from, err := f.begin(ctx)
		if err == nil {
			return f.db.FollowLocal(ctx, from, func(ctx context.Context, entries []store.Entry) error {
				return f.apply(ctx, epoch, entries)
			})
		}
		if ctx.Err() != nil {
			return nil //nolint:nilerr // stopping is no failure
		}
		f.log.Warn("catalog: index not built, trying again", "err", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(retryAfter):
		}
	}
}

// begin finds where to follow on, rebuilding first where the index does not belong to this feed.
func (f *follower) begin(ctx context.Context) (epoch string, from int64, err error) {
	epoch, err = f.db.Feed().Epoch(ctx)
	if err != nil {
		return "", 0, fmt.Errorf("epoch: %w", err)
	}
	last, err := f.db.Feed().Last(ctx)
	if err != nil {
		return "", 0, fmt.Errorf("last: %w", err)
	}
	stored, number, _ := strings.Cut(f.index.Position(), ":")
	if n, err := strconv.ParseInt(number, 10, 64); err == nil && stored == epoch && n <= last {
		return epoch, n, nil
	}
	return epoch, last, f.rebuild(ctx, position(epoch, last))
}

func position(epoch string, seq int64) string { return epoch + ":" + strconv.FormatInt(seq, 10) }

// rebuild reads every source. at was noted before, so that what changes meanwhile is read again afterwards.
func (f *follower) rebuild(ctx context.Context, at string) error {
	started, n := time.Now(), 0
	err := f.index.Rebuild(ctx, func(put func(search.Document) error) (string, error) {
		for _, s := range f.sources {
			err := s.Each(ctx, func(e Entry) error {
				if !e.Public {
					return nil
				}
				n++
				return put(e.document(s.Kind()))
			})
			if err != nil {
				return "", fmt.Errorf("%s: %w", s.Kind(), err)
			}
		}
		return at, nil
	})
	if err == nil {
		f.log.Info("catalog: index built", "documents", n, "took", time.Since(started).Round(time.Millisecond))
	}
	return err
}

// apply reads again everything that the entries touch and writes it with the new place in one change.
func (f *follower) apply(ctx context.Context, epoch string, entries []store.Entry) error {
	var put []search.Document
	var remove []search.Key
	for _, s := range f.sources {
		ids, err := touched(ctx, s, entries)
		if err != nil {
			return err
		}
		for id := range ids {
			e, err := s.Get(ctx, id)
			switch {
			case err == nil && e.Public:
				put = append(put, e.document(s.Kind()))
			case apperr.Is(err, apperr.Unavailable), ctx.Err() != nil:
				return err
			default: // gone, not public, or not readable: nothing that cannot be shown may be found
				if err != nil && !apperr.Is(err, apperr.NotFound) {
					f.log.Error("catalog: left out of the index", "kind", s.Kind(), "id", id, "err", err)
				}
				remove = append(remove, search.Key{Kind: s.Kind(), ID: id})
			}
		}
	}
	return f.index.Update(ctx, position(epoch, entries[len(entries)-1].Seq), put, remove)
}

func touched(ctx context.Context, s Source, entries []store.Entry) (map[string]bool, error) {
	ids := map[string]bool{}
	dependent, _ := s.(Dependent)
	for _, entry := range entries {
		if entry.Collection == s.Collection() {
			ids[entry.ID] = true
			continue
		}
		if dependent == nil {
			continue
		}
		more, err := dependent.Touched(ctx, entry.Collection, entry.ID)
		if err != nil {
			if apperr.Is(err, apperr.NotFound) {
				continue
			}
			return nil, fmt.Errorf("touched by %s/%s: %w", entry.Collection, entry.ID, err)
		}
		for _, id := range more {
			ids[id] = true
		}
	}
	return ids, nil
}
