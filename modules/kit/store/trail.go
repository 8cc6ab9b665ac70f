package store

import (
	"context"
	"hash/fnv"
	"time"
)

// TrailFilter narrows the trail; "" and zero times mean any. ID counts only with its Collection.
type TrailFilter struct {
	Collection, ID, Action string
	Actor, Organization    string
	From, Until            time.Time // From inclusive, Until exclusive
}

// TrailPage is a page of the trail, newest first. Next is the number to go on below, 0 at the end.
type TrailPage struct {
	Entries []Entry
	Next    int64
}

// trailKeys are the keys under which the trail finds an entry: whose and for which organisation, each or any, with one
// of what it is about: anything, the collection, the document, the action. The rows of a batch have none: the batch has
// one entry of its own.
func trailKeys(e *Entry) []int64 {
	if e.Batch != "" {
		return nil
	}
	about := [][2]string{{}, {"c", e.Collection}, {"d", e.Collection + "/" + e.ID}}
	if e.Action != "" {
		about = append(about, [2]string{"a", e.Action})
	}
	keys := make([]int64, 0, 4*len(about))
	for _, actor := range anyOr(e.Actor) {
		for _, organization := range anyOr(e.Organization) {
			for _, a := range about {
				keys = append(keys, trailKey(actor, organization, a))
			}
		}
	}
	return keys
}

func anyOr(s string) []string {
	if s == "" {
		return []string{""}
	}
	return []string{"", s}
}

// trailKey is a hash, so that the index stays small; what it finds is compared with the filter.
func trailKey(actor, organization string, about [2]string) int64 {
	h := fnv.New64a()
	for _, part := range [...]string{actor, organization, about[0], about[1]} {
		_, _ = h.Write([]byte(part)) // never fails
		_, _ = h.Write([]byte{0})
	}
	return int64(h.Sum64())
}

func (f TrailFilter) key() int64 {
	var about [2]string
	switch {
	case f.Collection != "" && f.ID != "":
		about = [2]string{"d", f.Collection + "/" + f.ID}
	case f.Action != "":
		about = [2]string{"a", f.Action}
	case f.Collection != "":
		about = [2]string{"c", f.Collection}
	}
	return trailKey(f.Actor, f.Organization, about)
}

func (f TrailFilter) matches(e *Entry) bool {
	ok := func(want, have string) bool { return want == "" || want == have }
	return ok(f.Collection, e.Collection) && (f.Collection == "" || ok(f.ID, e.ID)) && ok(f.Action, e.Action) && ok(f.Actor, e.Actor) &&
		ok(f.Organization, e.Organization) && (f.From.IsZero() || !e.At.Before(f.From)) && (f.Until.IsZero() || e.At.Before(f.Until)) && e.Batch == ""
}

// clocksApart is how far the clocks of replicas may differ: entries are in the order of the feed, which is that of
// their times up to this.
const clocksApart = 10 * time.Minute

// Trail gives what matches below a number, newest first (0: from the newest on), at most limit, 1000 at most.
func (f *Feed) Trail(ctx context.Context, filter TrailFilter, before int64, limit int) (TrailPage, error) {
	limit = clampFeed(limit)
	var page TrailPage
	first, err := f.span(ctx, filter, &before)
	if err != nil {
		return page, err
	}
	key := filter.key()
	var found []Stored
	for before != 1 {
		stored, err := f.db.engine.Log().Trail(ctx, key, before, limit+1)
		if err != nil {
			return page, unavailable(err)
		}
		for i := range stored {
			s := &stored[i]
			if s.Seq < first {
				return f.trailPage(ctx, found, limit)
			}
			e, err := entryOf(s)
			if err != nil {
				return page, err
			}
			if filter.matches(&e) {
				found = append(found, *s)
			}
			if len(found) > limit {
				return f.trailPage(ctx, found, limit)
			}
		}
		if len(stored) <= limit {
			break
		}
		before = stored[len(stored)-1].Seq
	}
	return f.trailPage(ctx, found, limit)
}

func (f *Feed) trailPage(ctx context.Context, found []Stored, limit int) (page TrailPage, err error) {
	if len(found) > limit {
		found = found[:limit]
		page.Next = found[limit-1].Seq
	}
	page.Entries, err = f.db.entriesOf(ctx, found)
	return page, err
}

// span turns the filter's times into numbers: the first that may match, and below which before may lie.
func (f *Feed) span(ctx context.Context, filter TrailFilter, before *int64) (first int64, err error) {
	if !filter.From.IsZero() {
		if first, err = f.firstAt(ctx, filter.From.Add(-clocksApart)); err != nil {
			return 0, err
		}
	}
	if !filter.Until.IsZero() {
		end, err := f.firstAt(ctx, filter.Until.Add(clocksApart))
		if err != nil {
			return 0, err
		}
		if *before == 0 || end < *before {
			*before = end
		}
	}
	return first, nil
}

// firstAt finds the first number whose entry is not before t, by halves; one above the last where there is none.
func (f *Feed) firstAt(ctx context.Context, t time.Time) (int64, error) {
	last, err := f.Last(ctx)
	if err != nil {
		return 0, err
	}
	low, high := int64(1), last+1
	for low < high {
		middle := low + (high-low)/2
		entries, err := f.After(ctx, middle-1, 1)
		if err != nil {
			return 0, err
		}
		if len(entries) == 0 || !entries[0].At.Before(t) {
			high = middle
		} else {
			low = middle + 1
		}
	}
	return low, nil
}

const trailMarked = "trail"

// markTrail puts the entries of a feed from before the trail under their keys, once.
func (db *DB) markTrail(ctx context.Context) error {
	now := db.Now().UnixMilli()
	if done, err := db.engine.Values().Get(ctx, metaName, trailMarked, now); err != nil || done != nil {
		return unavailable(err)
	}
	for seq := int64(0); ; {
		stored, err := db.engine.Log().After(ctx, seq, maxFeedPage)
		if err != nil {
			return unavailable(err)
		}
		if len(stored) == 0 {
			break
		}
		for i := range stored {
			e, err := entryOf(&stored[i])
			if err != nil {
				return err
			}
			stored[i].Trail = trailKeys(&e)
		}
		if err := db.engine.Log().Mark(ctx, stored); err != nil {
			return unavailable(err)
		}
		seq = stored[len(stored)-1].Seq
	}
	return unavailable(db.engine.Values().Put(ctx, metaName, trailMarked, []byte("1"), 0))
}
