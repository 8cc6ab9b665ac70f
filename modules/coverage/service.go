package coverage

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"gotong/modules/domain"
	"gotong/modules/kit/apperr"
	"gotong/modules/kit/clock"
	"gotong/modules/kit/store"
)

// Needs gives what sums are made of. Part answers NotFound where a need has no account (it was never verified).
// Recounted gives every part with its ledger counted from the commitments themselves.
type Needs interface {
	Part(ctx context.Context, need domain.NeedID) (Part, error)
	OfVillage(ctx context.Context, village domain.RegionCode) ([]Part, error)
	Each(ctx context.Context, fn func(Part) error) error
	Recounted(ctx context.Context, fn func(Part) error) error
}

// Places tells what a region code means, and which regions lie one level below (of "": the provinces).
type Places interface {
	Place(ctx context.Context, code domain.RegionCode) (domain.Place, error)
	Children(ctx context.Context, code domain.RegionCode) ([]domain.Place, error)
}

// Subjects tells what an entry of the feed is about: a need; or a region whose weight changed, all of them where the
// code is "".
type Subjects interface {
	Need(e store.Entry) (domain.NeedID, bool)
	Weighed(ctx context.Context, e store.Entry) (region domain.RegionCode, ok bool)
}

// Service keeps the sums and the ranking, and reads them.
type Service struct {
	db       *store.DB
	clock    clock.Clock
	log      *slog.Logger
	needs    Needs
	places   Places
	subjects Subjects
	cells    *store.State[Cell]
	ranked   *store.Records[Ranked]
	built    *store.State[mark]
}

// mark says up to where in the feed a whole recount has read.
type mark struct {
	Epoch string `json:"epoch"`
	Seq   int64  `json:"seq"`
}

const (
	follower = "coverage"
	markKey  = "built"
)

// key of a region's cell; "" is the country.
func cellKey(region domain.RegionCode) string { return "region:" + string(region) }

// Cell gives a region's sums; an empty one where nothing was ever verified. Errors: Unavailable.
func (s *Service) Cell(ctx context.Context, region domain.RegionCode) (Cell, error) {
	c, err := s.cells.Get(ctx, cellKey(region))
	if apperr.Is(err, apperr.NotFound) {
		return Cell{}, nil
	}
	return c, err
}

// count makes every cell in memory from the parts that each gives.
func count(each func(fn func(Part) error) error, part func(Part) error) (map[domain.RegionCode]Cell, error) {
	villages := map[domain.RegionCode][]Sum{}
	err := each(func(p Part) error {
		villages[p.Village] = Add(villages[p.Village], []Sum{p.Sum()})
		return part(p)
	})
	if err != nil {
		return nil, err
	}
	cells := map[domain.RegionCode]Cell{}
	for village, sums := range villages {
		cells[village] = Cell{Sums: sums}
		for child := village; child != ""; child = child.Parent() {
			c := cells[child.Parent()]
			if at, ok := slices.BinarySearch(c.Inside, child); !ok {
				c.Inside = slices.Insert(c.Inside, at, child)
			}
			c.Sums = Add(c.Sums, sums)
			cells[child.Parent()] = c
		}
	}
	return cells, nil
}

// Rebuild counts everything anew from the needs and takes away what is not there any more.
func (s *Service) Rebuild(ctx context.Context) error {
	began := time.Now()
	kept := map[string]bool{}
	var fresh []store.Item[Ranked]
	flush := func() error {
		err := s.ranked.InsertMany(ctx, fresh, store.Change{Action: "uncovered.ranked"})
		fresh = fresh[:0]
		return err
	}
	cells, err := count(func(fn func(Part) error) error { return s.needs.Each(ctx, fn) }, func(p Part) error {
		if p.Uncovered() == 0 {
			return nil
		}
		kept[string(p.Need)] = true
		if fresh = append(fresh, store.Item[Ranked]{ID: string(p.Need), Body: rankedOf(p)}); len(fresh) < 500 {
			return nil
		}
		return flush()
	})
	if err == nil {
		err = flush()
	}
	if err != nil {
		return err
	}
	var gone []domain.NeedID
	var stale []Part
	err = s.ranked.Each(ctx, func(doc store.Doc[Ranked]) error {
		if !kept[doc.ID] {
			gone = append(gone, domain.NeedID(doc.ID))
			return nil
		}
		part, err := s.needs.Part(ctx, domain.NeedID(doc.ID))
		if err == nil && rankedOf(part) != doc.Body {
			stale = append(stale, part)
		}
		return err
	})
	for _, id := range gone {
		if err == nil {
			err = s.unrank(ctx, id)
		}
	}
	for _, p := range stale {
		if err == nil {
			err = s.rank(ctx, p)
		}
	}
	if err == nil {
		err = s.write(ctx, cells)
	}
	if err != nil {
		return fmt.Errorf("coverage: counting anew: %w", err)
	}
	s.log.Info("coverage: counted anew", "regions", len(cells), "uncovered", len(kept), "took", time.Since(began).Round(time.Millisecond))
	return nil
}

// write stores counted cells; those that are kept and were not counted become empty.
func (s *Service) write(ctx context.Context, cells map[domain.RegionCode]Cell) error {
	known, err := s.known(ctx, "")
	if err != nil {
		return err
	}
	for _, code := range known {
		if _, ok := cells[code]; !ok {
			cells[code] = Cell{}
		}
	}
	for code, c := range cells {
		_, err := s.cells.Update(ctx, cellKey(code), func(old Cell) (Cell, error) {
			c.N = old.N + 1
			return c, nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// known lists the regions that have a cell, from a region down.
func (s *Service) known(ctx context.Context, region domain.RegionCode) ([]domain.RegionCode, error) {
	c, err := s.Cell(ctx, region)
	if err != nil {
		return nil, err
	}
	all := []domain.RegionCode{region}
	for _, code := range c.Inside {
		more, err := s.known(ctx, code)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// AsOf tells up to when changes are in the sums: now, where all are. Errors: Unavailable.
func (s *Service) AsOf(ctx context.Context) (time.Time, error) {
	at, err := s.db.FollowerAt(ctx, follower)
	if err != nil {
		return time.Time{}, err
	}
	next, err := s.db.Feed().After(ctx, at, 1)
	if err != nil || len(next) == 0 {
		return s.clock.Now(), err
	}
	return next[0].At, nil
}
