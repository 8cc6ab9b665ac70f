package matching

import (
	"slices"

	"gotong/modules/domain"
)

// scored is a pair on its way through a ranking.
type scored struct {
	need   *Need
	row    offerRow
	result Result
	other  string // id of the counterpart that is ranked
}

// top keeps the best few pairs, at most one per counterpart.
type top struct {
	limit int
	best  []scored
}

func compare(a, b scored) int {
	return better(a.result.Total, b.result.Total, a.other, b.other, a.row.offer.ID, b.row.offer.ID)
}

func (t *top) offer(s scored) {
	if t.limit == 0 {
		return
	}
	if n := len(t.best); n == t.limit && s.result.Total < t.best[n-1].result.Total {
		return
	}
	for k := range t.best {
		if t.best[k].other != s.other {
			continue
		}
		if compare(s, t.best[k]) >= 0 {
			return
		}
		t.best = slices.Delete(t.best, k, k+1)
		break
	}
	at, _ := slices.BinarySearchFunc(t.best, s, compare)
	if at >= t.limit {
		return
	}
	if len(t.best) == t.limit {
		t.best = t.best[:t.limit-1]
	}
	t.best = slices.Insert(t.best, at, s)
}

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
	condition, ok := r.Near()
	if !ok || condition == CondCategory && !r.SameGroup || condition == CondArea && !row.offer.inProvince(need.Village) {
		return
	}
	if c.fitting[other] {
		return
	}
	r.score(c.weights, need, row.initiative, row.offer)
	c.near.offer(scored{need, row, r, other})
}

func (c *collector) ranking() Ranking {
	r := Ranking{All: len(c.fitting)}
	for _, s := range c.fits.best {
		r.Fits = append(r.Fits, s.match())
	}
	for _, s := range c.near.best {
		r.Near = append(r.Near, s.match())
	}
	return r
}

func (s scored) match() Match {
	m := Match{Need: *s.need, Initiative: *s.row.initiative, Offer: *s.row.offer, Result: s.result}
	m.Initiative.Offers = nil
	return m
}

// ForNeed ranks the initiatives for an open need: the best limit that fit and the best near misses. ok is false where
// the index does not hold the need, or nothing of it is left.
func (x *Index) ForNeed(id domain.NeedID, today domain.Date, limit, near int) (Ranking, bool) {
	return x.forNeed(id, today, limit, near, func(*Initiative) bool { return true })
}

// forNeed is ForNeed among some initiatives only.
func (x *Index) forNeed(id domain.NeedID, today domain.Date, limit, near int, among func(*Initiative) bool) (Ranking, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.ranked(x.weights, id, today, limit, near, among)
}

// rank gives the best that fit a need by some weights.
func (x *Index) rank(w Weights, id domain.NeedID, today domain.Date, limit int) (Ranking, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return x.ranked(w, id, today, limit, 0, func(*Initiative) bool { return true })
}

// ranked is forNeed by some weights, under the lock.
func (x *Index) ranked(w Weights, id domain.NeedID, today domain.Date, limit, near int, among func(*Initiative) bool) (Ranking, bool) {
	e, ok := x.needs[id]
	if !ok || e.value.Uncovered <= 0 {
		return Ranking{}, false
	}
	n, regency := e.value, e.value.Village.At(domain.LevelRegency)
	c := newCollector(w, today, limit, near)
	scan := func(list []*entry[offerRow], keep func(*Need, offerRow, string)) {
		for _, e := range list {
			if !e.dead && among(e.value.initiative) {
				keep(n, e.value, string(e.value.initiative.ID))
			}
		}
	}
	scan(x.offerCells.cells[cell{n.Category, regency}], c.fit)
	scan(x.offerCells.cells[cell{n.Category, ""}], c.fit)
	if near == 0 {
		return c.ranking(), true
	}
	for _, r := range x.offerCells.provinces[regency.At(domain.LevelProvince)] {
		scan(x.offerCells.cells[cell{n.Category, r}], c.miss)
	}
	scan(x.offerCells.cells[cell{n.Category, ""}], c.miss)
	for _, sibling := range domain.Taxonomy().InGroup(n.parent) {
		if sibling != n.Category {
			scan(x.offerCells.cells[cell{sibling, regency}], c.miss)
			scan(x.offerCells.cells[cell{sibling, ""}], c.miss)
		}
	}
	return c.ranking(), true
}

// ForInitiative ranks the open needs for an initiative. ok is false where the index does not hold it.
func (x *Index) ForInitiative(id domain.InitiativeID, today domain.Date, limit, near int) (Ranking, bool) {
	return x.forInitiative(id, today, limit, near, func(*Need) bool { return true })
}

// forInitiative is ForInitiative among some needs only.
func (x *Index) forInitiative(id domain.InitiativeID, today domain.Date, limit, near int, among func(*Need) bool) (Ranking, bool) {
	x.mu.RLock()
	defer x.mu.RUnlock()
	h, ok := x.initiatives[id]
	if !ok {
		return Ranking{}, false
	}
	c := newCollector(x.weights, today, limit, near)
	scan := func(list []*entry[*Need], row offerRow, keep func(*Need, offerRow, string)) {
		for _, e := range list {
			if !e.dead && e.value.Uncovered > 0 && among(e.value) {
				keep(e.value, row, string(e.value.ID))
			}
		}
	}
	for _, e := range h.rows {
		for _, list := range x.needsIn(e.value.offer.Category, e.value.offer.Areas) {
			scan(list, e.value, c.fit)
		}
	}
	if near == 0 {
		return c.ranking(), true
	}
	for _, e := range h.rows {
		row := e.value
		for _, list := range x.needsIn(row.offer.Category, provincesOf(row.offer.Areas)) {
			scan(list, row, c.miss)
		}
		for _, sibling := range domain.Taxonomy().InGroup(row.offer.parent) {
			if sibling == row.offer.Category {
				continue
			}
			for _, list := range x.needsIn(sibling, row.offer.Areas) {
				scan(list, row, c.miss)
			}
		}
	}
	return c.ranking(), true
}

// needsIn lists the postings of a category's needs that may lie in the areas.
func (x *Index) needsIn(category domain.CategoryID, areas []domain.RegionCode) [][]*entry[*Need] {
	regencies := map[domain.RegionCode]bool{}
	for _, a := range areas {
		switch a.Level() {
		case domain.LevelCountry:
			for _, all := range x.needCells.provinces {
				for _, r := range all {
					regencies[r] = true
				}
			}
		case domain.LevelProvince:
			for _, r := range x.needCells.provinces[a] {
				regencies[r] = true
			}
		default:
			regencies[a.At(domain.LevelRegency)] = true
		}
	}
	lists := make([][]*entry[*Need], 0, len(regencies))
	for r := range regencies {
		if list := x.needCells.cells[cell{category, r}]; len(list) > 0 {
			lists = append(lists, list)
		}
	}
	return lists
}

// provincesOf widens areas to their provinces.
func provincesOf(areas []domain.RegionCode) []domain.RegionCode {
	var list []domain.RegionCode
	for _, a := range areas {
		if p := a.At(domain.LevelProvince); !slices.Contains(list, p) {
			list = append(list, p)
		}
	}
	return list
}

// inProvince tells whether one of the offer's areas lies in the village's province.
func (o *Offer) inProvince(village domain.RegionCode) bool {
	for k := range o.spots {
		if code := o.spots[k].code; len(code) >= 2 && len(village) >= 2 && code[:2] == village[:2] {
			return true
		}
	}
	return false
}

// Plain ranks by looking at every pair, without postings: what the index must agree with. One of the two ids is given.
func (x *Index) Plain(need domain.NeedID, initiative domain.InitiativeID, today domain.Date, limit, near int) Ranking {
	x.mu.RLock()
	defer x.mu.RUnlock()
	c := newCollector(x.weights, today, limit, near)
	each := func(keep func(*Need, offerRow, string)) {
		for _, e := range x.needs {
			if need != "" && e.value.ID != need || e.value.Uncovered <= 0 {
				continue
			}
			for id, h := range x.initiatives {
				if initiative != "" && id != initiative {
					continue
				}
				for k := range h.initiative.Offers {
					other := string(id)
					if need == "" {
						other = string(e.value.ID)
					}
					keep(e.value, offerRow{h.initiative, &h.initiative.Offers[k]}, other)
				}
			}
		}
	}
	each(c.fit)
	each(c.miss)
	return c.ranking()
}
