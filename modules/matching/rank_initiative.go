package matching

import (
	"slices"

	"gotong/modules/domain"
)

// initiativeQuery is the ranking of open needs for an initiative while it goes on.
type initiativeQuery struct {
	initiative *Initiative
	weights    Weights
	bounds     bounds
	today      int32
	offers     []reacher
	without    []domain.NeedID

	fits, near top
	all        int
	stretch    []stretch // of the walk that goes on
}

// reacher is an offer of the initiative with its line.
type reacher struct {
	offerRow
	line *offerLine
}

// stretch is a cell as an offer meets it.
type stretch struct {
	cell  *needCell
	reach reach
	bound float64 // no total can pass it by more than its need's urgency gives
}

// reach says how an offer's areas lie to a regency.
type reach struct {
	whole, part bool    // they contain all of it, some place in it
	area        float64 // the greatest share of the area part there
}

// reachOf is areaOf and the area part for a whole regency.
func (o *Offer) reachOf(regency domain.RegionCode, seat int8) (r reach) {
	for k := range o.spots {
		s := &o.spots[k]
		switch {
		case s.contains(regency):
			r.whole = true
			if s.level == domain.LevelRegency {
				r.area = max(r.area, .8)
			}
		case s.level >= domain.LevelDistrict && regency.Contains(s.code):
			r.part, r.area = true, 1
		}
	}
	if r.area == 0 {
		if at := nearest(o.spots, seat); at >= 0 {
			r.area = between[at][seat].share
		}
	}
	return r
}

// ForInitiative ranks the open needs for an initiative. ok is false where the index does not hold it.
func (x *Index) ForInitiative(id domain.InitiativeID, today domain.Date, limit, near int) (Ranking, bool) {
	return x.forInitiative(id, today, limit, near, nil)
}

// forInitiative is ForInitiative without some needs.
func (x *Index) forInitiative(id domain.InitiativeID, today domain.Date, limit, near int, without []domain.NeedID) (Ranking, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	h, ok := x.initiatives[id]
	if !ok {
		return Ranking{}, false
	}
	q := initiativeQuery{initiative: h.initiative, weights: x.weights, bounds: x.weights.bounds(), today: dayOf(today), without: without,
		fits: top{limit: limit}, near: top{limit: near}}
	offers := make([]reacher, len(h.slots))
	for k, slot := range h.slots {
		offers[k] = reacher{x.supply.rows[slot], &x.supply.lines[slot]}
	}
	q.offers = offers
	for k, o := range offers {
		if !o.line.verified {
			break // nothing fits
		}
		before := slices.DeleteFunc(slices.Clone(offers[:k]), func(b reacher) bool { return b.offer.Category != o.offer.Category })
		q.walk(&x.demand, o, o.offer.Category, cellsOf(o.offer.Areas), 1, func(s stretch) { q.fit(s, o, before) })
	}
	for k, id := range without {
		if n, _, ok := x.demand.find(id); ok && n.Uncovered > 0 && !slices.Contains(without[:k], id) && q.initiative.fitsOne(n, q.initiative.Offers, q.today) {
			q.all--
		}
	}
	if near > 0 {
		for _, o := range offers {
			q.misses(&x.demand, o)
		}
	}
	return Ranking{Fits: q.fits.matches(), Near: q.near.matches(), All: q.all}, true
}

// walk visits the cells of a category in some regions, the one that may hold the best first, so that the others are soon out of the question.
func (q *initiativeQuery) walk(d *demand, o reacher, category domain.CategoryID, regions []domain.RegionCode, theme float64, visit func(stretch)) {
	q.stretch = q.stretch[:0]
	first, best := 0, 0.0
	for _, r := range regions {
		for _, c := range d.in(category, r) {
			if len(c.urgent) == 0 {
				continue
			}
			s := stretch{cell: c, reach: o.offer.reachOf(c.regency, c.seat)}
			s.bound = q.bounds.best(o.line, theme, s.reach.area, 0)
			q.stretch = append(q.stretch, s)
			if b := s.bound + q.bounds[PartUrgency]*c.utmost; b > best {
				first, best = len(q.stretch)-1, b
			}
		}
	}
	if len(q.stretch) > 0 {
		q.stretch[0], q.stretch[first] = q.stretch[first], q.stretch[0]
	}
	for _, s := range q.stretch {
		visit(s)
	}
}

// fit counts the needs of a cell that meet all conditions, without those that an offer before counted, and keeps those among the best.
func (q *initiativeQuery) fit(s stretch, o reacher, before []reacher) {
	q.all += q.count(s, o, before)
	q.scan(&q.fits, s, o, func(_ *needLine, failed uint8) bool { return failed == 0 }, func(_ *Need, r *Result) bool { return r.Fits() })
}

// scan keeps the best of a cell's needs, the most urgent first and as long as one may still be among the best: those whose
// line is wanted and for which, looked at closely, it holds.
func (q *initiativeQuery) scan(best *top, s stretch, o reacher, wanted func(n *needLine, failed uint8) bool, holds func(*Need, *Result) bool) {
	for _, at := range s.cell.urgent {
		n := &s.cell.lines[at]
		bound := s.bound + q.bounds[PartUrgency]*n.urgency
		if !best.admits(rounded(bound)) {
			return
		}
		if !wanted(n, failures(n, o.line, q.today)) {
			continue
		}
		need := &s.cell.needs[at]
		if !q.admits(best, n, need, o.line, bound) {
			continue
		}
		r := conditions(need, q.initiative, o.offer, q.today)
		if !holds(need, &r) {
			continue
		}
		r.score(q.weights, need, q.initiative, o.offer)
		best.offer(scored{need, o.offerRow, r, string(need.ID)})
	}
}

// count counts the needs of a cell that meet all conditions of an offer and not of one before.
func (q *initiativeQuery) count(s stretch, o reacher, before []reacher) (all int) {
	all, simple := s.cell.count(o.line, q.today)
	simple = simple && s.reach.whole
	counted := 0 // of those that offers before fit: where all can be counted, the one with the most left fits what the others do
	for _, b := range before {
		reach := b.offer.reachOf(s.cell.regency, s.cell.seat)
		if !reach.whole && !reach.part {
			continue
		}
		fit, ok := s.cell.count(b.line, q.today)
		simple = simple && ok && reach.whole
		counted = max(counted, fit)
	}
	if simple {
		return max(0, all-counted)
	}
	all = 0
	for _, at := range s.cell.urgent {
		if failures(&s.cell.lines[at], o.line, q.today) != 0 {
			continue
		}
		need := &s.cell.needs[at]
		if covers, _ := o.offer.areaOf(need.Village); covers && !q.initiative.fitsOne(need, o.before(), q.today) {
			all++
		}
	}
	return all
}

// admits tells whether a need may enter, whose total the bound limits before coverage and timing are looked at.
func (q *initiativeQuery) admits(t *top, n *needLine, need *Need, o *offerLine, bound float64) bool {
	total := rounded(bound - q.bounds.less(n, o, q.today))
	return t.admits(total) && t.admitsTied(total, orderOf(string(need.ID))) && !slices.Contains(q.without, need.ID)
}

// misses keeps the best of the needs that meet all conditions but one.
func (q *initiativeQuery) misses(d *demand, o reacher) {
	q.walk(d, o, o.offer.Category, provincesOf(o.offer.Areas), 1, func(s stretch) { q.miss(s, o, 1) })
	for _, sibling := range domain.Taxonomy().InGroup(o.offer.parent) {
		if sibling != o.offer.Category && o.line.verified {
			q.walk(d, o, sibling, cellsOf(o.offer.Areas), .5, func(s stretch) { q.miss(s, o, .5) })
		}
	}
}

// fitting gives the offers for all of a cell, in its category, what they fit is no near miss; all tells that one surely fits every need.
func (q *initiativeQuery) fitting(c *needCell) (lines []*offerLine, all bool) {
	for _, o := range q.offers {
		if o.offer.Category != c.category || !o.line.verified || !o.offer.reachOf(c.regency, c.seat).whole {
			continue
		}
		if fit, ok := c.count(o.line, q.today); ok && fit == len(c.urgent) {
			return nil, true
		}
		lines = append(lines, o.line)
	}
	return lines, false
}

// miss keeps the near misses of a cell: in another category or outside of the areas all else must fit, inside something must not.
func (q *initiativeQuery) miss(s stretch, o reacher, theme float64) {
	if !q.near.admits(rounded(s.bound + q.bounds[PartUrgency]*s.cell.utmost)) {
		return
	}
	outside := theme < 1 || !s.reach.whole && !s.reach.part
	inside := theme == 1 && s.reach.whole
	if fit, ok := s.cell.count(o.line, q.today); ok && (inside && fit == len(s.cell.urgent) || outside && fit == 0) {
		return
	}
	fitting, all := q.fitting(s.cell)
	if all {
		return
	}
	q.scan(&q.near, s, o, func(n *needLine, failed uint8) bool {
		if failed&(failed-1) != 0 || outside && failed != 0 || inside && failed == 0 {
			return false
		}
		return !slices.ContainsFunc(fitting, func(line *offerLine) bool { return failures(n, line, q.today) == 0 })
	}, func(need *Need, r *Result) bool {
		return r.close(need, o.offer) && !q.initiative.fitsOne(need, q.initiative.Offers, q.today)
	})
}
