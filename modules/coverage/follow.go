package coverage

import (
	"context"
	"encoding/json"
	"iter"
	"slices"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/store"
)

// Follow keeps sums and ranking until ctx ends, on one replica at a time. Where none were made in this epoch of the
// feed, all are counted once, from the needs.
func (s *Service) Follow(ctx context.Context) error {
	var built, next int64
	counted := map[domain.RegionCode]int64{}
	return s.db.FollowSharedTogether(ctx, follower, func(ctx context.Context, entries []store.Entry) (err error) {
		if entries[0].Seq != next { // the first, again, or of another epoch: one that goes on belongs to what was built
			if built, err = s.ensureBuilt(ctx); err != nil {
				return err
			}
		}
		next = 0
		if err := s.apply(ctx, after(entries, built), counted); err != nil {
			return err
		}
		next = entries[len(entries)-1].Seq + 1
		return nil
	})
}

// after gives the entries with a larger number.
func after(entries []store.Entry, seq int64) []store.Entry {
	for len(entries) > 0 && entries[0].Seq <= seq {
		entries = entries[1:]
	}
	return entries
}

func (s *Service) ensureBuilt(ctx context.Context) (int64, error) {
	epoch, err := s.db.Feed().Epoch(ctx)
	if err != nil {
		return 0, err
	}
	m, err := s.built.Get(ctx, markKey)
	if err == nil && m.Epoch == epoch {
		return m.Seq, nil
	}
	if err != nil && !apperr.Is(err, apperr.NotFound) {
		return 0, err
	}
	last, err := s.db.Feed().Last(ctx)
	if err != nil {
		return 0, err
	}
	if err := s.Rebuild(ctx); err != nil {
		return 0, err
	}
	return last, s.built.Put(ctx, markKey, mark{epoch, last}, 0)
}

// apply brings in line what the entries touch: each need is ranked once, each region counted once however many of them
// touch it. It may be repeated. counted keeps which villages were counted, at which place in the feed.
func (s *Service) apply(ctx context.Context, entries []store.Entry, counted map[domain.RegionCode]int64) error {
	if len(entries) == 0 {
		return nil
	}
	t := touched{villages: map[domain.RegionCode]int64{}, needs: map[domain.NeedID]bool{}}
	for _, e := range entries {
		if err := s.collect(ctx, &t, e); err != nil {
			return err
		}
	}
	if len(t.villages) == 0 {
		return nil
	}
	last, err := s.db.Feed().Last(ctx)
	if err != nil {
		return err
	}
	var villages []domain.RegionCode
	for village, seq := range t.villages {
		if counted[village] < seq { // else it was counted after this change, with others of the same village
			villages = append(villages, village)
		}
	}
	if err := s.recount(ctx, villages...); err != nil {
		return err
	}
	if len(counted) > 10_000 {
		clear(counted)
	}
	for _, village := range villages {
		counted[village] = last
	}
	return nil
}

// touched is what entries ask for: villages to be counted, each with the newest change in it, and needs ranked already.
type touched struct {
	villages map[domain.RegionCode]int64
	needs    map[domain.NeedID]bool
}

// collect ranks the needs that an entry is about and notes their villages.
func (s *Service) collect(ctx context.Context, t *touched, e store.Entry) error {
	if need, ok := s.subjects.Need(e); ok {
		part, err := s.needs.Part(ctx, need)
		if apperr.Is(err, apperr.NotFound) {
			for _, c := range e.Changes { // the account went with its need: its village has less now
				var village domain.RegionCode
				if e.Deleted && c.Path == "village" && json.Unmarshal(c.Before, &village) == nil && village.Level() == domain.LevelVillage {
					t.villages[village] = e.Seq
				}
			}
			return s.unrank(ctx, need)
		}
		if err != nil {
			return err
		}
		t.villages[part.Village] = e.Seq
		if t.needs[need] {
			return nil
		}
		t.needs[need] = true
		return s.rank(ctx, part)
	}
	if region, ok := s.subjects.Weighed(ctx, e); ok {
		return s.weighed(ctx, t, region, e.Seq)
	}
	return nil
}

// weighed ranks the needs of a region anew whose village's weight may have changed, and notes their villages.
func (s *Service) weighed(ctx context.Context, t *touched, region domain.RegionCode, seq int64) error {
	query := store.Query{List: listOldest, Key: rankKey(region, ""), Limit: 100}
	for {
		page, err := s.ranked.List(ctx, query)
		if err != nil {
			return err
		}
		for _, doc := range page.Items {
			t.villages[doc.Body.Village] = seq
			part, err := s.needs.Part(ctx, domain.NeedID(doc.ID))
			if err == nil {
				err = s.rank(ctx, part)
			}
			if err != nil && !apperr.Is(err, apperr.NotFound) {
				return err
			}
		}
		if query.Cursor = page.Next; page.Next == "" {
			return nil
		}
	}
}

// recount makes the cells of villages from their needs, then each region above once, from those inside it.
func (s *Service) recount(ctx context.Context, villages ...domain.RegionCode) error {
	slices.Sort(villages)
	for _, village := range villages {
		_, err := s.cells.Update(ctx, cellKey(village), func(old Cell) (Cell, error) {
			parts, err := s.needs.OfVillage(ctx, village)
			if err != nil {
				return Cell{}, err
			}
			sums := make([]Sum, 0, len(parts))
			for _, p := range parts {
				sums = append(sums, p.Sum())
			}
			return Cell{N: old.N + 1, Sums: Add(sums)}, nil
		})
		if err != nil {
			return err
		}
	}
	for inside := villages; len(inside) > 0 && inside[0] != ""; {
		var above []domain.RegionCode
		for children := range groups(inside) {
			if err := s.recountAbove(ctx, children); err != nil {
				return err
			}
			above = append(above, children[0].Parent())
		}
		inside = above
	}
	return nil
}

// groups cuts sorted regions of one level into those of the same region above.
func groups(sorted []domain.RegionCode) iter.Seq[[]domain.RegionCode] {
	return func(yield func([]domain.RegionCode) bool) {
		for from, to := 0, 1; from < len(sorted); to++ {
			if to == len(sorted) || sorted[to].Parent() != sorted[from].Parent() {
				if !yield(sorted[from:to]) {
					return
				}
				from = to
			}
		}
	}
}

// recountAbove makes the cell of the region above some from all that are inside it, these among them.
func (s *Service) recountAbove(ctx context.Context, children []domain.RegionCode) error {
	_, err := s.cells.Update(ctx, cellKey(children[0].Parent()), func(old Cell) (Cell, error) {
		next := Cell{N: old.N + 1, Inside: slices.Clone(old.Inside)}
		for _, child := range children {
			if at, ok := slices.BinarySearch(next.Inside, child); !ok {
				next.Inside = slices.Insert(next.Inside, at, child)
			}
		}
		lists := make([][]Sum, 0, len(next.Inside))
		for _, code := range next.Inside {
			c, err := s.Cell(ctx, code)
			if err != nil {
				return Cell{}, err
			}
			lists = append(lists, c.Sums)
		}
		next.Sums = Add(lists...)
		return next, nil
	})
	return err
}
