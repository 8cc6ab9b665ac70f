package matching

import "gotong/modules/domain"

// collector sorts evaluated pairs into fits and near misses.
type collector struct {
	weights Weights
	today   int32
	fits    top
	near    top
	fitting map[string]bool
}

func newCollector(w Weights, today domain.Date, limit, near int) *collector {
	return &collector{weights: w, today: dayOf(today), fits: top{limit: limit}, near: top{limit: near}, fitting: map[string]bool{}}
}

// fit keeps a pair that meets all conditions.
func (c *collector) fit(need *Need, row offerRow, other string) {
	r := conditions(need, row.initiative, row.offer, c.today)
	if !r.Fits() {
		return
	}
	r.score(c.weights, need, row.initiative, row.offer)
	c.fitting[other] = true
	c.fits.offer(scored{need, row, r, other})
}

// miss keeps a pair that meets all conditions but one. It comes after all fits: a counterpart that fits with one offer
// is no near miss with another. Another category is near
// only within the same group, another area only within the same province.
func (c *collector) miss(need *Need, row offerRow, other string) {
	r := conditions(need, row.initiative, row.offer, c.today)
	if !r.close(need, row.offer) || c.fitting[other] {
		return
	}
	r.score(c.weights, need, row.initiative, row.offer)
	c.near.offer(scored{need, row, r, other})
}

func (c *collector) ranking() Ranking {
	return Ranking{Fits: c.fits.matches(), Near: c.near.matches(), All: len(c.fitting)}
}

// Plain ranks by looking at every pair, without postings: what the index must agree with. One of the two ids is given.
func (x *Index) Plain(need domain.NeedID, initiative domain.InitiativeID, today domain.Date, limit, near int) Ranking {
	x.mu.RLock()
	defer x.mu.RUnlock()
	c := newCollector(x.weights, today, limit, near)
	each := func(keep func(*Need, offerRow, string)) {
		for n := range x.demand.all() {
			if need != "" && n.ID != need || n.Uncovered <= 0 {
				continue
			}
			for id, h := range x.initiatives {
				if initiative != "" && id != initiative {
					continue
				}
				for k := range h.initiative.Offers {
					other := string(id)
					if need == "" {
						other = string(n.ID)
					}
					keep(n, offerRow{h.initiative, &h.initiative.Offers[k]}, other)
				}
			}
		}
	}
	each(c.fit)
	each(c.miss)
	return c.ranking()
}
