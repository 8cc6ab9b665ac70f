package matching

import (
	"cmp"
	"slices"

	"gotong/modules/domain"
)

// needQuery is the ranking of initiatives for a need while it goes on.
type needQuery struct {
	supply  *supply
	need    *Need
	line    *needLine
	weights Weights
	bounds  bounds
	from    distances
	today   int32
	among   func(*Initiative) bool // nil for all

	fits, near top
	all        int
}

// ForNeed ranks the initiatives for an open need: the best limit that fit and the best near misses. ok is false where
// the index does not hold the need, or nothing of it is left.
func (x *Index) ForNeed(id domain.NeedID, today domain.Date, limit, near int) (Ranking, bool) {
	return x.forNeed(id, today, limit, near, nil)
}

// forNeed is ForNeed among some initiatives only, all where among is nil.
func (x *Index) forNeed(id domain.NeedID, today domain.Date, limit, near int, among func(*Initiative) bool) (Ranking, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.ranked(x.weights, id, today, limit, near, among)
}

// rank gives the best that fit a need by some weights.
func (x *Index) rank(w Weights, id domain.NeedID, today domain.Date, limit int) (Ranking, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.ranked(w, id, today, limit, 0, nil)
}

// ranked is forNeed by some weights, under the lock.
func (x *Index) ranked(w Weights, id domain.NeedID, today domain.Date, limit, near int, among func(*Initiative) bool) (Ranking, bool) {
	n, line, ok := x.demand.find(id)
	if !ok || n.Uncovered <= 0 {
		return Ranking{}, false
	}
	q := needQuery{supply: &x.supply, need: n, line: line, weights: w, bounds: w.bounds(), from: distancesTo(n.seat), today: dayOf(today), among: among,
		fits: top{limit: limit}, near: top{limit: near}}
	regency, province := n.Village.At(domain.LevelRegency), n.Village.At(domain.LevelProvince)
	regions := [...]domain.RegionCode{regency, province, ""}
	for _, r := range regions {
		for _, p := range x.supply.covering[cell{n.Category, r}] {
			q.fit(p)
		}
	}
	if near > 0 {
		for _, r := range regions {
			q.misses(x.supply.covering[cell{n.Category, r}], true, 1)
		}
		q.outside(regency, province)
		for _, sibling := range domain.Taxonomy().InGroup(n.parent) {
			if sibling == n.Category {
				continue
			}
			for _, r := range regions {
				q.misses(x.supply.covering[cell{sibling, r}], true, .5)
			}
		}
	}
	return Ranking{Fits: q.fits.matches(), Near: q.near.matches(), All: q.all}, true
}

// fit counts an offer that meets all conditions and keeps it where it is among the best.
func (q *needQuery) fit(p posting) {
	o := &q.supply.lines[p.slot]
	if failures(q.line, o, q.today) != 0 {
		return
	}
	total := q.most(o, 1, max(p.share(), q.from.greatest(o.seats)))
	ranks := q.fits.admitsTied(total, o.order)
	if !ranks && p.whole && o.first && q.among == nil {
		q.all++
		return
	}
	row := q.supply.rows[p.slot]
	if !p.whole {
		if covers, _ := row.offer.areaOf(q.need.Village); !covers {
			return
		}
	}
	if q.among != nil && !q.among(row.initiative) {
		return
	}
	if o.first || !row.initiative.fitsOne(q.need, row.before(), q.today) {
		q.all++
	}
	if ranks {
		r := Evaluate(q.weights, q.need, row.initiative, row.offer, q.today)
		q.fits.offer(scored{q.need, row, r, string(row.initiative.ID)})
	}
}

// outside keeps the best of the offers of the same category for other regencies of the province, the nearest first. An
// offer's distance is that of its nearest area, so in a regency farther away only those are new that are as far, or nearer by an
// area in another province.
func (q *needQuery) outside(regency, province domain.RegionCode) {
	abroad := 0.0
	for at := range q.from.share {
		if !province.Contains(seats[at].region) {
			abroad = max(abroad, q.from.share[at])
		}
	}
	type list struct {
		postings []posting
		area     float64
	}
	var lists []list
	for _, r := range q.supply.regencies[province] {
		if r == regency {
			continue
		}
		if postings := q.supply.covering[cell{q.need.Category, r}]; len(postings) > 0 {
			area := abroad
			if at := seatOf(r); at >= 0 {
				area = max(area, q.from.share[at])
			}
			lists = append(lists, list{postings, area})
		}
	}
	slices.SortFunc(lists, func(a, b list) int { return cmp.Compare(b.area, a.area) })
	anyone := offerLine{track: 1}
	for _, l := range lists {
		if !q.near.admits(rounded(q.bounds.best(&anyone, 1, l.area, q.line.urgency))) {
			return
		}
		q.misses(l.postings, false, 1)
	}
}

// most is a total that an offer cannot pass.
func (q *needQuery) most(o *offerLine, theme, area float64) int {
	return rounded(q.bounds.best(o, theme, area, q.line.urgency) - q.bounds.less(q.line, o, q.today))
}

// misses keeps the best of the offers that meet all conditions but one, and whose initiatives fit with no other. Of offers
// from outside only the area is missed, of those in another category only that.
func (q *needQuery) misses(list []posting, covering bool, theme float64) {
	for _, p := range list {
		o := &q.supply.lines[p.slot]
		failed := failures(q.line, o, q.today)
		if failed&(failed-1) != 0 || failed != 0 && (theme < 1 || !covering) {
			continue
		}
		area := q.from.greatest(o.seats)
		if covering {
			area = max(area, p.share())
		}
		if !q.near.admitsTied(q.most(o, theme, area), o.order) {
			continue
		}
		row := q.supply.rows[p.slot]
		if q.among != nil && !q.among(row.initiative) {
			continue
		}
		r := conditions(q.need, row.initiative, row.offer, q.today)
		if !r.close(q.need, row.offer) || row.initiative.fitsOne(q.need, row.initiative.Offers, q.today) {
			continue
		}
		r.score(q.weights, q.need, row.initiative, row.offer)
		q.near.offer(scored{q.need, row, r, string(row.initiative.ID)})
	}
}

// before lists the offers that come before this one in its initiative.
func (row offerRow) before() []Offer {
	for k := range row.initiative.Offers {
		if &row.initiative.Offers[k] == row.offer {
			return row.initiative.Offers[:k]
		}
	}
	return nil
}
