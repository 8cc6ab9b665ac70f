// Package indexer keeps a search index as the collections behind it are: it builds it where it is missing and follows the
// feed from then on. It knows no domain word.
package indexer

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"gotong/modules/kit/apperr"
	"gotong/modules/kit/search"
	"gotong/modules/kit/store"
)

// Source is one kind of thing that can be found. Get answers NotFound for what is gone or not to be found.
type Source interface {
	Kind() string
	Collection() string // whose feed entries change it
	Each(ctx context.Context, fn func(search.Document) error) error
	Get(ctx context.Context, id string) (search.Document, error)
}

// Dependent is a Source whose entries also change with other collections: a document with what it belongs to, a need
// with its commitments. Touched gives the ids of this source to read again after a change of that document.
type Dependent interface {
	Touched(ctx context.Context, collection, id string) ([]string, error)
}

// Indexer keeps the index as the sources are. Its place in the feed lies in the index, "epoch:number", written with
// the documents; an index without one, or of another epoch, is built again while the portal serves.
type Indexer struct {
	DB      *store.DB
	Index   *search.Index
	Sources []Source
	Log     *slog.Logger

	// Wide gives the filters of the documents to make anew where an entry changes the words of many at once; none where
	// it does not. nil: no entry does.
	Wide func(ctx context.Context, e store.Entry) (filters map[string]string, err error)

	running atomic.Bool
}

// retryAfter is how long a failed rebuild waits before the next attempt.
const retryAfter = 3 * time.Second

// Run blocks until ctx ends. Run it on every replica.
func (f *Indexer) Run(ctx context.Context) error {
	f.running.Store(true)
	defer f.running.Store(false)
	for {
		epoch, from, err := f.begin(ctx)
		if err == nil {
			return f.DB.FollowLocal(ctx, from, func(ctx context.Context, entries []store.Entry) error {
				return f.apply(ctx, epoch, entries)
			})
		}
		if ctx.Err() != nil {
			return nil
		}
		f.Log.Warn("search: index not built, trying again", "err", err)
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(retryAfter):
		}
	}
}

// begin finds where to follow on, rebuilding first where the index does not belong to this feed.
func (f *Indexer) begin(ctx context.Context) (epoch string, from int64, err error) {
	epoch, err = f.DB.Feed().Epoch(ctx)
	if err != nil {
		return "", 0, fmt.Errorf("epoch: %w", err)
	}
	last, err := f.DB.Feed().Last(ctx)
	if err != nil {
		return "", 0, fmt.Errorf("last: %w", err)
	}
	stored, number, _ := strings.Cut(f.Index.Position(), ":")
	if n, err := strconv.ParseInt(number, 10, 64); err == nil && stored == epoch && n <= last {
		return epoch, n, nil
	}
	return epoch, last, f.rebuild(ctx, position(epoch, last))
}

func position(epoch string, seq int64) string { return epoch + ":" + strconv.FormatInt(seq, 10) }

// rebuild reads every source. at was noted before, so that what changes meanwhile is read again afterwards.
func (f *Indexer) rebuild(ctx context.Context, at string) error {
	started, n := time.Now(), 0
	err := f.Index.Rebuild(ctx, func(put func(search.Document) error) (string, error) {
		for _, s := range f.Sources {
			err := s.Each(ctx, func(d search.Document) error {
				n++
				return put(d)
			})
			if err != nil {
				return "", fmt.Errorf("%s: %w", s.Kind(), err)
			}
		}
		return at, nil
	})
	if err == nil {
		f.Log.Info("search: index built", "documents", n, "took", time.Since(started).Round(time.Millisecond))
	}
	return err
}

const (
	freshLook  = 500 // entries that are looked through for one that concerns the index
	freshPause = 5 * time.Millisecond
)

// Fresh tells whether the index holds every change of the collections that concern it which was made before, and waits
// for it at most so long. It is for answers that must not lag behind what was withdrawn. Error: Unavailable.
func (f *Indexer) Fresh(ctx context.Context, concerns func(collection string) bool, within time.Duration) (bool, error) {
	last, err := f.DB.Feed().Last(ctx)
	if err != nil {
		return false, err
	}
	deadline := time.Now().Add(within)
	for round := 0; ; round++ {
		at, ok := f.at()
		if !ok {
			return false, nil
		}
		if at >= last {
			return true, nil
		}
		entries, err := f.DB.Feed().After(ctx, at, freshLook)
		if err != nil {
			return false, err
		}
		if len(entries) < freshLook && !slices.ContainsFunc(entries, func(e store.Entry) bool { return e.Seq <= last && concerns(e.Collection) }) {
			return true, nil
		}
		if round%20 == 0 {
			f.DB.Feed().Look()
		}
		if time.Now().After(deadline) {
			return false, nil
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(freshPause):
		}
	}
}

// begins is how long an index may take until it begins to be filled.
const begins = 100 * time.Millisecond

// Filled is Fresh that also waits for an index that is being filled for the first time; one that nobody fills is not waited for. It is for answers that
// must be whole.
func (f *Indexer) Filled(ctx context.Context, concerns func(collection string) bool, within time.Duration) (bool, error) {
	start := time.Now()
	for deadline := start.Add(within); time.Now().Before(deadline) && (f.running.Load() || time.Since(start) < begins); {
		if _, ok := f.at(); ok {
			return f.Fresh(ctx, concerns, time.Until(deadline))
		}
		select {
		case <-ctx.Done():
			return false, ctx.Err()
		case <-time.After(freshPause):
		}
	}
	return false, nil
}

// at is the place in the feed that the index is at; false where it was never filled.
func (f *Indexer) at() (int64, bool) {
	_, number, _ := strings.Cut(f.Index.Position(), ":")
	n, err := strconv.ParseInt(number, 10, 64)
	return n, err == nil && f.Index.Ready()
}

// apply reads again everything that the entries touch and writes it with the new place in one change.
func (f *Indexer) apply(ctx context.Context, epoch string, entries []store.Entry) error {
	for _, e := range entries {
		if err := f.widen(ctx, e); err != nil {
			return err
		}
	}
	var put []search.Document
	var remove []search.Key
	for _, s := range f.Sources {
		ids, err := touched(ctx, s, entries)
		if err != nil {
			return err
		}
		more, gone, err := f.read(ctx, s, maps.Keys(ids))
		if err != nil {
			return err
		}
		put, remove = append(put, more...), append(remove, gone...)
	}
	return f.Index.Update(ctx, position(epoch, entries[len(entries)-1].Seq), put, remove)
}

// read makes the documents of these ids anew.
func (f *Indexer) read(ctx context.Context, s Source, ids iter.Seq[string]) (put []search.Document, remove []search.Key, err error) {
	for id := range ids {
		d, err := s.Get(ctx, id)
		switch {
		case err == nil:
			put = append(put, d)
		case apperr.Is(err, apperr.Unavailable), ctx.Err() != nil:
			return nil, nil, err
		default: // gone, not to be found, or not readable: nothing that cannot be shown may be found
			if !apperr.Is(err, apperr.NotFound) {
				f.Log.Error("search: left out of the index", "kind", s.Kind(), "id", id, "err", err)
			}
			remove = append(remove, search.Key{Kind: s.Kind(), ID: id})
		}
	}
	return put, remove, nil
}

// wideAtOnce is how many documents are written in one change of the index where many are made anew.
const wideAtOnce = 100

// widen makes anew what one entry changes in many documents, a page after the other. The place in the feed stays until
// all of it is done: what a stop cut off is begun again.
func (f *Indexer) widen(ctx context.Context, e store.Entry) error {
	if f.Wide == nil {
		return nil
	}
	filters, err := f.Wide(ctx, e)
	if err != nil || len(filters) == 0 {
		return err
	}
	started, n := time.Now(), 0
	for _, s := range f.Sources {
		q := search.Query{Kind: s.Kind(), Filters: filters, Limit: wideAtOnce}
		for {
			found, err := f.Index.Search(ctx, q)
			if err != nil {
				return err
			}
			put, remove, err := f.read(ctx, s, slices.Values(found.IDs))
			if err != nil {
				return err
			}
			if n += len(put); len(put)+len(remove) > 0 {
				if err := f.Index.Update(ctx, f.Index.Position(), put, remove); err != nil {
					return err
				}
			}
			if q.Cursor = found.Next; q.Cursor == "" {
				break
			}
		}
	}
	f.Log.Info("search: many documents made anew", "after", e.Action, "documents", n, "took", time.Since(started).Round(time.Millisecond))
	return nil
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
