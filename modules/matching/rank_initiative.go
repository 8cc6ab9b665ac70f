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
	without    []domain.NeedID

	fits, near top
	all        int
	stretch    []stretch // of the walk that goes on
}

// stretch is a cell as an offer meets it.
type stretch struct {
	cell  *needCell
	reach reach
	most  int // no need of the cell can pass this total
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
	for _, slot := range h.slots {
		row, line := x.supply.rows[slot], &x.supply.lines[slot]
		if !line.verified {
			break // nothing fits
		}
		before := slices.ContainsFunc(row.before(), func(o Offer) bool { return o.Category == row.offer.Category })
		q.walk(&x.demand, row, line, row.offer.Category, cellsOf(row.offer.Areas), 1, func(s stretch) { q.fit(s, row, line, before) })
	}
	for k, id := range without {
		if n, _, ok := x.demand.find(id); ok && n.Uncovered > 0 && !slices.Contains(without[:k], id) && q.initiative.fitsOne(n, q.initiative.Offers, q.today) {
			q.all--
		}
	}
	if near > 0 {
		for _, slot := range h.slots {
			q.misses(&x.demand, x.supply.rows[slot], &x.supply.lines[slot])
		}
	}
	return Ranking{Fits: q.fits.matches(), Near: q.near.matches(), All: q.all}, true
}

// walk visits the cells of a category in some regions, the one that may hold the best first, so that the others are soon out of the question.
func (q *initiativeQuery) walk(d *demand, row offerRow, o *offerLine, category domain.CategoryID, regions []domain.RegionCode, theme float64, visit func(stretch)) {
	q.stretch = q.stretch[:0]
	first := 0
	for _, r := range regions {
		for _, c := range d.in(category, r) {
			if c.open == 0 {
				continue
			}
			s := stretch{cell: c, reach: row.offer.reachOf(c.regency, c.seat)}
			s.most = rounded(q.bounds.best(o, theme, s.reach.area, c.urgency))
			if q.stretch = append(q.stretch, s); s.most > q.stretch[first].most {
				first = len(q.stretch) - 1
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

// fit counts the needs of a cell that meet all conditions and keeps those among the best. before: an earlier offer of the initiative
// may have counted some already.
func (q *initiativeQuery) fit(s stretch, row offerRow, o *offerLine, before bool) {
	ranks := q.fits.admits(s.most)
	if !ranks && !before && s.reach.whole && s.cell.allFit(o, q.today) {
		q.all += s.cell.open
		return
	}
	for k := range s.cell.lines {
		n := &s.cell.lines[k]
		if n.uncovered <= 0 || failures(n, o, q.today) != 0 {
			continue
		}
		need := &s.cell.needs[k]
		if !s.reach.whole {
			if covers, _ := row.offer.areaOf(need.Village); !covers {
				continue
			}
		}
		if !before || !q.initiative.fitsOne(need, row.before(), q.today) {
			q.all++
		}
		if ranks && q.admits(&q.fits, n, need, o, q.bounds.best(o, 1, s.reach.area, n.urgency)) {
			r := Evaluate(q.weights, need, q.initiative, row.offer, q.today)
			q.fits.offer(scored{need, row, r, string(need.ID)})
		}
	}
}

// admits tells whether a need of at most this total may enter, looking at little first.
func (q *initiativeQuery) admits(t *top, n *needLine, need *Need, o *offerLine, bound float64) bool {
	return t.admits(rounded(bound)) && t.admitsTied(rounded(bound-q.bounds.less(n, o, q.today)), string(need.ID)) && !slices.Contains(q.without, need.ID)
}

// misses keeps the best of the needs that meet all conditions but one.
func (q *initiativeQuery) misses(d *demand, row offerRow, o *offerLine) {
	offer := row.offer
	q.walk(d, row, o, offer.Category, provincesOf(offer.Areas), 1, func(s stretch) {
		if q.near.admits(s.most) && !(s.reach.whole && s.cell.allFit(o, q.today)) {
			q.miss(s, row, o, 1)
		}
	})
	for _, sibling := range domain.Taxonomy().InGroup(offer.parent) {
		if sibling == offer.Category || !o.verified {
			continue
		}
		q.walk(d, row, o, sibling, cellsOf(offer.Areas), .5, func(s stretch) {
			if q.near.admits(s.most) {
				q.miss(s, row, o, .5)
			}
		})
	}
}

// miss keeps the near misses of a cell: in another category or outside of the areas all else must fit.
func (q *initiativeQuery) miss(s stretch, row offerRow, o *offerLine, theme float64) {
	outside := theme < 1 || !s.reach.whole && !s.reach.part
	for k := range s.cell.lines {
		n := &s.cell.lines[k]
		if n.uncovered <= 0 {
			continue
		}
		failed := failures(n, o, q.today)
		if failed&(failed-1) != 0 || outside && failed != 0 || s.reach.whole && !outside && failed == 0 {
			continue
		}
		need := &s.cell.needs[k]
		if !q.admits(&q.near, n, need, o, q.bounds.best(o, theme, s.reach.area, n.urgency)) {
			continue
		}
		r := conditions(need, q.initiative, row.offer, q.today)
		if !r.close(need, row.offer) || q.initiative.fitsOne(need, q.initiative.Offers, q.today) {
			continue
		}
		r.score(q.weights, need, q.initiative, row.offer)
		q.near.offer(scored{need, row, r, string(need.ID)})
	}
}
